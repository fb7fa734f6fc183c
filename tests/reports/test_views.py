"""The dashboard: empty bases, moments, periods, who sees what, what its lists cost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from reports.choices import COSTS, Figure
from reports.periods import Preset, scope_of
from reports.queries.breaking import BREAKDOWNS
from reports.queries.catalogue import CATALOGUE
from reports.queries.declaring import Computed, Line
from reports.queries.requests import Asked
from reports.views import catalogue
from tests.company import AT
from tests.factories.service_requests import ServiceRequestFactory, SlaTimerFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")
DASHBOARD = reverse("reports:dashboard")
ALL = reverse("reports:live")  # every figure at once
TWO_MONTHS = {"period": "custom", "from": "2026-09-01", "to": "2026-10-31"}


def test_an_empty_base_shows_a_dash(logged_in):
    client = logged_in("department_head")

    context = client.get(ALL).context

    shown = {
        str(stat["label"]): stat["value"] for stat in (*context["flow"], *context["satisfaction"])
    }
    assert shown["THT, median"] == shown["NPS"] == shown["Response rate"] == "–"
    assert [row["cells"][1].text for row in context["rings"]["rows"]] == ["–"] * 3
    assert context["promises"]["rows"] == []
    assert context["cost"]["total"] == "¥0.00"


def test_a_clock_that_nobody_recorded_as_late_counts_as_missed(logged_in):
    request = ServiceRequestFactory(opened_at=AT - timedelta(hours=9))
    SlaTimerFactory(service_request=request, started_at=request.opened_at, due_at=AT)
    client = logged_in("service_manager")

    def missed(at):
        with time_machine.travel(at, tick=False):
            context = client.get(ALL).context
        row = context["promises"]["rows"][0]["cells"]
        return context["now"][0]["value"], row[1].text, row[3].text

    assert missed(AT - timedelta(seconds=1)) == ("0", "–", "0")
    assert missed(AT) == ("1", "0.0 %", "1")


def test_cost_is_for_those_who_may_see_cost(logged_in):
    manager = logged_in("service_manager")

    assert manager.get(ALL).context["cost"] is None
    assert {manager.get(reverse("reports:rows", args=[each])).status_code for each in COSTS} == {
        404
    }
    head = logged_in("department_head")
    assert {head.get(reverse("reports:rows", args=[each])).status_code for each in COSTS} == {200}


@pytest.mark.parametrize("role", ["field_engineer", "sales", "partner_coordinator", "storekeeper"])
def test_others_do_not_see_reports(logged_in, role):
    client = logged_in(role)

    for name in ("dashboard", "panels", "live"):
        assert client.get(reverse(f"reports:{name}")).status_code == 403
    assert client.get(reverse("reports:rows", args=[Figure.OPEN])).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "/reports/nothing/",
        "/reports/kept/",
        "/reports/kept/?of=happiness",
        "/reports/ring/?of=4",
        "/reports/intake/?of=E001",
    ],
)
def test_a_number_that_there_is_not_is_not_found(logged_in, url):
    assert logged_in("department_head").get(url).status_code == 404


@pytest.mark.parametrize("period", [preset.value for preset in Preset] + ["nonsense"])
def test_any_period_in_the_url_is_understood(logged_in, period):
    client = logged_in("department_head")

    answer = client.get(
        DASHBOARD, {"period": period, "from": "2026-99-99", "to": "\x00", "tier": "?"}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "after"),
    [
        pytest.param({}, "2026-10-24", "2026-11-23", id="the last 30 days, today included"),
        pytest.param({"period": "month"}, "2026-11-01", "2026-11-23", id="this month"),
        pytest.param({"period": "last_month"}, "2026-10-01", "2026-11-01", id="last month"),
        pytest.param({"period": "90d"}, "2026-08-25", "2026-11-23", id="90 days"),
        pytest.param({"period": "12m"}, "2025-11-23", "2026-11-23", id="twelve months"),
        pytest.param(TWO_MONTHS, "2026-09-01", "2026-11-01", id="both days included"),
        pytest.param(
            {"period": "custom", "from": "2026-09-02", "to": "2026-09-01"},
            "2026-10-24",
            "2026-11-23",
            id="backwards is no period",
        ),
    ],
)
def test_periods_are_half_open_days_of_the_organisation(asked, first, after):
    today = AT.astimezone(SHANGHAI).date()

    period = scope_of(asked, today=today, zone=SHANGHAI).period

    assert (period.first.isoformat(), period.after.isoformat()) == (first, after)
    assert period.starts.isoformat() == f"{first}T00:00:00+08:00"


@pytest.mark.parametrize("count", [1, 3])
def test_rows_cost_the_same_for_one_and_for_three(logged_in, count, django_assert_num_queries):
    for _ in range(count):
        request = ServiceRequestFactory(opened_at=AT)
        SlaTimerFactory(service_request=request, started_at=AT, due_at=AT + timedelta(hours=4))
    client = logged_in("department_head")
    with time_machine.travel(AT, tick=False):
        for url in ("/reports/open/", "/reports/intake/", "/reports/running/?of=response"):
            client.get(url)
            with django_assert_num_queries(3):
                assert len(client.get(url).context["page"].rows) == count, url


def test_without_javascript_the_dashboard_opens_whole(logged_in):
    client = logged_in("department_head")

    page = client.get(DASHBOARD, TWO_MONTHS)
    whole = client.get(page.context["whole_url"])

    assert f'<noscript><a class="btn" href="{escape(page.context["whole_url"])}">' in (
        page.content.decode()
    )
    assert "promises" not in page.context
    assert (whole.context["promises"]["rows"], whole.context["cost"]["total"]) == ([], "¥0.00")
    assert "<noscript><a" not in whole.content.decode()
    assert whole.context["form"]["from"].value() == page.context["form"]["from"].value()


def test_a_matrix_without_answers_says_so(logged_in):
    page = logged_in("department_head").get(reverse("reports:report", args=["matrix"]))

    assert "There is nothing in this period." in page.content.decode()


@pytest.mark.parametrize(
    ("key", "value", "is_opened"),
    [
        ("response_median", timedelta(), True),
        ("response_median", None, False),
        ("opened", 0, False),
        ("opened", 1, True),
    ],
)
def test_no_time_is_said_of_rows_and_opens_them(people, key, value, is_opened):
    report = CATALOGUE["throughput"]
    question = Asked(scope_of({}, today=AT.date(), zone=SHANGHAI), people.department_head, AT)
    line = Line("", "", values={key: value})
    answer = Computed(report, report.measures, BREAKDOWNS["outlet"], [line], line)

    shown = catalogue.cell(answer, question, report.measure(key), line, "")

    assert bool(shown.url) is is_opened
