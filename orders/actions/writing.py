"""Orders and their lines: each line is priced by the entitlement frozen on the request."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Part
from contracts.entitlement import Entitlement, from_json
from contracts.queries import entitlement_for
from crmservice.errors import DomainError
from crmservice.money import money, split
from crmservice.numbers.models import next_number
from crmservice.web.text import amount
from customers.models import Customer
from customers.queries import tier_on
from employees.models import Employee
from orders import pricing, queries
from orders.actions.keeping import day_of, editable, tell, tell_inside, touch
from orders.choices import LineKind, Status, WorkKind
from orders.explaining import names_of
from orders.models import Order, OrderLine
from service_requests.models import ServiceRequest


@transaction.atomic
def create(
    customer: Customer,
    *,
    by: Employee | None,
    at: datetime,
    service_request: ServiceRequest | None = None,
    asset: Asset | None = None,
    billing_customer: Customer | None = None,
    note: str = "",
) -> Order:
    """A draft order, of a request or free.

    Raises DomainError for a stranger's asset or request, and when no price plan is valid.
    """
    refuse_strangers(customer, service_request, asset)
    plan, _facts = queries.plan_on(day_of(at))
    order = Order.objects.create(
        number=next_number("PO", at),
        customer=customer,
        billing_customer=billing_customer
        or (service_request.billing_customer if service_request else None),
        service_request=service_request,
        asset=asset or (service_request.asset if service_request else None),
        contract=service_request.contract if service_request else None,
        currency=plan.currency,
        tax_rate=plan.tax_rate,
        author=by,
        ordered_at=at,
        note=note.strip(),
    )
    tell(order, "orders.created", by=by, at=at)
    queries.index_order(order)
    return order


def refuse_strangers(
    customer: Customer, service_request: ServiceRequest | None, asset: Asset | None
) -> None:
    """Raise DomainError when the request or the asset is another customer's."""
    if service_request is not None and service_request.customer_id != customer.pk:
        raise DomainError(_("The request is another customer's."), field="service_request")
    if asset is not None and asset.customer_id != customer.pk:
        raise DomainError(_("The asset is another customer's."), field="asset")


@transaction.atomic
def order_of(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> Order:
    """The draft order of a request; made when there is none."""
    draft = (
        Order.objects.filter(service_request=service_request, status=Status.DRAFT)
        .order_by("pk")
        .first()
    )
    return draft or create(service_request.customer, service_request=service_request, by=by, at=at)


def terms_of(order: Order) -> Entitlement:
    """What prices follow: the request's frozen entitlement, else that of the order's day."""
    if order.service_request:
        return from_json(order.service_request.entitlement)
    on = day_of(order.ordered_at)
    tier = tier_on(order.customer, on).tier
    return entitlement_for(order.customer, order.asset, on, tier)


@transaction.atomic
def add_part(  # noqa: PLR0913  (a line has many particulars)
    order: Order,
    part: Part,
    quantity: int | Decimal,
    *,
    done_on: date,
    by: Employee | None,
    at: datetime,
    engineer: Employee | None = None,
    source: str = "",
) -> OrderLine:
    """Add a part, priced with its reasons. The same `source` twice is the same line."""
    order = editable(order)
    known = line_of(order, source)
    if known:
        return known
    if quantity <= 0:
        raise DomainError(_("The quantity must be more than zero."), field="quantity")
    refuse_future(done_on, at)
    price = pricing.price_part(part.list_price, quantity, terms_of(order), order.currency)
    cost = money(queries.part_cost_on(part, done_on) * quantity)
    return add(
        order, price, kind=LineKind.PART, part=part, engineer=engineer, text=str(part),
        quantity=quantity, cost=cost, done_on=done_on, source=source, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def add_work(  # noqa: PLR0913  (a line has many particulars)
    order: Order,
    kind: WorkKind,
    starts_at: datetime,
    ends_at: datetime,
    *,
    by: Employee | None,
    at: datetime,
    engineer: Employee,
    source: str = "",
) -> list[OrderLine]:
    """Add labour or travel, one line per band of time. The same `source` twice is the same work."""
    order = editable(order)
    if source and (known := list(order.lines.filter(source__startswith=f"{source}#"))):
        return known
    if ends_at <= starts_at:
        raise DomainError(_("Work ends after it starts."), field="ends_at")
    on = day_of(starts_at)
    refuse_future(on, at)
    _row, plan = queries.plan_on(on)
    if kind not in plan.rates:
        raise DomainError(
            _("The price plan has no rate for “%(kind)s”.") % {"kind": WorkKind(kind).label}
        )
    prices = pricing.price_work(kind, starts_at, ends_at, terms_of(order), plan)
    minutes = [price.minutes or 0 for price in prices]
    costs = cost_of_time(engineer, on, starts_at, ends_at, minutes)
    line_kind = LineKind.TRAVEL if kind == WorkKind.TRAVEL else LineKind.LABOUR
    return [
        add(
            order, price, kind=line_kind, engineer=engineer, text=str(WorkKind(kind).label),
            quantity=Decimal(price.minutes or 0) / 60, cost=cost, done_on=on,
            source=f"{source}#{number}" if source else "", by=by, at=at,
        )
        for number, (price, cost) in enumerate(zip(prices, costs, strict=True))
    ]  # fmt: skip


@transaction.atomic
def add_call_out(
    order: Order,
    *,
    done_on: date,
    by: Employee | None,
    at: datetime,
    engineer: Employee | None = None,
    source: str = "",
) -> OrderLine | None:
    """Add the fee for coming, once per `source`; nothing when the plan has none."""
    order = editable(order)
    known = line_of(order, source)
    _row, plan = queries.plan_on(done_on)
    if known or not plan.call_out_fee:
        return known
    refuse_future(done_on, at)
    price = pricing.price_call_out(terms_of(order), plan)
    return add(
        order, price, kind=LineKind.CALL_OUT, engineer=engineer, text=_("Call-out fee"), quantity=1,
        cost=money(0), done_on=done_on, source=source, by=by, at=at,
    )  # fmt: skip


def add(
    order: Order, price: pricing.Price, *, by: Employee | None, at: datetime, **values: Any
) -> OrderLine:
    line = OrderLine.objects.create(
        order=order,
        list_price=price.list_price,
        unit_price=price.unit_price,
        amount=price.amount,
        charged_to=price.charged_to,
        reasons=[list(reason) for reason in price.reasons],
        minutes=price.minutes,
        **values,
    )
    touch(order)
    tell_inside(
        order,
        "orders.line_added",
        by=by,
        at=at,
        line=names_of(line),
        amount=amount(line.amount, order.currency),
        charged_to=line.charged_to,
    )
    return line


def line_of(order: Order, source: str) -> OrderLine | None:
    return order.lines.filter(source=source).first() if source else None


def refuse_future(on: date, at: datetime) -> None:
    if on > day_of(at):
        raise DomainError(_("This day is still to come."), field="done_on")


def cost_of_time(
    engineer: Employee, on: date, starts_at: datetime, ends_at: datetime, weights: list[int]
) -> list[Decimal]:
    """The cost of the hours really worked, shared over the billed lines."""
    hours = Decimal((ends_at - starts_at).total_seconds()) / 3600
    whole = money(queries.cost_rate_on(engineer, on) * hours)
    return split(whole, weights)
