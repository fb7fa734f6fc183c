"""On the sample company: every report answers, and every number opens the rows it counts."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dispatch.management.commands import load_sample
from employees.choices import Role
from employees.models import Employee
from reports.choices import How
from reports.papers import as_csv
from reports.periods import scope_of
from reports.queries import lines
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed, opened_rows
from reports.queries.declaring import Measure, Report
from reports.queries.requests import Asked
from tests.company import AT, SHANGHAI

LATER = AT + timedelta(hours=3)
TWO_MONTHS = {"period": "custom", "from": "2026-09-01", "to": "2026-10-31"}
YEARS_AGO = {"period": "custom", "from": "2019-01-01", "to": "2019-12-31"}


@pytest.fixture(scope="module")
def company(sample_company):
    load_sample.log_fresh_work(list(load_sample.open_log_ins(AT)), AT)


@pytest.fixture
def ask(company, db):
    head = Employee.objects.get(employee_no="E001", role=Role.DEPARTMENT_HEAD)

    def ask(params):
        today = LATER.astimezone(SHANGHAI).date()
        return Asked(scope_of(params, today=today, zone=SHANGHAI), head, LATER)

    return ask


@pytest.fixture
def head(company, db, client):
    client.force_login(Employee.objects.get(employee_no="E001"))
    with time_machine.travel(LATER, tick=False):
        yield client


def is_counted(measure: Measure) -> bool:
    return measure.how == How.COUNT and not (measure.worked or measure.pooled)


@pytest.mark.parametrize("slug", ["promises", "workload", "cost"])
def test_the_largest_are_the_same_where_too_many_count_alike(ask, monkeypatch, slug):
    asked = ask(TWO_MONTHS)
    by_number = computed(CATALOGUE[slug], asked, "customer", most=4)
    monkeypatch.setattr(lines, "TIES", 0)  # none is known to be beyond the last one

    by_code = computed(CATALOGUE[slug], asked, "customer", most=4)

    assert by_number.is_cut
    assert [(each.key, each.values, each.before) for each in by_code.lines] == [
        (each.key, each.values, each.before) for each in by_number.lines
    ]
    assert by_code.total.values == by_number.total.values


class Watched(dict):
    """Values that count how often all of them are looked at."""

    looked_at = 0

    def items(self):
        self.looked_at += 1
        return super().items()


def test_a_file_looks_once_which_figures_its_lines_have(ask):
    """It did so for each line: a file of 5,000 lines took minutes."""
    asked = ask(TWO_MONTHS)
    answer = computed(CATALOGUE["promises"], asked, "customer")
    for line in answer.lines:
        line.values = Watched(line.values)

    as_csv(answer, asked)

    assert len(answer.lines) > 1
    assert {line.values.looked_at for line in answer.lines} == {1}


@pytest.mark.parametrize("report", CATALOGUE.values(), ids=lambda each: each.slug)
def test_every_number_counts_the_rows_it_opens(ask, report: Report):
    asked = ask(TWO_MONTHS | {"tier": "key"})

    wrong = []
    for by in () if report.lines else report.breakdowns:
        answer = computed(report, asked, by)
        for measure in answer.measures:
            if measure.rows is None or not is_counted(measure):
                continue
            narrow = Asked(asked.scope.only(report.filters), asked.user, asked.at)
            whole = opened_rows(measure, narrow, "", "").count()
            if whole != answer.total.values.get(measure.key, 0):
                wrong.append((by, measure.key, whole, answer.total.values.get(measure.key)))
            for line in answer.lines[:4]:
                if by != "time" and by not in measure.rows.paths:
                    continue
                if by == "time" and not (measure.rows.moment or measure.rows.day):
                    continue
                rows = opened_rows(measure, narrow, by, str(line.key)).count()
                if rows != line.values.get(measure.key, 0):
                    wrong.append((by, measure.key, line.key, rows, line.values.get(measure.key)))
    assert wrong == []


@pytest.mark.parametrize("report", CATALOGUE.values(), ids=lambda each: each.slug)
def test_every_page_stands_in_any_period(head, report: Report):
    url = reverse("reports:report", args=[report.slug])
    for params in (TWO_MONTHS, YEARS_AGO, {"by": report.breakdowns[-1], "period": "12m"}):
        answer = head.get(url, params)
        assert answer.status_code == 200
        opened = 0
        for row in answer.context["table"]["rows"][:3]:
            for each in row.cells[1:]:
                if each.url and opened < 4:
                    assert head.get(each.url).status_code == 200, each.url
                    opened += 1
        if params == YEARS_AGO and not report.is_now and report.slug != "workload":  # had people
            texts = {c.text for row in answer.context["table"]["rows"] for c in row.cells[1:]}
            assert not {text for text in texts if text.strip("0.%¥ ") == "" and "%" in text}
