"""Reads over customers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from crmservice.money import ZERO
from crmservice.web.text import amount, in_language
from crmservice.written import Given, written
from customers.models import Customer, Purchase, Tier
from customers.tiers import tier_above, tier_for, window

MOST_MOVES = 20


@dataclass(frozen=True)
class TierJudgement:
    """A customer's tier on a day, with the purchases (base currency) that it follows from.

    `by_hand` is why somebody set it, in that person's words; `ladder` are the tiers there are.
    """

    tier: Tier
    purchases: Decimal
    next_tier: Tier | None
    by_hand: str = ""
    ladder: tuple[Tier, ...] = ()

    @property
    def particulars(self) -> dict[str, Any]:
        """The reason as data, to be kept and worded by `reason_in_words`."""
        kept: dict[str, Any] = {"tier": self.tier.names, "purchases": str(self.purchases)}
        if self.by_hand:
            kept["by_hand"] = self.by_hand
        if self.next_tier:
            kept["next"] = self.next_tier.names
            kept["threshold"] = str(self.next_tier.purchases_from)
        return kept

    @property
    def reason(self) -> str:
        return reason_in_words(self.particulars)


def tier_on(customer: Customer, on: date) -> TierJudgement:
    """The tier that holds on a day: set by hand while that is valid, else the earned one."""
    earned = earned_tier_on(customer, on)
    until = customer.tier_override_until
    if customer.tier_override is None or (until is not None and on > until):
        return earned
    return replace(earned, tier=customer.tier_override, by_hand=customer.tier_override_reason)


def earned_tier_on(customer: Customer, on: date) -> TierJudgement:
    """The tier of the purchases in the 24 months before a day, as history is judged.

    Amounts in other currencies than the base currency cannot be there: the import refuses them.
    """
    first, last = window(on)
    totals: list[Decimal] = written(purchased).rows(customer=customer.pk, first=first, last=last)
    return judged(next(iter(totals), ZERO), written(Tier.objects.all).rows())


def purchased() -> QuerySet[Purchase, Decimal]:
    """What a customer bought between two days; no row where there is nothing."""
    of_customer = Purchase.objects.filter(customer=Given("customer"))
    own = of_customer.filter(currency=settings.BASE_CURRENCY).between(Given("first"), Given("last"))
    sums = own.order_by().values("customer").annotate(total=Sum("amount"))
    return sums.values_list("total", flat=True)


def judged(purchases: Decimal, tiers: list[Tier]) -> TierJudgement:
    above = tier_above(purchases, tiers)
    return TierJudgement(tier_for(purchases, tiers), purchases, above, ladder=tuple(tiers))


@dataclass(frozen=True)
class TierMove:
    """A customer that another policy would move."""

    customer: Customer
    before: Tier
    after: Tier


@dataclass(frozen=True)
class TierForecast:
    """How many customers each tier has, and would have; and the first that would move."""

    counts: list[tuple[Tier, int, int]]
    moved: int
    moves: list[TierMove]


def tier_forecast(changed: Tier, on: date) -> TierForecast:
    """What the tiers would be if `changed`, which is not saved, were one of them: by the stored
    purchases in 24 months, the greatest movers first. Who has a tier by hand does not move.
    """
    tiers = [changed if each.pk == changed.pk else each for each in Tier.objects.all()]
    by_key = {each.pk: each for each in tiers}
    now, then = Counter[int](), Counter[int]()
    movers: list[tuple[int, int]] = []
    rows = Customer.objects.living().order_by("-purchases_24_months", "pk")
    by_hand = Q(tier_override__isnull=False) & (
        Q(tier_override_until=None) | Q(tier_override_until__gte=on)
    )
    held = set(rows.filter(by_hand).values_list("pk", flat=True))
    for pk, tier, purchases in rows.values_list("pk", "tier", "purchases_24_months"):
        after = tier if pk in held else tier_for(purchases, tiers).pk
        now[tier] += 1
        then[after] += 1
        if after != tier:
            movers.append((pk, after))
    shown = Customer.objects.select_related("tier").in_bulk(
        [pk for pk, _after in movers[:MOST_MOVES]]
    )
    return TierForecast(
        counts=[(each, now[each.pk], then[each.pk]) for each in tiers],
        moved=len(movers),
        moves=[
            TierMove(shown[pk], shown[pk].tier, by_key[after]) for pk, after in movers[:MOST_MOVES]
        ],
    )


def reason_in_words(particulars: Mapping[str, Any]) -> str:
    """For the reader: "Key: ¥412,000.00 in 24 months, VIP from ¥500,000.00"."""
    if "written" in particulars:
        return str(particulars["written"])  # kept as a sentence before reasons were data
    words = {"tier": in_language(particulars["tier"])}
    if "by_hand" in particulars:
        return _("%(tier)s, set by hand: %(reason)s") % {**words, "reason": particulars["by_hand"]}
    purchases = amount(Decimal(particulars["purchases"]), settings.BASE_CURRENCY)
    reason = _("%(tier)s: %(purchases)s in 24 months") % {**words, "purchases": purchases}
    if "next" not in particulars:
        return reason
    return _("%(reason)s, %(tier)s from %(threshold)s") % {
        "reason": reason,
        "tier": in_language(particulars["next"]),
        "threshold": amount(Decimal(particulars["threshold"]), settings.BASE_CURRENCY),
    }
