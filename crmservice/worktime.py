"""Working time: pure arithmetic over the service hours of a calendar. No ORM, no clock, no Django.

A calendar says in local wall time when service is given; everything that leaves it is an aware
moment in UTC. Four rules decide what the words of a calendar mean:

* A span belongs to the day on which it opens. "22:00-06:00" on Monday ends on Tuesday morning, even
  if Tuesday is a holiday; a holiday closes the spans that would open on it.
* A boundary is the first moment at which the clock on the wall shows that time or a later one: the
  first 02:30 if it comes twice, the moment of the jump if it never comes. So spans that touch on
  the wall touch in UTC, and a night shift of eight hours has seven or nine at a clock change.
* Spans are half-open: 09:00 is within "09:00-17:00", 17:00 is not.
* Where spans of two days overlap after all (an extra day after a night shift, a clock change), the
  common time counts once.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple, NotRequired, Self, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 24 * MINUTES_AN_HOUR
LONGEST_CLOSURE = 3 * 366
LONGEST_WALK = 100 * 366

_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-\u2013\u2014~]\s*([0-9]{1,2}):([0-9]{2})")
_SEPARATOR = re.compile(r"[,;\n\u3001]")


class CalendarFault(StrEnum):
    """What can be wrong with a calendar; a form has its own words for each."""

    BAD_SPAN = "bad_span"
    EMPTY_SPAN = "empty_span"
    OVERLAPPING_SPANS = "overlapping_spans"
    UNKNOWN_DAY = "unknown_day"
    UNKNOWN_ZONE = "unknown_zone"
    NO_SERVICE_HOURS = "no_service_hours"
    CLOSED_TOO_LONG = "closed_too_long"
    TOO_FAR = "too_far"
    NOT_A_WORKING_DAY = "not_a_working_day"
    NEGATIVE_AMOUNT = "negative_amount"
    NAIVE_MOMENT = "naive_moment"


class CalendarError(ValueError):
    """A calendar that cannot be, or a question it cannot answer: a code and its particulars."""

    def __init__(self, code: CalendarFault, **params: object) -> None:
        """`params` are the particulars that the wording of `code` may name."""
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """Say it for logs; people read the words of a form."""
        return f"{self.code}: {', '.join(f'{key}={value}' for key, value in self.params.items())}"


class Span(NamedTuple):
    """A stretch of time from one aware moment to another, or still open."""

    starts: datetime
    ends: datetime | None


class Hours(NamedTuple):
    """A stretch of service hours in UTC."""

    opens: datetime
    closes: datetime


class TimeSpan(NamedTuple):
    """Service hours of a day in minutes of wall time; `closes` is beyond 1440 past midnight."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "09:00-17:00", "22:00-06:00" (to the next morning) or "00:00-24:00".

        Full-width digits and colons and long dashes are read too. Raises `BAD_SPAN`, `EMPTY_SPAN`.
        """
        found = _SPAN.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None:
            raise CalendarError(CalendarFault.BAD_SPAN, span=text)
        hour, minute, last_hour, last_minute = map(int, found.groups())
        opens, closes = hour * MINUTES_AN_HOUR + minute, last_hour * MINUTES_AN_HOUR + last_minute
        no_minute = max(minute, last_minute) >= MINUTES_AN_HOUR
        if no_minute or opens >= MINUTES_A_DAY or closes > MINUTES_A_DAY:
            raise CalendarError(CalendarFault.BAD_SPAN, span=text)
        if opens == closes:
            raise CalendarError(CalendarFault.EMPTY_SPAN, span=text)
        return cls(opens, closes if closes > opens else closes + MINUTES_A_DAY)

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        closes = self.closes - MINUTES_A_DAY if self.closes > MINUTES_A_DAY else self.closes
        return f"{_clock(self.opens)}-{_clock(closes)}"

    @property
    def length(self) -> timedelta:
        """How long it is on the wall, clock changes left aside."""
        return timedelta(minutes=self.closes - self.opens)


class SpecialDay(NamedTuple):
    """A date on which a calendar departs from its week: a holiday, closure or extra day."""

    on: date
    spans: tuple[TimeSpan, ...]
    name: str

    @property
    def is_open(self) -> bool:
        """Whether service is given on it all the same."""
        return bool(self.spans)


class CalendarRules(TypedDict):
    """A calendar as a company writes it down (the shape of policies.json).

    `holidays` names the country whose days the caller passes to `from_rules`.
    """

    time_zone: str
    weekly: Mapping[str, str | Sequence[str]]
    holidays: NotRequired[str | None]
    moved_working_day: NotRequired[str | Sequence[str]]


def parse_spans(spans: str | Iterable[str]) -> tuple[TimeSpan, ...]:
    """Read the spans of one day, "09:00-12:00, 13:00-17:00" or a list of such, in their order."""
    texts = (
        _SEPARATOR.split(unicodedata.normalize("NFKC", spans)) if isinstance(spans, str) else spans
    )
    return _in_order(TimeSpan.parse(text) for text in texts if text.strip())


def parse_weekly(weekly: Mapping[str, str | Iterable[str]]) -> dict[int, tuple[TimeSpan, ...]]:
    """Read a week {"mon": ["09:00-17:00"], …} into {0: …}; a day that is not named is free."""
    unknown = sorted(set(weekly) - set(WEEKDAYS))
    if unknown:
        raise CalendarError(CalendarFault.UNKNOWN_DAY, day=unknown[0])
    return {WEEKDAYS.index(name): parse_spans(spans) for name, spans in weekly.items()}


def join(spans: Iterable[Hours]) -> Iterator[Hours]:
    """Make one of spans that touch. Not for the endless walk of a calendar that never closes."""
    joined: Hours | None = None
    for span in spans:
        if joined and span.opens <= joined.closes:
            joined = Hours(joined.opens, max(joined.closes, span.closes))
        else:
            if joined:
                yield joined
            joined = span
    if joined:
        yield joined


def utc(moment: datetime) -> datetime:
    """Give the moment in UTC, in which moments compare and subtract as they follow each other."""
    if moment.tzinfo is None:
        raise CalendarError(CalendarFault.NAIVE_MOMENT, moment=moment)
    return moment.astimezone(UTC)


@dataclass(frozen=True)
class WorkCalendar:
    """When service is given: a week of wall time in a zone, and single dates that differ.

    `weekly` has the spans of each weekday (0 is Monday), `days` those of single dates in place of
    the week's (empty: closed), `names` what these dates are called. Refused when made: a zone that
    is not known, spans of a day or of neighbouring weekdays that overlap, a week without hours.
    """

    zone: str
    weekly: Mapping[int, tuple[TimeSpan, ...]] = field(hash=False)
    days: Mapping[date, tuple[TimeSpan, ...]] = field(default_factory=dict, hash=False)
    names: Mapping[date, str] = field(default_factory=dict, hash=False, compare=False)
    edition: int = field(default=0, compare=False)
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _hours: dict[date, tuple[Hours, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be, and keep own copies that nobody can change."""
        weekly = {day: _in_order(self.weekly.get(day, ())) for day in range(7)}
        days = {day: _in_order(spans) for day, spans in self.days.items()}
        if set(self.weekly) - set(weekly):
            raise CalendarError(CalendarFault.UNKNOWN_DAY, day=max(set(self.weekly) - set(weekly)))
        if not any(weekly.values()):
            raise CalendarError(CalendarFault.NO_SERVICE_HOURS)
        for day, spans in weekly.items():
            _refuse_overlap_at_midnight(day, spans, weekly[(day + 1) % 7])
        object.__setattr__(self, "_tz", _zone(self.zone))
        for name, value in (("weekly", weekly), ("days", days), ("names", dict(self.names))):
            object.__setattr__(self, name, MappingProxyType(value))

    @classmethod
    def from_rules(
        cls,
        rules: CalendarRules,
        *,
        holidays: Mapping[date, Literal["holiday", "workday"]] = MappingProxyType({}),
        days: Mapping[date, str | Sequence[str]] = MappingProxyType({}),
        names: Mapping[date, str] = MappingProxyType({}),
        edition: int = 0,
    ) -> Self:
        """Make a calendar from a company's rules and the days of its country.

        A "holiday" is closed; a "workday" has the rules' `moved_working_day` hours, or stays as in
        the week where the rules name none. `days`, the company's own closures ("") and extra days
        ("09:00-12:00"), come last and win.
        """
        moved = parse_spans(rules.get("moved_working_day", ()))
        overrides: dict[date, tuple[TimeSpan, ...]] = {}
        for day, kind in holidays.items():
            if kind == "holiday":
                overrides[day] = ()
            elif moved:
                overrides[day] = moved
        overrides |= {day: parse_spans(spans) for day, spans in days.items()}
        return cls(rules["time_zone"], parse_weekly(rules["weekly"]), overrides, names, edition)

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """Give the moment when `amount` of working time has passed since `start`.

        An amount that ends with a span ends at its closing, not at the next opening. No amount at
        all ends at `start` within service hours, else at the next opening.
        """
        if amount < timedelta():
            raise CalendarError(CalendarFault.NEGATIVE_AMOUNT, amount=amount)
        for opens, closes in self.spans(start):
            if amount <= closes - opens:
                return opens + amount
            amount -= closes - opens
        raise CalendarError(CalendarFault.TOO_FAR, start=start)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time from `start` to `end`; none if `end` is not later."""
        return sum((closes - opens for opens, closes in self.spans(start, end)), timedelta())

    def spans(self, start: datetime, until: datetime | None = None) -> Iterator[Hours]:
        """Walk the service hours from `start` on, in order and cut to fit, without overlap.

        Without `until` there is no last one, so spans that touch at midnight stay two (`join` makes
        them one). Raises `CLOSED_TOO_LONG` after three years and `TOO_FAR` after a century.
        """
        reached, stop = utc(start), utc(until) if until else None
        first = self.day_of(reached) - DAY
        last = self.day_of(stop) + DAY if stop else None
        worked_on = first
        for day in _days_from(first, last):
            for opens, closes in self.hours_on(day):
                if stop and max(opens, reached) >= stop:
                    return
                if closes > reached:
                    yield Hours(max(opens, reached), min(closes, stop) if stop else closes)
                    reached, worked_on = closes, day
            if stop is None and (day - worked_on).days > LONGEST_CLOSURE:
                raise CalendarError(
                    CalendarFault.CLOSED_TOO_LONG, since=worked_on, days=LONGEST_CLOSURE
                )

    def is_open(self, at: datetime) -> bool:
        """Tell whether service is given at this moment."""
        return self.next_opening(at) == utc(at)

    def next_opening(self, at: datetime) -> datetime:
        """Give the moment from which service is given: `at` itself within service hours."""
        return self.add(at, timedelta())

    def day_of(self, at: datetime) -> date:
        """Give the calendar date of a moment, as the people of this calendar see it."""
        return self.local(at).date()

    def local(self, at: datetime) -> datetime:
        """Give the moment as the clock on the wall shows it."""
        return utc(at).astimezone(self._tz)

    def is_working_day(self, day: date) -> bool:
        """Tell whether service hours open on this date."""
        return bool(self.hours_on(day))

    def length_of(self, day: date) -> timedelta:
        """Give the service hours that open on this date, as long as they are in UTC."""
        return sum((closes - opens for opens, closes in self.hours_on(day)), timedelta())

    def next_working_day(self, day: date) -> date:
        """Give the first working day strictly after `day`."""
        for later in _days_from(day + DAY, day + LONGEST_CLOSURE * DAY):
            if self.is_working_day(later):
                return later
        raise CalendarError(CalendarFault.CLOSED_TOO_LONG, since=day, days=LONGEST_CLOSURE)

    def end_of_day(self, day: date) -> datetime:
        """Give the end of the service hours of a working day, past midnight if its last span is."""
        if not self.is_working_day(day):
            raise CalendarError(CalendarFault.NOT_A_WORKING_DAY, day=day)
        return self.hours_on(day)[-1].closes

    def spans_on(self, day: date) -> tuple[TimeSpan, ...]:
        """Give the wall-time spans that open on this date."""
        spans = self.days.get(day)
        return self.weekly[day.weekday()] if spans is None else spans

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Give the service hours that open on this date, in UTC; worked out once per calendar."""
        hours = self._hours.get(day)
        if hours is None:
            hours = self._hours[day] = tuple(self._hours_of(day))
        return hours

    def special_days(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """Give the dates from `first` to `last` on which the hours differ from the week's."""
        return tuple(
            SpecialDay(day, spans, self.names.get(day, ""))
            for day, spans in sorted(self.days.items())
            if first <= day <= last and spans != self.weekly[day.weekday()]
        )

    def _hours_of(self, day: date) -> Iterator[Hours]:
        midnight = datetime.combine(day, time())
        for opens, closes in self.spans_on(day):
            hours = Hours(
                _first_moment(midnight + timedelta(minutes=opens), self._tz),
                _first_moment(midnight + timedelta(minutes=closes), self._tz),
            )
            if hours.opens < hours.closes:
                yield hours


def _first_moment(wall: datetime, tz: ZoneInfo) -> datetime:
    """Give the first moment, in UTC, at which the clock on the wall shows `wall` or later."""
    moment = wall.replace(tzinfo=tz).astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) == wall:
        return moment
    before, after = wall.replace(tzinfo=tz, fold=1).astimezone(UTC), moment
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(tz).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def _days_from(first: date, last: date | None) -> Iterator[date]:
    day = first
    try:
        while last is None or day <= last:
            if (day - first).days > LONGEST_WALK:
                raise CalendarError(CalendarFault.TOO_FAR, start=first)
            yield day
            day += DAY
    except OverflowError as end_of_time:
        raise CalendarError(CalendarFault.TOO_FAR, start=first) from end_of_time


def _in_order(spans: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    ordered = tuple(sorted(spans))
    for span in ordered:
        if not 0 <= span.opens < MINUTES_A_DAY or span.closes > span.opens + MINUTES_A_DAY:
            raise CalendarError(CalendarFault.BAD_SPAN, span=span)
        if span.closes <= span.opens:
            raise CalendarError(CalendarFault.EMPTY_SPAN, span=span)
    for earlier, later in pairwise(ordered):
        if later.opens < earlier.closes:
            raise CalendarError(CalendarFault.OVERLAPPING_SPANS, first=earlier, second=later)
    return ordered


def _refuse_overlap_at_midnight(
    day: int, spans: Sequence[TimeSpan], morrow: Sequence[TimeSpan]
) -> None:
    if spans and morrow and spans[-1].closes - MINUTES_A_DAY > morrow[0].opens:
        raise CalendarError(
            CalendarFault.OVERLAPPING_SPANS, day=WEEKDAYS[day], first=spans[-1], second=morrow[0]
        )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise CalendarError(CalendarFault.UNKNOWN_ZONE, zone=name) from unknown


def _clock(minutes: int) -> str:
    return "{:02}:{:02}".format(*divmod(minutes, MINUTES_AN_HOUR))
