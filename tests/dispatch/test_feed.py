"""The calendar link: who has the address reads this person's tasks, and nothing else."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from crmservice import links
from crmservice.activity.models import Activity
from dispatch import actions, feed
from dispatch.models import CalendarLink, Task
from employees.choices import Role
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.customers import CustomerFactory, SiteFactory
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MIDNIGHT = NINE - 9 * HOUR  # in Shanghai


@pytest.fixture(autouse=True)
def at_nine():
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def token(people):
    return actions.link_calendar(by=people.field_engineer, at=NINE)


def fetch(token, **headers):
    return Client().get(f"/calendar/{token}.ics", headers=headers)


def events(token):
    """What a calendar program reads: by number, after the bytes were parsed anew."""
    found = Calendar.from_ical(fetch(token).content).walk("VEVENT")
    return {str(event["summary"]).split()[0]: event for event in found}


def task_of(person, **values):
    return TaskFactory(accepted=True, assignee=person, **values)


# --- The link ------------------------------------------------------------------------------------


def test_the_address_is_shown_once_and_kept_hashed(logged_in, people):
    client = logged_in("field_engineer")
    page = client.post("/calendar/link/", {"once": "a" * 20})
    address = page.context["address"]
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")

    assert len(secret) >= 43  # 256 bits
    assert CalendarLink.objects.get().token_hash == links.hashed(secret) != secret
    assert page["Cache-Control"] == "no-store, private"
    assert secret not in client.get("/calendar/").content.decode()
    assert not Activity.objects.filter(details__icontains=secret).exists()
    assert fetch(secret).status_code == 200


def test_a_double_click_makes_one_link(logged_in):
    client = logged_in("field_engineer")
    first, second = (client.post("/calendar/link/", {"once": "a" * 20}) for _ in range(2))

    assert (first.status_code, second.url) == (200, "/calendar/")
    assert Activity.objects.filter(verb="dispatch.calendar_linked").count() == 1


def test_a_new_link_ends_the_old_one(token, people):
    new = actions.link_calendar(by=people.field_engineer, at=NINE)

    assert [fetch(each).status_code for each in (token, new)] == [404, 200]


def test_the_person_takes_it_away(token, logged_in):
    client = logged_in("field_engineer")
    for _ in range(2):
        client.post("/calendar/unlink/")

    assert fetch(token).status_code == 404
    assert Activity.objects.filter(verb="dispatch.calendar_unlinked").count() == 1


def test_one_person_does_not_end_anothers_link(token, logged_in):
    logged_in("senior_engineer").post("/calendar/unlink/")

    assert fetch(token).status_code == 200


@pytest.mark.parametrize("path", ["x", "0" * 43, "%00", "a/../b", ""])
def test_a_wrong_address_leads_nowhere(token, path):
    assert Client().get(f"/calendar/{path}.ics").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_active": False}, 404),
        ({"left_on": date(2026, 3, 3)}, 404),
        ({"left_on": date(2026, 3, 4)}, 200),
        ({"role": Role.SALES}, 404),
    ],
)
def test_it_ends_with_the_persons_work(token, people, change, status):
    engineer = people.field_engineer
    for name, value in change.items():
        setattr(engineer, name, value)
    engineer.save()

    assert fetch(token).status_code == status


def test_the_way_to_it_is_on_the_own_page_only(logged_in, people):
    client = logged_in("field_engineer")
    own, other = (
        client.get(f"/employees/{each.employee_no}/").content.decode()
        for each in (people.field_engineer, people.depot_engineer)
    )

    assert ('href="/calendar/"' in own, 'href="/calendar/"' in other) == (True, False)


# --- The file ------------------------------------------------------------------------------------


def test_nothing_of_it_is_kept_on_the_way(token):
    answer = fetch(token)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert not answer.cookies


def test_what_has_not_changed_is_not_sent_again(token, people):
    task = task_of(people.field_engineer)
    first = fetch(token)
    same = fetch(token, if_none_match=first["ETag"])
    Task.objects.filter(pk=task.pk).update(planned_start=NINE + HOUR, version=2)
    changed = fetch(token, if_none_match=first["ETag"])

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert same["Cache-Control"] == "no-store, private"
    assert changed.status_code == 200


def test_fetching_writes_nothing(token):
    with CaptureQueriesContext(connection) as asked:
        fetch(token)
        Client().head(f"/calendar/{token}.ics")

    assert [each["sql"] for each in asked if not each["sql"].startswith("SELECT")] == []
    assert Client().post(f"/calendar/{token}.ics").status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_task_and_three(token, people, count, django_assert_num_queries):
    for number in range(count):
        task_of(
            people.field_engineer,
            site=SiteFactory(),
            planned_start=NINE + number * DAY,
            planned_end=NINE + number * DAY + HOUR,
        )

    with django_assert_num_queries(3):
        assert len(events(token)) == count


def test_an_event_says_what_when_and_where(token, people):
    customer = CustomerFactory(name="沈阳第一机床厂")
    site = SiteFactory(customer=customer, name="二厂", address="铁西区1号; A, B")
    task = task_of(
        people.field_engineer,
        customer=customer,
        site=site,
        title="更换主轴轴封并试车一小时，检查液压系统压力及油温，必要时更换滤芯" * 2,
        instructions="the door code is 4711",
    )
    event = events(token)[task.number]

    assert str(event["summary"]) == f"{task.number} {task.title}"
    assert (event.start, event.end) == (NINE, NINE + 2 * HOUR)
    assert str(event["location"]) == "沈阳第一机床厂 · 二厂 · 铁西区1号; A, B"
    assert str(event["uid"]) == f"{task.number}@127.0.0.1"
    assert str(event["url"]) == f"http://127.0.0.1:8000/tablet/{task.number}/"
    assert (str(event["status"]), event["sequence"]) == ("CONFIRMED", 1)
    assert b"4711" not in fetch(token).content


def test_lines_are_folded_at_75_bytes_and_end_with_crlf(token, people):
    task_of(people.field_engineer, title="轴封" * 60)
    lines = fetch(token).content.split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode()  # no sign is cut in two


def test_no_title_breaks_out_of_its_line():
    entry = feed.Entry(
        uid="1@x",
        title="a\r\nEND:VEVENT\x00\x1b;,\\",
        starts_at=NINE,
        ends_at=NINE + HOUR,
        changed_at=NINE,
        revision=1,
        place="",
        description="",
        url="",
        is_certain=False,
    )
    body = feed.calendar("x\nBEGIN:VEVENT", [entry])

    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert str(event["summary"]) == "a\nEND:VEVENT;,\\"
    assert body.count(b"\r\nBEGIN:VEVENT") == 1


def test_what_waits_for_an_answer_is_tentative(token, people):
    task = TaskFactory(assigned=True, assignee=people.field_engineer)

    assert str(events(token)[task.number]["status"]) == "TENTATIVE"


def test_the_file_is_in_the_persons_language(token, people):
    people.field_engineer.language = "zh-hans"
    people.field_engineer.save()
    task = task_of(people.field_engineer)

    assert str(events(token)[task.number]["description"]).startswith("现场服务\n")


@pytest.mark.parametrize(
    ("start", "is_in"),
    [
        (MIDNIGHT - 30 * DAY - SECOND, False),
        (MIDNIGHT - 30 * DAY, True),
        (MIDNIGHT + 181 * DAY - SECOND, True),
        (MIDNIGHT + 181 * DAY, False),
    ],
)
def test_it_reaches_30_days_back_and_180_ahead(token, people, start, is_in):
    task_of(people.field_engineer, planned_start=start, planned_end=start + HOUR)

    assert bool(events(token)) == is_in


def test_a_task_without_an_end_lasts_as_usual(token, people):
    task = task_of(people.field_engineer, planned_end=None)

    assert events(token)[task.number].end == NINE + 2 * HOUR


def test_only_the_persons_own_tasks_are_in_it(token, people):
    own = task_of(people.field_engineer)
    task_of(people.depot_engineer)  # of the same outlet, whose tasks the engineer may see
    task_of(people.partner_engineer)
    TaskFactory(planned_start=NINE, planned_end=NINE + HOUR)  # nobody's
    TaskFactory(cancelled=True, assignee=people.field_engineer, planned_start=NINE)

    assert set(events(token)) == {own.number}


def test_what_was_given_to_another_is_gone(token, people, dispatcher):
    task = task_of(people.field_engineer)
    actions.assign(
        task,
        engineer=people.depot_engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        by=dispatcher,
        at=NINE,
    )

    assert events(token) == {}
