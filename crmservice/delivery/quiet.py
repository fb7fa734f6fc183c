"""Quiet hours: pure arithmetic of a person's evening."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def after_quiet(at: datetime, *, begins: time | None, ends: time | None, zone: str) -> datetime:
    """`at`, or the end of the quiet hours that `at` falls into; they may go past midnight.

    The beginning belongs to them, the end does not. Without both there are none.
    """
    if begins is None or ends is None:
        return at
    local = at.astimezone(ZoneInfo(zone))
    clock = local.time()
    past_midnight = begins > ends
    is_quiet = (clock >= begins or clock < ends) if past_midnight else begins <= clock < ends
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1 if clock >= ends else 0)
    return datetime.combine(day, ends, tzinfo=local.tzinfo).astimezone(UTC)
