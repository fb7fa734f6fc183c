"""What a task takes of its contract's allowances: a visit when planned, hours when it ends."""

from datetime import datetime
from decimal import Decimal

from contracts import actions as contracts
from contracts.choices import AllowanceKind
from dispatch.choices import AT_THE_CUSTOMER, TimeKind
from dispatch.models import Task
from employees.models import Employee
from service_requests.models import ServiceRequest
from service_requests.queries import day_of


def take_visit(task: Task, *, by: Employee | None, at: datetime) -> None:
    if task.kind in AT_THE_CUSTOMER:
        take(task, AllowanceKind.VISITS, Decimal(1), by=by, at=at)


def take_hours(task: Task, *, by: Employee, at: datetime) -> None:
    """The labour that was booked; travel is on us."""
    if task.contract is None or task.contract.hours_per_year is None:
        return
    booked = task.time_entries.filter(kind=TimeKind.LABOUR).values_list("hours", flat=True)
    take(task, AllowanceKind.HOURS, sum(booked, start=Decimal(0)), by=by, at=at)


def give_back_all(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> None:
    """Of every task of a request that turned out not to be covered."""
    for task in service_request.tasks.select_related("contract").order_by("pk"):
        give_back(task, by=by, at=at)


def give_back(task: Task, *, by: Employee | None, at: datetime) -> None:
    if task.contract is not None and task.contract.allowances:
        contracts.give_back(task.number, by=by, at=at)


def take(
    task: Task, kind: AllowanceKind, quantity: Decimal, *, by: Employee | None, at: datetime
) -> None:
    if task.service_request is not None and task.service_request.entitlement.get("refused"):
        return
    contracts.take(
        task.contract,
        kind,
        source=task.number,
        source_url=task.get_absolute_url(),
        quantity=quantity,
        on=day_of(task.finished_at or task.planned_start or at),
        by=by,
        at=at,
    )
