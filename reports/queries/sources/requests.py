"""Requests, their promises, what was asked of others, and tasks."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from dispatch.choices import AT_THE_CUSTOMER, CARRIED_OUT
from dispatch.choices import Kind as TaskKind
from dispatch.choices import Status as TaskStatus
from dispatch.models import Task
from reports.queries import clocks, requests
from reports.queries.breaking import narrowed, paths_of_requests
from reports.queries.declaring import Path, Rows
from reports.queries.factual import FACTS
from reports.queries.requests import Asked, age_class, instant_of, of_requests, requests_of
from service_requests.choices import HandoverStatus, Kind, Status, Target
from service_requests.models import Handover, ServiceRequest

MINUTE = timedelta(minutes=1)

OF_REQUEST = paths_of_requests()

THROUGH_REQUEST = paths_of_requests("service_request__")


def took(until: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(until) - F("opened_at"), output_field=DurationField())


def opened(asked: Asked) -> QuerySet[ServiceRequest]:
    """Opened in the period, with the time that each step took."""
    return requests.intake(asked).annotate(
        response=took("responded_at"), arrival=took("arrived_at"), restore=took("restored_at")
    )


def backlog(asked: Asked) -> QuerySet[ServiceRequest]:
    """Open at the end of the period, or now where it is not over: with their `age`."""
    at = instant_of(asked)
    resolved = Q(resolved_at=None) | Q(resolved_at__gt=at)
    cancelled, merged = Q(cancelled_at=None), ~Q(status=Status.MERGED)
    found = requests_of(asked).filter(
        resolved,
        cancelled | Q(cancelled_at__gt=at),
        merged | Q(merged_at__gt=at),
        opened_at__lte=at,
    )
    age = ExpressionWrapper(
        Value(at, output_field=None) - F("opened_at"), output_field=DurationField()
    )
    return found.annotate(age=age, age_class=age_class(at))


def visited(asked: Asked) -> QuerySet[ServiceRequest]:
    """Resolved in the period with at least one on-site task that was carried out: with how many,
    and whether a repeat fault follows. Of one there may be several, so that none is joined.
    """
    later = Exists(ServiceRequest.objects.filter(repeat_of=OuterRef("pk")))
    found = requests.resolved(asked).annotate(visits=visits_of(), is_repeated=later)
    return found.filter(visits__gte=1)


def visits_of() -> Coalesce:
    carried_out = Task.objects.filter(
        service_request=OuterRef("pk"), kind=TaskKind.ONSITE, status__in=CARRIED_OUT
    )
    count = carried_out.order_by().values("service_request").annotate(count=Count("pk"))
    return Coalesce(Subquery(count.values("count")), 0)


def faults(asked: Asked) -> QuerySet[ServiceRequest]:
    return requests.intake(asked).filter(kind=Kind.FAULT)


def opened_today(asked: Asked) -> QuerySet[ServiceRequest]:
    return (
        requests_of(asked)
        .filter(opened_at__gte=midnight(asked), opened_at__lte=asked.at)
        .exclude(status=Status.MERGED)
    )


def midnight(asked: Asked) -> datetime:
    zone = asked.scope.period.zone
    return datetime.combine(timezone.localtime(asked.at, zone).date(), time(), zone)


OPENED = Rows(
    "opened",
    opened,
    "opened_requests",
    OF_REQUEST,
    moment="opened_at",
    facts=FACTS["opened"],
)

OPENED_TODAY = Rows("opened_today", opened_today, "opened_requests", OF_REQUEST)

RESOLVED = Rows(
    "resolved",
    requests.resolved,
    "resolved_requests",
    {**OF_REQUEST, "ring": "highest_ring", "article": "solved_by__number"},
    moment="resolved_at",
    facts=FACTS["resolved"],
)

VISITED = Rows(
    "visited",
    visited,
    "resolved_requests",
    OF_REQUEST,
    moment="resolved_at",
    facts=FACTS["visited"],
)

FAULTS = Rows(
    "faults",
    faults,
    "opened_requests",
    OF_REQUEST,
    moment="opened_at",
    facts=FACTS["faults"],
)

OPEN_NOW = Rows("open_now", requests.open_now, "open_requests", OF_REQUEST)

BACKLOG = Rows(
    "backlog",
    backlog,
    "backlog",
    {**OF_REQUEST, "age": "age_class"},
    facts=FACTS["backlog"],
)


# What was promised


def arrivals_today(asked: Asked) -> QuerySet[Any]:
    """Arrival clocks that were decided today: somebody came, or the time passed."""
    since = midnight(asked)
    came = Q(stopped_at__gte=since, stopped_at__lte=asked.at, cancelled=False)
    passed = Q(breached_at__gte=since, breached_at__lte=asked.at)
    overdue = Q(stopped_at=None, breached_at=None, due_at__gte=since, due_at__lte=asked.at)
    found = clocks.all_clocks(asked).filter(came | passed | overdue, target=Target.ARRIVAL)
    return found.exclude(cancelled=True, breached_at=None)


CLOCKS = Rows(
    "clocks",
    clocks.clocks_of,
    "clocks",
    {**THROUGH_REQUEST, "target": "target"},
    moment="service_request__opened_at",
    facts=FACTS["clocks"],
)

ARRIVALS_TODAY = Rows("arrivals_today", arrivals_today, "clocks", THROUGH_REQUEST)


# Hand-overs and tasks


def handovers(asked: Asked) -> QuerySet[Handover]:
    """Questions to other departments that were asked in the period and not taken back."""
    period = asked.scope.period
    found = Handover.objects.exclude(status=HandoverStatus.WITHDRAWN)
    found = found.filter(asked_at__gte=period.starts, asked_at__lt=period.ends)
    return of_requests(found, asked)


def answered_late(asked: Asked) -> Q:
    """Not answered by the time that was given."""
    return Q(answered_at__gt=F("due_at")) | Q(answered_at=None, due_at__lte=asked.at)


HANDOVERS = Rows(
    "handovers",
    handovers,
    "handovers",
    {**THROUGH_REQUEST, "department": "department"},
    moment="asked_at",
)

TASK_PATHS: dict[str, Path] = {
    "engineer": "assignee__employee_no",
    "outlet": "assignee__outlet__code",
    "customer": "customer__code",
    "tier": Coalesce("service_request__tier__code", "customer__tier__code"),
    "region": "customer__province",
    "model": Coalesce("asset__root__model__code", "asset__model__code"),
    "kind": "service_request__kind",
    "severity": "service_request__severity",
    "channel": "service_request__channel",
}


def finished(asked: Asked) -> QuerySet[Task]:
    """Carried out in the period."""
    period = asked.scope.period
    found = Task.objects.visible_to(asked.user).filter(
        status__in=CARRIED_OUT, finished_at__gte=period.starts, finished_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, TASK_PATHS)


def out_now(asked: Asked) -> QuerySet[Task]:
    """Visits under way: somebody travels, is on site, or works there."""
    found = Task.objects.visible_to(asked.user).filter(
        status__in=(TaskStatus.TRAVELLING, TaskStatus.ON_SITE, TaskStatus.WORKING),
        kind__in=AT_THE_CUSTOMER,
    )
    return narrowed(found, asked.scope.filters, TASK_PATHS)


TASKS = Rows(
    "tasks", finished, "tasks", TASK_PATHS, moment="finished_at", permission="dispatch.view"
)

OUT_NOW = Rows("out_now", out_now, "tasks", TASK_PATHS, permission="dispatch.view")
