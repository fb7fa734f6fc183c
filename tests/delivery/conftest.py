from datetime import UTC, datetime, timedelta

import pytest

from crmservice.activity import wording
from crmservice.activity.choices import NoticeKind
from crmservice.activity.tell import tell_pending
from crmservice.activity.trail import record
from crmservice.delivery.sending import deliver_due
from tests.factories.customers import CustomerFactory

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # in Shanghai
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_URL = "memorymail://"


@pytest.fixture
def verbs():
    """`verbs("tests.done", NoticeKind.NEWS, people.sales)`: a verb that these people hear of."""
    registered = set()

    def hear(verb, kind, *people):
        registered.add(verb)
        wording.say(verb, "did it")
        wording.heard_by(verb, kind)(lambda _subject, _activity: people)

    yield hear
    for verb in registered:
        del wording.LISTENERS[verb], wording.WORDINGS[verb]


@pytest.fixture
def alarm(people, verbs):
    """Sales hears of "tests.alarm" at once, and may be written to."""
    people.sales.email, people.sales.language = "sales@example.com", "en"
    people.sales.save()
    verbs("tests.alarm", NoticeKind.ALARM, people.sales)
    verbs("tests.reminder", NoticeKind.REMINDER, people.sales)
    return people.sales


def happen(verb, *, at=NOON, name="Pump & Söhne"):
    """The verb is done and told."""
    activity = record(CustomerFactory(name=name), verb, by=None, at=at)
    tell_pending(at=at)
    return activity


def sweep(at):
    return deliver_due(clock=lambda: at)
