"""Holds, arrival, restore, and the sweeps; then any sequence of verbs against the oracle."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from crmservice.worktime import Span
from service_requests import actions
from service_requests.choices import Status, Target, TimerState
from service_requests.models import ServiceRequest, SlaTimer
from tests import oracle
from tests.factories.service_requests import HOUR, OPENED_AT, SlaTimerFactory

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
FIVE_BY_EIGHT = oracle.Rules(
    zone="Asia/Shanghai", weekly={day: [(540, 1020)] for day in range(5)}, days={}
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(people):
    return people.service_manager


def clock(request, target, spell=1):
    return request.sla_timers.get(target=target, spell=spell)


# Holds.


def test_a_hold_stops_the_clocks_of_its_reason_and_no_other(world, by):
    request = world.log(responded=False)

    request = actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT + HOUR)

    assert request.status == Status.WAITING
    assert clock(request, Target.RESPONSE).due_at == OPENED_AT + 4 * HOUR
    for target, left in ((Target.RESTORE, 7 * HOUR), (Target.RESOLVE, 23 * HOUR)):
        assert (clock(request, target).due_at, clock(request, target).remaining) == (None, left)
    assert request.next_target == Target.RESPONSE


def test_a_held_request_stands_where_its_hold_ends(world, by):
    request = actions.put_on_hold(world.log(), reason=world.waiting, by=by, at=OPENED_AT + HOUR)

    assert request.next_due_at is None
    assert request.queue_at == request.holds.get().expires_at == OPENED_AT + 73 * HOUR


def test_a_resumed_clock_is_due_later_by_the_service_hours_of_the_hold(world, by):
    request = world.log()
    actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT + HOUR)

    request = actions.resume(request, by=by, at=OPENED_AT + 3 * HOUR)

    assert request.status == Status.IN_PROGRESS
    assert clock(request, Target.RESTORE).due_at == OPENED_AT + 26 * HOUR  # 7 h today, 3 tomorrow
    assert request.holds.get().ends_at == OPENED_AT + 3 * HOUR


def test_a_hold_outside_service_hours_changes_nothing(world, by):
    request = world.log()
    due = clock(request, Target.RESTORE).due_at

    actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT + 8 * HOUR)
    actions.resume(request, by=by, at=OPENED_AT + 20 * HOUR)

    assert clock(request, Target.RESTORE).due_at == due


def test_a_second_hold_waits_for_the_first(world, by):
    request = actions.put_on_hold(world.log(), reason=world.waiting, by=by, at=OPENED_AT)

    with pytest.raises(DomainError):
        actions.put_on_hold(request, reason=world.parts, by=by, at=OPENED_AT + HOUR)


@pytest.mark.parametrize(
    ("after", "is_allowed"),
    [(0 * HOUR, False), (SECOND, True), (72 * HOUR, True), (72 * HOUR + SECOND, False)],
)
def test_a_hold_lasts_as_long_as_its_reason_allows(world, by, after, is_allowed):
    def hold():
        actions.put_on_hold(
            world.log(), reason=world.waiting, expires_at=OPENED_AT + after, by=by, at=OPENED_AT
        )

    if is_allowed:
        hold()
    else:
        with pytest.raises(DomainError) as no:
            hold()
        assert no.value.field == "expires_at"


@pytest.mark.parametrize("status", [Status.NEW, Status.IN_PROGRESS, Status.RESOLVED])
def test_only_what_waits_is_resumed(world, by, status):
    request = world.log()
    if status != Status.NEW:
        actions.accept(request, by=by, at=OPENED_AT)
    if status == Status.RESOLVED:
        actions.resolve(request, resolution="好了", by=by, at=OPENED_AT)

    with pytest.raises(DomainError):
        actions.resume(request, by=by, at=OPENED_AT)


def test_what_is_open_is_not_reopened(world, by):
    request = actions.put_on_hold(world.log(), reason=world.waiting, by=by, at=OPENED_AT)

    with pytest.raises(DomainError):
        actions.reopen(request, reason="又响了", by=by, at=OPENED_AT)


def test_an_expired_hold_ends_by_itself_when_it_said(world, by):
    request = world.log()
    actions.put_on_hold(
        request, reason=world.waiting, expires_at=OPENED_AT + 2 * HOUR, by=by, at=OPENED_AT + HOUR
    )

    assert actions.expire_holds(at=OPENED_AT + 2 * HOUR - SECOND) == 0
    assert actions.expire_holds(at=OPENED_AT + 5 * HOUR) == 1
    assert actions.expire_holds(at=OPENED_AT + 5 * HOUR) == 0

    request.refresh_from_db()
    assert request.status == Status.IN_PROGRESS
    assert request.holds.get().ends_at == OPENED_AT + 2 * HOUR
    assert clock(request, Target.RESTORE).due_at == OPENED_AT + 25 * HOUR  # an hour held
    told = Activity.objects.get(verb="service_requests.hold_expired")
    assert told.at == OPENED_AT + 2 * HOUR


def test_a_late_beat_does_not_lengthen_a_hold(world, by):
    """Resumed before the sweep came by: the hold ended when it expired all the same."""
    request = world.log()
    actions.put_on_hold(
        request, reason=world.waiting, expires_at=OPENED_AT + 2 * HOUR, by=by, at=OPENED_AT + HOUR
    )

    request = actions.put_on_hold(request, reason=world.parts, by=by, at=OPENED_AT + 4 * HOUR)

    first, second = request.holds.order_by("pk")
    assert (first.ends_at, second.starts_at) == (OPENED_AT + 2 * HOUR, OPENED_AT + 4 * HOUR)


def test_a_hold_does_not_undo_a_breach_that_nobody_recorded(world, by):
    request = world.log()

    actions.put_on_hold(request, reason=world.waiting, by=by, at=OPENED_AT + 25 * HOUR)

    restore = clock(request, Target.RESTORE)
    assert restore.breached_at == restore.due_at == OPENED_AT + 24 * HOUR
    assert clock(request, Target.RESOLVE).due_at is None


# Arrive and restore.


def test_arriving_is_also_the_first_word(world, people):
    request = world.log(responded=False, visit_promised=True)

    request = actions.arrive(request, by=people.field_engineer, at=OPENED_AT + HOUR)
    again = actions.arrive(request, by=people.field_engineer, at=OPENED_AT + 2 * HOUR)

    assert again.arrived_at == request.responded_at == OPENED_AT + HOUR
    assert request.status == Status.IN_PROGRESS
    assert clock(request, Target.ARRIVAL).state == TimerState.MET
    assert clock(request, Target.RESPONSE).state == TimerState.MET
    assert Activity.objects.filter(verb="service_requests.arrived").count() == 1


def test_what_happened_in_time_but_was_entered_late_was_in_time(world, people):
    """The tablet had no network: the sweep saw a breach that was none."""
    request = world.log(visit_promised=True)
    due = clock(request, Target.ARRIVAL).due_at
    actions.record_breaches(at=due + HOUR)
    assert clock(request, Target.ARRIVAL).state == TimerState.BREACHED

    actions.arrive(request, by=people.field_engineer, at=due)

    assert clock(request, Target.ARRIVAL).state == TimerState.MET


def test_a_second_too_late_is_late(world, people):
    request = world.log(visit_promised=True)
    due = clock(request, Target.ARRIVAL).due_at
    actions.record_breaches(at=due + HOUR)

    actions.arrive(request, by=people.field_engineer, at=due + SECOND)

    assert clock(request, Target.ARRIVAL).state == TimerState.BREACHED


def test_restoring_does_not_resolve(world, by):
    request = actions.restore(world.log(), by=by, at=OPENED_AT + HOUR)

    assert request.restored_at == OPENED_AT + HOUR
    assert clock(request, Target.RESTORE).state == TimerState.MET
    assert request.next_target == Target.RESOLVE


@pytest.mark.parametrize("verb", [actions.arrive, actions.restore])
def test_nothing_happened_before_the_opening(world, by, verb):
    with pytest.raises(DomainError):
        verb(world.log(), by=by, at=OPENED_AT - SECOND)


# The sweep.


def test_a_breach_is_recorded_once():
    timer = SlaTimerFactory()
    due = timer.due_at

    assert actions.record_breaches(at=due - SECOND) == 0
    assert actions.record_breaches(at=due) == 1
    assert actions.record_breaches(at=due) == 0

    timer.refresh_from_db()
    assert timer.breached_at == due
    told = Activity.objects.get(verb="service_requests.response_overdue")
    assert (told.at, told.by, told.filings.count()) == (due, None, 2)


def test_the_sweep_takes_any_number_in_few_statements(django_assert_max_num_queries):
    request = SlaTimerFactory().service_request
    SlaTimer.objects.bulk_create(
        SlaTimerFactory.build(
            service_request=request,
            calendar=SlaTimer.objects.get(spell=1).calendar,
            spell=spell,
            due_at=OPENED_AT + HOUR,
        )
        for spell in range(2, 420)
    )

    with django_assert_max_num_queries(36):
        assert actions.record_breaches(at=OPENED_AT + 5 * HOUR) == 419


def test_what_is_held_stopped_or_cancelled_is_not_overdue(world, by):
    held = actions.put_on_hold(world.log(), reason=world.waiting, by=by, at=OPENED_AT)
    actions.cancel(world.log(), reason="误报", by=by, at=OPENED_AT)

    assert actions.record_breaches(at=OPENED_AT + 71 * HOUR) == 0
    assert held.sla_timers.filter(breached_at__isnull=False).count() == 0


# Any sequence of verbs: what stands in the table is what the record says, minute by minute.

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "hold",
                "parts",
                "resume",
                "respond",
                "restore",
                "resolve",
                "reopen",
                "sweep",
                "retime",
            ]
        ),
        st.integers(1, 60 * 30),
    ),
    min_size=1,
    max_size=9,
)


def take(world, by, request, step, at):
    verbs = {
        "hold": lambda: actions.put_on_hold(request, reason=world.waiting, by=by, at=at),
        "parts": lambda: actions.put_on_hold(request, reason=world.parts, by=by, at=at),
        "resume": lambda: actions.resume(request, by=by, at=at),
        "respond": lambda: actions.respond(request, by=by, at=at),
        "restore": lambda: actions.restore(request, by=by, at=at),
        "resolve": lambda: actions.resolve(request, resolution="好了", by=by, at=at),
        "reopen": lambda: actions.reopen(request, reason="又响了", by=by, at=at),
        "sweep": lambda: (actions.expire_holds(at=at), actions.record_breaches(at=at)),
        "retime": lambda: actions.change_severity(request, severity="high", by=by, at=at),
    }
    try:
        verbs[step]()
    except DomainError:
        return


def spans_of(request, target):
    return [
        Span(hold.starts_at, hold.ends_at)
        for hold in request.holds.select_related("reason")
        if target in hold.reason.holds_targets
    ]


@settings(
    max_examples=int(os.environ.get("VERB_SEQUENCES", "30")),
    phases=[Phase.explicit, Phase.generate],  # a failing row is short enough to read
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
@example(steps=[("hold", 1), ("reopen", 1), ("hold", 1)])
@example(steps=[("hold", 992), ("restore", 500), ("resume", 1177), ("resolve", 81)])
def test_any_sequence_of_verbs_leaves_what_the_record_says(world, by, steps):
    request, at = world.log(responded=False), OPENED_AT

    for step, minutes in steps:
        at += minutes * MINUTE
        take(world, by, request, step, at)
        check(ServiceRequest.objects.get(pk=request.pk))


def check(request):
    timers = list(request.sla_timers.all())
    for timer in timers:
        check_clock(request, timer)
    running = [timer for timer in timers if timer.stopped_at is None and timer.due_at]
    assert request.next_due_at == min((timer.due_at for timer in running), default=None)
    assert request.next_risk_at == min((timer.risk_at for timer in running), default=None)
    assert {timer.spell for timer in timers} == set(range(1, request.spell + 1))
    if not request.is_open:
        assert not [timer for timer in timers if timer.stopped_at is None]


def check_clock(request, timer):
    """The due time of a clock is the oracle's, over the holds that the table has."""
    holds = spans_of(request, timer.target)
    stopped = timer.stopped_at
    if stopped is not None:  # what is held afterwards is no concern of this clock
        holds = [
            Span(starts, min(ends or stopped, stopped))
            for starts, ends in holds
            if starts < stopped
        ]
    due = oracle.due(FIVE_BY_EIGHT, timer.started_at, timer.minutes, holds)
    assert timer.due_at == due
    if timer.stopped_at is not None and not timer.cancelled:
        assert (timer.breached_at is not None) == (timer.stopped_at > due)
    if timer.breached_at is not None:
        assert timer.breached_at == due


def test_the_oracle_knows_the_same_week(world):
    assert date(2026, 3, 2).weekday() == OPENED_AT.weekday() == 0
    assert oracle.worked(FIVE_BY_EIGHT, OPENED_AT, OPENED_AT + HOUR) == 60
