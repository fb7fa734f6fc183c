"""S-19: a person lists the own log-ins and ends them, one by one or all others at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from crmservice.activity.models import Activity

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAGE = "/employees/me/log-ins/"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0"
TABLET = "Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Safari/537.36"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def log_in(people, clock):
    """`log_in("sales", TABLET)` gives the browser of a new log-in."""

    def browser(role, user_agent=EDGE):
        client = Client(headers={"User-Agent": user_agent})
        typed = {"login": role, "password": "correct horse battery"}
        assert client.post(reverse("account_login"), typed).status_code == 302
        return client

    return browser


def devices(client):
    """The names of this device and of the others, as the page has them."""
    page = client.get(PAGE).context
    return page["this"]["device"], [other["device"] for other in page["others"]]


def is_in(client):
    return client.get("/inbox/").status_code == 200


def end(client, other):
    (log_in,) = UserSession.objects.filter(session_key=other.session.session_key)
    return client.post(reverse("employees:end_log_in", args=[log_in.pk]))


def test_each_log_in_of_the_person_is_listed_the_last_used_first(log_in, clock):
    desk = log_in("sales")
    clock.shift(MINUTE)
    log_in("sales", TABLET)
    clock.shift(MINUTE)
    log_in("sales", "curl/8.14")
    log_in("storekeeper")

    assert devices(desk) == ("Edge · Windows", ["Unknown device", "Chrome · Android"])
    page = desk.get(PAGE).content.decode()
    assert "last click 20 Nov 2026 10:01 · address 127.0.0.1" in page


def test_one_that_is_ended_is_out_with_its_next_click_and_the_others_stay(log_in):
    desk, tablet, third = log_in("sales"), log_in("sales", TABLET), log_in("sales")

    assert end(desk, tablet).url == PAGE

    assert [is_in(desk), is_in(tablet), is_in(third)] == [True, False, True]
    assert devices(desk) == ("Edge · Windows", ["Edge · Windows"])
    assert Activity.objects.get(verb="employees.log_ins_ended").details == {"count": 1}


def test_all_others_are_ended_at_once(log_in):
    desk, tablet, third, neighbour = (log_in(who) for who in ("sales",) * 3 + ("storekeeper",))

    desk.post(reverse("employees:end_other_log_ins"))

    browsers = (desk, tablet, third, neighbour)
    assert [is_in(each) for each in browsers] == [True, False, False, True]
    assert Activity.objects.get(verb="employees.log_ins_ended").details == {"count": 2}


def test_with_no_other_nothing_is_written(log_in):
    log_in("sales").post(reverse("employees:end_other_log_ins"))

    assert not Activity.objects.filter(verb="employees.log_ins_ended").exists()


def test_another_persons_log_in_is_as_good_as_missing(log_in):
    desk, neighbour = log_in("sales"), log_in("storekeeper")

    assert end(desk, neighbour).status_code == 404
    assert is_in(neighbour)


def test_this_one_is_ended_by_logging_out(log_in):
    desk = log_in("sales")

    assert end(desk, desk).status_code == 404
    assert is_in(desk)


@pytest.mark.parametrize(("pause", "shown"), [(30 * MINUTE - MINUTE, 1), (30 * MINUTE, 0)])
def test_what_the_next_click_would_end_is_not_listed(log_in, clock, pause, shown):
    log_in("sales", TABLET)
    clock.shift(pause)

    assert len(devices(log_in("sales"))[1]) == shown


def test_a_log_in_from_before_the_list_was_kept_is_this_device(client, people):
    client.force_login(people.sales)

    assert client.get(PAGE, headers={"User-Agent": EDGE}).context["this"]["device"] == (
        "Edge · Windows"
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_other_and_three(log_in, count, django_assert_num_queries):
    desk = log_in("sales")
    for _ in range(count):
        log_in("sales", TABLET)
    desk.get(PAGE)

    with django_assert_num_queries(3):
        desk.get(PAGE)
