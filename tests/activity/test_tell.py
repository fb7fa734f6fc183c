import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import transaction

from crmservice.activity import wording
from crmservice.activity.changing import change
from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity, Notification, TellingFailure
from crmservice.activity.tell import OVERLOOKED, tell_pending
from crmservice.activity.trail import draft, record, timeline
from crmservice.errors import DomainError
from tests.factories.customers import CustomerFactory

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def heard(people):
    """Everything "tests.done" is heard by two people."""
    wording.heard_by("tests.done")(lambda _subject, _activity: [people.sales, people.storekeeper])
    yield people
    del wording.LISTENERS["tests.done"]


def untellable():
    """An activity of a noun that is not there: whoever tells it fails."""
    activity = draft(CustomerFactory(), "tests.done", by=None, at=AT)
    activity.subject_type = "tests.nothing"
    activity.save()


def test_it_is_filed_under_the_subject_and_what_it_is_about(people):
    customer, other = CustomerFactory(), CustomerFactory()

    record(customer, "tests.done", by=people.sales, at=AT, about=[other, None, other])

    assert [a.verb for a in timeline(customer)] == ["tests.done"]
    assert [a.verb for a in timeline(other)] == ["tests.done"]


def test_everybody_who_should_hears_once(heard):
    record(CustomerFactory(), "tests.done", by=heard.service_manager, at=AT)

    assert (tell_pending(at=AT), tell_pending(at=AT)) == (1, 0)
    assert set(Notification.objects.values_list("recipient__employee_no", flat=True)) == {
        "sales",
        "storekeeper",
    }


def test_nobody_is_told_of_what_he_did_himself(heard):
    record(CustomerFactory(), "tests.done", by=heard.sales, at=AT)
    tell_pending(at=AT)

    assert [n.recipient for n in Notification.objects.all()] == [heard.storekeeper]


def test_one_bad_row_does_not_stop_the_line(heard, caplog):
    untellable()
    record(CustomerFactory(), "tests.done", by=None, at=AT)

    assert tell_pending(at=AT) == 1
    assert Notification.objects.count() == 2
    assert "could not be told" in caplog.text


def test_what_could_not_be_told_rests_is_tried_again_and_is_forgotten_when_told(heard):
    kinds = ["tests.nothing"]
    wording.heard_by("tests.done")(lambda *_: [apps.get_model(kind) for kind in kinds])
    record(CustomerFactory(), "tests.done", by=None, at=AT)
    tell_pending(at=AT)
    resting = TellingFailure.objects.get()
    kinds.clear()

    assert (resting.attempts, resting.dead_at) == (1, None)
    assert tell_pending(at=resting.retry_at - timedelta(microseconds=1)) == 0
    assert tell_pending(at=resting.retry_at) == 1
    assert not TellingFailure.objects.exists()


def test_after_72_hours_of_tries_it_is_a_dead_letter_and_tried_no_more(heard):
    untellable()
    for hours in (0, 71, 72, 80):
        tell_pending(at=AT + timedelta(hours=hours))

    dead = TellingFailure.objects.get()
    assert (dead.attempts, dead.dead_at) == (3, AT + timedelta(hours=72))


class KilledError(BaseException):
    """What no `except Exception` sees, as little as a process that dies."""


@pytest.mark.parametrize(
    ("waited", "told"), [(OVERLOOKED - timedelta(microseconds=1), 0), (OVERLOOKED, 1)]
)
def test_what_kills_its_process_lets_the_others_pass_after_a_while(heard, waited, told):
    def dies(customer, _activity):
        if customer.name == "poison":
            raise KilledError
        return [heard.sales]

    wording.LISTENERS["tests.done"].clear()
    wording.heard_by("tests.done")(dies)
    poison = record(CustomerFactory(name="poison"), "tests.done", by=None, at=AT)
    record(CustomerFactory(), "tests.done", by=None, at=AT)
    moment = poison.entered_at + waited

    for _process in range(2):
        with contextlib.suppress(KilledError):
            tell_pending(at=moment)

    assert Notification.objects.count() == told


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused():
    with transaction.atomic():
        customer = CustomerFactory()

    with pytest.raises(RuntimeError):
        record(customer, "tests.done", by=None, at=AT)


def test_disjoint_changes_of_two_people_both_stay(people):
    customer = CustomerFactory(city="上海", industry="水务")
    seen = customer.version

    change(customer, {"city": "武汉"}, verb="tests.changed", by=people.sales, at=AT, version=seen)
    change(
        customer, {"industry": "化工"}, verb="tests.changed", by=people.sales, at=AT, version=seen
    )

    customer.refresh_from_db()
    assert (customer.city, customer.industry, customer.version) == ("武汉", "化工", seen + 2)


def test_the_same_field_changed_meanwhile_is_refused_with_its_value(people):
    customer = CustomerFactory(city="上海")
    seen = customer.version
    change(customer, {"city": "武汉"}, verb="tests.changed", by=people.sales, at=AT, version=seen)

    with pytest.raises(DomainError, match="武汉") as refused:
        change(customer, {"city": "西安"}, verb="tests.changed", by=None, at=AT, version=seen)

    assert refused.value.field == "city"


def test_no_change_writes_nothing(people):
    customer = CustomerFactory(city="上海")

    change(customer, {"city": "上海"}, verb="tests.changed", by=people.sales, at=AT)

    assert not Activity.objects.exists()


def test_who_is_concerned_twice_is_told_once_by_the_more_urgent_kind(heard):
    wording.heard_by("tests.done", NoticeKind.ALARM)(lambda _subject, _activity: [heard.sales])
    record(CustomerFactory(), "tests.done", by=None, at=AT)

    tell_pending(at=AT)

    told = Notification.objects.values_list("recipient__employee_no", "kind")
    assert set(told) == {("sales", "alarm"), ("storekeeper", "news")}
