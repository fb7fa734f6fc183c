"""Due times of promises: pure arithmetic over working time and holds. No ORM, no clock, no Django.

A due time is derived, never adjusted: from the start, the promise, the calendar and the holds, each
time anew. The rule of the walk: the promise ends at its base; each hold, in order, that begins
before the end so far moves it by the working time it holds; one that begins at the end or later
counts nothing, for the promise was over by then. Holds may overlap (common time counts once), may
begin before the start (what lies before it counts nothing), and may still be open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Generic, NamedTuple, Self, TypeVar

from crmservice.errors import DomainError
from crmservice.worktime import Hours, Span, SpecialDay, WorkCalendar, join, utc

NBD = "NBD"

Who = TypeVar("Who")


class PromiseFault(StrEnum):
    """What can be wrong with a promise or its holds; a form has its own words for each."""

    NO_PROMISE = "no_promise"
    BAD_CUT_OFF = "bad_cut_off"
    HOLD_ENDS_BEFORE_IT_STARTS = "hold_ends_before_it_starts"
    NO_FRACTION = "no_fraction"


class PromiseError(DomainError):
    """A promise that cannot be given; `code` lets a form say it in the person's language."""

    def __init__(self, code: PromiseFault, message: str) -> None:
        """`message` is English, for callers that have no words of their own."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Promise:
    """A target in working minutes, or (`minutes` None) the end of the next working day.

    With `cut_off`, in the calendar's wall time, a call later than that adds one more working day;
    a call at that very second is in time.
    """

    minutes: int | None
    cut_off: time | None = None

    def __post_init__(self) -> None:
        """Refuse a target of nothing, and a cut-off for minutes."""
        if self.minutes is not None and self.minutes <= 0:
            raise PromiseError(
                PromiseFault.NO_PROMISE, "A promise needs a target of at least one minute."
            )
        if self.cut_off is None:
            return
        if self.minutes is not None:
            raise PromiseError(
                PromiseFault.BAD_CUT_OFF, "Only the next business day can have a cut-off time."
            )
        if self.cut_off.tzinfo or self.cut_off.second or self.cut_off.microsecond:
            raise PromiseError(
                PromiseFault.BAD_CUT_OFF, "A cut-off time is hours and minutes of the calendar."
            )

    @classmethod
    def next_business_day(cls, cut_off: time | None = None) -> Self:
        """Promise the end of service hours of the next working day."""
        return cls(None, cut_off)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "120", "NBD" or "NBD 15:00" (the shape of the company's files)."""
        word, _, cut_off = text.strip().upper().partition(" ")
        try:
            if word == NBD:
                return cls(None, time.fromisoformat(cut_off.strip()) if cut_off else None)
            return cls(int(text))
        except ValueError as unread:
            raise PromiseError(
                PromiseFault.NO_PROMISE, "A promise is a number of minutes, or NBD."
            ) from unread

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        if self.minutes is not None:
            return str(self.minutes)
        return f"{NBD} {self.cut_off:%H:%M}" if self.cut_off else NBD


class SegmentKind(StrEnum):
    """What a clock does in a stretch of time; only `course` knows what is ahead or late."""

    RUNNING = "running"
    HELD = "held"
    CLOSED = "closed"
    AHEAD = "ahead"
    LATE = "late"


BURNT = (SegmentKind.RUNNING, SegmentKind.HELD, SegmentKind.LATE)


class Segment(NamedTuple):
    """A stretch of time in which a clock does one thing, and the working time in it."""

    kind: SegmentKind
    starts: datetime
    ends: datetime
    working: timedelta


@dataclass(frozen=True)
class Arithmetic:
    """Why a promise is due when it is: `target` + `held` working time from `starts` on.

    `base` is the due time without holds. While a hold is open there is no `due` and `segments` end
    at the moment of asking; else they end at `due`. `special_days` are the dates in between on
    which the calendar departed from its week.
    """

    starts: datetime
    promise: Promise
    target: timedelta
    base: datetime
    held: timedelta
    due: datetime | None
    used: timedelta
    remaining: timedelta
    segments: list[Segment]
    special_days: tuple[SpecialDay, ...]


def due_at(
    calendar: WorkCalendar, start: datetime, promise: Promise, holds: Iterable[Span] = ()
) -> datetime | None:
    """Give the moment the promise ends, or None while a hold keeps it open."""
    return _walk(calendar, start, _base(calendar, start, promise), holds).due


def target_of(calendar: WorkCalendar, start: datetime, promise: Promise) -> timedelta:
    """Give the promise as working time from its start: minutes as they are, a day as it lies."""
    if promise.minutes is not None:
        return timedelta(minutes=promise.minutes)
    return calendar.between(start, _base(calendar, start, promise))


def remaining(
    calendar: WorkCalendar,
    start: datetime,
    promise: Promise,
    holds: Iterable[Span],
    at: datetime,
) -> timedelta:
    """Give the working time left at `at`; it stands still during a hold and is never negative."""
    target, walk = _target_and_walk(calendar, start, promise, holds)
    return target - _used(calendar, start, target, walk, at)


