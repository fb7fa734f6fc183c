"""The verbs of people, outlets and calendars: every write that matters."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.ahead import next_day
from crmservice.errors import DomainError
from crmservice.search.index import index
from crmservice.sweeping import claim_each
from crmservice.web.text import moment
from crmservice.worktime import CalendarError
from employees import policies, queries
from employees.choices import DAYS_AHEAD, DayKind, Role
from employees.models import (
    Absence,
    CalendarDay,
    CalendarEdition,
    Employee,
    EmployeeSkill,
    OnCall,
    Outlet,
    SetupLink,
    Skill,
    WorkingCalendar,
)

SETUP_LINK_LASTS = timedelta(hours=24)
SETUP_SECRET_BYTES = 32
SWEPT = 500


class SkillLevel(NamedTuple):
    skill: Skill
    level: int
    certificate_expires_on: date | None = None


@transaction.atomic
def create(*, values: Mapping[str, Any], by: Employee | None, at: datetime) -> Employee:
    """Enter a person, whose log-in stays closed.

    Raises DomainError for a role that `by` may not give.
    """
    refuse_role(by, values["role"])
    employee = Employee.objects.create_user(**values)
    record(employee, "employees.created", by=by, at=at)
    reindex(employee)
    return employee


@transaction.atomic
def change_employee(
    employee: Employee,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Employee:
    """Change a person's data.

    Raises DomainError for a role that `by` may not give, and for supervisors in a circle.
    """
    if not policies.may_change(by, employee):
        raise DomainError(_("Only an administrator changes an administrator’s data."))
    if "role" in values:
        refuse_role(by, values["role"])
    refuse_circle(employee, values.get("supervisor"))
    employee = change(employee, values, verb="employees.changed", version=version, by=by, at=at)
    reindex(employee)
    return employee


@transaction.atomic
def set_skills(
    employee: Employee, *, levels: Sequence[SkillLevel], by: Employee, at: datetime
) -> Employee:
    """What the person can do from now on; what is not named is no longer a skill."""
    before = {each.skill_id: each for each in employee.skill_levels.select_related("skill")}
    after = {each.skill.pk: each for each in levels}
    changes = {
        name_of(pk, before, after): [shown(before.get(pk)), shown(after.get(pk))]
        for pk in before.keys() | after.keys()
        if shown(before.get(pk)) != shown(after.get(pk))
    }
    if not changes:
        return employee
    employee.skill_levels.exclude(skill__in=after).delete()
    for each in levels:
        known = before.get(each.skill.pk)
        EmployeeSkill.objects.update_or_create(
            employee=employee,
            skill=each.skill,
            defaults={
                "level": each.level,
                "certificate_expires_on": each.certificate_expires_on,
                "remind_on": next_reminder(each, known, at=at),
            },
        )
    record(employee, "employees.skills_changed", by=by, at=at, changes=changes)
    return employee


def next_reminder(level: SkillLevel, known: EmployeeSkill | None, *, at: datetime) -> date | None:
    """The next day on which a certificate's end is spoken of; one that stays as it was keeps it."""
    ends_on = level.certificate_expires_on
    if known is not None and known.certificate_expires_on == ends_on:
        return known.remind_on
    return next_day(ends_on, DAYS_AHEAD, after=timezone.localdate(at)) if ends_on else None


def remind_of_certificates(*, on: date, at: datetime) -> int:
    """Speak of each certificate that ends in 60, 30 or 7 days, once; after an outage of the nearest
    only, and not of those who have left.
    """
    due = EmployeeSkill.objects.to_remind(on).select_related("employee", "skill")
    levels = list(due.order_by("remind_on", "pk")[:SWEPT])
    return claim_each(levels, remind_of_certificate, on=on, at=at)


