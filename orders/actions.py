"""The verbs of parts and labour orders. Each line is priced by the entitlement frozen on the request."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset, Part
from contracts.entitlement import Entitlement, from_json
from contracts.queries import entitlement_for
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import money, split
from crmservice.numbers.models import next_number
from customers.models import Customer
from customers.queries import tier_on
from employees.models import Authority, Employee
from orders import pricing, queries, signals
from orders.choices import ChargedTo, LineKind, Status, WorkKind
from orders.models import Order, OrderLine
from service_requests.models import ServiceRequest

EDITABLE = (Status.DRAFT, Status.IN_APPROVAL)
GOODWILL_WINDOW = timedelta(days=30)


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
    """A draft order, of a request or free. Raises DomainError when no price plan is valid."""
    plan, _facts = queries.plan_on(_day(at))
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
        note=note,
    )
    record(order, "orders.created", by=by, at=at, about=_about(order))
    queries.index_order(order)
    return order


def order_of(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> Order:
    """The draft order of a request; made when there is none."""
    draft = (
        Order.objects.filter(service_request=service_request, status=Status.DRAFT)
        .order_by("pk")
        .first()
    )
    return draft or create(service_request.customer, service_request=service_request, by=by, at=at)


def terms_of(order: Order) -> Entitlement:
    """The entitlement that prices follow: frozen on the request, else what holds on the day of the order."""
    if order.service_request:
        return from_json(order.service_request.entitlement)
    on = _day(order.ordered_at)
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
    order = _editable(order)
    known = _line_of(order, source)
    if known:
        return known
    if quantity <= 0:
        raise DomainError(_("The quantity must be more than zero."), field="quantity")
    price = pricing.price_part(part.list_price, quantity, terms_of(order), order.currency)
    cost = money(queries.part_cost_on(part, done_on) * quantity)
    return _add(
        order, price, kind=LineKind.PART, part=part, engineer=engineer, text=str(part), quantity=quantity,
        cost=cost, done_on=done_on, source=source, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def add_work(  # noqa: PLR0913
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
    order = _editable(order)
    if source and (known := list(order.lines.filter(source__startswith=f"{source}#"))):
        return known
    if ends_at <= starts_at:
        raise DomainError(_("Work ends after it starts."), field="ends_at")
    on = _day(starts_at)
    _row, plan = queries.plan_on(on)
    if kind not in plan.rates:
        raise DomainError(
            _("The price plan has no rate for “%(kind)s”.") % {"kind": WorkKind(kind).label}
        )
    prices = pricing.price_work(kind, starts_at, ends_at, terms_of(order), plan)
    costs = _cost_of_time(
        engineer, on, starts_at, ends_at, [price.minutes or 0 for price in prices]
    )
    line_kind = LineKind.TRAVEL if kind == WorkKind.TRAVEL else LineKind.LABOUR
    return [
        _add(
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
    order = _editable(order)
    known = _line_of(order, source)
    _row, plan = queries.plan_on(done_on)
    if known or not plan.call_out_fee:
        return known
    price = pricing.price_call_out(terms_of(order), plan)
    return _add(
        order, price, kind=LineKind.CALL_OUT, engineer=engineer, text=_("Call-out fee"), quantity=1,
        cost=money(0), done_on=done_on, source=source, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def set_price(
    line: OrderLine, *, unit_price: Decimal, reason: str, by: Employee, at: datetime
) -> OrderLine:
    """Set a billed line's price by hand, within the person's authority for discounts. Raises DomainError."""
    order = _editable(line.order)
    if line.charged_to != ChargedTo.BILLED:
        raise DomainError(_("This line is covered; it has no price to change."), field="unit_price")
    if unit_price < 0:
        raise DomainError(_("A price is not negative."), field="unit_price")
    limit = authority(by, "discount")
    floor = money(_standard_price(line) * (1 - limit), order.currency)
    if unit_price < floor:
        raise DomainError(
            _(
                "Your authority ends at %(limit)s %% discount: not below %(floor)s. Ask the department head."
            )
            % {"limit": f"{limit * 100:.4g}", "floor": floor},
            field="unit_price",
        )
    before = line.unit_price
    line.unit_price = unit_price
    worth = (
        unit_price * line.minutes / 60 if line.minutes is not None else unit_price * line.quantity
    )
    line.amount = money(worth, order.currency)
    line.reasons = [*line.reasons, ["by_hand", {"price": str(unit_price), "why": reason}]]
    line.save(update_fields=["unit_price", "amount", "reasons"])
    record(
        order, "orders.price_set", by=by, at=at, about=_about(order), line=line.text, before=str(before),
        after=str(unit_price), reason=reason,
    )  # fmt: skip
    return line


@transaction.atomic
def give(line: OrderLine, *, reason: str, by: Employee, at: datetime) -> OrderLine:
    """Give a billed line as goodwill, within the person's authority of the last 30 days. Raises DomainError."""
    order = _editable(line.order)
    if line.charged_to != ChargedTo.BILLED:
        raise DomainError(_("This line is not billed; there is nothing to give."))
    limit, today = authority(by, "goodwill"), _day(at)
    left = limit - queries.goodwill_given(by, today - GOODWILL_WINDOW, today)
    if line.amount > left:
        raise DomainError(
            _(
                "Your goodwill of the last 30 days has %(left)s left; this line is %(amount)s. Ask the department head."
            )
            % {"left": max(left, Decimal(0)), "amount": line.amount}
        )
    line.goodwill_amount, line.goodwill_by = line.amount, by
    line.charged_to, line.unit_price, line.amount = ChargedTo.GOODWILL, Decimal(0), Decimal(0)
    line.reasons = [*line.reasons, ["goodwill", {"why": reason}]]
    line.save()
    record(
        order, "orders.given", by=by, at=at, about=_about(order), line=line.text,
        amount=str(line.goodwill_amount), reason=reason,
    )  # fmt: skip
    return line


