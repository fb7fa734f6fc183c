"""Each verb on both sides of its edge; the request's clocks follow; the end is one piece."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from crmservice.search.models import Entry
from dispatch import actions
from dispatch.choices import TRANSITIONS, Kind, Status, TimeKind
from dispatch.models import PartUse, Task, TimeEntry, WorkReport
from employees.choices import Role
from orders.models import OrderLine
from service_requests import actions as service_requests
from service_requests.choices import Status as RequestStatus
from service_requests.choices import Target
from tests.dispatch.conftest import DOT, HOUR, MINUTE, NINE
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import AbsenceFactory, EmployeeFactory, SkillFactory

pytestmark = pytest.mark.django_db


def timer(service_request, target):
    return service_request.sla_timers.get(target=target)


def told(person):
    tell_pending(at=NINE)
    told = Notification.objects.filter(recipient=person)
    return set(told.values_list("activity__verb", flat=True))


# --- Planning ------------------------------------------------------------------------------------


def test_a_planned_visit_takes_over_what_the_request_knows(fault, machine, dispatcher):
    task = actions.plan(title="更换轴封", service_request=fault, by=dispatcher, at=NINE)

    assert (task.customer, task.asset, task.skill) == (
        machine.customer,
        machine,
        machine.model.skill,
    )
    assert task.contract == fault.contract
    assert (task.status, task.number) == (Status.PLANNED, "TK-2026-0001")
    assert Entry.objects.filter(kind="task", object_id=task.pk).exists()


def test_planning_a_visit_promises_the_arrival_from_the_opening(fault, dispatcher):
    assert not fault.sla_timers.filter(target=Target.ARRIVAL).exists()

    actions.plan(title="更换轴封", service_request=fault, by=dispatcher, at=NINE)

    assert timer(fault, Target.ARRIVAL).due_at == NINE + HOUR


def test_a_call_back_promises_no_arrival(fault, dispatcher):
    actions.plan(kind=Kind.CALL_BACK, title="回访", service_request=fault, by=dispatcher, at=NINE)

    assert not fault.sla_timers.filter(target=Target.ARRIVAL).exists()


def test_nothing_is_planned_for_a_finished_request(fault, dispatcher):
    service_requests.cancel(fault, reason="误报", by=dispatcher, at=NINE)

    with pytest.raises(DomainError, match="Cancelled"):
        actions.plan(title="更换轴封", service_request=fault, by=dispatcher, at=NINE)


def test_a_strangers_asset_is_refused(machine, dispatcher):
    with pytest.raises(DomainError) as no:
        actions.plan(title="x", customer=CustomerFactory(), asset=machine, by=dispatcher, at=NINE)

    assert no.value.field == "asset"


def test_a_task_of_its_own_needs_neither_request_nor_customer(dispatcher):
    task = actions.plan(kind=Kind.INTERNAL, title="盘点车辆备件", by=dispatcher, at=NINE)

    assert (task.service_request, task.customer) == (None, None)


@pytest.mark.parametrize(("starts", "ends"), [(NINE, None), (None, NINE), (NINE, NINE)])
def test_an_odd_time_is_refused(dispatcher, starts, ends):
    with pytest.raises(DomainError):
        actions.plan(title="x", planned_start=starts, planned_end=ends, by=dispatcher, at=NINE)


def test_an_assignment_lets_the_engineers_outlet_see_the_request(fault, people, dispatcher):
    engineer = people.partner_engineer
    task = TaskFactory(service_request=fault, customer=fault.customer)

    actions.assign(
        task, engineer=engineer, planned_start=NINE, planned_end=NINE + HOUR, by=dispatcher, at=NINE
    )

    assert engineer.outlet in fault.outlets.all()
    assert Task.objects.visible_to(people.partner_coordinator).get() == task


def test_the_engineer_is_told_and_the_one_before_too(visit, engineer, people, dispatcher):
    other = people.depot_engineer
    actions.assign(
        visit,
        engineer=other,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        conflict_reason="师傅生病",
        by=dispatcher,
        at=NINE,
    )

    assert "dispatch.assigned_against_advice" in told(other)
    assert told(engineer) == {"dispatch.assigned", "dispatch.assigned_against_advice"}


def test_who_does_not_carry_out_tasks_gets_none(people, dispatcher):
    with pytest.raises(DomainError) as no:
        actions.assign(
            TaskFactory(),
            engineer=people.storekeeper,
            planned_start=NINE,
            planned_end=NINE + HOUR,
            by=dispatcher,
            at=NINE,
        )

    assert no.value.field == "engineer"


# --- What stands against an assignment ----------------------------------------------------------


def assign(task, engineer, starts, ends, by, reason=""):
    return actions.assign(
        task,
        engineer=engineer,
        planned_start=starts,
        planned_end=ends,
        conflict_reason=reason,
        by=by,
        at=NINE - HOUR,
    )


@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        pytest.param(NINE - HOUR, NINE, False, id="ends when the other starts"),
        pytest.param(NINE - HOUR, NINE + MINUTE, True, id="a minute longer"),
        pytest.param(NINE + 2 * HOUR, NINE + 3 * HOUR, False, id="starts when the other ends"),
        pytest.param(NINE + 2 * HOUR - MINUTE, NINE + 3 * HOUR, True, id="a minute earlier"),
        pytest.param(NINE + 30 * MINUTE, NINE + HOUR, True, id="inside"),
        pytest.param(NINE - HOUR, NINE + 5 * HOUR, True, id="around"),
    ],
)
def test_another_task_in_that_time_is_named(engineer, dispatcher, starts, ends, is_refused):
    TaskFactory(assigned=True, assignee=engineer, number="TK-2026-0900")
    task = TaskFactory()

    if not is_refused:
        assert assign(task, engineer, starts, ends, dispatcher).status == Status.ASSIGNED
        return
    with pytest.raises(DomainError, match="TK-2026-0900") as no:
        assign(task, engineer, starts, ends, dispatcher)
    assert no.value.field == "conflict_reason"


@pytest.mark.parametrize(
    ("starts", "is_refused"), [(NINE + HOUR, False), (NINE + HOUR - MINUTE, True)]
)
def test_an_absence_in_that_time_is_named(engineer, dispatcher, starts, is_refused):
    AbsenceFactory(employee=engineer, starts_at=NINE - 24 * HOUR, ends_at=NINE + HOUR)

    if not is_refused:
        assign(TaskFactory(), engineer, starts, starts + HOUR, dispatcher)
        return
    with pytest.raises(DomainError, match="is absent until 3 Mar 2026 10:00"):
        assign(TaskFactory(), engineer, starts, starts + HOUR, dispatcher)


@pytest.mark.parametrize("status", ["done", "not_solved", "cancelled"])
def test_a_finished_task_stands_against_nothing(engineer, dispatcher, status):
    TaskFactory(done=True, assignee=engineer, status=status)

    assert assign(TaskFactory(), engineer, NINE, NINE + HOUR, dispatcher).assignee == engineer


def test_an_imported_task_without_end_counts_two_hours(engineer, dispatcher):
    TaskFactory(assigned=True, assignee=engineer, planned_end=None)

    assign(TaskFactory(), engineer, NINE + 2 * HOUR, NINE + 3 * HOUR, dispatcher)
    with pytest.raises(DomainError):
        assign(TaskFactory(), engineer, NINE + 2 * HOUR - MINUTE, NINE + 3 * HOUR, dispatcher)


@pytest.mark.parametrize(
    ("expires_on", "is_refused"), [(None, False), ("2026-03-03", False), ("2026-03-02", True)]
)
def test_an_expired_certificate_counts_as_no_skill(people, dispatcher, expires_on, is_refused):
    engineer = people.depot_engineer
    engineer.skill_levels.create(skill=SkillFactory(), level=3, certificate_expires_on=expires_on)
    task = TaskFactory(skill=SkillFactory())

    if is_refused:
        with pytest.raises(DomainError, match="Pumps"):
            assign(task, engineer, NINE, NINE + HOUR, dispatcher)
    else:
        assign(task, engineer, NINE, NINE + HOUR, dispatcher)


def test_with_a_reason_it_is_done_all_the_same_and_kept(engineer, dispatcher):
    TaskFactory(assigned=True, assignee=engineer)

    task = assign(TaskFactory(), engineer, NINE, NINE + HOUR, dispatcher, reason="客户停产")

    assert (task.status, task.conflict_reason) == (Status.ASSIGNED, "客户停产")
    assert (
        Activity.objects.get(verb="dispatch.assigned_against_advice").details["reason"]
        == "客户停产"
    )


def test_a_reason_without_conflict_is_not_kept(engineer, dispatcher):
    task = assign(TaskFactory(), engineer, NINE, NINE + HOUR, dispatcher, reason="以防万一")

    assert task.conflict_reason == ""


def test_another_time_for_the_same_engineer_is_no_conflict_and_is_accepted_anew(
    visit, engineer, dispatcher
):
    visit = actions.accept(visit, by=engineer, at=NINE - 50 * MINUTE)

    visit = assign(visit, engineer, NINE + HOUR, NINE + 3 * HOUR, dispatcher)

    assert (visit.status, visit.accepted_at) == (Status.ASSIGNED, None)


def test_whoever_has_set_out_is_not_sent_elsewhere(dispatcher, engineer, people):
    task = TaskFactory(travelling=True, assignee=engineer)

    with pytest.raises(DomainError, match="Travelling"):
        assign(task, people.senior_engineer, NINE, NINE + HOUR, dispatcher)


def test_taking_back_tells_the_engineer(visit, engineer, dispatcher):
    task = actions.unassign(visit, reason="客户改期", by=dispatcher, at=NINE)

    assert (task.status, task.assignee) == (Status.PLANNED, None)
    assert "dispatch.unassigned" in told(engineer)


# --- Carrying out --------------------------------------------------------------------------------


def test_the_steps_are_stamped(working):
    assert working.status == Status.WORKING
    assert working.accepted_at == NINE - 50 * MINUTE
    assert working.travelling_at == NINE - 30 * MINUTE
    assert working.arrived_at == NINE
    assert working.working_at == NINE + 10 * MINUTE


STEPS = {
    "accept": Status.ACCEPTED,
    "travel": Status.TRAVELLING,
    "arrive": Status.ON_SITE,
    "start": Status.WORKING,
}
TRAITS = ["assigned", "accepted", "travelling", "on_site", "working", "done", "cancelled"]


@pytest.mark.parametrize("verb", STEPS)
@pytest.mark.parametrize("trait", TRAITS)
def test_a_step_is_taken_from_its_own_state_only(verb, trait, engineer):
    task = TaskFactory(**{trait: True}, assignee=engineer, kind=Kind.DEPOT)
    may = STEPS[verb] in TRANSITIONS[Status(task.status)]

    if may:
        assert getattr(actions, verb)(task, by=engineer, at=NINE + HOUR).status == STEPS[verb]
    else:
        with pytest.raises(DomainError):
            getattr(actions, verb)(task, by=engineer, at=NINE + HOUR)


@pytest.mark.parametrize("verb", [*STEPS, "restore"])
def test_a_task_that_was_given_to_somebody_else_is_not_touched(verb, visit, people):
    with pytest.raises(DomainError, match="not yours any more"):
        getattr(actions, verb)(visit, by=people.senior_engineer, at=NINE)


def test_a_step_counts_from_when_it_happened(visit, engineer):
    task = actions.accept(visit, happened_at=NINE - 50 * MINUTE, by=engineer, at=NINE)

    assert task.accepted_at == NINE - 50 * MINUTE


def test_a_step_is_not_in_the_future(visit, engineer):
    actions.accept(visit, happened_at=NINE, by=engineer, at=NINE)

    with pytest.raises(DomainError) as no:
        actions.travel(visit, happened_at=NINE + MINUTE, by=engineer, at=NINE)
    assert no.value.field == "happened_at"


def test_a_step_is_not_before_the_one_before_it(visit, engineer):
    actions.accept(visit, by=engineer, at=NINE)

    with pytest.raises(DomainError, match="already Accepted"):
        actions.travel(visit, happened_at=NINE - MINUTE, by=engineer, at=NINE + HOUR)
    assert (
        actions.travel(visit, happened_at=NINE, by=engineer, at=NINE + HOUR).travelling_at == NINE
    )


def test_refusing_puts_it_back_and_tells_who_planned_it(visit, engineer, dispatcher):
    task = actions.refuse(visit, reason="车坏了", by=engineer, at=NINE)

    assert (task.status, task.assignee) == (Status.PLANNED, None)
    assert "dispatch.refused" in told(dispatcher)


def test_refusing_needs_a_reason(visit, engineer):
    with pytest.raises(DomainError) as no:
        actions.refuse(visit, reason=" ", by=engineer, at=NINE)

    assert no.value.field == "reason"


def test_at_a_customer_one_arrives_before_one_works(engineer):
    task = TaskFactory(accepted=True, assignee=engineer)

    with pytest.raises(DomainError, match="arrived"):
        actions.start(task, by=engineer, at=NINE)


# --- The request's clocks ------------------------------------------------------------------------


def test_arriving_keeps_the_promise_of_arrival(visit, engineer, fault):
    actions.accept(visit, by=engineer, at=NINE)
    actions.travel(visit, by=engineer, at=NINE)
    assert timer(fault, Target.ARRIVAL).stopped_at is None

    actions.arrive(visit, by=engineer, at=NINE + HOUR)

    assert timer(fault, Target.ARRIVAL).is_kept
    fault.refresh_from_db()
    assert (fault.arrived_at, fault.status) == (NINE + HOUR, RequestStatus.IN_PROGRESS)


def test_arriving_a_second_too_late_breaks_it(visit, engineer, fault):
    for verb in ("accept", "travel"):
        getattr(actions, verb)(visit, by=engineer, at=NINE)

    actions.arrive(visit, by=engineer, at=NINE + HOUR + MINUTE / 60)

    assert timer(fault, Target.ARRIVAL).breached_at == NINE + HOUR


def test_saying_that_it_works_again_stops_the_restore_clock(working, engineer, fault):
    actions.restore(working, by=engineer, at=NINE + HOUR)

    assert timer(fault, Target.RESTORE).stopped_at == NINE + HOUR


def test_nobody_says_so_before_being_there(visit, engineer):
    with pytest.raises(DomainError, match="on the spot"):
        actions.restore(visit, by=engineer, at=NINE)


def test_the_first_word_on_the_telephone_is_the_response(machine, engineer, dispatcher):
    service_request = service_requests.log(
        customer=machine.customer,
        asset=machine,
        subject="报警",
        responded=False,
        by=dispatcher,
        at=NINE,
    )
    task = actions.plan(
        kind=Kind.REMOTE,
        title="远程诊断",
        service_request=service_request,
        engineer=engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        by=dispatcher,
        at=NINE,
    )
    actions.accept(task, by=engineer, at=NINE)

    actions.start(task, by=engineer, at=NINE + 10 * MINUTE)

    assert timer(service_request, Target.RESPONSE).stopped_at == NINE + 10 * MINUTE


# --- Parts and drafts ----------------------------------------------------------------------------


def test_the_same_part_adds_up_and_a_serial_number_stands_for_itself(working, engineer, part):
    for _ in range(2):
        actions.add_part(working, part=part, by=engineer, at=NINE)
    actions.add_part(working, part=part, serial_no="N-1", by=engineer, at=NINE)

    used = working.parts_used.values_list("quantity", "serial_no")
    assert list(used) == [(2, ""), (1, "N-1")]


def test_parts_are_noted_on_the_spot_only(visit, engineer, part):
    with pytest.raises(DomainError, match="on the spot"):
        actions.add_part(visit, part=part, by=engineer, at=NINE)


def test_a_part_can_be_taken_off(working, engineer, part):
    actions.add_part(working, part=part, by=engineer, at=NINE)

    actions.remove_part(working, part_use=working.parts_used.get(), by=engineer, at=NINE)

    assert not working.parts_used.exists()


def test_a_draft_is_kept_and_never_with_a_signature(working, engineer):
    actions.save_draft(
        working, {"result": "拆开泵盖", "signature": DOT, "nonsense": 1}, by=engineer, at=NINE
    )
    actions.save_draft(working, {"readings": "6.3"}, by=engineer, at=NINE)

    report = WorkReport.objects.get()
    assert (report.result, report.readings, report.signature) == ("拆开泵盖", "6.3", "")


# --- The end -------------------------------------------------------------------------------------


def test_a_visit_is_signed_off_as_a_whole(working, engineer, part, price_plan, sign_off, fault):
    actions.add_part(working, part=part, quantity=2, by=engineer, at=NINE + HOUR)

    task = actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 100 * MINUTE)

    assert (task.status, task.finished_at) == (Status.DONE, NINE + 100 * MINUTE)
    hours = dict(task.time_entries.values_list("kind", "hours"))
    assert hours == {"travel": Decimal("0.50"), "labour": Decimal("1.50")}
    assert task.work_report.signed_at == task.finished_at
    lines = OrderLine.objects.filter(order__service_request=fault)
    assert sorted(lines.values_list("kind", flat=True)) == ["call_out", "labour", "part", "travel"]
    assert PartUse.objects.get().order_line.cost == Decimal("120.00")
    assert TimeEntry.objects.get(kind=TimeKind.LABOUR).order_line.cost == Decimal("135.00")
    assert "dispatch.completed" in told(fault.owner)


def test_the_hours_that_the_engineer_types_count(working, engineer, price_plan, sign_off):
    typed = replace(sign_off, travel_hours=Decimal(0), labour_hours=Decimal("1.25"))

    task = actions.complete(working, sign_off=typed, by=engineer, at=NINE + 2 * HOUR)

    assert list(task.time_entries.values_list("kind", "hours")) == [("labour", Decimal("1.25"))]
    assert not OrderLine.objects.filter(kind__in=["travel", "call_out"]).exists()


@pytest.mark.parametrize(("hours", "is_refused"), [("24", False), ("24.01", True), ("-1", True)])
def test_hours_that_cannot_be_are_refused(
    working, engineer, price_plan, sign_off, hours, is_refused
):
    typed = replace(sign_off, labour_hours=Decimal(hours))

    if is_refused:
        with pytest.raises(DomainError) as no:
            actions.complete(working, sign_off=typed, by=engineer, at=NINE + HOUR)
        assert no.value.field == "labour_hours"
    else:
        actions.complete(working, sign_off=typed, by=engineer, at=NINE + HOUR)


def test_working_again_and_resolved(working, engineer, price_plan, sign_off, fault, fault_code):
    solved = replace(
        sign_off, works_again=True, resolves=True, fault_code=fault_code, cause="密封老化"
    )

    actions.complete(working, sign_off=solved, by=engineer, at=NINE + HOUR)

    fault.refresh_from_db()
    assert (fault.status, fault.restored_at) == (RequestStatus.RESOLVED, NINE + HOUR)
    assert (fault.fault_code, fault.cause, fault.resolution) == (
        fault_code,
        "密封老化",
        sign_off.result,
    )


@pytest.mark.parametrize("known", [True, False])
def test_codes_of_a_visit_that_does_not_resolve_are_kept(
    working, engineer, price_plan, sign_off, fault, fault_code, known
):
    found = replace(sign_off, fault_code=fault_code if known else None, cause="密封老化")

    actions.complete(working, sign_off=found, by=engineer, at=NINE + HOUR)

    fault.refresh_from_db()
    assert fault.is_open
    assert (fault.fault_code, fault.cause) == (found.fault_code, "密封老化")


def test_a_visit_to_a_request_that_was_resolved_meanwhile_is_finished_all_the_same(
    working, engineer, price_plan, sign_off, fault, dispatcher
):
    service_requests.resolve(fault, resolution="电话解决", by=dispatcher, at=NINE + 20 * MINUTE)

    task = actions.complete(
        working, sign_off=replace(sign_off, works_again=True), by=engineer, at=NINE + HOUR
    )

    assert task.status == Status.DONE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"result": " "}, "result"),
        ({"signature": ""}, "unsigned_reason"),
        ({"signed_by": ""}, "signed_by"),
        ({"signature": "data:image/svg+xml;base64,PHN2Zz4="}, "signature"),
        ({"signature": "data:image/png;base64,not base64"}, "signature"),
    ],
)
def test_without_result_or_signature_nothing_is_signed_off(
    working, engineer, price_plan, sign_off, change, field
):
    with pytest.raises(DomainError) as no:
        actions.complete(working, sign_off=replace(sign_off, **change), by=engineer, at=NINE + HOUR)

    assert no.value.field == field
    working.refresh_from_db()
    assert working.status == Status.WORKING


def test_a_reason_stands_for_a_signature(working, engineer, price_plan, sign_off):
    unsigned = replace(sign_off, signature="", signed_by="", unsigned_reason="夜班无人")

    assert actions.complete(working, sign_off=unsigned, by=engineer, at=NINE + HOUR).finished_at


def test_in_the_depot_nobody_signs(engineer, price_plan, sign_off):
    task = TaskFactory(working=True, assignee=engineer, kind=Kind.DEPOT)
    DefaultPromiseFactory(tier=task.customer.tier)
    unsigned = replace(sign_off, signature="", signed_by="")

    assert actions.complete(task, sign_off=unsigned, by=engineer, at=NINE + HOUR).status == "done"


def test_internal_work_costs_hours_and_is_sold_to_nobody(engineer, sign_off):
    task = TaskFactory(working=True, assignee=engineer, kind=Kind.INTERNAL, customer=None)

    actions.complete(task, sign_off=sign_off, by=engineer, at=NINE + HOUR)

    assert TimeEntry.objects.filter(kind=TimeKind.LABOUR).exists()
    assert not OrderLine.objects.exists()


def test_an_error_in_the_last_write_leaves_nothing(
    working, engineer, part, price_plan, sign_off, fault, monkeypatch
):
    """The last write of all is the resolved request's; what it cannot do undoes the whole."""
    actions.add_part(working, part=part, by=engineer, at=NINE + HOUR)
    before = Activity.objects.count()
    solved = replace(sign_off, resolves=True)
    fault.refresh_from_db()
    type(fault).objects.filter(pk=fault.pk).update(opened_at=NINE - HOUR)
    from dispatch.signals import task_finished  # noqa: PLC0415

    def fail(**_kwargs):
        raise RuntimeError("no more space")

    task_finished.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            actions.complete(working, sign_off=solved, by=engineer, at=NINE + HOUR)
    finally:
        task_finished.disconnect(fail)

    working.refresh_from_db()
    fault.refresh_from_db()
    assert (working.status, fault.status) == (Status.WORKING, RequestStatus.IN_PROGRESS)
    assert not WorkReport.objects.exists()
    assert not TimeEntry.objects.exists()
    assert not OrderLine.objects.exists()
    assert Activity.objects.count() == before


