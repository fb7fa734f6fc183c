"""Columns say what the database says of facts: of any condition, any sum, after any change."""

from datetime import date, timedelta
from decimal import Decimal
from operator import and_, or_

import numpy as np
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employees.models import Employee, Outlet
from reports import actions, schema
from reports.choices import Work
from reports.models import FactBlock, FactColumn, Involved, RequestFact, WorkFact
from reports.queries import pooling
from reports.queries.columns import grouping, keeping, layouts, packing
from reports.queries.columns.layouts import LAYOUTS, UntoldError, days_of
from tests.factories.dispatch import NINE
from tests.factories.employees import EmployeeFactory, OutletFactory

DAY = timedelta(days=1)
SPAN = {"opened_at__gte": NINE - 5 * DAY, "opened_at__lt": NINE + 5 * DAY}


def fact(number, **said):
    return RequestFact(
        **{"request_id": number, "opened_at": NINE, "is_merged": False, "lasted_long": False} | said
    )


def work(number, **said):
    return WorkFact(
        **{"row": number, "holder": number, "cents": number, "day": NINE.date(), "source": "parts",
           "is_in_warranty": False} | said
    )  # fmt: skip


@pytest.fixture
def keep(monkeypatch, db):
    """Facts, however few, in columns."""

    def keep(*facts):
        if facts:
            type(facts[0]).objects.all().delete()
            type(facts[0]).objects.bulk_create(facts)
        return actions.keep_columns()

    monkeypatch.setattr(layouts, "LARGE", 0)
    return keep


def both(rows, by, sums):
    """What columns and what the database say."""
    keys = {"line_key": F(by)}
    told = grouping.Grouped.of(days_of(rows), rows, keys, sums)
    found = rows.order_by().annotate(**keys).values(*keys).annotate(**sums)
    return [sorted(each, key=str) for each in (told, found.values_list(*keys, *sums))]


# Conditions

asked = st.deferred(lambda: st.one_of(leaf, leaf.map(lambda q: ~q), joined))
leaf = st.one_of(
    st.builds(
        lambda name, how, value: Q(**{f"{name}__{how}": value}),
        st.sampled_from(["took", "response", "visits", "spell"]),
        st.sampled_from(["exact", "gt", "gte", "lt", "lte"]),
        st.integers(0, 3) | st.just(1 << 40),
    ),
    st.builds(lambda some: Q(took__in=some), st.lists(st.integers(0, 3), max_size=2)),
    st.builds(lambda yes: Q(took__isnull=yes), st.booleans()),
    st.builds(lambda some: Q(kind__in=some), st.lists(st.sampled_from("abc"), max_size=2)),
    st.builds(lambda kind: Q(kind=kind), st.sampled_from("abc")),
    st.builds(lambda yes: Q(is_merged=yes), st.booleans()),
    st.builds(lambda day: Q(resolved_at__lte=NINE + day * DAY), st.integers(-1, 2)),
    st.builds(lambda no: Q(owner__employee_no=no), st.sampled_from(["M0", "M1", "M9"])),
    st.builds(lambda code: Q(owner__outlet__code=code), st.sampled_from(["SY", "X"])),
    st.builds(
        lambda code: Q(owner__in=Employee.objects.filter(outlet__code=code)),
        st.sampled_from(["SY", "X"]),
    ),
)
joined = st.builds(lambda of, *two: of(*two), st.sampled_from([and_, or_]), asked, asked)
small = st.none() | st.integers(0, 3) | st.integers(-(1 << 50), 1 << 50)
rows = st.lists(
    st.tuples(st.sampled_from("ab"), small, small, st.integers(0, 3), st.integers(0, 2),
              st.integers(-6, 6), st.none() | st.integers(-1, 2)),
    max_size=7,
)  # fmt: skip
MANY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60, deadline=None,
)  # fmt: skip


@pytest.fixture
def owners(db):
    outlet = OutletFactory(code="SY")
    return [None, *(EmployeeFactory(employee_no=f"M{n}", outlet=outlet) for n in range(2))]


def facts_of(found, owners):
    for number, (kind, took, response, visits, owner, day, resolved) in enumerate(found, 1):
        yield fact(
            number, kind=kind, took=took, response=response, visits=visits, owner=owners[owner],
            opened_at=NINE + day * DAY, is_merged=visits == 1,
            resolved_at=None if resolved is None else NINE + resolved * DAY,
        )  # fmt: skip


