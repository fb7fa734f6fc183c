"""The states of an order: from the draft over approval to the payment."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.errors import DomainError
from employees.models import Employee
from orders import signals
from orders.actions.following import follow
from orders.actions.keeping import demand, move, tell
from orders.actions.reserving import release_order
from orders.actions.shipping import cut_rest, has_left
from orders.choices import QuotationStatus, ShipmentStatus, Status
from orders.models import Order, Quotation

OFFERED = gettext_lazy("It is offered to the customer, who decides. Take the offer back first.")


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
    if order.status == Status.QUOTED:
        raise DomainError(
            _("It is offered to the customer, who decides. Take the offer back first.")
        )
    refuse_empty(order)
    if version is not None and version != order.version:
        raise DomainError(_("The order was changed meanwhile. Look at it again, then approve."))
    order.approver, order.approved_at = by, at
    order = move(
        order, Status.APPROVED, "orders.approved", by=by, at=at, also=("approver", "approved_at")
    )
    signals.order_approved.send(Order, order=order, by=by, at=at)
    return follow(order, by=by, at=at)


@transaction.atomic
def send_back(order: Order, *, reason: str, by: Employee, at: datetime) -> Order:
    """Return an order to its author, with a reason."""
    order = Order.objects.lock(order.pk)
    why = demand(reason, "reason")
    if order.status == Status.QUOTED:
        raise DomainError(
            _("It is offered to the customer, who decides. Take the offer back first.")
        )
    return move(order, Status.DRAFT, "orders.sent_back", by=by, at=at, reason=why)


@transaction.atomic
def cancel(order: Order, *, reason: str, by: Employee | None, at: datetime) -> Order:
    """Cancel an order that is not yet delivered, with a reason. Where something of it has left or
    is invoiced, what is left of it is cancelled: it is as long as what the customer has.
    """
    order = Order.objects.lock(order.pk)
    why = demand(reason, "reason")
    if order.status == Status.APPROVED and has_left(order):
        cut_rest(order, by=by, at=at)
        tell(order, "orders.rest_cancelled", by=by, at=at, reason=why)
        return follow(order, by=by, at=at)
    for packed in order.shipments.filter(status=ShipmentStatus.PACKED):
        raise DomainError(
            _("%(number)s is packed. Ship it, or put it back first.") % {"number": packed.number}
        )
    for offer in Quotation.objects.open().filter(order=order):
        offer.end(QuotationStatus.WITHDRAWN, at=at)
    order = move(order, Status.CANCELLED, "orders.cancelled", by=by, at=at, reason=why)
    release_order(order, by=by, at=at)
    signals.order_cancelled.send(Order, order=order, by=by, at=at)
    return order


def refuse_empty(order: Order) -> None:
    if not order.lines.exists():
        raise DomainError(_("An order without lines cannot be approved."))