@transaction.atomic
def remove(line: OrderLine, *, by: Employee, at: datetime) -> Order:
    """Take a line off an order that is not yet approved."""
    order = _editable(line.order)
    record(
        order,
        "orders.line_removed",
        by=by,
        at=at,
        about=_about(order),
        line=line.text,
        amount=str(line.amount),
    )
    line.delete()
    return order


@transaction.atomic
def submit(order: Order, *, by: Employee, at: datetime) -> Order:
    """Ask for approval. Raises DomainError for an order without lines."""
    order = Order.objects.lock(order.pk)
    if not order.lines.exists():
        raise DomainError(_("An order without lines cannot be submitted."))
    return _move(order, Status.IN_APPROVAL, "orders.submitted", by=by, at=at)


@transaction.atomic
def approve(order: Order, *, by: Employee, at: datetime) -> Order:
    """Approve what another wrote. Raises DomainError for the author's own order."""
    order = Order.objects.lock(order.pk)
    if order.author_id == by.pk:
        raise DomainError(_("Nobody approves an order of one's own."))
    if not order.lines.exists():
        raise DomainError(_("An order without lines cannot be approved."))
    order.approver, order.approved_at = by, at
    order = _move(
        order, Status.APPROVED, "orders.approved", by=by, at=at, also=("approver", "approved_at")
    )
    signals.order_approved.send(Order, order=order, by=by, at=at)
    return order


@transaction.atomic
def send_back(order: Order, *, reason: str, by: Employee, at: datetime) -> Order:
    """Return an order to its author, with a reason."""
    order = Order.objects.lock(order.pk)
    return _move(order, Status.DRAFT, "orders.sent_back", by=by, at=at, reason=reason)


@transaction.atomic
def deliver(order: Order, *, by: Employee, at: datetime) -> Order:
    return _move(Order.objects.lock(order.pk), Status.DELIVERED, "orders.delivered", by=by, at=at)


@transaction.atomic
def invoice(order: Order, *, by: Employee, at: datetime) -> Order:
    return _move(Order.objects.lock(order.pk), Status.INVOICED, "orders.invoiced", by=by, at=at)


@transaction.atomic
def settle(order: Order, *, by: Employee, at: datetime) -> Order:
    return _move(Order.objects.lock(order.pk), Status.PAID, "orders.settled", by=by, at=at)


@transaction.atomic
def cancel(order: Order, *, reason: str, by: Employee | None, at: datetime) -> Order:
    """Cancel an order that is not yet delivered, with a reason."""
    order = _move(
        Order.objects.lock(order.pk),
        Status.CANCELLED,
        "orders.cancelled",
        by=by,
        at=at,
        reason=reason,
    )
    signals.order_cancelled.send(Order, order=order, by=by, at=at)
    return order


def authority(employee: Employee, kind: str) -> Decimal:
    """How far a person's role may go: a share for "discount", an amount for "goodwill"; zero when nothing is set."""
    limits = Authority.objects.filter(role=employee.role, kind=kind)
    return limits.values_list("limit", flat=True).first() or Decimal(0)


def _add(
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
    record(
        order, "orders.line_added", by=by, at=at, about=_about(order), line=line.text, amount=str(line.amount),
        charged_to=line.charged_to,
    )  # fmt: skip
    return line


def _editable(order: Order) -> Order:
    order = Order.objects.lock(order.pk)
    if order.status not in EDITABLE:
        raise DomainError(
            _("%(number)s is %(now)s; its lines stand.")
            % {"number": order.number, "now": order.get_status_display()}
        )
    return order


def _line_of(order: Order, source: str) -> OrderLine | None:
    return order.lines.filter(source=source).first() if source else None


def _move(
    order: Order,
    status: Status,
    verb: str,
    *,
    by: Employee | None,
    at: datetime,
    also: tuple[str, ...] = (),
    **details: Any,
) -> Order:
    order.move_to(status)
    order.version += 1
    order.save(update_fields=["status", "version", *also])
    record(
        order, verb, by=by, at=at, about=_about(order), text=details.get("reason", ""), **details
    )
    queries.index_order(order)
    return order


def _about(order: Order) -> list[Any]:
    return [order.service_request, order.customer, order.asset, order.contract]


def _standard_price(line: OrderLine) -> Decimal:
    """The price before anything was set by hand: what the last priced step said."""
    prices = [
        params["price"] for code, params in line.reasons if "price" in params and code != "by_hand"
    ]
    return Decimal(prices[-1]) if prices else line.list_price


def _cost_of_time(
    engineer: Employee, on: date, starts_at: datetime, ends_at: datetime, weights: list[int]
) -> list[Decimal]:
    """The cost of the hours really worked, shared over the billed lines."""
    hours = Decimal((ends_at - starts_at).total_seconds()) / 3600
    whole = money(queries.cost_rate_on(engineer, on) * hours)
    return split(whole, weights)


def _day(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()
