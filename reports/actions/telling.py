"""The monthly service report 客服月报: made on the next month’s first working day, and kept."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from crmservice.activity.trail import record
from crmservice.delivery.writing import write_to
from employees.choices import OutletKind, Role
from employees.models import Employee, Outlet
from employees.queries import work_calendar
from reports.models import MonthlyReport
from reports.papers import month_paper
from reports.periods import Period, Preset, Scope, months_from
from reports.queries.requests import Asked

LANGUAGES = {"zh": "zh-hans", "en": "en"}


def make_month_if_due(*, on: date, at: datetime) -> bool:
    """On the first working day of a month or later the report of the month before, once."""
    month = months_from(on.replace(day=1), -1)
    if MonthlyReport.objects.filter(month=month).exists() or on < first_working_day(on):
        return False
    if not heads():
        return False
    try:
        make_month(month, by=None, at=at)
    except IntegrityError:  # another process was first
        return False
    return True


def first_working_day(on: date) -> date:
    """Of the month of a day, by the service hours of our first own outlet that has some."""
    first = on.replace(day=1)
    with_hours = Outlet.objects.filter(kind=OutletKind.OWN).exclude(calendar=None).order_by("pk")
    outlet = with_hours.first()
    if outlet is None or outlet.calendar_id is None:
        return first
    calendar = work_calendar(outlet.calendar_id)
    while not calendar.is_working_day(first):
        first += timedelta(days=1)
    return first


def heads() -> list[Employee]:
    found = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return list(found.order_by("employee_no"))


def make_month(month: date, *, by: Employee | None, at: datetime) -> MonthlyReport:
    """Tell a month as it is known now: the first time, or again as the next version.

    It is told as the head sees it; who reads it sees of it what that person may see. It is told
    before anything is written: a report reads as of one instant, in a transaction of its own.
    """
    reader = by or heads()[0]
    period = Period(month, months_from(month, 1), timezone.get_default_timezone())
    asked = Asked(Scope(period, Preset.CUSTOM), reader, at)
    papers = {}
    for key, language in LANGUAGES.items():
        with override(language):
            papers[key] = month_paper(asked)
    return keep_month(month, papers, by=by, at=at)


@transaction.atomic
def keep_month(
    month: date, papers: dict[str, Any], *, by: Employee | None, at: datetime
) -> MonthlyReport:
    last = MonthlyReport.objects.filter(month=month).order_by("-version").first()
    report = MonthlyReport.objects.create(
        month=month,
        version=last.version + 1 if last else 1,
        papers=papers,
        made_at=at,
        made_by=by,
    )
    name, version = f"{month:%Y-%m}", report.version
    verb = "reports.month_made"
    activity = record(report, verb, by=by, at=at, month=name, version=version)
    for head in heads():
        if head.email and by is None:
            write_to(activity, head.email, language=head.language, at=at)
    return report
