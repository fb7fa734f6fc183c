"""Reads from the order to the money: what is still to be packed, and how far each line is."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Sum

from contracts.models import Instalment
from crmservice.money import ZERO
from orders.choices import UNDER_WAY, LineKind, ShipmentStatus
from orders.models import (
    CreditNote,
    Invoice,
    Order,
    OrderLine,
    Reservation,
    ShipmentLine,
    StockLevel,
    StockLocation,
)


class Progress(NamedTuple):
    """Of one line: reserved and not packed, packed, under way, delivered, invoiced, credited."""

    reserved: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO


def progress_of(order: Order, lines: list[OrderLine]) -> dict[int, Progress]:
    """By the key of each line; three queries."""
    open_ones = Reservation.objects.open().filter(
        about_type=OrderLine._meta.label_lower, about_id__in=[line.pk for line in lines]
    )
    promised = dict(
        open_ones.order_by().values_list("about_id").annotate(sum=Sum("quantity"))
    )  # fmt: skip
    sent = ShipmentLine.objects.filter(shipment__order=order, shipment__status__in=UNDER_WAY)
    by_status = {
        (line, status): open_
        for line, status, open_ in sent.order_by()
        .values_list("order_line", "shipment__status")
        .annotate(open=Sum(F("quantity") - F("delivered")))
    }
    credited = dict(
        OrderLine.objects.filter(order=order, invoice_lines__credited__gt=0)
        .order_by()
        .values_list("pk")
        .annotate(sum=Sum("invoice_lines__credited"))
    )
    found = {}
    for line in lines:
        packed = by_status.get((line.pk, ShipmentStatus.PACKED), 0)
        found[line.pk] = Progress(
            reserved=promised.get(line.pk, 0) - packed,
            packed=packed,
            shipped=by_status.get((line.pk, ShipmentStatus.SHIPPED), 0),
            delivered=line.delivered,
            invoiced=line.invoiced,
            credited=credited.get(line.pk, ZERO),
        )
    return found


def to_export() -> int:
    """How many invoices and credit notes, of orders and of contracts, are in no file yet."""
    of_orders = sum(model.objects.filter(run=None).count() for model in (Invoice, CreditNote))
    return of_orders + Instalment.objects.to_export().count()


def to_pack(order: Order) -> dict[OrderLine, Decimal]:
    """The lines of which something is neither delivered nor under way, with how much."""
    sent = ShipmentLine.objects.filter(shipment__order=order, shipment__status__in=UNDER_WAY)
    under_way = dict(
        sent.order_by().values_list("order_line").annotate(open=Sum(F("quantity") - F("delivered")))
    )
    lines = order.lines.filter(kind=LineKind.PART, delivered__lt=F("quantity"))
    left = {
        line: line.to_deliver - under_way.get(line.pk, 0)
        for line in lines.select_related("part")
    }  # fmt: skip
    return {line: open_ for line, open_ in left.items() if open_ > 0}


def best_place(lines: list[OrderLine]) -> StockLocation | None:
    """Where most is reserved for the lines, else where most of them is free."""
    promised = Reservation.objects.open().filter(
        about_type=OrderLine._meta.label_lower, about_id__in=[line.pk for line in lines]
    )
    place = (
        promised.order_by().values_list("level__location").annotate(sum=Sum("quantity"))
    ).order_by("-sum").first()  # fmt: skip
    if place is None:
        free = StockLevel.objects.good().filter(
            part__in={line.part_id for line in lines}, on_hand__gt=F("allocated")
        )
        place = (
            free.order_by().values_list("location").annotate(sum=Sum(F("on_hand") - F("allocated")))
        ).order_by("-sum").first()  # fmt: skip
    return StockLocation.objects.get(pk=place[0]) if place else None
