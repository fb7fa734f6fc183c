"""What the clock says to engineers and dispatchers: what is ahead, and what nobody has accepted."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.delivery.writing import wishes_of, withdraw
from crmservice.sweeping import claim_each
from dispatch import reminders
from dispatch.actions.keeping import BESIDE
from dispatch.models import Task
from dispatch.queries import home_of, place_of, visit_details
from dispatch.suggestion import way
from employees.models import Employee
from employees.queries import Roster, work_calendar

SWEPT = 1000  # in a turn: about twenty seconds of work
SUPERVISORS = 2  # the ring that stands in for a dispatcher
ASSIGNMENTS = ("dispatch.assigned", "dispatch.assigned_against_advice")


def foresee(task: Task, *, at: datetime) -> None:
    """Set when the engineer of a task that was just assigned is reminded, and until when it is to
    be accepted; nothing of what is already over. The caller saves.
    """
    assert task.planned_start is not None
    assert task.planned_end is not None
    forget(task, at=at)
    task.remind_at = next_reminder(task, after=at)
    if task.planned_end > at:
        task.accept_due_at = reminders.accept_due_at(
            assigned_at=at, starts_at=task.planned_start, usual=answer_usual_at(task, at)
        )


def forget(task: Task, *, at: datetime) -> None:
    """Take back what was said of a time that holds no more, as far as nobody has read it."""
    withdraw(task, "dispatch.reminded", at=at)


def next_reminder(task: Task, *, after: datetime) -> datetime | None:
    """The engineer's next one; none once the task should have begun."""
    if task.planned_start is None or task.planned_start <= after or task.assignee is None:
        return None
    zone = wishes_of([task.assignee.pk])[task.assignee.pk].time_zone
    travel = way(home_of(task.assignee), place_of(task))
    moments = reminders.moments(
        task.planned_start,
        evening=settings.REMIND_EVENING_AT,
        zone=zone,
        way=timedelta(minutes=travel.minutes if travel else 0),
        lead=timedelta(minutes=settings.REMIND_BEFORE_LEAVING_MINUTES),
    )
    return reminders.next_of(moments, after=after)


def answer_usual_at(task: Task, at: datetime) -> datetime:
    """When an answer is usually there, in the service hours of the engineer's outlet."""
    assert task.assignee is not None
    within = timedelta(minutes=settings.ACCEPT_WITHIN_MINUTES)
    calendar = task.assignee.outlet.calendar_id
    return work_calendar(calendar).add(at, within) if calendar else at + within


def remind(*, at: datetime) -> int:
    """Remind each engineer of what is due at or before `at`, once; after an outage the latest only,
    and not of what should have begun.
    """
    due = Task.objects.to_remind(at).order_by("remind_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of, at=at)


def tell_unaccepted(*, at: datetime) -> int:
    """Tell whoever assigned it, or stands in, of each task that nobody accepted in time, once."""
    due = Task.objects.unaccepted(at).order_by("accept_due_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), tell_of_unaccepted, at=at)


@transaction.atomic
def remind_of(pk: int, *, at: datetime) -> bool:
    """Remind of one; the conditional update lets one process win, and only while the time holds."""
    due = Task.objects.to_remind(at).filter(pk=pk)
    task = due.select_related(*BESIDE).first()
    if task is None or task.planned_start is None:
        return False
    won = due.filter(
        remind_at=task.remind_at, planned_start=task.planned_start, assignee=task.assignee
    ).update(remind_at=next_reminder(task, after=at))
    if not won or task.planned_start <= at:
        return False
    forget(task, at=at)
    record(task, "dispatch.reminded", by=None, at=at, **visit_details(task, at=at))
    return True


@transaction.atomic
def tell_of_unaccepted(pk: int, *, at: datetime) -> bool:
    due = Task.objects.unaccepted(at).filter(pk=pk)
    task = due.select_related(*BESIDE).first()
    if task is None or task.assignee is None:
        return False
    won = due.filter(accept_due_at=task.accept_due_at, assignee=task.assignee).update(
        accept_due_at=None
    )
    if not won:
        return False
    told = Roster(at).tell(
        assigned_by(task),
        ring=SUPERVISORS,
        outlets=[task.assignee.outlet_id],
        but=[task.assignee.pk],
        may_see=lambda person: may_assign_it(person, task),
    )
    record(
        task,
        "dispatch.not_accepted",
        by=None,
        at=at,
        about=[task.service_request],
        engineer=task.assignee.name,
        told=[told.details] if told else [],
        **visit_details(task, at=at),
    )
    return True


def assigned_by(task: Task) -> Employee | None:
    """Who gave the task to its engineer."""
    given = Activity.objects.filter(
        subject_type=task._meta.label_lower, subject_id=task.pk, verb__in=ASSIGNMENTS
    )
    latest = given.select_related("by").first()
    return latest.by if latest else task.created_by


def may_assign_it(person: Employee, task: Task) -> bool:
    is_seen = Task.objects.visible_to(person).filter(pk=task.pk)
    return person.may("dispatch.plan") and is_seen.exists()
