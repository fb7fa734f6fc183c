"""Outlets, and the calendars of their service hours."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.worktime import CalendarError
from employees import queries
from employees.choices import DayKind
from employees.models import (
    CalendarDay,
    CalendarEdition,
    Employee,
    Outlet,
    WorkingCalendar,
)


@transaction.atomic
def create_outlet(*, values: Mapping[str, Any], by: Employee | None, at: datetime) -> Outlet:
    outlet = Outlet.objects.create(**values)
    record(outlet, "employees.outlet_created", by=by, at=at)
    return outlet


@transaction.atomic
def change_outlet(
    outlet: Outlet,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Outlet:
    return change(outlet, values, verb="employees.outlet_changed", version=version, by=by, at=at)


@transaction.atomic
def create_calendar(*, values: Mapping[str, Any], by: Employee, at: datetime) -> WorkingCalendar:
    """Raises DomainError for hours that cannot be."""
    refuse_hours(WorkingCalendar(**values), ())
    calendar = WorkingCalendar.objects.create(**values)
    record(calendar, "employees.calendar_created", by=by, at=at)
    return calendar


@transaction.atomic
def change_calendar(
    calendar: WorkingCalendar,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> WorkingCalendar:
    """Change the week, the zone, or whose special days it inherits.

    Promises that were made keep their due times and go on with the edition before, until somebody
    lets them follow. Raises DomainError for hours that cannot be.
    """
    kept = keep_editions(calendar)
    calendar = change(
        calendar, values, verb="employees.calendar_changed", version=version, by=by, at=at
    )
    refuse_heir(calendar)
    refuse_hours(calendar)
    if set(values) - {"name"}:
        renew(each for each in kept if each.pk != calendar.pk)
    return calendar


@transaction.atomic
def set_day(
    calendar: WorkingCalendar,
    *,
    date: date,
    kind: str,
    spans: list[str],
    name: str = "",
    by: Employee,
    at: datetime,
) -> WorkingCalendar:
    """One date has these hours instead of the week's; none closes it.

    A rule for the date is replaced. Raises DomainError for hours that cannot be.
    """
    is_closed = kind in {DayKind.HOLIDAY, DayKind.CLOSURE}
    if is_closed and spans:
        raise DomainError(_("A closed day has no hours."), field="spans")
    if not is_closed and not spans:
        raise DomainError(_("Say the hours of this day."), field="spans")
    kept = keep_editions(calendar)
    day = CalendarDay(calendar=calendar, date=date, kind=kind, spans=spans, name=name)
    refuse_hours(kept[0], [day])
    CalendarDay.objects.update_or_create(
        calendar=calendar, date=date, defaults={"kind": kind, "spans": spans, "name": name}
    )
    renew(kept)
    record(calendar, "employees.day_set", by=by, at=at, on=date, hours=spans, kind=kind)
    return kept[0]


@transaction.atomic
def remove_day(
    calendar: WorkingCalendar, *, day: CalendarDay, by: Employee, at: datetime
) -> WorkingCalendar:
    """The date has the week's hours again, or those of the parent's special day."""
    kept = keep_editions(calendar)
    record(calendar, "employees.day_removed", by=by, at=at, on=day.date)
    day.delete()
    renew(kept)
    return kept[0]


@transaction.atomic
def take_over_holidays(
    calendar: WorkingCalendar, *, year: int, by: Employee, at: datetime
) -> list[CalendarDay]:
    """Enter the public holidays and moved working days of a year as days that can be changed; what
    is entered already stays as it is.

    Raises DomainError for a calendar without a country.
    """
    if not calendar.country:
        raise DomainError(_("Say first whose public holidays hold here."), field="country")
    kept = keep_editions(calendar)
    entered = set(calendar.days.filter(date__year=year).values_list("date", flat=True))
    known = queries.public_holidays(kept[0], range(year, year + 1))
    taken = CalendarDay.objects.bulk_create(day for day in known if day.date not in entered)
    if taken:
        renew(kept)
        record(calendar, "employees.holidays_taken_over", by=by, at=at, year=year, count=len(taken))
    return taken


def refuse_hours(calendar: WorkingCalendar, days: Iterable[CalendarDay] | None = None) -> None:
    """Raise DomainError, in words and at its field, for a calendar that cannot be."""
    try:
        queries.arithmetic(queries.rules_of(calendar, days))
    except CalendarError as fault:
        raise DomainError(
            queries.fault_in_words(fault), field=queries.field_of_fault(fault)
        ) from fault


def refuse_heir(calendar: WorkingCalendar) -> None:
    """Raise DomainError when a calendar would inherit from itself."""
    if queries.inherits(calendar.parent, calendar):
        raise DomainError(
            _("%(calendar)s inherits from this one.") % {"calendar": calendar.parent},
            field="parent",
        )


def keep_editions(calendar: WorkingCalendar) -> list[WorkingCalendar]:
    """Keep the hours as they are, of the calendar and of all that inherit from it, before they are
    changed; locked, the calendar first.
    """
    found = queries.family(calendar)
    keys = sorted(each.pk for each in found)
    locked = WorkingCalendar.objects.select_for_update().order_by("pk").in_bulk(keys)
    kept = [locked[each.pk] for each in found]
    for each in kept:
        CalendarEdition.objects.get_or_create(
            calendar=each, version=each.version, defaults={"rules": queries.rules_of(each)}
        )
    return kept


def renew(calendars: Iterable[WorkingCalendar]) -> None:
    """Let every process work the calendars out again (see queries.work_calendar)."""
    for calendar in calendars:
        calendar.version += 1
        calendar.save(update_fields=["version"])
