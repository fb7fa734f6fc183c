"""Plan the day, from the question to the tasks assigned: facts, job, page, rights."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions, queries, solving
from dispatch.actions import day_planning
from dispatch.choices import PlanState, Status
from dispatch.models import DayPlan, Task
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import DayPlanFactory, EngineerWishFactory, TaskFactory
from tests.factories.employees import (
    AbsenceFactory,
    EmployeeFactory,
    EmployeeSkillFactory,
    OutletFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TUESDAY = NINE.date()
TICKED = "checked\n>"
EIGHT = NINE - HOUR


@pytest.fixture(autouse=True)
def eight_oclock():
    with time_machine.travel(EIGHT, tick=False):
        yield


ASK = solving.ask


@pytest.fixture(autouse=True)
def no_solver(monkeypatch):
    """The greedy plan is enough here; one test and those of the solver start it."""
    monkeypatch.setattr(solving, "ask", lambda *_args, **_kwargs: None)


@pytest.fixture
def head(people):
    return people.department_head


@pytest.fixture
def lone(people):
    """An outlet with one engineer, and that one."""
    return EmployeeFactory(role="field_engineer", outlet=OutletFactory(code="ONE"))


def asked(by, **changes):
    given = {"on": TUESDAY, "moves_assigned": True, **changes}
    return actions.ask_day_plan(**given, by=by, at=EIGHT)


def reckoned(by, **changes):
    plan = asked(by, **changes)
    assert actions.reckon_day_plans(at=EIGHT) == 1
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    return plan


def lines(plan):
    moments = ("starts", "ends")
    return {
        line["task"]: {**line, **{name: datetime.fromisoformat(line[name]) for name in moments}}
        for line in plan.result["lines"]
    }


def url(name, *args, **query):
    return reverse(f"dispatch:{name}", args=args, query=query or None)


# --- The facts -----------------------------------------------------------------------------------


def test_what_waits_is_given_to_somebody_and_nothing_changes_before_it_is_accepted(head, lone):
    task = TaskFactory()

    plan = reckoned(head, outlet=lone.outlet)

    line = lines(plan)[task.pk]
    assert (line["engineer"], line["starts"]) == (lone.pk, EIGHT)
    assert line["is_change"]
    task.refresh_from_db()
    assert (task.status, task.version) == (Status.PLANNED, 1)
    verbs = Activity.objects.values_list("verb", flat=True)
    assert set(verbs) == {"dispatch.day_plan_asked", "dispatch.day_plan_ready"}


@pytest.mark.parametrize(
    ("facts", "is_asked_for"),
    [
        pytest.param({}, True, id="without a time"),
        pytest.param({"kind": "call_back"}, False, id="a call is no visit"),
        pytest.param({"window_from": TUESDAY}, True, id="from that day on"),
        pytest.param({"window_from": TUESDAY + DAY}, False, id="from the next day on"),
        pytest.param({"window_until": TUESDAY - DAY}, True, id="overdue"),
        pytest.param({"planned_start": NINE + DAY}, False, id="wished for tomorrow"),
        pytest.param({"planned_start": NINE - DAY}, True, id="wished for yesterday"),
        pytest.param(
            {"planned_start": NINE - DAY, "locked": "time"}, False, id="agreed for yesterday"
        ),
        pytest.param({"status": "cancelled"}, False, id="cancelled"),
    ],
)
def test_which_open_tasks_are_of_the_day(head, lone, facts, is_asked_for):
    task = TaskFactory(**facts)

    assert (task.pk in lines(reckoned(head, outlet=lone.outlet))) == is_asked_for


def test_an_outlet_plans_for_its_customers_and_for_those_whom_nobody_serves(head, lone):
    own, foreign = CustomerFactory(), CustomerFactory()
    own.served_by.set([lone.outlet])
    foreign.served_by.set([OutletFactory(code="TWO")])
    tasks = [TaskFactory(customer=own), TaskFactory(customer=foreign), TaskFactory()]

    plan = reckoned(head, outlet=lone.outlet)

    assert set(lines(plan)) == {tasks[0].pk, tasks[2].pk}


@pytest.mark.parametrize(
    ("trait", "facts", "asked_for", "moves"),
    [
        ("assigned", {}, {}, True),
        ("assigned", {}, {"moves_assigned": False}, False),
        ("accepted", {}, {}, False),
        ("accepted", {}, {"moves_accepted": True}, True),
        ("assigned", {"locked": "both"}, {}, False),
        ("assigned", {"locked": "person"}, {}, True),
        ("assigned", {"conflict_reason": "muss sein"}, {}, False),
        ("working", {}, {"moves_accepted": True}, False),
        ("assigned", {"planned_start": EIGHT - HOUR}, {}, False),
    ],
)
def test_what_may_be_moved(head, lone, trait, facts, asked_for, moves):
    task = TaskFactory(**{trait: True}, assignee=lone, **facts)

    plan = reckoned(head, outlet=lone.outlet, **asked_for)

    assert (task.pk in lines(plan)) == moves
    assert (task.pk in plan.result["kept"]) == (not moves)
    if moves:
        assert not lines(plan)[task.pk]["is_change"]


def test_locks_are_kept(head, lone):
    other = EmployeeFactory(role="field_engineer", outlet=lone.outlet)
    skill = SkillFactory()
    EmployeeSkillFactory(employee=other, skill=skill)
    odd = NINE + 4 * HOUR + 7 * MINUTE
    slot = {"planned_start": odd, "planned_end": odd + HOUR}
    person = TaskFactory(assigned=True, assignee=lone, locked="person")
    time = TaskFactory(assigned=True, assignee=lone, locked="time", skill=skill, **slot)

    plan = reckoned(head, outlet=lone.outlet)

    assert lines(plan)[person.pk]["engineer"] == lone.pk
    assert time.pk in plan.result["kept"]  # without the skill, so nobody touches it
    EmployeeSkillFactory(employee=lone, skill=skill)
    actions.drop_day_plan(plan, by=head, at=EIGHT)
    again = reckoned(head, outlet=lone.outlet)
    assert lines(again)[time.pk]["starts"] == odd


def test_absences_skills_and_wishes_count(head, lone):
    skill = SkillFactory()
    EmployeeSkillFactory(employee=lone, skill=skill, certificate_expires_on=TUESDAY - DAY)
    AbsenceFactory(employee=lone, starts_at=EIGHT, ends_at=NINE + HOUR)
    unskilled, banned, free = TaskFactory(skill=skill), TaskFactory(), TaskFactory()
    EngineerWishFactory(customer=banned.customer, engineer=lone, kind="banned")

    plan = reckoned(head, outlet=lone.outlet)

    assert lines(plan)[free.pk]["starts"] == NINE + HOUR
    assert {left["task"]: left["code"] for left in plan.result["left"]} == {
        unskilled.pk: "no_skill",
        banned.pk: "all_banned",
    }


@pytest.mark.parametrize(
    ("degrees", "starts"),
    [
        pytest.param(0.34, 480, id="an hour of way before the hours"),
        pytest.param(1.0, 420 + 175, id="and the rest of a long one within them"),
    ],
)
def test_nobody_sets_out_in_the_night(head, lone, degrees, starts):
    lone.base_latitude, lone.base_longitude = 41, 123
    lone.save()
    customer = CustomerFactory(latitude=41 + Decimal(str(degrees)), longitude=123)
    task = TaskFactory(customer=customer)

    plan = reckoned(head, on=TUESDAY + DAY, outlet=lone.outlet)

    assert lines(plan)[task.pk]["starts"] == queries.moment_of(TUESDAY + DAY, starts)


def test_a_partner_plans_its_own(people):
    foreign = TaskFactory()  # of a customer whom the partner does not serve
    TaskFactory(assigned=True, assignee=people.field_engineer)

    plan = reckoned(people.partner_coordinator)

    assert plan.result["people"] == [people.partner_engineer.pk]
    assert foreign.pk not in lines(plan)


# --- The job -------------------------------------------------------------------------------------


def test_a_day_that_is_over_is_not_planned(head):
    with pytest.raises(DomainError):
        asked(head, on=TUESDAY - DAY)


def test_the_same_question_twice_is_one_plan(head, people):
    assert asked(head) == asked(head)
    assert asked(head) != asked(people.service_manager)


def test_what_was_killed_on_the_way_is_begun_again_when_its_lease_is_over(head, monkeypatch):
    plan = asked(head)

    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(solving, "solve", killed)
    with pytest.raises(KeyboardInterrupt):
        actions.reckon_day_plans(at=EIGHT)
    monkeypatch.undo()
    monkeypatch.setattr(solving, "ask", lambda *_args, **_kwargs: None)
    plan.refresh_from_db()
    assert (plan.state, plan.attempts) == (PlanState.SOLVING, 1)

    lease = day_planning.lease()
    assert actions.reckon_day_plans(at=EIGHT + lease - MINUTE / 60) == 0
    assert actions.reckon_day_plans(at=EIGHT + lease) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.attempts) == (PlanState.READY, 2)


def test_what_never_comes_to_an_end_fails_after_three_attempts(head, monkeypatch):
    plan = asked(head)
    monkeypatch.setattr(day_planning, "day_facts", lambda *_args, **_kwargs: 1 / 0)

    for number in range(4):
        actions.reckon_day_plans(at=EIGHT + number * HOUR)

    plan.refresh_from_db()
    assert (plan.state, plan.attempts) == (PlanState.FAILED, 3)


def test_only_one_worker_has_it(head, monkeypatch):
    plan = asked(head)
    stale = DayPlan.objects.get(pk=plan.pk)
    assert day_planning.reckon(plan, at=EIGHT)

    assert not day_planning.reckon(stale, at=EIGHT)


def test_a_plan_that_is_dropped_while_it_is_reckoned_stays_dropped(head, monkeypatch):
    plan = asked(head)
    TaskFactory()

    def ask(*_args, told, **_kwargs):
        actions.drop_day_plan(plan, by=head, at=EIGHT)
        if not told(50):
            raise solving.GivenUpError

    monkeypatch.setattr(solving, "ask", ask)
    EmployeeFactory(role="field_engineer")

    assert actions.reckon_day_plans(at=EIGHT) == 0
    plan.refresh_from_db()
    assert (plan.state, plan.result) == (PlanState.DROPPED, {})


def test_the_measure_of_ways_is_a_setting(head, lone, settings):
    settings.DAY_PLAN_WAYS = "tests.dispatch.test_day_plans.no_way"
    TaskFactory()

    assert reckoned(head, outlet=lone.outlet).result["figures"]["plan"]["travel"] == 0


def no_way(_one, _other):
    return None


# --- Accepting -----------------------------------------------------------------------------------


def accepted(plan, by, *tasks):
    chosen = {task.pk for task in tasks}
    return actions.accept_day_plan(plan, chosen=chosen, by=by, at=EIGHT)


def test_accepted_lines_are_assigned_and_the_others_are_not_touched(head, lone):
    first, second = TaskFactory(), TaskFactory()
    plan = reckoned(head, outlet=lone.outlet)

    plan = accepted(plan, head, first)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.assignee) == (Status.ASSIGNED, lone)
    assert first.planned_start == lines(plan)[first.pk]["starts"]
    assert second.status == Status.PLANNED
    assert plan.answer == {"taken": [first.pk], "refused": {}}
    assert Activity.objects.filter(verb="dispatch.assigned").count() == 1


def test_a_line_whose_task_was_changed_is_refused_and_the_others_go_through(head, lone):
    first, second = TaskFactory(), TaskFactory()
    plan = reckoned(head, outlet=lone.outlet)
    actions.change(first, {"title": "anders"}, by=head, at=EIGHT)

    plan = accepted(plan, head, first, second)

    assert plan.answer["taken"] == [second.pk]
    with translation.override("en"):
        assert plan.answer["refused"][str(first.pk)]
    first.refresh_from_db()
    assert first.status == Status.PLANNED


def test_a_line_whose_engineer_has_something_else_by_now_is_refused_with_its_name(head, lone):
    task = TaskFactory()
    plan = reckoned(head, outlet=lone.outlet)
    TaskFactory(assigned=True, assignee=lone, number="TK-X", planned_start=EIGHT)

    plan = accepted(plan, head, task)

    assert plan.answer["taken"] == []
    assert "TK-X" in plan.answer["refused"][str(task.pk)]


def test_two_that_change_places_do_so_at_once_and_a_chain_in_its_order(head, lone):
    slots = [(NINE + n * 2 * HOUR, NINE + (n + 1) * 2 * HOUR) for n in range(3)]
    tasks = [
        TaskFactory(assigned=True, assignee=lone, planned_start=starts, planned_end=ends)
        for starts, ends in slots
    ]
    plan = reckoned(head, outlet=lone.outlet)
    turned = {tasks[0].pk: slots[1], tasks[1].pk: slots[0], tasks[2].pk: slots[2]}
    for line in plan.result["lines"]:
        line["starts"], line["ends"] = (each.isoformat() for each in turned[line["task"]])
        line["is_change"] = True
    plan.save()

    plan = accepted(plan, head, *tasks)

    assert set(plan.answer["taken"]) == {task.pk for task in tasks}
    for task in tasks:
        task.refresh_from_db()
        assert task.planned_start == turned[task.pk][0]
        assert not task.conflict_reason


def test_of_a_ring_that_cannot_close_each_line_says_why(head, lone):
    slots = [(NINE + n * 2 * HOUR, NINE + (n + 1) * 2 * HOUR) for n in range(2)]
    one, two = [
        TaskFactory(assigned=True, assignee=lone, planned_start=starts, planned_end=ends)
        for starts, ends in slots
    ]
    plan = reckoned(head, outlet=lone.outlet)
    for line, (starts, ends) in zip(plan.result["lines"], reversed(slots), strict=True):
        line["starts"], line["ends"], line["is_change"] = starts.isoformat(), ends.isoformat(), True
    plan.save()

    plan = accepted(plan, head, one)

    assert plan.answer["taken"] == []
    assert two.number in plan.answer["refused"][str(one.pk)]


def test_what_was_left_out_is_accepted_later(head, lone, logged_in):
    first, second = TaskFactory(), TaskFactory()
    plan = accepted(reckoned(head, outlet=lone.outlet), head, first)
    page = logged_in("department_head").get(plan.get_absolute_url()).content.decode()
    assert (page.count('name="lines"'), TICKED in page) == (1, False)

    plan = accepted(plan, head, first, second)

    assert plan.answer == {"taken": [first.pk, second.pk], "refused": {}}
    assert set(Task.objects.filter(assignee=lone)) == {first, second}
    assert Activity.objects.filter(verb="dispatch.assigned").count() == 2


def test_a_line_is_accepted_once_and_not_with_nothing(head, lone):
    task = TaskFactory()
    plan = reckoned(head, outlet=lone.outlet)
    with pytest.raises(DomainError, match="Tick at least one"):
        accepted(plan, head)

    accepted(plan, head, task)

    with pytest.raises(DomainError, match="Somebody else has accepted"):
        accepted(plan, head, task)
    with pytest.raises(DomainError):
        actions.drop_day_plan(plan, by=head, at=EIGHT)


def test_whoever_may_no_longer_see_a_task_does_not_assign_it(people):
    task = TaskFactory()
    task.customer.served_by.set([people.partner_coordinator.outlet])
    plan = reckoned(people.partner_coordinator)
    assert task.pk in lines(plan)
    task.customer.served_by.clear()

    plan = accepted(plan, people.partner_coordinator, task)

    assert plan.answer["taken"] == []
    assert str(task.pk) in plan.answer["refused"]


# --- The pages -----------------------------------------------------------------------------------


def test_from_the_question_to_the_assigned_tasks(logged_in, lone, head):
    client = logged_in("department_head")
    first, second = TaskFactory(title="油泵漏油"), TaskFactory(title="换轴承")
    form = client.get(url("plan_day", on="2026-03-03", outlet="ONE"))
    assert form.context["form"]["on"].value() == "2026-03-03"

    sent = {"on": "2026-03-03", "outlet": "ONE", "moves_assigned": "on", "once": "a" * 20}
    answer = client.post(url("plan_day"), sent)
    plan = DayPlan.objects.get()
    assert answer.headers["Location"] == plan.get_absolute_url()
    assert client.post(url("plan_day"), sent).headers["Location"] == plan.get_absolute_url()
    assert DayPlan.objects.count() == 1
    assert "<progress" in client.get(plan.get_absolute_url()).content.decode()
    actions.reckon_day_plans(at=EIGHT)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert page.count('name="lines"') == 2
    assert page.count(TICKED) == 2
    page = client.get(url("day_plan", plan.pk, tick="none")).content.decode()
    assert TICKED not in page

    sent = {"lines": [first.pk], "once": "b" * 20}
    for _time in range(2):
        answer = client.post(url("accept_day_plan", plan.pk), sent)
        assert answer.headers["Location"] == plan.get_absolute_url()
    page = client.get(plan.get_absolute_url())

    assert page.context["said"] == "1 task is assigned."
    assert set(Task.objects.filter(assignee=lone)) == {first}
    assert Activity.objects.filter(verb="dispatch.assigned").count() == 1
    assert second.number in page.content.decode()


def test_the_page_says_which_lines_were_refused_and_why(logged_in, lone, head):
    task = TaskFactory()
    plan = reckoned(head, outlet=lone.outlet)
    actions.change(task, {"title": "anders"}, by=head, at=EIGHT)
    client = logged_in("department_head")
    assert TICKED not in client.get(plan.get_absolute_url()).content.decode()

    client.post(url("accept_day_plan", plan.pk), {"lines": [task.pk]})
    page = client.get(plan.get_absolute_url()).content.decode()

    assert "1 was refused." in page
    assert "It was changed meanwhile: Planned, nobody yet." in page
    client.cookies["django_language"] = "zh-hans"
    assert "期间已有变动：已计划" in client.get(plan.get_absolute_url()).content.decode()


def test_nothing_ticked_and_foreign_lines_are_told(logged_in, lone, head):
    TaskFactory()
    foreign = TaskFactory(assigned=True, assignee=lone)
    plan = reckoned(head, outlet=lone.outlet)
    client = logged_in("department_head")

    assert client.post(url("accept_day_plan", plan.pk), {}).status_code == 422
    answer = client.post(url("accept_day_plan", plan.pk), {"lines": [foreign.pk, "9999999"]})
    assert answer.status_code == 422
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_a_plan_is_dropped_or_stopped(logged_in, lone, head):
    plan = asked(head, outlet=lone.outlet)
    client = logged_in("department_head")

    client.post(url("drop_day_plan", plan.pk))

    plan.refresh_from_db()
    assert plan.state == PlanState.DROPPED
    assert client.get(plan.get_absolute_url()).status_code == 200
    client.post(url("drop_day_plan", plan.pk))
    assert actions.reckon_day_plans(at=EIGHT) == 0


@pytest.mark.parametrize("role", ["field_engineer", "sales", "depot_engineer"])
def test_who_does_not_plan_sees_none_of_it(logged_in, role, head):
    plan = DayPlanFactory(asked_by=head)
    client = logged_in(role)

    assert client.get(url("plan_day")).status_code == 403
    assert client.get(url("day_plan", plan.pk)).status_code == 403
    assert client.post(url("accept_day_plan", plan.pk)).status_code == 403
    assert client.post(url("drop_day_plan", plan.pk)).status_code == 403


def test_a_partner_sees_no_plan_of_others_and_plans_no_other_outlet(logged_in, people, head, lone):
    plan = DayPlanFactory(asked_by=head)
    client = logged_in("partner_coordinator")

    assert client.get(url("day_plan", plan.pk)).status_code == 404
    assert client.post(url("accept_day_plan", plan.pk)).status_code == 404
    assert client.post(url("drop_day_plan", plan.pk)).status_code == 404
    answer = client.post(url("plan_day"), {"on": "2026-03-03", "outlet": "ONE"})
    assert answer.status_code == 422
    assert DayPlan.objects.count() == 1


@pytest.mark.parametrize("on", ["", "yesterday", "2026-03-02", "2199-01-01"])
def test_a_day_that_cannot_be_is_told(logged_in, people, on):
    answer = logged_in("department_head").post(url("plan_day"), {"on": on})

    assert answer.status_code == 422
    assert not DayPlan.objects.exists()


def counted(call):
    with CaptureQueriesContext(connection) as found:
        call()
    return len(found)


def test_page_and_facts_take_the_same_number_of_queries_for_one_task_and_for_three(
    logged_in, lone, head
):
    client = logged_in("department_head")
    counts = []
    for more in (1, 2):
        for _number in range(more):
            TaskFactory()
            TaskFactory(accepted=True, assignee=lone)
        plan = reckoned(head, outlet=lone.outlet)
        client.get(plan.get_absolute_url())
        counts.append(
            (
                counted(lambda plan=plan: client.get(plan.get_absolute_url())),
                counted(lambda plan=plan: queries.day_facts(plan, at=EIGHT)),
            )
        )
        actions.drop_day_plan(plan, by=head, at=EIGHT)

    assert counts[0] == counts[1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_is_shown(logged_in, lone, head, language):
    TaskFactory()
    TaskFactory(skill=SkillFactory())
    client = logged_in("department_head")
    client.cookies["django_language"] = language
    plan = reckoned(head, outlet=lone.outlet)
    pages = [plan]
    pages += [
        DayPlanFactory(state="failed", asked_by=head),
        DayPlanFactory(state="dropped", asked_by=head),
        reckoned(head, on=TUESDAY + 4 * DAY, outlet=OutletFactory(code="EMPTY")),
    ]

    for page in pages:
        assert client.get(page.get_absolute_url()).status_code == 200
    assert client.get(url("plan_day")).status_code == 200


def test_the_solver_is_asked(head, lone, settings, monkeypatch):
    monkeypatch.setattr(solving, "ask", ASK)
    settings.DAY_PLAN_SECONDS = 1
    EmployeeFactory(role="field_engineer", outlet=lone.outlet)
    for _number in range(3):
        TaskFactory()

    plan = reckoned(head, outlet=lone.outlet)

    assert len(plan.result["lines"]) == 3
    assert plan.progress == 100
