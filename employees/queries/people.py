"""Who is there, and how people are found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from crmservice.search.index import Document, index_many
from crmservice.web.text import moment
from employees.models import Absence, Employee
from employees.queries.calendars import calendar_of_version


@dataclass(frozen=True)
class Availability:
    """Whether somebody can be asked now: `kind` is available, absent, off_hours or retired."""

    kind: str
    text: str


def awaits_setup() -> bool:
    """Whether nobody can log in yet."""
    people = Employee.objects.active().exclude(password="").only("password")
    return not any(person.has_usable_password() for person in people.iterator())


def availability(employee: Employee, at: datetime) -> Availability:
    """Whether a person of `Employee.objects.with_presence(at)` is there; no further query but a
    calendar's, once per process.

    The hours are those of the person's outlet; an outlet without a calendar is always open.
    """
    if not employee.is_active or (employee.left_on and employee.left_on <= at.date()):
        return Availability("retired", _("Left"))
    absence: Absence | None = next(iter(employee.absent_now), None)  # type: ignore[attr-defined]
    if absence:
        until = {"kind": absence.get_kind_display(), "time": moment(absence.ends_at)}
        return Availability("absent", _("%(kind)s until %(time)s") % until)
    calendar = employee.outlet.calendar
    if calendar and not calendar_of_version(calendar.pk, calendar.version).is_open(at):
        return Availability("off_hours", _("Outside service hours"))
    return Availability("available", _("Available"))


def search_words(employee: Employee) -> dict[str, Any]:
    """How an employee is found: used by the action, the import and the rebuild alike."""
    began = employee.joined_on or date(2000, 1, 1)
    return {
        "title": employee.name,
        "subtitle": f"{employee.employee_no} · {employee.outlet.name}",
        "url": employee.get_absolute_url(),
        "rank_at": datetime.combine(began, time(), UTC),
        "names": [employee.name, employee.name_en],
        "codes": [employee.employee_no],
        "phones": [employee.phone] if employee.phone else [],
        "words": [employee.email] if employee.email else [],
        "scope": [f"o{employee.outlet_id}", f"u{employee.pk}"],
    }


def documents() -> Iterator[Document]:
    """Every employee for the search index, the oldest first."""
    for employee in Employee.objects.select_related("outlet").order_by("pk").iterator(2000):
        yield Document(kind="employee", object_id=employee.pk, **search_words(employee))


def rebuild_search() -> int:
    return index_many(documents())
