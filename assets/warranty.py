"""Until when a device is under warranty: pure calculation, no ORM, no clock."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Warranty:
    """A warranty on a day. `until` is its last day; None when there is none at all."""

    in_force: bool
    until: date | None
    starts_on: date | None


def warranty(starts_on: date | None, months: int, on: date) -> Warranty:
    """The warranty of `months` from `starts_on` (installation, else delivery) as it is on `on`.

    It holds from the first day to the day before the anniversary, both included. Where the month of
    the anniversary is too short, its last day is the anniversary. Not begun is not in force.
    """
    if starts_on is None or months <= 0:
        return Warranty(in_force=False, until=None, starts_on=starts_on)
    until = _months_later(starts_on, months) - timedelta(days=1)
    return Warranty(in_force=starts_on <= on <= until, until=until, starts_on=starts_on)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
