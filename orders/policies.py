"""Who may: predicates on (user, order). The state's own no is the action's."""

from employees.choices import Role
from employees.models import Employee
from employees.permissions import Scope
from orders.choices import RESERVABLE, SOLD, TRANSITIONS, ReturnStatus, Status
from orders.models import OldPart, Order, OrderLine, ReturnCase, StockLocation

FOLLOWS = (Status.DELIVERED, Status.INVOICED, Status.PAID)


def may_change(user: Employee, order: Order) -> bool:
    """Write lines, set prices, give goodwill, and carry the order on."""
    return reaches(user, "orders.change", order)


def may_change_lines(user: Employee, order: Order) -> bool:
    return order.is_editable and may_change(user, order)


def may_quote(user: Employee, order: Order) -> bool:
    """Offer it to the customer: a draft, or once more what is offered."""
    return order.status in {Status.DRAFT, Status.QUOTED} and may_change(user, order)


def who_carries_on(order: Order) -> list[Employee]:
    """Whose turn a draft is: who has its request, had it first, answers for its customer, or leads
    its author, the first of them who may; else the service managers of the author's outlet, else
    all of them.
    """
    service_request, author = order.service_request, order.author
    near = [order.customer.account_manager, author.supervisor if author else None]
    if service_request is not None:
        near = [service_request.owner, service_request.first_responder, *near]
    able = [person for person in near if person is not None and may_change(person, order)]
    if able:
        return able[:1]
    managers = Employee.objects.active().filter(role=Role.SERVICE_MANAGER).order_by("pk")
    beside = managers.filter(outlet=author.outlet_id) if author else managers.none()
    return list(beside) or list(managers)


def may_approve(user: Employee, order: Order) -> bool:
    """Whoever may approve, but for the author."""
    return reaches(user, "orders.approve", order) and order.author_id != user.pk


def may_move(user: Employee, order: Order, status: Status) -> bool:
    """Whether the order can become that now, by this person's hand: what is delivered, invoiced and
    paid follows from its shipments and invoices.
    """
    if status in FOLLOWS or status not in TRANSITIONS[Status(order.status)]:
        return False
    if order.status == Status.QUOTED and status != Status.CANCELLED:
        return False  # the customer decides
    if status == Status.APPROVED:
        return may_approve(user, order)
    if status == Status.DRAFT:
        return reaches(user, "orders.approve", order) or may_change(user, order)
    return may_change(user, order)


def may_ship(user: Employee, order: Order) -> bool:
    """Pack, ship and note deliveries of what is approved; what is under way arrives whatever became
    of the order.
    """
    return order.status in SOLD and may_change(user, order)


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


def may_work_in(user: Employee, place: StockLocation) -> bool:
    """Take parts in and out of this place, and count them."""
    scope = user.scope_of("stock.work") if user.is_active else None
    if scope == Scope.OUTLET:
        return place.outlet_id == user.outlet_id
    if scope == Scope.OWN:
        return place.employee_id == user.pk
    return scope == Scope.ALL


def may_reserve(user: Employee, line: OrderLine) -> bool:
    """Until it is delivered, pieces can wait for a part's line."""
    is_open = line.order.status in RESERVABLE and line.part_id is not None
    return is_open and user.may("stock.keep")


def may_keep_stock(user: Employee) -> bool:
    """Places, reorder points, what is ordered, and differences."""
    return user.may("stock.keep")


def may_give_back(user: Employee, order: Order) -> bool:
    """Of what is delivered the customer can give something back."""
    is_delivered = order.status in {Status.DELIVERED, Status.INVOICED, Status.PAID}
    return is_delivered and may_change(user, order)


def may_change_return(user: Employee, case: ReturnCase) -> bool:
    """Note, remedy and close it."""
    return case.is_open and sees_to_return(user, "orders.change", case)


def may_charge_old_parts(user: Employee, case: ReturnCase) -> bool:
    """What is due back of a replacement that went first, and is not charged."""
    due = OldPart.objects.open().filter(return_line__case=case, charged_at=None)
    return may_change_return(user, case) and due.exists()


def may_decide_return(user: Employee, case: ReturnCase) -> bool:
    """Authorise it or refuse it; one that the customer has no right to, another than who opened
    it.
    """
    if case.status != ReturnStatus.REQUESTED:
        return False
    if user.pk == case.opened_by_id and not case.verdict.is_right:
        return False
    return sees_to_return(user, "orders.approve", case)


def may_receive_return(user: Employee, case: ReturnCase) -> bool:
    """Whoever works in the depot that it comes to."""
    return case.is_receiving and may_work_in(user, case.depot)


def sees_to_return(user: Employee, action: str, case: ReturnCase) -> bool:
    scope = user.scope_of(action) if user.is_active else None
    if scope == Scope.OUTLET:
        return case.depot.outlet_id == user.outlet_id
    if scope == Scope.OWN:
        return case.opened_by_id == user.pk
    return scope == Scope.ALL
