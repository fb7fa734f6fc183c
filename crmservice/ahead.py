"""The days on which somebody is reminded of a day to come: pure arithmetic."""

from collections.abc import Iterable
from datetime import date, timedelta


def next_day(ends_on: date, days_ahead: Iterable[int], *, after: date) -> date | None:
    """The first day, so many days before `ends_on`, that is later than `after`."""
    days = (ends_on - timedelta(days=days) for days in days_ahead)
    return min((day for day in days if day > after), default=None)
