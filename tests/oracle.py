"""What `worktime` and `sla` must say, found the slow way: by watching a clock on a wall.

The oracle knows no spans in UTC and no formula. It looks at the wall clock minute by minute and
asks whether service is given. When the wall clock is put back it believes the latest time it has
seen until the clock is past it again, which is what "the first 02:30 counts" means.

Its calendars are plain: minutes since midnight in pairs, by weekday and by date.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from crmservice.worktime import Span, TimeSpan, WorkCalendar

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# ORACLE_EXAMPLES=2500 makes the four comparisons with the oracle 10,000 cases.
thorough = settings(
    max_examples=int(os.environ.get("ORACLE_EXAMPLES", "75")),
    derandomize=True,
    database=None,
    deadline=None,
)
lawful = settings(thorough, max_examples=150)

Pairs = list[tuple[int, int]]


@dataclass
class Rules:
    zone: str
    weekly: dict[int, Pairs]
    days: dict[date, Pairs]

    def calendar(self) -> WorkCalendar:
        return WorkCalendar(
            self.zone,
            {day: _time_spans(pairs) for day, pairs in self.weekly.items()},
            {day: _time_spans(pairs) for day, pairs in self.days.items()},
        )

    def service_days(self, wall: datetime) -> list[date]:
        """The dates whose spans cover this reading of the wall clock (two after a night shift)."""
        covering = []
        for day in (wall.date() - DAY, wall.date()):
            minute = (wall - datetime.combine(day, time())) // MINUTE
            pairs = self.days.get(day, self.weekly.get(day.weekday(), []))
            if any(opens <= minute < closes for opens, closes in pairs):
                covering.append(day)
        return covering


def minutes(rules: Rules, start: datetime) -> Iterator[tuple[datetime, list[date]]]:
    """Each minute from `start` on, with the dates whose service hours it lies in."""
    tz = ZoneInfo(rules.zone)
    minute = start.astimezone(UTC) - timedelta(hours=3)
    latest_wall = minute.astimezone(tz).replace(tzinfo=None)
    while True:
        latest_wall = max(latest_wall, minute.astimezone(tz).replace(tzinfo=None))
        if minute >= start:
            yield minute, rules.service_days(latest_wall)
        minute += MINUTE


def worked(rules: Rules, start: datetime, end: datetime) -> int:
    """Working minutes from `start` to `end`."""
    count = 0
    for minute, service_days in minutes(rules, start):
        if minute >= end:
            return count
        count += bool(service_days)
    raise AssertionError


def due(rules: Rules, start: datetime, target: int, holds: list[Span]) -> datetime | None:
    """The end of the minute in which the target is used up; None if an open hold comes first."""
    used = 0
    for minute, service_days in minutes(rules, start):
        hold = next((hold for hold in holds if _holds(hold, minute)), None)
        if hold and hold.ends is None:
            return None
        used += bool(service_days) and not hold
        if used == target:
            return minute + MINUTE
    raise AssertionError


def used(rules: Rules, start: datetime, target: int, holds: list[Span], at: datetime) -> int:
    """Minutes of the target used at `at`."""
    count = 0
    for minute, service_days in minutes(rules, start):
        if minute >= at or count == target:
            return count
        hold = next((hold for hold in holds if _holds(hold, minute)), None)
        if hold and hold.ends is None:
            return count
        count += bool(service_days) and not hold
    raise AssertionError


def next_business_day(rules: Rules, start: datetime, cut_off: time | None) -> int:
    """The working minutes to the end of the next working day after the day of `start`."""
    opened = start.astimezone(ZoneInfo(rules.zone))
    later_days: set[date] = set()
    wanted = 2 if cut_off and opened.time() > cut_off else 1
    count = end = 0
    for minute, service_days in minutes(rules, start):
        later_days |= {day for day in service_days if day > opened.date()}
        count += bool(service_days)
        day = sorted(later_days)[wanted - 1] if len(later_days) >= wanted else None
        if day in service_days:
            end = count
        if day and minute.astimezone(ZoneInfo(rules.zone)).date() > day + 2 * DAY:
            return end
    raise AssertionError


def _holds(hold: Span, minute: datetime) -> bool:
    return hold.starts <= minute and (hold.ends is None or minute < hold.ends)


def _time_spans(pairs: Pairs) -> tuple[TimeSpan, ...]:
    return tuple(TimeSpan(*pair) for pair in pairs)


# The cases: around the days on which clocks change and the Spring Festival, and any kind of week.

AROUND = {
    "Asia/Shanghai": [date(2026, 2, 14), date(2026, 10, 1)],
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/Sao_Paulo": [date(2018, 2, 18), date(2018, 11, 4)],
    "UTC": [date(2028, 2, 29)],
}
STEP = 15
SHORTEST_WEEK = 12 * 60


@st.composite
def pairs(draw: st.DrawFn) -> Pairs:
    """Up to three spans of a day, none past midnight."""
    cuts = st.integers(0, 1440 // STEP)
    points = sorted(draw(st.sets(cuts, min_size=2, max_size=6)))
    spans = zip(points[::2], points[1::2], strict=False)
    return [(opens * STEP, closes * STEP) for opens, closes in spans]


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, Pairs]:
    """A week with at least twelve hours, in which the last span of a day may end next morning."""
    kind = draw(st.sampled_from(["office", "nights", "round the clock", "any", "any"]))
    if kind == "office":
        return {day: [(540, 720), (780, 1020)] for day in range(5)}
    if kind == "nights":
        return {day: [(1320, 1800)] for day in range(draw(st.integers(3, 7)))}
    if kind == "round the clock":
        return {day: [(0, 1440)] for day in range(7)}
    week = {day: draw(pairs()) if draw(st.integers(0, 3)) else [] for day in range(7)}
    for day in range(7):
        if week[day] and draw(st.booleans()):
            opens, _ = week[day][-1]
            morrow = week[(day + 1) % 7]
            limit = min(1440 + (morrow[0][0] if morrow else 480), opens + 1440)
            week[day][-1] = (opens, max(limit // STEP * STEP, week[day][-1][1]))
    if sum(closes - opens for pairs in week.values() for opens, closes in pairs) < SHORTEST_WEEK:
        week[3] = [(480, 1200)]
        week[2] = [(opens, min(closes, 1440)) for opens, closes in week[2]]
    return week


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rules, datetime]:
    """A calendar with some special days, and a whole minute near to where it matters."""
    zone = draw(st.sampled_from(sorted(AROUND)))
    centre = draw(st.sampled_from(AROUND[zone]))
    special = st.integers(-4, 6).map(lambda days: centre + days * DAY)
    days = draw(st.dictionaries(special, st.one_of(st.just([]), pairs()), max_size=4))
    midnight = datetime.combine(centre, time(), UTC)
    start = midnight + draw(st.integers(-3 * 1440, 2 * 1440)) * MINUTE
    return Rules(zone, draw(weeks()), days), start


@st.composite
def holds(draw: st.DrawFn, start: datetime) -> list[Span]:
    """Up to four holds anywhere around the promise, overlapping or not, the last perhaps open."""
    drawn = []
    for _ in range(draw(st.integers(0, 4))):
        starts = start + draw(st.integers(-600, 4000)) * MINUTE
        drawn.append(Span(starts, starts + draw(st.integers(0, 2000)) * MINUTE))
    if draw(st.integers(0, 4)) == 0:
        drawn.append(Span(start + draw(st.integers(-100, 6000)) * MINUTE, None))
    return draw(st.permutations(drawn))
