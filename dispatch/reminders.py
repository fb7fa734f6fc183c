"""When an engineer is reminded of a task, and until when it is to be accepted: pure arithmetic."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST = timedelta(minutes=5)
LONGEST_WAY = timedelta(hours=2)  # a longer one begins the day before: of it the evening reminds


def moments(
    starts_at: datetime, *, evening: time, zone: str, way: timedelta, lead: timedelta
) -> list[datetime]:
    """The evening before in the engineer's zone, and `lead` before one has to set out."""
    there = ZoneInfo(zone)
    day_before = starts_at.astimezone(there).date() - timedelta(days=1)
    the_evening = datetime.combine(day_before, evening, tzinfo=there).astimezone(UTC)
    return sorted({the_evening, starts_at - min(way, LONGEST_WAY) - lead})


def next_of(found: Iterable[datetime], *, after: datetime) -> datetime | None:
    return min((moment for moment in found if moment > after), default=None)


def accept_due_at(*, assigned_at: datetime, starts_at: datetime, usual: datetime) -> datetime:
    """`usual`, or half of the time to the start where that is earlier; never in the same moment."""
    return min(usual, assigned_at + max((starts_at - assigned_at) / 2, SHORTEST))
