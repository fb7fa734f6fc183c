"""A partner's outlet, another outlet, and one of each noun that only the other outlet sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Model
from django.urls import reverse

from contracts.choices import Cover
from crmservice.search.kinds import KINDS
from dispatch import actions as dispatch
from employees.choices import Role
from employees.models import Employee
from orders import actions as orders
from service_requests import actions as service_requests
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import (
    AffiliationFactory,
    ContactPhoneFactory,
    CustomerFactory,
    SiteFactory,
)
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory
from tests.factories.orders import OrderLineFactory, PricePlanFactory, StockLocationFactory
from tests.security.routes import Route

AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
SHARED = "_of_shared"  # the work for a customer that both outlets serve
HOUR = timedelta(hours=1)
PHONE = "+8613912340077"


@dataclass(frozen=True)
class Planted:
    """A record with the words by which a page would betray it."""

    record: Model
    number: str
    title: str

    @property
    def url(self) -> str:
        return self.record.get_absolute_url() if hasattr(self.record, "get_absolute_url") else ""


@dataclass
class World:
    """`hidden` is what only the other outlet sees; `shared` customers are both outlets'."""

    owner: Employee  # the other outlet's coordinator
    engineer: Employee  # and its engineer
    hidden: dict[str, Planted] = field(default_factory=dict)
    shared: dict[str, Model] = field(default_factory=dict)


def build(mine) -> World:
    """Everything that there is at another outlet; `mine` serves the shared customer, too."""
    elsewhere = OutletFactory(code="XA", name="西安授权服务网点", kind="partner")
    owner = EmployeeFactory(role=Role.PARTNER_COORDINATOR, outlet=elsewhere, name="Qaowner")
    engineer = EmployeeFactory(role=Role.FIELD_ENGINEER, outlet=elsewhere, name="Qbengineer")
    world = World(owner, engineer)
    PricePlanFactory()
    for cover in Cover:
        DefaultPromiseFactory(cover=cover)
    private = CustomerFactory(name="Qccustomer", code="QX-CUS-1", served_by=[elsewhere])
    plant_place(world, private)
    plant_work(world, private, world.hidden["asset"].record)
    common = CustomerFactory(name="Common works", code="COMMON-1", served_by=[mine, elsewhere])
    device = AssetFactory(serial_no="COMMON0001", customer=common)
    place = AffiliationFactory(customer=common)
    AffiliationFactory(customer=private, contact=place.contact)
    world.shared = {
        "customer": common,
        "asset": device,
        "model": device.model,
        "contact": place.contact,
        "site": SiteFactory(customer=common),
        "fault_code": FaultCodeFactory(),
    }
    plant_work(world, common, device, sign="S", suffix=SHARED)
    for kind in KINDS.values():
        kind.rebuild()
    return world


def plant_place(world: World, customer) -> None:
    """A customer with its site, its contact, its device and its contract."""
    device = AssetFactory(serial_no="QXSERIAL77001", customer=customer)
    person = AffiliationFactory(
        customer=customer, contact__code="QX-CON-1", contact__name="Qdcontact"
    ).contact
    ContactPhoneFactory(contact=person, number=PHONE)
    contract = ServiceContractFactory(customer=customer, number="SC-2026-7701")
    ContractLineFactory(contract=contract)
    site = SiteFactory(customer=customer, name="Qesite", address="Qfaddress")
    place = StockLocationFactory(outlet=world.owner.outlet, code="Qplace", name="Qcstore")
    world.hidden |= {
        "customer": Planted(customer, customer.code, customer.name),
        "asset": Planted(device, device.serial_no, device.serial_no),
        "contact": Planted(person, person.code, person.name),
        "site": Planted(site, site.address, site.name),
        "contract": Planted(contract, contract.number, contract.number),
        "place": Planted(place, place.code, place.name),
        "employee": Planted(world.engineer, world.engineer.employee_no, world.engineer.name),
        "article": internal_article(world.engineer),
    }


