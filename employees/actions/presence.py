"""Who is away, and who is on call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import moment
from employees import signals
from employees.models import (
    Absence,
    Employee,
    OnCall,
    Outlet,
)


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
    signals.absence_noted.send(Absence, absence=absence, by=by, at=at)
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


def period(spell: Absence | OnCall) -> dict[str, Any]:
    return {"starts_at": spell.starts_at, "ends_at": spell.ends_at}