@MANY
@given(found=rows, where=asked, filtered=asked)
def test_whatever_is_asked_is_told_as_the_database_tells_it(keep, owners, found, where, filtered):
    keep(*facts_of(found, owners), fact(99, kind="c", opened_at=NINE))
    chosen = RequestFact.objects.filter(**SPAN).filter(where)
    sums = {
        "all": Count("pk"),
        "some": Count("pk", filter=filtered),
        "known": Count("took"),
        "sum": Sum("took", filter=filtered),
        "added": Coalesce(Sum("visits", filter=filtered), 0) + Count("response"),
    }

    for by in ("kind", "owner", "owner__employee_no", "owner__outlet__code", "visits"):
        told, said = both(chosen, by, sums)
        assert told == said, by


def test_whole_numbers_are_summed_exactly(keep):
    keep(*(fact(number, took=(1 << 61) + number) for number in (1, 2, 3)))

    told, said = both(RequestFact.objects.filter(**SPAN), "kind", {"sum": Sum("took")})

    assert told == said == [("", (3 << 61) + 6)]


def test_amounts_keep_their_decimals(keep):
    keep(work(1, quantity=Decimal("0.07")), work(2, quantity=Decimal("12.50")), work(3))
    day = NINE.date()
    parts = WorkFact.objects.filter(source=Work.PARTS, day__gte=day, day__lt=day + DAY)

    told, said = both(parts, "source", {"sum": Sum("quantity"), "none": Sum("hours")})

    assert told == said == [("parts", Decimal("12.57"), None)]


def test_the_first_and_the_last_instant_of_a_span(keep):
    begins, ends = NINE, NINE + DAY
    tick = timedelta(microseconds=1)
    moments = (begins - tick, begins, ends - tick, ends)
    keep(*(fact(number, opened_at=at) for number, at in enumerate(moments)))
    asked = RequestFact.objects.filter(opened_at__gte=begins, opened_at__lt=ends)

    assert both(asked, "kind", {"count": Count("pk")}) == [[("", 2)]] * 2


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(RequestFact.objects.all, id="of all times"),
        pytest.param(lambda: RequestFact.objects.filter(**SPAN).distinct(), id="distinct"),
        pytest.param(lambda: RequestFact.objects.filter(**SPAN)[:5], id="some"),
        pytest.param(
            lambda: RequestFact.objects.filter(~Q(opened_at__gte=NINE), opened_at__lt=NINE + DAY),
            id="not of a span",
        ),
        pytest.param(
            lambda: WorkFact.objects.filter(day__gte=NINE.date(), day__lt=NINE.date() + DAY),
            id="any",
        ),
    ],
)
def test_other_statements_are_the_databases(keep, rows):
    keep(fact(1))

    with pytest.raises(UntoldError):
        days_of(rows())


@pytest.mark.parametrize(
    "sums",
    [
        {"sum": Count("kind", distinct=True)},
        {"sum": Max("took")},
        {"sum": Sum(F("took") + F("response"))},
        {"sum": Count("pk", filter=Q(cause__contains="x"))},
        {"sum": Count("pk", filter=Q(took__gt=F("response")))},
        {"sum": Count("involved__outlets")},
        {"sum": Count("pk", filter=Q(request__in=[1]))},
    ],
    ids=str,
)
def test_what_columns_cannot_tell_the_database_does(keep, sums):
    keep(fact(1, took=2, response=1, cause="axb"))
    rows = RequestFact.objects.filter(**SPAN)

    with pytest.raises(UntoldError):
        both(rows, "kind", sums)
    assert isinstance(pooling.grouped(rows, "kind", "", sums), pooling.Grouped)


def test_outlets_are_found_through_what_they_are_involved_in(keep):
    outlet = OutletFactory(code="SY")
    involved = Involved.objects.create(key=str(outlet.pk))
    involved.outlets.set([outlet])
    keep(fact(1, involved=involved), fact(2))
    of_outlet = Involved.objects.filter(outlets__in=Outlet.objects.filter(code="SY"))

    told, said = both(
        RequestFact.objects.filter(**SPAN, involved__in=of_outlet), "involved", {"all": Count("pk")}
    )

    assert told == said == [(involved.pk, 1)]


# Bytes


@given(st.lists(st.none() | st.integers(-(1 << 63), (1 << 63) - 1)))
def test_numbers_come_back(said):
    field = RequestFact._meta.get_field("took")
    column = packing.column_of(field, said)

    back = packing.unpacked(packing.as_bytes(column)).values.tolist()
    known = packing.unpacked_known(packing.known_as_bytes(column.known), len(said)).tolist()

    assert known == [each is not None for each in said]
    assert back == [each or 0 for each in said]


@pytest.mark.parametrize(
    ("number", "size"), [(127, 1), (128, 2), (-128, 1), (-129, 2), (1 << 15, 4), (1 << 31, 8)]
)
def test_numbers_take_no_more_room_than_they_need(number, size):
    assert np.dtype(packing.smallest(np.array([0, number]))).itemsize == size


