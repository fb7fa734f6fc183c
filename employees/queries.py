"""Reads over the service organisation."""

from functools import lru_cache

from crmservice.worktime import CalendarRules, WorkCalendar
from employees.models import CalendarDay, WorkingCalendar


def work_calendar(pk: int) -> WorkCalendar:
    """The arithmetic of a calendar; worked out once per process and version of the calendar.

    Raises WorkingCalendar.DoesNotExist, and CalendarError for hours that cannot be.
    """
    version = WorkingCalendar.objects.values_list("version", flat=True).get(pk=pk)
    return _work_calendar(pk, version)


@lru_cache(maxsize=64)
def _work_calendar(pk: int, version: int) -> WorkCalendar:  # noqa: ARG001  (the version is the key)
    calendar = WorkingCalendar.objects.get(pk=pk)
    days = CalendarDay.objects.filter(calendar=pk)
    rules = CalendarRules(time_zone=calendar.time_zone, weekly=calendar.weekly)
    return WorkCalendar.from_rules(
        rules,
        days={day.date: day.spans for day in days},
        names={day.date: day.name for day in days if day.name},
    )
