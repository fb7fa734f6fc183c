from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from contracts.choices import Cover
from contracts.entitlement import DefaultFacts, Level, Promises, TierFacts, entitle_caller
from crmservice.worktime import Span, WorkCalendar
from service_requests.choices import Kind, Target, TimerState
from service_requests.models import SlaTimer
from service_requests.promises import judge, next_of, timers_for

FIVE_BY_EIGHT = WorkCalendar.from_rules(
    {
        "time_zone": "Asia/Shanghai",
        "weekly": dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], "09:00-17:00"),
    }
)
SECOND = timedelta(seconds=1)


def shanghai(text):
    return datetime.fromisoformat(f"2026-01-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


OPENED = shanghai("12 10:00")  # a Monday


def entitlement(**promises):
    level = Level(1, "5x8", 2400, Promises(**{"response_minutes": 60} | promises))
    tier = TierFacts(1, "small", "小客户", "Small", Decimal(0))
    return entitle_caller(tier, [DefaultFacts(Cover.OUT_OF_WARRANTY, 1, level)])


def timers(kind=Kind.FAULT, *, visit_promised=True, **promises):
    made = timers_for(
        entitlement(**promises),
        lambda _: FIVE_BY_EIGHT,
        OPENED,
        kind,
        visit_promised=visit_promised,
    )
    return {timer.target: timer for timer in made}


def response(**facts):
    return judge(SlaTimer(target="response", minutes=60, started_at=OPENED), FIVE_BY_EIGHT, **facts)


ALL_PROMISED = {"arrival_minutes": 120, "restore_minutes": 480, "resolve_minutes": 960}


@pytest.mark.parametrize(
    ("kind", "visit", "promises", "targets"),
    [
        (Kind.FAULT, True, ALL_PROMISED, ["response", "arrival", "restore", "resolve"]),
        (Kind.FAULT, False, ALL_PROMISED, ["response", "restore", "resolve"]),
        (Kind.ENQUIRY, True, ALL_PROMISED, ["response", "arrival", "resolve"]),
        (Kind.FAULT, True, {}, ["response"]),
    ],
)
def test_a_clock_runs_where_it_is_promised(kind, visit, promises, targets):
    assert list(timers(kind, visit_promised=visit, **promises)) == targets


def test_minutes_run_in_the_calendar_of_the_promise():
    timer = timers(**ALL_PROMISED)[Target.RESTORE]

    assert timer.due_at == shanghai("13 10:00")
    assert timer.risk_at == shanghai("12 16:00")


def test_the_next_business_day_ends_with_its_service_hours():
    timer = timers(arrival_next_business_day=True)[Target.ARRIVAL]

    assert (timer.due_at, timer.minutes) == (shanghai("13 17:00"), None)


@pytest.mark.parametrize(("cut_off", "due"), [(time(10), "13 17:00"), (time(9, 59), "14 17:00")])
def test_called_after_the_cut_off_it_is_a_day_later(cut_off, due):
    timer = timers(arrival_next_business_day=True, arrival_cut_off=cut_off)[Target.ARRIVAL]

    assert timer.due_at == shanghai(due)


def test_a_promise_met_at_its_due_time_is_kept_and_a_second_later_breached():
    due = shanghai("12 11:00")
    kept, late = response(stopped_at=due), response(stopped_at=due + SECOND)

    assert (kept.state, kept.late_by, kept.is_kept) == (TimerState.MET, None, True)
    assert (late.state, late.late_by, late.breached_at) == (TimerState.BREACHED, SECOND, due)


def test_late_is_counted_in_working_time():
    assert response(stopped_at=shanghai("13 09:30")).late_by == timedelta(hours=6, minutes=30)


@pytest.mark.parametrize(
    ("cancelled_at", "state"),
    [("12 10:59:59", TimerState.CANCELLED), ("12 11:00:00", TimerState.BREACHED)],
)
def test_what_was_due_before_the_cancelling_stays_decided(cancelled_at, state):
    assert response(cancelled_at=shanghai(cancelled_at)).state == state


def test_what_was_met_before_the_cancelling_stays_met():
    timer = response(stopped_at=shanghai("12 10:30"), cancelled_at=shanghai("12 10:40"))

    assert (timer.state, timer.stopped_at) == (TimerState.MET, shanghai("12 10:30"))


def test_an_open_hold_leaves_no_due_time_but_what_is_left():
    timer = response(holds=[Span(shanghai("12 10:15"), None)])

    assert (timer.state, timer.due_at) == (TimerState.ON_HOLD, None)
    assert timer.remaining == timedelta(minutes=45)


def test_an_ended_hold_moves_the_due_time():
    timer = response(holds=[Span(shanghai("12 10:15"), shanghai("12 14:15"))])

    assert timer.due_at == shanghai("12 15:00")


def test_a_hold_that_is_open_when_the_clock_stops_ends_there():
    timer = response(holds=[Span(shanghai("12 10:15"), None)], stopped_at=shanghai("12 16:00"))

    assert (timer.state, timer.due_at) == (TimerState.MET, shanghai("12 16:45"))


@pytest.mark.parametrize(
    ("at", "state"), [("12 10:59:59", TimerState.RUNNING), ("12 11:00:00", TimerState.BREACHED)]
)
def test_a_passed_due_time_is_recorded_and_stays(at, state):
    timer = response(at=shanghai(at))
    assert timer.state == state

    judge(timer, FIVE_BY_EIGHT, holds=[Span(OPENED, shanghai("12 12:00"))])
    assert timer.state == state
    assert timer.due_at == shanghai("12 13:00")


def test_the_queue_sees_the_first_open_due_time():
    made = timers(**ALL_PROMISED)
    judge(made["response"], FIVE_BY_EIGHT, stopped_at=OPENED)

    first = next_of(made.values())

    assert first == (shanghai("12 12:00"), "arrival", shanghai("12 11:30"))
    assert next_of([made["response"]]) == (None, "", None)
    assert FIVE_BY_EIGHT.day_of(first.due_at) == date(2026, 1, 12)
