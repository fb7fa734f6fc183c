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
    "customers.recover": {**DESK, SALES: ALL},
    "customers.keep_tiers": {HEAD: ALL, ADMIN: ALL},
    "customers.keep_teams": {HEAD: ALL, MANAGER: ALL, ADMIN: ALL},
    "customers.grade": {**DESK, SALES: ALL},
    "customers.note_needs": EVERYBODY,
    "customers.forward_needs": {**DESK, SALES: ALL},
    "customers.care": {**DESK, SALES: ALL},
    "customers.keep_care_plans": {HEAD: ALL, ADMIN: ALL},
    "signals.view": {
        **dict.fromkeys(EVERYBODY, OWN),
        SALES: ALL,
        HEAD: ALL,
        MANAGER: ALL,
        ADMIN: ALL,
    },
    "signals.raise": EVERYBODY,
    "signals.answer": {SALES: ALL, HEAD: ALL},
    # assets
    "assets.view": EVERYBODY,
    "assets.change": {**DESK, **ENGINEERS_OF_OUTLET},
    "assets.keep_catalogue": {**DESK, SENIOR: ALL},
    "assets.keep_plans": {**DESK, SENIOR: ALL},
    # contracts
    "contracts.view": {**DESK, SENIOR: ALL, SALES: ALL, STORE: ALL, FIELD: OUTLET, DEPOT: OUTLET},
    "contracts.change": {MANAGER: ALL, HEAD: ALL, ADMIN: ALL},
    "contracts.approve": {HEAD: ALL},
    "contracts.bill": DESK,
    "contracts.keep_catalogue": {HEAD: ALL, ADMIN: ALL},
    # knowledge
    "knowledge.view": EVERYBODY,
    "knowledge.change": {**DESK, **ENGINEERS_OF_OUTLET},
    "knowledge.fill_gaps": {MANAGER: ALL, SENIOR: ALL, HEAD: ALL, ADMIN: ALL},
    "knowledge.review": {SENIOR: ALL, HEAD: ALL, ADMIN: ALL},
    # service requests
    "service_requests.view": EVERYBODY,
    "service_requests.log": {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET},
    "service_requests.work": {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET},
    "service_requests.answer_handover": EVERYBODY,
    "service_requests.close": DESK_AND_PARTNER,
    "service_requests.close_unasked": {MANAGER: ALL, HEAD: ALL},
    "service_requests.refuse_cover": {MANAGER: ALL, HEAD: ALL},
    "service_requests.survey": DESK_AND_PARTNER,
    "service_requests.draw_surveys": {MANAGER: ALL, HEAD: ALL},
    "service_requests.keep_rules": {HEAD: ALL, ADMIN: ALL},
    "service_requests.recalculate": {HEAD: ALL, ADMIN: ALL},
    # tasks
    "dispatch.view": {**DESK_AND_PARTNER, FIELD: OUTLET, DEPOT: OUTLET, SENIOR: ALL, STORE: ALL},
    "dispatch.plan": {**DESK_AND_PARTNER, SENIOR: ALL},
    "dispatch.carry_out": {FIELD: OWN, DEPOT: OWN, SENIOR: OWN, MANAGER: OWN},
    # the depot
    "depot.view": {**DESK_AND_PARTNER, DEPOT: OUTLET, SENIOR: ALL, STORE: ALL},
    "depot.work": {**DESK_AND_PARTNER, DEPOT: OUTLET, SENIOR: ALL, STORE: ALL},
    # orders
    "orders.view": {**DESK, STORE: ALL, SALES: ALL, SENIOR: ALL, FIELD: OUTLET, DEPOT: OUTLET},
    "orders.change": {MANAGER: ALL, HEAD: ALL, STORE: ALL, ADMIN: ALL},
    "orders.approve": {MANAGER: ALL, HEAD: ALL},
    "orders.bill": DESK,
    "orders.keep_prices": {HEAD: ALL, ADMIN: ALL},
    # stock: an engineer works in the own van
    "stock.view": {**DESK_AND_PARTNER, **ENGINEERS_OF_OUTLET, STORE: ALL},
    "stock.work": {**DESK_AND_PARTNER, DEPOT: OUTLET, STORE: ALL, FIELD: OWN, SENIOR: OWN},
    "stock.keep": {MANAGER: ALL, HEAD: ALL, STORE: ALL, ADMIN: ALL},
    # expenses
    "expenses.view": {HEAD: ALL, ADMIN: ALL, MANAGER: OUTLET, PARTNER: OUTLET}
    | dict.fromkeys((FIELD, DEPOT, SENIOR, STORE, SALES), OWN),
    "expenses.claim": dict.fromkeys(
        (MANAGER, FIELD, DEPOT, SENIOR, STORE, SALES, PARTNER, HEAD), OWN
    ),
    "expenses.approve": {HEAD: ALL, MANAGER: OUTLET},
    "expenses.pay": {HEAD: ALL},
    "expenses.keep_policies": {HEAD: ALL, ADMIN: ALL},
    # costs and margins
    "costs.view": {HEAD: ALL},
    # employees
    "employees.view": {**DESK, SENIOR: ALL, STORE: ALL, SALES: ALL, PARTNER: OUTLET, FIELD: OUTLET}
    | {DEPOT: OUTLET},
    "employees.change": {HEAD: ALL, ADMIN: ALL},
    "employees.keep_rota": DESK,
    "employees.keep_authority": {HEAD: ALL, ADMIN: ALL},
    "employees.view_quality": {HEAD: ALL, MANAGER: OUTLET, ADMIN: ALL},
    "employees.check_records": {HEAD: ALL, MANAGER: OUTLET},
    "employees.administer": {ADMIN: ALL},
    # reports
    "reports.view": {HEAD: ALL, MANAGER: ALL, ADMIN: ALL},
    "reports.make": {HEAD: ALL},
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
    "customers.recover": _("Work on recovery cases"),
    "customers.keep_tiers": _("Keep tiers and their service packages"),
    "customers.keep_teams": _("Keep account teams"),
    "customers.grade": _("Grade customers (5A)"),
    "customers.note_needs": _("Note and answer needs of customers"),
    "customers.forward_needs": _("Pass needs on"),
    "customers.care": _("Answer care touches"),
    "customers.keep_care_plans": _("Keep care plans"),
    "signals.view": _("See business signals"),
    "signals.raise": _("Report new business"),
    "signals.answer": _("Answer business signals"),
    "assets.view": _("See assets"),
    "assets.change": _("Change assets"),
    "assets.keep_catalogue": _("Keep models and parts"),
    "assets.keep_plans": _("Keep maintenance plans"),
    "contracts.view": _("See contracts"),
    "contracts.change": _("Change contracts"),
    "contracts.approve": _("Approve contracts"),
    "contracts.bill": _("Bill contracts"),
    "contracts.keep_catalogue": _("Keep contract types and default promises"),
    "knowledge.view": _("Read articles"),
    "knowledge.change": _("Write articles"),
    "knowledge.fill_gaps": _("See what was searched for in vain"),
    "knowledge.review": _("Review and publish articles"),
    "service_requests.view": _("See service requests"),
    "service_requests.log": _("Log service requests"),
    "service_requests.work": _("Work on service requests"),
    "service_requests.answer_handover": _("Answer hand-overs"),
    "service_requests.close": _("Close service requests"),
    "service_requests.refuse_cover": _("Decide that a request is not covered"),
    "service_requests.close_unasked": _("Close without asking the customer"),
    "service_requests.survey": _("Enter a survey by telephone"),
    "service_requests.draw_surveys": _("Draw the sample of a quarterly survey"),
    "service_requests.keep_rules": _("Keep the rules of warnings and rings"),
    "service_requests.recalculate": _("Recalculate open clocks"),
    "dispatch.view": _("See tasks"),
    "dispatch.plan": _("Plan and assign tasks"),
    "dispatch.carry_out": _("Carry out tasks"),
    "depot.view": _("See goods in the depot"),
    "depot.work": _("Receive, repair and ship goods"),
    "orders.view": _("See orders"),
    "orders.change": _("Change orders"),
    "orders.approve": _("Approve orders"),
    "orders.bill": _("Write invoices and credit notes, note payments"),
    "orders.keep_prices": _("Keep the price plan"),
    "stock.view": _("See stock"),
    "stock.work": _("Receive, send and count parts"),
    "stock.keep": _("Keep places and reorder points, order parts, settle differences"),
    "expenses.view": _("See expenses"),
    "expenses.claim": _("Claim expenses"),
    "expenses.approve": _("Approve expenses"),
    "expenses.pay": _("Pay expense claims out"),
    "expenses.keep_policies": _("Keep expense policies and budgets"),
    "costs.view": _("See costs and margins"),
    "employees.view": _("See employees"),
    "employees.change": _("Change employees, outlets and calendars"),
    "employees.keep_rota": _("Keep the rota of who is on call"),
    "employees.keep_authority": _("Set how far others go alone"),
    "employees.view_quality": _("See whose records are open, and how good they are"),
    "employees.check_records": _("Check samples of records and send them back"),
    "employees.administer": _("Give roles and open log-ins"),
    "reports.view": _("See reports"),
    "reports.make": _("Make monthly reports, draw and record return visits"),
    "operations.view": _("See how the system runs"),
    "operations.retry": _("Try again what the system gave up"),
}


def scope_of(role: str, action: str) -> Scope | None:
    """The scope that a role has for an action, or None; KeyError for an action not in the table."""
    return PERMISSIONS[action].get(Role(role))
