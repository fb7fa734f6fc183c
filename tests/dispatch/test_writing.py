"""The customer is written of the visit: in the contact's language, in the site's time, once, and
nothing that is ours.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from crmservice.activity.models import Activity
from crmservice.delivery.models import Delivery
from crmservice.delivery.sending import deliver_due
from crmservice.errors import DomainError
from dispatch import actions
from dispatch.choices import Kind
from dispatch.models import Task
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest, Survey
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.customers import ContactFactory, SiteFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.service_requests import SurveyDimensionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MORNING_BEFORE = NINE - DAY


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_URL = "memorymail://"


@pytest.fixture
def contact():
    return ContactFactory(name="Li Na", email="lina@example.com", language="en")


@pytest.fixture
def task(fault, contact, machine):
    """A visit to plan, at a site in the far west: 07:00 there is 09:00 in Shanghai."""
    site = SiteFactory(customer=machine.customer, name="二厂", time_zone="Asia/Urumqi")
    ServiceRequest.objects.filter(pk=fault.pk).update(contact=contact)
    fault.refresh_from_db()
    return TaskFactory(
        service_request=fault,
        customer=machine.customer,
        site=site,
        asset=machine,
        instructions="INTERNAL: the customer is difficult",
    )


@pytest.fixture
def appointment(task, engineer, dispatcher):
    return assign(task, engineer, dispatcher)


def assign(task, engineer, by, *, start=NINE, at=MORNING_BEFORE):
    return actions.assign(
        task,
        engineer=engineer,
        planned_start=start,
        planned_end=start + 2 * HOUR,
        conflict_reason="INTERNAL: no one else",
        by=by,
        at=at,
    )


def letters(mailoutbox, at=NINE + DAY):
    """What the customer got, after all that is due was sent."""
    deliver_due(clock=lambda: at)
    return [mail for mail in mailoutbox if mail.to == ["lina@example.com"]]


def verbs():
    written = Activity.objects.filter(deliveries__address="lina@example.com").order_by("pk")
    return [verb.removeprefix("dispatch.") for verb in written.values_list("verb", flat=True)]


def test_the_appointment_is_written_in_the_time_of_the_site(appointment, mailoutbox):
    (mail,) = letters(mailoutbox, at=MORNING_BEFORE)

    assert mail.subject == "Our visit on Tuesday 3 Mar 2026 07:00 – 09:00"
    assert mail.body.splitlines()[0] == (
        "Our engineer comes to you on Tuesday 3 Mar 2026 07:00 – 09:00, local time."
    )
    assert f"Your request: {appointment.service_request.number} 油泵漏油" in mail.body
    assert "INTERNAL" not in mail.body + mail.subject


def test_a_contact_who_reads_chinese_is_written_to_in_chinese(
    task, contact, engineer, dispatcher, mailoutbox
):
    contact.language = "zh"
    contact.save()
    assign(task, engineer, dispatcher)

    assert letters(mailoutbox)[0].subject == "上门服务预约：2026年3月3日（星期二）07:00 – 09:00"


def test_another_engineer_at_the_same_time_is_no_news(appointment, people, dispatcher):
    assign(appointment, people.depot_engineer, dispatcher)

    assert verbs() == ["appointment_set"]


def test_another_time_names_the_one_that_was_written(appointment, engineer, dispatcher, mailoutbox):
    letters(mailoutbox, at=MORNING_BEFORE)
    assign(appointment, engineer, dispatcher, start=NINE + 3 * HOUR, at=MORNING_BEFORE + HOUR)

    moved = letters(mailoutbox)[1]
    assert moved.subject == "New time of our visit: Tuesday 3 Mar 2026 10:00 – 12:00"
    assert "Our visit of Tuesday 3 Mar 2026 07:00 has moved." in moved.body


def test_a_letter_that_has_not_gone_is_replaced(appointment, engineer, dispatcher, mailoutbox):
    assign(appointment, engineer, dispatcher, start=NINE + HOUR, at=MORNING_BEFORE + MINUTE)

    assert [mail.subject for mail in letters(mailoutbox)] == [
        "Our visit on Tuesday 3 Mar 2026 08:00 – 10:00"
    ]


def test_a_visit_that_is_taken_back_keeps_its_appointment(
    appointment, engineer, people, dispatcher, mailoutbox
):
    letters(mailoutbox, at=MORNING_BEFORE)
    actions.refuse(appointment, reason="病了", by=engineer, at=MORNING_BEFORE)
    assign(appointment, people.depot_engineer, dispatcher, at=MORNING_BEFORE + MINUTE)

    assert verbs() == ["appointment_set"]


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (NINE + 2 * HOUR - MINUTE, ["appointment_set", "appointment_cancelled"]),
        (NINE + 2 * HOUR, ["appointment_set"]),
    ],
)
def test_a_cancelled_visit_is_called_off_until_it_would_have_ended(
    appointment, dispatcher, mailoutbox, at, written
):
    letters(mailoutbox, at=MORNING_BEFORE)
    actions.cancel(appointment, reason="INTERNAL: no parts", by=dispatcher, at=at)

    assert verbs() == written
    assert all("INTERNAL" not in mail.body for mail in letters(mailoutbox))


def test_a_cancelled_request_calls_its_visit_off(appointment, fault, dispatcher, mailoutbox):
    letters(mailoutbox, at=MORNING_BEFORE)
    service_requests.cancel(fault, reason="误报", by=dispatcher, at=MORNING_BEFORE + HOUR)

    assert letters(mailoutbox)[1].subject == "Our visit on Tuesday 3 Mar 2026 07:00 is cancelled"


def test_what_was_never_written_is_not_called_off(appointment, dispatcher):
    actions.cancel(appointment, reason="客户停产", by=dispatcher, at=MORNING_BEFORE)

    assert verbs() == []


NIGHT = NINE - 9 * HOUR  # 22:00 at the site; its night ends at NINE


@pytest.mark.parametrize(
    ("at", "start", "due"),
    [
        pytest.param(NINE - 11 * HOUR, NINE, NINE - 11 * HOUR, id="in the evening"),
        pytest.param(NIGHT, NINE + DAY, NINE, id="at night"),
        pytest.param(NIGHT, NINE + 2 * HOUR, NINE, id="two hours are enough to read it"),
        pytest.param(NIGHT, NINE + 2 * HOUR - MINUTE, NIGHT, id="soon"),
    ],
)
def test_letters_rest_at_night_at_the_site_unless_the_visit_is_near(
    task, engineer, dispatcher, at, start, due
):
    assign(task, engineer, dispatcher, start=start, at=at)

    assert Delivery.objects.get(address="lina@example.com").due_at == due


@pytest.mark.parametrize(("minutes", "written"), [(15, 1), (14, 2)])
def test_that_somebody_is_on_the_way_is_written_while_it_is_news(
    appointment, engineer, mailoutbox, minutes, written
):
    actions.accept(appointment, by=engineer, at=NINE - 2 * HOUR)
    left_at = NINE - HOUR
    actions.travel(appointment, happened_at=left_at, by=engineer, at=left_at + minutes * MINUTE)

    mails = letters(mailoutbox)
    assert len(mails) == written
    if written == 2:
        assert mails[1].subject == "Our engineer is on the way to you"
        assert f"{engineer.name} set out to you at 3 Mar 2026 06:00, local time." in mails[1].body


def carry_out(task, engineer, sign_off):
    for verb, minutes in (("accept", -50), ("travel", -30), ("arrive", 0), ("start", 10)):
        task = getattr(actions, verb)(task, by=engineer, at=NINE + minutes * MINUTE)
    return actions.complete(task, sign_off=sign_off, by=engineer, at=NINE + HOUR)


def test_done_and_resolved_asks_by_a_link_that_opens_the_survey(
    appointment, engineer, sign_off, price_plan, client, mailoutbox
):
    SurveyDimensionFactory(code="speed")
    carry_out(appointment, engineer, resolved(sign_off))

    mail = letters(mailoutbox)[-1]
    address = mail.body.strip().splitlines()[-1]
    assert mail.subject == "Our work is done"
    assert "Our engineer finished the work at 3 Mar 2026 08:00, local time." in mail.body
    assert client.get(address.removeprefix("http://127.0.0.1:8000")).url == "/survey/"
    assert not Activity.objects.filter(details__icontains=address.split("/")[-2]).exists()


def test_done_but_not_settled_asks_nothing(appointment, engineer, sign_off, price_plan, mailoutbox):
    carry_out(appointment, engineer, sign_off)

    assert letters(mailoutbox)[-1].subject == "Our work is done"
    assert "/survey/" not in letters(mailoutbox)[-1].body
    assert not Survey.objects.exists()


def test_the_link_outlives_a_change_of_the_key(
    appointment, engineer, sign_off, price_plan, settings, mailoutbox
):
    carry_out(appointment, engineer, resolved(sign_off))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert "/survey/" in letters(mailoutbox)[-1].body


def test_without_the_key_the_letter_goes_without_link(
    appointment, engineer, sign_off, price_plan, settings, mailoutbox
):
    carry_out(appointment, engineer, resolved(sign_off))
    settings.SECRET_KEY = "another" * 10

    assert "/survey/" not in letters(mailoutbox)[-1].body


def resolved(sign_off):
    return replace(sign_off, resolves=True, works_again=True)


@pytest.mark.parametrize("kind", [Kind.REMOTE, Kind.CALL_BACK, Kind.DEPOT, Kind.INTERNAL])
def test_only_a_visit_is_an_appointment(task, engineer, dispatcher, kind):
    Task.objects.filter(pk=task.pk).update(kind=kind)
    assign(task, engineer, dispatcher)

    assert verbs() == []


@pytest.mark.parametrize("reason", ["no address", "no contact", "no server"])
def test_who_cannot_be_written_to_is_not(task, contact, engineer, dispatcher, settings, reason):
    if reason == "no address":
        contact.email = ""
        contact.save()
    if reason == "no contact":
        ServiceRequest.objects.update(contact=None)
    if reason == "no server":
        settings.EMAIL_URL = ""
    assign(task, engineer, dispatcher)

    assert not Activity.objects.filter(verb__startswith="dispatch.appointment").exists()


@pytest.mark.parametrize(("late", "written"), [(0, []), (1, ["appointment_set"])])
def test_a_visit_that_is_over_is_not_announced(task, engineer, dispatcher, late, written):
    assign(task, engineer, dispatcher, at=NINE + 2 * HOUR - late * MINUTE)

    assert verbs() == written


def test_an_imported_visit_is_neither_announced_nor_called_off(task, engineer, dispatcher):
    Task.objects.filter(pk=task.pk).update(
        status="assigned", assignee=engineer, planned_start=NINE, planned_end=NINE + HOUR
    )
    actions.cancel(task, reason="客户停产", by=dispatcher, at=MORNING_BEFORE)

    assert verbs() == []


def test_a_verb_that_is_refused_writes_nothing(appointment, engineer, sign_off, price_plan):
    with pytest.raises(DomainError):
        carry_out(appointment, engineer, replace(sign_off, signature=""))

    assert verbs() == ["appointment_set", "coming_announced"]
