"""The tier: computed every day, on demand, or set by hand with a reason."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.models import Heartbeat
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import ZERO
from crmservice.sweeping import claim_each
from customers.models import Customer, Purchase, Tier, TierChange
from customers.queries import judged, tier_on
from customers.tiers import window
from employees.models import Employee

CHUNK = 1000
DAILY = "customers.tiers"
BY_HAND = ("tier_override", "tier_override_reason", "tier_override_until", "tier_review_on")
REVIEWED_AFTER = timedelta(days=180)
REVIEWED_BEFORE = timedelta(days=14)  # it ends
SWEPT = 200


@transaction.atomic
def recompute_tiers(on: date, *, at: datetime) -> int:
    """Give every customer the tier that holds on a day, with a `TierChange` for each move.

    A tier set by hand holds through its last day. Returns how many customers moved; a second run on
    the same day moves nobody.
    """
    tiers = list(Tier.objects.all())
    bought = Purchase.objects.filter(currency=settings.BASE_CURRENCY).between(*window(on))
    sums = dict(bought.order_by().values_list("customer").annotate(Sum("amount")))
    stale: list[Customer] = []
    moves: list[TierChange] = []
    customers = Customer.objects.living().select_related("tier", "tier_override").order_by("pk")
    for customer in customers.select_for_update(of=("self",)).iterator(CHUNK):
        earned = judged(sums.get(customer.pk, ZERO), tiers)
        by_hand = customer.tier_override
        until = customer.tier_override_until
        tier = by_hand if by_hand and (until is None or on <= until) else earned.tier
        if tier.pk != customer.tier_id:
            moves.append(
                TierChange(
                    customer=customer,
                    before_id=customer.tier_id,
                    after=tier,
                    changed_at=at,
                    purchases=earned.purchases,
                    reason=earned.particulars,
                )
            )
        elif customer.purchases_24_months == earned.purchases:
            continue
        customer.tier, customer.purchases_24_months = tier, earned.purchases
        stale.append(customer)
    Customer.objects.bulk_update(stale, ["tier", "purchases_24_months"], batch_size=CHUNK)
    TierChange.objects.bulk_create(moves, batch_size=CHUNK)
    return len(moves)


@transaction.atomic
def recompute_if_due(*, at: datetime) -> bool:
    """Recompute once a day of the organisation's time zone; a day that was missed is made good.

    The claim and the work are one transaction: who is killed in between leaves it due.
    """
    today = localdate(at)
    last, is_first = Heartbeat.objects.get_or_create(name=DAILY, defaults={"at": at})
    if not is_first and localdate(last.at) >= today:
        return False
    won = Heartbeat.objects.filter(pk=last.pk, at=last.at).update(at=at)
    if won:
        recompute_tiers(today, at=at)
    return bool(won)


@transaction.atomic
def recompute_tier(customer: Customer, *, on: date, by: Employee | None, at: datetime) -> Customer:
    """Give one customer the tier that holds on a day; a move is recorded."""
    customer = (
        Customer.objects.select_for_update(of=("self",))
        .select_related("tier", "tier_override")
        .get(pk=customer.pk)
    )
    judgement = tier_on(customer, on)
    before, after = customer.tier, judgement.tier
    customer.tier, customer.purchases_24_months = after, judgement.purchases
    customer.save(update_fields=["tier", "purchases_24_months"])
    if before.pk != after.pk:
        TierChange.objects.create(
            customer=customer,
            before=before,
            after=after,
            changed_at=at,
            purchases=judgement.purchases,
            reason=judgement.particulars,
        )
        changes = {"tier": [before.names, after.names]}
        record(customer, "customers.tier_changed", by=by, at=at, changes=changes)
    return customer


@transaction.atomic
def override_tier(
    customer: Customer,
    *,
    tier: Tier,
    reason: str,
    until: date | None,
    review_on: date | None = None,
    by: Employee,
    at: datetime,
) -> Customer:
    """Set the tier by hand, through the day `until` or until it is lifted. On `review_on` somebody
    is reminded to look at it again; unless it is said, half a year on, or before it ends.

    Raises DomainError without a reason, and for a day that is over.
    """
    today = localdate(at)
    if not reason.strip():
        raise DomainError(_("Say why the tier is set by hand."), field="reason")
    if until is not None and until < today:
        raise DomainError(_("That day is over."), field="until")
    if review_on is not None and review_on < today:
        raise DomainError(_("That day is over."), field="review_on")
    if review_on is not None and until is not None and review_on > until:
        raise DomainError(_("Review it before it ends."), field="review_on")
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    customer.tier_override, customer.tier_override_reason = tier, reason.strip()
    customer.tier_override_until = until
    customer.tier_review_on = review_on or usual_review(today, until)
    customer.version += 1
    customer.save(update_fields=[*BY_HAND, "version"])
    record(
        customer,
        "customers.tier_overridden",
        by=by,
        at=at,
        tier=tier.code,
        reason=reason.strip(),
        until=until,
        review_on=customer.tier_review_on,
    )
    return recompute_tier(customer, on=localdate(at), by=by, at=at)


@transaction.atomic
def lift_override(customer: Customer, *, by: Employee, at: datetime) -> Customer:
    """The purchases decide again. Raises DomainError when nothing was set by hand."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if customer.tier_override_id is None:
        raise DomainError(
            _("The tier of %(customer)s was not set by hand.") % {"customer": customer}
        )
    customer.tier_override, customer.tier_override_until = None, None
    customer.tier_override_reason, customer.tier_review_on = "", None
    customer.version += 1
    customer.save(update_fields=[*BY_HAND, "version"])
    record(customer, "customers.tier_override_lifted", by=by, at=at)
    return recompute_tier(customer, on=localdate(at), by=by, at=at)


