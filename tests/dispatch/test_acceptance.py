"""The acceptance form: its PDF in both languages, the customer's page, disagreement and answer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.delivery.sending import deliver_due
from crmservice.errors import DomainError
from crmservice.web.text import amount
from dispatch import actions, papers
from dispatch.choices import Kind
from dispatch.models import Acceptance, Task
from orders import queries as order_queries
from orders.models import Order
from service_requests import actions as service_requests
from service_requests.choices import Answer
from service_requests.models import ServiceRequest
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.assets import DefectFactory
from tests.factories.attachments import AttachmentFactory
from tests.factories.customers import ContactFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.orders import OrderLineFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]
ENDED = NINE + 3 * HOUR
WEEK = timedelta(days=7)


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def form_of(task, language="zh-hans", **options):
    with translation.override(language):
        return text_of(papers.acceptance_form(Task.objects.get(pk=task.pk), **options))


@pytest.fixture
def done(working, sign_off, engineer, part):
    actions.add_part(working, part=part, serial_no="SN-新-1", by=engineer, at=NINE + HOUR)
    return actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)


@pytest.fixture
def resolved(working, sign_off, engineer, fault_code):
    ends = replace(sign_off, resolves=True, fault_code=fault_code, cause="密封老化")
    return actions.complete(working, sign_off=ends, by=engineer, at=ENDED)


@pytest.fixture
def by_link(done):
    """A browser that came by the link of the mail."""
    browser = Client()
    browser.get(reverse("dispatch:acceptance_link", args=[done.acceptance.token]))
    return browser


def disagree(acceptance, text="漏油没有解决", name="李娜", at=ENDED + HOUR):
    return actions.disagree(acceptance, name=name, text=text, at=at)


# the form


def test_the_form_says_what_was_done_in_chinese_that_can_be_extracted(done, machine, part):
    text = form_of(done)

    for said in (
        "验收单",
        done.number,
        machine.customer.name,
        machine.serial_no,
        "更换轴封，试车一小时正常。",
        "压力 6.3 MPa",
        part.part_no,
        "SN-新-1",
        "李娜",
    ):
        assert said in text


def test_the_form_says_what_meters_showed_and_what_is_still_wrong(working, sign_off, engineer):
    DefectFactory(asset=working.asset, text="Another visit's", source="TK-2025-0001")
    said = actions.OfDevice(
        meters={"hours": actions.Shown(Decimal("120.50"))}, defect="皮带磨损", gravity="grave"
    )
    ended = replace(sign_off, of_device=said)
    done = actions.complete(working, sign_off=ended, by=engineer, at=ENDED)

    text = form_of(done)

    for said in ("运行小时（h）", "120.5", "皮带磨损 (严重)"):
        assert said in text
    assert "Another" not in text


def test_the_form_is_in_the_language_that_is_set(done):
    text = form_of(done, "en")

    assert "Acceptance form" in text
    assert "Found and done" in text


def test_what_is_ours_and_prices_are_not_on_it_unless_they_are_wished(
    working, sign_off, engineer, part
):
    actions.add_part(working, part=part, by=engineer, at=NINE + HOUR)
    ended = replace(sign_off, remarks="INTERNAL 客户很难相处")
    done = actions.complete(working, sign_off=ended, by=engineer, at=ENDED)

    plain, priced = form_of(done, "en"), form_of(done, "en", with_prices=True)

    assert "INTERNAL" not in priced
    assert "Prices" not in plain
    assert "Sum before tax" in priced


def test_the_prices_end_with_their_tax_and_total_and_no_column_stands_empty(
    working, sign_off, engineer, part
):
    actions.add_part(working, part=part, by=engineer, at=NINE + HOUR)
    done = actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)
    Order.objects.update(tax_rate=Decimal("0.13"))
    order = Order.objects.get()
    OrderLineFactory(order=order, source=f"task:{done.number}:more")
    sums = order_queries.sums(order, order.lines.all())

    tables = {each["label"]: each for each in papers.tables(done, with_prices=True)}

    parts, prices = tables["Parts"], tables["Prices"]
    assert (parts["heads"], parts["widths"], parts["right"]) == (
        ["Part number", "Description", "Pieces"], [0, 1, 0], [2]
    )  # fmt: skip
    assert [row[-1] for row in prices["rows"][-prices["sums"] :]] == [
        amount(sums.net), amount(sums.tax), amount(sums.gross)
    ]  # fmt: skip
    assert sums.gross > sums.net > 0


@pytest.mark.parametrize("typed", ["*#$[注入]@ref", '#read("/etc")', "<b>&amp;", "a\\nb $x$"])
def test_what_was_typed_is_printed_as_it_stands(working, sign_off, engineer, typed):
    done = actions.complete(
        working, sign_off=replace(sign_off, result=typed), by=engineer, at=ENDED
    )

    assert typed.replace(" ", "") in form_of(done).replace(" ", "")


def test_the_same_form_has_the_same_bytes(done):
    assert papers.acceptance_form(done) == papers.acceptance_form(Task.objects.get(pk=done.pk))


def test_photos_that_the_customer_may_see_are_on_it(done, engineer):
    out = BytesIO()
    Image.new("RGB", (400, 300), "red").save(out, "JPEG")
    before = len(papers.acceptance_form(done))
    for visible, colour in ((True, "铭牌"), (False, "内部")):
        AttachmentFactory(
            subject=done,
            name=f"{colour}.jpg",
            content=out.getvalue() if visible else out.getvalue() + b"\x00",
            caption=colour,
            visible=visible,
            by=engineer,
        )

    text = form_of(done)

    assert "铭牌" in text
    assert "内部" not in text
    assert len(papers.acceptance_form(done)) > before


@pytest.mark.parametrize(
    ("person", "status"),
    [("service_manager", 200), ("storekeeper", 200), ("sales", 403), ("outsider", 404)],
)
def test_who_sees_the_task_gets_the_form(logged_in, done, person, status):
    answer = logged_in(person).get(reverse("dispatch:acceptance_form", args=[done.number]))

    assert answer.status_code == status
    if status == 200:
        assert answer.content.startswith(b"%PDF-")


def test_what_has_not_ended_has_no_form(logged_in, working):
    url = reverse("dispatch:acceptance_form", args=[working.number])

    assert logged_in("service_manager").get(url).status_code == 404


def test_prices_are_for_who_sees_orders(logged_in, done, people):
    url = reverse("dispatch:acceptance_form", args=[done.number])
    client = logged_in("service_manager")
    plain, priced = client.get(url), client.get(url, {"prices": "yes"})

    partner = logged_in("partner_coordinator")
    done.service_request.outlets.add(people.partner_coordinator.outlet)
    theirs = partner.get(url, {"prices": "yes"})

    assert "Prices" not in text_of(plain.content)
    assert "Prices" in text_of(priced.content)
    assert "Prices" not in text_of(theirs.content)


@pytest.mark.parametrize(("language", "title"), [("zh", "验收单"), ("en", "Acceptance form")])
def test_the_desk_opens_the_form_in_the_customers_language(logged_in, done, language, title):
    """It is for the customer to read, whatever the desk reads itself."""
    contact = ContactFactory(language=language)
    type(done.service_request).objects.filter(pk=done.service_request_id).update(contact=contact)

    paper = logged_in("service_manager").get(
        reverse("dispatch:acceptance_form", args=[done.number])
    )

    assert title in text_of(paper.content)


def test_where_no_customer_stands_beside_it_nothing_is_said_of_a_signature(done):
    type(done).objects.filter(pk=done.pk).update(kind=Kind.DEPOT)
    type(done.work_report).objects.filter(task=done).update(signature="", signed_at=None)

    assert "Not signed" not in form_of(done, "en")
    assert "Accepted by the customer" not in form_of(done, "en")


# the letter


def test_the_letter_has_the_form_in_the_contacts_language(
    settings, working, sign_off, engineer, mailoutbox
):
    settings.EMAIL_URL = "memorymail://"
    contact = ContactFactory(email="lina@example.com", language="en")
    ServiceRequest.objects.filter(pk=working.service_request_id).update(contact=contact)
    done = actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)

    deliver_due(clock=lambda: ENDED + HOUR)

    (mail,) = [each for each in mailoutbox if each.subject == "Our work is done"]
    ((name, content, kind),) = mail.attachments
    assert (name, kind) == (f"{done.number}.pdf", "application/pdf")
    assert "Acceptance form" in text_of(content)
    assert done.acceptance.token in mail.body


def test_the_letter_goes_without_a_form_that_cannot_be_drawn(
    settings, working, sign_off, engineer, mailoutbox, monkeypatch
):
    settings.EMAIL_URL = "memorymail://"
    contact = ContactFactory(email="lina@example.com", language="en")
    ServiceRequest.objects.filter(pk=working.service_request_id).update(contact=contact)
    actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)
    monkeypatch.setattr("crmservice.pdf.TEMPLATES", settings.BASE_DIR / "nowhere")

    deliver_due(clock=lambda: ENDED + HOUR)

    (mail,) = [each for each in mailoutbox if each.subject == "Our work is done"]
    assert mail.attachments == []


# by link


def test_opening_the_link_changes_nothing_and_shows_the_work(by_link, done):
    page = by_link.get(reverse("dispatch:acceptance"), headers={"accept-language": "zh-hans"})
    form = by_link.get(reverse("dispatch:customers_form"))

    assert "更换轴封，试车一小时正常。" in page.content.decode()
    assert form.content.startswith(b"%PDF-")
    assert page["X-Robots-Tag"] == "noindex"
    assert Acceptance.objects.get().disagreed_at is None


@pytest.mark.parametrize("name", ["acceptance", "customers_form"])
def test_without_the_link_there_is_nothing(client, done, name):
    assert client.get(reverse(f"dispatch:{name}")).status_code == 404
    assert client.get(reverse("dispatch:acceptance_link", args=["x" * 43])).status_code == 404


def test_the_token_is_stored_hashed_only(done):
    token = done.acceptance.token

    assert len(token) == 43
    assert token not in str(Acceptance.objects.values().get())


@time_machine.travel(ENDED + HOUR, tick=False)
def test_the_customer_disagrees_by_the_page_once(by_link, done):
    url = reverse("dispatch:acceptance")

    for _time in range(2):
        answer = by_link.post(url, {"name": "李娜", "text": "漏油没有解决", "once": "1"})

    assert answer.url == url
    acceptance = Acceptance.objects.get()
    assert (acceptance.disagreed_by, acceptance.disagreement) == ("李娜", "漏油没有解决")
    assert Activity.objects.filter(verb="dispatch.disagreed").count() == 1


@time_machine.travel(ENDED + HOUR, tick=False)
def test_words_and_a_name_are_needed(by_link, done):
    answer = by_link.post(reverse("dispatch:acceptance"), {"name": " ", "text": "", "once": "1"})

    assert answer.status_code == 422
    assert Acceptance.objects.get().disagreed_at is None


# disagreement


@pytest.mark.parametrize(("late", "is_taken"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_disagreeing_is_possible_for_a_week(done, late, is_taken):
    if is_taken:
        assert disagree(done.acceptance, at=ENDED + WEEK + late).disagreed_at
    else:
        with pytest.raises(DomainError, match="call us"):
            disagree(done.acceptance, at=ENDED + WEEK + late)


def test_new_words_replace_the_old_ones_until_they_are_answered(done, dispatcher):
    disagree(done.acceptance)
    disagree(done.acceptance, text="还有噪音", at=ENDED + 2 * HOUR)
    actions.answer_disagreement(done, answer="明天再来", by=dispatcher, at=ENDED + 3 * HOUR)

    with pytest.raises(DomainError, match="answered already"):
        disagree(done.acceptance, text="谢谢", at=ENDED + 4 * HOUR)

    acceptance = Acceptance.objects.get()
    assert (acceptance.disagreement, acceptance.answer) == ("还有噪音", "明天再来")


def test_a_resolved_request_counts_as_not_satisfied_and_waits_for_the_answer(resolved, dispatcher):
    disagree(resolved.acceptance)

    service_request = ServiceRequest.objects.get(pk=resolved.service_request_id)
    assert service_request.customer_answer == Answer.NOT_SATISFIED
    with pytest.raises(DomainError, match="answer first"):
        service_requests.close_unasked(
            service_request, reason="-", by=dispatcher, at=ENDED + timedelta(days=30)
        )


def test_who_planned_who_worked_and_who_owns_are_told(done, engineer, dispatcher):
    disagree(done.acceptance)
    tell_pending(at=ENDED + HOUR)

    told = Notification.objects.filter(activity__verb="dispatch.disagreed")
    assert {each.recipient for each in told} == {engineer, dispatcher}


def test_nothing_is_answered_twice_or_without_a_question(done, dispatcher):
    with pytest.raises(DomainError, match="Nothing waits"):
        actions.answer_disagreement(done, answer="-", by=dispatcher, at=ENDED)
    disagree(done.acceptance)
    actions.answer_disagreement(done, answer="明天再来", by=dispatcher, at=ENDED + 2 * HOUR)

    with pytest.raises(DomainError, match="Nothing waits"):
        actions.answer_disagreement(done, answer="又一次", by=dispatcher, at=ENDED + 3 * HOUR)


def test_the_desk_answers_from_the_tasks_page(logged_in, done):
    disagree(done.acceptance)
    client = logged_in("service_manager")
    url = reverse("dispatch:answer", args=[done.number])

    page = client.get(done.get_absolute_url()).content.decode()
    shown = client.get(url).content.decode()
    client.post(url, {"answer": "明天再来", "once": "1"})

    assert url in page
    assert "漏油没有解决" in shown
    assert Acceptance.objects.get().answer == "明天再来"
    assert "明天再来" in client.get(done.get_absolute_url()).content.decode()


def test_work_that_is_not_service_has_no_form(engineer, people):
    task = TaskFactory(working=True, kind="internal", customer=None, assignee=engineer)

    done = actions.complete(
        task, sign_off=actions.SignOff(result="done"), by=engineer, at=NINE + 5 * HOUR
    )

    assert not Acceptance.objects.filter(task=done).exists()


def test_work_that_is_not_finished_has_a_form_that_says_so(working, sign_off, engineer):
    ended = replace(sign_off, remaining="缺少轴封")

    task = actions.not_solved(working, sign_off=ended, by=engineer, at=ENDED + MINUTE)

    text = form_of(task)
    assert "缺少轴封" in text
    assert "未完成" in text
