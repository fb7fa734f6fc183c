"""The tier: computed every day, on demand, or set by hand with a reason."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.models import Heartbeat
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import ZERO
from customers.models import Customer, Purchase, Tier, TierChange
from customers.queries import judged, tier_on
from customers.tiers import window
from employees.models import Employee

CHUNK = 1000
DAILY = "customers.tiers"


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
    by: Employee,
    at: datetime,
) -> Customer:
    """Set the tier by hand, through the day `until` or until it is lifted.

    Raises DomainError without a reason, and for a day that is over.
    """
    if not reason.strip():
        raise DomainError(_("Say why the tier is set by hand."), field="reason")
    if until is not None and until < localdate(at):
        raise DomainError(_("That day is over."), field="until")
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    customer.tier_override, customer.tier_override_reason = tier, reason.strip()
    customer.tier_override_until = until
    customer.version += 1
    customer.save(
        update_fields=["tier_override", "tier_override_reason", "tier_override_until", "version"]
    )
    record(
        customer,
        "customers.tier_overridden",
        by=by,
        at=at,
        tier=tier.code,
        reason=reason.strip(),
        until=until,
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
    customer.tier_override_reason = ""
    customer.version += 1
    customer.save(
        update_fields=["tier_override", "tier_override_reason", "tier_override_until", "version"]
    )
    record(customer, "customers.tier_override_lifted", by=by, at=at)
    return recompute_tier(customer, on=localdate(at), by=by, at=at)
