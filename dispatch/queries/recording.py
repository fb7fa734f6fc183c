"""What the record of a visit calls for, and what of it is there before it is closed and after."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Count, Q

from crmservice.attachments.models import Attachment
from dispatch.choices import CARRIED_OUT, RECORD, UNFINISHED
from dispatch.models import PartUse, Task, WorkReport
from employees.queries import Completeness, completeness
from employees.situations import Facts

AT_ONCE = 500


def filled_of(task: Task, report: WorkReport) -> dict[str, bool]:
    return fields_of(report, has_photos=Attachment.objects.of(task).photos().exists())


def fields_of(report: WorkReport, *, has_photos: bool) -> dict[str, bool]:
    return {
        "report": True,
        "readings": bool(report.readings.strip() or report.later_readings),
        "photos": has_photos,
    }


def completeness_of(task: Task) -> Completeness:
    """As far as it is written, the report that is about to be signed counted in; three queries."""
    report = WorkReport.objects.filter(task=task).first() or WorkReport(task=task)
    return completeness(RECORD, task.kind, filled_of(task, report))


def facts_of(tasks: Collection[Task]) -> list[Facts]:
    """How these tasks are judged, in three queries: the end of the work and each part that was used
    are events, entered when the end was.

    What an import brought has no report, and calls for none; where it does not say when it was
    entered, it has no events. A task that should be over and is not has neither report nor entry.
    """
    keys = [task.pk for task in tasks]
    reports = {report.task_id: report for report in WorkReport.objects.filter(task__in=keys)}
    photos = Attachment.objects.filter(subject_type=Task._meta.label_lower, subject_id__in=keys)
    with_photos = set(photos.photos().order_by().values_list("subject_id", flat=True))
    uses = PartUse.objects.filter(task__in=keys).order_by().values_list("task")
    parts = dict(uses.annotate(count=Count("pk")))
    found = []
    for task in tasks:
        filled: dict[str, bool] = {}
        if task.status not in CARRIED_OUT:
            filled = {"report": False}
        elif task.pk in reports:
            filled = fields_of(reports[task.pk], has_photos=task.pk in with_photos)
        is_known = task.status not in CARRIED_OUT or task.reported_at is not None
        found.append(
            Facts(
                subject=task,
                situation=RECORD,
                kind=task.kind,
                filled=filled,
                owner=task.assignee,
                happened_at=task.finished_at or task.planned_end or task.created_at,
                entered_at=task.reported_at,
                events=1 + parts.get(task.pk, 0) if is_known else 0,
            )
        )
    return found


def facts_between(starts: datetime, ends: datetime, at: datetime) -> Iterator[Facts]:
    """Of the tasks that were carried out in this time, or should have been and nobody said so."""
    over = min(ends, at - timedelta(hours=settings.RECORD_WITHIN_HOURS))
    finished = Q(status__in=CARRIED_OUT, finished_at__gte=starts, finished_at__lt=ends)
    unreported = Q(
        status__in=UNFINISHED,
        assigned_at__isnull=False,
        planned_end__gte=starts,
        planned_end__lt=ends,
        planned_end__lte=over,
    )
    tasks = Task.objects.filter(finished | unreported, assignee__isnull=False)
    rows = tasks.select_related("assignee").order_by("pk").iterator(AT_ONCE)
    while chunk := list(islice(rows, AT_ONCE)):
        yield from facts_of(chunk)
