"""What the clocks and the rings of a request are computed from."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from crmservice.activity.models import Activity
from crmservice.worktime import Span, WorkCalendar
from crmservice.written import written
from employees.models import Employee
from employees.queries import calendar_of_version
from service_requests.choices import THRESHOLDS, HandoverStatus, Trigger
from service_requests.models import (
    EscalationRule,
    Handover,
    Hold,
    ServiceRequest,
    SlaTimer,
    WarningPolicy,
)
from service_requests.promises import promise_of
from service_requests.rings import Case, Clock, Rule, Step, steps

TAKEN = ("service_requests.accepted", "service_requests.taken_over")
TAKING = (
    "service_requests.logged",
    *TAKEN,
    "service_requests.responded",
    "service_requests.answered",
    "service_requests.arrived",
    "service_requests.restored",
    "service_requests.resolved",
)
GIVING = ("service_requests.transferred",)


def hold_spans(holds: Iterable[Hold], target: str, *, until: datetime | None = None) -> list[Span]:
    """The holds that stop the clocks of a target; with `until`, only what lies before it."""
    stopping = [hold for hold in holds if target in hold.reason.holds_targets]
    spans = [Span(hold.starts_at, hold.ends_at) for hold in stopping]
    if until is None:
        return spans
    return [
        Span(starts, min(ends, until) if ends else until)
        for starts, ends in spans
        if starts < until
    ]


def owners(service_request: ServiceRequest) -> list[tuple[datetime, Employee | None]]:
    """Since when who has had the request, from its trail; each change once, two queries."""
    told = Activity.objects.filter(
        subject_type=ServiceRequest._meta.label_lower,
        subject_id=service_request.pk,
        verb__in=(*TAKING, *GIVING),
    )
    trail = list(told.order_by("at", "pk").values_list("verb", "at", "by", "details"))
    changes: list[tuple[datetime, int]] = []
    for verb, at, by, details in trail:
        owner = changes[-1][1] if changes else None
        taker = details.get("to_id") if verb in GIVING else by
        takes = verb in (*GIVING, *TAKEN) or owner is None
        if takes and taker is not None and taker != owner:
            changes.append((at, taker))
    people = Employee.objects.in_bulk([pk for _at, pk in changes])
    return [(at, people[pk]) for at, pk in changes]


def hours_of(timer: SlaTimer) -> WorkCalendar:
    """The hours in which a clock counts: those of the edition it was made with."""
    return calendar_of_version(timer.calendar_id, timer.calendar_version)


def warning_percents() -> dict[str, list[int]]:
    """At which shares each clock warns."""
    policies = written(WarningPolicy.objects.all).rows()
    return {each.target: each.percents for each in policies}


def escalation_rules() -> list[Rule]:
    """The rules that hold now."""
    return [rule_of(row) for row in written(active_rules).rows()]


def active_rules() -> QuerySet[EscalationRule]:
    return EscalationRule.objects.filter(is_active=True)


def rule_of(row: EscalationRule) -> Rule:
    """As data; 0 is the key of one that is not saved."""
    return Rule(
        row.pk or 0,
        row.trigger,
        row.ring,
        row.threshold or 0,
        row.target,
        row.severity,
        row.tier_id,
    )


def case_of(
    service_request: ServiceRequest,
    timers: Iterable[SlaTimer],
    holds: Iterable[Hold],
    handovers: Iterable[Handover],
    *,
    repeats: int = 0,
) -> Case:
    """What the rules look at, of what was loaded: the undecided timers, all holds and hand-overs.

    Raises CalendarError for a calendar that cannot be.
    """
    clocks = [timer for timer in timers if timer.stopped_at is None]
    opened_at = service_request.opened_at
    started = (timer.started_at for timer in clocks if timer.spell == service_request.spell)
    since = opened_at if service_request.spell == 1 else min(started, default=opened_at)
    all_holds = list(holds)
    of_spell = [hold for hold in all_holds if hold.starts_at >= since]
    return Case(
        since=since,
        kind=service_request.kind,
        severity=service_request.severity,
        tier_id=service_request.tier_id,
        repeats=repeats,
        transfers=service_request.transfers - service_request.transfers_before,
        clocks=[
            Clock(
                timer.target,
                hours_of(timer),
                timer.started_at,
                promise_of(timer),
                hold_spans(all_holds, timer.target),
            )
            for timer in clocks
        ],
        holds=[Span(hold.starts_at, hold.ends_at) for hold in of_spell],
        expiries=[hold.ends_at for hold in of_spell if hold.ends_at == hold.expires_at],
        unanswered=[
            handover.due_at for handover in handovers if handover.status == HandoverStatus.ASKED
        ],
    )


def next_ring(
    service_request: ServiceRequest,
    timers: Iterable[SlaTimer],
    holds: Iterable[Hold],
    handovers: Iterable[Handover],
) -> Step | None:
    """The step by which a rule will lift an open request next, if nothing changes."""
    if service_request.climbs_at is None:
        return None
    case = case_of(service_request, timers, holds, handovers)
    coming = steps(escalation_rules(), case, service_request.rules_met)
    return next((step for step in coming if step.rule.ring > service_request.ring), None)


def times_repeated(service_request: ServiceRequest) -> int:
    """How often the fault has come back, as far as a rule may count."""
    times, earlier = 0, service_request.repeat_of
    most = THRESHOLDS[Trigger.REPEAT][1]
    while earlier is not None and times < most:
        times, earlier = times + 1, earlier.repeat_of
    return times
