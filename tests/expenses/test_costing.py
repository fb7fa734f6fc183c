"""Cost to serve: each part by its definition, and every view the same sum."""

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add

import pytest

from contracts.choices import Cover
from dispatch.choices import TimeKind
from expenses.choices import Category, Share
from expenses.queries import Cost, Period, cost_by, cost_of, rows_of
from orders.choices import Status as OrderStatus
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import PartUseFactory, TaskFactory, TimeEntryFactory
from tests.factories.employees import CostRateFactory, EmployeeFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import ServiceRequestFactory

TODAY = date(2026, 3, 3)


@pytest.fixture
def engineer(db):
    """An hour costs 90.10, from 4 March 2026 on 100.00."""
    engineer = EmployeeFactory()
    CostRateFactory(employee=engineer, valid_from=date(2020, 1, 1), per_hour=Decimal("90.10"))
    CostRateFactory(employee=engineer, valid_from=date(2026, 3, 4), per_hour=Decimal("100.00"))
    return engineer


@pytest.fixture
def served(engineer):
    """A request on a component of a device under contract, with a visit."""
    customer = CustomerFactory()
    device = AssetFactory(customer=customer)
    service_request = ServiceRequestFactory(
        customer=customer,
        asset=AssetFactory(component=True, parent=device),
        contract=ServiceContractFactory(customer=customer),
        cover=Cover.CONTRACT,
    )
    visit_of(service_request, engineer)
    return service_request


def visit_of(service_request, engineer, **task):
    task = TaskFactory(
        done=True,
        assignee=engineer,
        service_request=service_request,
        customer=service_request.customer,
        **task,
    )
    TimeEntryFactory(task=task, hours=Decimal("1.05"), worked_on=TODAY)
    TimeEntryFactory(task=task, kind=TimeKind.TRAVEL, hours=Decimal("0.50"), worked_on=TODAY)
    order = OrderFactory(service_request=service_request, delivered=True)
    OrderLineFactory(order=order, cost=Decimal("70.55"))
    OrderLineFactory(order=order, cost=Decimal("12.00"), warranty=True)
    OrderLineFactory(order=order, work=True, cost=Decimal("999.00"))
    claim = ExpenseClaimFactory(approved=True)
    ExpenseLineFactory(claim=claim, task=task, amount=Decimal("86.50"))
    ExpenseLineFactory(
        claim=claim, task=task, amount=Decimal(300), category=Category.OUTSIDE_SERVICE
    )
    return task


# 1.05 × 90.10 = 94.605, half up to 94.61; 0.5 × 90.10 = 45.05
VISIT = Cost(
    labour=Decimal("139.66"),
    parts=Decimal("82.55"),
    expenses=Decimal("86.50"),
    outside=Decimal("300.00"),
    billed=Decimal("240.00"),
)


def test_the_parts_of_a_visit(served):
    cost = cost_of(served)

    assert cost == VISIT
    assert (cost.total, cost.result) == (Decimal("608.71"), Decimal("-368.71"))


def test_every_view_of_one_request_is_the_same(served):
    device = served.asset.root

    for subject in (served.customer, served.contract, served.asset, device):
        assert cost_of(subject) == VISIT


def test_a_device_counts_what_is_in_it_and_a_component_does_not_count_its_device(served, engineer):
    device = served.asset.root
    other = ServiceRequestFactory(customer=served.customer, asset=device)
    visit_of(other, engineer)

    assert cost_of(device) == VISIT + VISIT
    assert cost_of(served.asset) == VISIT


def test_what_has_no_request_counts_by_what_it_names(engineer):
    asset = AssetFactory()
    task = TaskFactory(done=True, assignee=engineer, customer=asset.customer, asset=asset)
    TimeEntryFactory(task=task, hours=1, worked_on=TODAY)
    OrderLineFactory(order=OrderFactory(customer=asset.customer, asset=asset), cost=Decimal(5))
    ExpenseLineFactory(claim=ExpenseClaimFactory(paid=True), task=task, amount=Decimal(7))

    expected = Cost(labour=Decimal("90.10"), parts=Decimal(5), expenses=Decimal(7))
    assert cost_of(asset) == cost_of(asset.customer) == expected
    assert cost_of(asset.customer).billed == 0  # a draft bills nobody


def test_a_changed_request_takes_its_cost_along(served):
    """The contract that was applied later, not the one that the task was planned with."""
    former, later = served.contract, ServiceContractFactory(customer=served.customer)
    served.contract = later
    served.save()

    assert cost_of(later) == VISIT
    assert cost_of(former) == Cost()


@pytest.mark.parametrize(("on", "rate"), [(TODAY, "90.10"), (date(2026, 3, 4), "100.00")])
def test_labour_costs_what_an_hour_cost_on_its_day(engineer, on, rate):
    task = TaskFactory(done=True, assignee=engineer)
    TimeEntryFactory(task=task, hours=1, worked_on=on)

    assert cost_of(task.customer).labour == Decimal(rate)


