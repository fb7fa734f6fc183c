"""R-08: what was typed survives the end of the log-in, for its author alone."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories.service_requests import ServiceRequestFactory

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
IDLE = timedelta(minutes=30)
PASSWORD = "correct horse battery"
TEXT = "The spindle stops after\ntwo hours, 主轴过热。"


@pytest.fixture
def too_late(people):
    """A manager's client, a note typed half an hour later, and the answer to it."""
    request = ServiceRequestFactory(owner=people.service_manager)
    url = reverse("service_requests:note", args=[request.number])

    def post(client=None, **data):
        client = client or Client()
        with time_machine.travel(NOW, tick=False):
            client.force_login(people.service_manager)
        with time_machine.travel(NOW + IDLE, tick=False):
            return client, client.post(url, {"text": TEXT, "once": "k1", **data}), url

    return post


def log_in(client, person):
    person.set_password(PASSWORD)
    person.save()
    with time_machine.travel(NOW + IDLE, tick=False):
        client.post(reverse("account_login"), {"login": person.employee_no, "password": PASSWORD})
        return client.get(reverse("unsaved"))


def test_what_was_typed_is_saved_after_the_log_in_with_one_button(people, too_late):
    client, answer, url = too_late()

    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('unsaved')}"
    page = log_in(client, people.service_manager).content.decode()
    assert "The spindle stops after<br>two hours, 主轴过热。" in page
    assert f'action="{url}"' in page
    assert '<input type="hidden" name="once" value="k1">' in page
    with time_machine.travel(NOW + IDLE, tick=False):
        saved = client.post(url, {"text": TEXT, "once": "k1"})
        assert saved.status_code == 302
        assert client.get(reverse("unsaved"))["Location"] == reverse("home")


def test_nobody_else_sees_it(people, too_late):
    client, _answer, _url = too_late()

    assert log_in(client, people.department_head)["Location"] == reverse("home")


def test_it_can_be_thrown_away(people, too_late):
    client, _answer, _url = too_late()
    log_in(client, people.service_manager)

    with time_machine.travel(NOW + IDLE, tick=False):
        client.post(reverse("unsaved"))
        assert client.get(reverse("unsaved"))["Location"] == reverse("home")


def test_a_page_of_others_plants_nothing(people, too_late):
    client, answer, _url = too_late(Client(enforce_csrf_checks=True))

    assert answer.status_code == 403
    assert "unsaved" not in client.session


@pytest.fixture
def second_tab(people):
    """A note typed in one tab, posted after another log-in in a second one took the tab's token."""
    request = ServiceRequestFactory(owner=people.service_manager)
    url = reverse("service_requests:note", args=[request.number])

    def post(origin):
        client = Client(enforce_csrf_checks=True)
        client.force_login(people.service_manager)
        client.get(reverse("service_requests:log"))
        stale = {"text": TEXT, "once": "k1", "csrfmiddlewaretoken": "a" * 64}
        return client, client.post(url, stale, headers={"Origin": origin}), url

    return post


def test_a_second_tabs_log_in_loses_nothing(people, second_tab):
    client, answer, url = second_tab("http://testserver")
    page = answer.content.decode()
    token = client.cookies["csrftoken"].value

    saved = client.post(
        url,
        {"text": TEXT, "once": "k1", "csrfmiddlewaretoken": token},
        headers={"Origin": "http://testserver"},
    )

    assert answer.status_code == 403
    assert "The spindle stops after<br>two hours, 主轴过热。" in page
    assert f'action="{url}"' in page
    assert people.service_manager.name in page
    assert saved.status_code == 302


def test_what_another_site_sends_is_not_offered(second_tab):
    _client, answer, _url = second_tab("https://elsewhere.example")

    assert answer.status_code == 403
    assert "主轴过热" not in answer.content.decode()


def test_a_log_in_page_of_another_tab_is_opened_again():
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        reverse("account_login"),
        {"login": "E001", "password": "a secret of mine"},
        headers={"Origin": "http://testserver"},
    )

    page = answer.content.decode()
    assert f'href="{reverse("account_login")}"' in page
    assert "a secret of mine" not in page


@pytest.mark.parametrize(
    ("url", "text"),
    [("/account/password/", "x"), (None, "x" * 200_001)],
    ids=["a password", "more than a form"],
)
def test_not_everything_is_kept(people, url, text):
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(people.service_manager)
    request = ServiceRequestFactory()
    url = url or reverse("service_requests:note", args=[request.number])

    with time_machine.travel(NOW + IDLE, tick=False):
        answer = client.post(url, {"text": text})

    assert reverse("unsaved") not in answer["Location"]
    assert "unsaved" not in client.session