def usual_review(today: date, until: date | None) -> date:
    """Half a year on, or two weeks before it ends; today where that is over already."""
    if until is None:
        return today + REVIEWED_AFTER
    return max(today, min(until - REVIEWED_BEFORE, today + REVIEWED_AFTER))


def remind_of_reviews(*, on: date, at: datetime) -> int:
    """Ask once whether a tier that was set by hand is still right."""
    due = Customer.objects.to_review(on).order_by("tier_review_on", "pk")
    keys = list(due.values_list("pk", flat=True)[:SWEPT])
    return claim_each(keys, remind_of_review, on=on, at=at)


@transaction.atomic
def remind_of_review(pk: int, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win. Of what has ended nothing is asked."""
    due = Customer.objects.to_review(on).filter(pk=pk)
    customer = due.select_related("tier_override").first()
    if customer is None or not due.update(tier_review_on=None):
        return False
    until = customer.tier_override_until
    if customer.tier_override is not None and (until is None or until >= on):
        record(
            customer,
            "customers.tier_review_due",
            by=None,
            at=at,
            customer=customer.name,
            tier=customer.tier_override.names,
            reason=customer.tier_override_reason,
        )
    return True


# The tiers themselves


USUAL = (
    ("vip", "VIP 客户", "VIP", 500_000),
    ("key", "大客户", "Key", 150_000),
    ("small", "小客户", "Small", 0),
)


@transaction.atomic
def make_usual_tiers(*, by: Employee, at: datetime) -> Tier:
    """The three of a company that has none yet; returns the highest. Of two who ask at once the
    second finds those of the first.
    """
    if Tier.objects.exists():
        raise DomainError(_("There are tiers already."))
    for code, name_zh, name_en, threshold in reversed(USUAL):
        names = {"name_zh": name_zh, "name_en": name_en}
        make_tier({"code": code, "purchases_from": Decimal(threshold), **names}, by=by, at=at)
    return Tier.objects.order_by("rank")[0]


@transaction.atomic
def make_tier(values: Mapping[str, Any], *, by: Employee, at: datetime) -> Tier:
    """One tier more, between those that its threshold lies between; its customers move at once.
    Raises DomainError for a code or threshold that another has, or where nothing would be lowest.
    """
    tiers = list(Tier.objects.select_for_update(of=("self",)).order_by("-rank"))
    threshold = values["purchases_from"]
    if any(tier.code == values["code"] for tier in tiers):
        raise DomainError(_("There is a tier of this code."), field="code")
    if any(tier.purchases_from == threshold for tier in tiers):
        raise DomainError(_("Another tier begins at this."), field="purchases_from")
    lower = [tier for tier in tiers if tier.purchases_from < threshold]
    if threshold and not lower:
        raise not_lowest()
    rank = lower[-1].rank if lower else 1
    for each in lower:
        Tier.objects.filter(pk=each.pk).update(rank=F("rank") + 1)
    tier = Tier(**values, rank=rank)
    tier.save(force_insert=True)
    record(tier, "customers.tier_made", by=by, at=at)
    recompute_tiers(localdate(at), at=at)
    return tier


@transaction.atomic
def change_tier(
    tier: Tier,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Tier:
    """What earns a tier and what it gets; a new threshold moves its customers at once. Raises
    DomainError for one that a lower tier, or none, would reach before.
    """
    if "purchases_from" in values:
        refuse_threshold(tier, values["purchases_from"])
    tier = change(tier, values, verb="customers.tier_policy_changed", version=version, by=by, at=at)
    if "purchases_from" in values:
        recompute_tiers(localdate(at), at=at)
    return tier


def refuse_threshold(tier: Tier, threshold: Decimal) -> None:
    others = Tier.objects.exclude(pk=tier.pk)
    if others.filter(rank__lt=tier.rank, purchases_from__lte=threshold).exists():
        raise DomainError(
            _("A higher tier would begin at no more than this."), field="purchases_from"
        )
    lower = others.filter(rank__gt=tier.rank)
    if lower.filter(purchases_from__gte=threshold).exists():
        raise DomainError(
            _("A lower tier would begin at no less than this."), field="purchases_from"
        )
    if threshold and not lower.exists():
        raise not_lowest()


def not_lowest() -> DomainError:
    return DomainError(
        _("The lowest tier begins at nothing: every customer has one."), field="purchases_from"
    )
