"""What a tablet takes along: the own work of the next seven days, without prices and without what
is anybody else's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from assets.models import Part
from dispatch.models import Pause, Task
from dispatch.queries.scheduling import days_ahead
from employees.models import Employee

MOST_PARTS = 3000
STAMPS = ("assigned_at", "accepted_at", "travelling_at", "arrived_at", "working_at", "finished_at")
PAGES = ("job", "refuse", "complete", "not_solved")
PAUSED = "paused"  # of work under way: what the tablet shows as a status


def package(engineer: Employee, *, at: datetime) -> dict[str, Any]:
    """Two queries: the tasks, and all parts by number and name."""
    tasks = [task for day in days_ahead(engineer, at=at) for task in day.tasks]
    parts = Part.objects.order_by("part_no")[:MOST_PARTS]
    return {
        "user": engineer.pk,
        "tasks": [packed(task, engineer) for task in tasks],
        "parts": [[part.pk, str(part)] for part in parts],
    }


def statuses_on_tablet(numbers: Iterable[str], user: Employee) -> dict[str, str]:
    """How those of the named tasks that the person sees stand now, as the tablet says it."""
    pauses = Pause.objects.filter(task=OuterRef("pk"), ends_at=None)
    tasks = Task.objects.visible_to(user).filter(number__in=numbers)
    found = tasks.annotate(pauses_now=Exists(pauses)).values_list("number", "status", "pauses_now")
    return {number: PAUSED if is_paused else status for number, status, is_paused in found}


def packed(task: Task, engineer: Employee) -> dict[str, Any]:
    """A task as the tablet knows it: where it stands, and which pages belong to it."""
    stamps = {name: getattr(task, name) for name in STAMPS}
    return {
        "number": task.number,
        "status": task.status,
        "version": task.version,
        "title": task.title,
        "starts_at": moment_of(task.planned_start),
        "customer": task.customer.name if task.customer else "",
        "stamps": {name: moment_of(value) for name, value in stamps.items() if value},
        "pages": [
            reverse(f"dispatch:{name}", args=[task.number]) for name in pages_of(task, engineer)
        ],
    }


def pages_of(task: Task, engineer: Employee) -> tuple[str, ...]:
    """Who goes along signs nothing."""
    is_to_end = task.is_unfinished and task.assignee_id == engineer.pk
    return PAGES if is_to_end else PAGES[:1]


def moment_of(value: datetime | None) -> int | None:
    """Milliseconds since 1970, as a browser reckons."""
    return int(value.timestamp() * 1000) if value else None
