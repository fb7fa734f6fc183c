"""R-11: many at the same moment, with connections of their own, on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from contracts.choices import Cover
from crmservice.numbers.models import next_number
from service_requests.models import ServiceRequest
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
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
