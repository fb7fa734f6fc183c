"""What the engineer does, step by step: accept or refuse, travel, arrive, start, say that it works
again.

Each step is stamped with when it happened: now, or the device's time of a step that is told later.
The clocks of the request follow: arriving meets the arrival, the first word on the telephone meets
the response.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from dispatch.actions.keeping import (
    after_pauses,
    demand,
    lock,
    open_request,
    refuse_outsiders,
    refuse_strangers,
    refuse_unless_under_way,
    tell,
    time_of_step,
    write,
)
from dispatch.actions.ordering import refuse_out_of_turn
from dispatch.actions.planning import free
from dispatch.actions.writing import write_on_the_way
from dispatch.choices import Kind, Status
from dispatch.models import Pause, Task
from employees.choices import Role
from employees.models import Employee
from employees.queries import Roster
from service_requests import actions as service_requests

BY_TELEPHONE = (Kind.REMOTE, Kind.CALL_BACK)


@transaction.atomic
def accept(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The engineer will do it."""
    return step(
        task, Status.ACCEPTED, "accepted_at", "dispatch.accepted", happened_at, by=by, at=at
    )


@transaction.atomic
def refuse(task: Task, *, reason: str, by: Employee, at: datetime) -> Task:
    """The engineer cannot do it: the task is without engineer again, and whoever planned it is told
    why.
    """
    task = lock(task)
    refuse_strangers(task, by)
    why = demand(reason, "reason")
    free(task, at=at)
    tell(task, "dispatch.refused", by=by, at=at, reason=why)
    return task


@transaction.atomic
def travel(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The engineer sets out."""
    task = step(
        task, Status.TRAVELLING, "travelling_at", "dispatch.travelled", happened_at, by=by, at=at
    )
    write_on_the_way(task, by=by, at=at)
    return task


@transaction.atomic
def arrive(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The engineer is there, which keeps the promise of arrival."""
    task = step(task, Status.ON_SITE, "arrived_at", "dispatch.arrived", happened_at, by=by, at=at)
    service_request = open_request(task)
    if service_request is not None and task.is_at_the_customer and task.arrived_at:
        service_requests.arrive(
            service_request, by=by, at=max(task.arrived_at, service_request.opened_at)
        )
    return task


@transaction.atomic
def start(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The work begins. At a customer's one arrives first; on the telephone it is the first word
    with the customer.
    """
    task = lock(task)
    refuse_strangers(task, by)
    if task.status == Status.ACCEPTED and task.is_at_the_customer:
        raise DomainError(_("Say first that you have arrived: the customer was promised it."))
    refuse_out_of_turn(task)
    task = step(task, Status.WORKING, "working_at", "dispatch.started", happened_at, by=by, at=at)
    service_request = open_request(task)
    if service_request is not None and task.kind in BY_TELEPHONE and task.working_at:
        service_requests.respond(
            service_request, by=by, at=max(task.working_at, service_request.opened_at)
        )
    return task


@transaction.atomic
def restore(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The machine works again, even if the work is not finished: the request's promise to restore
    is met.
    """
    task = lock(task)
    refuse_strangers(task, by)
    refuse_unless_under_way(task)
    happened = time_of_step(task, happened_at, at=at)
    service_request = open_request(task)
    if service_request is None:
        raise DomainError(_("There is no open request whose clock this could stop."))
    tell(task, "dispatch.restored", by=by, at=happened)
    service_requests.restore(service_request, by=by, at=max(happened, service_request.opened_at))
    return task


@transaction.atomic
def pause(task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime) -> Task:
    """The work rests: what follows is no labour until it is carried on, or finished."""
    task = lock(task)
    refuse_strangers(task, by)
    if task.status != Status.WORKING:
        raise DomainError(_("Only work that goes on can be paused."))
    if task.pauses.filter(ends_at=None).exists():
        raise DomainError(_("The work is paused already."))
    happened = after_pauses(task, time_of_step(task, happened_at, at=at))
    Pause.objects.create(task=task, starts_at=happened)
    tell(task, "dispatch.paused", by=by, at=happened)
    return task


@transaction.atomic
def carry_on(
    task: Task, *, happened_at: datetime | None = None, by: Employee, at: datetime
) -> Task:
    """The work goes on after a pause."""
    task = lock(task)
    refuse_strangers(task, by)
    resting = task.pauses.filter(ends_at=None).first()
    if resting is None:
        raise DomainError(_("The work is not paused."))
    resting.ends_at = after_pauses(task, time_of_step(task, happened_at, at=at))
    resting.save(update_fields=["ends_at"])
    tell(task, "dispatch.carried_on", by=by, at=resting.ends_at)
    return task


@transaction.atomic
def ask_for_help(task: Task, *, question: str, by: Employee, at: datetime) -> Task:
    """A senior engineer is told what the engineer on the spot does not know; else who is on call
    for ring 2, the manager of the outlet, the head.
    """
    task = lock(task)
    refuse_outsiders(task, by)
    if not task.is_unfinished:
        raise DomainError(_("The task is finished; there is nothing to help with."))
    text = demand(question, "question")
    roster = Roster(at)
    told = roster.tell(
        senior_for(roster, by),
        ring=2,
        outlets=[by.outlet_id],
        but=[by.pk],
        may_see=lambda person: person.may("dispatch.view"),
    )
    details = [told.details] if told else []
    tell(task, "dispatch.help_asked", by=by, at=at, question=text, told=details)
    return task


def senior_for(roster: Roster, person: Employee) -> Employee | None:
    """A senior engineer of the own outlet, else of any."""
    seniors = [
        each
        for each in roster.people.values()
        if each.role == Role.SENIOR_ENGINEER and each.pk != person.pk
    ]
    own = [each for each in seniors if each.outlet_id == person.outlet_id]
    return next(iter(own or seniors), None)


def step(
    task: Task,
    status: Status,
    stamp: str,
    verb: str,
    happened_at: datetime | None,
    *,
    by: Employee,
    at: datetime,
) -> Task:
    """Take the task one step on and stamp it."""
    task = lock(task)
    refuse_strangers(task, by)
    happened = time_of_step(task, happened_at, at=at)
    task.move_to(status)
    setattr(task, stamp, happened)
    write(task, "status", stamp)
    tell(task, verb, by=by, at=happened)
    return task