def test_what_is_not_solved_goes_on_as_a_planned_task(
    working, engineer, price_plan, sign_off, dispatcher
):
    unsolved = replace(sign_off, remaining="等待轴承到货后更换")

    task = actions.not_solved(working, sign_off=unsolved, by=engineer, at=NINE + HOUR)

    follow_up = Task.objects.get(follow_up_of=task)
    assert task.status == Status.NOT_SOLVED
    assert (follow_up.status, follow_up.assignee) == (Status.PLANNED, None)
    assert (follow_up.instructions, follow_up.asset) == ("等待轴承到货后更换", task.asset)
    assert "dispatch.not_solved" in told(dispatcher)


def test_whoever_did_not_solve_it_says_what_remains(working, engineer, price_plan, sign_off):
    with pytest.raises(DomainError) as no:
        actions.not_solved(working, sign_off=sign_off, by=engineer, at=NINE + HOUR)

    assert no.value.field == "remaining"
    assert Task.objects.count() == 1


# --- Cancelling, and what comes from below -------------------------------------------------------


@pytest.mark.parametrize("trait", ["assigned", "accepted", "travelling", "on_site"])
def test_what_has_not_begun_can_be_cancelled(trait, engineer, dispatcher):
    task = TaskFactory(**{trait: True}, assignee=engineer)

    assert actions.cancel(task, reason="客户取消", by=dispatcher, at=NINE).status == "cancelled"
    assert "dispatch.cancelled" in told(engineer)


