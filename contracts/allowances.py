"""What a contract gives in each of its years, and what is left of it: pure arithmetic."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Year(NamedTuple):
    """A year of a contract, both days included."""

    first: date
    last: date


def year_of(starts_on: date, ends_on: date, on: date) -> Year:
    """The contract's year in which a day lies; before its start the first, after its end the last.

    What begins on 29 February begins again on the 28th.
    """
    on = min(max(on, starts_on), ends_on)
    years = on.year - starts_on.year
    if anniversary(starts_on, years) > on:
        years -= 1
    last = anniversary(starts_on, years + 1) - timedelta(days=1)
    return Year(anniversary(starts_on, years), min(last, ends_on))


def anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def fitting(amount: Decimal, counted: Iterable[Decimal], wanted: Decimal) -> Decimal:
    """How much of what is wanted still fits into an amount of which some is counted already."""
    left = amount - sum(counted, start=ZERO)
    return max(ZERO, min(wanted, left))
