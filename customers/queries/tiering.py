"""Reads over customers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from crmservice.money import ZERO
from crmservice.web.text import amount
from customers.models import Customer, Purchase, Tier
from customers.tiers import tier_above, tier_for, window


@dataclass(frozen=True)
class TierJudgement:
    """A customer's tier on a day, with the purchases (base currency) that it follows from."""

    tier: Tier
    purchases: Decimal
    next_tier: Tier | None
    reason: str


def tier_on(customer: Customer, on: date) -> TierJudgement:
    """The tier that holds on a day: set by hand while that is valid, else the earned one."""
    earned = earned_tier_on(customer, on)
    until = customer.tier_override_until
    if customer.tier_override is None or (until is not None and on > until):
        return earned
    reason = _("%(tier)s, set by hand: %(reason)s") % {
        "tier": customer.tier_override,
        "reason": customer.tier_override_reason,
    }
    return TierJudgement(customer.tier_override, earned.purchases, earned.next_tier, reason)


def earned_tier_on(customer: Customer, on: date) -> TierJudgement:
    """The tier of the purchases in the 24 months before a day, as history is judged.

    Amounts in other currencies than the base currency cannot be there: the import refuses them.
    """
    purchases = Purchase.objects.filter(customer=customer, currency=settings.BASE_CURRENCY)
    total = purchases.between(*window(on)).aggregate(total=Sum("amount"))["total"] or ZERO
    return judged(total, list(Tier.objects.all()))


def judged(purchases: Decimal, tiers: list[Tier]) -> TierJudgement:
    """The tier for a sum: "Key: ¥412,000.00 in 24 months, VIP from ¥500,000.00"."""
    tier, above = tier_for(purchases, tiers), tier_above(purchases, tiers)
    reason = _("%(tier)s: %(purchases)s in 24 months") % {
        "tier": tier,
        "purchases": amount(purchases, settings.BASE_CURRENCY),
    }
    if above:
        reason = _("%(reason)s, %(tier)s from %(threshold)s") % {
            "reason": reason,
            "tier": above,
            "threshold": amount(above.purchases_from, settings.BASE_CURRENCY),
        }
    return TierJudgement(tier, purchases, above, reason)