@pytest.mark.parametrize("trait", ["working", "done", "cancelled"])
def test_what_has_begun_or_is_over_cannot(trait, dispatcher):
    with pytest.raises(DomainError):
        actions.cancel(TaskFactory(**{trait: True}), reason="x", by=dispatcher, at=NINE)


@pytest.mark.parametrize(
    ("trait", "after"),
    [
        ("assigned", "cancelled"),
        ("travelling", "cancelled"),
        ("on_site", "on_site"),
        ("working", "working"),
    ],
)
def test_a_cancelled_request_cancels_whoever_is_not_there_yet(
    trait, after, fault, engineer, dispatcher
):
    task = TaskFactory(
        **{trait: True}, assignee=engineer, service_request=fault, customer=fault.customer
    )

    service_requests.cancel(fault, reason="误报", by=dispatcher, at=NINE + HOUR)

    task.refresh_from_db()
    assert task.status == after


def test_a_request_is_not_closed_before_its_tasks_are_finished(fault, visit, dispatcher):
    service_requests.resolve(fault, resolution="电话解决", by=dispatcher, at=NINE)
    service_requests.ask_customer(fault, answer="satisfied", by=dispatcher, at=NINE)

    with pytest.raises(DomainError, match=visit.number):
        service_requests.close(fault, by=dispatcher, at=NINE)

    actions.cancel(visit, reason="不需要了", by=dispatcher, at=NINE)
    with pytest.raises(DomainError) as no:
        service_requests.close(fault, by=dispatcher, at=NINE)
    assert visit.number not in str(no.value)


def test_the_tasks_of_a_joined_customer_move(dispatcher):
    task, kept = TaskFactory(), CustomerFactory()

    assert actions.move_customer(task.customer, kept) == [task.pk]
    task.refresh_from_db()
    assert task.customer == kept


def test_changing_keeps_the_time_and_tells_what_changed(visit, dispatcher):
    task = actions.change(visit, {"instructions": "带梯子"}, by=dispatcher, at=NINE)

    assert task.instructions == "带梯子"
    changed = Activity.objects.get(verb="dispatch.changed")
    assert changed.details["changes"]["instructions"] == ["", "带梯子"]


def test_a_finished_task_is_not_changed(dispatcher):
    with pytest.raises(DomainError):
        actions.change(TaskFactory(done=True), {"title": "x"}, by=dispatcher, at=NINE)


def test_an_engineer_sees_the_outlets_tasks_and_a_stranger_none(people, visit):
    stranger = EmployeeFactory(role=Role.FIELD_ENGINEER, outlet=people.outsider.outlet)

    assert list(Task.objects.visible_to(people.field_engineer)) == [visit]
    assert not Task.objects.visible_to(stranger).exists()
    assert not Task.objects.visible_to(people.sales).exists()