@transaction.atomic
def remind_of_certificate(level: EmployeeSkill, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    ends_on = level.certificate_expires_on
    assert ends_on is not None
    due = EmployeeSkill.objects.to_remind(on).filter(pk=level.pk)
    won = due.filter(remind_on=level.remind_on, certificate_expires_on=ends_on).update(
        remind_on=next_day(ends_on, DAYS_AHEAD, after=on)
    )
    if not won or ends_on < on or not level.employee.is_active:
        return False
    record(
        level.employee,
        "employees.certificate_ends",
        by=None,
        at=at,
        skill=level.skill.names,
        ends_on=ends_on,
        days=(ends_on - on).days,
    )
    return True


@transaction.atomic
def note_absence(
    employee: Employee,
    *,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
    by: Employee,
    at: datetime,
) -> Absence:
    """The person is not there for this time.

    Raises DomainError when it overlaps another absence, or ends before it begins.
    """
    if ends_at <= starts_at:
        raise DomainError(_("An absence ends after it begins."), field="ends_at")
    Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    other = employee.absences.overlapping(starts_at, ends_at).first()
    if other:
        raise DomainError(
            _("%(who)s is already absent from %(first)s until %(last)s.")
            % {
                "who": employee,
                "first": moment(other.starts_at),
                "last": moment(other.ends_at),
            }
        )
    absence = Absence.objects.create(
        employee=employee, kind=kind, starts_at=starts_at, ends_at=ends_at, note=note
    )
    record(employee, "employees.absence_noted", by=by, at=at, **period(absence))
    return absence


@transaction.atomic
def cancel_absence(absence: Absence, *, by: Employee, at: datetime) -> Employee:
    """The person is there after all. Raises DomainError for an absence that is over."""
    if absence.ends_at <= at:
        raise DomainError(_("That absence is over; it stays on record."))
    employee = absence.employee
    record(employee, "employees.absence_cancelled", by=by, at=at, **period(absence))
    absence.delete()
    return employee


@transaction.atomic
def put_on_call(*, values: Mapping[str, Any], by: Employee, at: datetime) -> OnCall:
    """Write a line of the rota.

    Raises DomainError when it ends before it begins, when the person is absent then, or when
    somebody has the ring at this time.
    """
    refuse_line(OnCall(**values))
    line = OnCall.objects.create(**values)
    record(
        line,
        "employees.put_on_call",
        by=by,
        at=at,
        about=[line.employee],
        who=line.employee.name,
        **period(line),
    )
    return line


@transaction.atomic
def change_on_call(
    line: OnCall,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> OnCall:
    """Change a line of the rota; refused as a new one is."""
    people = [line.employee, values.get("employee")]
    line = change(
        line,
        values,
        verb="employees.on_call_changed",
        version=version,
        by=by,
        at=at,
        about=people,
    )
    refuse_line(line)
    return line


@transaction.atomic
def take_off_call(line: OnCall, *, by: Employee, at: datetime) -> Employee:
    """Strike a line of the rota. Raises DomainError for one that is over."""
    if line.ends_at <= at:
        raise DomainError(_("That duty is over; it stays on record."))
    employee = line.employee
    record(employee, "employees.taken_off_call", by=by, at=at, **period(line))
    line.delete()
    return employee


@transaction.atomic
def open_log_in(
    employee: Employee, *, password: str, by: Employee | None, at: datetime
) -> Employee:
    """The person may log in with this first password; whoever was logged in as it is logged out."""
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    employee.set_password(password)
    employee.is_active = True
    employee.save(update_fields=["password", "is_active"])
    record(employee, "employees.log_in_opened", by=by, at=at)
    return employee


@transaction.atomic
def close_log_in(employee: Employee, *, by: Employee, at: datetime) -> Employee:
    """End the person's sessions with the next click, and for good: the password goes too (S-11)."""
    if not policies.may_close_log_in(by, employee):
        raise DomainError(_("You cannot close your own log-in."))
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    employee.set_unusable_password()
    employee.is_active = False
    employee.save(update_fields=["password", "is_active"])
    record(employee, "employees.log_in_closed", by=by, at=at)
    return employee


@transaction.atomic
def end_log_ins(log_ins: Sequence[UserSession], *, by: Employee, at: datetime) -> int:
    """Log these devices of one's own out with their next click; how many there were."""
    for log_in in log_ins:
        log_in.end()
    if log_ins:
        record(by, "employees.log_ins_ended", by=by, at=at, count=len(log_ins))
    return len(log_ins)


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


@transaction.atomic
def make_setup_link(*, at: datetime) -> str:
    """The secret of a one-time set-up link, valid for 24 hours; older links are void.

    Raises DomainError once somebody can log in (trust.md S-22).
    """
    if not queries.awaits_setup():
        raise DomainError(_("This installation is set up already: somebody can log in."))
    secret = secrets.token_urlsafe(SETUP_SECRET_BYTES)
    SetupLink.objects.all().delete()
    SetupLink.objects.create(digest=digest(secret), expires_at=at + SETUP_LINK_LASTS)
    return secret


@transaction.atomic
def set_up(
    secret: str, *, outlet: Mapping[str, Any], administrator: Mapping[str, Any], at: datetime
) -> Employee:
    """Make the first outlet and the first administrator, once.

    Raises DomainError for a link that was used or is over.
    """
    won = SetupLink.objects.valid(at).filter(digest=digest(secret)).update(used_at=at)
    if not won or not queries.awaits_setup():
        raise DomainError(_("This link was used, or its 24 hours are over."))
    home = create_outlet(values=outlet, by=None, at=at)
    values = dict(administrator)
    password = values.pop("password")
    employee = create(values={**values, "role": Role.ADMINISTRATOR, "outlet": home}, by=None, at=at)
    employee = open_log_in(employee, password=password, by=None, at=at)
    record(employee, "employees.set_up", by=employee, at=at)
    return employee


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def refuse_role(by: Employee | None, role: str) -> None:
    if by is not None and role not in policies.roles_to_give(by):
        raise DomainError(_("Only an administrator makes administrators."), field="role")


def refuse_circle(employee: Employee, supervisor: Employee | None) -> None:
    """Raise DomainError when the new supervisor stands below the employee."""
    above = supervisor
    while above is not None:
        if above.pk == employee.pk:
            raise DomainError(
                _("%(who)s would supervise a supervisor of theirs.") % {"who": employee},
                field="supervisor",
            )
        above = above.supervisor


def refuse_hours(calendar: WorkingCalendar, days: Iterable[CalendarDay] | None = None) -> None:
    """Raise DomainError, in words and at its field, for a calendar that cannot be."""
    try:
        queries.arithmetic(queries.rules_of(calendar, days))
    except CalendarError as fault:
        raise DomainError(
            queries.fault_in_words(fault), field=queries.field_of_fault(fault)
        ) from fault


def refuse_line(line: OnCall) -> None:
    """Raise DomainError for a line of the rota that cannot be; one at a time writes the rota."""
    if line.ends_at <= line.starts_at:
        raise DomainError(_("A duty ends after it begins."), field="ends_at")
    list(Outlet.objects.select_for_update().order_by("pk").values_list("pk"))
    absence = line.employee.absences.overlapping(line.starts_at, line.ends_at).first()
    if absence:
        raise DomainError(
            _("%(who)s is absent from %(first)s until %(last)s.")
            % {
                "who": line.employee,
                "first": moment(absence.starts_at),
                "last": moment(absence.ends_at),
            },
            field="employee",
        )
    rota = OnCall.objects.filter(ring=line.ring, outlet=line.outlet).exclude(pk=line.pk)
    other = rota.overlapping(line.starts_at, line.ends_at).select_related("employee").first()
    if other:
        raise DomainError(
            _("%(who)s has ring %(ring)d here from %(first)s until %(last)s.")
            % {
                "who": other.employee,
                "ring": other.ring,
                "first": moment(other.starts_at),
                "last": moment(other.ends_at),
            }
        )


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


def reindex(employee: Employee) -> None:
    index("employee", employee.pk, **queries.search_words(employee))


def period(spell: Absence | OnCall) -> dict[str, Any]:
    return {"starts_at": spell.starts_at, "ends_at": spell.ends_at}


def name_of(pk: int, before: Mapping[int, EmployeeSkill], after: Mapping[int, SkillLevel]) -> str:
    return str((after.get(pk) or before[pk]).skill.code)


def shown(skill: EmployeeSkill | SkillLevel | None) -> str:
    """Level and certificate of a skill, as the trail keeps them."""
    if skill is None:
        return ""
    return " ".join(filter(None, [str(skill.level), str(skill.certificate_expires_on or "")]))
