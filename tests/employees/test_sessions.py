"""How long a log-in lasts, what ends it, and who needs a second step (S-18, S-19, S-27)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from crmservice.web.middleware import ASKED_BY_THE_PAGE
from employees.choices import Role

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PASSWORD = "correct horse battery"
MAY_DO_MUCH = {Role.SERVICE_MANAGER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR}
ACTIVATE = "/account/mfa/totp/activate/"


@pytest.fixture
def begun(client, people):
    """`begun("sales")` gives the client of somebody who logged in at NOW."""

    def begin(role):
        with time_machine.travel(NOW, tick=False):
            client.force_login(getattr(people, role))
        return client

    return begin


@pytest.fixture
def required(settings):
    settings.SECOND_STEP_REQUIRED = True


def log_in_freshly(client, role):
    """With the password given once more, as what guards the log-in asks for it."""
    client.post(reverse("account_login"), {"login": role, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def is_in(client, at):
    with time_machine.travel(at, tick=False):
        answer = client.get("/inbox/")
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


@pytest.mark.parametrize(
    ("role", "idle"), [("service_manager", 30 * MINUTE), ("field_engineer", 12 * HOUR)]
)
def test_a_log_in_ends_when_nobody_clicks(begun, role, idle):
    assert is_in(begun(role), NOW + idle - SECOND)
    assert not is_in(begun(role), NOW + idle)


@pytest.mark.parametrize(
    ("role", "pause", "longest"),
    [
        ("service_manager", 29 * MINUTE, 12 * HOUR),
        ("field_engineer", 11 * HOUR, timedelta(days=7)),
    ],
)
def test_clicks_prolong_it_but_not_for_ever(begun, role, pause, longest):
    client, at = begun(role), NOW
    while at + pause < NOW + longest:
        at += pause
        assert is_in(client, at)
    assert is_in(client, NOW + longest - SECOND)
    assert not is_in(client, NOW + longest)


@pytest.mark.parametrize(("pause", "is_noted"), [(MINUTE - SECOND, False), (MINUTE, True)])
def test_clicks_are_written_down_once_a_minute(begun, pause, is_noted):
    client = begun("sales")
    with time_machine.travel(NOW + pause, tick=False):
        client.get("/inbox/")
        assert client.session["seen_at"] == (NOW + pause * is_noted).timestamp()


@pytest.mark.parametrize("name", ASKED_BY_THE_PAGE)
def test_what_a_page_asks_by_itself_does_not_prolong_it(begun, name):
    client = begun("service_manager")
    with time_machine.travel(NOW + 29 * MINUTE, tick=False):
        assert client.get(reverse(name)).status_code == 200

    assert not is_in(client, NOW + 30 * MINUTE)


def test_a_piece_of_a_page_is_never_the_log_in_page(begun):
    client = begun("sales")
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?q=a"}
    with time_machine.travel(NOW + HOUR, tick=False):
        answer = client.get("/search/?q=a", headers=page)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fcustomers%2F%3Fq%3Da"


def test_logging_in_gives_a_new_session(client, people):
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": "sales", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(people.sales.pk)
    assert client.session.session_key != before


def test_a_new_password_ends_the_persons_other_sessions(client, people):
    elsewhere = Client()
    for each in (client, elsewhere):
        each.post(reverse("account_login"), {"login": "sales", "password": PASSWORD})
        assert each.get("/inbox/").status_code == 200
    new = "a wholly new sentence"
    changed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), changed).status_code == 302

    assert client.get("/inbox/").status_code == 200
    assert elsewhere.get("/inbox/").status_code == 302


@pytest.mark.parametrize("role", Role)
def test_whoever_may_do_much_sets_up_the_second_step_first(client, people, required, role):
    person = getattr(people, role.value)
    client.force_login(person)
    for url in ("/inbox/", "/employees/me/", "/search/?q=a"):
        answer = client.get(url)
        is_sent = answer.status_code == 302 and answer.url == ACTIVATE
        assert is_sent == (role in MAY_DO_MUCH)
    assert client.post("/inbox/read-all/").url == (ACTIVATE if role in MAY_DO_MUCH else "/inbox/")

    TOTP.activate(person, generate_totp_secret())
    assert client.get("/inbox/").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Your role may do much"), ("zh-hans", "您的角色权限较大")]
)
def test_the_page_of_the_second_step_says_why(client, people, required, language, words):
    log_in_freshly(client, "administrator")
    page = client.get(ACTIVATE, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert words in page.content.decode()
    assert client.post(reverse("account_logout")).status_code == 302


@pytest.mark.parametrize(("role", "kept"), [("service_manager", True), ("sales", False)])
def test_a_second_step_that_is_needed_stays(client, people, required, role, kept):
    log_in_freshly(client, role)
    TOTP.activate(getattr(people, role), generate_totp_secret())
    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.exists() == kept


def test_the_password_alone_does_not_pass_the_second_step(client, people):
    TOTP.activate(people.administrator, generate_totp_secret())
    answer = client.post(reverse("account_login"), {"login": "administrator", "password": PASSWORD})

    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get("/inbox/").status_code == 302


def test_the_admin_site_is_no_way_around_the_log_in(client, people):
    people.administrator.is_superuser = True
    people.administrator.save()
    answer = client.post("/admin/login/", {"username": "administrator", "password": PASSWORD})

    assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_the_sample_company_is_looked_at_without_a_second_step(client, people):
    client.force_login(people.administrator)
    assert client.get("/inbox/").status_code == 200
