"""Pieces in stock for the lines of an order: promised, or free again."""

from datetime import datetime
from decimal import ROUND_CEILING

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from employees.models import Employee
from orders.actions.keeping import tell_inside
from orders.actions.stocking import release_all, reserve
from orders.choices import RESERVABLE, LineKind, ShipmentStatus
from orders.explaining import names_of
from orders.models import Order, OrderLine, Reservation, StockLocation


@transaction.atomic
def reserve_for(
    line: OrderLine, *, location: StockLocation, quantity: int, by: Employee, at: datetime
) -> OrderLine:
    """Promise pieces of a place to a line. Raises DomainError for more than the line wants, and
    where so many are not free.
    """
    order = Order.objects.lock(line.order_id)
    if not order.lines.filter(pk=line.pk).exists():
        raise DomainError(_("Somebody took this line off the order."))
    if order.status not in RESERVABLE or line.kind != LineKind.PART or line.part is None:
        raise DomainError(_("Nothing is reserved for this line any more."))
    line = order.lines.select_related("part").get(pk=line.pk)
    wanted = int(line.to_deliver.to_integral_value(ROUND_CEILING)) - shipped_of(line)
    promised = sum(each.quantity for each in Reservation.objects.open().of(line))
    if quantity > wanted - promised:
        raise DomainError(
            _("The line wants %(wanted)s, and %(promised)s are reserved.")
            % {"wanted": wanted, "promised": promised},
            field="quantity",
        )
    assert line.part is not None
    reserve(location, part=line.part, quantity=quantity, about=line, by=by, at=at)
    tell_inside(
        order,
        "orders.reserved",
        by=by,
        at=at,
        line=names_of(line),
        quantity=quantity,
        place=location.name,
    )
    return line


def shipped_of(line: OrderLine) -> int:
    """Pieces that left the stock for it and have not arrived."""
    rows = line.shipment_lines.filter(shipment__status=ShipmentStatus.SHIPPED)
    return rows.aggregate(open=Sum(F("quantity") - F("delivered")))["open"] or 0


@transaction.atomic
def release_line(line: OrderLine, *, by: Employee, at: datetime) -> OrderLine:
    """What was reserved for the line is free again. Raises DomainError while it is packed."""
    order = Order.objects.lock(line.order_id)
    packed = line.shipment_lines.filter(shipment__status=ShipmentStatus.PACKED).first()
    if packed is not None:
        said = _("%(number)s is packed. Ship it, or put it back first.")
        raise DomainError(said % {"number": packed.shipment.number})
    release_all(line, by=by, at=at)
    tell_inside(order, "orders.released", by=by, at=at, line=names_of(line))
    return line


def release_order(order: Order, *, by: Employee | None, at: datetime) -> None:
    """The order is cancelled: nothing waits for it."""
    for line in order.lines.filter(kind=LineKind.PART):
        release_all(line, by=by, at=at)
