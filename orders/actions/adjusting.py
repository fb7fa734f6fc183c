"""What a person changes on priced lines, within the authority of the role."""

from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import BeyondAuthorityError, DomainError
from crmservice.money import ZERO, money
from crmservice.web.text import amount
from employees import actions as employees
from employees.choices import AuthorityKind
from employees.models import AuthorityQuestion, Employee
from employees.queries import authority_used_by, limit_of, limits_of
from orders import queries
from orders.actions.keeping import day_of, demand, locked_line, tell_inside, touch
from orders.actions.stocking import release_all
from orders.choices import ChargedTo, LineKind
from orders.explaining import names_of
from orders.models import Order, OrderLine

GOODWILL_WINDOW = timedelta(days=29)  # and the day itself
TEN_THOUSANDTH = Decimal("0.0001")


@transaction.atomic
def set_price(
    line: OrderLine,
    *,
    unit_price: Decimal,
    reason: str,
    granted_by: Employee | None = None,
    by: Employee,
    at: datetime,
) -> OrderLine:
    """Set a billed line's price by hand, with the reason.

    Raises BeyondAuthorityError beyond the authority for discounts of the person, or of who granted
    it; it counts from the price that the plan, the contract or the tier gave.
    """
    order, line = locked_line(line)
    why = demand(reason, "reason")
    if line.charged_to != ChargedTo.BILLED:
        raise DomainError(_("This line is covered; it has no price to change."), field="unit_price")
    if unit_price < 0:
        raise DomainError(_("A price is not negative."), field="unit_price")
    unit_price = money(unit_price, order.currency)
    refuse_beyond_discount(line, unit_price, order, by=by, granted_by=granted_by)
    before = line.unit_price
    line.unit_price = unit_price
    worth = (
        unit_price * line.minutes / 60 if line.minutes is not None else unit_price * line.quantity
    )
    line.amount = money(worth, order.currency)
    line.base_amount = queries.in_base(line.amount, order)
    line.reasons = [*line.reasons, ["by_hand", {"price": str(unit_price), "why": why}]]
    line.save(update_fields=["unit_price", "amount", "base_amount", "reasons"])
    touch(order)
    tell_inside(
        order, "orders.price_set", by=by, at=at, line=names_of(line), reason=why,
        before=amount(before, order.currency), after=amount(unit_price, order.currency),
        granted_by=granted_by.name if granted_by else "",
    )  # fmt: skip
    return line


def ask_for_price(
    line: OrderLine, *, unit_price: Decimal, reason: str, by: Employee, at: datetime
) -> AuthorityQuestion:
    """Ask for a price beyond one's authority. Raises DomainError as `employees.ask` does."""
    order = line.order
    unit_price = money(unit_price, order.currency)
    return employees.ask(
        line,
        verb="orders.set_price",
        values={"unit_price": str(unit_price), "reason": reason},
        kind=AuthorityKind.DISCOUNT,
        asks=discount_of(line, unit_price),
        tier_code=order.customer.tier.code,
        reason=reason,
        about=order,
        by=by,
        at=at,
    )


def refuse_beyond_discount(
    line: OrderLine,
    unit_price: Decimal,
    order: Order,
    *,
    by: Employee,
    granted_by: Employee | None,
) -> None:
    limit = limit_of(granted_by or by, AuthorityKind.DISCOUNT, order.customer.tier.code)
    floor = money(standard_price(line) * (1 - limit), order.currency)
    if unit_price < floor:
        said = _("Your authority ends at %(limit)s %% discount: not below %(floor)s.")
        if granted_by:
            said = _("%(who)s: the authority ends at %(limit)s %% discount, not below %(floor)s.")
        words = {
            "who": (granted_by or by).name,
            "limit": f"{(limit * 100).normalize():f}",
            "floor": amount(floor, order.currency),
        }
        raise BeyondAuthorityError(
            said % words,
            field="unit_price",
            kind=AuthorityKind.DISCOUNT,
            asks=discount_of(line, unit_price),
        )


def discount_of(line: OrderLine, unit_price: Decimal) -> Decimal:
    """The share taken off the price that was not set by hand, rounded up to a hundredth of 1 %."""
    standard = standard_price(line)
    return (1 - unit_price / standard).quantize(TEN_THOUSANDTH, ROUND_UP) if standard else ZERO


