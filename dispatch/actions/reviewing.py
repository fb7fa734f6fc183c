"""Whether the record of a visit is complete: reported in time, with what its kind calls for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crmservice.attachments import keeping
from crmservice.attachments.checking import Checked
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from dispatch import queries
from dispatch.actions.keeping import demand, lock, tell
from dispatch.choices import CARRIED_OUT, RECORD
from dispatch.models import Task, WorkReport
from employees import actions as employees
from employees.models import Employee, Omission

SWEPT = 500


def review(task: Task, *, at: datetime) -> None:
    """Judge the record of a finished task, and note what its kind calls for and nobody has filled,
    in its verb's transaction.
    """
    (facts,) = queries.facts_of([task])
    supplement = reverse("dispatch:supplement", args=[task.number])
    employees.review_record(
        facts,
        urls={
            "readings": supplement,
            "photos": reverse("dispatch:attach", args=[task.number]),
            "report": reverse("dispatch:job", args=[task.number]),
        },
        at=at,
    )


@transaction.atomic
def attach(
    task: Task, files: Iterable[Checked], *, by: Employee, at: datetime, **said: Any
) -> Task:
    """Keep photos and files with a task; after its end that may be what its record lacks."""
    task = lock(task)
    keeping.attach_all(task, files, by=by, at=at, **said)
    if task.status in CARRIED_OUT and WorkReport.objects.filter(task=task).exists():
        review(task, at=at)
    return task


def forget_review(task: Task) -> None:
    """It was cancelled, or is somebody else's now."""
    employees.forget_record(task, situation=RECORD)


def note_unreported(*, at: datetime) -> int:
    """Note each task whose time is over for longer than its report may take, and that nobody has
    finished; returns how many.
    """
    over = at - timedelta(hours=settings.RECORD_WITHIN_HOURS)
    noted = Omission.objects.filter(situation=RECORD, field="report")
    tasks = (
        Task.objects.unfinished()
        .filter(assignee__isnull=False, assigned_at__isnull=False, planned_end__lte=over)
        .exclude(pk__in=noted.values("subject_id"))
        .order_by("planned_end", "pk")
    )
    return claim_each(list(tasks[:SWEPT]), note_unreported_task, at=at)


@transaction.atomic
def note_unreported_task(task: Task, *, at: datetime) -> bool:
    """Of one; the unique row lets one process win."""
    task = lock(task)
    if not task.is_unfinished or task.assignee is None or task.planned_end is None:
        return False
    (facts,) = queries.facts_of([task])
    urls = {"report": reverse("dispatch:job", args=[task.number])}
    employees.review_record(facts, urls=urls, at=at)
    return True


@transaction.atomic
def supplement(task: Task, *, readings: str, by: Employee, at: datetime) -> Task:
    """Enter readings that were not written down when the work ended; the form that the customer
    signed stays as it is.

    Raises DomainError while the work goes on, for somebody else's task, and where readings stand.
    """
    task = lock(task)
    if task.status not in CARRIED_OUT:
        raise DomainError(_("This is entered once the work has ended."))
    if task.assignee_id != by.pk:
        raise DomainError(_("Only who did the work enters what was measured."))
    report = WorkReport.objects.select_for_update(of=("self",)).get(task=task)
    if report.readings.strip() or report.later_readings:
        raise DomainError(_("The readings stand already."), field="readings")
    report.later_readings = demand(readings, "readings")
    report.save(update_fields=["later_readings"])
    task.work_report = report
    tell(task, "dispatch.supplemented", by=by, at=at, text=report.later_readings)
    review(task, at=at)
    return task
