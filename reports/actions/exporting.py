"""What leaves the house is known."""

from datetime import datetime

from django.db import transaction

from crmservice.activity.trail import record
from crmservice.web.text import in_both
from employees.models import Employee
from reports.queries.declaring import Report


@transaction.atomic
def note_export(by: Employee, report: Report, query: str, kind: str, *, at: datetime) -> None:
    """Write down who took which figures out, as what, and when."""
    title = in_both(lambda: str(report.title))
    record(by, "reports.exported", by=by, at=at, report=title, kind=kind.upper(), query=query)
