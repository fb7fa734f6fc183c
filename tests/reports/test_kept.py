"""What is kept of reports: saved and sent, months told, return visits drawn."""

from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from crmservice.activity.models import Activity
from crmservice.delivery.models import Delivery
from crmservice.delivery.sending import deliver_due
from crmservice.errors import DomainError
from reports import actions
from reports.actions.saving import next_day
from reports.models import MonthlyReport, ReportSubscription, ReturnVisit
from reports.queries.drawing_lots import drawn
from tests.factories.customers import CustomerFactory
from tests.factories.reports import ReportSubscriptionFactory, SavedReportFactory
from tests.factories.service_requests import ServiceRequestFactory, SlaTimerFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 30, 0, 5, tzinfo=SHANGHAI)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def mailing(settings):
    settings.EMAIL_URL = "memorymail://"


@pytest.fixture
def october(db):
    """Two customers served in October, one of whom complained; a promise kept, one missed."""
    content, other = CustomerFactory(), CustomerFactory()
    for customer, kind, late in ((content, "fault", False), (other, "complaint", True)):
        opened = datetime(2026, 10, 12, 9, tzinfo=SHANGHAI)
        request = ServiceRequestFactory(
            customer=customer, kind=kind, opened_at=opened, resolved=True,
            resolved_at=opened + timedelta(hours=5),
        )  # fmt: skip
        SlaTimerFactory(
            service_request=request, started_at=opened, due_at=opened + timedelta(hours=1),
            stopped_at=opened + timedelta(hours=2 if late else 1),
            breached_at=opened + timedelta(hours=1) if late else None,
        )  # fmt: skip
    return content, other


@pytest.mark.parametrize(
    ("rhythm", "on", "then"),
    [
        ("daily", "2026-12-31", "2027-01-01"),
        ("weekly", "2026-11-29", "2026-11-30"),
        ("weekly", "2026-11-30", "2026-12-07"),
        ("monthly", "2026-12-01", "2027-01-01"),
    ],
)
def test_the_next_day_of_a_rhythm(rhythm, on, then):
    assert next_day(rhythm, date.fromisoformat(on)).isoformat() == then


