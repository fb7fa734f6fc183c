"""The board's answers: what is on it for whom, what is checked, what is written, what it costs."""

import json
from datetime import date, timedelta
from decimal import Decimal
from time import process_time

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmservice.activity import trail
from crmservice.activity.models import Activity
from dispatch import actions, queries
from dispatch.choices import Lock, Status
from dispatch.forms.board import BoardFilterForm
from dispatch.models import Task
from dispatch.views.board import ABOVE_THE_FOLD
from employees.choices import Role
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.customers import CustomerFactory, SiteFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import (
    AbsenceFactory,
    CalendarDayFactory,
    EmployeeFactory,
    EmployeeSkillFactory,
    OutletFactory,
    SkillFactory,
    WorkingCalendarFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TUESDAY = "2026-03-03"


@pytest.fixture(autouse=True)
def eight_oclock():
    with time_machine.travel(NINE - HOUR, tick=False):
        yield


def url(name, *args, **query):
    return reverse(f"dispatch:{name}", args=args, query=query or None)


def feed(client, **query):
    answer = client.get(url("board_feed", **{"on": TUESDAY, **query}))
    assert answer.status_code == 200
    return json.loads(answer.content)


def numbers(answer):
    return {each["id"] for each in answer["tasks"]}


def names(answer):
    return {each["id"] for each in answer["people"]}


# --- What is on it -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "view", "is_on"),
    [
        pytest.param(NINE, "day", True, id="today"),
        pytest.param(NINE + 15 * HOUR - MINUTE, "day", True, id="a minute before midnight"),
        pytest.param(NINE + 15 * HOUR, "day", False, id="at midnight"),
        pytest.param(NINE - 11 * HOUR, "day", False, id="ends at the midnight before"),
        pytest.param(NINE - 11 * HOUR + MINUTE, "day", True, id="ends a minute after it"),
        pytest.param(NINE + 15 * HOUR, "week", True, id="tomorrow, in the week"),
        pytest.param(NINE - DAY - 9 * HOUR, "week", True, id="Monday at midnight"),
        pytest.param(NINE + 5 * DAY + 15 * HOUR, "week", False, id="the Monday after"),
    ],
)
def test_a_task_is_on_the_days_that_it_touches(logged_in, engineer, starts, view, is_on):
    TaskFactory(
        assigned=True,
        assignee=engineer,
        number="TK-1",
        planned_start=starts,
        planned_end=starts + 2 * HOUR,
    )

    assert numbers(feed(logged_in("service_manager"), view=view)) == ({"TK-1"} if is_on else set())


@pytest.mark.parametrize(
    ("role", "seen", "people_"),
    [
        ("service_manager", {"HQ-1", "SY-1"}, {"field_engineer", "partner_engineer"}),
        ("partner_coordinator", {"SY-1"}, {"partner_engineer"}),
        ("field_engineer", {"HQ-1"}, {"field_engineer"}),
        ("outsider", set(), set()),
    ],
)
def test_an_outlet_sees_its_own_engineers_and_their_tasks(logged_in, people, role, seen, people_):
    TaskFactory(number="HQ-1", assigned=True, assignee=people.field_engineer)
    TaskFactory(number="SY-1", assigned=True, assignee=people.partner_engineer)

    answer = feed(logged_in(role))

    assert numbers(answer) == seen
    assert names(answer) & {"field_engineer", "partner_engineer"} == people_


def test_whoever_has_something_to_do_is_on_it_and_cancelled_tasks_are_not(logged_in, people):
    TaskFactory(assigned=True, assignee=people.service_manager, kind="call_back")
    TaskFactory(assigned=True, assignee=people.field_engineer, status="cancelled", number="TK-9")
    people.partner_engineer.is_active = False
    people.partner_engineer.save()

    answer = feed(logged_in("department_head"))

    assert "service_manager" in names(answer)
    assert "sales" not in names(answer)
    assert "partner_engineer" not in names(answer)
    assert "TK-9" not in numbers(answer)


