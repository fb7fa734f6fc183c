"""One task after another: what comes after does not begin before what is before it is done."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from dispatch.actions.keeping import lock, refuse_over, tell, write
from dispatch.choices import Status
from dispatch.models import Task
from employees.models import Employee


@transaction.atomic
def put_after(task: Task, *, other: Task, by: Employee, at: datetime) -> Task:
    """`task` begins when `other` is done. Raises DomainError for a ring, and for what is over or
    under way.
    """
    task = lock(task)
    refuse_over(task)
    if task.status in (Status.WORKING, Status.ON_SITE):
        raise DomainError(_("%(number)s has begun already.") % {"number": task.number})
    list(Task.objects.select_for_update(of=("self",)).filter(pk=other.pk))
    other = Task.objects.get(pk=other.pk)
    if other.status == Status.CANCELLED:
        raise DomainError(_("%(number)s is cancelled.") % {"number": other.number}, field="other")
    if task.pk == other.pk or task.pk in before(other):
        raise DomainError(
            _("%(other)s comes after %(number)s itself: they would wait for each other.")
            % {"other": other.number, "number": task.number},
            field="other",
        )
    if task.after.filter(pk=other.pk).exists():
        return task
    task.after.add(other)
    write(task)
    tell(task, "dispatch.put_after", by=by, at=at, other=other.number)
    return task


@transaction.atomic
def free_of(task: Task, *, other: Task, by: Employee, at: datetime) -> Task:
    """It needs not wait for the other any more."""
    task = lock(task)
    refuse_over(task)
    if not task.after.filter(pk=other.pk).exists():
        return task
    task.after.remove(other)
    write(task)
    tell(task, "dispatch.freed_of", by=by, at=at, other=other.number)
    return task


def before(task: Task) -> set[int]:
    """The keys of all that has to be done before it, however far back."""
    found: set[int] = set()
    ahead = {task.pk}
    while ahead:
        rows = Task.after.through.objects.filter(from_task__in=ahead)
        ahead = set(rows.values_list("to_task", flat=True)) - found
        found |= ahead
    return found


def refuse_out_of_turn(task: Task) -> None:
    """Raise DomainError while something has to be done first."""
    waits_for = task.after.exclude(status__in=[Status.DONE, Status.CANCELLED]).order_by("pk")
    first = waits_for.first()
    if first is not None:
        raise DomainError(
            _("%(number)s comes after %(other)s “%(title)s”, which is %(status)s. Ask the desk.")
            % {
                "number": task.number,
                "other": first.number,
                "title": first.title,
                "status": first.get_status_display(),
            }
        )


def tell_those_after(task: Task, *, by: Employee | None, at: datetime) -> None:
    """It is cancelled: whoever planned what comes after decides whether that is still wanted."""
    for each in task.then.unfinished().order_by("pk"):
        tell(
            lock(each),
            "dispatch.cancelled_before",
            by=by,
            at=at,
            other=task.number,
            other_title=task.title,
        )


def hand_on(task: Task, follow_up: Task) -> None:
    """It was not solved: what came after it comes after what does the rest."""
    for each in task.then.unfinished().order_by("pk"):
        each.after.remove(task)
        each.after.add(follow_up)
