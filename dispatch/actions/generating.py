"""Plans become work: maintenance that falls due and touches that customers are owed are tasks, once
each; what becomes of a task is written back to its plan.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import OccurrenceStatus, Why
from assets.models import Asset, MaintenancePlan, Occurrence
from assets.queries import lesser_turns, lines_of
from contracts.models import ServiceContract
from contracts.queries import entitlement_for
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from customers import actions as customers
from customers.choices import CareKind, TouchStatus
from customers.models import CareTouch
from customers.queries import day_of
from dispatch.actions.checking import write_checklist
from dispatch.actions.planning import cancel, plan
from dispatch.choices import AHEAD, Kind, Status
from dispatch.models import Task
from employees.models import Employee

SWEPT = 500
CATCHES_UP = 60  # turns of one plan at a time, after a long outage
KIND_OF_TOUCH: dict[str, Kind] = {
    CareKind.INSPECTION: Kind.INSPECTION,
    CareKind.VISIT: Kind.CARE,
    CareKind.CALL: Kind.CALL_BACK,
    CareKind.BIRTHDAY: Kind.CALL_BACK,
}


def plan_due_work(*, on: date, at: datetime) -> int:
    """Make the tasks of what falls due by a day: for the dispatcher, without engineer and time. One
    that fails stops no other, and is tried again at the next turn.
    """
    due = MaintenancePlan.objects.to_generate(on).order_by("generate_on", "pk")
    made = claim_each(list(due[:SWEPT]), plan_turns, on=on, at=at)
    owed = CareTouch.objects.open().filter(tasks=None).order_by("due_on", "pk")
    return made + claim_each(list(owed.values_list("pk", flat=True)[:SWEPT]), plan_touch, at=at)


def plan_turns(maintenance: MaintenancePlan, *, on: date, at: datetime) -> bool:
    """All turns of a plan that are due; each with its task is a transaction of its own."""
    won = False
    for _turn in range(CATCHES_UP):
        if not plan_turn(maintenance, on=on, at=at):
            break
        won = True
        maintenance.refresh_from_db()
    return won


@transaction.atomic
def plan_turn(maintenance: MaintenancePlan, *, on: date, at: datetime) -> bool:
    """The next turn and the task that does it, which may be a greater plan's."""
    occurrence = assets.take_turn(maintenance, on=on, at=at)
    if occurrence is None:
        return False
    plan_occurrence(occurrence.covered_by or occurrence, by=None, at=at)
    return True


def plan_occurrence(occurrence: Occurrence, *, by: Employee | None, at: datetime) -> Task | None:
    """The task of an open turn, or what is added to it by a lesser one that it covers."""
    if occurrence.status != OccurrenceStatus.OPEN:
        return None
    for lesser in lesser_turns(occurrence):
        if not has_begun(lesser):
            assets.cover_turn(lesser, covering=occurrence, by=by, at=at)
    task = Task.objects.unfinished().filter(occurrence=occurrence).first()
    if task is None:
        task = task_of(occurrence, by=by, at=at)
    if task is not None:
        write_checklist(task, lines_of(occurrence))
    return task


def task_of(occurrence: Occurrence, *, by: Employee | None, at: datetime) -> Task | None:
    """None when the plan wants a contract and none covers the device on that day."""
    maintenance, asset = occurrence.plan, occurrence.plan.asset
    assert asset is not None
    contract = contract_of(asset, occurrence.due_on)
    if contract is None and maintenance.needs_contract:
        assets.skip_turn(occurrence, why=Why.NO_CONTRACT, by=by, at=at)
        return None
    return plan(
        kind=maintenance.kind,
        title=maintenance.title,
        instructions=maintenance.instructions,
        customer=asset.customer,
        asset=asset,
        contract=contract,
        skill=maintenance.skill,
        occurrence=occurrence,
        window=(occurrence.earliest_on, occurrence.latest_on),
        by=by,
        at=at,
    )


def contract_of(asset: Asset, on: date) -> ServiceContract | None:
    """The contract that covers a device on a day."""
    try:
        cover = entitlement_for(asset.customer, asset, on, asset.customer.tier)
    except DomainError:  # the company promises nothing for such a case
        return None
    return ServiceContract.objects.filter(pk=cover.contract_id or 0).first()


def has_begun(occurrence: Occurrence) -> bool:
    """Whether somebody has set out, or more."""
    tasks = Task.objects.unfinished().filter(occurrence=occurrence)
    return tasks.exclude(status__in=(Status.PLANNED, *AHEAD)).exists()


@transaction.atomic
def plan_touch(pk: int, *, at: datetime) -> bool:
    """The task of a touch; the lock lets one process make it."""
    touch = CareTouch.objects.select_related("plan", "customer", "contact").lock(pk)
    if touch.status != TouchStatus.OPEN or touch.tasks.exists():
        return False
    task_of_touch(touch, by=None, at=at)
    return True


def task_of_touch(touch: CareTouch, *, by: Employee | None, at: datetime) -> Task:
    title = touch.plan.title
    if touch.contact is not None:
        title = f"{title} · {touch.contact.name}"
    return plan(
        kind=KIND_OF_TOUCH[touch.kind],
        title=title,
        instructions=touch.plan.instructions,
        customer=touch.customer,
        touch=touch,
        window=(touch.earliest_on, touch.latest_on),
        by=by,
        at=at,
    )


@transaction.atomic
def plan_again(owed: Occurrence | CareTouch, *, by: Employee, at: datetime) -> Task:
    """A new task for what is still owed after its task was cancelled."""
    model = type(owed)
    owed = model._default_manager.select_for_update(of=("self",)).get(pk=owed.pk)
    task = None
    if not owed.tasks.exclude(status__in=(Status.CANCELLED, Status.NOT_SOLVED)).exists():
        if isinstance(owed, CareTouch) and owed.status == TouchStatus.OPEN:
            task = task_of_touch(owed, by=by, at=at)
        elif isinstance(owed, Occurrence):
            task = plan_occurrence(owed, by=by, at=at)
    if task is None:
        raise DomainError(_("There is a task for it already, or it is not owed any more."))
    return task


def settle_plans(task: Task, finished_at: datetime, *, by: Employee, at: datetime) -> None:
    """What a plan wanted is done, on the day on which the work ended."""
    if task.occurrence is not None:
        assets.finish_turn(task.occurrence, done_on=day_of(finished_at), by=by, at=at)
    if task.touch is not None and task.touch.status == TouchStatus.OPEN:
        customers.finish_touch(
            task.touch,
            outcome=task.work_report.result.splitlines()[0],
            done_on=day_of(finished_at),
            by=by,
            at=at,
        )


def take_back(
    tasks: QuerySet[Task], *, reason: dict[str, str], by: Employee | None, at: datetime
) -> None:
    """Cancel those on which nobody has set out, for a reason in both languages."""
    waiting = (Status.PLANNED, *AHEAD)
    for task in tasks.filter(status__in=waiting).order_by("pk"):
        cancel(task, reason=reason, by=by, at=at)
