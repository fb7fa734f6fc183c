"""What a replacement costs us, and what is no cost after all since it can be sold again (ADR 0064).

A replacement is an order of its own that nobody pays, of the case's request or device: so it counts
in every view of cost to serve, as any part does, on the day on which it left.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from crmservice.money import ZERO, money
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders import queries
from orders.actions.following import follow
from orders.actions.keeping import day_of, move, tell
from orders.choices import ChargedTo, Finding, LineKind, ReturnKind, Status
from orders.explaining import names_of
from orders.models import Order, OrderLine, ReturnCase, ReturnLine


def book_replacement(
    case: ReturnCase, line: ReturnLine, quantity: int, *, by: Employee, at: datetime
) -> Order:
    """The pieces that left for the customer, as delivered and covered."""
    assert line.part is not None
    request, today = case.service_request, day_of(at)
    order = Order.objects.create(
        number=next_number("PO", at),
        customer=case.customer,
        service_request=request,
        asset=line.asset or (request.asset if request else None),
        contract=request.contract if request else None,
        currency=settings.BASE_CURRENCY,
        author=by,
        approver=case.decided_by,
        approved_at=at,
        ordered_at=at,
        note=case.number,
    )
    tell(order, "orders.created", by=by, at=at)
    is_warranty = case.kind == ReturnKind.WARRANTY
    made = OrderLine.objects.create(
        order=order,
        kind=LineKind.PART,
        part=line.part,
        text=str(line.part),
        quantity=quantity,
        delivered=quantity,
        list_price=ZERO,
        unit_price=ZERO,
        amount=ZERO,
        charged_to=ChargedTo.WARRANTY if is_warranty else ChargedTo.EXCHANGE,
        reasons=[["replaced", {"number": case.number}]],
        cost=money(queries.part_cost_on(line.part, today) * quantity),
        done_on=today,
        source=f"replacement:{line.pk}",
    )
    words: dict[str, Any] = {"line": names_of(made), "number": case.number}
    move(order, Status.APPROVED, "orders.replacement_booked", by=by, at=at, **words)
    return follow(order, by=by, at=at)


def take_cost_back(line: ReturnLine) -> None:
    """What came back for good and can be sold again is no cost of what it was sold or sent with."""
    if line.finding != Finding.AS_NEW or line.order_line_id is None:
        return
    sold = OrderLine.objects.select_for_update().get(pk=line.order_line_id)
    each = sold.cost * Decimal(line.received) / sold.quantity
    sold.cost_back = min(sold.cost, sold.cost_back + money(each))
    sold.save(update_fields=["cost_back"])
