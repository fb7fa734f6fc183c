"""Plans become tasks once, whoever sweeps; what becomes of a task is written back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assets import actions as assets
from assets.choices import OccurrenceStatus, Why
from assets.models import MaintenancePlan, Occurrence
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions as customers
from customers.choices import CareKind, TouchStatus
from customers.models import CareTouch
from dispatch import actions
from dispatch.choices import Kind, Status
from dispatch.models import Task
from dispatch.queries import Pick, preparation
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.assets import (
    AssetFactory,
    MaintenancePlanFactory,
    PlanLineFactory,
    PlanPartFactory,
)
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CarePlanFactory, CareTouchFactory, CustomerFactory
from tests.factories.dispatch import ChecklistItemFactory, TaskFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)


def sweep(on=TODAY, at=NINE):
    return actions.plan_due_work(on=on, at=at)


def at_work(task, engineer, by):
    task = actions.assign(
        task,
        engineer=engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        conflict_reason="保养",
        by=by,
        at=NINE - HOUR,
    )
    for verb in ("accept", "travel", "arrive", "start"):
        task = getattr(actions, verb)(task, by=engineer, at=NINE)
    return task


# --- Maintenance ---------------------------------------------------------------------------------


def test_what_falls_due_is_a_task_with_all_that_belongs_to_it(machine, dispatcher):
    plan = MaintenancePlanFactory(asset=machine)
    PlanLineFactory(plan=plan, text="检查油位", is_required=False)
    part = PlanPartFactory(plan=plan, quantity=2).part

    assert sweep() == 1

    task = Task.objects.get()
    contract = machine.customer.contracts.get()
    assert (task.asset, task.customer, task.contract) == (machine, machine.customer, contract)
    assert (task.kind, task.status, task.assignee) == (Kind.INSPECTION, Status.PLANNED, None)
    assert task.skill == machine.model.skill
    assert (task.window_from, task.window_until) == (date(2026, 3, 2), date(2026, 3, 8))
    assert [(item.text, item.is_required) for item in task.checklist.all()] == [("检查油位", False)]
    assert preparation(task, dispatcher, at=NINE).to_take == [Pick(part=part, wanted=2)]


def test_it_is_made_on_its_day_and_once(db):
    plan = MaintenancePlanFactory()

    made = [sweep(on=date(2026, 2, 25)), sweep(on=date(2026, 2, 26)), sweep(), sweep()]

    assert made == [0, 1, 0, 0]
    plan.refresh_from_db()
    assert (plan.next_on, plan.generate_on) == (date(2026, 4, 5), date(2026, 3, 29))


def test_a_bad_plan_stops_no_other(db, monkeypatch):
    bad, good = MaintenancePlanFactory(title="坏"), MaintenancePlanFactory(title="好")
    take_turn = assets.take_turn

    def refuses(plan, **given):
        if plan.pk == bad.pk:
            raise RuntimeError
        return take_turn(plan, **given)

    monkeypatch.setattr(assets, "take_turn", refuses)

    assert sweep() == 1
    assert Task.objects.get().occurrence.plan == good


def test_a_sweep_that_dies_half_way_leaves_nothing_half_done(db, monkeypatch):
    MaintenancePlanFactory()
    with monkeypatch.context() as broken:
        broken.setattr("dispatch.actions.generating.plan", lambda **_given: 1 / 0)
        assert sweep() == 0
    assert not Occurrence.objects.exists()

    assert sweep() == 1
    assert Task.objects.count() == 1


def test_without_a_contract_it_is_left_out_if_the_plan_wants_one(machine):
    MaintenancePlanFactory(asset=AssetFactory(), needs_contract=True)
    MaintenancePlanFactory(asset=machine, needs_contract=True)

    sweep()

    assert [task.asset for task in Task.objects.all()] == [machine]
    left_out = Occurrence.objects.get(status=OccurrenceStatus.SKIPPED)
    assert left_out.why == Why.NO_CONTRACT


def test_after_a_long_outage_one_task_is_made(db):
    MaintenancePlanFactory()

    sweep(on=date(2026, 6, 1))

    statuses = Occurrence.objects.order_by("turn").values_list("status", flat=True)
    assert list(statuses) == ["missed", "missed", "open", "open"]
    assert Task.objects.count() == 2


def test_what_covers_a_lesser_plan_has_its_checklist_and_parts_too(machine, dispatcher):
    month = MaintenancePlanFactory(asset=machine, title="月检")
    quarter = MaintenancePlanFactory(
        asset=machine, title="季检", every=3, starts_on=date(2026, 3, 9), covers_within_days=4
    )
    PlanLineFactory(plan=month, text="擦拭")
    PlanLineFactory(plan=quarter, text="换油")
    part = PlanPartFactory(plan=month).part

    sweep()

    task = Task.objects.get()
    assert task.title == "季检"
    assert [item.text for item in task.checklist.all()] == ["换油", "擦拭"]
    assert preparation(task, dispatcher, at=NINE).to_take == [Pick(part=part, wanted=1)]


def test_a_lesser_task_goes_when_a_greater_one_comes_unless_somebody_is_there(
    machine, engineer, dispatcher
):
    MaintenancePlanFactory(asset=machine, title="月检")
    MaintenancePlanFactory(asset=machine, title="周检", unit="week")
    sweep()
    month, week = Task.objects.order_by("pk")
    at_work(week, engineer, dispatcher)
    MaintenancePlanFactory(
        asset=machine, title="季检", every=3, starts_on=date(2026, 3, 6), covers_within_days=9
    )

    sweep()

    month.refresh_from_db()
    week.refresh_from_db()
    assert (month.status, month.occurrence.status) == (Status.CANCELLED, "covered")
    assert (week.status, week.occurrence.status) == (Status.WORKING, "open")


def test_both_tasks_say_which_work_does_the_other_s(machine, dispatcher, client):
    client.force_login(dispatcher)
    MaintenancePlanFactory(asset=machine, title="月检")
    sweep()
    MaintenancePlanFactory(
        asset=machine, title="季检", every=3, starts_on=date(2026, 3, 6), covers_within_days=9
    )
    sweep()
    month, quarter = Task.objects.order_by("pk")

    facts = [
        {fact["label"]: fact["text"] for fact in client.get(url).context["facts"]}
        for url in (month.get_absolute_url(), quarter.get_absolute_url())
    ]

    assert (facts[0]["Covered by"], facts[1]["Does as well"]) == ("季检", "月检 (5 Mar 2026)")
    cancelled = Activity.objects.get(verb="dispatch.cancelled")
    assert cancelled.details["reason"] == {
        "en": "“季检” of 6 Mar 2026 does it as well.",
        "zh": "2026年3月6日 的“季检”一并完成。",
    }


def test_done_work_is_done_in_the_plan_on_the_day_of_the_work(
    machine, engineer, dispatcher, sign_off, price_plan
):
    MaintenancePlanFactory(asset=machine, is_rolling=True)
    sweep()
    task = at_work(Task.objects.get(), engineer, dispatcher)

    actions.complete(task, sign_off=sign_off, by=engineer, at=NINE + HOUR)

    turn = Occurrence.objects.get()
    assert (turn.status, turn.done_on) == (OccurrenceStatus.DONE, TODAY)
    assert MaintenancePlan.objects.get().next_on == date(2026, 4, 3)


def test_what_is_not_solved_is_owed_by_the_follow_up(
    machine, engineer, dispatcher, sign_off, price_plan
):
    plan = MaintenancePlanFactory(asset=machine)
    PlanLineFactory(plan=plan)
    sweep()
    task = at_work(Task.objects.get(), engineer, dispatcher)

    actions.not_solved(
        task, sign_off=replace(sign_off, remaining="换油"), by=engineer, at=NINE + HOUR
    )

    follow_up = task.follow_ups.get()
    assert follow_up.occurrence == task.occurrence
    assert follow_up.occurrence.status == OccurrenceStatus.OPEN
    assert [item.text for item in follow_up.checklist.all()] == ["检查油位"]
    assert follow_up.window_until == task.window_until


def test_a_cancelled_task_leaves_its_work_owed_and_it_can_be_planned_again_once(
    machine, dispatcher
):
    MaintenancePlanFactory(asset=machine)
    sweep()
    first = Task.objects.get()
    with pytest.raises(DomainError):
        actions.plan_again(first.occurrence, by=dispatcher, at=NINE)
    actions.cancel(first, reason="停机", by=dispatcher, at=NINE)
    assert sweep() == 0

    second = actions.plan_again(first.occurrence, by=dispatcher, at=NINE)

    assert (second.occurrence, second.status) == (first.occurrence, Status.PLANNED)
    with pytest.raises(DomainError):
        actions.plan_again(first.occurrence, by=dispatcher, at=NINE)


def test_what_is_left_out_by_hand_takes_its_task_back(machine, dispatcher):
    MaintenancePlanFactory(asset=machine)
    sweep()
    task = Task.objects.get()

    assets.skip_turn(task.occurrence, reason="停机大修", by=dispatcher, at=NINE)

    task.refresh_from_db()
    assert task.status == Status.CANCELLED
    with pytest.raises(DomainError):
        actions.plan_again(task.occurrence, by=dispatcher, at=NINE)


# --- Care ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "task_kind"),
    [
        (CareKind.INSPECTION, Kind.INSPECTION),
        (CareKind.VISIT, Kind.CARE),
        (CareKind.CALL, Kind.CALL_BACK),
        (CareKind.BIRTHDAY, Kind.CALL_BACK),
    ],
)
def test_a_touch_is_a_task_of_its_kind_once(db, kind, task_kind):
    touch = CareTouchFactory(kind=kind)

    assert [sweep(), sweep()] == [1, 0]

    task = Task.objects.get()
    assert (task.kind, task.touch, task.customer) == (task_kind, touch, touch.customer)
    assert (task.window_from, task.window_until) == (touch.earliest_on, touch.latest_on)


def test_a_touch_is_done_with_its_task(engineer, dispatcher, sign_off):
    touch = CareTouchFactory()
    sweep()
    task = at_work(Task.objects.get(), engineer, dispatcher)

    actions.complete(task, sign_off=sign_off, by=engineer, at=NINE + HOUR)

    touch.refresh_from_db()
    assert (touch.status, touch.done_on) == (TouchStatus.DONE, TODAY)
    assert touch.outcome == sign_off.result


def test_who_owes_a_touch_answers_it_and_nobody_goes_twice(people, engineer, dispatcher, sign_off):
    waiting, begun = CareTouchFactory(), CareTouchFactory()
    sweep()
    working = at_work(begun.tasks.get(), engineer, dispatcher)

    for touch in (waiting, begun):
        customers.finish_touch(touch, outcome="已电话问候", by=people.sales, at=NINE)

    assert waiting.tasks.get().status == Status.CANCELLED
    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + HOUR)
    begun.refresh_from_db()
    assert begun.outcome == "已电话问候"


def test_a_cancelled_touch_is_still_owed(dispatcher):
    touch = CareTouchFactory()
    sweep()
    actions.cancel(touch.tasks.get(), reason="客户要求改期", by=dispatcher, at=NINE)

    touch.refresh_from_db()
    assert touch.status == TouchStatus.OPEN
    assert sweep() == 0
    assert actions.plan_again(touch, by=dispatcher, at=NINE).touch == touch


def test_touches_of_the_plan_are_tasks_in_the_same_round(db):
    plan = CarePlanFactory(unit="day")
    customer = CustomerFactory(tier=plan.tier)

    customers.make_touches(on=TODAY, at=NINE)
    sweep()

    owed = CareTouch.objects.filter(customer=customer)
    assert owed.count() == 8
    assert Task.objects.filter(touch__in=owed).count() == 8


# --- The checklist -------------------------------------------------------------------------------


@pytest.fixture
def working_here(engineer, dispatcher):
    task = TaskFactory(kind=Kind.INSPECTION)
    DefaultPromiseFactory(tier=task.customer.tier)
    return at_work(task, engineer, dispatcher)


def answered(task, item, answer, by):
    actions.answer_item(task, item=item, answer=answer, by=by, at=NINE)
    item.refresh_from_db()
    return item.answer


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("tick", "on", "yes"),
        ("tick", "", ""),
        ("number", "6,3", "6.3"),
        ("number", "1e3", "1000"),
        ("text", " 正常 ", "正常"),
    ],
)
def test_an_answer_is_kept_as_what_it_is(working_here, engineer, kind, typed, kept):
    item = ChecklistItemFactory(task=working_here, kind=kind)

    assert answered(working_here, item, typed, engineer) == kept
    assert (item.answered_by, item.answered_at) == ((engineer, NINE) if kept else (None, None))


@pytest.mark.parametrize("typed", ["viel", "NaN", "Infinity"])
def test_a_figure_is_a_number(working_here, engineer, typed):
    with pytest.raises(DomainError) as no:
        answered(
            working_here, ChecklistItemFactory(task=working_here, kind="number"), typed, engineer
        )
    assert no.value.field == "answer"


def test_only_who_has_the_task_answers_while_at_it(working_here, people, engineer):
    item = ChecklistItemFactory(task=working_here)
    with pytest.raises(DomainError):
        answered(working_here, item, "yes", people.depot_engineer)

    waiting = TaskFactory(accepted=True, assignee=engineer)
    with pytest.raises(DomainError):
        answered(waiting, ChecklistItemFactory(task=waiting), "yes", engineer)


def test_nobody_signs_off_over_an_open_point_without_a_reason(
    working_here, engineer, sign_off, price_plan
):
    ChecklistItemFactory(task=working_here, is_required=False)
    required = ChecklistItemFactory(task=working_here)
    with pytest.raises(DomainError) as no:
        actions.complete(working_here, sign_off=sign_off, by=engineer, at=NINE + HOUR)
    assert no.value.field == "unchecked_reason"

    answered(working_here, required, "yes", engineer)

    done = actions.complete(working_here, sign_off=sign_off, by=engineer, at=NINE + HOUR)
    assert done.status == Status.DONE


def test_a_reason_takes_the_place_of_an_answer(working_here, engineer, sign_off, price_plan):
    ChecklistItemFactory(task=working_here)

    done = actions.complete(
        working_here,
        sign_off=replace(sign_off, unchecked_reason="油位镜损坏"),
        by=engineer,
        at=NINE + HOUR,
    )

    assert done.work_report.unchecked_reason == "油位镜损坏"


def test_the_tablet_answers_point_by_point_and_sends_twice_once(working_here, logged_in):
    number = working_here.number
    one, other = (ChecklistItemFactory(task=working_here, kind="number") for _ in range(2))
    tablet = logged_in("field_engineer")
    page = tablet.get(f"/tablet/{number}/").content.decode()
    assert page.count("checklist/") == 2

    for item, typed, status in ((one, "6.3", 302), (other, "viel", 422)):
        url = f"/tablet/{number}/checklist/{item.pk}/"
        sent = tablet.post(url, {"answer": typed, "once": f"key-{item.pk}"})
        assert sent.status_code == status
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.answer, other.answer) == ("6.3", "")


def test_a_point_of_another_task_is_not_found(working_here, logged_in):
    item = ChecklistItemFactory()

    url = f"/tablet/{working_here.number}/checklist/{item.pk}/"

    assert logged_in("field_engineer").post(url, {"answer": "yes"}).status_code == 404
