"""Mail that loses nothing: claimed by an update, sent once, tried again, given up in sight."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity, Notification
from crmservice.activity.trail import record
from crmservice.delivery.letters import LETTERS, Letter, letter
from crmservice.delivery.models import Delivery, Outgoing, Preference
from crmservice.delivery.sending import claim
from crmservice.delivery.writing import write_to
from tests.delivery.conftest import MINUTE, NOON, happen, sweep
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=60)
SERVER = "tests.delivery.test_sending.Server"
HOURS_72 = timedelta(hours=72)


class Server(EmailBackend):
    """A mail server that refuses as it is told to."""

    refuses: Exception | None = None

    def send_messages(self, messages):
        if Server.refuses and "good" not in messages[0].to[0]:
            raise Server.refuses
        return super().send_messages(messages)


@pytest.fixture
def refusing(settings):
    """`refusing(error)`: from now on every mail is refused so; None takes all again."""
    settings.EMAIL_BACKEND = SERVER

    def refuse(error):
        Server.refuses = error

    yield refuse
    Server.refuses = None


def test_a_notice_is_mailed_once_with_the_identity_that_was_made_with_its_row(alarm, mailoutbox):
    happen("tests.alarm")
    row = Delivery.objects.get()

    assert (sweep(NOON), sweep(NOON + MINUTE)) == (1, 0)
    mail = mailoutbox[0]
    assert (mail.to, mail.extra_headers["Message-ID"]) == (["sales@example.com"], row.message_id)
    assert mail.subject == "Pump & Söhne: did it"
    assert "Pump &amp; Söhne" in mail.alternatives[0].content
    assert f"http://127.0.0.1:8000{row.activity.subject_url}" in mail.body
    row.refresh_from_db()
    assert (row.sent_at, row.lease_until) == (NOON, None)


def test_it_is_written_in_the_language_of_who_gets_it(alarm, mailoutbox):
    alarm.language = "zh-hans"
    alarm.save()
    happen("tests.alarm", name="水泵厂")

    sweep(NOON)

    assert "打开 水泵厂" in mailoutbox[0].body


def test_a_row_in_somebodys_hands_is_left_until_the_lease_ends(alarm):
    happen("tests.alarm")
    pk = Delivery.objects.get().pk

    first, second = claim(pk, at=NOON), claim(pk, at=NOON + LEASE - timedelta(seconds=1))

    assert (first.attempts, second) == (1, None)
    assert claim(pk, at=NOON + LEASE).message_id == first.message_id


def test_a_clock_that_was_set_back_does_not_keep_a_lease_for_an_hour(alarm):
    happen("tests.alarm")
    pk = Delivery.objects.get().pk
    claim(pk, at=NOON)
    Delivery.objects.update(due_at=NOON - timedelta(hours=1))

    assert claim(pk, at=NOON - timedelta(hours=1)).attempts == 2


def test_what_is_refused_for_now_is_tried_again_later_and_stops_no_other(
    alarm, people, verbs, refusing, mailoutbox
):
    people.storekeeper.email = "good@example.com"
    people.storekeeper.save()
    verbs("tests.alarm", NoticeKind.ALARM, people.storekeeper)
    happen("tests.alarm")
    refusing(smtplib.SMTPDataError(451, b"later"))

    assert sweep(NOON) == 1
    late = Delivery.objects.get(recipient=alarm)
    assert (late.attempts, late.dead_at, late.sent_at) == (1, None, None)
    assert "later" in late.last_error
    assert timedelta(seconds=24) <= late.due_at - NOON <= timedelta(seconds=36)
    refusing(None)
    assert sweep(late.due_at) == 1
    assert len(mailoutbox) == 2


def test_what_is_refused_for_good_is_a_dead_letter_at_once(alarm, refusing):
    happen("tests.alarm")
    refusing(smtplib.SMTPRecipientsRefused({"sales@example.com": (550, b"unknown")}))

    sweep(NOON)

    assert Delivery.objects.dead().get().dead_at == NOON


@pytest.mark.parametrize(
    ("age", "dead"), [(HOURS_72 - timedelta(seconds=1), False), (HOURS_72, True)]
)
def test_after_72_hours_of_tries_it_is_a_dead_letter(alarm, refusing, age, dead):
    happen("tests.alarm")
    refusing(smtplib.SMTPDataError(451, b"later"))
    sweep(NOON)
    Delivery.objects.update(due_at=NOON)

    sweep(NOON + age)

    assert Delivery.objects.dead().exists() is dead


def test_a_server_that_does_not_answer_is_asked_by_one_process_and_costs_no_place(
    alarm, refusing, mailoutbox
):
    happen("tests.alarm")
    happen("tests.alarm")
    refusing(ConnectionRefusedError("nobody there"))

    assert (sweep(NOON), sweep(NOON)) == (0, 0)
    state = Outgoing.objects.get()
    assert (state.failures, state.answered_at) == (1, None)
    assert set(Delivery.objects.waiting().values_list("due_at", flat=True)) == {NOON}
    refusing(None)
    assert sweep(state.closed_until - timedelta(seconds=1)) == 0
    assert sweep(state.closed_until) == 1  # both in one mail
    assert Outgoing.objects.get().closed_until is None


def test_a_server_that_is_gone_for_days_is_asked_again_within_five_minutes(alarm, refusing):
    happen("tests.alarm")
    refusing(ConnectionRefusedError("nobody there"))
    Outgoing.objects.create(channel="mail", failures=900, closed_until=NOON)

    sweep(NOON)

    assert Outgoing.objects.get().closed_until - NOON <= 5 * MINUTE


def test_what_comes_within_a_minute_goes_as_one_mail(alarm, mailoutbox):
    happen("tests.reminder", at=NOON, name="one")
    happen("tests.reminder", at=NOON + MINUTE, name="two")
    happen("tests.reminder", at=NOON + 3 * MINUTE, name="three")

    assert [sweep(NOON), sweep(NOON + MINUTE), sweep(NOON + MINUTE)] == [0, 1, 0]
    assert mailoutbox[0].subject == "2 notices"
    assert mailoutbox[0].body.index("one") < mailoutbox[0].body.index("two")
    assert "/inbox/" in mailoutbox[0].body
    assert Delivery.objects.filter(sent_at=NOON + MINUTE).count() == 2


def test_in_quiet_hours_only_alarms_go(alarm, mailoutbox):
    night = NOON.replace(hour=15)  # 23:00 in Shanghai
    happen("tests.reminder", at=night)
    happen("tests.alarm", at=night)

    assert (sweep(night), sweep(night + MINUTE)) == (1, 0)
    assert sweep(night.replace(hour=23)) == 1  # 7:00
    assert Notification.objects.count() == 2


def test_a_mail_that_is_late_rests_in_quiet_hours_too_and_loses_no_try(alarm, mailoutbox):
    """Written at 20:59, not taken by then; at 23:00 its reader sleeps."""
    evening = NOON.replace(hour=12, minute=59)
    happen("tests.reminder", at=evening)
    Delivery.objects.update(due_at=evening)
    ends = Delivery.objects.get().give_up_at
    night = NOON.replace(hour=15)

    assert [sweep(night), sweep(night + MINUTE)] == [0, 0]
    row = Delivery.objects.get()
    assert (row.due_at, row.attempts) == (NOON.replace(hour=23), 0)
    assert row.give_up_at - ends == timedelta(hours=8)
    assert sweep(NOON.replace(hour=23)) == 1


def test_each_person_chooses_the_channels_of_a_kind(alarm, people):
    Preference.objects.create(user=people.sales, inbox=["alarm"], mail=["reminder"])
    happen("tests.alarm")
    happen("tests.reminder")

    assert [notice.kind for notice in Notification.objects.all()] == ["alarm"]
    assert [row.kind for row in Delivery.objects.all()] == ["reminder"]


def test_without_a_mail_server_nothing_is_written_as_mail(alarm, settings):
    settings.EMAIL_URL = ""
    happen("tests.alarm")

    assert Notification.objects.count() == 1
    assert not Delivery.objects.exists()


def test_whoever_left_or_has_no_address_is_written_nothing(alarm, people, verbs):
    alarm.is_active = False
    alarm.save()
    people.storekeeper.email = ""
    people.storekeeper.save()
    verbs("tests.alarm", NoticeKind.ALARM, people.storekeeper)
    happen("tests.alarm")

    assert not Delivery.objects.exists()


@pytest.fixture
def appointment():
    @letter("tests.appointment")
    def words(customer, activity):
        return Letter(
            subject=f"Visit\r\nBcc: all@example.com to {customer}",
            paragraphs=[f"<b>{activity.details['day']}</b>"],
            action="See it",
            url="https://example.com/a",
        )

    yield "tests.appointment"
    del LETTERS["tests.appointment"]


def test_a_customer_is_written_to_in_the_words_of_the_verb(appointment, mailoutbox):
    activity = record(CustomerFactory(name="Pump"), appointment, by=None, at=NOON, day="1 May")
    for _twice in range(2):
        write_to(activity, "customer@example.com", language="en", at=NOON)

    assert sweep(NOON) == 1
    assert mailoutbox[0].to == ["customer@example.com"]
    assert mailoutbox[0].subject == "Visit Bcc: all@example.com to Pump"
    assert "&lt;b&gt;1 May" in mailoutbox[0].alternatives[0].content


def test_a_verb_without_a_letter_is_not_written_outside_the_house(alarm):
    with pytest.raises(LookupError):
        write_to(happen("tests.alarm"), "a@example.com", language="en", at=NOON)


def test_one_person_is_mailed_once_about_one_activity(alarm):
    happen("tests.alarm")
    row = Delivery.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_activity_is_told_and_written_together_or_not_at_all(alarm):
    activity = happen("tests.alarm")

    told = Activity.objects.get(pk=activity.pk).told_at
    assert told == NOON
    assert Delivery.objects.filter(activity=activity).count() == 1