@pytest.mark.parametrize(
    ("query", "people_", "waiting"),
    [
        ({}, {"field_engineer", "depot_engineer", "partner_engineer"}, {"W-1", "W-2"}),
        ({"outlet": "SY"}, {"partner_engineer"}, {"W-1", "W-2"}),
        ({"skill": "PUMP"}, {"field_engineer"}, {"W-2"}),
        (
            {"kind": "care"},
            {"field_engineer", "depot_engineer", "partner_engineer"},
            {"W-1"},
        ),
        (
            {"outlet": "no", "skill": "no", "kind": "no", "view": "no"},
            {"field_engineer", "depot_engineer", "partner_engineer"},
            {"W-1", "W-2"},
        ),
    ],
)
def test_the_filters(logged_in, people, engineer, query, people_, waiting):
    EmployeeSkillFactory(employee=people.depot_engineer, certificate_expires_on=date(2026, 3, 2))
    TaskFactory(number="W-1", kind="care")
    TaskFactory(number="W-2", skill=SkillFactory())

    answer = feed(logged_in("service_manager"), **query)

    assert names(answer) & {"field_engineer", "depot_engineer", "partner_engineer"} == people_
    assert {number for number in ("W-1", "W-2") if number in answer["waiting"]} == waiting


def test_another_kind_stays_on_the_board_and_steps_back(logged_in, engineer):
    TaskFactory(assigned=True, assignee=engineer, kind="care")

    assert feed(logged_in("service_manager"), kind="onsite")["tasks"][0]["other"] is True
    assert feed(logged_in("service_manager"), kind="care")["tasks"][0]["other"] is False


def test_the_way_to_each_task_is_shown_and_whether_there_is_time_for_it(
    logged_in, engineer, people
):
    """At home in the same town; then half a degree north, 87 minutes, with one hour to do it in."""
    engineer.base_latitude, engineer.base_longitude = Decimal("41.80000"), Decimal("123.40000")
    engineer.save()
    here = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.40000"))
    far = CustomerFactory(latitude=Decimal("42.30000"), longitude=Decimal("123.40000"))
    for at, customer in ((0, here), (3, far)):
        TaskFactory(
            assigned=True,
            assignee=engineer,
            customer=customer,
            number=f"TK-{at}",
            planned_start=NINE + at * HOUR,
            planned_end=NINE + (at + 2) * HOUR,
        )

    answer = feed(logged_in("service_manager"))

    assert answer["ways"] == [
        {
            "who": ["field_engineer"],
            "start": "2026-03-03T10:33",
            "end": "2026-03-03T12:00",
            "short": True,
        }
    ]
    assert {each["id"]: each["short"] for each in answer["tasks"]} == {"TK-0": False, "TK-3": True}
    assert answer["people"][0]["load"] == "4 h" or answer["people"][-1]["load"]


def test_closed_hours_holidays_and_absences_are_the_background(logged_in, engineer):
    calendar = WorkingCalendarFactory()
    OutletFactory._meta.model.objects.filter(pk=engineer.outlet_id).update(calendar=calendar)
    CalendarDayFactory(calendar=calendar, date="2026-03-04", name="休息日")
    AbsenceFactory(employee=engineer, starts_at=NINE + DAY, ends_at=NINE + DAY + HOUR)

    answer = feed(logged_in("service_manager"), view="week")

    spans = [(each["start"], each["end"], each["text"]) for each in answer["closed"]]
    assert spans == [
        ("2026-03-02T00:00", "2026-03-02T09:00", ""),
        ("2026-03-02T17:00", "2026-03-03T09:00", ""),
        ("2026-03-03T17:00", "2026-03-04T00:00", ""),
        ("2026-03-04T00:00", "2026-03-05T00:00", "休息日"),
        ("2026-03-05T00:00", "2026-03-05T09:00", ""),
        ("2026-03-05T17:00", "2026-03-06T09:00", ""),
        ("2026-03-06T17:00", "2026-03-09T00:00", ""),
    ]
    assert [(each["who"], each["start"]) for each in answer["away"]] == [
        (["field_engineer"], "2026-03-04T09:00")
    ]


@pytest.mark.parametrize(("later", "is_late"), [(0, False), (1, True)])
def test_the_promised_arrival_is_on_the_task_and_too_late_is_said(
    fault, engineer, dispatcher, logged_in, later, is_late
):
    actions.plan(
        title="更换轴封",
        service_request=fault,
        engineer=engineer,
        planned_start=NINE + HOUR + later * MINUTE,
        planned_end=NINE + 3 * HOUR,
        by=dispatcher,
        at=NINE - HOUR,
    )

    task = feed(logged_in("service_manager"))["tasks"][0]

    assert (task["promise"], task["late"]) == ("10:00", is_late)