@given(st.lists(st.lists(st.text(max_size=3), max_size=4), max_size=4))
def test_words_of_several_days_are_one_column(days):
    field = RequestFact._meta.get_field("cause")
    kept = [packing.unpacked(packing.as_bytes(packing.column_of(field, day))) for day in days]

    column = packing.together(kept)

    said = [column.words[place] for place in column.values.tolist()] if column.words else []
    assert said == [each for day in days for each in day]


# Kept


def test_few_facts_are_not_worth_it(keep, monkeypatch):
    monkeypatch.setattr(layouts, "LARGE", 2)
    assert keep(fact(1), fact(2)) == 0

    assert keep(fact(1), fact(2), fact(3)) == 1
    assert FactBlock.objects.values_list("layout", "day", "rows").get() == (
        "opened", (NINE.date() - date(1970, 1, 1)).days, 3,
    )  # fmt: skip


def test_days_without_facts_are_kept_too(keep):
    assert keep(fact(1), fact(2, opened_at=NINE + 3 * DAY)) == 4
    assert keep() == 0
    assert sorted(FactBlock.objects.values_list("rows", flat=True)) == [0, 0, 1, 1]


def test_days_that_are_not_kept_are_read_until_their_facts_are_too_many(keep, monkeypatch):
    keep(fact(1), fact(2, opened_at=NINE + DAY), fact(3, opened_at=NINE + 2 * DAY))
    FactBlock.objects.filter(day__gt=FactBlock.objects.earliest("day").day).delete()
    rows = RequestFact.objects.filter(opened_at__gte=NINE - 900 * DAY, opened_at__lt=NINE + 3 * DAY)

    monkeypatch.setattr(layouts, "GAPS", 2)
    assert both(rows, "kind", {"count": Count("pk")}) == [[("", 3)]] * 2
    monkeypatch.setattr(layouts, "GAPS", 1)
    with pytest.raises(UntoldError):
        days_of(rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda: RequestFact.objects.filter(pk=1).update(visits=3),
        lambda: RequestFact.objects.filter(pk=1).update(opened_at=NINE + DAY),
        lambda: RequestFact.objects.filter(pk=1).delete(),
        lambda: fact(3).save(force_insert=True),
    ],
    ids=["change", "another day", "gone", "one more"],
)
def test_what_changes_is_no_longer_told_by_columns(keep, change):
    keep(fact(1), fact(2, opened_at=NINE + 2 * DAY))
    kept = FactBlock.objects.get(day=(NINE + 2 * DAY - layouts.EPOCH).days)

    change()

    rows = RequestFact.objects.filter(**SPAN)
    told, said = both(rows, "visits", {"count": Count("pk")})
    assert told == said
    assert not FactBlock.objects.filter(layout="opened", rows=1).exclude(pk=kept.pk).exists()
    assert FactBlock.objects.filter(pk=kept.pk).exists()


def test_a_fact_before_1970_ends_its_own_block(keep):
    long_ago = NINE.replace(year=1969)
    keep(fact(1, opened_at=long_ago), fact(2, opened_at=long_ago + DAY))

    RequestFact.objects.filter(pk=1).delete()

    assert FactBlock.objects.get().day == layouts.LAYOUTS[0].day_of(long_ago + DAY) == -303


def test_what_is_left_over_is_swept(keep):
    keep(fact(1))
    names = FactColumn.objects.count()
    RequestFact.objects.update(visits=2)

    assert FactColumn.objects.count() == names
    assert keep() == 1
    assert FactColumn.objects.count() == names
    assert keeping.sweep() == 0


def test_a_column_that_has_just_gone_is_the_databases(keep):
    keep(fact(1))
    rows = RequestFact.objects.filter(**SPAN)
    days = days_of(rows)
    FactColumn.objects.filter(name="kind").delete()

    with pytest.raises(UntoldError):
        grouping.Grouped.of(days, rows, {"line_key": F("kind")}, {"count": Count("pk")})
    assert list(pooling.grouped(rows, "kind", "", {"count": Count("pk")})) == [("", 1)]


def test_every_layout_has_its_triggers():
    watched = {
        (apps.get_model(name), layout.strip("'"), moment)
        for name, of in schema.BLOCKED.items()
        for layout, moment in of
    }

    assert watched == {
        (each.model, "source" if each.source else each.key, each.moment) for each in LAYOUTS
    }
    assert {each.key for each in LAYOUTS if each.source} == set(Work)
    assert all(each.key == each.source for each in LAYOUTS if each.source)


def test_without_columns_numpy_is_not_wanted(db, monkeypatch):
    """One look tells that there are none."""
    with CaptureQueriesContext(connection) as captured:
        pooling.grouped(RequestFact.objects.filter(**SPAN), "kind", "", {"count": Count("pk")})

    assert len(captured) == 1
