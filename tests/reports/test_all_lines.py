"""What a second independent computation found: missing lines, and bases that were too wide."""

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from assets.choices import AssetStatus
from customers.choices import Trend
from reports import papers
from reports.periods import scope_of
from reports.queries import facts
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import breakdown_of, computed, counted, opened_rows
from reports.queries.drawing_lots import drawn
from reports.queries.requests import Asked
from tests.company import SHANGHAI
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import (
    BusinessSignalFactory,
    CareTouchFactory,
    CustomerFactory,
    CustomerTrendFactory,
    PurchaseFactory,
)
from tests.factories.dispatch import NINE
from tests.factories.employees import AbsenceFactory, EmployeeFactory, WorkingCalendarFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = pytest.mark.django_db

AT = NINE + timedelta(days=30)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def ask(people):
    def ask(first=FIRST, last=LAST, at=AT, **filters):
        params = {"from": str(first), "to": str(last), **filters}
        scope = scope_of(params, today=at.astimezone(SHANGHAI).date(), zone=SHANGHAI)
        return Asked(scope, people.department_head, at)

    return ask


def lines_of(slug, asked, figure, **more):
    answer = computed(CATALOGUE[slug], asked, "customer", **more)
    return {line.key: line.values[figure] for line in answer.lines}, answer


def test_who_is_lost_is_a_line_though_nothing_was_bought(ask):
    buyer = PurchaseFactory(bought_on=FIRST).customer
    lost = CustomerTrendFactory(month=FIRST, trend=Trend.LOST).customer

    found, answer = lines_of("customers", ask(), "lost")

    assert found == {buyer.code: 0, lost.code: 1}
    assert answer.total.values["lost"] == 1
    assert [line.key for line in answer.lines] == [buyer.code, lost.code]


def test_care_is_planned_for_customers_without_maintenance_too(ask):
    touch = CareTouchFactory(due_on=FIRST)

    found, _answer = lines_of("planned", ask(), "care_owed")

    assert found == {touch.customer.code: 1}


def test_customers_are_ranked_by_revenue_that_contracts_and_signals_bring(ask, people):
    contract = ServiceContractFactory(
        starts_on=FIRST, ends_on=LAST, value=Decimal(900), customer=CustomerFactory()
    )
    won = BusinessSignalFactory(
        status="won", taken_by=people.sales, amount=Decimal(1000),
        raised_at=AT - timedelta(days=90), remind_at=None,
        settled_at=datetime(2026, 3, 2, tzinfo=SHANGHAI), customer=CustomerFactory(),
    )  # fmt: skip

    asked = ask()
    found, answer = lines_of("revenue", asked, "revenue")
    largest, cut = lines_of("revenue", asked, "revenue", most=1)

    assert found == {won.customer.code: 1000, contract.customer.code: 900}
    assert list(largest) == [won.customer.code]
    assert (answer.is_cut, cut.is_cut) == (False, True)
    assert lines_of("signals", asked, "amount")[0] == {won.customer.code: 1000}


def test_what_waits_for_a_decision_is_a_line_of_expenses(ask):
    line = ExpenseLineFactory(
        claim=ExpenseClaimFactory(status="submitted", submitted_at=AT), spent_on=FIRST,
        customer=CustomerFactory(), amount=Decimal(7),
    )  # fmt: skip

    assert lines_of("expenses", ask(), "submitted")[0] == {line.customer.code: 7}


def test_contracts_bear_the_cost_of_work_under_contracts_only(ask):
    contract = ServiceContractFactory(starts_on=FIRST, ends_on=LAST, value=Decimal(1000))
    asked = ask()
    for of, cost in ((contract, 100), (None, 40)):
        request = ServiceRequestFactory(customer=contract.customer, contract=of)
        for category in ("transport", "outside_service"):
            ExpenseLineFactory(
                claim__approved=True, amount=Decimal(cost), spent_on=FIRST, category=category,
                service_request=request, customer=request.customer,
            )  # fmt: skip
    report = CATALOGUE["contracts"]
    by_rows = tuple(each for each in report.measures if not each.needs_facts)

    by = breakdown_of(report, "customer")
    answers = [
        computed(report, asked, "customer"),
        counted(report, asked, by, report.measures, by_rows, 50),
    ]

    assert facts.are_current()
    for answer in answers:
        assert [line.key for line in answer.lines] == [contract.customer.code]
        for values in (answer.total.values, answer.lines[0].values):
            assert (values["cost"], values["result"]) == (200, 800)
    assert opened_rows(report.measure("expenses"), asked, "", "").count() == 1
    assert computed(CATALOGUE["cost"], asked).total.values["cost"] == 280


