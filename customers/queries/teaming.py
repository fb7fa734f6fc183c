"""What the customers of account teams bought this year and last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from crmservice.money import ZERO
from customers.models import Purchase

FEBRUARY, LEAP_DAY = 2, 29


@dataclass(frozen=True)
class YearOnYear:
    """Purchases since the first of January, and until the same day of last year (base currency)."""

    now: Decimal = ZERO
    then: Decimal = ZERO


def a_year_before(on: date) -> date:
    is_leap_day = (on.month, on.day) == (FEBRUARY, LEAP_DAY)
    return on.replace(year=on.year - 1, day=28) if is_leap_day else on.replace(year=on.year - 1)


def year_on_year(on: date, by: str, keys: Iterable[int]) -> dict[int, YearOnYear]:
    """The sums by "customer" or "customer__account_team", of those keys, in one query."""
    then = a_year_before(on)
    years = {
        "now": Q(bought_on__gte=on.replace(month=1, day=1), bought_on__lte=on),
        "then": Q(bought_on__gte=then.replace(month=1, day=1), bought_on__lte=then),
    }
    rows: QuerySet[Purchase] = Purchase.objects.filter(
        years["now"] | years["then"], currency=settings.BASE_CURRENCY, **{f"{by}__in": list(keys)}
    )
    sums = rows.order_by().values_list(by)
    sums = sums.annotate(
        now=Sum("amount", filter=years["now"], default=ZERO),
        then=Sum("amount", filter=years["then"], default=ZERO),
    )
    return {key: YearOnYear(now, then_) for key, now, then_ in sums}