def test_what_was_promised_first_waits_first(fault, dispatcher, logged_in):
    TaskFactory(number="W-0", created_at=NINE - 9 * DAY)
    promised = actions.plan(title="x", service_request=fault, by=dispatcher, at=NINE - HOUR)

    waiting = feed(logged_in("service_manager"))["waiting"]

    assert waiting.index(promised.number) < waiting.index("W-0")


@pytest.mark.parametrize(
    ("until", "hours"),
    [
        (NINE + 9 * HOUR, ["08:00", "19:00"]),
        (NINE + 8 * HOUR + 30 * MINUTE, ["08:00", "18:00"]),
        (NINE + 14 * HOUR + MINUTE, ["08:00", "24:00"]),
        (NINE + 16 * HOUR, ["00:00", "24:00"]),
    ],
)
def test_as_many_hours_as_the_tasks_need(logged_in, engineer, until, hours):
    TaskFactory(assigned=True, assignee=engineer, planned_end=until)

    assert feed(logged_in("service_manager"))["hours"] == hours


def test_more_people_than_can_be_read_are_cut_and_it_is_said(logged_in, monkeypatch, people):
    monkeypatch.setattr("dispatch.queries.boarding.MOST_PEOPLE", 1)

    answer = feed(logged_in("service_manager"))

    assert len(answer["people"]) == 1
    assert answer["note"].startswith("Only the first 1 people")


# --- How it is asked -----------------------------------------------------------------------------


def test_unchanged_is_304_and_each_change_of_others_is_news(logged_in, visit, engineer):
    client = logged_in("service_manager")
    address = url("board_feed", on=TUESDAY)
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304

    actions.accept(visit, by=engineer, at=NINE)

    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def asked_again(client, tag, **query):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(
            url("board_feed", **{"on": TUESDAY, **query}), headers={"if-none-match": tag}
        )
    return answer, any('FROM "dispatch_task"' in each["sql"] for each in captured)


@pytest.mark.parametrize(
    ("later", "is_made"), [(timedelta(seconds=59), False), (timedelta(minutes=1), True)]
)
def test_what_nobody_moved_is_made_again_only_when_the_minute_is_over(
    logged_in, visit, later, is_made
):
    client = logged_in("service_manager")
    tag = client.get(url("board_feed", on=TUESDAY)).headers["ETag"]

    with time_machine.travel(NINE - HOUR + later, tick=False):
        answer, was_made = asked_again(client, tag)
        again, was_made_twice = asked_again(client, answer.headers["ETag"])

    assert (answer.status_code, was_made) == (304, is_made)
    assert (again.status_code, was_made_twice) == (304, False)


def test_what_is_done_to_other_things_does_not_make_it_again(logged_in, visit, people):
    client = logged_in("service_manager")
    tag = client.get(url("board_feed", on=TUESDAY)).headers["ETag"]

    with transaction.atomic():
        trail.record(visit.customer, "customers.changed", by=people.service_manager, at=NINE)

    answer, was_made = asked_again(client, tag)
    assert (answer.status_code, was_made) == (304, False)


@pytest.mark.parametrize(("before", "is_seen"), [(499, True), (500, False)])
def test_what_ends_later_than_its_number_says_is_news(logged_in, visit, people, before, is_seen):
    """`before` the newest; what comes still later is seen when the minute is over."""
    client = logged_in("service_manager")
    newest = 1_000_000
    write(visit.customer, "customers.changed", newest, people.service_manager)
    tag = client.get(url("board_feed", on=TUESDAY)).headers["ETag"]

    write(visit, "dispatch.accepted", newest - before, people.service_manager)

    _answer, was_made = asked_again(client, tag)
    assert was_made == is_seen


def write(subject, verb, number, by):
    activity = trail.draft(subject, verb, by=by, at=NINE)
    activity.pk = number
    activity.save(force_insert=True)


@pytest.mark.parametrize("tag", ["0.0-0", "x", '"-"', "99999999999999999999.1-1", "²."])
def test_a_tag_that_is_none_of_ours_gets_the_whole(logged_in, visit, tag):
    answer, was_made = asked_again(logged_in("service_manager"), tag)

    assert (answer.status_code, was_made) == (200, True)


