"""What leaves for the customer: packed from what is reserved, shipped, delivered, or back again.

Each verb locks the order first; the levels of stock change when a shipment leaves, and when
something of it comes back.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import ZERO, money
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders import queries
from orders.actions.following import follow
from orders.actions.keeping import about, day_of, demand, tell_inside
from orders.actions.stocking import change, end, level_of, refuse_none, release_all, reserve
from orders.choices import UNDER_WAY, LineKind, MoveKind, ShipmentStatus, Status
from orders.explaining import names_of
from orders.models import (
    Order,
    OrderLine,
    Reservation,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockLocation,
)

MOST_PLACES = 4


@transaction.atomic
def pack(
    order: Order,
    *,
    location: StockLocation,
    quantities: Mapping[int, int],
    serials: Mapping[int, Sequence[str]] | None = None,
    promised_on: date,
    by: Employee,
    at: datetime,
) -> Shipment:
    """Put pieces for lines (by their keys) together in a place; what is not reserved there yet is
    reserved now.

    Raises DomainError for an order that is not approved or delivered already, more than a line
    still wants, and for what the place does not have: it says what is missing, and where it lies.
    """
    order = Order.objects.lock(order.pk)
    if order.status != Status.APPROVED:
        raise DomainError(
            _("%(number)s is %(now)s: nothing is shipped for it.")
            % {"number": order.number, "now": order.get_status_display()}
        )
    lines = {line.pk: line for line in order.lines.select_related("part")}
    wanted = {lines[pk]: quantity for pk, quantity in quantities.items() if quantity}
    if not wanted:
        raise DomainError(_("Say which parts, and how many."))
    under_way = under_way_of(order)
    for line, quantity in wanted.items():
        refuse_more_than_wanted(line, quantity, under_way.get(line.pk, 0))
    levels = {line: level_of(location, line.part) for line in wanted if line.part is not None}
    refuse_missing(levels, wanted, by)
    shipment = Shipment.objects.create(
        number=next_number("SH", at),
        order=order,
        location=location,
        promised_on=promised_on,
        packed_by=by,
        packed_at=at,
    )
    for line in sorted(wanted, key=lambda line: levels[line].pk):
        quantity = wanted[line]
        promise_rest(line, quantity, levels[line], by=by, at=at)
        ShipmentLine.objects.create(
            shipment=shipment,
            order_line=line,
            quantity=quantity,
            serials=list((serials or {}).get(line.pk, ())),
        )
    tell(shipment, "orders.packed", by=by, at=at, place=location.name)
    return shipment


@transaction.atomic
def ship(
    shipment: Shipment,
    *,
    carrier: str = "",
    tracking_no: str = "",
    promised_on: date | None = None,
    by: Employee,
    at: datetime,
) -> Shipment:
    """It leaves: its pieces are no longer in stock."""
    _order, shipment = locked(shipment)
    shipment.move_to(ShipmentStatus.SHIPPED)
    shipment.carrier, shipment.tracking_no = carrier.strip(), tracking_no.strip()
    shipment.promised_on = promised_on or shipment.promised_on
    shipment.shipped_by, shipment.shipped_at = by, at
    shipment.save()
    for line, level in levels_of(shipment):
        consume(line, level, at=at)
        change(
            level,
            MoveKind.SHIPPED,
            on_hand=-line.quantity,
            allocated=-line.quantity,
            serials=line.serials,
            about=shipment,
            by=by,
            at=at,
        )
    tell(shipment, "orders.shipped", by=by, at=at, carrier=shipment.carrier or "–",
         tracking=shipment.tracking_no or "–", on=shipment.promised_on)  # fmt: skip
    return shipment


@transaction.atomic
def deliver(
    shipment: Shipment,
    *,
    delivered: Mapping[int, int] | None = None,
    received_by: str = "",
    by: Employee,
    at: datetime,
) -> Shipment:
    """The customer has it: all of it, or so many pieces of each of its lines by key; the rest stays
    under way. Raises DomainError for more than is under way, and for nothing.
    """
    order, shipment = locked(shipment)
    if shipment.status != ShipmentStatus.SHIPPED:
        shipment.move_to(ShipmentStatus.DELIVERED)  # says why not
    lines = list(shipment.lines.select_related("order_line"))
    arrived = {line.pk: line.quantity - line.delivered for line in lines}
    arrived = arrived if delivered is None else {**dict.fromkeys(arrived, 0), **delivered}
    if not any(arrived.values()):
        raise DomainError(_("Say what arrived."))
    for line in lines:
        if not 0 <= arrived[line.pk] <= line.quantity - line.delivered:
            raise DomainError(_("No more can arrive than was sent."), field=f"line_{line.pk}")
        line.delivered += arrived[line.pk]
        line.save(update_fields=["delivered"])
        give(line.order_line, arrived[line.pk])
    shipment.received_by = received_by.strip() or shipment.received_by
    if all(line.delivered == line.quantity for line in lines):
        close(shipment, ShipmentStatus.DELIVERED, by=by, at=at)
    shipment.save()
    count = sum(arrived.values())
    tell(shipment, "orders.shipment_delivered", by=by, at=at, count=count,
         name=shipment.received_by or "–")  # fmt: skip
    follow(order, by=by, at=at)
    return shipment


@transaction.atomic
def hand_over(
    shipment: Shipment, *, received_by: str = "", by: Employee, at: datetime
) -> Shipment:  # fmt: skip
    """The customer takes it at the counter: it leaves and arrives at once."""
    shipment = ship(shipment, promised_on=day_of(at), by=by, at=at)
    return deliver(shipment, received_by=received_by, by=by, at=at)


@transaction.atomic
def put_back(shipment: Shipment, *, reason: str, by: Employee, at: datetime) -> Shipment:
    """It is not shipped after all; what was reserved stays reserved."""
    _order, shipment = locked(shipment)
    why = demand(reason, "reason")
    close(shipment, ShipmentStatus.DROPPED, reason=why, by=by, at=at)
    shipment.save()
    tell(shipment, "orders.shipment_put_back", by=by, at=at, reason=why)
    return shipment


@transaction.atomic
def take_back(
    shipment: Shipment, *, serials: Sequence[str] = (), reason: str, by: Employee, at: datetime
) -> Shipment:
    """What did not arrive is in the stock of its place again, with the reason; `serials` are those
    of it where a part did arrive. The order still wants it.
    """
    order, shipment = locked(shipment)
    why = demand(reason, "reason")
    close(shipment, ShipmentStatus.RETURNED, reason=why, by=by, at=at)
    shipment.save()
    for line, level in levels_of(shipment):
        back = line.quantity - line.delivered
        if not back:
            continue
        named = [each for each in line.serials if not line.delivered or each in serials]
        change(
            level,
            MoveKind.CAME_BACK,
            on_hand=back,
            serials=named,
            about=shipment,
            reason=why,
            by=by,
            at=at,
        )
    tell(shipment, "orders.shipment_came_back", by=by, at=at, reason=why)
    follow(order, by=by, at=at)
    return shipment


@transaction.atomic
def note_delivered(
    line: OrderLine, *, quantity: Decimal, reason: str, by: Employee, at: datetime
) -> OrderLine:
    """The customer has pieces that never lay in our stock, from a supplier or by hand; the reason
    says how. Raises DomainError for more than is neither delivered nor under way.
    """
    order = Order.objects.lock(line.order_id)
    why = demand(reason, "reason")
    line = order.lines.select_related("part").get(pk=line.pk)
    if order.status != Status.APPROVED:
        raise DomainError(_("Only what is approved is delivered."))
    still = line.to_deliver - under_way_of(order).get(line.pk, 0)
    if not 0 < quantity <= still:
        raise DomainError(_("%(open)s are still to be delivered.")
                          % {"open": f"{max(still, ZERO).normalize():f}"},
                          field="quantity")  # fmt: skip
    give(line, quantity)
    if line.delivered == line.quantity:
        release_all(line, by=by, at=at)
    tell_inside(
        order, "orders.delivered_direct", by=by, at=at, line=names_of(line), reason=why,
        quantity=f"{quantity.normalize():f}",
    )  # fmt: skip
    follow(order, by=by, at=at)
    return line


def cut_rest(order: Order, *, by: Employee | None, at: datetime) -> None:
    """Something of the order is with the customer or under way: what is left of it is wanted no
    more. The caller has locked it.

    Raises DomainError while something is packed: it is shipped, or put back first.
    """
    packed = order.shipments.filter(status=ShipmentStatus.PACKED).first()
    if packed is not None:
        raise DomainError(
            _("%(number)s is packed. Ship it, or put it back first.") % {"number": packed.number}
        )
    under_way = under_way_of(order)
    for line in order.lines.filter(kind=LineKind.PART):
        kept = line.delivered + min(Decimal(under_way.get(line.pk, 0)), line.to_deliver)
        if kept == line.quantity:
            continue
        release_all(line, by=by, at=at)
        tell_inside(
            order, "orders.rest_cut", by=by, at=at, line=names_of(line),
            quantity=f"{(line.quantity - kept).normalize():f}",
        )  # fmt: skip
        if not kept:
            line.delete()
            continue
        shrink(line, kept, order)


def shrink(line: OrderLine, quantity: Decimal, order: Order) -> None:
    """The line as if it had been so many from the start."""
    share = quantity / line.quantity
    line.amount = money(line.amount * share, order.currency)
    line.base_amount = queries.in_base(line.amount, order)
    line.cost = money(line.cost * share)
    line.goodwill_amount = money(line.goodwill_amount * share)
    line.quantity = quantity
    line.save(update_fields=["amount", "base_amount", "cost", "goodwill_amount", "quantity"])


def has_left(order: Order) -> bool:
    """Whether something of it from our stock is with the customer or under way, or is invoiced."""
    if order.invoices.exists():
        return True
    goods = order.lines.filter(kind=LineKind.PART, source="", delivered__gt=0)
    return goods.exists() or order.shipments.filter(status__in=UNDER_WAY).exists()


def under_way_of(order: Order) -> dict[int, int]:
    """Pieces that are packed or shipped and have not arrived, by the key of their line."""
    rows = ShipmentLine.objects.filter(shipment__order=order, shipment__status__in=UNDER_WAY)
    summed = rows.order_by().values("order_line").annotate(open=Sum(F("quantity") - F("delivered")))
    return {row["order_line"]: row["open"] for row in summed}


def refuse_more_than_wanted(line: OrderLine, quantity: int, under_way: int) -> None:
    refuse_none(quantity)
    wanted = int(line.to_deliver.to_integral_value(ROUND_CEILING)) - under_way
    if line.kind != LineKind.PART or line.part is None or quantity > wanted:
        raise DomainError(
            _("“%(line)s”: %(open)s are still to be packed.")
            % {"line": line.text, "open": max(wanted, 0)},
            field=f"line_{line.pk}",
        )


def refuse_missing(
    levels: Mapping[OrderLine, StockLevel], wanted: Mapping[OrderLine, int], by: Employee
) -> None:
    """All that the place lacks at once, with the places that have it."""
    missing = []
    for line, quantity in wanted.items():
        level = levels[line]
        lacks = quantity - promised_to(line, level) - level.available
        if lacks > 0:
            words = {
                "place": level.location.name,
                "lacks": lacks,
                "part": level.part.part_no,
                "where": where_else(level, by),
            }
            missing.append(_("%(place)s lacks %(lacks)s of %(part)s; %(where)s.") % words)
    if missing:
        raise DomainError(" ".join(missing))


def where_else(level: StockLevel, by: Employee) -> str:
    """In which of the places that this person may know of there are free ones."""
    others = queries.find_levels(by).good().filter(part=level.part, on_hand__gt=F("allocated"))
    found = others.exclude(location=level.location).order_by("location")
    places = [f"{each.location.name} ({each.available})" for each in found[:MOST_PLACES]]
    return _("free in %(places)s") % {"places": ", ".join(places)} if places else _("free nowhere")


def promised_to(line: OrderLine, level: StockLevel) -> int:
    """What is reserved for the line there and is not packed yet."""
    open_ones = Reservation.objects.open().of(line).filter(level=level)
    packed = ShipmentLine.objects.filter(
        order_line=line, shipment__location=level.location, shipment__status=ShipmentStatus.PACKED
    )
    reserved = open_ones.aggregate(sum=Sum("quantity"))["sum"] or 0
    return int(reserved - (packed.aggregate(sum=Sum("quantity"))["sum"] or 0))


def promise_rest(
    line: OrderLine, quantity: int, level: StockLevel, *, by: Employee, at: datetime
) -> None:
    missing = quantity - promised_to(line, level)
    if missing > 0:
        reserve(
            level.location, part=level.part, quantity=missing, about=line, by=by, at=at
        )  # fmt: skip


def consume(line: ShipmentLine, level: StockLevel, *, at: datetime) -> None:
    """The promises that its pieces leave with; the level is changed by the caller."""
    left = line.quantity
    for each in Reservation.objects.open().of(line.order_line).filter(level=level):
        if left >= each.quantity:
            left -= each.quantity if end(each, at=at) else 0
        elif left:
            Reservation.objects.filter(pk=each.pk).update(quantity=F("quantity") - left)
            left = 0


def levels_of(shipment: Shipment) -> list[tuple[ShipmentLine, StockLevel]]:
    """Its lines with the levels that they lie in, in one order for all who change levels."""
    lines = shipment.lines.select_related("order_line__part")
    pairs = [
        (line, level_of(shipment.location, line.order_line.part))
        for line in lines
        if line.order_line.part is not None
    ]
    return sorted(pairs, key=lambda pair: pair[1].pk)


def give(line: OrderLine, quantity: Decimal | int) -> None:
    """So much more of an order's line is with the customer."""
    line.delivered = min(line.quantity, line.delivered + quantity)
    line.save(update_fields=["delivered"])


def close(
    shipment: Shipment,
    status: ShipmentStatus,
    *,
    reason: str = "",
    by: Employee,
    at: datetime,
) -> None:
    """It is over; the caller saves it."""
    shipment.move_to(status)
    shipment.reason, shipment.ended_by, shipment.ended_at = reason, by, at


def locked(shipment: Shipment) -> tuple[Order, Shipment]:
    """The order, then its shipment, as they are now."""
    order = Order.objects.lock(shipment.order_id)
    current = Shipment.objects.lock(shipment.pk)
    current.order, current.location = order, shipment.location
    return order, current


def tell(shipment: Shipment, verb: str, *, by: Employee, at: datetime, **details: Any) -> None:
    """In the trail of the shipment and of its order."""
    beside = [shipment.order, *about(shipment.order)]
    record(shipment, verb, by=by, at=at, about=beside, number=shipment.number, **details)
