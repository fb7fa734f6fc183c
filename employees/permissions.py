"""Who may do what, and on whose records: the one table, tested cell by cell.

Read a row as: this action, by these roles, on these records. A role that is not named may not.
`ALL` every record; `OUTLET` those of the person's service outlet; `OWN` those the person owns or
is assigned.
What an outlet or an owner is for each noun stands in that noun's `visible_to`.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from employees.choices import Role


class Scope(StrEnum):
    ALL = "all"
    OUTLET = "outlet"
    OWN = "own"


ALL, OUTLET, OWN = Scope.ALL, Scope.OUTLET, Scope.OWN

MANAGER, FIELD, DEPOT, SENIOR = (
    Role.SERVICE_MANAGER,
    Role.FIELD_ENGINEER,
    Role.DEPOT_ENGINEER,
    Role.SENIOR_ENGINEER,
)
STORE, HEAD, SALES, PARTNER, ADMIN = (
    Role.STOREKEEPER,
    Role.DEPARTMENT_HEAD,
    Role.SALES,
    Role.PARTNER_COORDINATOR,
    Role.ADMINISTRATOR,
)

DESK = {MANAGER: ALL, HEAD: ALL, ADMIN: ALL}
DESK_AND_PARTNER = {**DESK, PARTNER: OUTLET}
ENGINEERS_OF_OUTLET = {FIELD: OUTLET, DEPOT: OUTLET, SENIOR: ALL}
EVERYBODY = {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET, STORE: ALL, SALES: ALL}

PERMISSIONS: dict[str, dict[Role, Scope]] = {
    # customers
    "customers.view": EVERYBODY,
    "customers.change": {**DESK, SALES: ALL},
    "customers.view_value": {HEAD: ALL, MANAGER: ALL, SALES: ALL, ADMIN: ALL},
    "customers.override_tier": {HEAD: ALL, ADMIN: ALL},
    # assets
    "assets.view": EVERYBODY,
    "assets.change": {**DESK, **ENGINEERS_OF_OUTLET},
    "assets.keep_catalogue": {**DESK, SENIOR: ALL},
    # contracts
    "contracts.view": {**DESK, SENIOR: ALL, SALES: ALL, STORE: ALL, FIELD: OUTLET, DEPOT: OUTLET},
    "contracts.change": {MANAGER: ALL, HEAD: ALL, ADMIN: ALL},
    "contracts.approve": {HEAD: ALL},
    "contracts.keep_catalogue": {HEAD: ALL, ADMIN: ALL},
    # knowledge
    "knowledge.view": EVERYBODY,
    "knowledge.change": {**DESK, **ENGINEERS_OF_OUTLET},
    "knowledge.review": {SENIOR: ALL, HEAD: ALL, ADMIN: ALL},
    # service requests
    "service_requests.view": EVERYBODY,
    "service_requests.log": {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET},
    "service_requests.work": {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET},
    "service_requests.answer_handover": EVERYBODY,
    "service_requests.close": DESK_AND_PARTNER,
    "service_requests.close_unasked": {MANAGER: ALL, HEAD: ALL},
    "service_requests.survey": DESK_AND_PARTNER,
    "service_requests.keep_rules": {HEAD: ALL, ADMIN: ALL},
    "service_requests.recalculate": {HEAD: ALL, ADMIN: ALL},
    # tasks
    "dispatch.view": {**DESK_AND_PARTNER, FIELD: OUTLET, DEPOT: OUTLET, SENIOR: ALL, STORE: ALL},
    "dispatch.plan": {**DESK_AND_PARTNER, SENIOR: ALL},
    "dispatch.carry_out": {FIELD: OWN, DEPOT: OWN, SENIOR: OWN, MANAGER: OWN},
    # orders
    "orders.view": {**DESK, STORE: ALL, SALES: ALL, SENIOR: ALL, FIELD: OUTLET, DEPOT: OUTLET},
    "orders.change": {MANAGER: ALL, HEAD: ALL, STORE: ALL, ADMIN: ALL},
    "orders.approve": {MANAGER: ALL, HEAD: ALL},
    "orders.keep_prices": {HEAD: ALL, ADMIN: ALL},
    # expenses
    "expenses.view": {HEAD: ALL, ADMIN: ALL, MANAGER: OUTLET, PARTNER: OUTLET}
    | dict.fromkeys((FIELD, DEPOT, SENIOR, STORE, SALES), OWN),
    "expenses.claim": dict.fromkeys(
        (MANAGER, FIELD, DEPOT, SENIOR, STORE, SALES, PARTNER, HEAD), OWN
    ),
    "expenses.approve": {HEAD: ALL, MANAGER: OUTLET},
    # costs and margins
    "costs.view": {HEAD: ALL},
    # employees
    "employees.view": {**DESK, SENIOR: ALL, STORE: ALL, SALES: ALL, PARTNER: OUTLET, FIELD: OUTLET}
    | {DEPOT: OUTLET},
    "employees.change": {HEAD: ALL, ADMIN: ALL},
    "employees.keep_rota": DESK,
    "employees.administer": {ADMIN: ALL},
    # reports
    "reports.view": {HEAD: ALL, MANAGER: ALL, ADMIN: ALL},
    "operations.view": {HEAD: ALL, ADMIN: ALL},
    "operations.retry": {ADMIN: ALL},
}


ROLE_ORDER = (MANAGER, FIELD, DEPOT, SENIOR, STORE, HEAD, SALES, PARTNER, ADMIN)

SCOPE_WORDS: dict[Scope, Promise] = {ALL: _("all"), OUTLET: _("outlet"), OWN: _("own")}

WORDS: dict[str, Promise] = {
    "customers.view": _("See customers"),
    "customers.change": _("Change customers"),
    "customers.view_value": _("See what customers buy"),
    "customers.override_tier": _("Set a tier by hand"),
    "assets.view": _("See assets"),
    "assets.change": _("Change assets"),
    "assets.keep_catalogue": _("Keep models and parts"),
    "contracts.view": _("See contracts"),
    "contracts.change": _("Change contracts"),
    "contracts.approve": _("Approve contracts"),
    "contracts.keep_catalogue": _("Keep contract types and default promises"),
    "knowledge.view": _("Read articles"),
    "knowledge.change": _("Write articles"),
    "knowledge.review": _("Review and publish articles"),
    "service_requests.view": _("See service requests"),
    "service_requests.log": _("Log service requests"),
    "service_requests.work": _("Work on service requests"),
    "service_requests.answer_handover": _("Answer hand-overs"),
    "service_requests.close": _("Close service requests"),
    "service_requests.close_unasked": _("Close without asking the customer"),
    "service_requests.survey": _("Enter a survey by telephone"),
    "service_requests.keep_rules": _("Keep the rules of warnings and rings"),
    "service_requests.recalculate": _("Recalculate open clocks"),
    "dispatch.view": _("See tasks"),
    "dispatch.plan": _("Plan and assign tasks"),
    "dispatch.carry_out": _("Carry out tasks"),
    "orders.view": _("See orders"),
    "orders.change": _("Change orders"),
    "orders.approve": _("Approve orders"),
    "orders.keep_prices": _("Keep the price plan"),
    "expenses.view": _("See expenses"),
    "expenses.claim": _("Claim expenses"),
    "expenses.approve": _("Approve expenses"),
    "costs.view": _("See costs and margins"),
    "employees.view": _("See employees"),
    "employees.change": _("Change employees, outlets and calendars"),
    "employees.keep_rota": _("Keep the rota of who is on call"),
    "employees.administer": _("Give roles and open log-ins"),
    "reports.view": _("See reports"),
    "operations.view": _("See how the system runs"),
    "operations.retry": _("Try again what the system gave up"),
}


def scope_of(role: str, action: str) -> Scope | None:
    """The scope that a role has for an action, or None; KeyError for an action not in the table."""
    return PERMISSIONS[action].get(Role(role))
