"""F-07, F-08: the database is away for a while, or lets one of two give way."""

import re
import threading

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from customers.models import Customer
from tests.factories.customers import CustomerFactory
from tests.factories.service_requests import ServiceRequestFactory

TEXT = 'Belt "B" <torn>, 皮带断裂'


def away(*_statement):
    raise OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def patient(people):
    """A manager's browser that is shown what a person is shown."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(people.service_manager)
    return client


def test_what_was_typed_comes_through_a_database_that_was_away(patient, people):
    request = ServiceRequestFactory(owner=people.service_manager)
    page = patient.get(request.get_absolute_url()).content.decode()
    token = re.search('csrfmiddlewaretoken" value="(.+?)"', page)[1]
    typed = {"csrfmiddlewaretoken": token, "text": TEXT, "once": "k1"}
    url = reverse("service_requests:note", args=[request.number])

    with connection.execute_wrapper(away):
        answer = patient.post(url, typed)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    kept = dict(re.findall('name="(.+?)" value="(.+?)"', answer.content.decode()))
    assert kept == typed | {"text": "Belt &quot;B&quot; &lt;torn&gt;, 皮带断裂"}
    assert f'action="{url}"' in answer.content.decode()
    assert patient.post(url, typed).status_code == 302
    assert Activity.objects.filter(verb="service_requests.noted").count() == 1


def test_a_page_that_was_asked_for_is_asked_for_again(patient):
    with connection.execute_wrapper(away):
        answer = patient.get("/requests/?show=mine")

    assert answer.status_code == 503
    assert 'href="/requests/?show=mine"' in answer.content.decode()


def test_a_password_is_never_on_the_page(patient):
    with connection.execute_wrapper(away):
        answer = patient.post("/account/password/", {"password1": "s3cret-word"})

    assert "s3cret-word" not in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_lock_in_another_order_both_come_through():
    pks = [CustomerFactory().pk for _ in range(2)]
    both_have_one = threading.Barrier(2, timeout=20)
    tries = []

    def lock(order):
        tries.append(order)
        for place, pk in enumerate(order):
            Customer.objects.filter(pk=pk).update(name=f"first {order[0]}")
            if not place and len(tries) <= len(pks):
                both_have_one.wait()

    def save(order):
        form = DeskForm({})
        outcomes.append(attempt(RequestFactory().post("/"), form, lock, order))
        connection.close()

    outcomes = []
    threads = [threading.Thread(target=save, args=[order]) for order in (pks, pks[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [bool(outcome) for outcome in outcomes] == [True, True]
    assert len(tries) > len(pks)