def plant_work(world: World, customer, asset, *, sign: str = "Q", suffix: str = "") -> None:
    """A request with its task, its order and what it cost, all of the other outlet."""
    by, at = world.owner, AT
    service_request = service_requests.log(
        customer=customer, asset=asset, subject=f"{sign}gsubject", by=by, at=at
    )
    task = dispatch.plan(
        title=f"{sign}htask",
        service_request=service_request,
        engineer=world.engineer,
        planned_start=at + HOUR,
        planned_end=at + 2 * HOUR,
        conflict_reason="Qmreason",
        by=by,
        at=at,
    )
    order = orders.create(customer, service_request=service_request, by=by, at=at)
    OrderLineFactory(order=order)
    claim = ExpenseClaimFactory(claimant=world.engineer, submitted=True)
    ExpenseLineFactory(claim=claim, task=task, text=f"{sign}kline")
    goods = dispatch.take_in_goods(
        serial_no=f"{sign}zgoods{suffix}", customer=customer, place=f"{sign}yplace", by=by, at=at
    )
    world.hidden |= {
        f"goods{suffix}": Planted(goods, goods.number, goods.serial_no),
        f"request{suffix}": Planted(
            service_request, service_request.number, service_request.subject
        ),
        f"task{suffix}": Planted(task, task.number, task.title),
        f"order{suffix}": Planted(order, order.number, order.number),
        f"claim{suffix}": Planted(claim, claim.number, f"{sign}kline"),
    }


def internal_article(author: Employee) -> Planted:
    article = ArticleFactory(author=author, title="Qlarticle", published=True)
    return Planted(article, article.number, article.title)


# The routes of goods in the depot: their number is not a task's.
GOODS_ROUTES = (
    "dispatch:attach_to_repair",
    "dispatch:begin_repair",
    "dispatch:begin_test",
    "dispatch:close_repair",
    "dispatch:describe",
    "dispatch:diagnose",
    "dispatch:enter_results",
    "dispatch:finish_repair",
    "dispatch:identify",
    "dispatch:label",
    "dispatch:quote",
    "dispatch:receive",
    "dispatch:repair",
    "dispatch:repair_report",
    "dispatch:scrap",
    "dispatch:send_back",
    "dispatch:ship",
    "dispatch:start_timer",
    "dispatch:stop_timer",
    "dispatch:wait",
    "dispatch:add_repair_part",
)
# Which noun the arguments of a route name.
NOUNS = {
    "assets:code": "model",
    "assets:part_no": "part",
    "assets:serial_no": "asset",
    "contracts:number": "contract",
    "customers:code": "customer",
    "customers:contact": "contact",
    "dispatch:code": "customer",
    "dispatch:number": "task",
    "dispatch:expect": "request",
    **dict.fromkeys(GOODS_ROUTES, "goods"),
    "employees:employee_no": "employee",
    "expenses:asset_cost": "asset",
    "expenses:contract_cost": "contract",
    "expenses:customer_cost": "customer",
    "expenses:number": "claim",
    "expenses:request_cost": "request",
    "knowledge:code": "fault_code",
    "orders:number": "order",
    "orders:code": "place",
    "orders:part_no": "part",
    "service_requests:number": "request",
}
NUMBERS = ("serial_no", "part_no", "employee_no", "number", "code")


def page_of(route: Route, records: Mapping[str, Model]) -> str:
    """The route's address for one of `records`; nothing where it names a noun that is not there."""
    if not route.arguments:
        return reverse(route.name)
    by_arguments = f"{route.namespace}:{','.join(route.arguments)}"
    record = records.get(NOUNS.get(route.name) or NOUNS.get(by_arguments, ""))
    if record is None:
        return ""
    number = next(getattr(record, name) for name in NUMBERS if getattr(record, name, ""))
    return reverse(route.name, kwargs=dict.fromkeys(route.arguments, number))
