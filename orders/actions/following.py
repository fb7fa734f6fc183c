"""How far an order is, as it follows from its lines and its invoices."""

from datetime import datetime

from employees.models import Employee
from orders.actions.keeping import move
from orders.choices import Status
from orders.models import Order

VERBS = {
    Status.DELIVERED: "orders.delivered",
    Status.INVOICED: "orders.invoiced",
    Status.PAID: "orders.settled",
}


def follow(order: Order, *, by: Employee | None, at: datetime) -> Order:
    """Carry the order on to where it is: delivered, when nothing is left to deliver; invoiced, when
    all that is billed is; paid, when no invoice is open. Back from paid, when one is again.
    """
    lines = list(order.lines.all())
    if order.status == Status.APPROVED and not any(line.to_deliver for line in lines):
        move(order, Status.DELIVERED, VERBS[Status.DELIVERED], by=by, at=at)
    has_bills = order.invoices.exists()
    if (
        order.status == Status.DELIVERED
        and has_bills
        and not any(line.to_invoice for line in lines)
    ):
        move(order, Status.INVOICED, VERBS[Status.INVOICED], by=by, at=at)
    is_open = order.invoices.filter(settled_at=None).exists()
    if order.status == Status.INVOICED and not is_open:
        move(order, Status.PAID, VERBS[Status.PAID], by=by, at=at)
    elif order.status == Status.PAID and is_open:
        move(order, Status.INVOICED, "orders.opened_again", by=by, at=at)
    return order
