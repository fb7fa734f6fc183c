"""What open requests would have from changed hours, promises or rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet

from contracts.entitlement import Level
from contracts.models import DefaultPromise
from crmservice.worktime import WorkCalendar
from employees.models import WorkingCalendar
from employees.queries import calendar_of_version, family, work_calendar
from service_requests.models import (
    EscalationRule,
    Hold,
    Recalculation,
    ServiceRequest,
    SlaTimer,
    WarningPolicy,
)
from service_requests.promises import Alert, judge, restarted, warnings_of
from service_requests.queries.clocks import (
    case_of,
    escalation_rules,
    hold_spans,
    hours_of,
    rule_of,
    times_repeated,
    warning_percents,
)
from service_requests.queries.reading import frozen_entitlement
from service_requests.rings import Rule, Step, steps

MOST_LOOKED_AT = 1000
EXTREMES = 3


class Shift(NamedTuple):
    """A clock whose due time would move; no time before for a new one, none after for one that
    goes.
    """

    timer: SlaTimer
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta:
        return self.after - self.before if self.after and self.before else timedelta()


@dataclass(frozen=True)
class Shifts:
    """What a change would do to open clocks; of more than `looked_at`, the first due are shown."""

    total: int
    looked_at: int
    shifts: list[Shift]
    at: datetime

    @property
    def earlier(self) -> int:
        return sum(shift.by < timedelta() for shift in self.shifts)

    @property
    def later(self) -> int:
        return sum(shift.by > timedelta() for shift in self.shifts)

    @property
    def other(self) -> int:
        """Clocks that would begin, or go."""
        return sum((shift.before is None) != (shift.after is None) for shift in self.shifts)

    @property
    def overdue_at_once(self) -> int:
        return sum(bool(shift.after and shift.after <= self.at) for shift in self.shifts)

    @property
    def extremes(self) -> list[Shift]:
        """Those that would move furthest, the earliest first."""
        moved = sorted((each for each in self.shifts if each.by), key=lambda each: each.by)
        first, last = moved[:EXTREMES], moved[EXTREMES:][-EXTREMES:]
        return [*first, *last, *[each for each in self.shifts if not each.by][:EXTREMES]]


def calendar_shifts(proposed: Mapping[int, WorkCalendar], *, at: datetime) -> Shifts:
    """What the calendars as they are typed would do to the clocks that count in them."""
    return shifts_in(SlaTimer.objects.movable().filter(calendar__in=proposed), proposed, at=at)


def shifts_behind(calendars: Iterable[WorkingCalendar], *, at: datetime) -> Shifts:
    """What the calendars as they are would do to the clocks that still count by an earlier
    edition.
    """
    current = {each.pk: calendar_of_version(each.pk, each.version) for each in calendars}
    behind = SlaTimer.objects.movable().behind().filter(calendar__in=current)
    return shifts_in(behind, current, at=at)


def shifts_in(
    timers: QuerySet[SlaTimer], calendars: Mapping[int, WorkCalendar], *, at: datetime
) -> Shifts:
    holds = Prefetch("service_request__holds", Hold.objects.select_related("reason"))
    rows = timers.select_related("service_request__customer").prefetch_related(holds)
    looked_at = list(rows.order_by("due_at", "pk")[:MOST_LOOKED_AT])
    shifts = [shift_of(timer, calendars[timer.calendar_id]) for timer in looked_at]
    return Shifts(counted(timers, looked_at), len(looked_at), [each for each in shifts if each], at)


def shift_of(timer: SlaTimer, calendar: WorkCalendar) -> Shift | None:
    spans = hold_spans(timer.service_request.holds.all(), timer.target)
    after = judge(copy(timer), calendar, holds=spans).due_at
    return Shift(timer, timer.due_at, after) if after != timer.due_at else None


def promise_shifts(promise: DefaultPromise, level: Level, *, at: datetime) -> Shifts:
    """What a default promise as it is typed would do to the open requests that have it."""
    requests = promised_by(promise)
    rows = requests.select_related("customer").prefetch_related(
        "sla_timers", Prefetch("holds", Hold.objects.select_related("reason"))
    )
    looked_at = list(rows.order_by("queue_at", "pk")[:MOST_LOOKED_AT])
    calendar = work_calendar(level.calendar_id)
    shifts = [shift for each in looked_at for shift in shifts_of_promise(each, level, calendar)]
    return Shifts(counted(requests, looked_at), len(looked_at), shifts, at)


def shifts_of_promise(
    service_request: ServiceRequest, level: Level, calendar: WorkCalendar
) -> Iterator[Shift]:
    frozen = frozen_entitlement(service_request)
    if (frozen.promises, frozen.calendar_id) == (level.promises, level.calendar_id):
        return
    entitlement = replace(frozen, promises=level.promises, calendar_id=level.calendar_id)
    timers, holds = list(service_request.sla_timers.all()), service_request.holds.all()
    spell = service_request.spell
    present = {
        timer.target: timer
        for timer in timers
        if timer.spell == spell and timer.stopped_at is None and timer.breached_at is None
    }
    for timer in restarted(service_request, timers, entitlement, calendar):
        before = present.pop(timer.target, None)
        after = judge(timer, calendar, holds=hold_spans(holds, timer.target)).due_at
        if before is None or before.due_at != after:
            yield Shift(timer, before.due_at if before else None, after)
    yield from (Shift(timer, timer.due_at, None) for timer in present.values())


def counted(rows: QuerySet[Any], looked_at: Sequence[object]) -> int:
    return len(looked_at) if len(looked_at) < MOST_LOOKED_AT else rows.count()


class Foreseen(NamedTuple):
    """What comes next, by the rules as they are and as they would be."""

    service_request: ServiceRequest
    before: Step | Alert | None
    after: Step | Alert | None


@dataclass(frozen=True)
class Forecast:
    """What a changed rule would do; of more than `looked_at`, the first due are shown."""

    total: int
    looked_at: int
    changes: list[Foreseen]
    at: datetime

    @property
    def at_once(self) -> int:
        return sum(
            self.is_due(each.after) and not self.is_due(each.before) for each in self.changes
        )

    @property
    def newly(self) -> int:
        return sum(each.before is None for each in self.changes)

    @property
    def no_more(self) -> int:
        return sum(each.after is None for each in self.changes)

    @property
    def otherwise(self) -> int:
        """At another time, to another ring, or of another share."""
        return len(self.changes) - self.newly - self.no_more

    @property
    def first(self) -> list[Foreseen]:
        """Those that would come first, then those that no longer would."""
        last = datetime.max.replace(tzinfo=UTC)
        by_time = sorted(self.changes, key=lambda each: each.after.at if each.after else last)
        return by_time[: 3 * EXTREMES]

    def is_due(self, coming: Step | Alert | None) -> bool:
        return coming is not None and coming.at <= self.at


def rule_forecast(proposed: EscalationRule, *, at: datetime) -> Forecast:
    """Whom a rule as it is typed would lift of the open requests."""
    now = escalation_rules()
    then = [rule for rule in now if rule.pk != proposed.pk]
    if proposed.is_active:
        then.append(rule_of(proposed))
    requests = ServiceRequest.objects.open()
    rows = requests.select_related("customer", "repeat_of").prefetch_related(
        "sla_timers",
        "handovers",
        Prefetch("holds", Hold.objects.select_related("reason")),
    )
    looked_at = list(rows.order_by("queue_at", "pk")[:MOST_LOOKED_AT])
    changes = changed(next_steps(each, now, then) for each in looked_at)
    return Forecast(counted(requests, looked_at), len(looked_at), changes, at)


def next_steps(service_request: ServiceRequest, now: list[Rule], then: list[Rule]) -> Foreseen:
    case = case_of(
        service_request,
        service_request.sla_timers.all(),
        service_request.holds.all(),
        service_request.handovers.all(),
        repeats=times_repeated(service_request),
    )
    before, after = (
        next((step for step in coming if step.rule.ring > service_request.ring), None)
        for coming in (steps(rules, case, service_request.rules_met) for rules in (now, then))
    )
    return Foreseen(service_request, before, after)


def warning_forecast(policy: WarningPolicy, percents: Sequence[int], *, at: datetime) -> Forecast:
    """Which running clocks would warn otherwise at other shares of their promise."""
    now = warning_percents().get(policy.target, [])
    timers = SlaTimer.objects.running().filter(target=policy.target, breached_at=None)
    rows = timers.select_related("service_request__customer").prefetch_related(
        Prefetch("service_request__holds", Hold.objects.select_related("reason"))
    )
    looked_at = list(rows.order_by("due_at", "pk")[:MOST_LOOKED_AT])
    changes = changed(next_warnings(each, now, percents, at=at) for each in looked_at)
    return Forecast(counted(timers, looked_at), len(looked_at), changes, at)


def next_warnings(
    timer: SlaTimer, now: Iterable[int], then: Iterable[int], *, at: datetime
) -> Foreseen:
    """Of several that are due the highest is given."""
    spans = hold_spans(timer.service_request.holds.all(), timer.target)
    hours = hours_of(timer)
    coming = (warnings_of(timer, hours, spans, percents) for percents in (now, then))
    before, after = (
        max((alert for alert in alerts if alert.at <= at), default=next(iter(alerts), None))
        for alerts in coming
    )
    return Foreseen(timer.service_request, before, after)


def changed(foreseen: Iterable[Foreseen]) -> list[Foreseen]:
    return [each for each in foreseen if each.before != each.after]


def promised_by(promise: DefaultPromise) -> QuerySet[ServiceRequest]:
    """The open requests whose promises come from a default one."""
    return ServiceRequest.objects.open().filter(
        cover=promise.cover, tier=promise.tier_id, contract=None
    )


def to_recalculate(recalculation: Recalculation) -> QuerySet[ServiceRequest]:
    """The open requests that a recalculation looks at."""
    if recalculation.promise is not None:
        return promised_by(recalculation.promise)
    assert recalculation.calendar is not None
    behind = SlaTimer.objects.movable().behind().filter(calendar__in=family(recalculation.calendar))
    return ServiceRequest.objects.open().filter(pk__in=behind.values("service_request"))