@pytest.mark.parametrize(
    ("query", "first", "days"),
    [
        ({}, date(2026, 3, 3), 1),
        ({"view": "week"}, date(2026, 3, 2), 7),
        ({"view": "week", "on": "2026-03-08"}, date(2026, 3, 2), 7),
        ({"view": "week", "on": "2026-03-09"}, date(2026, 3, 9), 7),
        ({"on": "nonsense"}, date(2026, 3, 3), 1),
        ({"on": "9999-12-31"}, date(2026, 3, 3), 1),
        ({"on": "0001-01-01", "view": "week"}, date(2026, 3, 2), 7),
    ],
)
def test_the_address_says_the_days(people, query, first, days):
    stretch = BoardFilterForm(query, user=people.service_manager).stretch(date(2026, 3, 3))

    assert (stretch.first, stretch.days) == (first, days)


@pytest.mark.parametrize("name", ["board", "board_list"])
def test_the_ways_keep_the_filters(logged_in, name):
    page = logged_in("service_manager").get(url(name, on=TUESDAY, kind="care", outlet="no"))

    shown = page.content.decode()
    assert url(name, view="day", on="2026-03-04", kind="care").replace("&", "&amp;") in shown
    assert "view=day&amp;on=2026-03-04&amp;kind=care&amp;outlet" not in shown


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("service_manager", "board", 200),
        ("field_engineer", "board", 200),
        ("storekeeper", "board_list", 200),
        ("sales", "board", 403),
        ("sales", "board_feed", 403),
    ],
)
def test_who_may_look(logged_in, role, name, status):
    assert logged_in(role).get(url(name)).status_code == status


@pytest.mark.parametrize("name", ["board_task", "board_check", "board_place", "board_take_back"])
def test_another_outlets_task_is_not_found(visit, logged_in, name):
    client = logged_in("outsider")
    ask = client.post if name in {"board_place", "board_take_back"} else client.get

    assert ask(url(name, visit.number)).status_code == 404


@pytest.mark.parametrize("name", ["board_check", "board_place", "board_take_back"])
def test_whoever_does_not_plan_moves_nothing(visit, logged_in, name):
    client = logged_in("field_engineer")
    ask = client.get if name == "board_check" else client.post

    assert ask(url(name, visit.number)).status_code == 403


# --- Checked, and placed -------------------------------------------------------------------------


def slot(engineer, at="2026-03-03T14:00", minutes=60, **more):
    return {"engineer": engineer.employee_no, "starts": at, "minutes": minutes, **more}


def test_before_the_drop_it_is_said_what_stands_against_it(logged_in, engineer, dispatcher, people):
    TaskFactory(assigned=True, assignee=engineer, number="TK-2026-0900")
    task = TaskFactory(skill=SkillFactory(code="OTHER"))
    client = logged_in("service_manager")

    answer = client.get(
        url("board_check", task.number, **slot(engineer, "2026-03-03T10:00"))
    ).json()

    assert "TK-2026-0900" in answer["conflicts"][0]
    assert "does not have the skill" in answer["conflicts"][1]
    assert (answer["refused"], answer["warnings"]) == ("", [])
    assert Task.objects.get(pk=task.pk).version == task.version
    free = client.get(url("board_check", TaskFactory().number, **slot(engineer))).json()
    assert (free["conflicts"], free["warnings"]) == ([], [])
    assert free["slot"].startswith(engineer.name)


def test_a_lock_and_nonsense_are_refusals(logged_in, visit, engineer, dispatcher):
    actions.lock_appointment(visit, what=Lock.TIME, by=dispatcher, at=NINE - HOUR)
    client = logged_in("service_manager")

    locked = client.get(url("board_check", visit.number, **slot(engineer))).json()
    unknown = client.get(url("board_check", visit.number, engineer="x", starts="y")).json()

    assert "Unlock it first" in locked["refused"]
    assert unknown["refused"]


