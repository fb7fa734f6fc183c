"""The inbox with its badge, the person's own choice of channels, the operations page."""

import json
from datetime import time, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from crmservice import heartbeats
from crmservice.activity.models import Activity, Heartbeat, Notification, TellingFailure
from crmservice.celery import DUTIES
from crmservice.delivery.models import Delivery, Outgoing, Preference
from crmservice.operations.state import WORDS, troubles
from service_requests.queries import rebuild_search
from tests.delivery.conftest import NOON
from tests.factories.delivery import (
    DeliveryFactory,
    NotificationFactory,
    TellingFailureFactory,
)
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(people):
    """`told(3)`: so many unread notices for sales."""
    return lambda count: NotificationFactory.create_batch(count, recipient=people.sales)


def test_the_badge_costs_two_queries_and_nothing_while_nothing_changes(
    logged_in, told, django_assert_num_queries
):
    client, url = logged_in("sales"), reverse("inbox_count")
    told(2)
    first = client.get(url)

    with django_assert_num_queries(2):
        same = client.get(url, headers={"If-None-Match": first["ETag"]})

    assert json.loads(first.content) == {"count": 2, "shown": "2", "text": "2 unread notices"}
    assert (same.status_code, same.content) == (304, b"")
    assert len(str(first.headers)) + len(first.content) < 1000


def test_a_new_notice_changes_the_badge_and_so_does_another_that_was_read(logged_in, told):
    client, url = logged_in("sales"), reverse("inbox_count")
    tags = []
    told(1)
    tags.append(client.get(url)["ETag"])
    [second] = told(1)
    tags.append(client.get(url)["ETag"])
    client.post(reverse("read_notice", args=[second.pk]))
    tags.append(client.get(url)["ETag"])

    assert tags[0] == tags[2] != tags[1]


@pytest.mark.parametrize(("count", "shown"), [(99, "99"), (100, "99+")])
def test_the_badge_counts_to_99(logged_in, told, count, shown):
    told(count)

    assert logged_in("sales").get(reverse("inbox_count")).json()["shown"] == shown


def test_one_notice_is_read_and_the_others_stay(logged_in, told):
    one, other = told(2)

    logged_in("sales").post(reverse("read_notice", args=[one.pk]))

    assert list(Notification.objects.filter(read_at=None)) == [other]


def test_nobody_reads_anothers_notice(logged_in, told):
    [notice] = told(1)

    assert (
        logged_in("storekeeper").post(reverse("read_notice", args=[notice.pk])).status_code == 404
    )


def test_the_inbox_shows_the_unread_or_all_and_pages(logged_in, told):
    client = logged_in("sales")
    notices = told(51)
    Notification.objects.filter(pk=notices[-1].pk).update(read_at=NOON)

    everything = client.get(reverse("inbox"))
    older = client.get(reverse("inbox") + everything.context["older"])
    unread = client.get(reverse("inbox"), {"unread": ""})

    assert [notice.pk for notice, _ in older.context["notifications"]] == [notices[0].pk]
    assert len(unread.context["notifications"]) == 50
    assert unread.context["older"] == ""


@pytest.mark.parametrize(("who", "is_said"), [("service_manager", True), ("outsider", False)])
def test_a_notice_says_what_its_record_is_about_to_who_may_see_it(
    logged_in, people, who, is_said, django_assert_max_num_queries
):
    request = ServiceRequestFactory(subject="主轴异响", customer__name="沈阳机床厂")
    rebuild_search()
    NotificationFactory(
        recipient=getattr(people, who),
        activity__subject_type="service_requests.servicerequest",
        activity__subject_id=request.pk,
        activity__subject_name=request.number,
    )

    client = logged_in(who)
    with django_assert_max_num_queries(5):
        page = client.get(reverse("inbox"))

    about = page.context["notifications"][0][1]
    assert about == ("主轴异响 · 沈阳机床厂" if is_said else "")
    assert ("主轴异响" in page.content.decode()) == is_said


CHOICE = {
    "inbox": ["alarm", "news"],
    "mail": ["alarm"],
    "quiet_from": "22:00",
    "quiet_until": "06:00",
    "time_zone": "Europe/Berlin",
}


