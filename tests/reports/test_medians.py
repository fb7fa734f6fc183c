"""Medians of lines and of the whole, against plain Python over the same facts."""

from collections import defaultdict
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.models import Involved, RequestFact
from reports.periods import Period, Preset, Scope
from reports.queries import medians
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.counting import well_equipped
from reports.queries.requests import Asked
from tests.company import SHANGHAI
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import NINE
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.reports.recomputing import near, percentile

DAY = timedelta(days=1)
MONTH = Period(NINE.date().replace(day=1), NINE.date().replace(day=1) + 31 * DAY, SHANGHAI)
KINDS = ("fault", "question")
spans = st.none() | st.integers(0, 5) | st.integers(0, 10**14)
rows = st.lists(st.tuples(*[st.integers(0, 2)] * 4, st.integers(0, 60), spans, spans), max_size=9)


@pytest.fixture
def named(db):
    """What facts name: two of each, and none; the last outlets are involved together."""
    outlets = [OutletFactory(code=code) for code in ("SY", "JN")]
    involved = []
    for key, own in (("1", outlets[:1]), ("2", outlets)):
        involved.append(Involved.objects.create(key=key))
        involved[-1].outlets.set(own)
    return (
        [None, *(EmployeeFactory(employee_no=f"M{number}") for number in range(2))],
        [None, *involved],
        [None, *(CustomerFactory(code=f"K{number}") for number in range(2))],
        [[], ["SY"], ["SY", "JN"]],
    )


def facts_of(found, named):
    people, involved, customers, _outlets = named
    for number, (owner, outlets, customer, kind, day, response, took) in zip(
        count(1), found, strict=False
    ):
        yield RequestFact(
            request_id=number, opened_at=NINE - 10 * DAY + day * DAY, is_merged=False,
            lasted_long=False, owner=people[owner], involved=involved[outlets],
            customer=customers[customer], kind=KINDS[kind % 2], response=response, took=took,
            resolved_at=NINE,
        )  # fmt: skip


def lines_of(found, named, by):
    """The rows of each line, with the whole after nothing."""
    people, _involved, customers, outlets = named
    lines = defaultdict(list)
    for owner, place, customer, kind, day, response, took in found:
        keys = {
            "engineer": [people[owner].employee_no if owner else ""],
            "outlet": outlets[place] or [""],
            "customer": [customers[customer].code if customer else ""],
            "kind": [KINDS[kind % 2]],
        }[by]
        for key in (*keys, None):
            lines[key].append((NINE - 10 * DAY + day * DAY, response, took))
    return lines


def spread_of(lines, place):
    is_counted = {1: lambda row: MONTH.starts <= row[0] < MONTH.ends, 2: lambda _row: True}[place]
    known = sorted(row[place] for row in lines if row[place] is not None and is_counted(row))
    if not known:
        return [None, None]
    return [timedelta(microseconds=percentile(known, share)) for share in (0.5, 0.9)]


@pytest.mark.parametrize(
    ("by", "at_once"),
    [("engineer", 2), ("engineer", 2_000), ("outlet", 2_000), ("customer", 2_000), ("kind", 1)],
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(found=rows)
def test_medians_of_lines_and_whole_are_those_of_their_rows(
    named, people, monkeypatch, by, at_once, counted_by, found
):
    monkeypatch.setattr(medians, "LINES_AT_ONCE", at_once)
    RequestFact.objects.all().delete()
    RequestFact.objects.bulk_create(facts_of(found, named))
    counted_by()
    asked = Asked(Scope(MONTH, Preset.CUSTOM), people.department_head, NINE + 60 * DAY)

    answer = computed(CATALOGUE["throughput"], asked, by)

    lines = lines_of(found, named, by)
    told = {line.key: line.values for line in answer.lines} | {None: answer.total.values}
    for key, values in told.items():
        for place, span in enumerate(("response", "took"), 1):
            said = [values.get(f"{span}_{each}") for each in ("median", "ninetieth")]
            meant = spread_of(lines[key], place)
            assert all(map(near, said, meant)), (key, span, said, meant)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_report_reads_as_of_one_instant():
    with well_equipped(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
