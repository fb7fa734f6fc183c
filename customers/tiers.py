"""Which tier a customer's purchases earn: pure calculation, no ORM, no clock."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Protocol, TypeVar

WINDOW_MONTHS = 24


class Threshold(Protocol):
    """A tier: who bought for `purchases_from` or more within the window belongs to it."""

    @property
    def purchases_from(self) -> Decimal: ...


AnyTier = TypeVar("AnyTier", bound=Threshold)


def window(on: date, months: int = WINDOW_MONTHS) -> tuple[date, date]:
    """The days whose purchases count: from the same day `months` earlier to the day before.

    Both ends are included; where the earlier month is too short, its last day begins the window.
    """
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    first = date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
    return first, on - timedelta(days=1)


def tier_for(amount: Decimal, tiers: Iterable[AnyTier]) -> AnyTier:
    """The highest tier whose threshold `amount` (base currency) reaches, else the lowest of all.

    Raises ValueError without tiers.
    """
    by_threshold = sorted(tiers, key=lambda tier: tier.purchases_from)
    if not by_threshold:
        raise ValueError("A customer cannot be judged without tiers.")
    reached = [tier for tier in by_threshold if tier.purchases_from <= amount]
    return reached[-1] if reached else by_threshold[0]


def tier_above(amount: Decimal, tiers: Sequence[AnyTier]) -> AnyTier | None:
    """The tier next above the one that `amount` earns, or None at the top."""
    earned = tier_for(amount, tiers).purchases_from
    higher = [tier for tier in tiers if tier.purchases_from > earned]
    return min(higher, key=lambda tier: tier.purchases_from) if higher else None


class Ledger:
    """One customer's purchases in order, for asking the sum of many windows quickly."""

    def __init__(self, purchases: Iterable[tuple[date, Decimal]] = ()) -> None:
        """`purchases` are days with amounts in base currency, in any order."""
        ordered = sorted(purchases)
        self._days: Sequence[date] = [day for day, _ in ordered]
        self._sums = [Decimal(0), *accumulate(amount for _, amount in ordered)]

    def total(self, first: date, last: date) -> Decimal:
        """The sum from `first` to `last`, both days included."""
        return (
            self._sums[bisect_right(self._days, last)] - self._sums[bisect_left(self._days, first)]
        )
