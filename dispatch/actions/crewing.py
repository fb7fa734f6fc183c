"""Those who go along: one answers for a task, the crew helps, and each books the own time."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.wording import phrases
from crmservice.errors import DomainError
from dispatch.actions.keeping import lock, refuse_over, tell, write
from dispatch.actions.reporting import MOST_HOURS, book_hours, order_for, source_of
from dispatch.choices import CARRIED_OUT, UNDER_WAY
from dispatch.models import USUAL_LENGTH, Task, TimeEntry
from dispatch.queries import against, visit_details
from employees.models import Employee
from orders import actions as orders
from service_requests import actions as service_requests


@transaction.atomic
def add_to_crew(
    task: Task, *, engineer: Employee, conflict_reason: str = "", by: Employee, at: datetime
) -> Task:
    """One more who goes along. What stands against the person's time is refused unless a reason
    says why it is to be so all the same, as `assign` does it.

    Raises DomainError while nobody answers for the task.
    """
    task = lock(task)
    refuse_over(task)
    if task.assignee is None or task.planned_start is None:
        raise DomainError(_("Say first who answers for the task, and when it is."))
    engineer = Employee.objects.select_for_update(of=("self",)).get(pk=engineer.pk)
    if not engineer.may("dispatch.carry_out"):
        raise DomainError(
            _("%(person)s does not carry out tasks.") % {"person": engineer}, field="engineer"
        )
    if engineer.pk in task.people:
        raise DomainError(
            _("%(person)s is on it already.") % {"person": engineer}, field="engineer"
        )
    ends = task.planned_end or task.planned_start + USUAL_LENGTH
    found = against(task, engineer, task.planned_start, ends)
    why = conflict_reason.strip()
    if found and not why:
        raise DomainError(
            _("%(conflicts)s Say why it is to be so all the same, or choose somebody else.")
            % {"conflicts": phrases(found)},
            field="conflict_reason",
        )
    task.crew.add(engineer)
    if found:
        task.conflict_reason = why
    write(task, "conflict_reason")
    tell(
        task,
        "dispatch.crew_added_against_advice" if found else "dispatch.crew_added",
        by=by,
        at=at,
        engineer=engineer.name,
        engineer_id=engineer.pk,
        reasons=found,
        reason=why if found else "",
        **visit_details(task, at=at),
    )
    if task.service_request is not None:
        service_requests.involve(task.service_request, outlet=engineer.outlet, by=by, at=at)
    return task


@transaction.atomic
def remove_from_crew(task: Task, *, engineer: Employee, by: Employee, at: datetime) -> Task:
    """The person does not go along after all, and is told. Nothing happens to who did not."""
    task = lock(task)
    refuse_over(task)
    if not task.crew.filter(pk=engineer.pk).exists():
        return task
    task.crew.remove(engineer)
    write(task)
    tell(
        task,
        "dispatch.crew_removed",
        by=by,
        at=at,
        engineer=engineer.name,
        engineer_id=engineer.pk,
    )
    return task


@transaction.atomic
def book_own_time(
    task: Task, *, kind: str, starts_at: datetime, hours: Decimal, by: Employee, at: datetime
) -> Task:
    """Of one of the crew, who signs nothing: the own hours, priced as those of who answers for it.

    Raises DomainError before the work began, for a stranger and for hours that cannot have been.
    """
    task = lock(task)
    if not task.crew.filter(pk=by.pk).exists():
        raise DomainError(
            _("%(number)s: only who goes along books time here.") % {"number": task.number}
        )
    if task.status not in (*UNDER_WAY, *CARRIED_OUT):
        raise DomainError(
            _("%(number)s is %(status)s; hours are booked once the work has begun.")
            % {"number": task.number, "status": task.get_status_display()}
        )
    if not 0 < hours <= MOST_HOURS:
        raise DomainError(_("More than 0 and at most 24 hours."), field="hours")
    if starts_at + timedelta(hours=float(hours)) > at + timedelta(minutes=1):
        raise DomainError(_("These hours are not over yet."), field="hours")
    if task.assigned_at is not None and starts_at < task.assigned_at - timedelta(days=1):
        raise DomainError(_("That was before the task was given out."), field="starts_at")
    book_hours(task, kind, starts_at, hours, order_for(task, by=by, at=at), by=by, at=at)
    tell(task, "dispatch.time_booked", by=by, at=at, kind=kind, hours=str(hours))
    return task


@transaction.atomic
def take_back_own_time(task: Task, *, entry: TimeEntry, by: Employee, at: datetime) -> Task:
    """The hours of one of the crew were not so: they and their lines are off.

    Raises DomainError for somebody else's hours, for those of the sign-off, which the customer has
    signed, and once the order is approved.
    """
    task = lock(task)
    if entry.employee_id != by.pk or task.assignee_id == by.pk:
        raise DomainError(_("Only one's own time, booked beside the sign-off, is taken back."))
    if entry.order_line is not None:
        for line in entry.order_line.order.lines.filter(source__startswith=f"{source_of(entry)}#"):
            orders.remove(line, by=by, at=at)
    hours, kind = str(entry.hours), entry.kind
    entry.delete()
    tell(task, "dispatch.time_taken_back", by=by, at=at, kind=kind, hours=hours)
    return task