def used_fraction(
    calendar: WorkCalendar,
    start: datetime,
    promise: Promise,
    holds: Iterable[Span],
    at: datetime,
) -> float:
    """Give the share of the target that is used at `at`, from 0.0 to 1.0."""
    target, walk = _target_and_walk(calendar, start, promise, holds)
    return _used(calendar, start, target, walk, at) / target


def at_risk_at(
    calendar: WorkCalendar,
    start: datetime,
    promise: Promise,
    holds: Iterable[Span] = (),
    fraction: float | Decimal | Fraction = 0.75,
) -> datetime | None:
    """Give the moment, to the full second, at which `fraction` of the target is used.

    None while a hold that began before keeps it open. `fraction` is more than 0, at most 1.
    """
    share = Fraction(str(fraction))
    if not 0 < share <= 1:
        raise PromiseError(
            PromiseFault.NO_FRACTION, "A warning needs a share of more than 0, at most 1."
        )
    target = target_of(calendar, start, promise)
    seconds = ceil(Fraction(target // timedelta.resolution, 10**6) * share)
    base = calendar.add(start, min(target, timedelta(seconds=seconds)))
    return _walk(calendar, start, base, holds).due


def late_by(calendar: WorkCalendar, due: datetime, stopped: datetime) -> timedelta:
    """Give the working time by which a clock that stopped at `stopped` missed its due time."""
    return calendar.between(due, stopped)


def segments(
    calendar: WorkCalendar, start: datetime, until: datetime, holds: Iterable[Span] = ()
) -> list[Segment]:
    """Cut the time from `start` to `until` into running, held and closed segments, without gap.

    Outside service hours it is closed, held or not: such a hold changes nothing. The working time
    of all segments is `calendar.between(start, until)`.
    """
    start, until = utc(start), utc(until)
    merged = list(_merged(holds, start))
    cut: list[Segment] = []
    for opens, closes in join(calendar.spans(start, until)):
        if opens > (reached := cut[-1].ends if cut else start):
            cut.append(Segment(SegmentKind.CLOSED, reached, opens, timedelta()))
        cut.extend(_open_segments(opens, closes, merged))
    if until > (reached := cut[-1].ends if cut else start):
        cut.append(Segment(SegmentKind.CLOSED, reached, until, timedelta()))
    return cut


def arithmetic(
    calendar: WorkCalendar,
    start: datetime,
    promise: Promise,
    holds: Iterable[Span],
    at: datetime,
) -> Arithmetic:
    """Explain a due time: everything that the page "why this time" shows, as of `at`."""
    target, walk = _target_and_walk(calendar, start, promise, holds)
    start, at = utc(start), utc(at)
    until = walk.due or max(start, at)
    used = _used(calendar, start, target, walk, at)
    cut = segments(calendar, start, until, walk.holds)
    return Arithmetic(
        starts=start,
        promise=promise,
        target=target,
        base=_base(calendar, start, promise),
        held=sum((part.working for part in cut if part.kind == SegmentKind.HELD), timedelta()),
        due=walk.due,
        used=used,
        remaining=target - used,
        segments=cut,
        special_days=calendar.special_days(calendar.day_of(start), calendar.day_of(until)),
    )


class Leg(NamedTuple, Generic[Who]):
    """A segment in the hands of one owner; None is nobody."""

    segment: Segment
    owner: Who | None


def course(calendar: WorkCalendar, why: Arithmetic, at: datetime) -> list[Segment]:
    """Give what a clock did up to `at` and has to do from then on, from its start to the later of
    `at` and its due time.

    Service hours after `at` are ahead, those between the due time and `at` late; a hold that began
    when the promise was over counts nothing, so lateness runs on through it.
    """
    at = utc(at)
    parts = [
        part._replace(kind=SegmentKind.AHEAD)
        if part.starts >= at and part.kind == SegmentKind.RUNNING
        else part
        for part in _cut(why.segments, [at])
    ]
    if why.due is not None and at > why.due:
        parts += [
            part._replace(kind=SegmentKind.LATE) if part.kind == SegmentKind.RUNNING else part
            for part in segments(calendar, why.due, at)
        ]
    return parts


def legs(parts: Iterable[Segment], owned: Sequence[tuple[datetime, Who | None]]) -> list[Leg[Who]]:
    """Cut segments at each change of owner; `owned` says since when who has it, in order.

    Before the first change nobody has it, and nobody has what is still ahead.
    """
    changes = [(utc(since), owner) for since, owner in owned]
    cut = _cut(parts, [since for since, _owner in changes])
    return [Leg(part, _owner_in(part, changes)) for part in cut]


def totals(
    of: Iterable[Leg[Who]],
) -> dict[Who | None, dict[SegmentKind, timedelta]]:
    """Add up the working time of each owner by what the clock did, in the order of their turns."""
    sums: dict[Who | None, dict[SegmentKind, timedelta]] = {}
    for segment, owner in of:
        if segment.kind in BURNT:
            burnt = sums.setdefault(owner, dict.fromkeys(BURNT, timedelta()))
            burnt[segment.kind] += segment.working
    return sums


def fold(of: Sequence[Leg[Who]], most: int) -> list[Leg[Who]]:
    """Leave out the closed hours between two legs of the same kind and owner if there are more legs
    than `most`; their working time stays the sum.
    """
    if len(of) <= most:
        return list(of)
    folded: list[Leg[Who]] = []
    for leg in of:
        if leg.segment.kind == SegmentKind.CLOSED:
            continue
        last = folded[-1] if folded else None
        if last and (last.segment.kind, last.owner) == (leg.segment.kind, leg.owner):
            working = last.segment.working + leg.segment.working
            joined = last.segment._replace(ends=leg.segment.ends, working=working)
            folded[-1] = Leg(joined, leg.owner)
        else:
            folded.append(leg)
    return folded


def _cut(parts: Iterable[Segment], moments: Sequence[datetime]) -> Iterator[Segment]:
    """Cut segments at moments; within a segment all time works, or none does."""
    for part in parts:
        reached = part.starts
        for moment in sorted(moments):
            if reached < moment < part.ends:
                yield _piece(part, reached, moment)
                reached = moment
        yield _piece(part, reached, part.ends)


def _piece(part: Segment, starts: datetime, ends: datetime) -> Segment:
    closed = part.kind == SegmentKind.CLOSED
    return Segment(part.kind, starts, ends, timedelta() if closed else ends - starts)


def _owner_in(part: Segment, changes: Sequence[tuple[datetime, Who | None]]) -> Who | None:
    if part.kind == SegmentKind.AHEAD:
        return None
    before = [owner for since, owner in changes if since <= part.starts]
    return before[-1] if before else None


class _Walk(NamedTuple):
    """Where a walk over the holds ended, and the holds that counted."""

    due: datetime | None
    holds: list[Span]


def _target_and_walk(
    calendar: WorkCalendar, start: datetime, promise: Promise, holds: Iterable[Span]
) -> tuple[timedelta, _Walk]:
    base = _base(calendar, start, promise)
    return target_of(calendar, start, promise), _walk(calendar, start, base, holds)


def _base(calendar: WorkCalendar, start: datetime, promise: Promise) -> datetime:
    """Give the due time of a promise without holds."""
    if promise.minutes is not None:
        return calendar.add(start, timedelta(minutes=promise.minutes))
    opened = calendar.local(start)
    day = calendar.next_working_day(opened.date())
    if promise.cut_off is not None and opened.time() > promise.cut_off:
        day = calendar.next_working_day(day)
    return calendar.end_of_day(day)


def _walk(calendar: WorkCalendar, start: datetime, base: datetime, holds: Iterable[Span]) -> _Walk:
    due, counted = base, []
    for hold in _merged(holds, start):
        if hold.starts >= due:
            break
        counted.append(hold)
        if hold.ends is None:
            return _Walk(None, counted)
        held = calendar.between(hold.starts, hold.ends)
        if held:
            due = calendar.add(due, held)
    return _Walk(due, counted)


def _used(
    calendar: WorkCalendar, start: datetime, target: timedelta, walk: _Walk, at: datetime
) -> timedelta:
    at = utc(at)
    if walk.due and at >= walk.due:
        return target
    used = calendar.between(start, at)
    for starts, ends in walk.holds:
        used -= calendar.between(starts, min(ends, at) if ends else at)
    return used


def _merged(holds: Iterable[Span], start: datetime) -> Iterator[Span]:
    """Give the holds in order, as from `start`, those that overlap or touch as one."""
    merged: Span | None = None
    for starts, ends in sorted(_from(start, holds), key=lambda hold: hold.starts):
        if merged and (merged.ends is None or starts <= merged.ends):
            merged = Span(merged.starts, _later(merged.ends, ends))
        else:
            if merged:
                yield merged
            merged = Span(starts, ends)
    if merged:
        yield merged


def _from(start: datetime, holds: Iterable[Span]) -> Iterator[Span]:
    opened = utc(start)
    for hold in holds:
        starts, ends = utc(hold.starts), utc(hold.ends) if hold.ends else None
        if ends and ends < starts:
            raise PromiseError(
                PromiseFault.HOLD_ENDS_BEFORE_IT_STARTS, "A hold cannot end before it starts."
            )
        if ends is None or ends > opened:
            yield Span(max(starts, opened), ends)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _open_segments(opens: datetime, closes: datetime, holds: Iterable[Span]) -> Iterator[Segment]:
    """Cut one stretch of service hours at the holds."""
    reached = opens
    for hold in holds:
        held = Hours(max(hold.starts, reached), min(hold.ends or closes, closes))
        if held.opens >= held.closes:
            continue
        if held.opens > reached:
            yield _working(SegmentKind.RUNNING, reached, held.opens)
        yield _working(SegmentKind.HELD, *held)
        reached = held.closes
    if closes > reached:
        yield _working(SegmentKind.RUNNING, reached, closes)


def _working(kind: SegmentKind, starts: datetime, ends: datetime) -> Segment:
    return Segment(kind, starts, ends, ends - starts)
