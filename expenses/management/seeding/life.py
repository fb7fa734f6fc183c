"""The life of one made-up request: what was promised, what happened, how far it got."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crmservice.bulk import span
from expenses.management.seeding.words import NOTE, RESOLUTION
from service_requests.choices import Kind, Status, Target

# The promise, in a 24×7 calendar: due times are plain sums.
MINUTES = {Target.RESPONSE: 60, Target.ARRIVAL: 480, Target.RESTORE: 1440}
AT_RISK = 0.75
HELD_AFTER = timedelta(minutes=100)
# Shares. Of the newest tenth most are open, of the older ones few: a fifth together.
NEWEST, OPEN_OF_NEWEST, OPEN_OF_OLDER = 0.9, 0.74, 0.14
FAULTS, VISITS, CANCELLED, WAITING, STUCK = 0.6, 0.6, 0.03, 0.4, 0.02
RINGS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
OTHERS = [kind.value for kind in Kind if kind != Kind.FAULT]
RESOLVED = json.dumps({"resolution": RESOLUTION}, ensure_ascii=False)


class Clock:
    """One promise: what was promised, and what became of it."""

    def __init__(self, target: Target, opened: datetime, stopped: datetime | None) -> None:
        """Running from the opening, or met."""
        self.target, self.minutes = target, MINUTES[target]
        self.due: datetime | None = opened + timedelta(minutes=self.minutes)
        self.risk: datetime | None = opened + timedelta(minutes=self.minutes * AT_RISK)
        self.stopped = stopped
        self.breached: datetime | None = None
        self.remaining: timedelta | None = None
        self.is_cancelled = False

    def judge(self, at: datetime, cancelled: datetime | None, held: datetime | None) -> None:
        """As service_requests.promises has it: a breach stays, a hold stops what is not met."""
        assert self.due is not None
        ends = self.stopped or cancelled
        if (self.stopped > self.due) if self.stopped else (self.due <= (cancelled or held or at)):
            self.breached = self.due
        self.is_cancelled = bool(cancelled) and not self.stopped and not self.breached
        if ends is None and held is not None:
            left = self.due - held
            self.remaining, self.due, self.risk = max(left, timedelta()), None, None
        self.stopped = ends

    def row(self, opened: datetime) -> tuple[Any, ...]:
        late_by = self.stopped - self.breached if self.stopped and self.breached else None
        return (
            self.target.value, self.minutes, text(opened), text(self.due), text(self.risk),
            span(self.remaining), text(self.stopped), self.is_cancelled, text(self.breached),
            span(late_by),
        )  # fmt: skip


class Case:
    """From the opening to as far as it got by `at`; `age` is 1 for the newest of all requests."""

    def __init__(self, random: Random, at: datetime, opened: datetime, age: float) -> None:
        """Everything is drawn at once."""
        self.random, self.at, self.opened = random, at, opened.replace(microsecond=0)
        self.is_fault = self.chance(FAULTS)
        self.has_visit = self.is_fault and self.chance(VISITS)
        self.kind = Kind.FAULT.value if self.is_fault else random.choice(OTHERS)
        self.ring = random.choice(RINGS)
        self.responded = self._after(self.opened, 90)
        self.arrived = self._after(self.responded, 500) if self.has_visit else None
        self.restored = (
            self._after(self.arrived if self.has_visit else self.responded, 900)
            if self.is_fault
            else None
        )
        self.resolved = self._after(self.restored if self.is_fault else self.responded, 1200)
        self.closed = self._after(self.resolved, 2000)
        self.cancelled: datetime | None = None
        self.held: datetime | None = None
        self.hold_expires: datetime | None = None
        if self.chance(OPEN_OF_NEWEST if age >= NEWEST else OPEN_OF_OLDER):
            self.resolved = self.closed = None
        elif self.closed and self.chance(CANCELLED):
            self.cancelled = self.closed
            self.arrived = self.restored = self.resolved = self.closed = None
        self.status = self._state()
        self._wait()
        self.clocks = list(self._promises())

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    @property
    def next(self) -> tuple[datetime | None, str, datetime | None]:
        """The first due time, its target, the first warning."""
        running = [each for each in self.clocks if each.stopped is None and each.due is not None]
        if not running:
            return None, "", None
        first = min(running, key=lambda each: each.minutes)
        return first.due, first.target.value, first.risk

    def history(self) -> Sequence[tuple[str, datetime, str, str]]:
        """Verb, moment, text and details of five things that were done."""
        said = self.responded or self.opened
        note = ("noted", said, NOTE, "{}")
        solved = ("resolved", self.resolved, "", RESOLVED) if self.resolved else note
        end = ("closed", self.closed, "", "{}") if self.closed else note
        if self.cancelled:
            end = ("cancelled", self.cancelled, "", '{"reason": "–"}')
        first = ("logged", self.opened, "", '{"cover": "out_of_warranty"}')
        return (first, ("accepted", said, "", "{}"), ("responded", said, "", "{}"), solved, end)

    def _after(self, moment: datetime | None, minutes: int) -> datetime | None:
        """Some time later, mostly soon; None for what has not come yet."""
        if moment is None:
            return None
        later = moment + timedelta(seconds=int(self.random.random() ** 2 * minutes * 60) + 1)
        return later if later <= self.at else None

    def _state(self) -> str:
        """A request nobody answered is new; some of the open ones wait for somebody else."""
        if self.cancelled:
            return Status.CANCELLED.value
        if self.closed:
            return Status.CLOSED.value
        if self.resolved:
            return Status.RESOLVED.value
        if self.responded is None:
            return Status.NEW.value
        return (Status.WAITING if self.chance(WAITING) else Status.IN_PROGRESS).value

    def _wait(self) -> None:
        if self.status == Status.WAITING:
            self.restored = None
            self.held = max(min(self.opened + HELD_AFTER, self.at), self.responded or self.opened)
            self.hold_expires = self.at + timedelta(minutes=self.random.randint(60, 20_000))
        elif self.status == Status.IN_PROGRESS and self.chance(STUCK):
            self.restored = None

    def _promises(self) -> Iterator[Clock]:
        met = {Target.RESPONSE: self.responded}
        if self.has_visit:
            met[Target.ARRIVAL] = self.arrived
        if self.is_fault:
            met[Target.RESTORE] = self.restored
        for target, stopped in met.items():
            clock = Clock(target, self.opened, stopped)
            clock.judge(self.at, self.cancelled, self.held)
            yield clock


def text(moment: datetime | None) -> str | None:
    """A moment in UTC as both databases read it."""
    return None if moment is None else str(moment)
