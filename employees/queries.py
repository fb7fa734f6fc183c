"""Reads over the service organisation."""

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.search.index import Document, index_many
from crmservice.web.text import moment
from crmservice.worktime import CalendarError, CalendarFault, CalendarRules, WorkCalendar
from employees.models import Absence, CalendarDay, Employee, WorkingCalendar


def work_calendar(pk: int) -> WorkCalendar:
    """The arithmetic of a calendar; worked out once per process and version of the calendar.

    Raises WorkingCalendar.DoesNotExist, and CalendarError for hours that cannot be.
    """
    version = WorkingCalendar.objects.values_list("version", flat=True).get(pk=pk)
    return calendar_of_version(pk, version)


@lru_cache(maxsize=64)
def calendar_of_version(pk: int, version: int) -> WorkCalendar:  # noqa: ARG001  (the version is the key)
    calendar = WorkingCalendar.objects.get(pk=pk)
    days = CalendarDay.objects.filter(calendar=pk)
    rules = CalendarRules(time_zone=calendar.time_zone, weekly=calendar.weekly)
    return WorkCalendar.from_rules(
        rules,
        days={day.date: day.spans for day in days},
        names={day.date: day.name for day in days if day.name},
    )


@dataclass(frozen=True)
class Availability:
    """Whether somebody can be asked now: `kind` is available, absent, off_hours or retired."""

    kind: str
    text: str


@dataclass(frozen=True)
class Day:
    """A date as a calendar applies it."""

    on: date
    hours: list[str]
    name: str
    kind: str
    pk: int | None
    is_special: bool
    is_other_month: bool


FAULTS: dict[CalendarFault, str | Promise] = {
    CalendarFault.BAD_SPAN: gettext_lazy(
        "“%(span)s” are no hours. Write them like 09:00-12:00, 13:00-17:00."
    ),
    CalendarFault.EMPTY_SPAN: gettext_lazy("“%(span)s” begins and ends at the same time."),
    CalendarFault.OVERLAPPING_SPANS: gettext_lazy("%(first)s and %(second)s overlap."),
    CalendarFault.UNKNOWN_ZONE: gettext_lazy("“%(zone)s” is no time zone."),
    CalendarFault.NO_SERVICE_HOURS: gettext_lazy("A week needs service hours on one day at least."),
}


def fault_in_words(fault: CalendarError) -> str:
    """What is wrong with a calendar, for the person who typed it."""
    words = FAULTS.get(fault.code, gettext_lazy("These hours cannot be."))
    return str(words) % fault.params


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


def month(calendar: WorkingCalendar, first: date) -> list[list[Day]]:
    """The weeks of a month, Monday first, each date with the hours that the arithmetic applies."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    rules = {
        rule.date: rule for rule in calendar.days.filter(date__range=(weeks[0][0], weeks[-1][-1]))
    }
    arithmetic = calendar_of_version(calendar.pk, calendar.version)
    return [[_day(arithmetic, rules, on, first.month) for on in week] for week in weeks]


def _day(
    arithmetic: WorkCalendar, rules: dict[date, CalendarDay], on: date, shown_month: int
) -> Day:
    rule = rules.get(on)
    return Day(
        on=on,
        hours=[str(span) for span in arithmetic.spans_on(on)],
        name=(rule.name or rule.get_kind_display()) if rule else "",
        kind=rule.kind if rule else "",
        pk=rule.pk if rule else None,
        is_special=rule is not None,
        is_other_month=on.month != shown_month,
    )


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
