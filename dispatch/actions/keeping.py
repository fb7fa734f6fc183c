"""What every verb does first and last: take the task as it is now, check the time, write, tell,
keep it findable.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import index
from crmservice.web.text import moment
from dispatch.choices import Status
from dispatch.models import Task
from dispatch.queries import KIND, search_words
from employees.models import Employee
from service_requests.models import ServiceRequest

BESIDE = (
    "assignee",
    "asset__root",
    "contract",
    "customer",
    "service_request__customer",
    "site",
    "skill",
)
MOVED = ("accept_due_at", "remind_at")  # what `move_to` takes away


def lock(task: Task) -> Task:
    """The task as it is now, locked; its request first, from the ground up (house.md 4)."""
    if task.service_request_id is not None:
        ServiceRequest.objects.lock(task.service_request_id)
    return Task.objects.select_related(*BESIDE).lock(task.pk)


def write(task: Task, *fields: str) -> None:
    """Save these fields and write the search entry anew; what others have open is then an older
    version.
    """
    task.version += 1
    task.save(update_fields=[*fields, *MOVED, "version"])
    reindex(task)


def reindex(task: Task) -> None:
    index(KIND, task.pk, **search_words(task))


def about(task: Task) -> Iterable[models.Model | None]:
    """The records on whose pages the task's verbs are told, too."""
    asset = task.asset
    return (
        task.service_request,
        task.customer,
        asset,
        asset.root if asset else None,
        task.contract,
    )


def tell(
    task: Task, verb: str, *, by: Employee | None, at: datetime, text: str = "", **details: Any
) -> Activity:
    return record(task, verb, by=by, at=at, about=about(task), text=text, **details)


def demand(text: str, field: str) -> str:
    """The text without blanks around it; DomainError when nothing is left."""
    if not text.strip():
        raise DomainError(_("Please write something here."), field=field)
    return text.strip()


def time_of_step(task: Task, happened_at: datetime | None, *, at: datetime) -> datetime:
    """When a step was taken: now, or as the device says; never in the future, never before the step
    before it.
    """
    happened = happened_at or at
    if happened > at:
        raise DomainError(
            _("%(time)s is still to come; say when it really was.") % {"time": moment(happened)},
            field="happened_at",
        )
    before = task.last_step_at
    if before is not None and happened < before:
        raise DomainError(
            _("%(number)s was already %(status)s at %(time)s; this cannot have been earlier.")
            % {
                "number": task.number,
                "status": task.get_status_display(),
                "time": moment(before),
            },
            field="happened_at",
        )
    return happened


def after_pauses(task: Task, happened: datetime) -> datetime:
    """Of work that was paused: not before a pause began or ended, however the clock goes."""
    stamps = [stamp for pause in task.pauses.all() for stamp in (pause.starts_at, pause.ends_at)]
    return max([happened, *filter(None, stamps)])


def refuse_strangers(task: Task, by: Employee) -> None:
    """Raise DomainError when the task is somebody else's by now."""
    if task.assignee_id != by.pk:
        raise DomainError(
            _("%(number)s is not yours any more: it is with %(engineer)s.")
            % {"number": task.number, "engineer": task.assignee}
            if task.assignee
            else _("%(number)s is not yours any more: the desk took it back.")
            % {"number": task.number}
        )


def refuse_outsiders(task: Task, by: Employee) -> None:
    """Raise DomainError for who neither answers for the task nor goes along."""
    if not task.crew.filter(pk=by.pk).exists():
        refuse_strangers(task, by)


def refuse_over(task: Task) -> None:
    if not task.is_unfinished:
        raise DomainError(
            _("%(number)s is %(now)s; it cannot be changed any more.")
            % {"number": task.number, "now": task.get_status_display()}
        )


def refuse_unless_under_way(task: Task) -> None:
    if not task.is_under_way:
        raise DomainError(
            _(
                "%(number)s is %(status)s; this is written down on the spot,"
                " while the work is going on."
            )
            % {"number": task.number, "status": Status(task.status).label}
        )


def open_request(task: Task) -> ServiceRequest | None:
    """The task's request while its clocks can still run."""
    service_request = task.service_request
    return service_request if service_request and service_request.is_open else None
