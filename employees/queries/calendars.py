"""When somebody works: calendars, their days and editions, and their arithmetic."""

from calendar import Calendar
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypedDict

import holidays
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crmservice.worktime import WEEKDAYS, CalendarError, CalendarFault, CalendarRules, WorkCalendar
from crmservice.written import Given, written
from employees.choices import DayKind
from employees.models import CalendarDay, CalendarEdition, WorkingCalendar


class Rules(TypedDict):
    """The hours of a calendar as an edition keeps them; dates in ISO, no spans means closed."""

    time_zone: str
    weekly: dict[str, list[str]]
    days: dict[str, list[str]]
    names: dict[str, str]


def work_calendar(pk: int) -> WorkCalendar:
    """The arithmetic of a calendar; worked out once per process and version of the calendar.

    Raises WorkingCalendar.DoesNotExist, and CalendarError for hours that cannot be.
    """
    version = next(iter(written(version_of).rows(calendar=pk)), None)
    if version is None:
        raise WorkingCalendar.DoesNotExist
    return calendar_of_version(pk, version)


def version_of() -> QuerySet[WorkingCalendar, int]:
    found = WorkingCalendar.objects.filter(pk=Given("calendar"))
    return found.values_list("version", flat=True)


@lru_cache(maxsize=64)
def calendar_of_version(pk: int, version: int) -> WorkCalendar:
    """The arithmetic of a version, present or past.

    The rows are read before it is asked whether a later change kept the edition: whoever changes
    them meanwhile keeps it in the same transaction.
    """
    rules = rules_of(WorkingCalendar.objects.get(pk=pk))
    kept = CalendarEdition.objects.filter(calendar=pk, version=version)
    return arithmetic(kept.values_list("rules", flat=True).first() or rules, version)


def rules_of(calendar: WorkingCalendar, days: Iterable[CalendarDay] | None = None) -> Rules:
    """The hours of a calendar as JSON, with the days of its parents; `days` in the place of its own
    ones, for what is not saved yet.
    """
    own = calendar.days.all() if days is None else days
    return rules_with(calendar, inherited_days(calendar) | {day.date: day for day in own})


def rules_with(calendar: WorkingCalendar, special: Mapping[date, CalendarDay]) -> Rules:
    return Rules(
        time_zone=calendar.time_zone,
        weekly=calendar.weekly,
        days={on.isoformat(): day.spans for on, day in sorted(special.items())},
        names={on.isoformat(): day.name for on, day in sorted(special.items()) if day.name},
    )


def proposed(
    calendar: WorkingCalendar, values: Mapping[str, Any], days: Iterable[CalendarDay]
) -> dict[int, WorkCalendar]:
    """The arithmetic of a calendar, and of all that inherit from it, as if `values` and `days` were
    saved.

    Raises CalendarError for hours that cannot be.
    """
    as_typed = copy(calendar)
    for name, value in values.items():
        setattr(as_typed, name, value)
    special = {calendar.pk: inherited_days(as_typed) | {day.date: day for day in days}}
    found = {calendar.pk: arithmetic(rules_with(as_typed, special[calendar.pk]))}
    for below in family(calendar)[1:]:
        assert below.parent_id is not None
        own = {day.date: day for day in below.days.all()}
        special[below.pk] = special[below.parent_id] | own
        found[below.pk] = arithmetic(rules_with(below, special[below.pk]))
    return found


def arithmetic(rules: Rules, edition: int = 0) -> WorkCalendar:
    """Raises CalendarError for hours that cannot be."""
    return WorkCalendar.from_rules(
        CalendarRules(time_zone=rules["time_zone"], weekly=rules["weekly"]),
        days={date.fromisoformat(on): spans for on, spans in rules["days"].items()},
        names={date.fromisoformat(on): name for on, name in rules["names"].items()},
        edition=edition,
    )


def inherited_days(calendar: WorkingCalendar) -> dict[date, CalendarDay]:
    """The special days of a calendar's parents; the nearest one's win."""
    found: dict[date, CalendarDay] = {}
    for above in ancestors(calendar):
        found = {day.date: day for day in above.days.all()} | found
    return found


def ancestors(calendar: WorkingCalendar) -> Iterator[WorkingCalendar]:
    """From the nearest up; a circle, which no form makes, ends."""
    seen = {calendar.pk}
    above = calendar.parent
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        yield above
        above = above.parent


def inherits(heir: WorkingCalendar | None, calendar: WorkingCalendar) -> bool:
    """Whether a calendar is the other one, or inherits from it."""
    return heir is not None and calendar in [heir, *ancestors(heir)]


def family(calendar: WorkingCalendar) -> list[WorkingCalendar]:
    """A calendar and all that inherit from it, from the top down; a query for each generation."""
    found, generation = [calendar], [calendar]
    while generation:
        below = WorkingCalendar.objects.filter(parent__in=generation)
        generation = list(below.exclude(pk__in=[each.pk for each in found]))
        found += generation
    return found


def public_holidays(calendar: WorkingCalendar, years: range) -> list[CalendarDay]:
    """The unsaved days of its country and region, named as they are there: holidays closed, moved
    working days open.
    """
    if not calendar.country:
        return []
    region = calendar.region or None
    own_language = holidays.country_holidays(calendar.country).default_language
    known = holidays.country_holidays(
        calendar.country, subdiv=region, years=years, language=own_language
    )
    closed = [
        CalendarDay(calendar=calendar, date=on, kind=DayKind.HOLIDAY, name=name[:120])
        for on, name in sorted(known.items())
        if on.year in years
    ]
    moved = [
        CalendarDay(calendar=calendar, date=on, kind=DayKind.MOVED, spans=calendar.moved_spans)
        for on in sorted(known.weekend_workdays)
        if on.year in years and on not in known and calendar.moved_spans
    ]
    return closed + moved


@dataclass(frozen=True)
class Day:
    """A date as a calendar applies it."""

    on: date
    hours: list[str]
    length: timedelta
    name: str
    kind: str
    pk: int | None
    is_special: bool
    is_inherited: bool
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


def field_of_fault(fault: CalendarError) -> str | None:
    """The field of the week's form that a fault belongs to."""
    if fault.code == CalendarFault.UNKNOWN_ZONE:
        return "time_zone"
    if fault.code == CalendarFault.NO_SERVICE_HOURS:
        return WEEKDAYS[0]
    return next((day for day in WEEKDAYS if day == fault.params.get("day")), None)


def month(calendar: WorkingCalendar, first: date) -> list[list[Day]]:
    """The weeks of a month, Monday first, each date with the hours that the arithmetic applies."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    shown = calendar.days.filter(date__range=(weeks[0][0], weeks[-1][-1]))
    rules = inherited_days(calendar) | {rule.date: rule for rule in shown}
    applied = calendar_of_version(calendar.pk, calendar.version)
    return [
        [_day(calendar, applied, rules.get(on), on, first.month) for on in week] for week in weeks
    ]


def _day(
    calendar: WorkingCalendar,
    applied: WorkCalendar,
    rule: CalendarDay | None,
    on: date,
    shown_month: int,
) -> Day:
    is_own = rule is not None and rule.calendar_id == calendar.pk
    return Day(
        on=on,
        hours=[str(span) for span in applied.spans_on(on)],
        length=applied.length_of(on),
        name=(rule.name or rule.get_kind_display()) if rule else "",
        kind=rule.kind if rule else "",
        pk=rule.pk if rule and is_own else None,
        is_special=rule is not None,
        is_inherited=rule is not None and not is_own,
        is_other_month=on.month != shown_month,
    )
