"""Facts say what the rows say that they are derived from, whoever changed these and however."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from crmservice.worktime import TimeSpan, WorkCalendar
from customers.models import Customer
from dispatch.models import PartUse, Task, TimeEntry
from employees.models import CostRate
from employees.queries import calendar_of_version
from expenses.models import ExpenseClaim, ExpenseLine
from orders.models import Order, OrderLine
from reports import actions, schema
from reports.choices import Work
from reports.models import (
    FactBlock,
    FactColumn,
    RequestFact,
    ScoreFact,
    StaleFact,
    SurveyFact,
    WorkFact,
)
from reports.queries import clocks, costs, facts, surveys
from reports.queries.catalogue import CATALOGUE
from reports.queries.columns import layouts
from reports.queries.columns.packing import packed
from reports.queries.computing import computed
from reports.queries.counting import count_each
from reports.queries.flow import flow
from reports.queries.requests import Asked
from service_requests.models import ServiceRequest, SlaTimer, Survey, SurveyScore
from tests.factories.assets import AssetModelFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import NINE
from tests.factories.employees import CostRateFactory, EmployeeFactory, OutletFactory
from tests.factories.service_requests import (
    ServiceRequestFactory,
    SlaTimerFactory,
    SurveyDimensionFactory,
)
from tests.reports.both_ways import AT, WITH_FACTS, by_rows, lines_of

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


PERIODS = [
    pytest.param({"first": "2026-03-01", "after": "2026-04-01"}, id="a month"),
    pytest.param(
        {"first": "2026-03-01", "after": "2026-04-01", "zone": BERLIN}, id="clocks change"
    ),
    pytest.param({"first": "2025-04-03", "after": "2026-04-03", "kind": "fault"}, id="a year"),
    pytest.param({"first": "2026-03-03", "after": "2026-03-04", "region": "辽宁省"}, id="a day"),
    pytest.param({"first": "2019-01-01", "after": "2020-01-01"}, id="nothing"),
]


WAYS = [  # the database everywhere, the others where they differ
    *(pytest.param(*each.values, "database", id=each.id) for each in PERIODS),
    *(pytest.param(*each.values, "columns", id=f"{each.id}, columns") for each in PERIODS[1:3]),
    pytest.param(*PERIODS[0].values, "columns and rows", id="a month, columns and rows"),
]


@pytest.mark.parametrize(("params", "counted_by"), WAYS, indirect=["counted_by"])
def test_reports_count_by_facts_what_they_count_by_rows(company, ask, params, counted_by):
    asked = ask(**params)

    assert len(WITH_FACTS) == 13
    assert facts.are_current()
    counted_by()
    for report in WITH_FACTS:
        for by in report.breakdowns:
            found = lines_of(computed(report, asked, by))
            assert found == lines_of(by_rows(report, asked, by)), (report.slug, by)


def satisfaction(asked, *, by_facts):
    counts = count_each(surveys.counted(asked, by_facts=by_facts))
    scores = surveys.dimension_scores(asked, by_facts=by_facts)
    return counts, [(each.dimension.code, each.mean, each.good) for each in scores]


@pytest.mark.parametrize("params", PERIODS)
def test_the_dashboard_counts_by_facts_what_it_counts_by_rows(company, ask, params):
    request = ServiceRequest.objects.filter(asset__model__isnull=False).first()
    values = {
        "outlet": request.owner.outlet.code,
        "tier": request.tier.code,
        "kind": "fault",
        "severity": request.severity,
        "channel": request.channel,
        "model": request.asset.model.code,
        "region": "辽宁省",
        "engineer": request.owner.employee_no,
        "customer": request.customer.code,
    }
    assert facts.are_current()
    for filters in ({}, *({name: value} for name, value in values.items()), {"outlet": "none"}):
        asked = ask(**{**params, **filters})
        for figure in (
            flow,
            clocks.promises_kept,
            costs.cost_to_serve,
            satisfaction,
        ):
            found = figure(asked, by_facts=True)
            assert found == figure(asked, by_facts=False), (figure.__name__, filters)


@pytest.mark.parametrize("role", ["field_engineer", "partner_coordinator"])
def test_they_count_what_the_person_may_see(company, ask, people, role, counted_by):
    asked = ask("2026-03-01", "2026-04-01")
    asked = Asked(asked.scope, getattr(people, role), AT)
    counted_by()

    for report in WITH_FACTS:
        found = lines_of(computed(report, asked))
        assert found == lines_of(by_rows(report, asked, "")), report.slug


def snapshot():
    return [
        sorted(model.objects.values_list(*names), key=str)
        for model, names in (
            (RequestFact, [each.name for each in RequestFact._meta.fields]),
            (SurveyFact, [each.name for each in SurveyFact._meta.fields]),
            (ScoreFact, [each.name for each in ScoreFact._meta.fields]),
            (WorkFact, [each.name for each in WorkFact._meta.fields if each.name != "id"]),
        )
    ]


def sql(statement):
    def run():
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def first(model, **of):
    return model.objects.filter(**of).order_by("pk").first()


CHANGES = {
    "a request is opened": ServiceRequestFactory,
    "its opening is corrected": lambda: ServiceRequest.objects.update(opened_at=NINE - HOUR),
    "it is resolved": lambda: ServiceRequest.objects.filter(status="new").update(
        status="resolved", resolved_at=NINE + DAY, resolution="–"
    ),
    "it was merged later": lambda: ServiceRequest.objects.filter(status="merged").update(
        merged_at=NINE + 5 * DAY
    ),
    "it goes to another customer": lambda: ServiceRequest.objects.update(
        customer=CustomerFactory(province="山东省")
    ),
    "another outlet is involved": lambda: first(ServiceRequest).outlets.add(
        OutletFactory(code="SY")
    ),
    "an outlet is out of it": lambda: ServiceRequest.outlets.through.objects.first().delete(),
    "it repeats no more": lambda: ServiceRequest.objects.update(repeat_of=None),
    "somebody at the database": sql(
        "update service_requests_servicerequest set transfers = 7, cause = 'x'"
    ),
    "a clock is missed": lambda: SlaTimer.objects.filter(breached_at=None).update(breached_at=NINE),
    "a clock is gone": lambda: first(SlaTimer).delete(),
    "a calendar is another": lambda: SlaTimer.objects.update(
        calendar=SlaTimerFactory(calendar__around_the_clock=True).calendar
    ),
    "a task is cancelled": lambda: Task.objects.filter(status="not_solved").update(
        status="cancelled"
    ),
    "a task goes to another request": lambda: Task.objects.update(
        service_request=first(ServiceRequest, kind="question")
    ),
    "a task's own asset": lambda: Task.objects.filter(service_request=None).update(asset=None),
    "hours are corrected": lambda: TimeEntry.objects.update(hours=Decimal("9.75")),
    "hours are taken back": lambda: first(TimeEntry).delete(),
    "a rate is known later": lambda: CostRateFactory(
        employee=first(TimeEntry).employee, valid_from="2026-03-02", per_hour=Decimal("7.77")
    ),
    "a rate was wrong": lambda: CostRate.objects.update(per_hour=Decimal("0.01")),
    "an order is cancelled": lambda: Order.objects.filter(status="delivered").update(
        status="cancelled"
    ),
    "a line costs more": lambda: OrderLine.objects.update(cost=Decimal("71.11")),
    "a line is gone": lambda: first(OrderLine, kind="labour").delete(),
    "a part was not used": lambda: PartUse.objects.all().delete(),
    "a claim is approved": lambda: ExpenseClaim.objects.filter(status="submitted").update(
        status="approved", decided_at=NINE, decided_by=EmployeeFactory()
    ),
    "an outlay was less": lambda: ExpenseLine.objects.update(amount=Decimal("1.15")),
    "an outlay is gone": lambda: first(ExpenseLine).delete(),
    "an answer is changed": lambda: SurveyScore.objects.update(score=1),
    "an answer is gone": lambda: first(SurveyScore).delete(),
    "it was answered on another day": lambda: Survey.objects.update(answered_at=AT),
    "a score is of another dimension": lambda: SurveyScore.objects.filter(
        dimension__code="price"
    ).update(dimension=SurveyDimensionFactory(code="manner")),
    "it was sent on another day": lambda: Survey.objects.update(sent_at=NINE - 60 * DAY),
    "they would recommend us": lambda: Survey.objects.update(nps=10),
    "who was asked without a request moves": lambda: Customer.objects.filter(
        surveys__isnull=False
    ).update(province="江苏省"),
    "a customer moves": lambda: Customer.objects.update(province="江苏省"),
    "a device was another model": lambda: Asset.objects.filter(part=None).update(
        model=AssetModelFactory()
    ),
    "a warranty ended": lambda: Asset.objects.update(warranty_until=date(2026, 3, 2)),
}


def columns():
    """What is kept of each day, as it is and as it would be kept now."""
    by_key = {each.key: each for each in layouts.LAYOUTS}
    kept, now = {}, {}
    for block in FactBlock.objects.filter(rows__gt=0):
        layout, day = by_key[block.layout], (block.layout, block.day)
        kept[day] = dict(FactColumn.objects.filter(block=block.pk).values_list("name", "data"))
        _rows, now[day] = packed(
            layout.facts.filter(layout.within(block.day, block.day + 1)), layout
        )
    return {day: {name: bytes(it) for name, it in of.items()} for day, of in kept.items()}, now


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_changes_is_stale_and_derived_again(company, change, monkeypatch):
    monkeypatch.setattr(layouts, "LARGE", 0)
    facts.are_current()
    actions.keep_columns()
    before = snapshot()

    change()
    assert StaleFact.objects.exists()
    assert facts.are_current()

    as_kept, as_now = columns()
    assert as_kept == as_now
    kept = snapshot()
    call_command("rebuild_facts")
    assert kept == snapshot() != before


def test_what_does_not_count_leaves_facts_alone(company):
    actions.keep_facts()

    ServiceRequest.objects.update(subject="another")
    ServiceRequest.objects.update(cause="磨损", transfers=3)
    Customer.objects.update(city="another")
    first(ServiceRequest, cause="磨损").save()

    assert set(StaleFact.objects.values_list("holder", flat=True)) == {"request"}
    facts.are_current()
    ServiceRequest.objects.update(cause="磨损", transfers=3)  # as they are
    assert not StaleFact.objects.exists()


def test_too_much_is_no_matter_of_the_moment(company, ask, monkeypatch):
    monkeypatch.setattr(facts, "WAITED_FOR", StaleFact.objects.count() - 1)
    report, asked = CATALOGUE["promises"], ask("2026-03-01", "2026-04-01")

    assert not facts.are_current()
    assert computed(report, asked).total.values["decided"] == 6
    assert not RequestFact.objects.exists()

    assert actions.keep_facts() > 0
    assert facts.are_current()
    assert computed(report, asked).total.values["decided"] == 6


def test_working_time_is_that_of_the_calendar_of_each_clock(company, ask):
    """Plain Python over the rows."""
    took = {"response": [], "arrival": [], "restore": []}
    moments = {"response": "responded_at", "arrival": "arrived_at", "restore": "restored_at"}
    asked = ask("2026-03-01", "2026-04-01")
    for clock in SlaTimer.objects.filter(
        service_request__opened_at__gte=asked.scope.period.starts, target__in=took, spell=1
    ).exclude(service_request__status="merged"):
        request = clock.service_request
        if until := getattr(request, moments[clock.target]):
            calendar = calendar_of_version(clock.calendar_id, clock.calendar_version)
            took[clock.target].append(calendar.between(request.opened_at, until))

    found = computed(CATALOGUE["throughput"], asked).total.values
    assert len(took["response"]) == 2
    for target, spans in took.items():
        assert found[f"{target}_worked_median"] == median(spans), target
        assert found[f"{target}_median"] >= found[f"{target}_worked_median"]
    assert found["restore_worked_median"] == 32 * HOUR  # 90 hours from a Tuesday at nine, 5×8


def test_what_customers_are_called_is_read_once(company, ask):
    asked = ask("2026-03-01", "2026-04-01")
    assert facts.are_current()
    with CaptureQueriesContext(connection) as captured:
        found = computed(CATALOGUE["cost"], asked, "customer")

    read = [each["sql"] for each in captured if READS_CODES in each["sql"]]
    named = [key for sql in read for key in sql.split(" IN (")[1].rstrip(")").split(", ")]
    assert len(found.lines) == len(named) == len(set(named)) > 1


READS_CODES = 'SELECT "customers_customer"."id" AS "pk", "customers_customer"."code"'


def test_whatever_facts_are_derived_from_is_watched(db):
    """Every column of a watched table that the statements read, but its own key."""
    watched = {}
    for watch in schema.WATCHED:
        model = apps.get_model(watch.model)
        watched[model._meta.db_table] = {
            model._meta.get_field(each).column for each in watch.fields
        }
    models = {each._meta.db_table: each for each in apps.get_models(include_auto_created=True)}
    facts.are_current()
    ServiceRequestFactory()
    with CaptureQueriesContext(connection) as captured:
        facts.are_current()
        for holder in facts.HOLDERS:
            facts.derive_of(holder, {"in": [1]})

    statements = [
        each["sql"] for each in captured if each["sql"].startswith("INSERT INTO reports_")
    ]
    unwatched = set()
    for statement in (re.sub(r"GROUP BY [^()]*", "", each) for each in statements):
        tables = re.findall(r'(?:FROM|JOIN) "(\w+)"(?: ([UTVW]\d+))?', statement)
        for alias, column in re.findall(r'"?(\w+)"?\."(\w+)"', statement):
            for table in {name for name, short in tables if alias == (short or name)}:
                known = {each.column for each in models[table]._meta.concrete_fields}
                if column in known - {"id"} - watched.get(table, known):
                    unwatched.add((table, column))
    assert len(statements) == 7
    assert unwatched <= {("dispatch_task", "repeat_of_id")}  # by its alias: it is a request's


def test_whoever_deletes_a_request_deletes_its_facts(db):
    request = ServiceRequestFactory()
    facts.are_current()
    assert RequestFact.objects.filter(pk=request.pk).exists()

    request.outlets.clear()
    request.delete()

    assert facts.are_current()
    assert not RequestFact.objects.exists()


def test_triggers_go_before_a_migration_and_come_back_with_everything_stale(company):
    facts.are_current()
    FactBlock.objects.create(layout="opened", day=1, rows=0)
    known = {
        each
        for each in schema.present(connection)
        if each.endswith((schema.ENDING, schema.OF_BLOCKS))
    }

    schema.clear(using="default", plan=[])
    assert schema.present(connection) >= known
    schema.clear(using="default", plan=["a migration"])
    assert not schema.present(connection) & known
    ServiceRequest.objects.update(transfers=9)

    schema.install(apps=apps, using="default")
    assert schema.present(connection) >= known
    assert not FactBlock.objects.exists()
    assert facts.are_current()
    assert set(RequestFact.objects.values_list("transfers", flat=True)) == {9}


WEEK = {day: (TimeSpan(9 * 60, 12 * 60), TimeSpan(22 * 60, 30 * 60)) for day in range(5)}
moments = st.datetimes(min_value=NINE.replace(tzinfo=None) - 40 * DAY,
                       max_value=NINE.replace(tzinfo=None) + 40 * DAY,
                       timezones=st.just(NINE.tzinfo))  # fmt: skip


@given(st.lists(moments, min_size=2, max_size=6))
def test_a_ruler_measures_as_the_calendar_does(found):
    calendar = WorkCalendar("Europe/Berlin", WEEK)
    ruler = facts.Ruler(calendar, min(found), max(found))

    for start, end in pairwise(found):
        measured = ruler.between(*map(facts.since_epoch, (start, end)))
        assert measured * facts.MICROSECOND == calendar.between(start, end)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moments, min_size=2, max_size=6))
def test_the_database_measures_as_the_calendar_does(db, found):
    calendar = WorkCalendar("Europe/Berlin", WEEK)
    begins, params, worked = facts.measured({7: facts.Ruler(calendar, min(found), max(found))})
    for start, end in pairwise(found):
        opened, span = connection.ops.adapt_datetimefield_value(start), end - start
        with connection.cursor() as cursor:
            cursor.execute(
                f"{begins}SELECT {worked['arrival_worked']}, {worked['restore_worked']}"
                " FROM (SELECT %s AS f_arrival_ruler, 9 AS f_restore_ruler) AS clocks,"
                f" (SELECT {OPENED_AT[connection.vendor]} AS f_opened_at, %s AS f_arrival,"
                " CAST(NULL AS bigint) AS f_restore) AS own",
                [*params, 2 * facts.SPELL + 7, opened, span // facts.MICROSECOND],
            )
            took, nothing = cursor.fetchone()
        assert took * facts.MICROSECOND == calendar.between(start, end)
        assert nothing is None


@pytest.mark.parametrize(
    "until",
    [
        NINE,
        NINE + timedelta(microseconds=1),
        NINE + timedelta(days=400, microseconds=999_999),
        NINE - timedelta(microseconds=1),
        None,
    ],
)
@pytest.mark.parametrize("fraction", [timedelta(), timedelta(microseconds=250_000)])
def test_a_span_is_told_to_the_microsecond(db, until, fraction):
    request = ServiceRequestFactory(opened_at=NINE - HOUR + fraction, responded_at=until)
    span = facts.Microseconds("responded_at", "opened_at")

    (took,) = ServiceRequest.objects.annotate(span=span).values_list("span", flat=True)

    assert took == (until and (until - request.opened_at) // facts.MICROSECOND)


OPENED_AT = {"postgresql": "%s::timestamptz", "sqlite": "%s"}


@pytest.mark.postgres
def test_work_lies_apart_by_its_source(company):
    assert facts.are_current()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT source, tableoid::regclass::text FROM reports_workfact")
        found = cursor.fetchall()

    assert {source for source, _table in found} == set(Work)
    assert all(table == f"reports_workfact_{source}" for source, table in found)


@pytest.mark.postgres
def test_moments_are_expected_to_fall_into_few(company):
    """Else millions are sorted by one process for the months of a year."""
    assert facts.are_current()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reports_scorefact")
        cursor.execute(
            "SELECT n_distinct FROM pg_stats"
            " WHERE tablename = 'reports_scorefact' AND attname = 'answered_at'"
        )
        assert cursor.fetchone() == (400,)
