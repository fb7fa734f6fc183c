"""What every verb does first and last: the order as it is now, its lines open or not, its trail."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import index_many
from customers.models import Customer
from employees import actions as employees
from employees.models import Employee
from orders.choices import Status
from orders.models import Invoice, Order, OrderLine, ReturnCase
from orders.queries import documents, index_order, return_documents
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest


def editable(order: Order) -> Order:
    """The order, locked; DomainError when its lines stand already."""
    order = Order.objects.lock(order.pk)
    if not order.is_editable:
        raise DomainError(
            _("%(number)s is %(now)s; its lines stand.")
            % {"number": order.number, "now": order.get_status_display()}
        )
    return order


def locked_line(line: OrderLine) -> tuple[Order, OrderLine]:
    """The order, locked and open, and the line as it is by now."""
    order = editable(line.order)
    current = order.lines.filter(pk=line.pk).first()
    if current is None:
        raise DomainError(_("Somebody took this line off the order."))
    return order, current


def touch(order: Order) -> None:
    """The lines changed: what somebody has open to approve is an older version by now."""
    order.version += 1
    order.save(update_fields=["version"])


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
    """The order is in another state, told on its pages; the caller has locked it."""
    order.move_to(status)
    order.version += 1
    order.save(update_fields=["status", "version", *also])
    if status in {Status.APPROVED, Status.CANCELLED}:
        employees.withdraw_about(order, by=by, at=at)  # its lines stand: nothing to ask for
    tell(order, verb, by=by, at=at, **details)
    index_order(order)
    return order


def tell(order: Order, verb: str, *, by: Employee | None, at: datetime, **details: Any) -> None:
    """Record what happened to the order, on the pages of its request, customer and device, too."""
    record(order, verb, by=by, at=at, about=about(order), **details)


def tell_inside(
    order: Order, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    """Record what happened to a line: prices are told on the order's own page only."""
    record(order, verb, by=by, at=at, **details)


def about(order: Order) -> Iterable[models.Model | None]:
    return (order.service_request, order.customer, order.asset, order.contract)


def demand(text: str, field: str) -> str:
    """The text without blanks around it; DomainError when nothing is left."""
    if not text.strip():
        raise DomainError(_("Please write something here."), field=field)
    return text.strip()


def day_of(at: datetime) -> date:
    """The organisation's date of a moment."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def move_customer(joined: Customer, kept: Customer) -> dict[str, list[int]]:
    """Two customers are one: its orders, bills and returns are the kept one's from now on."""
    moved = {}
    for field in ("customer", "billing_customer"):
        keys = list(Order.objects.filter(**{field: joined}).values_list("pk", flat=True))
        Order.objects.filter(pk__in=keys).update(**{field: kept})
        moved[f"orders.order.{field}"] = keys
    billed = Invoice.objects.filter(billed_to=joined)
    moved["orders.invoice.billed_to"] = list(billed.values_list("pk", flat=True))
    billed.update(billed_to=kept)
    returned = ReturnCase.objects.filter(customer=joined)
    keys = list(returned.values_list("pk", flat=True))
    returned.update(customer=kept)
    moved["orders.returncase.customer"] = keys
    index_many(return_documents(ReturnCase.objects.filter(pk__in=keys)))
    keys = moved["orders.order.customer"]
    index_many(documents(Order.objects.filter(pk__in=keys)))
    return moved


def follow_request(
    origin: ServiceRequest, target: ServiceRequest, only: Mapping[str, list[int]] | None
) -> dict[str, list[int]]:
    """The orders and returns of a request that was merged into another go on with that one."""
    moved = service_requests.repoint(Order.objects, origin, target, only)
    returned = service_requests.repoint(ReturnCase.objects, origin, target, only)
    [orders], [returns] = moved.values(), returned.values()
    index_many(documents(Order.objects.filter(pk__in=orders)))
    index_many(return_documents(ReturnCase.objects.filter(pk__in=returns)))
    return moved | returned
