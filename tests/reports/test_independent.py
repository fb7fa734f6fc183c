"""What an independent computation found: rows that last, that join twice, that are two things."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import ExchangeRate
from reports.periods import scope_of
from reports.queries import facts
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import breakdown_of, computed, counted, opened_rows
from reports.queries.requests import Asked
from tests.company import SHANGHAI
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import CustomerFactory, TierFactory
from tests.factories.dispatch import NINE, TaskFactory
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
AT = NINE + 30 * DAY


@pytest.fixture
def ask(people):
    def ask(first, last, **filters):
        params = {"from": first, "to": last, **filters}
        return Asked(scope_of(params, today=AT.date(), zone=SHANGHAI), people.department_head, AT)

    return ask


def by_rows(report, asked, by):
    counts = tuple(each for each in report.measures if not each.needs_facts)
    return counted(report, asked, breakdown_of(report, by), report.measures, counts, 50)


@pytest.mark.parametrize("slug", ["revenue", "cost"])
def test_the_value_of_a_contract_is_shared_out_over_time(ask, slug):
    whole = ServiceContractFactory(value=Decimal(3650))
    short = ServiceContractFactory(
        starts_on=date(2026, 1, 31), ends_on=date(2026, 2, 1), value=Decimal(2)
    )
    asked = ask("2026-01-01", "2026-12-31")

    answer = computed(CATALOGUE[slug], asked, "time")

    worth = {line.key[:7]: line.values["contracts"] for line in answer.lines}
    assert [worth["2026-01"], worth["2026-02"], worth["2026-03"]] == [311, 281, 310]
    assert sum(worth.values()) == answer.total.values["contracts"] == 3652
    assert all(line.values["revenue"] == worth[line.key[:7]] for line in answer.lines)
    assert {line.before["contracts"] for line in answer.lines} == {0}
    measure = CATALOGUE[slug].measure("contracts")
    opened = [set(opened_rows(measure, asked, "time", day)) for day in ("2026-02-01", "2026-03-01")]
    assert opened == [{whole, short}, {whole}]


def test_a_line_over_time_is_what_its_days_alone_are(ask):
    ServiceContractFactory(value=Decimal("1000.01"), terminated_on=date(2026, 2, 11))
    revenue = CATALOGUE["revenue"]

    for line in computed(revenue, ask("2026-01-30", "2026-02-12"), "time").lines:
        alone = computed(revenue, ask(line.key, line.key)).total
        assert line.values == alone.values
        assert (line.values["contracts"] > 0) == (line.key < "2026-02-11")


def test_a_contract_is_worth_what_its_currency_was_on_its_first_day(ask):
    ServiceContractFactory(value=Decimal(365), currency="USD")
    asked = ask("2026-03-01", "2026-03-31")

    def value():
        return computed(CATALOGUE["revenue"], asked).total.values["contracts"]

    assert value() == 0
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 2), rate=8)
    assert value() == 0
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 1), rate=7)
    assert value() == 217


def test_however_many_contracts_ask_for_a_rate_all_rates_are_read_once(ask):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            computed(CATALOGUE["revenue"], ask("2026-03-01", "2026-03-31"), "time")
        return [each["sql"] for each in captured if "exchangerate" in each["sql"]]

    ServiceContractFactory(currency="USD")
    one = len(statements())
    ServiceContractFactory(currency="USD")
    ServiceContractFactory(currency="EUR")

    assert len(statements()) == one > 0


@pytest.mark.parametrize("repeats", [0, 1, 2])
def test_a_request_that_was_repeated_twice_is_counted_once(ask, repeats):
    earlier = ServiceRequestFactory(closed=True, on_asset=True, opened_at=NINE)
    TaskFactory(done=True, service_request=earlier, customer=earlier.customer)
    for day in range(repeats):
        ServiceRequestFactory(
            asset=earlier.asset, customer=earlier.customer, repeat_of=earlier,
            opened_at=NINE + (2 + day) * DAY,
        )  # fmt: skip
    day = NINE.astimezone(SHANGHAI).date().isoformat()
    report, asked = CATALOGUE["first-time-fix"], ask(day, day)

    answers = [by_rows(report, asked, "engineer"), computed(report, asked, "engineer")]

    assert facts.are_current()
    for answer in answers:
        assert answer.total.values["visited"] == 1
        assert answer.total.values["fixed"] == (repeats == 0)
        assert [line.values["visited"] for line in answer.lines] == [1]
        fixed = opened_rows(report.measure("fixed"), asked, "", "")
        assert fixed.count() == answer.total.values["fixed"]


def test_tasks_stand_at_the_tier_of_their_request(ask):
    vip, small = TierFactory(vip=True), TierFactory()
    customer = CustomerFactory(tier=vip)
    request = ServiceRequestFactory(customer=customer, tier=small, opened_at=NINE)
    TaskFactory(done=True, customer=customer, service_request=request)
    TaskFactory(done=True, customer=customer)
    day = NINE.astimezone(SHANGHAI).date().isoformat()
    report = CATALOGUE["workload"]

    found = {
        line.key: (line.values["opened"], line.values["tasks"])
        for line in computed(report, ask(day, day), "tier").lines
    }

    assert found == {small.code: (1, 1), vip.code: (0, 1)}
    for tier in (small, vip):
        assert computed(report, ask(day, day, tier=tier.code)).total.values["tasks"] == 1


@pytest.mark.parametrize(
    ("slug", "filters", "known"),
    [
        ("cost", {"region": "辽宁省"}, {"contracts", "won", "equipment"}),
        ("cost", {"kind": "fault"}, set()),
        ("cost", {"model": "X1"}, set()),
        ("revenue", {"region": "辽宁省"}, {"contracts", "won", "offers"}),
        ("revenue", {"kind": "fault"}, {"offers"}),
        ("revenue", {"model": "X1"}, set()),
        ("workload", {"engineer": "E1"}, {"available"}),
        ("workload", {"tier": "small"}, set()),
        ("expenses", {"outlet": "N"}, {"budget"}),
        ("expenses", {"customer": "C1"}, set()),
        ("knowledge", {"engineer": "E1"}, {"published"}),
        ("knowledge", {"channel": "phone"}, set()),
        ("faults", {"model": "X1"}, {"parts", "service_days"}),
        ("faults", {"severity": "critical"}, {"service_days"}),
    ],
)
def test_what_a_filter_cannot_tell_apart_is_no_figure(ask, logged_in, slug, filters, known):
    ServiceContractFactory(value=Decimal(3650))
    report, asked = CATALOGUE[slug], ask("2026-01-01", "2026-01-31", **filters)
    doubtful = {
        "contracts", "won", "equipment", "offers", "available", "budget", "published", "parts",
        "service_days",
    } - ({"parts"} if slug == "cost" else set())  # fmt: skip

    answer = computed(report, asked)

    total = answer.total.values
    assert {key for key in doubtful if total.get(key) is not None} == known
    for key in doubtful - known:
        if measure := report.measure(key):
            assert not opened_rows(measure, asked, "", "").exists()
    params = {"from": "2026-01-01", "to": "2026-01-31", **filters}
    for url in (
        reverse("reports:report", args=[slug]),
        reverse("reports:export", args=[slug, "csv"]),
    ):
        assert logged_in("department_head").get(url, params).status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [("tier=vip", None), ("model=X1", "filtered by Model: Contracts, Won from signals")],
)
def test_the_page_says_which_figures_a_filter_leaves_out(client, people, query, said):
    client.force_login(people.department_head)

    page = client.get(f"/reports/all/revenue/?{query}").content.decode()

    assert ("Left out" in page) == (said is not None)
    assert said is None or said in page