def test_nobody_is_available_before_joining_or_twice_away(ask, people):
    calendar = WorkingCalendarFactory(code="mon-fri", country="")
    people.field_engineer.outlet.__class__.objects.update(calendar=calendar)
    new = EmployeeFactory(
        role="field_engineer", outlet=people.field_engineer.outlet, joined_on=date(2026, 3, 3),
        left_on=date(2026, 3, 6),
    )  # fmt: skip
    for begins, ends in ((9, 13), (11, 15)):
        AbsenceFactory(
            employee=new,
            starts_at=datetime(2026, 3, 3, begins, tzinfo=SHANGHAI),
            ends_at=datetime(2026, 3, 3, ends, tzinfo=SHANGHAI),
        )
    at = datetime(2026, 3, 10, tzinfo=SHANGHAI)

    answer = computed(CATALOGUE["workload"], ask(at=at), "engineer")

    hours = {line.key: line.values["available"] for line in answer.lines}
    assert hours[new.employee_no] == 3 * 8 - 6
    assert hours[people.field_engineer.employee_no] == 6 * 8


def test_a_device_is_in_service_from_its_delivery_where_nobody_knows_more(ask):
    AssetFactory(installed_on=None, delivered_on=date(2026, 3, 22))
    AssetFactory(installed_on=None, delivered_on=None)
    AssetFactory(
        installed_on=date(2026, 1, 1), delivered_on=date(2025, 12, 1), status=AssetStatus.RETIRED
    )

    total = computed(CATALOGUE["faults"], ask(at=AT + timedelta(days=365))).total.values

    assert total["service_days"] == 10


@pytest.mark.parametrize(("delivered", "cost"), [(FIRST, 5), (LAST, 0)])
def test_no_warranty_begins_before_the_delivery(ask, delivered, cost):
    device = AssetFactory(installed_on=None, delivered_on=delivered, warranty_months=12)
    ExpenseLineFactory(
        claim__approved=True, amount=Decimal(5), spent_on=FIRST,
        service_request=ServiceRequestFactory(asset=device, customer=device.customer),
        customer=device.customer,
    )  # fmt: skip

    assert computed(CATALOGUE["cost"], ask()).total.values["warranty"] == cost


def test_what_is_opened_later_is_not_open_yet(ask):
    ServiceRequestFactory(opened_at=AT)
    ServiceRequestFactory(opened_at=AT + timedelta(seconds=1))

    assert computed(CATALOGUE["today"], ask()).total.values["open"] == 1


def test_nobody_visits_a_customer_that_was_joined_to_another(people):
    kept = CustomerTrendFactory(month=FIRST, trend=Trend.LOST).customer
    CustomerTrendFactory(month=FIRST, trend=Trend.LOST, customer=CustomerFactory(merged_into=kept))

    found = drawn(FIRST, 5, people.department_head)

    assert [each.customer for each in found] == [kept.pk]


def test_files_say_which_figures_a_filter_leaves_out(ask, logged_in):
    ServiceContractFactory(starts_on=FIRST, ends_on=LAST)
    said = "Left out, for they cannot be filtered by Model: Contracts, Won from signals"
    plain, asked = ask(), ask(model="X1")
    answers = [computed(CATALOGUE["revenue"], each) for each in (plain, asked)]

    for answer, question, count in zip(answers, (plain, asked), (0, 1), strict=True):
        rows = list(csv.reader(StringIO(papers.as_csv(answer, question).decode("utf-8-sig"))))
        book = load_workbook(BytesIO(papers.as_xlsx(answer, question)))
        told = [
            rows[1],
            [cell.value for cell in book["About"]["B"]],
            papers.document(answer, question)["sections"][0]["text"],
        ]
        assert [sum(str(each).startswith(said) for each in words) for words in told] == [count] * 3
        assert len(rows) == 1 + count + len(answer.lines) + 1
    params = {"from": FIRST, "to": LAST, "model": "X1"}
    file = logged_in("department_head").get("/reports/all/revenue/csv/", params)
    assert said in file.content.decode()
