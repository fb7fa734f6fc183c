"""What the record of a visit calls for, and what of it is there before it is closed."""

from crmservice.attachments.models import Attachment
from dispatch.choices import RECORD
from dispatch.models import Task, WorkReport
from employees.queries import Completeness, completeness


def filled_of(task: Task, report: WorkReport) -> dict[str, bool]:
    return {
        "report": True,
        "readings": bool(report.readings.strip() or report.later_readings),
        "photos": Attachment.objects.of(task).photos().exists(),
    }


def completeness_of(task: Task) -> Completeness:
    """As far as it is written, the report that is about to be signed counted in; three queries."""
    report = WorkReport.objects.filter(task=task).first() or WorkReport(task=task)
    return completeness(RECORD, task.kind, filled_of(task, report))