def test_a_report_is_sent_once_in_the_readers_language_and_by_what_the_reader_may_see(
    people, mailing, october
):
    head, manager = people.department_head, people.service_manager
    head.email, head.language = "head@sf.example", "zh-hans"
    manager.email = "manager@sf.example"
    for person in (head, manager):
        person.save()
    cost = SavedReportFactory(report="cost", query="period=last_month", name="成本", owner=head)
    ReportSubscriptionFactory(saved=cost, recipient=head)
    ReportSubscriptionFactory(saved=cost, recipient=manager)  # was head once
    day = MONDAY.date()

    assert actions.send_due(on=day - timedelta(days=1), at=MONDAY) == 0
    assert actions.send_due(on=day, at=MONDAY) == 2
    assert actions.send_due(on=day, at=MONDAY) == 0
    due = set(Delivery.objects.values_list("due_at", flat=True))
    assert due == {datetime(2026, 11, 30, 7, tzinfo=SHANGHAI)}
    deliver_due(clock=lambda: MONDAY + timedelta(hours=8))

    by_address = {message.to[0]: message for message in mail.outbox}
    assert "服务成本" in by_address["head@sf.example"].body
    name, content, kind = by_address["head@sf.example"].attachments[0]
    assert (name, kind) == ("cost.pdf", "application/pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "2026年10月1日" in text
    assert by_address["manager@sf.example"].attachments == []
    assert "¥" not in by_address["manager@sf.example"].body
    assert set(ReportSubscription.objects.values_list("send_on", flat=True)) == {date(2026, 12, 7)}


def test_saving_and_sending_keep_to_who_may(people, logged_in):
    client = logged_in("service_manager")
    url = reverse("reports:save", args=["promises"]) + "?period=12m&by=tier&tier=vip"
    once = {"once": "k", "name": "VIP", "is_shared": "on"}

    assert client.post(url, once).status_code == 302
    assert client.post(url, once).status_code == 302  # the same form counts once
    assert client.post(url, {**once, "once": "other"}).status_code == 422
    saved = people.service_manager.saved_reports.get()
    assert saved.get_absolute_url().endswith("/promises/?period=12m&tier=vip&by=tier")
    assert client.get(saved.get_absolute_url()).status_code == 200
    assert client.get(reverse("reports:save", args=["cost"])).status_code == 404
    with pytest.raises(DomainError):  # a stranger to it sends it to nobody else
        actions.subscribe(
            saved, recipient=people.service_manager, rhythm="daily",
            by=people.department_head, at=MONDAY,
        )  # fmt: skip
    with pytest.raises(DomainError):
        actions.subscribe(
            saved, recipient=people.sales, rhythm="daily", by=people.service_manager, at=MONDAY
        )
    with pytest.raises(DomainError):
        actions.forget(saved, by=people.department_head, at=MONDAY)
    assert logged_in("sales").get(reverse("reports:saved")).status_code == 403


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def test_files_hold_numbers_as_numbers_and_no_formula(logged_in, october, monday):
    client = logged_in("department_head")
    october[0].name = "=1+2"
    october[0].save()
    url = "/reports/all/workload/{}/?period=custom&from=2026-10-01&to=2026-10-31&by=customer"
    ServiceRequestFactory(customer=october[0], opened_at=datetime(2026, 10, 3, tzinfo=SHANGHAI))

    text = client.get(url.format("csv")).content.decode("utf-8-sig")
    sheet = load_workbook(BytesIO(client.get(url.format("xlsx")).content)).worksheets[0]
    pdf = client.get(url.format("pdf")).content
    assert "\n'=1+2," in text
    cells = {row[0].value: row[1] for row in sheet.iter_rows()}
    assert cells["All"].value == 3
    assert all(row[0].data_type == "s" for row in sheet.iter_rows())
    assert pdf.startswith(b"%PDF")
    assert client.get(url.format("exe")).status_code == 404
    kinds = Activity.objects.filter(verb="reports.exported").values_list("details__kind", flat=True)
    assert sorted(kinds) == ["CSV", "PDF", "XLSX"]


def test_a_month_is_told_on_its_first_working_day_in_both_languages(people, october, mailing):
    people.department_head.email = "head@sf.example"
    people.department_head.save()
    at = datetime(2026, 11, 1, 8, tzinfo=SHANGHAI)

    assert actions.make_month_if_due(on=at.date(), at=at)
    assert not actions.make_month_if_due(on=at.date(), at=at)

    report = MonthlyReport.objects.get()
    assert (report.month, report.version, report.made_by) == (OCTOBER, 1, None)
    promises = {
        key: next(s for s in paper["sections"] if s.get("report") == "promises")
        for key, paper in report.papers.items()
    }
    assert promises["en"]["text"][0].startswith("Response: 50.0 %; there was nothing")
    assert "50.0 %" in promises["zh"]["text"][0]
    assert "Response" not in promises["zh"]["text"][0]
    assert report.papers["en"]["sections"][0]["points"][0]["tone"] == "goal"
    deliver_due(clock=lambda: at + timedelta(minutes=1))
    assert mail.outbox[0].attachments[0][0].startswith("service-report-2026-10")


def test_a_month_is_read_by_permission_and_made_again_as_a_version(
    people, logged_in, october, monday
):
    first = actions.make_month(OCTOBER, by=people.department_head, at=MONDAY)
    head, url = logged_in("department_head"), first.get_absolute_url()

    def titles(client):
        return [section["title"] for section in client.get(url).context["sections"]]

    assert "Cost to serve and net value" in titles(head)
    pdf = reverse("reports:month_pdf", args=["2026-10", 1])
    assert head.get(pdf).content == head.get(pdf).content
    made = head.post(reverse("reports:make_month", args=["2026-10"]))
    assert made.url.endswith("/2026-10/2/")
    assert head.post(reverse("reports:make_month", args=["2026-11"])).status_code == 404
    manager = logged_in("service_manager")
    assert "Cost to serve and net value" not in titles(manager)
    assert manager.post(reverse("reports:make_month", args=["2026-10"])).status_code == 403
    with translation.override("zh-hans"):
        assert first.paper_in("zh-hans")["title"].startswith("客服月报")


def test_return_visits_are_drawn_by_rule_once_and_recorded(people, logged_in, october, monday):
    head = people.department_head

    assert [each.reason.value for each in drawn(OCTOBER, 2, head)] == ["complaint", "sample"]
    assert drawn(OCTOBER, 2, head) == drawn(OCTOBER, 2, head)
    sample = actions.draw_visits(OCTOBER, size=2, by=head, at=MONDAY)
    with pytest.raises(DomainError):
        actions.draw_visits(OCTOBER, size=2, by=head, at=MONDAY)
    assert drawn(date(2026, 11, 1), 2, head) == []  # nobody was served, and they were visited
    visit = sample.visits.get(reason="complaint")
    client = logged_in("department_head")
    typed = {"result": "spoken", "way": "phone", "score": "2", "said": "太慢", "agreed": ""}
    assert client.get(sample.get_absolute_url()).context["count"] == 2
    assert client.post(visit.get_absolute_url(), {**typed, "score": "6"}).status_code == 422
    assert client.post(visit.get_absolute_url(), typed).status_code == 302
    visit = ReturnVisit.objects.get(pk=visit.pk)
    assert (visit.score, visit.said, visit.visited_by) == (2, "太慢", head)
    assert logged_in("service_manager").get(reverse("reports:visits")).status_code == 403
