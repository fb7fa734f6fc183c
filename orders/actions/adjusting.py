"""What a person changes on priced lines, within the authority of the role."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from crmservice.money import ZERO, money
from crmservice.web.text import amount
from employees.models import Authority, Employee
from orders import queries
from orders.actions.keeping import day_of, demand, locked_line, tell_inside, touch
from orders.choices import ChargedTo
from orders.explaining import names_of
from orders.models import Order, OrderLine

GOODWILL_WINDOW = timedelta(days=29)  # and the day itself


@transaction.atomic
def set_price(
    line: OrderLine, *, unit_price: Decimal, reason: str, by: Employee, at: datetime
) -> OrderLine:
    """Set a billed line's price by hand, with the reason.

    Raises DomainError beyond the person's authority for discounts, which counts from the price that
    the plan, the contract or the tier gave.
    """
    order, line = locked_line(line)
    why = demand(reason, "reason")
    if line.charged_to != ChargedTo.BILLED:
        raise DomainError(_("This line is covered; it has no price to change."), field="unit_price")
    if unit_price < 0:
        raise DomainError(_("A price is not negative."), field="unit_price")
    unit_price = money(unit_price, order.currency)
    refuse_beyond_discount(line, unit_price, order.currency, by)
    before = line.unit_price
    line.unit_price = unit_price
    worth = (
        unit_price * line.minutes / 60 if line.minutes is not None else unit_price * line.quantity
    )
    line.amount = money(worth, order.currency)
    line.reasons = [*line.reasons, ["by_hand", {"price": str(unit_price), "why": why}]]
    line.save(update_fields=["unit_price", "amount", "reasons"])
    touch(order)
    tell_inside(
        order, "orders.price_set", by=by, at=at, line=names_of(line), reason=why,
        before=amount(before, order.currency), after=amount(unit_price, order.currency),
    )  # fmt: skip
    return line


def refuse_beyond_discount(
    line: OrderLine, unit_price: Decimal, currency: str, by: Employee
) -> None:
    limit = authority(by, "discount")
    floor = money(standard_price(line) * (1 - limit), currency)
    if unit_price < floor:
        said = _(
            "Your authority ends at %(limit)s %% discount: not below %(floor)s. "
            "Ask the department head."
        )
        words = {"limit": f"{(limit * 100).normalize():f}", "floor": amount(floor, currency)}
        raise DomainError(said % words, field="unit_price")


@transaction.atomic
def give(line: OrderLine, *, reason: str, by: Employee, at: datetime) -> OrderLine:
    """Give a billed line as goodwill, with the reason.

    Raises DomainError beyond what the authority leaves of the last 30 days, today included.
    """
    order, line = locked_line(line)
    why = demand(reason, "reason")
    if line.charged_to != ChargedTo.BILLED or not line.amount:
        raise DomainError(_("This line is not billed; there is nothing to give."))
    Employee.objects.select_for_update(of=("self",)).get(pk=by.pk)  # one gift at a time
    today = day_of(at)
    given = queries.goodwill_given(by, today - GOODWILL_WINDOW, today)
    left = authority(by, "goodwill") - given
    if line.amount > left:
        said = _(
            "Your goodwill of the last 30 days has %(left)s left; this line is %(amount)s. "
            "Ask the department head."
        )
        raise DomainError(said % {"left": money(max(left, ZERO)), "amount": line.amount})
    line.goodwill_amount, line.goodwill_by, line.goodwill_on = line.amount, by, today
    line.charged_to, line.unit_price, line.amount = ChargedTo.GOODWILL, ZERO, ZERO
    line.reasons = [*line.reasons, ["goodwill", {"why": why}]]
    line.save()
    touch(order)
    tell_inside(
        order, "orders.given", by=by, at=at, line=names_of(line),
        amount=amount(line.goodwill_amount, order.currency),
        reason=why,
    )  # fmt: skip
    return line


@transaction.atomic
def remove(line: OrderLine, *, by: Employee, at: datetime) -> Order:
    """Take a line off an order that is not yet approved."""
    order, line = locked_line(line)
    details = {"line": names_of(line), "amount": amount(line.amount, order.currency)}
    line.delete()
    touch(order)
    tell_inside(order, "orders.line_removed", by=by, at=at, **details)
    return order


def authority(employee: Employee, kind: str) -> Decimal:
    """How far a person's role may go: a share for "discount", an amount for "goodwill".

    Zero when nothing is set.
    """
    limits = Authority.objects.filter(role=employee.role, kind=kind)
    return limits.values_list("limit", flat=True).first() or ZERO


def standard_price(line: OrderLine) -> Decimal:
    """The price before anything was set by hand: what the last priced step said."""
    prices = [
        params["price"] for code, params in line.reasons if "price" in params and code != "by_hand"
    ]
    return Decimal(prices[-1]) if prices else line.list_price