def test_a_person_keeps_a_choice_of_channels_and_quiet_hours(logged_in, people):
    client = logged_in("sales")

    assert client.get(reverse("preference")).status_code == 200
    assert client.post(reverse("preference"), CHOICE).status_code == 302
    own = Preference.objects.get()
    assert (own.user, own.inbox, own.mail) == (people.sales, ["alarm", "news"], ["alarm"])
    assert (own.quiet_from, own.quiet_until, own.time_zone) == (
        time(22),
        time(6),
        "Europe/Berlin",
    )
    assert Activity.objects.get().verb == "delivery.preference_changed"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"inbox": [], "mail": ["news"]}, id="alarms nowhere"),
        pytest.param({"quiet_until": ""}, id="no end"),
        pytest.param({"quiet_until": "22:00"}, id="the same end"),
        pytest.param({"time_zone": "Mars/Base"}, id="no such zone"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(logged_in, wrong):
    answer = logged_in("sales").post(reverse("preference"), {**CHOICE, **wrong})

    assert answer.status_code == 422
    assert not Preference.objects.exists()


def test_without_quiet_hours_mail_may_come_at_any_time(logged_in):
    logged_in("sales").post(reverse("preference"), {**CHOICE, "quiet_from": "", "quiet_until": ""})

    assert Preference.objects.get().quiet_from is None


def test_the_operations_page_names_what_was_given_up_and_why(logged_in, settings):
    settings.EMAIL_URL = ""
    DeliveryFactory(dead=True)
    TellingFailureFactory(dead=True)

    page = logged_in("administrator").get(reverse("operations:index")).content.decode()

    assert "SMTPDataError: later" in page
    assert "LookupError: no such model" in page
    assert "Notices stay in the inbox, customers are not written to." in page


def test_it_names_the_mail_server_and_its_trouble_but_not_its_password(logged_in, settings):
    settings.EMAIL_URL = "smtp://user:s3cret-word@mail.example.com:25"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.com", 25
    Outgoing.objects.create(channel="mail", failures=2, error="no route", closed_until=NOON)

    page = logged_in("administrator").get(reverse("operations:index")).content.decode()

    assert "mail.example.com:25" in page
    assert "no route" in page
    assert "s3cret-word" not in page


@pytest.mark.parametrize(("given", "left"), [("pk", 1), ("all", 0)])
def test_dead_mail_is_tried_again_one_or_all(logged_in, given, left):
    one, _other = DeliveryFactory.create_batch(2, dead=True)

    body = {"pk": one.pk} if given == "pk" else {}
    logged_in("administrator").post(reverse("operations:retry_delivery"), body)

    assert Delivery.objects.dead().count() == left
    one.refresh_from_db()
    assert one.give_up_at > one.due_at > NOON
    assert Activity.objects.filter(verb="delivery.retried").count() == 2 - left


def test_what_could_not_be_told_is_tried_again(logged_in):
    failure = TellingFailureFactory(dead=True)

    logged_in("administrator").post(reverse("operations:retry_telling"), {"pk": failure.pk})

    failure.refresh_from_db()
    assert failure.dead_at is None
    assert TellingFailure.objects.count() == 1


def test_a_department_head_sees_and_does_not_retry(logged_in):
    client = logged_in("department_head")
    DeliveryFactory(dead=True)

    assert client.get(reverse("operations:index")).status_code == 200
    assert client.post(reverse("operations:retry_delivery")).status_code == 403


def test_every_duty_has_its_words():
    assert WORDS.keys() == DUTIES.keys()


def test_whoever_runs_the_system_hears_of_its_troubles_on_every_page(logged_in):
    DeliveryFactory.create_batch(2, dead=True)
    TellingFailureFactory(dead=True)
    Outgoing.objects.create(channel="mail", failures=1, closed_until=NOON)

    told = logged_in("administrator").get(reverse("inbox")).content.decode()
    untold = logged_in("sales").get(reverse("inbox")).content.decode()

    assert "The mail server does not answer: mail waits, and is tried again." in told
    assert "3 messages could not be delivered." in told
    assert "troubles" not in untold


def test_a_silent_duty_is_named(monkeypatch):
    monkeypatch.setattr(heartbeats.watch, "since", NOON)
    Heartbeat.objects.bulk_create(Heartbeat(name=name, at=NOON) for name in DUTIES)
    period = DUTIES["tell"]["schedule"]

    at = NOON + heartbeats.PATIENCE * period
    assert troubles(at=at).sentences == []
    cache.clear()
    assert "Tell who should hear" in troubles(at=at + timedelta(seconds=1)).sentences[0]
