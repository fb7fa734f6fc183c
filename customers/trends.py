"""Whether a customer rises or declines against its own past: pure calculation, no ORM, no clock.

The definition is metrics.md's: the purchases of the last months against as many months before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from customers.choices import Trend
from customers.tiers import Ledger, window


@dataclass(frozen=True)
class Terms:
    """Months compared, shares of what was before, and when a customer is lost."""

    months: int = 6
    rising: Decimal = Decimal("1.2")
    declining: Decimal = Decimal("0.8")
    silent_months: int = 12  # nothing bought for so long …
    known_months: int = 24  # … but something in so long: lost


@dataclass(frozen=True)
class Course:
    """A customer's trend on a day, with the two sums that it follows from (base currency)."""

    trend: Trend
    recent: Decimal
    before: Decimal


def course(on: date, purchases: Iterable[tuple[date, Decimal]], terms: Terms) -> Course:
    """The trend on a day; that day's own purchases do not count yet."""
    bought = [(day, amount) for day, amount in purchases if day < on]
    ledger = Ledger(bought)
    first, last = window(on, terms.months)
    recent = ledger.total(first, last)
    before = ledger.total(window(on, 2 * terms.months)[0], first - timedelta(days=1))
    return Course(trend_of(on, bought, recent, before, terms), recent, before)


def trend_of(
    on: date,
    bought: list[tuple[date, Decimal]],
    recent: Decimal,
    before: Decimal,
    terms: Terms,
) -> Trend:
    days = [day for day, _amount in bought]
    if not days:
        return Trend.STEADY
    silent_since, known_since, new_since = (
        window(on, months)[0] for months in (terms.silent_months, terms.known_months, terms.months)
    )
    if known_since <= max(days) < silent_since:
        return Trend.LOST
    if min(days) >= new_since:
        return Trend.NEW
    if recent > 0 and recent >= terms.rising * before:
        return Trend.RISING
    if before > 0 and recent <= terms.declining * before:
        return Trend.DECLINING
    return Trend.STEADY