@transaction.atomic
def give(
    line: OrderLine,
    *,
    reason: str,
    at_most: Decimal | None = None,
    granted_by: Employee | None = None,
    by: Employee,
    at: datetime,
) -> OrderLine:
    """Give a billed line as goodwill, with the reason; it counts as the goodwill of the person, or
    of who granted it, in base currency, and is no more than was granted (`at_most`).

    Raises BeyondAuthorityError beyond what the authority allows for one such line, and beyond what
    it leaves of the last 30 days, today included.
    """
    order, line = locked_line(line)
    why = demand(reason, "reason")
    if line.charged_to != ChargedTo.BILLED or not line.amount:
        raise DomainError(_("This line is not billed; there is nothing to give."))
    if at_most is not None and line.base_amount > at_most:
        raise DomainError(
            _("This line is %(now)s by now; %(asked)s was asked for.")
            % {"now": amount(line.base_amount), "asked": amount(at_most)}
        )
    giver = granted_by or by
    Employee.objects.select_for_update(of=("self",)).get(pk=giver.pk)  # one gift at a time
    today = day_of(at)
    refuse_beyond_goodwill(line, order, giver, at=at)
    line.goodwill_amount, line.goodwill_by, line.goodwill_on = line.base_amount, giver, today
    line.charged_to, line.unit_price = ChargedTo.GOODWILL, ZERO
    line.amount = line.base_amount = ZERO
    line.reasons = [*line.reasons, ["goodwill", {"why": why}]]
    line.save()
    touch(order)
    tell_inside(
        order, "orders.given", by=by, at=at, line=names_of(line),
        amount=amount(line.goodwill_amount),
        reason=why,
        granted_by=granted_by.name if granted_by else "",
    )  # fmt: skip
    return line


def ask_for_gift(line: OrderLine, *, reason: str, by: Employee, at: datetime) -> AuthorityQuestion:
    """Ask for goodwill beyond one's authority. Raises DomainError as `employees.ask` does."""
    return employees.ask(
        line,
        verb="orders.give",
        values={"reason": reason},
        kind=kind_of_gift(line),
        asks=line.base_amount,
        tier_code=line.order.customer.tier.code,
        reason=reason,
        about=line.order,
        by=by,
        at=at,
    )


def refuse_beyond_goodwill(line: OrderLine, order: Order, giver: Employee, *, at: datetime) -> None:
    limits, kind = limits_of(giver, order.customer.tier.code), kind_of_gift(line)
    most = limits.get(kind, ZERO)
    if line.base_amount > most:
        said = _("%(who)s may give up to %(limit)s of this kind at once; this line is %(amount)s.")
        words = {"who": giver.name, "limit": amount(most), "amount": amount(line.base_amount)}
        raise BeyondAuthorityError(said % words, kind=kind, asks=line.base_amount)
    given = authority_used_by(giver, at=at).get(AuthorityKind.GOODWILL, ZERO)
    left = limits.get(AuthorityKind.GOODWILL, ZERO) - given
    if line.base_amount > left:
        said = _(
            "The goodwill of %(who)s of the last 30 days has %(left)s left; "
            "this line is %(amount)s."
        )
        words = {
            "who": giver.name,
            "left": amount(money(max(left, ZERO))),
            "amount": amount(line.base_amount),
        }
        raise BeyondAuthorityError(said % words, kind=kind, asks=line.base_amount)


def kind_of_gift(line: OrderLine) -> AuthorityKind:
    return AuthorityKind.FREE_PART if line.kind == LineKind.PART else AuthorityKind.FREE_VISIT


@transaction.atomic
def remove(line: OrderLine, *, by: Employee, at: datetime) -> Order:
    """Take a line off an order that is not yet approved."""
    order, line = locked_line(line)
    details = {"line": names_of(line), "amount": amount(line.amount, order.currency)}
    release_all(line, by=by, at=at)
    employees.withdraw_about(line, by=by, at=at)
    line.delete()
    touch(order)
    tell_inside(order, "orders.line_removed", by=by, at=at, **details)
    return order


def standard_price(line: OrderLine) -> Decimal:
    """The price before anything was set by hand: what the last priced step said."""
    prices = [
        params["price"] for code, params in line.reasons if "price" in params and code != "by_hand"
    ]
    return Decimal(prices[-1]) if prices else line.list_price
