"""A visit as it is in real life: a fault on a machine, an engineer with the skill, a price plan."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from dispatch import actions
from orders.choices import WorkKind
from orders.models import LabourRate, PricePlan
from service_requests import actions as service_requests
from tests.factories.assets import AssetFactory, PartCostFactory, PartFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import PartUseFactory, TaskFactory
from tests.factories.employees import (
    CostRateFactory,
    EmployeeSkillFactory,
    WorkingCalendarFactory,
)
from tests.factories.knowledge import FaultCodeFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def price_plan(db):
    """120 per hour on site, 80 on the road, from 09:00 to 17:00; half hours are begun."""
    plan = PricePlan.objects.create(
        number="PL-0000", valid_from=date(2020, 1, 1), rounding_minutes=30, call_out_fee=Decimal(50)
    )
    for kind in WorkKind:
        per_hour = Decimal(80) if kind == WorkKind.TRAVEL else Decimal(120)
        LabourRate.objects.create(plan=plan, kind=kind, per_hour=per_hour)
    WorkingCalendarFactory()
    return plan


@pytest.fixture
def engineer(people):
    EmployeeSkillFactory(employee=people.field_engineer)
    CostRateFactory(employee=people.field_engineer, per_hour=Decimal("90.00"))
    return people.field_engineer


@pytest.fixture
def dispatcher(people):
    return people.service_manager


@pytest.fixture
def machine(people):
    """A machine under a contract: 15 min response, 2 h arrival, 24 h restore, around the clock."""
    customer = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.40000"))
    machine = AssetFactory(customer=customer)
    ContractLineFactory(contract=ServiceContractFactory(customer=customer))
    DefaultPromiseFactory(tier=customer.tier)
    return machine


@pytest.fixture
def fault(machine, dispatcher):
    """Logged at 08:00 by telephone, without a promise of a visit yet."""
    return service_requests.log(
        customer=machine.customer,
        asset=machine,
        subject="油泵漏油",
        description="停机后压力下降",
        caller_name="李娜",
        caller_phone="13800138000",
        fault_code=None,
        by=dispatcher,
        at=NINE - HOUR,
    )


@pytest.fixture
def part(db):
    part = PartFactory(part_no="GEN-025", list_price=Decimal("100.00"))
    PartCostFactory(part=part, cost=Decimal("60.00"))
    return part


@pytest.fixture
def fault_code(db):
    return FaultCodeFactory()


@pytest.fixture
def visit(fault, engineer, dispatcher):
    """Planned at 08:05 for 09:00 to 11:00, assigned."""
    return actions.plan(
        title="更换轴封",
        service_request=fault,
        engineer=engineer,
        planned_start=NINE,
        planned_end=NINE + 2 * HOUR,
        by=dispatcher,
        at=NINE - 55 * MINUTE,
    )


@pytest.fixture
def working(visit, engineer):
    """Accepted at 08:10, on the road from 08:30, there at 09:00, at work from 09:10."""
    for verb, minutes in (("accept", -50), ("travel", -30), ("arrive", 0), ("start", 10)):
        visit = getattr(actions, verb)(visit, by=engineer, at=NINE + minutes * MINUTE)
    return visit


@pytest.fixture
def sign_off(fault_code):
    """What a good visit ends with."""
    return actions.SignOff(
        result="更换轴封，试车一小时正常。",
        readings="压力 6.3 MPa",
        rating=5,
        signed_by="李娜",
        signature=DOT,
    )


@pytest.fixture
def todays_visit(machine, engineer, dispatcher, part, price_plan, fault_code):
    """Logged an hour ago; the part was used at this model before, so that it is offered."""
    at = now()
    earlier = TaskFactory(done=True, asset=machine, customer=machine.customer, assignee=engineer)
    PartUseFactory(task=earlier, part=part, used_on=(at - timedelta(days=30)).date())
    fault = service_requests.log(
        customer=machine.customer,
        asset=machine,
        subject="油泵漏油",
        caller_name="李娜",
        caller_phone="13800138000",
        by=dispatcher,
        at=at - timedelta(hours=1),
    )
    return actions.plan(
        title="更换轴封",
        service_request=fault,
        engineer=engineer,
        planned_start=at + timedelta(minutes=30),
        planned_end=at + timedelta(minutes=150),
        by=dispatcher,
        at=at - timedelta(minutes=30),
    )


@pytest.fixture
def quiet_end(live_server, context):
    """A tablet goes on telling by itself: it is switched off before its server's rows go."""
    yield
    context.close()
    live_server.thread.httpd.hang_up()
