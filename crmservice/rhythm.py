"""Regular work: when it is due, by calendar or by meter. Pure: no ORM, no clock, no Django.

Dates are days of the service organisation. A turn of a fixed rhythm is counted from its anchor, so
that "monthly from 31 January" is due on the last of February and on 31 March again.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from crmservice.worktime import WorkCalendar

DAY = timedelta(days=1)
MONTHS_A_YEAR = 12
RATE_DAYS = 180  # how far back use is looked at
FARTHEST_DAYS = 20 * 366  # what a meter reaches later than this is not foreseen
LONGEST_SHIFT = 60  # no holidays last longer
DAYS_OF = {"day": 1.0, "week": 7.0, "month": 30.436875, "year": 365.2425}


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class OnHoliday(StrEnum):
    """What becomes of a day on which nobody works."""

    KEEP = "keep"
    BEFORE = "before"
    AFTER = "after"
    SKIP = "skip"


@dataclass(frozen=True)
class Interval:
    """Every so many days, weeks, months or years."""

    every: int
    unit: Unit

    @property
    def days(self) -> float:
        """How long it is on average."""
        return self.every * DAYS_OF[self.unit]

    def after(self, anchor: date, turns: int) -> date:
        """The day so many turns after the anchor; what a month lacks falls on its last day."""
        steps = self.every * turns
        if self.unit == Unit.DAY:
            return anchor + steps * DAY
        if self.unit == Unit.WEEK:
            return anchor + steps * 7 * DAY
        months = steps if self.unit == Unit.MONTH else steps * MONTHS_A_YEAR
        year, month = divmod(anchor.year * MONTHS_A_YEAR + anchor.month - 1 + months, MONTHS_A_YEAR)
        return in_month(year, month + 1, anchor.day)

    def turn_from(self, anchor: date, first: date) -> int:
        """The number of the first turn that is not before `first`; the anchor is turn 0."""
        turn = max(0, int((first - anchor).days / self.days) - 1)
        while self.after(anchor, turn) < first:
            turn += 1
        return turn


def in_month(year: int, month: int, day: int) -> date:
    """A day of a month, or its last one: 29 February is the 28th in most years."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def birthdays(month: int, day: int, after: date, until: date) -> list[date]:
    """Those later than `after` and not later than `until`."""
    years = range(after.year, until.year + 1)
    return [on for year in years if after < (on := in_month(year, month, day)) <= until]


def settle(on: date, holidays: OnHoliday, calendar: WorkCalendar | None) -> date | None:
    """The day on which it is done: itself if somebody works then; None when it is left out."""
    if calendar is None or holidays == OnHoliday.KEEP or calendar.is_working_day(on):
        return on
    if holidays == OnHoliday.SKIP:
        return None
    step = DAY if holidays == OnHoliday.AFTER else -DAY
    for days in range(1, LONGEST_SHIFT + 1):
        if calendar.is_working_day(on + days * step):
            return on + days * step
    return on


# Meters


class Reading(NamedTuple):
    """What a meter showed on a day; a new meter begins with its own figure."""

    on: date
    value: Decimal
    is_new_meter: bool = False


class Total(NamedTuple):
    """The use since the first reading, with all the meters that there were."""

    on: date
    value: Decimal


def totals(readings: Iterable[Reading]) -> list[Total]:
    """The use by day, across replaced meters; the first reading counts from zero."""
    found: list[Total] = []
    total, before = Decimal(0), Decimal(0)
    for reading in readings:
        if not reading.is_new_meter:
            total += reading.value - before
        before = reading.value
        found.append(Total(reading.on, total))
    return found


def rate(used: Sequence[Total]) -> Decimal | None:
    """Use per day over the last half year; None when two days of readings do not tell it."""
    if not used:
        return None
    last = used[-1]
    recent = [total for total in used if (last.on - total.on).days <= RATE_DAYS]
    if recent[0].on == last.on:
        recent = list(used[-2:])  # the reading before is older than that
    days = (last.on - recent[0].on).days
    rise = last.value - recent[0].value
    return rise / days if days > 0 and rise > 0 else None


def reached_on(used: Sequence[Total], target: Decimal) -> date | None:
    """When the use is or was `target`; None when that cannot be foreseen."""
    for total in used:
        if total.value >= target:
            return total.on
    per_day = rate(used)
    if per_day is None:
        return None
    days = int(((target - used[-1].value) / per_day).to_integral_value(ROUND_CEILING))
    return used[-1].on + days * DAY if days <= FARTHEST_DAYS else None


def used_on(used: Sequence[Total], on: date) -> Decimal:
    """The use on a day: between readings and after them by the rate, before them none."""
    if not used or on < used[0].on:
        return Decimal(0)
    for earlier, later in pairwise(used):
        if earlier.on <= on < later.on:
            share = Decimal((on - earlier.on).days) / (later.on - earlier.on).days
            return earlier.value + share * (later.value - earlier.value)
    return used[-1].value + (rate(used) or Decimal(0)) * (on - used[-1].on).days
