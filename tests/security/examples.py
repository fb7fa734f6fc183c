"""For each kind of URL argument an object that a given person may see.

A maker takes the person and gives the URL's arguments; it is found by the route's name, else by its
namespace and arguments. A route without one fails the tests: add a line here with the new noun.
"""

from collections.abc import Callable

from django.urls import reverse

from dispatch.actions import hashed
from employees.models import Employee
from reports.choices import Figure
from tests.factories.assets import AssetFactory, AssetModelFactory, PartFactory
from tests.factories.contracts import (
    ContractTypeFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import AffiliationFactory, ServedCustomerFactory, SiteFactory
from tests.factories.delivery import NotificationFactory
from tests.factories.dispatch import CalendarLinkFactory, PartUseFactory, TaskFactory
from tests.factories.employees import (
    AbsenceFactory,
    CalendarDayFactory,
    EmployeeFactory,
    LogInFactory,
    OnCallFactory,
    WorkingCalendarFactory,
)
from tests.factories.expenses import ExpenseClaimFactory
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory, RevisionFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import (
    EscalationFactory,
    EscalationRuleFactory,
    HandoverFactory,
    RecalculationFactory,
    ServiceRequestFactory,
    SlaTimerFactory,
    WarningPolicyFactory,
)
from tests.security.routes import Route

Arguments = dict[str, object]
Maker = Callable[[Employee], Arguments]

MAKERS: dict[str, Maker] = {}

# Routes that name what belongs to the whole company: there is no twin in another outlet.
COMPANY_WIDE = {
    "assets:edit_model": "the catalogue",
    "assets:model": "the catalogue",
    "assets:edit_part": "the catalogue",
    "assets:set_cost": "the catalogue",
    "assets:part": "the catalogue",
    "contracts:edit_type": "the catalogue",
    "contracts:type": "the catalogue",
    "contracts:edit_default": "the catalogue",
    "employees:calendar": "service hours are everybody's",
    "employees:edit_calendar": "service hours are everybody's",
    "employees:set_day": "service hours are everybody's",
    "employees:take_over_holidays": "service hours are everybody's",
    "service_requests:recalculation": "of a calendar or a default promise, which are everybody's",
    "service_requests:recalculate_calendar": "service hours are everybody's",
    "service_requests:recalculate_promise": "what is promised without a contract is everybody's",
    "employees:remove_day": "service hours are everybody's",
    "service_requests:rule": "rules are the company's",
    "service_requests:warnings": "rules are the company's",
    "knowledge:edit_fault_code": "the catalogue",
    "knowledge:fault_code": "the catalogue",
    "dispatch:feed": "a bearer link (S-23)",
    "service_requests:survey_link": "a bearer link (S-23)",
    "reports:rows": "a figure; its rows are in scope by their querysets",
}
# Routes where a person of the right role may still hear a no of a policy (403).
BY_POLICY = {
    "employees:note_absence": "one's own, one's reports', one's outlet's",
    "employees:cancel_absence": "one's own, one's reports', one's outlet's",
    "assets:remove": "only what stands in another asset is taken out",
    "assets:swap": "only what stands in another asset is swapped",
    "assets:put_in_use": "only what is out of use is put in use",
    "contracts:edit": "only a draft is edited",
    "contracts:submit": "only a draft is submitted",
    "contracts:withdraw": "only what waits for approval is withdrawn",
    "contracts:approve": "only what waits for approval is approved, and not by its author",
    "contracts:reject": "only what waits for approval is rejected",
    "service_requests:take_over": "who stands in its ring, or was told",
    "expenses:submit": "one's own draft, and administrators claim nothing",
    "expenses:withdraw": "one's own that waits for a decision",
    "expenses:approve": "what waits for a decision and is not one's own",
    "expenses:reject": "what waits for a decision and is not one's own",
    "expenses:send_back": "what waits for a decision and is not one's own",
    "expenses:pay": "what is approved and is not one's own",
    "orders:send_back": "only what waits for approval is sent back",
    "orders:deliver": "only what is approved is delivered",
    "orders:invoice": "only what is delivered is invoiced",
    "orders:settle": "only what is invoiced is paid",
    "knowledge:publish": "only what is in review is published",
    "knowledge:send_back": "only what is in review is sent back",
    "knowledge:revise": "only what is published is revised",
    "knowledge:recheck": "only what is published is checked again",
}


def example(*names: str) -> Callable[[Maker], Maker]:
    """Register a maker for routes ("app:name") or for arguments ("app:code,pk")."""

    def register(maker: Maker) -> Maker:
        for name in names:
            MAKERS[name] = maker
        return maker

    return register


def maker_of(route: Route) -> Maker | None:
    if not route.arguments:
        return lambda _user: {}
    by_arguments = f"{route.namespace}:{','.join(sorted(route.arguments))}"
    return MAKERS.get(route.name) or MAKERS.get(by_arguments)


def url_of(route: Route, user: Employee) -> str:
    """The address of an example that `user` may see."""
    maker = maker_of(route)
    assert maker, f"{route} needs an example in tests/security/examples.py"
    return reverse(route.name, kwargs=maker(user))


def customer_of(user: Employee):
    return ServedCustomerFactory(served_by=[user.outlet])


def request_of(user: Employee, **traits):
    """A request of the person's outlet, owned by the person; the company has promises for it."""
    DefaultPromiseFactory()
    return ServiceRequestFactory(
        customer=customer_of(user), owner=user, outlets=[user.outlet], **traits
    )


# notices


@example("read_notice")
def notice(user: Employee) -> Arguments:
    return {"pk": NotificationFactory(recipient=user).pk}


# employees


@example("employees:employee_no")
def employee(user: Employee) -> Arguments:
    return {"employee_no": EmployeeFactory(outlet=user.outlet).employee_no}


@example("employees:cancel_absence")
def absence(user: Employee) -> Arguments:
    colleague = EmployeeFactory(outlet=user.outlet)
    at = "2030-01-01T00:00Z", "2030-01-02T00:00Z"
    away = AbsenceFactory(employee=colleague, starts_at=at[0], ends_at=at[1])
    return {"employee_no": colleague.employee_no, "pk": away.pk}


@example("employees:edit_on_call", "employees:take_off_call")
def on_call(user: Employee) -> Arguments:
    return {"pk": OnCallFactory(employee__outlet=user.outlet).pk}


@example("employees:end_log_in")
def log_in(user: Employee) -> Arguments:
    return {"pk": LogInFactory(user=user).pk}


@example("employees:outlet", "employees:edit_outlet")
def outlet(user: Employee) -> Arguments:
    return {"code": user.outlet.code}


@example(
    "employees:calendar",
    "employees:edit_calendar",
    "employees:set_day",
    "employees:take_over_holidays",
)
def calendar(_user: Employee) -> Arguments:
    return {"code": WorkingCalendarFactory().code}


@example("service_requests:recalculate_calendar")
def calendar_to_follow(_user: Employee) -> Arguments:
    return {"code": WorkingCalendarFactory().code}


@example("service_requests:recalculate_promise")
def promise_to_follow(_user: Employee) -> Arguments:
    return {"pk": DefaultPromiseFactory().pk}


@example("service_requests:recalculation")
def recalculation(_user: Employee) -> Arguments:
    return {"pk": RecalculationFactory().pk}


@example("employees:remove_day")
def calendar_day(_user: Employee) -> Arguments:
    day = CalendarDayFactory()
    return {"code": day.calendar.code, "pk": day.pk}


# customers


@example("customers:code")
def customer(user: Employee) -> Arguments:
    return {"code": customer_of(user).code}


@example("customers:edit_site")
def site(user: Employee) -> Arguments:
    place = SiteFactory(customer=customer_of(user))
    return {"code": place.customer.code, "pk": place.pk}


@example("customers:contact", "customers:edit_contact", "customers:affiliate")
def contact(user: Employee) -> Arguments:
    return {"code": AffiliationFactory(customer=customer_of(user)).contact.code}


@example("customers:part")
def affiliation(user: Employee) -> Arguments:
    place = AffiliationFactory(customer=customer_of(user))
    return {"code": place.contact.code, "pk": place.pk}


# knowledge


@example("knowledge:number")
def article(user: Employee) -> Arguments:
    return {"number": ArticleFactory(author=user).number}


@example("knowledge:version")
def revision(user: Employee) -> Arguments:
    old = RevisionFactory(article=ArticleFactory(author=user))
    return {"number": old.article.number, "version": old.version}


@example("knowledge:code")
def fault_code(_user: Employee) -> Arguments:
    return {"code": FaultCodeFactory().code}


# assets


@example("assets:serial_no")
def asset(user: Employee) -> Arguments:
    return {"serial_no": AssetFactory(customer=customer_of(user)).serial_no}


@example("assets:code")
def asset_model(_user: Employee) -> Arguments:
    return {"code": AssetModelFactory().code}


@example("assets:part_no")
def part(_user: Employee) -> Arguments:
    return {"part_no": PartFactory().part_no}


# contracts


@example("contracts:number")
def contract(user: Employee) -> Arguments:
    return {"number": ServiceContractFactory(customer=customer_of(user)).number}


@example("contracts:code")
def contract_type(_user: Employee) -> Arguments:
    return {"code": ContractTypeFactory().code}


@example("contracts:pk")
def default_promise(_user: Employee) -> Arguments:
    return {"pk": DefaultPromiseFactory().pk}


# service requests


@example("service_requests:number")
def service_request(user: Employee) -> Arguments:
    return {"number": request_of(user).number}


@example("service_requests:rule")
def rule(_user: Employee) -> Arguments:
    return {"pk": EscalationRuleFactory().pk}


@example("service_requests:warnings")
def warnings(_user: Employee) -> Arguments:
    return {"target": WarningPolicyFactory().target}


@example("service_requests:take_over")
def climbed(user: Employee) -> Arguments:
    EscalationFactory(service_request=(lifted := request_of(user, ring=2, highest_ring=2)), to=user)
    return {"number": lifted.number}


@example("service_requests:promise")
def promise(user: Employee) -> Arguments:
    timer = SlaTimerFactory(service_request=request_of(user))
    return {"number": timer.service_request.number, "pk": timer.pk}


@example("service_requests:answer_handover", "service_requests:withdraw_handover")
def handover(user: Employee) -> Arguments:
    question = HandoverFactory(service_request=request_of(user))
    return {"number": question.service_request.number, "pk": question.pk}


@example("dispatch:feed")
def calendar_link(user: Employee) -> Arguments:
    token = "a-secret-that-nobody-guesses"
    CalendarLinkFactory(employee=user, token_hash=hashed(token))
    return {"token": token}


@example("service_requests:survey_link")
def survey_token(_user: Employee) -> Arguments:
    return {"token": "a" * 43}


# orders


@example("orders:number")
def order(user: Employee) -> Arguments:
    return {"number": OrderFactory(service_request=request_of(user)).number}


@example("orders:number,pk")
def order_line(user: Employee) -> Arguments:
    line = OrderLineFactory(order=OrderFactory(service_request=request_of(user)))
    return {"number": line.order.number, "pk": line.pk}


# tasks


@example("dispatch:number")
def task(user: Employee) -> Arguments:
    visit = TaskFactory(
        accepted=True,
        assignee=user,
        customer=customer_of(user),
        service_request=request_of(user),
    )
    return {"number": visit.number}


@example("dispatch:remove_part")
def part_use(user: Employee) -> Arguments:
    used = PartUseFactory(task__assignee=user, task__customer=customer_of(user))
    return {"number": used.task.number, "pk": used.pk}


# expenses


@example("expenses:number")
def claim(user: Employee) -> Arguments:
    return {"number": ExpenseClaimFactory(claimant=user).number}


@example("expenses:request_cost")
def cost_of_request(user: Employee) -> Arguments:
    return {"key": request_of(user).number}


@example("expenses:customer_cost")
def cost_of_customer(user: Employee) -> Arguments:
    return {"key": customer_of(user).code}


@example("expenses:asset_cost")
def cost_of_asset(user: Employee) -> Arguments:
    return {"key": AssetFactory(customer=customer_of(user)).serial_no}


@example("expenses:contract_cost")
def cost_of_contract(user: Employee) -> Arguments:
    return {"key": ServiceContractFactory(customer=customer_of(user)).number}


# reports


@example("reports:rows")
def figure(_user: Employee) -> Arguments:
    return {"figure": Figure.values[0]}
