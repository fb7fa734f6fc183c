"""The verbs of customers."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from crmservice.money import ZERO
from customers.models import Customer, Purchase, Tier, TierChange
from customers.queries import judged
from customers.tiers import window

CHUNK = 1000


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
                    reason=earned.reason,
                )
            )
        elif customer.purchases_24_months == earned.purchases:
            continue
        customer.tier, customer.purchases_24_months = tier, earned.purchases
        stale.append(customer)
    Customer.objects.bulk_update(stale, ["tier", "purchases_24_months"], batch_size=CHUNK)
    TierChange.objects.bulk_create(moves, batch_size=CHUNK)
    return len(moves)
