"""Warnings and rings as they are written down: each once, in order, to whoever is there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from employees.choices import Role
from service_requests import actions
from service_requests.choices import Kind, Severity, Status, Target, Trigger
from service_requests.models import EscalationRule, ServiceRequest, SlaTimer, WarningPolicy
from service_requests.queries import next_ring
from tests.factories.employees import AbsenceFactory, EmployeeFactory
from tests.factories.service_requests import (
    HOUR,
    OPENED_AT,
    EscalationRuleFactory,
    SlaTimerFactory,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HALF = OPENED_AT + 4 * HOUR  # of the restore time: 8 h of 5×8, from 10:00 to 17:00 and on
FOUR_FIFTHS = OPENED_AT + timedelta(hours=6, minutes=24)
NINE_TENTHS = OPENED_AT + timedelta(hours=23, minutes=12)
RESTORE = "service_requests.restore_warned"
FEW = 20


@pytest.fixture
def by(people):
    return people.service_manager


@pytest.fixture
def request_(world):
    """A fault whose response is given: restore (8 h) and resolve (24 h) run."""
    return world.log()


def restore_of(service_request):
    return service_request.sla_timers.get(target=Target.RESTORE)


def told_of(verb):
    return [row.details["percent"] for row in Activity.objects.filter(verb=verb).order_by("pk")]


def steps_of(service_request):
    rows = service_request.escalations.order_by("pk")
    return [(row.from_ring, row.to_ring, row.rule and row.rule.trigger) for row in rows]


def climbs(at):
    actions.climb_due(at=at)
    return ServiceRequest.objects.get()


# Warnings.


def test_each_share_of_a_clock_warns_once_at_its_moment(request_):
    for percent, moment in ((50, HALF), (75, OPENED_AT + 6 * HOUR)):
        actions.warn(at=moment - SECOND)
        assert percent not in told_of(RESTORE)
        for _ in range(2):
            actions.warn(at=moment)
        assert told_of(RESTORE).count(percent) == 1

    assert restore_of(request_).warns_at == NINE_TENTHS
    assert Activity.objects.get(verb=RESTORE, details__percent=50).at == HALF


def test_a_late_sweep_gives_the_highest_warning_only(request_):
    actions.warn(at=OPENED_AT + 6 * HOUR + SECOND)

    assert told_of(RESTORE) == [75]


def test_no_warning_once_the_due_time_has_come(request_):
    due = restore_of(request_).due_at
    actions.warn(at=due)
    actions.record_breaches(at=due)

    assert told_of(RESTORE) == []
    assert restore_of(request_).warns_at is None


def test_no_warning_of_what_is_met_held_or_cancelled(world, by):
    met, held, cancelled = world.log(), world.log(), world.log()
    actions.restore(met, by=by, at=OPENED_AT + HOUR)
    actions.put_on_hold(held, reason=world.waiting, by=by, at=OPENED_AT + HOUR)
    actions.cancel(cancelled, reason="误报", by=by, at=OPENED_AT + HOUR)

    actions.warn(at=HALF)

    assert told_of(RESTORE) == []


def test_a_hold_moves_the_warning_by_its_working_time(world, request_, by):
    actions.put_on_hold(request_, reason=world.waiting, by=by, at=OPENED_AT + HOUR)
    actions.resume(request_, by=by, at=OPENED_AT + 2 * HOUR)

    assert restore_of(request_).warns_at == HALF + HOUR


def test_what_was_warned_of_is_not_warned_of_again_after_a_hold(world, request_, by):
    actions.warn(at=HALF)
    actions.put_on_hold(request_, reason=world.waiting, by=by, at=HALF)
    actions.resume(request_, by=by, at=HALF + HOUR)

    actions.warn(at=HALF + 2 * HOUR)

    assert told_of(RESTORE) == [50]
    assert restore_of(request_).warns_at == OPENED_AT + 7 * HOUR  # 75 %, an hour later


def test_another_promise_keeps_what_was_warned_of(request_, by):
    actions.warn(at=HALF)
    actions.change(request_, {"visit_promised": True}, by=by, at=HALF)

    assert restore_of(request_).warned == 50
    assert request_.sla_timers.get(target=Target.ARRIVAL).warned == 0


def test_the_owner_is_warned_and_at_last_the_supervisor_too(world, people):
    engineer, senior = people.field_engineer, people.senior_engineer
    engineer.supervisor = senior
    engineer.save()
    actions.accept(world.log(), by=engineer, at=OPENED_AT)

    heard = []
    for moment in (HALF, NINE_TENTHS):
        actions.warn(at=moment)
        tell_pending(at=moment)
        rows = Notification.objects.filter(activity__verb=RESTORE, activity__at=moment)
        heard.append({row.recipient for row in rows})
    assert heard == [{engineer}, {engineer, senior}]


def test_who_stands_in_hears_the_warning_and_the_trail_says_why(world, people, client):
    engineer = people.field_engineer
    engineer.backup = people.depot_engineer
    engineer.save()
    AbsenceFactory(employee=engineer, starts_at=OPENED_AT, ends_at=OPENED_AT + 100 * HOUR)
    request = actions.accept(world.log(), by=engineer, at=OPENED_AT)

    actions.warn(at=HALF)

    tell_pending(at=HALF)
    notice = Notification.objects.get(activity__verb=RESTORE)
    assert notice.recipient == people.depot_engineer
    client.force_login(people.service_manager)
    assert (
        f"instead of {engineer.name}: on leave until" in client.get(request.get_absolute_url()).text
    )


def test_a_changed_share_holds_for_what_runs(request_, by):
    actions.warn(at=HALF)
    policy = WarningPolicy.objects.get(target=Target.RESTORE)

    at = HALF + HOUR
    actions.set_warnings(policy, percents=[60, 95, 60], version=1, by=by, at=at)
    actions.warn(at=at)

    assert WarningPolicy.objects.get(target=Target.RESTORE).percents == [60, 95]
    assert told_of(RESTORE) == [50, 60]


@pytest.mark.parametrize(("percents", "is_fine"), [([1, 99], True), ([0], False), ([100], False)])
def test_a_warning_comes_within_the_promise(by, percents, is_fine):
    policy = WarningPolicy.objects.get(target=Target.RESTORE)

    if is_fine:
        actions.set_warnings(policy, percents=percents, by=by, at=OPENED_AT)
    else:
        with pytest.raises(DomainError):
            actions.set_warnings(policy, percents=percents, by=by, at=OPENED_AT)


@pytest.mark.parametrize("clocks", [1, 150])
def test_the_sweep_takes_any_number_of_warnings_in_few_statements(
    django_assert_max_num_queries, clocks
):
    first = SlaTimerFactory(warns_at=OPENED_AT + 2 * HOUR)
    SlaTimer.objects.bulk_create(
        SlaTimerFactory.build(
            service_request=first.service_request,
            calendar=first.calendar,
            spell=spell,
            warns_at=OPENED_AT + 2 * HOUR,
        )
        for spell in range(2, clocks + 1)
    )

    with django_assert_max_num_queries(FEW):
        assert actions.warn(at=OPENED_AT + 2 * HOUR) == clocks


# Rings.


def test_a_ring_has_its_share_of_the_promise_and_no_more(request_):
    assert request_.climbs_at == HALF
    assert climbs(HALF - SECOND).ring == 1

    lifted = climbs(HALF)

    assert (lifted.ring, lifted.highest_ring, lifted.owner) == (2, 2, request_.owner)
    told = Activity.objects.get(verb="service_requests.climbed_restore")
    assert told.sentence.text == "ring 2: 50 % of the restore time used"
    assert told.at == HALF


def test_a_late_sweep_takes_each_step_once_and_in_order(request_):
    late = OPENED_AT + timedelta(days=1)
    for _ in range(2):
        climbs(late)

    assert steps_of(request_) == [(1, 2, "time_used"), (2, 3, "time_used")]
    assert list(request_.escalations.values_list("at", flat=True)) == [
        HALF,
        FOUR_FIFTHS,
    ]


def test_a_hold_moves_the_ring_and_a_met_clock_lifts_nothing(world, by):
    request = world.log()
    actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT + HOUR)
    assert climbs(HALF).ring == 1
    request = actions.resume(request, by=by, at=OPENED_AT + 5 * HOUR)
    assert request.climbs_at == OPENED_AT + 24 * HOUR  # two hours today, one tomorrow

    request = actions.restore(request, by=by, at=OPENED_AT + 6 * HOUR)
    assert climbs(OPENED_AT + 24 * HOUR).ring == 1


def test_a_verb_that_comes_before_a_late_sweep_hides_no_step(request_, by):
    actions.resolve(request_, resolution="更换轴封", by=by, at=HALF + SECOND)

    assert ServiceRequest.objects.get().highest_ring == 2
    assert ServiceRequest.objects.get().climbs_at is None


def test_a_complaint_is_in_ring_2_from_the_start_or_from_when_it_becomes_one(world, by):
    assert world.log(kind=Kind.COMPLAINT).ring == 2
    request = world.log(kind=Kind.ENQUIRY)
    assert request.ring == 1

    request = actions.change(request, {"kind": Kind.COMPLAINT}, by=by, at=OPENED_AT + HOUR)

    assert request.ring == 2
    assert request.escalations.get().at == OPENED_AT + HOUR


def test_a_repeated_fault_climbs(world, by):
    first = world.log(fault_code=world.code)
    actions.resolve(first, resolution="更换轴封", by=by, at=OPENED_AT + HOUR)

    again = world.log(fault_code=world.code, at=OPENED_AT + 2 * HOUR)

    assert (again.ring, steps_of(again)) == (2, [(1, 2, "repeat")])


def test_the_third_transfer_climbs(world, people, by):
    request = world.log()
    for number, person in enumerate(
        (people.field_engineer, people.depot_engineer, people.senior_engineer), start=1
    ):
        request = actions.transfer(request, to=person, reason="换人", by=by, at=OPENED_AT)
        assert request.ring == (2 if number == 3 else 1)


def test_the_second_hold_that_outlives_its_expiry_climbs(world, by):
    request = world.log(kind=Kind.ENQUIRY)
    at = OPENED_AT
    for ring in (1, 2):
        actions.put_on_hold(request, reason=world.waiting, expires_at=at + HOUR, by=by, at=at)
        at += 2 * HOUR
        actions.expire_holds(at=at)
        assert climbs(at).ring == ring


def test_long_holds_climb_while_they_last(world, by):
    request = world.log(kind=Kind.ENQUIRY)
    EscalationRule.objects.filter(trigger=Trigger.HELD).update(threshold=48)
    request = actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT)

    assert climbs(OPENED_AT + 48 * HOUR - SECOND).ring == 1
    assert climbs(OPENED_AT + 48 * HOUR).ring == 2


def test_a_hand_over_that_is_not_answered_in_time_climbs(world, by):
    request = world.log(kind=Kind.ENQUIRY)
    asked = {"department": "sales", "by": by, "at": OPENED_AT}
    due = OPENED_AT + HOUR
    answered = actions.hand_over(request, question="价格？", due_at=due, **asked)
    actions.answer_handover(answered, answer="九折", by=by, at=OPENED_AT)
    assert climbs(due).ring == 1

    actions.hand_over(request, question="交期？", due_at=due + HOUR, **asked)

    assert climbs(due + HOUR - SECOND).ring == 1
    assert climbs(due + HOUR).ring == 2


def test_a_rule_of_a_severity_or_a_tier_holds_for_those_alone(world, by):
    critical = {"trigger": Trigger.TIER, "threshold": None, "target": "", "ring": 3}
    EscalationRuleFactory(**critical, tier=world.customer.tier, severity=Severity.CRITICAL)

    assert world.log(severity=Severity.HIGH).ring == 1
    assert world.log(severity=Severity.CRITICAL).ring == 3


def test_a_rule_lifts_once_in_a_spell_even_after_a_hand_back(request_, by):
    climbs(HALF)
    lowered = actions.hand_back(request_, to_ring=1, reason="已明确原因", by=by, at=HALF + HOUR)
    assert (lowered.ring, lowered.highest_ring) == (1, 2)

    assert climbs(HALF + 2 * HOUR).ring == 1
    assert climbs(FOUR_FIFTHS).ring == 3
    assert steps_of(request_) == [(1, 2, "time_used"), (2, 1, None), (1, 3, "time_used")]


def test_a_reopened_request_climbs_anew(request_, by):
    climbs(HALF)
    actions.resolve(request_, resolution="更换轴封", by=by, at=HALF)
    request = actions.reopen(request_, reason="又坏了", by=by, at=OPENED_AT + 24 * HOUR)

    assert request.climbs_at == OPENED_AT + 28 * HOUR
    assert (request.ring, request.highest_ring) == (1, 2)
    assert climbs(OPENED_AT + 28 * HOUR).ring == 2
    assert steps_of(request_) == [(1, 2, "time_used"), (1, 2, "time_used")]


def test_transfers_of_an_earlier_spell_lift_nothing_in_this_one(request_, by, people):
    for number in range(3):
        to = (people.senior_engineer, people.field_engineer)[number % 2]
        actions.transfer(request_, to=to, reason="-", by=by, at=OPENED_AT + number * MINUTE)
    assert climbs(OPENED_AT + 5 * MINUTE).ring == 2
    actions.resolve(request_, resolution="更换轴封", by=by, at=OPENED_AT + 6 * MINUTE)

    actions.reopen(request_, reason="又坏了", by=by, at=OPENED_AT + 24 * HOUR)

    assert climbs(OPENED_AT + 24 * HOUR + MINUTE).ring == 1


def test_an_inactive_rule_lifts_nothing_and_a_new_one_holds_at_once(request_, by):
    rule = EscalationRule.objects.get(target=Target.RESTORE, ring=2)
    actions.change_rule(rule, values={"is_active": False}, version=1, by=by, at=OPENED_AT)
    assert climbs(HALF).ring == 1

    values = {"trigger": Trigger.TIME_USED, "threshold": 45, "target": "", "ring": 2}
    actions.create_rule(values=values, by=by, at=HALF)

    assert climbs(HALF).ring == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"threshold": 0}, "threshold"),
        ({"threshold": 101}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"threshold": 80}, "threshold"),
        ({"trigger": Trigger.COMPLAINT, "target": ""}, "threshold"),
        ({"trigger": Trigger.TIER, "threshold": None, "target": ""}, "tier"),
        ({"trigger": Trigger.TRANSFERS, "threshold": 3}, "target"),
        ({"ring": 3, "threshold": 90}, None),
    ],
)
def test_a_rule_that_cannot_be_is_refused(by, values, field):
    """Ring 3 of the restore time is at 80 %: ring 2 comes before, and ring 3 has its rule."""
    rule = EscalationRule.objects.get(target=Target.RESTORE, ring=2)

    actions.change_rule(rule, values={"threshold": 79}, by=by, at=OPENED_AT)
    with pytest.raises(DomainError) as no:
        actions.change_rule(rule, values=values, by=by, at=OPENED_AT)

    assert no.value.field == field
    rule.refresh_from_db()
    assert (rule.threshold, rule.ring, rule.trigger) == (79, 2, Trigger.TIME_USED)


# Who is told, and takes over.


def test_the_rings_person_is_told_and_may_take_over(world, people):
    engineer, senior = people.field_engineer, people.senior_engineer
    senior.ring, engineer.supervisor = 2, senior
    senior.save()
    engineer.save()
    request = actions.accept(world.log(), by=engineer, at=OPENED_AT)
    lifted = climbs(HALF)

    tell_pending(at=HALF)
    heard = Notification.objects.filter(activity__verb="service_requests.climbed_restore")
    assert {row.recipient for row in heard} == {engineer, senior}
    assert lifted.owner == engineer
    for person in (engineer, people.depot_engineer):
        with pytest.raises(DomainError):
            actions.take_over(request, by=person, at=HALF)
    assert actions.take_over(request, by=senior, at=HALF).owner == senior


def test_an_escalation_by_hand_goes_up_and_tells_who_is_named(world, people, by):
    request = actions.escalate(
        world.log(), to_ring=2, to=people.senior_engineer, reason="原因不明", by=by, at=HALF
    )

    assert (request.ring, request.owner) == (2, by)
    tell_pending(at=HALF)
    heard = Notification.objects.filter(activity__verb="service_requests.escalated")
    assert {row.recipient for row in heard} == {people.senior_engineer}
    for ring in (1, 2, 4):
        with pytest.raises(DomainError):
            actions.escalate(request, to_ring=ring, reason="原因不明", by=by, at=HALF)


def test_a_hand_back_goes_down_with_a_reason(world, by):
    request = actions.escalate(world.log(), to_ring=3, reason="停产", by=by, at=HALF)

    for wrong in ({"to_ring": 3}, {"to_ring": 0}, {"reason": " "}):
        with pytest.raises(DomainError):
            actions.hand_back(request, **{"to_ring": 2, "reason": "x", **wrong}, by=by, at=HALF)
    assert actions.hand_back(request, to_ring=2, reason="已明确", by=by, at=HALF).ring == 2


def test_a_breach_tells_the_stand_in_and_keeps_the_owner_informed(world, people):
    engineer = people.field_engineer
    engineer.supervisor = people.senior_engineer
    engineer.backup = EmployeeFactory(role=Role.FIELD_ENGINEER, outlet=engineer.outlet)
    engineer.save()
    request = actions.accept(world.log(), by=engineer, at=OPENED_AT)
    due = restore_of(request).due_at
    AbsenceFactory(employee=engineer, starts_at=OPENED_AT, ends_at=due + HOUR)

    actions.record_breaches(at=due)

    tell_pending(at=due)
    heard = Notification.objects.filter(activity__verb="service_requests.restore_overdue")
    assert {row.recipient for row in heard} == {
        engineer, engineer.backup, people.senior_engineer,
    }  # fmt: skip


def test_the_page_says_what_lifts_it_next(request_):
    def step(service_request):
        return next_ring(
            service_request,
            service_request.sla_timers.all(),
            service_request.holds.all(),
            service_request.handovers.all(),
        )

    assert (step(request_).at, step(request_).rule.ring) == (HALF, 2)
    lifted = climbs(HALF)
    assert (step(lifted).at, step(lifted).rule.ring) == (
        FOUR_FIFTHS,
        3,
    )


def test_what_is_closed_does_not_climb(request_):
    ServiceRequest.objects.update(status=Status.CANCELLED, cancelled_at=HALF)

    assert climbs(OPENED_AT + 100 * HOUR).ring == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweepers_at_once_warn_and_climb_once(world):
    requests = [world.log() for _ in range(8)]
    together = Barrier(4)

    def sweep(action):
        together.wait()
        action(at=OPENED_AT + 6 * HOUR)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, [actions.warn, actions.warn, actions.climb_due, actions.climb_due]))

    assert told_of(RESTORE) == [75] * 8
    assert [steps_of(each) for each in requests] == [[(1, 2, "time_used")]] * 8


def test_who_was_told_hears_that_it_is_handed_back(request_, by):
    climbs(HALF)
    told = request_.escalations.get().to
    actions.hand_back(request_, to_ring=1, reason="已明确原因", by=by, at=HALF + HOUR)
    tell_pending(at=HALF + HOUR)

    heard = Notification.objects.filter(activity__verb="service_requests.handed_back")
    assert told in [notice.recipient for notice in heard]