def test_it_is_placed_once_however_often_it_is_sent(logged_in, engineer):
    task = TaskFactory()
    client = logged_in("service_manager")
    values = slot(engineer, once="one", version=task.version)

    first, second = (client.post(url("board_place", task.number), values) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    task.refresh_from_db()
    assert (task.assignee, task.planned_start) == (engineer, NINE + 5 * HOUR)
    assert Activity.objects.filter(verb="dispatch.assigned").count() == 1


def test_a_conflict_asks_for_a_reason_and_is_placed_with_one(logged_in, engineer):
    TaskFactory(assigned=True, assignee=engineer)
    task = TaskFactory()
    client = logged_in("service_manager")
    values = slot(engineer, "2026-03-03T09:30", once="one")

    refused = client.post(url("board_place", task.number), values)
    assert refused.status_code == 422
    assert ["has TK-" in each for each in refused.json()["against"]] == [True]
    assert Task.objects.get(pk=task.pk).assignee is None

    placed = client.post(url("board_place", task.number), {**values, "conflict_reason": "急"})
    assert placed.status_code == 200
    assert Task.objects.get(pk=task.pk).conflict_reason == "急"


def test_whoever_saw_an_older_version_is_told(logged_in, visit, people):
    client = logged_in("service_manager")

    answer = client.post(
        url("board_place", visit.number),
        slot(people.depot_engineer, version=visit.version - 1, once="one"),
    )

    assert (answer.status_code, answer.json()["against"]) == (422, [])
    assert "Meanwhile it is" in answer.json()["said"]
    assert Task.objects.get(pk=visit.pk).assignee == visit.assignee


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"engineer": "sales", "starts": "2026-03-03T14:00", "minutes": 60},
        {"engineer": "field_engineer", "starts": "9999-12-31T14:00", "minutes": 60},
        {"engineer": "field_engineer", "starts": "2026-03-03T14:00", "minutes": 4},
        {"engineer": "field_engineer", "starts": "2026-03-03T14:00", "minutes": 10**9},
    ],
)
def test_nonsense_is_refused_in_words(logged_in, people, values):
    task = TaskFactory()

    answer = logged_in("service_manager").post(url("board_place", task.number), values)

    assert answer.status_code == 422
    assert answer.json()["said"]
    assert Task.objects.get(pk=task.pk).assignee is None


def test_a_coordinator_places_with_the_own_engineers_only(logged_in, people, fault, dispatcher):
    task = actions.plan(
        title="x",
        service_request=fault,
        engineer=people.partner_engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        conflict_reason="试试",
        by=dispatcher,
        at=NINE - HOUR,
    )
    client = logged_in("partner_coordinator")

    foreign = client.post(url("board_place", task.number), slot(people.field_engineer, once="a"))
    own = client.post(
        url("board_place", task.number),
        slot(people.partner_engineer, conflict_reason="试试", once="b"),
    )

    assert (foreign.status_code, own.status_code) == (422, 200)


def test_taken_back_with_a_reason_and_not_without(logged_in, visit):
    client = logged_in("service_manager")

    assert client.post(url("board_take_back", visit.number), {"reason": ""}).status_code == 422
    answer = client.post(url("board_take_back", visit.number), {"reason": "改期", "once": "x"})

    assert answer.status_code == 200
    assert Task.objects.get(pk=visit.pk).status == Status.PLANNED


def test_beside_the_board_stands_who_could_go_and_why(logged_in, engineer, machine, people):
    task = TaskFactory(customer=machine.customer, skill=SkillFactory())

    page = logged_in("service_manager").get(url("board_task", task.number, on=TUESDAY))

    shown = page.content.decode()
    assert f'value="{engineer.employee_no}"' in shown
    assert "has Pumps level 3" in shown
    assert f"{people.depot_engineer.name}" in shown
    assert "does not have Pumps" in shown


@pytest.mark.parametrize(
    ("hours", "is_left_out"), [pytest.param(24, False, id="a day ago"), pytest.param(23, True)]
)
def test_whoever_refused_the_task_is_not_asked_again_for_a_day(
    logged_in, visit, engineer, hours, is_left_out
):
    with time_machine.travel(NINE, tick=False):
        actions.refuse(visit, reason="车坏了", by=engineer, at=NINE)

    with time_machine.travel(NINE + hours * HOUR, tick=False):
        client = logged_in("service_manager")
        shown = client.get(url("board_task", visit.number)).content.decode()

    assert ("refused this task at 3 Mar 2026 09:00" in shown) == is_left_out
    assert (f"Assign {engineer.name}, " in shown) != is_left_out


