"""Reads for pricing and for the pages of orders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from assets.models import Part, PartCost
from crmservice.money import ZERO, money, total
from crmservice.search.index import Document, index, index_many
from employees.models import CostRate, Employee
from orders.choices import ChargedTo
from orders.models import Order, OrderLine
from service_requests.models import ServiceRequest

KIND = "order"


def part_cost_on(part: Part, on: date) -> Decimal:
    """What a piece cost us on that day (base currency); zero where no cost is known."""
    costs = PartCost.objects.filter(part=part, valid_from__lte=on).order_by("-valid_from")
    return costs.values_list("cost", flat=True).first() or ZERO


def cost_rate_on(employee: Employee, on: date) -> Decimal:
    """What an hour of a person cost us on that day (base currency); zero where no rate is known."""
    rates = CostRate.objects.filter(employee=employee, valid_from__lte=on).order_by("-valid_from")
    return rates.values_list("per_hour", flat=True).first() or ZERO


@dataclass(frozen=True)
class Sums:
    """What the customer pays, and at list price what others bear."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    covered: Decimal


def sums(order: Order, lines: Iterable[OrderLine]) -> Sums:
    """Sums of the rounded lines in the order's currency; the tax is on the whole."""
    lines = list(lines)
    net = total((line.amount for line in lines), order.currency)
    tax = money(net * order.tax_rate, order.currency)
    covered = total((value_of(line) for line in lines if not line.is_billed), order.currency)
    return Sums(net, tax, net + tax, covered)


def value_of(line: OrderLine) -> Decimal:
    """What a line would be worth at list price, whoever bears it; not rounded."""
    if line.minutes is not None:
        return line.list_price * line.minutes / 60
    return line.list_price * line.quantity


@dataclass(frozen=True)
class Earnings:
    """What the order costs us and what it leaves, in base currency, for those who may see costs."""

    cost: Decimal
    margin: Decimal
    share: Decimal | None


def earnings(lines: Iterable[OrderLine]) -> Earnings:
    """Cost of all lines, whoever pays, and the margin; its share is of what is billed. What was
    credited is not billed, and what came back as new is no cost.
    """
    lines = list(lines)
    net = total(line.base_amount - line.credited_base for line in lines)
    cost = total(line.cost - line.cost_back for line in lines)
    return Earnings(cost, net - cost, (net - cost) / net if net else None)


def goodwill_given(employee: Employee, first: date, last: date) -> Decimal:
    """What a person gave away between two days (both included), at the price it had, in base
    currency.
    """
    given = OrderLine.objects.filter(
        charged_to=ChargedTo.GOODWILL, goodwill_by=employee, goodwill_on__range=(first, last)
    )
    return given.aggregate(given=Sum("goodwill_amount"))["given"] or ZERO


def undecided_of(service_request: ServiceRequest) -> QuerySet[Order]:
    """Orders of a request on which nobody has decided and which hold something."""
    orders = Order.objects.undecided().filter(service_request=service_request)
    return orders.filter(lines__isnull=False).distinct().order_by("pk")


def search_words(order: Order) -> dict[str, Any]:
    """How an order is found: used by the actions, the import and the rebuild alike."""
    service_request = order.service_request
    return {
        "kind": KIND,
        "object_id": order.pk,
        "title": order.number,
        "subtitle": order.customer.name,
        "badge": "",
        "url": order.get_absolute_url(),
        "rank_at": order.ordered_at,
        "codes": [order.number, *([service_request.number] if service_request else [])],
        "names": [order.customer.name],
        "scope": scopes(order),
    }


def scopes(order: Order) -> list[str]:
    """Who finds it: as OrderQuerySet.visible_to."""
    own = [f"u{order.author_id}"] if order.author_id else []
    if order.service_request is None:
        return own
    return [*(f"o{outlet.pk}" for outlet in order.service_request.outlets.all()), *own]


def index_order(order: Order) -> None:
    index(**search_words(order))


def documents(orders: QuerySet[Order]) -> Iterator[Document]:
    """The search entries of orders, the oldest first."""
    rows = orders.select_related("customer", "service_request")
    rows = rows.prefetch_related("service_request__outlets").order_by("ordered_at", "pk")
    for order in rows.iterator(chunk_size=1000):
        yield Document(**search_words(order))


def rebuild_search() -> int:
    return index_many(documents(Order.objects.all()))
