"""Who may: predicates on (user, order). The state's own no is the action's."""

from employees.models import Employee
from employees.permissions import Scope
from orders.choices import TRANSITIONS, Status
from orders.models import Order


def may_change(user: Employee, order: Order) -> bool:
    """Write lines, set prices, give goodwill, and carry the order on."""
    return reaches(user, "orders.change", order)


def may_change_lines(user: Employee, order: Order) -> bool:
    return order.is_editable and may_change(user, order)


def may_approve(user: Employee, order: Order) -> bool:
    """Whoever may approve, but for the author."""
    return reaches(user, "orders.approve", order) and order.author_id != user.pk


def may_move(user: Employee, order: Order, status: Status) -> bool:
    """Whether the order can become that now, by this person's hand."""
    if status not in TRANSITIONS[Status(order.status)]:
        return False
    if status == Status.APPROVED:
        return may_approve(user, order)
    if status == Status.DRAFT:
        return reaches(user, "orders.approve", order) or may_change(user, order)
    return may_change(user, order)


def may_keep_prices(user: Employee) -> bool:
    return user.may("orders.keep_prices")


def may_see_costs(user: Employee) -> bool:
    return user.may("costs.view")


def reaches(user: Employee, action: str, order: Order) -> bool:
    """Whether the scope of the person's `action` takes in this order."""
    scope = user.scope_of(action) if user.is_active else None
    if scope == Scope.OUTLET:
        service_request = order.service_request
        outlets = service_request.outlets.all() if service_request else ()
        return user.outlet_id in {outlet.pk for outlet in outlets}
    if scope == Scope.OWN:
        return order.author_id == user.pk
    return scope == Scope.ALL
