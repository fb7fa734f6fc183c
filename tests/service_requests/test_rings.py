"""When rules lift a request: a table, and any case against a clock that is looked at minute by
minute.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmservice.worktime import CalendarRules, Span, WorkCalendar
from service_requests.choices import Kind, Target, Trigger
from service_requests.rings import Case, Clock, Rule, steps
from service_requests.sla import Promise, SegmentKind, segments

OPENED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = WorkCalendar.from_rules(
    CalendarRules(time_zone="Asia/Shanghai", weekly={day: ["09:00-17:00"] for day in DAYS}), days={}
)


def clock(target=Target.RESTORE, minutes=480, holds=()):
    return Clock(target, OFFICE, OPENED, Promise(minutes), holds)


def moments(rule, **known):
    return [step.at for step in steps([rule], Case(since=OPENED, **known))]


def test_half_of_eight_hours_is_used_after_four():
    """10:00 and four hours of service, without a break: 14:00."""
    rule = Rule(1, Trigger.TIME_USED, ring=2, threshold=50)

    assert moments(rule, clocks=[clock()]) == [OPENED + 4 * HOUR]
    assert moments(rule, clocks=[clock(holds=[Span(OPENED + HOUR, OPENED + 2 * HOUR)])]) == [
        OPENED + 5 * HOUR
    ]
    assert moments(rule, clocks=[clock(holds=[Span(OPENED + HOUR, None)])]) == []
    assert moments(rule) == []


def test_the_first_of_several_clocks_counts_and_is_named():
    rule = Rule(1, Trigger.TIME_USED, ring=2, threshold=50)
    case = Case(since=OPENED, clocks=[clock(Target.RESOLVE, 960), clock(Target.ARRIVAL, 60)])

    assert [(step.at, step.target) for step in steps([rule], case)] == [
        (OPENED + 30 * MINUTE, Target.ARRIVAL)
    ]


def test_the_whole_share_is_the_due_time():
    rule = Rule(1, Trigger.TIME_USED, ring=3, threshold=100)

    assert moments(rule, clocks=[clock(minutes=60)]) == [OPENED + HOUR]


HELD = [Span(OPENED, OPENED + HOUR), Span(OPENED + 4 * HOUR, None)]


@pytest.mark.parametrize(
    ("rule", "known", "at"),
    [
        (Rule(1, Trigger.COMPLAINT, 2), {"kind": Kind.COMPLAINT}, OPENED),
        (Rule(1, Trigger.COMPLAINT, 2), {"kind": Kind.FAULT}, None),
        (Rule(1, Trigger.TIER, 2, tier_id=7), {"tier_id": 7}, OPENED),
        (Rule(1, Trigger.TIER, 2, tier_id=7), {"tier_id": 8}, None),
        (Rule(1, Trigger.REPEAT, 2, threshold=2), {"repeats": 2}, OPENED),
        (Rule(1, Trigger.REPEAT, 2, threshold=2), {"repeats": 1}, None),
        (Rule(1, Trigger.TRANSFERS, 2, threshold=3), {"transfers": 3}, OPENED),
        (Rule(1, Trigger.TRANSFERS, 2, threshold=3), {"transfers": 2}, None),
        (Rule(1, Trigger.HOLDS_EXPIRED, 2, threshold=2), {"expiries": [OPENED]}, None),
        (
            Rule(1, Trigger.HOLDS_EXPIRED, 2, threshold=2),
            {"expiries": [OPENED + HOUR, OPENED]},
            OPENED + HOUR,
        ),
        (Rule(1, Trigger.HELD, 2, threshold=1), {"holds": HELD}, OPENED + HOUR),
        (Rule(1, Trigger.HELD, 2, threshold=3), {"holds": HELD}, OPENED + 6 * HOUR),
        (Rule(1, Trigger.HELD, 2, threshold=2), {"holds": HELD[:1]}, None),
        (Rule(1, Trigger.UNANSWERED, 2), {"unanswered": [OPENED + HOUR]}, OPENED + HOUR),
        (
            Rule(1, Trigger.UNANSWERED, 2, threshold=8),
            {"unanswered": [OPENED + 9 * HOUR, OPENED + HOUR]},
            OPENED + 9 * HOUR,
        ),
        (Rule(1, Trigger.UNANSWERED, 2), {}, None),
        (Rule(1, Trigger.TRANSFERS, 2, threshold=1, severity="high"), {"transfers": 1}, None),
        (
            Rule(1, Trigger.TRANSFERS, 2, threshold=1, severity="high"),
            {"transfers": 1, "severity": "high"},
            OPENED,
        ),
    ],
)
def test_each_rule_is_met_from_its_moment_on(rule, known, at):
    assert moments(rule, **known) == ([at] if at else [])


def test_steps_come_in_order_and_once():
    rules = [
        Rule(1, Trigger.TIME_USED, ring=3, threshold=80),
        Rule(2, Trigger.TIME_USED, ring=2, threshold=50),
        Rule(3, Trigger.COMPLAINT, ring=2),
    ]
    case = Case(since=OPENED, kind=Kind.COMPLAINT, clocks=[clock()])

    assert [step.rule.pk for step in steps(rules, case)] == [3, 2, 1]
    assert [step.rule.pk for step in steps(rules, case, met=[3, 1])] == [2]


minute = st.integers(0, 3 * 24 * 60).map(lambda count: OPENED + count * MINUTE)
holds = st.lists(st.tuples(minute, minute), max_size=3).map(
    lambda pairs: [Span(min(pair), max(pair)) for pair in pairs]
)


def looked_at(clock, percent):
    """The first minute at which the running time is the share of the promise: by looking."""
    wanted, used, at = clock.promise.minutes * percent / 100, 0, OPENED
    while used < wanted:
        inside = segments(OFFICE, at, at + MINUTE)[0].kind == SegmentKind.RUNNING
        is_held = any(hold.starts <= at < hold.ends for hold in clock.holds)
        used += inside and not is_held
        at += MINUTE
    return at


@settings(deadline=None)
@given(minutes=st.integers(1, 7).map(lambda n: n * 100), percent=st.integers(1, 100), held=holds)
def test_any_share_is_used_when_a_look_at_each_minute_says_so(minutes, percent, held):
    counted = clock(minutes=minutes, holds=held)
    rule = Rule(1, Trigger.TIME_USED, ring=2, threshold=percent)

    assert moments(rule, clocks=[counted]) == [looked_at(counted, percent)]


@given(percents=st.lists(st.integers(1, 100), min_size=2, max_size=2, unique=True), held=holds)
def test_a_higher_share_is_never_used_before_a_lower_one(percents, held):
    lower, higher = sorted(percents)
    rules = [
        Rule(1, Trigger.TIME_USED, ring=2, threshold=lower),
        Rule(2, Trigger.TIME_USED, ring=3, threshold=higher),
    ]

    coming = steps(rules, Case(since=OPENED, clocks=[clock(holds=held)]))

    assert [step.rule.pk for step in coming] == [1, 2]
