"""R-11: many at the same moment, with connections of their own, on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from contracts.choices import Cover
from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.delivery.models import Delivery
from crmservice.delivery.sending import deliver_due
from crmservice.numbers.models import next_number
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory
from tests.factories.service_requests import SlaTimerFactory

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = 100
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_parallel(tmp_path):
    """`in_parallel(20, work)` gives what each thread's `work()` returned. On SQLite they work on a
    file, copied from the database in memory.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]

    def run(times, work):
        if connection.vendor == "sqlite" and settings["NAME"] == name:
            file = tmp_path / "parallel.sqlite3"
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
            copy.close()
            settings["NAME"] = str(file)

        def alone(_number):
            try:
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(alone, range(times)))

    yield run
    settings["NAME"] = name


def test_fifty_who_take_a_number_get_fifty_numbers(db, in_parallel):
    taken = [number for _ in range(2) for number in in_parallel(25, lambda: next_number("SR", AT))]

    assert sorted(taken) == [f"SR-2026-{number:04d}" for number in range(1, 51)]


def test_twenty_equal_posts_of_the_log_form_log_one_request(client, people, in_parallel):
    """F-14: each of the twenty gets the same answer."""
    customer = CustomerFactory()
    for cover in Cover:
        DefaultPromiseFactory(cover=cover)
    typed = {
        "once": "one key",
        "caller": f"customer:{customer.code}",
        "subject": "No pressure",
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
    }

    def log():
        browser = Client()
        browser.cookies = client.cookies
        answer = browser.post("/requests/new/", typed)
        return answer.status_code, answer["Location"]

    with time_machine.travel(AT):
        client.force_login(people.service_manager)
        answers = in_parallel(20, log)
    ((numbers, used),) = in_parallel(1, made)

    assert numbers == ["SR-2026-0001"]
    assert used == "SR-2026-0002"
    assert set(answers) == {(302, "/requests/SR-2026-0001/")}


def made():
    """The requests that there are, and the number that the next one would get."""
    numbers = ServiceRequest.objects.values_list("number", flat=True)
    return list(numbers), next_number("SR", AT)


def test_six_who_sweep_at_once_do_what_is_due_once(people, in_parallel, settings, mailoutbox):
    """F-05: two beats make every duty's turn twice, and several workers take them at once."""
    settings.EMAIL_URL = "memorymail://"
    owner = people.sales
    owner.email = "owner@example.com"
    owner.save()
    for number in range(DUE):
        due_at = AT - timedelta(minutes=number)
        started = {"started_at": AT - DAY, "service_request__owner": owner}
        SlaTimerFactory(due_at=due_at, risk_at=due_at, **started)

    def sweep():
        return breached(), told(), sent()

    def breached():
        return service_requests.record_breaches(at=AT)

    def told():
        return tell_pending(at=AT)

    def sent():
        return deliver_due(clock=lambda: AT + timedelta(minutes=5))

    for _ in range(2):
        in_parallel(6, sweep)
    ((overdue, notices, letters),) = in_parallel(1, done)

    assert overdue == DUE
    assert notices == DUE
    assert len(mailoutbox) == letters > 0
    assert len({letter.extra_headers["Message-ID"] for letter in mailoutbox}) == letters


def done():
    """The breaches in the trail, the owner's notices of them, and the letters that were sent."""
    overdue = Activity.objects.filter(verb="service_requests.response_overdue")
    letters = Delivery.objects.filter(sent_with=None, sent_at__isnull=False)
    own = Notification.objects.filter(activity__in=overdue, recipient__email="owner@example.com")
    return overdue.count(), own.count(), letters.count()