def test_an_hour_without_a_rate_costs_nothing_yet(db):
    entry = TimeEntryFactory()

    assert cost_of(entry.task.customer).labour == 0


def test_each_entry_is_rounded_half_up_on_its_own(engineer):
    """Two times 0.05 h × 90.10 = 4.505 are 9.02, not 9.01."""
    task = TaskFactory(done=True, assignee=engineer)
    TimeEntryFactory.create_batch(2, task=task, hours=Decimal("0.05"), worked_on=TODAY)

    assert cost_of(task.customer).labour == Decimal("9.02")


@pytest.mark.parametrize(
    ("traits", "is_cost"),
    [
        ({}, False),
        ({"submitted": True}, False),
        ({"approved": True}, True),
        ({"rejected": True}, False),
        ({"paid": True}, True),
    ],
    ids=["draft", "submitted", "approved", "rejected", "paid"],
)
def test_only_approved_and_paid_outlays_are_cost(db, traits, is_cost):
    customer = CustomerFactory()
    ExpenseLineFactory(
        claim=ExpenseClaimFactory(**traits), customer=customer, amount=Decimal("12.34")
    )

    assert cost_of(customer).expenses == (Decimal("12.34") if is_cost else 0)


def test_foreign_outlays_count_by_their_rate(db):
    claim = ExpenseClaimFactory(approved=True, currency="USD", rate=Decimal("7.123456"))
    line = ExpenseLineFactory(claim=claim, customer=CustomerFactory(), amount=Decimal("10.01"))

    assert cost_of(line.customer).expenses == Decimal("71.31")


@pytest.mark.parametrize(
    ("status", "billed", "cost"),
    [
        (OrderStatus.DRAFT, 0, 70),
        (OrderStatus.IN_APPROVAL, 0, 70),
        (OrderStatus.APPROVED, 120, 70),
        (OrderStatus.PAID, 120, 70),
        (OrderStatus.CANCELLED, 0, 0),
    ],
)
def test_parts_cost_at_once_and_bill_when_approved(db, status, billed, cost):
    traits = {} if status == OrderStatus.DRAFT else {status.value: True}
    line = OrderLineFactory(order=OrderFactory(**traits))

    found = cost_of(line.order.customer)

    assert (found.billed, found.parts) == (billed, cost)


def test_a_part_that_went_in_costs_even_when_its_order_was_cancelled(db):
    line = OrderLineFactory(order=OrderFactory(cancelled=True))
    PartUseFactory(order_line=line)

    assert cost_of(line.order.customer).parts == Decimal(70)


@pytest.mark.parametrize(
    ("period", "is_in"),
    [
        (Period(TODAY, date(2026, 3, 4)), True),
        (Period(date(2026, 3, 4), None), False),
        (Period(None, TODAY), False),
        (Period(TODAY, None), True),
        (Period(), True),
    ],
)
def test_a_period_is_half_open_and_by_the_day_of_the_work(served, period, is_in):
    assert cost_of(served.customer, period) == (VISIT if is_in else Cost())


@pytest.mark.parametrize("share", Share)
def test_each_number_opens_the_rows_that_it_counts(served, share):
    for subject in (served, served.customer, served.asset, served.contract):
        cents = sum(row.cents for row in rows_of(share, subject))
        assert Decimal(cents) / 100 == getattr(VISIT, share)


def test_all_views_add_up_to_the_same(served, engineer):
    for _ in range(3):
        visit_of(ServiceRequestFactory(customer=served.customer), engineer)
        visit_of(ServiceRequestFactory(on_asset=True), engineer)
    free = TaskFactory(done=True, assignee=engineer)
    TimeEntryFactory(task=free, hours=Decimal("0.33"), worked_on=TODAY)
    OrderLineFactory(order=OrderFactory(delivered=True))
    ExpenseLineFactory(claim=ExpenseClaimFactory(paid=True), amount=Decimal("4.44"))

    totals = {
        group: reduce(add, cost_by(group).values())
        for group in ("request", "asset", "contract", "customer")
    }

    assert len(set(totals.values())) == 1
    customers = cost_by("customer")
    assert customers[served.customer.pk] == cost_of(served.customer)
    assert customers[None] == Cost(expenses=Decimal("4.44"))
    requests = cost_by("request")
    assert requests[served.pk] == VISIT
    outside = requests[None]
    in_requests = reduce(add, (cost for key, cost in requests.items() if key))
    assert in_requests + outside == reduce(add, customers.values())


def test_another_group_is_refused(db):
    with pytest.raises(KeyError):
        cost_by("employee")


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_visit_and_three(
    served, engineer, count, django_assert_num_queries
):
    for _ in range(count - 1):
        visit_of(served, engineer)

    with django_assert_num_queries(1):
        cost_of(served)
    with django_assert_num_queries(1):
        cost_of(served.customer)
    with django_assert_num_queries(4):
        cost_by("customer")
