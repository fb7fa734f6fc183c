"""A company that sells work by the hour: a plan, an engineer with a cost rate, a request."""

from datetime import date
from decimal import Decimal

import pytest

from employees.models import Authority
from tests.factories.assets import PartCostFactory, PartFactory
from tests.factories.employees import CostRateFactory
from tests.factories.orders import PricePlanFactory
from tests.factories.service_requests import ServiceRequestFactory


@pytest.fixture
def price_plan(db):
    return PricePlanFactory()


@pytest.fixture
def engineer(people):
    """An hour costs 90.00, from 4 March 2026 on 100.00."""
    engineer = people.field_engineer
    CostRateFactory(employee=engineer, valid_from=date(2020, 1, 1), per_hour=Decimal("90.00"))
    CostRateFactory(employee=engineer, valid_from=date(2026, 3, 4), per_hour=Decimal("100.00"))
    return engineer


@pytest.fixture
def part(db):
    """Sold for 120.00; costs 70.00, from 4 March 2026 on 75.55."""
    part = PartFactory(part_no="GEN-025", list_price=Decimal("120.00"))
    PartCostFactory(part=part, cost=Decimal("70.00"))
    PartCostFactory(part=part, cost=Decimal("75.55"), valid_from=date(2026, 3, 4))
    return part


@pytest.fixture
def service_request(people, price_plan):
    return ServiceRequestFactory(owner=people.service_manager)


@pytest.fixture
def authority(db):
    """A service manager: 10 % discount, 2,000.00 goodwill in 30 days; the head 30 %, 20,000.00."""
    for role, discount, goodwill in (
        ("service_manager", "0.10", "2000.00"),
        ("department_head", "0.30", "20000.00"),
    ):
        Authority.objects.create(role=role, kind="discount", limit=Decimal(discount))
        Authority.objects.create(role=role, kind="goodwill", limit=Decimal(goodwill))
