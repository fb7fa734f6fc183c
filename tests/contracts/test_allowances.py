"""Allowances: years, the account that never goes below zero, and who takes of it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts import actions, queries
from contracts.allowances import fitting, year_of
from contracts.choices import AllowanceKind, Service
from contracts.entitlement import beyond
from contracts.models import AllowanceUse
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions as dispatch
from service_requests import actions as service_requests
from tests.contracts.test_entitlement import contract as facts
from tests.contracts.test_entitlement import judge
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)

AT = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
ON = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "on", "first", "last"),
    [
        pytest.param("2026-03-01", "2028-02-29", "2027-02-28", "2026-03-01", "2027-02-28", id="1"),
        pytest.param("2026-03-01", "2028-02-29", "2027-03-01", "2027-03-01", "2028-02-29", id="2"),
        pytest.param("2024-02-29", "2026-02-27", "2025-02-27", "2024-02-29", "2025-02-27", id="l"),
        pytest.param("2024-02-29", "2026-02-27", "2025-02-28", "2025-02-28", "2026-02-27", id="m"),
        pytest.param("2026-03-01", "2026-06-30", "2026-09-01", "2026-03-01", "2026-06-30", id="e"),
        pytest.param("2026-03-01", "2026-06-30", "2026-01-01", "2026-03-01", "2026-06-30", id="b"),
    ],
)
def test_a_contract_year_begins_on_its_day(starts_on, ends_on, on, first, last):
    year = year_of(*map(date.fromisoformat, (starts_on, ends_on, on)))

    assert [day.isoformat() for day in year] == [first, last]


@given(st.integers(0, 9), st.lists(st.integers(1, 4), max_size=9))
def test_what_fits_never_goes_below_zero(amount, wanted):
    counted = []
    for each in wanted:
        counted.append(fitting(Decimal(amount), counted, Decimal(each)))

    assert sum(counted) == min(amount, sum(wanted))
    assert all(each >= 0 for each in counted)


def take(contract, source, quantity=1, kind=AllowanceKind.VISITS, by=None):
    return actions.take(
        contract, kind, source=source, source_url=f"/{source}/", quantity=quantity,
        on=ON, by=by, at=AT,
    )  # fmt: skip


def account(contract):
    (found,) = queries.accounts_of(contract, ON)
    return found.left, found.counted, found.beyond, found.waiting


@pytest.fixture
def contract(db):
    return ServiceContractFactory(visits_per_year=2)


def test_a_source_takes_once_and_what_is_not_counted_is_not_taken(contract):
    first = take(contract, "TK1")

    assert take(contract, "TK1") == first
    assert take(contract, "TK1", kind=AllowanceKind.HOURS) is None
    assert take(None, "TK2") is None
    assert account(contract) == (1, 1, 0, 0)


def test_more_than_there_is_waits_for_the_head(contract, people):
    for source in ("TK1", "TK2", "TK3"):
        use = take(contract, source)

    assert (use.counted, use.is_waiting) == (0, True)
    assert account(contract) == (0, 2, 0, 1)
    assert Activity.objects.filter(verb="contracts.beyond_allowance").count() == 1

    actions.approve_beyond(use, reason="大客户", by=people.department_head, at=AT)
    assert account(contract) == (0, 2, 1, 0)
    with pytest.raises(DomainError):
        actions.refuse_beyond(use, reason="x", by=people.department_head, at=AT)


def test_what_is_given_back_goes_to_what_waits(contract):
    for source in ("TK1", "TK2", "TK3"):
        take(contract, source)

    assert actions.give_back("TK1", by=None, at=AT) == 1
    assert actions.give_back("TK1", by=None, at=AT) == 0
    assert account(contract) == (0, 2, 0, 0)

    actions.give_back("TK2", by=None, at=AT)
    assert account(contract) == (1, 1, 0, 0)
    assert take(contract, "TK1").counted == 1


def test_hours_are_counted_in_parts(db):
    contract = ServiceContractFactory(hours_per_year=Decimal("2.5"))

    use = take(contract, "TK1", Decimal("4.00"), AllowanceKind.HOURS)

    assert (use.counted, use.beyond) == (Decimal("2.50"), Decimal("1.50"))


def test_a_visit_beyond_the_allowance_is_charged_and_what_was_charged_stays():
    judged = beyond(judge(facts(includes=tuple(Service), charged=())))

    assert set(judged.charged) == {Service.ONSITE_DISPATCH, Service.LABOUR, Service.TRAVEL}
    assert set(judged.free) == {Service.REMOTE, Service.PARTS, Service.INSPECTION}


@pytest.fixture
def covered(people):
    """A request under a contract with two visits and one case a year."""
    contract = ServiceContractFactory(visits_per_year=2, cases_per_year=1)
    asset = AssetFactory(customer=contract.customer)
    ContractLineFactory(contract=contract)
    DefaultPromiseFactory(tier=contract.customer.tier)
    return service_requests.log(
        customer=contract.customer, asset=asset, subject="漏油", by=people.service_manager, at=AT
    )


def test_a_visit_takes_when_it_is_planned_and_gives_back_when_it_is_cancelled(covered, people):
    by = people.service_manager
    task = dispatch.plan(title="上门", service_request=covered, by=by, at=AT)
    visits = covered.contract.allowance_uses.standing().filter(kind=AllowanceKind.VISITS)
    assert [use.source for use in visits] == [task.number]

    dispatch.cancel(task, reason="客户取消", by=by, at=AT)
    assert not visits.all()


def test_a_request_counts_as_a_case_until_it_is_cancelled(covered, people):
    cases = covered.contract.allowance_uses.standing().filter(kind=AllowanceKind.CASES)
    assert [use.source for use in cases] == [covered.number]

    service_requests.cancel(covered, reason="误报", by=people.service_manager, at=AT)
    assert not cases.all()


def test_the_entitlement_says_what_is_left(covered):
    judged = queries.entitlement_for(covered.customer, covered.asset, ON, covered.customer.tier)

    assert [tuple(left) for left in judged.left] == [("visits", "2", "2"), ("cases", "0", "1")]


def test_work_of_a_visit_nobody_approved_is_charged(covered, people):
    terms = queries.entitlement_for(covered.customer, covered.asset, ON, covered.customer.tier)
    tasks = [
        dispatch.plan(title="上门", service_request=covered, by=people.service_manager, at=AT)
        for _ in range(3)
    ]
    within, over = f"task:{tasks[1].number}:labour", f"task:{tasks[2].number}:labour"

    assert queries.within_allowance(terms, within) == terms
    assert Service.LABOUR in queries.within_allowance(terms, over).charged

    use = AllowanceUse.objects.get(source=tasks[2].number)
    actions.approve_beyond(use, reason="善意", by=people.department_head, at=AT)
    assert queries.within_allowance(terms, over) == terms


def test_a_contract_without_allowances_costs_no_query(db, django_assert_num_queries):
    contract = ServiceContractFactory()

    with django_assert_num_queries(0):
        assert queries.accounts_of(contract, ON) == []


def test_where_a_visit_is_beyond_the_head_decides_on_its_page(covered, people, client):
    contract = covered.contract
    tasks = [
        dispatch.plan(title="上门", service_request=covered, by=people.service_manager, at=AT)
        for _ in range(3)
    ]
    use = AllowanceUse.objects.get(source=tasks[2].number)
    address = reverse("contracts:approve_beyond", args=[contract.number, use.pk])
    shown = []
    for person in (people.service_manager, people.department_head):
        client.force_login(person)
        page = client.get(tasks[2].get_absolute_url()).content.decode()
        shown.append(("Waits for a decision" in page, address in page))
    assert shown == [(True, False), (True, True)]

    assert client.post(address, {"reason": "善意"}).status_code == 302
    page = client.get(tasks[2].get_absolute_url()).content.decode()
    assert "善意" in page
    assert address not in page
