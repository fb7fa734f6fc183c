"""What a day holds, and which work is open."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from dispatch.choices import CARRIED_OUT, UNFINISHED
from dispatch.models import Task
from employees.models import Employee
from service_requests.models import ServiceRequest
from service_requests.queries import day_of

HOUR = timedelta(hours=1)


def zone_of(task: Task) -> str:
    """The time zone where the work is done."""
    return (task.site.time_zone if task.site else "") or settings.TIME_ZONE


class Day(NamedTuple):
    on: date
    is_today: bool
    tasks: list[Task]


def days_ahead(engineer: Employee, *, at: datetime) -> list[Day]:
    """The jobs of today and of the next seven days, own ones and those where one goes along, with
    what is overdue or has no time under today; one query.
    """
    today = day_of(at)
    midnight = datetime.combine(today + timedelta(days=8), time(), timezone.get_default_timezone())
    tasks = (
        Task.objects.involving([engineer])
        .filter(
            Q(status__in=UNFINISHED) | Q(status__in=CARRIED_OUT, finished_at__gte=start_of(today))
        )
        .filter(Q(planned_start=None) | Q(planned_start__lt=midnight))
        .select_related(
            "assignee", "customer", "site", "asset__model", "asset__part", "service_request"
        )
        .order_by("listed_at", "pk")
    )
    by_day: dict[date, list[Task]] = {today: []}
    for task in tasks[:100]:
        on = max(day_of(task.planned_start), today) if task.planned_start else today
        by_day.setdefault(on, []).append(task)
    return [Day(on, on == today, by_day[on]) for on in sorted(by_day)]


def start_of(on: date, clock: time = time.min) -> datetime:
    return datetime.combine(on, clock, timezone.get_default_timezone())


def labour_hours(task: Task, until: datetime | None) -> float | None:
    """Hours of work up to a moment, without the pauses; None while the work has not begun."""
    hours = hours_between(task.working_at, until)
    if hours is None or until is None:
        return None
    paused = sum(
        (min(pause.ends_at or until, until) - min(pause.starts_at, until)) / HOUR
        for pause in task.pauses.all()
    )
    return round(max(hours - paused, 0.0), 2)


def hours_between(starts: datetime | None, ends: datetime | None) -> float | None:
    """Hours with two decimals; None when one of the stamps is missing."""
    if starts is None or ends is None:
        return None
    return round((ends - starts) / HOUR, 2)


def unfinished_of(service_request: ServiceRequest) -> QuerySet[Task]:
    return Task.objects.unfinished().filter(service_request=service_request)
