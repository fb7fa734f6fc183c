"""A request's timers: made from its entitlement, judged by what happened, never saved here."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from contracts.entitlement import Entitlement
from crmservice.worktime import Span, WorkCalendar
from service_requests import sla
from service_requests.choices import Kind, Target, TimerState
from service_requests.models import ServiceRequest, SlaTimer
from service_requests.sla import Promise

Calendars = Callable[[int], WorkCalendar]


class Next(NamedTuple):
    """What a request's queue columns say: the first due time, its target, the first warning."""

    due_at: datetime | None
    target: str
    risk_at: datetime | None


def timers_for(
    entitlement: Entitlement,
    calendars: Calendars,
    opened_at: datetime,
    kind: str,
    *,
    visit_promised: bool,
    spell: int = 1,
) -> list[SlaTimer]:
    """The unsaved, running timers of a request or of its reopening.

    Response is promised on every request, arrival only where a visit is made, restore only on
    faults; a target that is not promised has no timer. `calendars` gives the calendar of an id,
    usually `employees.queries.work_calendar`.
    """
    calendar = calendars(entitlement.calendar_id)
    timers = [
        SlaTimer(
            target=target,
            spell=spell,
            calendar_id=entitlement.calendar_id,
            calendar_version=calendar.edition,
            minutes=promise.minutes,
            next_business_day=promise.minutes is None,
            cut_off=promise.cut_off,
            started_at=opened_at,
        )
        for target, promise in promised(entitlement, kind, visit_promised=visit_promised)
    ]
    for timer in timers:
        judge(timer, calendar)
    return timers


def restarted(
    service_request: ServiceRequest,
    present: Iterable[SlaTimer],
    entitlement: Entitlement,
    calendar: WorkCalendar,
) -> list[SlaTimer]:
    """The unsaved clocks of this spell with the promises of another cover, from where those of
    `present` started; without the targets that are decided.
    """
    of_spell = [timer for timer in present if timer.spell == service_request.spell]
    decided = {timer.target for timer in of_spell if timer.is_met or timer.breached_at is not None}
    timers = timers_for(
        entitlement,
        lambda _pk: calendar,
        min((timer.started_at for timer in of_spell), default=service_request.opened_at),
        service_request.kind,
        visit_promised=service_request.visit_promised,
        spell=service_request.spell,
    )
    for timer in timers:
        timer.service_request = service_request
    return [timer for timer in timers if timer.target not in decided]


def promised(
    entitlement: Entitlement, kind: str, *, visit_promised: bool
) -> Iterator[tuple[Target, Promise]]:
    """Which clocks run for a kind of request, and with which promise."""
    promises = entitlement.promises
    if promises.response_minutes is not None:
        yield Target.RESPONSE, Promise(promises.response_minutes)
    if visit_promised and promises.arrival_next_business_day:
        yield Target.ARRIVAL, Promise.next_business_day(promises.arrival_cut_off)
    elif visit_promised and promises.arrival_minutes is not None:
        yield Target.ARRIVAL, Promise(promises.arrival_minutes)
    if kind == Kind.FAULT and promises.restore_minutes is not None:
        yield Target.RESTORE, Promise(promises.restore_minutes)
    if promises.resolve_minutes is not None:
        yield Target.RESOLVE, Promise(promises.resolve_minutes)


def promise_of(timer: SlaTimer) -> Promise:
    """The promise as `service_requests.sla` computes with it."""
    return (
        Promise.next_business_day(timer.cut_off)
        if timer.next_business_day
        else Promise(timer.minutes)
    )


def judge(
    timer: SlaTimer,
    calendar: WorkCalendar,
    *,
    stopped_at: datetime | None = None,
    holds: Iterable[Span] = (),
    cancelled_at: datetime | None = None,
    at: datetime | None = None,
) -> SlaTimer:
    """Set the timer's due time and what follows from it, from start, promise, calendar and holds.

    Met at `stopped_at`: kept up to and including the due time, else breached with `late_by`
    (working time). Cancelled at `cancelled_at`: what was due by then stays decided as breached.
    Otherwise it runs; given `at`, a due time that has passed is recorded. What was breached stays
    breached.
    """
    spans = list(holds)
    ends = stopped_at or cancelled_at
    if ends is not None:
        spans = [Span(span.starts, span.ends or max(ends, span.starts)) for span in spans]
    promise = promise_of(timer)
    due = sla.due_at(calendar, timer.started_at, promise, spans)
    timer.due_at = due
    timer.risk_at = sla.at_risk_at(calendar, timer.started_at, promise, spans) if due else None
    timer.remaining = timer.late_by = timer.warns_at = None
    timer.stopped_at, timer.cancelled = ends, False
    if due is None:
        since = max(span.starts for span in spans if span.ends is None)
        timer.remaining = sla.remaining(calendar, timer.started_at, promise, spans, since)
    elif stopped_at is not None:
        _decide(timer, calendar, due=due, late=stopped_at > due)
    elif cancelled_at is not None:
        _decide(timer, calendar, due=due, late=due <= cancelled_at)
        timer.cancelled = timer.breached_at is None
    elif at is not None and due <= at and timer.breached_at is None:
        timer.breached_at = due
    return timer


class Alert(NamedTuple):
    """A share of a promise, in per cent, and the moment at which it is used."""

    percent: int
    at: datetime


def warnings_of(
    timer: SlaTimer, calendar: WorkCalendar, holds: Iterable[Span], percents: Iterable[int]
) -> list[Alert]:
    """The warnings still to come of a clock that runs in time, in order; each share warns once."""
    if timer.state != TimerState.RUNNING:
        return []
    start, promise, spans = timer.started_at, promise_of(timer), list(holds)
    moments = [
        (percent, sla.at_risk_at(calendar, start, promise, spans, Fraction(percent, 100)))
        for percent in sorted(percents)
        if percent > timer.warned
    ]
    return [Alert(percent, at) for percent, at in moments if at is not None]


def watch(
    timer: SlaTimer, calendar: WorkCalendar, holds: Iterable[Span], percents: Iterable[int]
) -> None:
    """Set when the next warning of a clock is due."""
    coming = warnings_of(timer, calendar, holds, percents)
    timer.warns_at = coming[0].at if coming else None


def next_of(timers: Iterable[SlaTimer]) -> Next:
    """The first due time and the first warning of the timers that are still open."""
    running = [timer for timer in timers if timer.stopped_at is None and timer.due_at is not None]
    first = min(running, key=_due, default=None)
    warnings = [timer.risk_at for timer in running if timer.risk_at is not None]
    return Next(
        due_at=first.due_at if first else None,
        target=first.target if first else "",
        risk_at=min(warnings, default=None),
    )


def _due(timer: SlaTimer) -> datetime:
    assert timer.due_at is not None
    return timer.due_at


def _decide(timer: SlaTimer, calendar: WorkCalendar, *, due: datetime, late: bool) -> None:
    """Record a breach, once and for all, with the working time by which the promise was missed."""
    if late and timer.breached_at is None:
        timer.breached_at = due
    if timer.breached_at is not None and timer.stopped_at is not None:
        timer.late_by = sla.late_by(calendar, timer.breached_at, timer.stopped_at)
