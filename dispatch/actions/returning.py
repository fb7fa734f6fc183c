"""The next visit: what the engineer on the spot agrees with the customer, and the desk plans."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from dispatch.actions.checking import carry_over
from dispatch.actions.keeping import (
    demand,
    lock,
    open_request,
    refuse_strangers,
    refuse_unless_under_way,
    tell,
    write,
)
from dispatch.actions.planning import plan
from dispatch.models import Task
from dispatch.queries import zone_of
from employees.models import Employee


@dataclass(frozen=True, kw_only=True)
class VisitWish:
    """What for, and when the customer wishes it, by the clock at the site."""

    what: str
    on: date | None = None
    starts: time | None = None
    ends: time | None = None


@transaction.atomic
def ask_for_next_visit(
    task: Task,
    *,
    wish: VisitWish,
    happened_at: datetime | None = None,
    by: Employee,
    at: datetime,
) -> Task:
    """Another visit is needed: a task without engineer that the desk is told of.

    Raises DomainError without saying what for, for hours without a day, a day that is over, and
    while the next visit that was asked for waits.
    """
    task = lock(task)
    refuse_strangers(task, by)
    refuse_unless_under_way(task)
    what, on, zone = demand(wish.what, "what"), wish.on, ZoneInfo(zone_of(task))
    refuse_odd(wish, today=(happened_at or at).astimezone(zone).date())
    waiting = task.follow_ups.unfinished().first()
    if waiting is not None:
        raise DomainError(
            _("The next visit is asked for already: %(number)s.") % {"number": waiting.number}
        )
    hours = [
        datetime.combine(on, clock, tzinfo=zone) if on and clock else None
        for clock in (wish.starts, wish.ends)
    ]
    follow_up = plan(
        kind=task.kind,
        title=task.title,
        instructions=what,
        service_request=open_request(task),
        customer=task.customer,
        site=task.site,
        asset=task.asset,
        contract=task.contract,
        skill=task.skill,
        follow_up_of=task,
        planned_start=hours[0],
        planned_end=hours[1],
        window=(on, on) if on else None,
        by=by,
        at=at,
    )
    tell(
        task,
        "dispatch.next_visit",
        by=by,
        at=happened_at or at,
        what=what,
        follow_up=follow_up.number,
        on=on.isoformat() if on else "",
        starts=f"{wish.starts:%H:%M}" if wish.starts else "",
        ends=f"{wish.ends:%H:%M}" if wish.ends else "",
    )
    return follow_up


def refuse_odd(wish: VisitWish, *, today: date) -> None:
    starts, ends = wish.starts, wish.ends
    if wish.on is not None and wish.on < today:
        raise DomainError(_("This day is over."), field="on")
    if (starts or ends) and wish.on is None:
        raise DomainError(_("Which day?"), field="on")
    if bool(starts) != bool(ends):
        raise DomainError(_("Say from when to when."), field="ends" if starts else "starts")
    if starts and ends and ends <= starts:
        raise DomainError(_("The end comes after the start."), field="ends")


def take_over(task: Task, follow_up: Task, remaining: str) -> Task:
    """The next visit that was asked for does the rest, too: one visit, not two. `task` has ended
    unsolved and is locked.
    """
    follow_up = Task.objects.lock(follow_up.pk)
    if remaining not in follow_up.instructions:
        follow_up.instructions = f"{follow_up.instructions}\n{remaining}".strip()
    follow_up.occurrence, follow_up.touch = task.occurrence, task.touch
    write(follow_up, "instructions", "occurrence", "touch")
    carry_over(task, follow_up)
    return follow_up