def test_two_of_one_name_are_told_apart_by_their_outlets(logged_in, people):
    namesakes = EmployeeFactory.create_batch(2, name="马敏", role=Role.FIELD_ENGINEER)
    waiting = TaskFactory()

    side = logged_in("service_manager").get(url("board_task", waiting.number)).content.decode()

    for person in namesakes:
        assert f">马敏 · {person.outlet.name}</option>" in side


def test_whoever_only_looks_gets_no_button(logged_in, visit):
    shown = logged_in("field_engineer").get(url("board_task", visit.number)).content.decode()

    assert visit.number in shown
    assert "<form" not in shown


def test_the_list_has_the_same_with_a_way_to_assign(logged_in, visit, engineer):
    waiting = TaskFactory(number="W-1")
    AbsenceFactory(employee=engineer, starts_at=NINE + 5 * HOUR, ends_at=NINE + 6 * HOUR)

    shown = logged_in("service_manager").get(url("board_list", on=TUESDAY)).content.decode()

    assert url("assign", visit.number) in shown
    assert url("assign", waiting.number) in shown
    assert engineer.name in shown
    assert "3 Mar 2026 14:00 – 15:00" in shown
    looked = logged_in("storekeeper").get(url("board_list", on=TUESDAY)).content.decode()
    assert url("assign", visit.number) not in looked


# --- What it costs -----------------------------------------------------------------------------


def a_week(count, per_day=1, outlet=None, *, is_crewed=False):
    """`count` engineers with a calendar and a task on each of seven days, and as many that wait."""
    outlet = outlet or OutletFactory(calendar=WorkingCalendarFactory())
    site = SiteFactory()
    for _ in range(count):
        person = EmployeeFactory(role=Role.FIELD_ENGINEER, outlet=outlet, password="!")
        AbsenceFactory(employee=person, starts_at=NINE + 4 * DAY, ends_at=NINE + 5 * DAY)
        TaskFactory(customer=site.customer, site=site)
        for at in range(7 * per_day):
            starts = NINE + (at // per_day - 1) * DAY + (at % per_day) * 3 * HOUR
            task = TaskFactory(
                assigned=True,
                assignee=person,
                customer=site.customer,
                site=site,
                planned_start=starts,
                planned_end=starts + 2 * HOUR,
            )
        if is_crewed:
            task.crew.add(EmployeeFactory(role=Role.FIELD_ENGINEER, outlet=outlet, password="!"))


@pytest.mark.parametrize("name", ["board_feed", "board_list"])
def test_one_engineer_costs_as_many_queries_as_three(logged_in, people, name):
    client = logged_in("service_manager")
    costs = []
    for more in (1, 2):
        a_week(more, is_crewed=True)
        client.get(url(name, on=TUESDAY, view="week"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name, on=TUESDAY, view="week")).status_code == 200
        costs.append(len(captured))

    assert costs[0] == costs[1]
    assert costs[0] <= 12


def test_fifty_engineers_and_seven_days_within_the_time(logged_in, people):
    """The processor's time, which others on the machine do not lengthen."""
    a_week(50)
    client = logged_in("service_manager")
    client.get(url("board_feed", on=TUESDAY, view="week"))

    spent = []
    for _ in range(5):
        began = process_time()
        answer = feed(client, view="week")
        spent.append(process_time() - began)

    assert len(answer["tasks"]) == 350
    assert min(spent) < 0.3


def test_the_top_has_all_the_people_and_what_the_first_of_them_do(logged_in, people):
    a_week(ABOVE_THE_FOLD + 1)
    client = logged_in("service_manager")

    top, whole = (feed(client, view="week", **which) for which in ({"top": ""}, {}))

    assert [each["id"] for each in top["people"]] == [each["id"] for each in whole["people"]]
    first = [each["id"] for each in top["people"][:ABOVE_THE_FOLD]]
    assert top["tasks"] == [each for each in whole["tasks"] if each["who"] in first]
    assert len(top["tasks"]) < len(whole["tasks"])
    assert top["waiting"] == whole["waiting"]


def test_the_page_of_a_stretch_is_the_one_that_is_read(people):
    stretch = queries.Stretch(date(2026, 3, 2), 7)

    assert stretch.last == date(2026, 3, 8)
    assert (stretch.ends - stretch.starts) == 7 * DAY
