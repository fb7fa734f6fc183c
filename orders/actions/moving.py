"""The states of an order: from the draft over approval to the payment."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from employees.models import Employee
from orders import queries, signals
from orders.actions.keeping import demand, tell
from orders.choices import Status
from orders.models import Order


@transaction.atomic
def submit(order: Order, *, by: Employee, at: datetime) -> Order:
    """Ask for approval. Raises DomainError for an order without lines."""
    order = Order.objects.lock(order.pk)
    refuse_empty(order)
    return move(order, Status.IN_APPROVAL, "orders.submitted", by=by, at=at)


@transaction.atomic
def approve(order: Order, *, version: int | None = None, by: Employee, at: datetime) -> Order:
    """Approve what another wrote.

    `version` is the one that the person saw. Raises DomainError for the author's own order, and
    when it was changed since.
    """
    order = Order.objects.lock(order.pk)
    if order.author_id == by.pk:
        raise DomainError(_("Nobody approves an order of one's own."))
    refuse_empty(order)
    if version is not None and version != order.version:
        raise DomainError(_("The order was changed meanwhile. Look at it again, then approve."))
    order.approver, order.approved_at = by, at
    order = move(
        order, Status.APPROVED, "orders.approved", by=by, at=at, also=("approver", "approved_at")
    )
    signals.order_approved.send(Order, order=order, by=by, at=at)
    return order


@transaction.atomic
def send_back(order: Order, *, reason: str, by: Employee, at: datetime) -> Order:
    """Return an order to its author, with a reason."""
    order = Order.objects.lock(order.pk)
    why = demand(reason, "reason")
    return move(order, Status.DRAFT, "orders.sent_back", by=by, at=at, reason=why)


@transaction.atomic
def deliver(order: Order, *, by: Employee, at: datetime) -> Order:
    return move(Order.objects.lock(order.pk), Status.DELIVERED, "orders.delivered", by=by, at=at)


@transaction.atomic
def invoice(order: Order, *, by: Employee, at: datetime) -> Order:
    return move(Order.objects.lock(order.pk), Status.INVOICED, "orders.invoiced", by=by, at=at)


@transaction.atomic
def settle(order: Order, *, by: Employee, at: datetime) -> Order:
    return move(Order.objects.lock(order.pk), Status.PAID, "orders.settled", by=by, at=at)


@transaction.atomic
def cancel(order: Order, *, reason: str, by: Employee | None, at: datetime) -> Order:
    """Cancel an order that is not yet delivered, with a reason."""
    order = Order.objects.lock(order.pk)
    why = demand(reason, "reason")
    order = move(order, Status.CANCELLED, "orders.cancelled", by=by, at=at, reason=why)
    signals.order_cancelled.send(Order, order=order, by=by, at=at)
    return order


def refuse_empty(order: Order) -> None:
    if not order.lines.exists():
        raise DomainError(_("An order without lines cannot be approved."))


def move(
    order: Order,
    status: Status,
    verb: str,
    *,
    by: Employee | None,
    at: datetime,
    also: tuple[str, ...] = (),
    **details: Any,
) -> Order:
    order.move_to(status)
    order.version += 1
    order.save(update_fields=["status", "version", *also])
    tell(order, verb, by=by, at=at, **details)
    queries.index_order(order)
    return order
