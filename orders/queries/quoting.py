"""Reads of quotations: how many are taken, and whether one is over."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Q, Sum

from crmservice.money import ZERO
from orders.choices import TAKEN
from orders.models import Quotation, QuotationQuerySet
from service_requests.queries import day_of


class HitRate(NamedTuple):
    """Accepted ÷ (accepted + declined + lapsed), by number and by net amount; None on an empty
    base (metrics.md). What was taken in part counts as taken, with the amount that was taken.
    """

    decided: int
    by_number: Decimal | None
    by_amount: Decimal | None


def hit_rate(quotations: QuotationQuerySet) -> HitRate:
    """Of those among `quotations` that are decided, amounts in base currency; one query."""
    rate = F("order__rate")
    sums = (
        quotations.decided()
        .order_by()
        .aggregate(
            decided=Count("pk"),
            taken=Count("pk", filter=Q(status__in=TAKEN)),
            offered=Sum(F("net") * rate),
            accepted=Sum(F("accepted") * rate, filter=Q(status__in=TAKEN)),
        )
    )
    base, offered = sums["decided"], sums["offered"] or ZERO
    return HitRate(
        base,
        Decimal(sums["taken"]) / base if base else None,
        (sums["accepted"] or ZERO) / offered if offered else None,
    )


def is_over(quotation: Quotation, at: datetime) -> bool:
    """Its last day has passed, whether or not the duty has ended it yet."""
    return day_of(at) > quotation.valid_until
