"""Orders and their lines: each line is priced by the entitlement frozen on the request."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Part
from contracts.entitlement import Entitlement, from_json
from contracts.queries import entitlement_for, within_allowance
from crmservice.errors import DomainError
from crmservice.money import ZERO, money, split, total
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
from service_requests.queries import survivor_of


@transaction.atomic
def create(  # noqa: PLR0913  (an order has these parts)
    customer: Customer,
    *,
    by: Employee | None,
    at: datetime,
    service_request: ServiceRequest | None = None,
    asset: Asset | None = None,
    billing_customer: Customer | None = None,
    currency: str = "",
    note: str = "",
) -> Order:
    """A draft order, of a request or free, in base currency or another at the rate of the day.

    Raises DomainError for a stranger's asset or request, and when no price plan is valid.
    """
    service_request = survivor_of(service_request) if service_request else None
    refuse_strangers(customer, service_request, asset)
    plan = queries.general_plan(day_of(at), currency)
    order = Order.objects.create(
        number=next_number("PO", at),
        customer=customer,
        billing_customer=billing_customer
        or (service_request.billing_customer if service_request else None),
        service_request=service_request,
        asset=asset or (service_request.asset if service_request else None),
        contract=service_request.contract if service_request else None,
        currency=plan.currency,
        rate=queries.rate_on(plan.currency, day_of(at)),
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


def terms_of(order: Order, source: str = "") -> Entitlement:
    """What prices follow: the request's frozen entitlement, else that of the order's day.

    A visit (the task in `source`) that is more than the contract's allowance is charged.
    """
    if order.service_request:
        return within_allowance(from_json(order.service_request.entitlement), source)
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
    terms = terms_of(order)
    price = price_of_part(queries.pricer_of(order, terms, done_on, [part]), part, quantity, terms)
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
    terms = terms_of(order, source)
    pricer = queries.pricer_of(order, terms, on)
    prices = price_of_work(pricer, order, kind, starts_at, ends_at, terms)
    weights = [price.minutes or 1 for price in prices]
    costs = cost_of_time(engineer, on, starts_at, ends_at, weights)
    line_kind = LineKind.TRAVEL if kind == WorkKind.TRAVEL else LineKind.LABOUR
    return [
        add(
            order, price, kind=line_kind, engineer=engineer, text=str(WorkKind(kind).label),
            quantity=quantity_of(price), cost=cost, done_on=on,
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
    """Add the fee for coming, once per `source`; nothing when no plan has one."""
    order = editable(order)
    known = line_of(order, source)
    if known:
        return known
    terms = terms_of(order, source)
    plan = queries.pricer_of(order, terms, done_on).for_call_out()
    if plan is None or not plan.call_out_fee:
        return None
    refuse_future(done_on, at)
    price = pricing.price_call_out(terms, plan)
    return add(
        order, price, kind=LineKind.CALL_OUT, engineer=engineer, text=_("Call-out fee"), quantity=1,
        cost=money(0), done_on=done_on, source=source, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def add_journey(
    order: Order,
    *,
    done_on: date,
    zone: str = "",
    kilometres: Decimal | None = None,
    engineer: Employee | None = None,
    by: Employee | None,
    at: datetime,
) -> OrderLine:
    """Add one journey by its zone, or by how far it is; what it cost us comes with the hours.

    Raises DomainError when the price plans say nothing to that.
    """
    order = editable(order)
    refuse_future(done_on, at)
    terms = terms_of(order)
    plan = queries.pricer_of(order, terms, done_on).for_journey()
    price = plan and pricing.price_journey(terms, plan, zone=zone, kilometres=kilometres)
    if not price:
        said = _("The price plans know no such zone, and no price of a kilometre.")
        raise DomainError(said, field="kilometres" if kilometres else "zone")
    return add(
        order, price, kind=LineKind.TRAVEL, engineer=engineer, text=str(WorkKind.TRAVEL.label),
        quantity=kilometres if price.reasons_say("kilometres") else 1,
        cost=money(0), done_on=done_on, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def price_anew(order: Order, *, by: Employee, at: datetime) -> Order:
    """The parts of an order at the prices that hold by now; what was set by hand or given stays.

    All lines in a constant number of statements; what stays as it is is not written.
    """
    order = editable(order)
    every = list(order.lines.select_related("part__fits_model"))
    lines = [line for line in every if line.kind == LineKind.PART and is_standard(line)]
    parts = {line.part_id: line.part for line in lines if line.part is not None}
    terms, pricers = terms_of(order), {}
    written, changed = [], 0
    for line in lines:
        assert line.part is not None
        if line.done_on not in pricers:
            pricers[line.done_on] = queries.pricer_of(order, terms, line.done_on, parts.values())
        was, unit_price = priced(line), line.unit_price
        price = price_of_part(pricers[line.done_on], line.part, line.quantity, terms)
        put(line, price, order)
        written += [line] if priced(line) != was else []
        changed += line.unit_price != unit_price
    OrderLine.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["pk"], update_fields=PRICED
    )  # one upsert: bulk_update takes five times as long
    touch(order)
    net = amount(total((line.amount for line in every), order.currency), order.currency)
    tell_inside(order, "orders.priced_anew", by=by, at=at, count=changed, net=net)
    return order


def priced(line: OrderLine) -> list[Any]:
    """What its price says on a line."""
    return [getattr(line, name) for name in PRICED]


PRICED = ["list_price", "unit_price", "amount", "base_amount", "charged_to", "reasons"]


def is_standard(line: OrderLine) -> bool:
    """Nobody has set its price by hand, given it, or taken it over from elsewhere."""
    return not {code for code, _params in line.reasons} & {"by_hand", "goodwill", "imported"}


def price_of_part(
    pricer: queries.Pricer, part: Part, quantity: int | Decimal, terms: Entitlement
) -> pricing.Price:
    return pricing.price_part(
        pricer.list_price(part), quantity, terms, pricer.case.currency, pricer.for_part(part)
    )


def price_of_work(
    pricer: queries.Pricer,
    order: Order,
    kind: WorkKind,
    starts_at: datetime,
    ends_at: datetime,
    terms: Entitlement,
) -> list[pricing.Price]:
    """By the hour; a journey by its zone where the site names one that a plan prices."""
    site = order.asset.site if order.asset and kind == WorkKind.TRAVEL else None
    if site is not None and site.travel_zone and (plan := pricer.for_journey()):
        price = pricing.price_journey(terms, plan, zone=site.travel_zone)
        if price:
            return [price]
    return pricing.price_work(kind, starts_at, ends_at, terms, pricer.for_work(kind))


def quantity_of(price: pricing.Price) -> Decimal:
    """Hours, or one journey."""
    return Decimal(price.minutes) / 60 if price.minutes else Decimal(1)


def put(line: OrderLine, price: pricing.Price, order: Order) -> None:
    """Write a price on a line; the caller saves it."""
    line.list_price, line.unit_price, line.amount = price.list_price, price.unit_price, price.amount
    line.base_amount = queries.in_base(price.amount, order)
    line.charged_to, line.minutes = price.charged_to, price.minutes
    line.reasons = [list(reason) for reason in price.reasons]


def add(
    order: Order, price: pricing.Price, *, by: Employee | None, at: datetime, **values: Any
) -> OrderLine:
    line = OrderLine(order=order, **values)
    put(line, price, order)
    is_done = line.kind != LineKind.PART or line.source  # a visit did it, or took it along
    line.delivered = line.quantity if is_done else ZERO
    line.save(force_insert=True)
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
