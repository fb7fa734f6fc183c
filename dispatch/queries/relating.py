"""The other tasks that a task hangs together with."""

from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from dispatch.choices import Status
from dispatch.models import Task
from employees.models import Employee

MOST_RELATED = 30


class Related(NamedTuple):
    """`before` is to be done first; `then` waits for this one. Each has `is_shown`: whether the
    reader may open it.
    """

    follow_ups: list[Task]
    before: list[Task]
    then: list[Task]

    @property
    def unfinished(self) -> Task | None:
        """What this one still waits for."""
        waits = (each for each in self.before if each.status not in (Status.DONE, "cancelled"))
        return next(waits, None)

    @property
    def cancelled(self) -> Task | None:
        """What is never done, so that somebody has to decide whether this one is still wanted."""
        return next((each for each in self.before if each.status == Status.CANCELLED), None)


def related_tasks(task: Task, user: Employee) -> Related:
    """One query."""
    order = Task.after.through.objects.order_by()
    is_before = Q(pk__in=order.filter(from_task=task.pk).values("to_task"))
    is_then = Q(pk__in=order.filter(to_task=task.pk).values("from_task"))
    is_shown = Q(pk__in=Task.objects.visible_to(user).order_by().values("pk"))
    rows = Task.objects.filter(Q(follow_up_of=task.pk) | is_before | is_then).annotate(
        is_before=ExpressionWrapper(is_before, BooleanField()),
        is_then=ExpressionWrapper(is_then, BooleanField()),
        is_shown=ExpressionWrapper(is_shown, BooleanField()),
    )
    found = list(rows.order_by("-listed_at", "-pk")[:MOST_RELATED])
    return Related(
        follow_ups=[each for each in found if each.follow_up_of_id == task.pk],
        before=[each for each in found if each.is_before],  # type: ignore[attr-defined]
        then=[each for each in found if each.is_then],  # type: ignore[attr-defined]
    )
