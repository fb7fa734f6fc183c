"""Every figure of the dashboard against plain Python over the files of the sample (metrics.md)."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from contracts.models import ServiceContract
from customers.models import Purchase
from employees.choices import Role
from employees.models import Employee
from reports.actions import keep_facts
from reports.periods import Period, Preset, Scope
from reports.queries import clocks, costs, requests, surveys
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.counting import count_each
from reports.queries.declared.customers import matrix
from reports.queries.flow import flow
from reports.queries.requests import Asked
from service_requests.models import ServiceRequest
from tests.company import AT
from tests.reports.recomputing import Headlines, near, within

SHANGHAI = ZoneInfo("Asia/Shanghai")
BY = pytest.mark.parametrize("by_facts", [True, False], ids=["facts", "rows"])
PERIODS = [
    pytest.param("2025-01-01", "2025-07-01", id="half a year"),
    pytest.param("2026-10-01", "2026-10-31", id="the last month but its last day"),
    pytest.param("2019-01-01", "2020-01-01", id="a year before anything happened"),
]
EMPTY = "2019-01-01"


@pytest.fixture(scope="module")
def company(sample_company):
    keep_facts()
    return Headlines(set(ServiceRequest.objects.values_list("number", flat=True)))


@pytest.fixture
def ask(company, db):
    head = Employee.objects.filter(role=Role.DEPARTMENT_HEAD).first()

    def ask(first, after, **filters):
        period = Period(date.fromisoformat(first), date.fromisoformat(after), SHANGHAI)
        return Asked(Scope(period, Preset.CUSTOM, **filters), head, AT)

    return ask


@BY
@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_promises_kept_per_clock(ask, company, first, after, by_facts):
    asked = ask(first, after)

    found = {
        each.target.value: (each.kept.part, each.kept.base, each.cancelled)
        for each in clocks.promises_kept(asked, by_facts=by_facts)
    }

    assert found == company.promises(first, after)
    assert bool(found) == (first != EMPTY)


@BY
@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_intake_rings_and_throughput(ask, company, first, after, by_facts):
    found = flow(ask(first, after), by_facts=by_facts)

    median, ninetieth = company.throughput(first, after)
    assert found.intake == company.intake(first, after)
    assert list(found.rings.values()) == company.rings(first, after)
    assert near(found.throughput.median, median)
    assert near(found.throughput.ninetieth, ninetieth)


@BY
@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_satisfaction_nps_and_response_rate(ask, company, first, after, by_facts):
    asked = ask(first, after)
    counts = count_each(surveys.counted(asked, by_facts=by_facts))

    found = {
        each.dimension.code: (pytest.approx(each.mean), each.good.part, each.good.base)
        for each in surveys.dimension_scores(asked, by_facts=by_facts)
    }

    assert company.dimensions(first, after) == found
    points = surveys.nps(counts["promoters"], counts["detractors"], counts["recommending"])
    assert points == company.nps(first, after)
    assert (counts["answered of sent"], counts["sent"]) == company.response_rate(first, after)


@BY
@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_cost_to_serve_to_the_cent(ask, company, first, after, by_facts):
    found = costs.cost_to_serve(ask(first, after), by_facts=by_facts)

    expected = company.cost(first, after)
    assert (found.labour, found.hours, found.parts, found.expenses, found.outside) == expected
    assert found.total == sum(expected) - found.hours
    assert bool(found.total) == (first != EMPTY)


@BY
def test_the_filters_share_out_every_figure(ask, company, by_facts):
    """What the tiers, the kinds have is together what all have; an outlet has a part."""
    first, after = "2025-01-01", "2025-07-01"
    whole = ask(first, after)
    tiers = [ask(first, after, tier=tier) for tier in ("vip", "key", "small")]

    for figure in (
        lambda asked: flow(asked, by_facts=by_facts).intake,
        lambda asked: costs.cost_to_serve(asked, by_facts=by_facts).total,
    ):
        assert sum(map(figure, tiers)) == figure(whole)
    assert sum(clocks.clocks_of(each).count() for each in tiers) == clocks.clocks_of(whole).count()
    assert sum(surveys.sent(each).count() for each in tiers) == surveys.sent(whole).count()
    outlet = ask(first, after, outlet="SY")
    assert 0 < requests.intake(outlet).count() < requests.intake(whole).count()
    faults = ask(first, after, kind="fault")
    assert requests.intake(faults).count() == requests.intake(whole).filter(kind="fault").count()


@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_what_the_reports_say_in_their_headlines(ask, company, first, after):
    asked, plain = ask(first, after), company

    def total(slug):
        return computed(CATALOGUE[slug], asked).total.values

    times, fixes, rings = total("throughput"), total("first-time-fix"), total("rings")
    response, cost = total("satisfaction"), total("cost")
    assert times["backlog"] == plain.backlog(after)
    for event in ("response", "arrival", "restore"):
        column = {"response": "responded_at", "arrival": "arrived_at", "restore": "restored_at"}
        median, ninetieth = plain.spread(column[event], first, after)
        assert near(times[f"{event}_median"], median)
        assert near(times[f"{event}_ninetieth"], ninetieth)
    assert (fixes["fixed"], fixes["visited"]) == plain.first_time_fix(first, after)
    repeats = plain.repeats()
    opened = {r["request_no"] for r in within(plain.requests, "opened_at", first, after)}
    assert fixes["repeats"] == len(opened & repeats.keys())
    assert (rings["transferred"], rings["often"], rings["opened"]) == plain.transfers(first, after)
    assert (response["score_sum"], response["scores"], response["good"]) == (
        plain.scores(first, after)
    )
    promised = total("promises")
    for target, (kept, decided, _cancelled) in plain.promises(first, after).items():
        assert (promised[f"{target}_kept"], promised[f"{target}_decided"]) == (kept, decided)
    labour, _hours, parts, expenses, outside = plain.cost(first, after)
    assert (cost["labour"], cost["parts"]) == (labour, parts)
    assert (cost["expenses"], cost["outside"]) == (expenses, outside)
    assert cost["billed_parts"] == plain.billed_parts(first, after)
    contracts = set(ServiceContract.objects.values_list("number", flat=True))
    assert cost["contracts"] == plain.contract_value(first, after, contracts)
    assert cost["net"] == cost["revenue"] - sum((labour, parts, expenses, outside))
    found = {line.key: line.values["importance"] for line in matrix(asked)}
    assert {key: value for key, value in found.items() if value is not None} == {
        key: pytest.approx(value) for key, value in plain.importance(first, after).items()
    }
    documents = set(Purchase.objects.values_list("document_no", flat=True))
    bought = total("customers")
    assert (bought["purchases"], bought["bought"]) == plain.purchases(first, after, documents)
    if first == EMPTY:
        shares = (fixes["fixed_share"], rings["ring_1_share"], response["nps"], response["mean"])
        assert shares == (None,) * 4


@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_record_quality_is_what_the_files_say(ask, company, first, after):
    found = computed(CATALOGUE["records"], ask(first, after), "engineer").total.values
    records, events, in_time, called_for, filled = company.records(first, after)

    counted = [found[key] for key in ("judged", "events", "in_time", "called_for", "filled_fields")]
    assert [each or 0 for each in counted] == [records, events, in_time, called_for, filled]
    if first == EMPTY:
        assert (found["quality"], found["timeliness"], found["accuracy"]) == (None, None, None)
    else:
        parts = (in_time / events, filled / called_for, 1)
        score = 100 * sum(w * part for w, part in zip((0.4, 0.4, 0.2), parts, strict=True))
        assert found["quality"] == pytest.approx(score)


def test_the_lines_of_every_breakdown_are_counted_as_the_whole(ask, company):
    """The engineers' hours are together all hours; so are the tiers', the months', the models'."""
    asked = ask("2025-01-01", "2025-07-01")
    for by in ("engineer", "tier", "model", "time", "customer", "kind"):
        found = computed(CATALOGUE["workload"], asked, by, most=5000)
        hours = sum((line.values["hours"] for line in found.lines), Decimal(0))
        assert hours == found.total.values["hours"] > 0, by
