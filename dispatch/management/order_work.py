"""The sample's orders on their way: packed, late with the carrier, overdue, and paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from assets.models import Part
from crmservice.imports.models import Source
from customers.models import Customer
from employees.choices import Role
from employees.models import Employee
from orders import actions as orders
from orders.models import Order, Shipment, StockLevel, StockLocation
from service_requests.queries import day_of

ORDER_WORK = "sample company: orders"
DAY = timedelta(days=1)
DAYS_AGO = (1, 6, 45, 20)  # when each was written


@transaction.atomic
def sell_parts(people: list[Employee], at: datetime) -> None:
    """By the verbs that all use; once, wholly or not at all. Without the places nothing."""
    if Source.objects.filter(name=ORDER_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    keeper, manager = by_role[Role.STOREKEEPER], by_role[Role.SERVICE_MANAGER]
    depot = StockLocation.objects.filter(outlet=keeper.outlet_id, employee=None).first()
    customers = list(Customer.objects.filter(merged_into=None).order_by("code")[: len(DAYS_AGO)])
    plenty = StockLevel.objects.good().filter(location=depot, on_hand__gte=8, pieces=None)
    parts = [level.part for level in plenty.select_related("part").order_by("-on_hand", "pk")[:2]]
    if depot is None or len(customers) < len(DAYS_AGO) or not parts:
        return
    head = by_role[Role.DEPARTMENT_HEAD]
    written = [
        approved(customer, parts, by=manager, approver=head, at=at - days * DAY)
        for customer, days in zip(customers, DAYS_AGO, strict=True)
    ]
    packed(written[0], depot, 2, keeper, at - DAY)
    shipment = packed(written[1], depot, 3, keeper, at - 5 * DAY)
    orders.ship(
        shipment, carrier="顺丰速运", tracking_no="SF1029384756", by=keeper, at=at - 5 * DAY
    )
    for order, days, share in ((written[2], 44, 2), (written[3], 19, 1)):
        handed = packed(order, depot, 1, keeper, at - days * DAY)
        orders.hand_over(handed, by=keeper, at=at - days * DAY)
        bill = orders.invoice(
            order,
            invoiced_on=day_of(at - days * DAY),
            due_on=day_of(at - (days - 30) * DAY),
            by=manager,
            at=at - days * DAY,
        )
        paid = (bill.gross / share).quantize(bill.gross)
        orders.pay(bill, amount=paid, paid_on=day_of(at - 9 * DAY), by=manager, at=at - 9 * DAY)
    Source.objects.create(name=ORDER_WORK, shift_days=0, begun_at=at, finished_at=at)


def approved(
    customer: Customer, parts: Sequence[Part], *, by: Employee, approver: Employee, at: datetime
) -> Order:
    order = orders.create(customer, by=by, at=at)
    for part in parts:
        orders.add_part(order, part, 2, done_on=day_of(at), by=by, at=at)
    orders.submit(order, by=by, at=at)
    return orders.approve(order, by=approver, at=at)


def packed(
    order: Order, depot: StockLocation, days: int, keeper: Employee, at: datetime
) -> Shipment:
    """All of it, promised so many days later."""
    quantities = {line.pk: int(line.quantity) for line in order.lines.all()}
    return orders.pack(
        order,
        location=depot,
        quantities=quantities,
        promised_on=day_of(at + days * DAY),
        by=keeper,
        at=at,
    )
