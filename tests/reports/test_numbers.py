"""On the sample company: every number of the dashboard opens exactly the rows that it counts."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.management.commands import load_sample
from employees.choices import Role
from employees.models import Employee
from reports.actions import keep_facts
from tests.company import AT

DASHBOARD = reverse("reports:dashboard")
ALL = reverse("reports:live")  # every figure at once
TWO_MONTHS = {"period": "custom", "from": "2026-09-01", "to": "2026-10-31"}
LATER = AT + timedelta(hours=3)  # of the fresh work, some is overdue by then


@pytest.fixture(scope="module")
def company(sample_company):
    load_sample.log_fresh_work(list(load_sample.open_log_ins(AT)), AT)
    keep_facts()


@pytest.fixture
def head(company, db, client):
    client.force_login(Employee.objects.get(role=Role.DEPARTMENT_HEAD, employee_no="E001"))
    with time_machine.travel(LATER, tick=False):
        yield client


def numbers(context):
    """Every whole number of the page with the URL that it opens."""
    stats = [*context["now"], *context["flow"], *context["satisfaction"]]
    found = [(each["value"], each["url"]) for each in stats]
    for name in ("promises", "load", "rings", "dimensions"):
        cells = [cell for row in context[name]["rows"] for cell in row["cells"]]
        found += [(cell.text, cell.url) for cell in cells if "/reports/" in cell.url]
    return [
        (int(text.replace(",", "")), url)
        for text, url in found
        if text[:1].isdigit() and (re.fullmatch(r"[\d,]+", text))
    ]


def rows_behind(client, url):
    """All rows of a list, page by page."""
    found, path = [], url.partition("?")[0]
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, url
        page = answer.context["page"]
        found += page.rows
        url = path + page.next_url if page.next_url else ""
    return found


@pytest.mark.parametrize("filters", [{}, {"tier": "small"}, {"kind": "fault", "outlet": "SY"}])
def test_every_number_opens_exactly_its_rows(head, filters):
    context = head.get(ALL, TWO_MONTHS | filters).context

    counted = numbers(context)

    assert len(counted) > 20
    wrong = {
        url: (number, found)
        for number, url in counted
        if (found := len(rows_behind(head, url))) != number
    }
    assert wrong == {}


def test_every_part_of_the_cost_is_the_sum_of_its_rows(head):
    context = head.get(ALL, TWO_MONTHS).context

    for stat in context["cost"]["stats"]:
        rows = rows_behind(head, stat["url"])
        in_rows = sum(cents(row.cells[-1].text) for row in rows)
        assert rows
        assert in_rows == cents(stat["value"]), stat["label"]
    parts = [cents(stat["value"]) for stat in context["cost"]["stats"]]
    assert cents(context["cost"]["total"]) == sum(parts)


def cents(text):
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(("name", "most"), [("dashboard", 9), ("panels", 6), ("live", 11)], ids=str)
def test_the_page_and_what_comes_after_it_ask_few_statements_and_are_light(head, name, most):
    url = reverse(f"reports:{name}")
    head.get(url)
    with CaptureQueriesContext(connection) as captured:
        answer = head.get(url, TWO_MONTHS)

    asked = [query["sql"][:120] for query in captured if "SELECT" in query["sql"]]
    assert len(asked) <= most, asked
    assert len(answer.content) <= 30_000


def test_the_page_with_what_comes_after_it_shows_what_a_renewal_shows(head):
    page = head.get(DASHBOARD, TWO_MONTHS | {"tier": "vip"})
    coming = re.search(r'hx-get="(/reports/panels/[^"]*)"', page.content.decode())[1]
    panels = head.get(html.unescape(coming))
    renewed = head.get(ALL, TWO_MONTHS | {"tier": "vip"})

    both = links(page) + links(panels)

    assert len(links(panels)) > 10
    assert sorted(both) == sorted(links(renewed))


def links(answer):
    """Of the figures: where each leads, and what it says."""
    return re.findall(
        r'<a[^>]* href="(/reports/[a-z_]+/\?[^"]*)">(.*?)</a>', answer.content.decode()
    )


def test_filters_stay_in_the_url_of_every_number(head):
    context = head.get(ALL, TWO_MONTHS | {"tier": "vip", "kind": "fault"}).context

    for _number, url in numbers(context):
        assert "?from=2026-09-01&to=2026-10-31&tier=vip&kind=fault" in url
    assert 'href="/reports/?from=2026-09-01&amp;to=2026-10-31&amp;tier=vip' in (
        head.get(numbers(context)[0][1]).content.decode()
    )
