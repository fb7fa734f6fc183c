"""The way in: log-in, set-up, first password, and the end of a log-in."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from crmservice.errors import DomainError
from employees import actions
from employees.choices import Role
from employees.forms import OpenLogInForm
from employees.models import Employee, Outlet, SetupLink
from tests.factories.employees import EmployeeFactory

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
FIRST = {
    "outlet_code": "HQ",
    "outlet_name": "总部",
    "employee_no": "A001",
    "name": "管理员",
    "email": "admin@sf.example",
    "password": "a long way to tipperary",
    "password_again": "a long way to tipperary",
}


def log_in(client, login, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", ["E042", "e042", "tang@sf.example", "Tang@SF.example"])
def test_log_in_by_number_or_e_mail(client, db, login):
    EmployeeFactory(employee_no="E042", email="tang@sf.example")

    assert log_in(client, login).status_code == 302
    assert client.get("/employees/me/").status_code == 302


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(client, db):
    EmployeeFactory(employee_no="E042")
    answers = [
        log_in(client, login, "wrong").content.decode().replace(login, "")
        for login in ("E042", "E043")
    ]

    assert "sessionid" not in client.cookies
    first, second = (
        answer.split("<main")[1].split("</main>")[0].split('name="csrf')[1][120:]
        for answer in answers
    )
    assert first == second


def test_guessing_is_slowed_down(client, db):
    EmployeeFactory(employee_no="E042")
    for _ in range(6):
        log_in(client, "E042", "wrong")

    assert log_in(client, "E042").status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_form_is_one_that_password_managers_fill(client, db):
    page = client.get(reverse("account_login")).content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "/account/signup/" not in page


def test_nobody_signs_up(client, db):
    assert client.get(reverse("account_signup")).status_code == 302
    assert (
        client.post("/account/signup/", {"username": "x", "password1": PASSWORD}).status_code == 302
    )
    assert not Employee.objects.exists()


def test_whoever_has_no_password_cannot_log_in(client, db):
    EmployeeFactory(employee_no="E042").set_unusable_password()
    employee = Employee.objects.get()
    employee.set_unusable_password()
    employee.save()

    assert log_in(client, "E042", "").status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_closed_log_in_ends_the_session_with_the_next_click_and_for_good(client, people):
    client.force_login(people.sales)
    assert client.get("/employees/").status_code == 200

    actions.close_log_in(people.sales, by=people.administrator, at=NOW)
    assert client.get("/employees/").status_code == 302

    actions.open_log_in(people.sales, password="another long one", by=people.administrator, at=NOW)
    assert client.get("/employees/").status_code == 302


def test_a_role_taken_away_bites_with_the_next_click(client, people):
    client.force_login(people.department_head)
    assert client.get("/employees/new/").status_code == 200

    Employee.objects.filter(pk=people.department_head.pk).update(role=Role.STOREKEEPER)
    assert client.get("/employees/new/").status_code == 403


def test_nobody_locks_himself_out(people):
    with pytest.raises(DomainError):
        actions.close_log_in(people.administrator, by=people.administrator, at=NOW)


def test_opening_a_log_in_asks_for_the_password_again(client, people):
    log_in(client, "administrator")
    url = reverse("employees:open_log_in", args=["sales"])
    client.session["account_authentication_methods"] = []

    answer = client.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))

    client.post(
        reverse("account_reauthenticate") + f"?next={url}", {"password": PASSWORD, "next": url}
    )
    assert client.get(url).status_code == 200
    new = {"password": "a wholly new sentence", "password_again": "a wholly new sentence"}
    assert client.post(url, new).status_code == 302

    client.logout()
    assert log_in(client, "sales", "a wholly new sentence").status_code == 302


@pytest.mark.parametrize(
    ("password", "again"),
    [
        pytest.param("short", "short", id="too short"),
        pytest.param("password1", "password1", id="common"),
        pytest.param("a wholly new sentence", "another", id="different"),
        pytest.param("storekeeper", "storekeeper", id="like the person"),
    ],
)
def test_a_weak_first_password_is_refused(people, password, again):
    form = OpenLogInForm(
        {"password": password, "password_again": again}, employee=people.storekeeper
    )
    assert not form.is_valid()


@pytest.mark.parametrize("password", ["喜欢吃苹果的小马过河去了", "x y" * 40, " spaces count too "])
def test_a_long_or_chinese_password_is_taken_whole(people, password):
    employee = actions.open_log_in(people.sales, password=password, by=people.administrator, at=NOW)
    assert employee.check_password(password)
    assert not employee.check_password(password[:-1])


# Set-up


def token():
    return actions.make_setup_link(at=NOW)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_set_up_makes_the_first_outlet_and_administrator_once(client, db, at_noon):
    secret = token()

    answer = client.get("/setup/", {"token": secret})
    assert (answer.status_code, answer.url) == (302, "/setup/")
    assert answer["Referrer-Policy"] == "no-referrer"
    form = client.get("/setup/")
    assert (form.status_code, form["Referrer-Policy"]) == (200, "same-origin")
    assert not Employee.objects.exists()

    assert client.post("/setup/", FIRST).status_code == 302
    administrator = Employee.objects.get()
    assert (administrator.role, administrator.outlet.code) == (Role.ADMINISTRATOR, "HQ")
    assert Outlet.objects.count() == 1

    assert client.get("/setup/", {"token": secret}).status_code == 404
    assert client.get("/setup/").status_code == 404
    assert log_in(client, "A001", FIRST["password"]).status_code == 302


@pytest.mark.parametrize("secret", ["", "x", "null", "None", "a" * 43])
def test_an_unknown_link_is_nothing(client, db, secret):
    token()
    assert client.get("/setup/", {"token": secret}).status_code == 404
    client.cookies["setup"] = secret
    assert client.get("/setup/").status_code == 404
    assert client.post("/setup/", FIRST).status_code == 404


def test_opening_the_link_changes_nothing(client, db, at_noon):
    secret = token()
    before = list(SetupLink.objects.values())

    for _ in range(3):
        assert client.get("/setup/", {"token": secret}).status_code == 302
        assert client.head("/setup/", {"token": secret}).status_code == 302

    assert list(SetupLink.objects.values()) == before


@pytest.mark.parametrize(
    ("later", "status"),
    [(timedelta(hours=24) - timedelta(seconds=1), 302), (timedelta(hours=24), 404)],
)
def test_a_link_lasts_24_hours(client, db, later, status):
    secret = token()
    with time_machine.travel(NOW + later, tick=False):
        assert client.get("/setup/", {"token": secret}).status_code == status


def test_only_the_digest_is_kept_and_a_new_link_voids_the_old(client, db, at_noon):
    old = token()
    assert old not in str(list(SetupLink.objects.values()))
    assert len(old) >= 43  # 256 bits
    token()
    assert client.get("/setup/", {"token": old}).status_code == 404


def test_there_is_no_link_once_somebody_can_log_in(people):
    with pytest.raises(CommandError):
        call_command("setup_link")


def test_the_command_prints_the_link(db, capsys):
    call_command("setup_link", address="https://desk.example/")

    assert capsys.readouterr().out.startswith("https://desk.example/setup/?token=")


def test_imported_people_without_passwords_do_not_hinder_the_set_up(client, db):
    employee = EmployeeFactory()
    employee.set_unusable_password()
    employee.save()

    assert actions.make_setup_link(at=NOW)


def test_a_link_made_before_somebody_could_log_in_is_void_after(client, db, at_noon):
    secret = token()
    EmployeeFactory()
    client.get("/setup/", {"token": secret})

    assert client.post("/setup/", FIRST).status_code == 422
    assert Employee.objects.count() == 1
