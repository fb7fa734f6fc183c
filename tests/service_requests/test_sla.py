"""Due times: the rows of the promise, holds and segments, and their laws against the oracle."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmservice.errors import DomainError
from crmservice.worktime import Span, TimeSpan, WorkCalendar
from service_requests import sla
from service_requests.sla import Promise, SegmentKind
from tests import oracle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NBD = Promise.next_business_day()
BY_THREE = Promise.next_business_day(time(15))
RUNNING, HELD, CLOSED = SegmentKind.RUNNING, SegmentKind.HELD, SegmentKind.CLOSED


def shanghai(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def january(text):
    return shanghai(f"2026-01-{text}")


def hold(text):
    """A hold as "12 10:00/12 14:00", days of January 2026; without an end it is open."""
    starts, _, ends = text.partition("/")
    return Span(january(starts), january(ends) if ends else None)


@pytest.fixture(scope="module")
def five_by_eight():
    china = holidays.country_holidays("CN", years=[2025, 2026], language="en_US")
    days = dict.fromkeys(china, "holiday") | dict.fromkeys(china.weekend_workdays, "workday")
    rules = {
        "time_zone": "Asia/Shanghai",
        "weekly": dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], "09:00-17:00"),
        "moved_working_day": ["09:00-17:00"],
    }
    return WorkCalendar.from_rules(rules, holidays=days, names=dict(china))


@pytest.fixture(scope="module")
def round_the_clock():
    week = dict.fromkeys(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "00:00-24:00")
    return WorkCalendar.from_rules({"time_zone": "Asia/Shanghai", "weekly": week})


# Promises.


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("120", Promise(120)),
        (" 15 ", Promise(15)),
        ("NBD", NBD),
        ("nbd", NBD),
        ("NBD 15:00", BY_THREE),
        ("NBD  09:30", Promise.next_business_day(time(9, 30))),
    ],
)
def test_a_promise_is_read_and_written(text, promise):
    assert Promise.parse(text) == promise
    assert Promise.parse(str(promise)) == promise


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "no_promise"),
        ("-5", "no_promise"),
        ("", "no_promise"),
        ("1.5", "no_promise"),
        ("soon", "no_promise"),
        ("NBD at three", "no_promise"),
        ("NBD 15:00:30", "bad_cut_off"),
        ("NBD 15:00+02:00", "bad_cut_off"),
    ],
)
def test_a_bad_promise_is_refused(text, code):
    with pytest.raises(DomainError) as refused:
        Promise.parse(text)

    assert refused.value.code == code


def test_minutes_have_no_cut_off():
    with pytest.raises(DomainError) as refused:
        Promise(60, time(15))

    assert refused.value.code == "bad_cut_off"


# Due times.


@pytest.mark.parametrize(
    ("start", "promise", "due"),
    [
        pytest.param("02-13 16:50", Promise(15), "02-14 09:05", id="15 min to a moved Saturday"),
        pytest.param("02-13 16:50", NBD, "02-14 17:00", id="next business day is that Saturday"),
        pytest.param("02-13 16:50", Promise(480), "02-14 16:50", id="8 h to that Saturday"),
        pytest.param("02-14 17:10", Promise(15), "02-24 09:15", id="over the Spring Festival"),
        pytest.param("02-14 17:10", NBD, "02-24 17:00", id="next day over the Spring Festival"),
        pytest.param("01-12 09:00", NBD, "01-13 17:00", id="next day, at opening"),
        pytest.param("01-12 23:59:59", NBD, "01-13 17:00", id="next day, just before midnight"),
        pytest.param("01-13 00:00", NBD, "01-14 17:00", id="next day, at midnight"),
        pytest.param("01-10 10:00", NBD, "01-12 17:00", id="next day, on Saturday"),
        pytest.param("02-13 15:00", BY_THREE, "02-14 17:00", id="called by three"),
        pytest.param("02-13 15:00:01", BY_THREE, "02-24 17:00", id="called after three"),
        pytest.param("01-16 14:00", BY_THREE, "01-19 17:00", id="Friday before three"),
        pytest.param("01-16 16:00", BY_THREE, "01-20 17:00", id="Friday after three"),
        pytest.param("01-12 10:00", Promise(960), "01-14 10:00", id="two working days"),
    ],
)
def test_a_promise_is_due(five_by_eight, start, promise, due):
    assert sla.due_at(five_by_eight, shanghai(f"2026-{start}"), promise) == shanghai(f"2026-{due}")


def test_round_the_clock_is_due_by_the_clock(round_the_clock):
    start = shanghai("2026-02-16 23:50")

    assert sla.due_at(round_the_clock, start, Promise(15)) == start + 15 * MINUTE
    assert sla.due_at(round_the_clock, start, Promise(1440)) == start + 24 * HOUR
    assert sla.due_at(round_the_clock, start, NBD) == shanghai("2026-02-18 00:00")


# 2026-01-12 is a Monday. The promise: eight hours from 09:30, due on Tuesday at 09:30.
HOLDS = [
    pytest.param([], "13 09:30", id="none"),
    pytest.param(["12 10:00/12 14:00"], "13 13:30", id="four hours of a day"),
    pytest.param(["12 17:00/13 09:00"], "13 09:30", id="the night"),
    pytest.param(["12 16:00/13 09:10"], "13 10:40", id="over the night"),
    pytest.param(["10 08:00/12 10:30"], "13 10:30", id="since before the start"),
    pytest.param(["09 08:00/12 09:30"], "13 09:30", id="over at the start"),
    pytest.param(["12 09:30/12 09:30"], "13 09:30", id="of no length"),
    pytest.param(["12 10:00/12 12:00", "12 11:00/12 13:00"], "13 12:30", id="overlapping"),
    pytest.param(["12 10:00/12 13:00", "12 11:00/12 12:00"], "13 12:30", id="one within the other"),
    pytest.param(["12 11:00/12 12:00", "12 10:00/12 11:00"], "13 11:30", id="touching, unordered"),
    pytest.param(["12 10:00/12 11:00"] * 2, "13 10:30", id="twice the same"),
    pytest.param(["13 09:29:59/13 10:29:59"], "13 10:30", id="a second before the end"),
    pytest.param(["13 09:30/13 10:30"], "13 09:30", id="at the end"),
    pytest.param(["14 09:30/14 10:30"], "13 09:30", id="after the end"),
    pytest.param(["12 10:00/12 11:00", "13 10:00/13 11:00"], "13 11:30", id="within the extension"),
    pytest.param(["12 10:00/12 11:00", "13 10:30/13 11:00"], "13 10:30", id="after the extension"),
    pytest.param(["12 16:00/14 09:00"], "14 10:30", id="days long"),
    pytest.param(["12 10:00/"], None, id="open"),
    pytest.param(["09 10:00/"], None, id="open since before the start"),
    pytest.param(["12 20:00/"], None, id="open since the night"),
    pytest.param(["12 10:00/12 11:00", "12 10:30/"], None, id="open and overlapping"),
    pytest.param(["13 09:29:59/"], None, id="open a second before the end"),
    pytest.param(["13 09:30/"], "13 09:30", id="open since the end"),
    pytest.param(["12 10:00/12 11:00", "13 10:29/"], None, id="open within the extension"),
    pytest.param(["12 10:00/12 11:00", "13 10:30/"], "13 10:30", id="open after the extension"),
]


@pytest.mark.parametrize(("holds", "due"), HOLDS)
def test_a_hold_moves_the_due_time(five_by_eight, holds, due):
    found = sla.due_at(five_by_eight, january("12 09:30"), Promise(480), [hold(h) for h in holds])

    assert found == (due and january(due))


@pytest.mark.parametrize(
    ("held", "due"),
    [
        ("12 10:00/12 14:00", "14 13:00"),
        ("12 17:00/13 09:00", "13 17:00"),
        ("13 16:00/13 18:00", "14 10:00"),
        ("13 17:00/14 12:00", "13 17:00"),
        ("12 10:00/", None),
    ],
)
def test_a_hold_moves_the_next_business_day(five_by_eight, held, due):
    found = sla.due_at(five_by_eight, january("12 09:30"), NBD, [hold(held)])

    assert found == (due and january(due))


def test_a_hold_that_ends_before_it_starts_is_refused(five_by_eight):
    with pytest.raises(DomainError) as refused:
        sla.due_at(five_by_eight, january("12 09:30"), NBD, [hold("12 11:00/12 10:00")])

    assert refused.value.code == "hold_ends_before_it_starts"


def test_moments_of_a_zone_are_compared_as_moments():
    """Two readings of the same wall clock in the hour that comes twice."""
    berlin = ZoneInfo("Europe/Berlin")
    week = {"time_zone": "Europe/Berlin", "weekly": {"sun": "00:00-24:00"}}
    sundays = WorkCalendar.from_rules(week)
    first = datetime(2026, 10, 25, 2, 50, tzinfo=berlin)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)

    due = sla.due_at(sundays, first, Promise(60), [Span(first, second)])
    assert due == second.astimezone(UTC) + HOUR
    assert [part.working for part in sla.segments(sundays, first, second)] == [20 * MINUTE]


# What is used and left.


@pytest.mark.parametrize(
    ("at", "left", "fraction"),
    [
        pytest.param("12 08:00", 480, 0.0, id="before the start"),
        pytest.param("12 09:30", 480, 0.0, id="at the start"),
        pytest.param("12 10:00", 450, 0.0625, id="as the hold begins"),
        pytest.param("12 12:00", 450, 0.0625, id="during the hold"),
        pytest.param("12 14:00", 450, 0.0625, id="as the hold ends"),
        pytest.param("12 16:00", 330, 0.3125, id="after the hold"),
        pytest.param("12 23:00", 270, 0.4375, id="in the night"),
        pytest.param("13 13:29:30", 0.5, 1 - 0.5 / 480, id="half a minute before the end"),
        pytest.param("13 13:30", 0, 1.0, id="at the end"),
        pytest.param("20 13:30", 0, 1.0, id="long after the end"),
    ],
)
def test_what_is_used_and_left(five_by_eight, at, left, fraction):
    asked = (five_by_eight, january("12 09:30"), Promise(480), [hold("12 10:00/12 14:00")])

    assert sla.remaining(*asked, january(at)) == left * MINUTE
    assert sla.used_fraction(*asked, january(at)) == fraction


@pytest.mark.parametrize("at", ["12 10:00", "12 15:00", "19 10:00"])
def test_what_is_left_stands_still_while_a_hold_is_open(five_by_eight, at):
    asked = (five_by_eight, january("12 09:30"), Promise(480), [hold("12 10:00/")])

    assert sla.remaining(*asked, january(at)) == 450 * MINUTE


def test_a_hold_after_the_end_gives_nothing_back(five_by_eight):
    asked = (five_by_eight, january("12 09:30"), Promise(60), [hold("12 11:00/12 14:00")])

    assert sla.remaining(*asked, january("12 15:00")) == timedelta()


def test_a_day_is_used_by_its_working_time(five_by_eight):
    asked = (five_by_eight, january("12 09:00"), NBD, [])

    assert sla.target_of(*asked[:3]) == 16 * HOUR
    assert sla.remaining(*asked, january("12 13:00")) == 12 * HOUR
    assert sla.used_fraction(*asked, january("12 13:00")) == 0.25


@pytest.mark.parametrize(
    ("fraction", "holds", "at"),
    [
        pytest.param(0.75, [], "12 15:30", id="three quarters"),
        pytest.param(0.9, [], "12 16:42", id="nine tenths"),
        pytest.param(Decimal("0.5"), [], "12 13:30", id="half, as a decimal"),
        pytest.param(Fraction(1, 7), [], "12 10:38:35", id="a seventh, to the full second"),
        pytest.param(1, [], "13 09:30", id="all of it"),
        pytest.param(0.75, ["12 10:00/12 11:00"], "12 16:30", id="after a hold"),
        pytest.param(0.75, ["12 15:30/12 16:30"], "12 15:30", id="before a hold"),
        pytest.param(0.75, ["12 15:30/"], "12 15:30", id="before an open hold"),
        pytest.param(0.75, ["12 10:00/"], None, id="not during an open hold"),
    ],
)
def test_a_promise_is_at_risk(five_by_eight, fraction, holds, at):
    asked = (five_by_eight, january("12 09:30"), Promise(480), [hold(text) for text in holds])

    moment = sla.at_risk_at(*asked, fraction)
    assert moment == (at and january(at))
    if moment:
        assert sla.used_fraction(*asked, moment) >= fraction
        assert sla.used_fraction(*asked, moment - timedelta(seconds=1)) < fraction


@pytest.mark.parametrize("fraction", [0, -0.5, 1.01])
def test_a_warning_needs_a_share(five_by_eight, fraction):
    with pytest.raises(DomainError) as refused:
        sla.at_risk_at(five_by_eight, january("12 09:30"), NBD, fraction=fraction)

    assert refused.value.code == "no_fraction"


@pytest.mark.parametrize(
    ("stopped", "late"),
    [("12 16:00", 0), ("12 16:30", 0), ("12 17:00", 30), ("13 08:00", 30), ("13 09:01", 31)],
)
def test_lateness_is_working_time(five_by_eight, stopped, late):
    assert sla.late_by(five_by_eight, january("12 16:30"), january(stopped)) == late * MINUTE


# Why this time.


def test_segments_tell_what_the_clock_did(five_by_eight):
    found = sla.segments(
        five_by_eight,
        january("12 08:00"),
        january("13 18:00"),
        [hold("12 16:00/13 10:00"), hold("13 12:00/13 13:00")],
    )

    assert found == [
        (CLOSED, january("12 08:00"), january("12 09:00"), 0 * HOUR),
        (RUNNING, january("12 09:00"), january("12 16:00"), 7 * HOUR),
        (HELD, january("12 16:00"), january("12 17:00"), 1 * HOUR),
        (CLOSED, january("12 17:00"), january("13 09:00"), 0 * HOUR),
        (HELD, january("13 09:00"), january("13 10:00"), 1 * HOUR),
        (RUNNING, january("13 10:00"), january("13 12:00"), 2 * HOUR),
        (HELD, january("13 12:00"), january("13 13:00"), 1 * HOUR),
        (RUNNING, january("13 13:00"), january("13 17:00"), 4 * HOUR),
        (CLOSED, january("13 17:00"), january("13 18:00"), 0 * HOUR),
    ]


def test_segments_accept_any_iterable_of_holds(five_by_eight):
    asked = (five_by_eight, january("12 08:00"), january("15 18:00"))
    holds = [hold("12 16:00/13 10:00"), hold("14 12:00/")]

    assert sla.segments(*asked, iter(holds)) == sla.segments(*asked, holds)


def test_round_the_clock_is_one_segment(round_the_clock):
    start, end = january("12 08:00"), january("15 18:00")

    assert sla.segments(round_the_clock, start, end) == [(RUNNING, start, end, end - start)]
    assert sla.segments(round_the_clock, end, start) == []


def test_the_arithmetic_over_the_spring_festival(five_by_eight):
    start, held = shanghai("2026-02-13 16:50"), hold("12 10:00/12 11:00")
    asked = (five_by_eight, start, Promise(600), [held, Span(start, start + HOUR)])
    why = sla.arithmetic(*asked, start + 5 * MINUTE)

    assert why.target == 600 * MINUTE
    assert why.base == shanghai("2026-02-24 10:50")
    assert why.held == 10 * MINUTE
    assert why.due == shanghai("2026-02-24 11:00")
    assert (why.used, why.remaining) == (timedelta(), 600 * MINUTE)
    assert [(part.kind, part.working) for part in why.segments] == [
        (HELD, 10 * MINUTE),
        (CLOSED, timedelta()),
        (RUNNING, 8 * HOUR),
        (CLOSED, timedelta()),
        (RUNNING, 2 * HOUR),
    ]
    assert [(day.on, day.is_open) for day in why.special_days] == [
        (date(2026, 2, 14), True),
        *((date(2026, 2, day), False) for day in (16, 17, 18, 19, 20, 23)),
    ]
    assert why.special_days[2].name == "Chinese New Year (Spring Festival)"


def test_the_arithmetic_while_a_hold_is_open(five_by_eight):
    asked = (five_by_eight, january("12 09:30"), Promise(480), [hold("12 10:00/")])
    why = sla.arithmetic(*asked, january("12 12:00"))

    assert why.due is None
    assert why.base == january("13 09:30")
    assert (why.held, why.used, why.remaining) == (2 * HOUR, 30 * MINUTE, 450 * MINUTE)
    assert why.segments[-1] == (HELD, january("12 10:00"), january("12 12:00"), 2 * HOUR)


# Laws, to the second.

promises = st.one_of(
    st.integers(1, 24 * 60).map(Promise), st.sampled_from([NBD, BY_THREE, NBD, Promise(1)])
)
spells = st.integers(-600, 8 * 86_400).map(lambda number: timedelta(seconds=number))


@st.composite
def promised(draw):
    """A calendar, a start to the second, a promise and its holds."""
    rules, start = draw(oracle.cases())
    holds = draw(oracle.holds(start))
    start += timedelta(seconds=draw(st.integers(0, 59)))
    return rules.calendar(), start, draw(promises), holds


@oracle.lawful
@given(promised())
def test_a_due_time_is_the_base_and_what_was_held(asked):
    calendar, start, promise, holds = asked
    due = sla.due_at(*asked)
    why = sla.arithmetic(*asked, start)

    assert sla.due_at(calendar, start, promise, list(reversed(holds))) == due
    assert why.due == due
    if due:
        base = sla.due_at(calendar, start, promise)
        assert calendar.between(start, due) == why.target + why.held
        assert due == (calendar.add(base, why.held) if why.held else base)
        assert sla.remaining(*asked, due) == timedelta()
        assert sla.remaining(*asked, due - timedelta(microseconds=1)) > timedelta()
        assert sla.at_risk_at(*asked, 1) == due


@oracle.lawful
@given(promised(), spells, spells)
def test_time_is_used_and_never_given_back(asked, one, other):
    start, (early, late) = asked[1], sorted([one, other])
    target = sla.target_of(*asked[:3])

    left = [sla.remaining(*asked, start + after) for after in (early, late)]
    assert target >= left[0] >= left[1] >= timedelta()
    assert sla.used_fraction(*asked, start + late) == (target - left[1]) / target


@oracle.lawful
@given(promised(), spells)
def test_segments_partition_the_time(asked, length):
    calendar, start, _, holds = asked
    until = start + length
    found = sla.segments(calendar, start, until, holds)

    assert sum((part.working for part in found), timedelta()) == calendar.between(start, until)
    assert all(part.working in (timedelta(), part.ends - part.starts) for part in found)
    assert all(part.starts < part.ends for part in found)
    assert all(one.ends == other.starts for one, other in pairwise(found))
    assert all(one.kind != other.kind for one, other in pairwise(found))
    assert ([found[0].starts, found[-1].ends] if found else []) == (
        [start, until] if until > start else []
    )


@oracle.lawful
@given(promised(), spells)
def test_the_arithmetic_adds_up(asked, after):
    why = sla.arithmetic(*asked, asked[1] + after)
    running = sum((part.working for part in why.segments if part.kind == RUNNING), timedelta())

    assert why.used + why.remaining == why.target
    assert running == (why.target if why.due else why.used)


@oracle.lawful
@given(promised(), spells)
def test_the_course_of_a_clock_tells_the_same_sums(asked, after):
    calendar, start, at = asked[0], asked[1], asked[1] + after
    why = sla.arithmetic(*asked, at)
    course = sla.course(calendar, why, at)

    sums = {kind: timedelta() for kind in sla.SegmentKind}
    for part in course:
        sums[part.kind] += part.working
    assert sums[RUNNING] == why.used
    assert sums[sla.SegmentKind.AHEAD] == (why.remaining if why.due else timedelta())
    assert sums[sla.SegmentKind.LATE] == (
        sla.late_by(calendar, why.due, at) if why.due else timedelta()
    )
    assert all(one.ends == other.starts for one, other in pairwise(course))
    end = max(why.due or at, at)
    assert ([course[0].starts, course[-1].ends] if course else []) == (
        [start, end] if end > start else []
    )


@oracle.lawful
@given(promised(), spells, st.lists(spells, max_size=3))
def test_what_the_owners_burnt_is_what_the_clock_used(asked, after, changes):
    calendar, start, at = asked[0], asked[1], asked[1] + after
    why = sla.arithmetic(*asked, at)
    owned = [(start + since, number) for number, since in enumerate(sorted(changes))]
    legs = sla.legs(sla.course(calendar, why, at), owned)

    sums = sla.totals(legs)
    assert sum((burnt[RUNNING] for burnt in sums.values()), timedelta()) == why.used
    assert sla.totals(sla.fold(legs, 3)) == sums
    assert len(sla.fold(legs, 3)) <= max(3, len(legs))


def test_time_is_burnt_by_whoever_has_the_request():
    calendar = WorkCalendar("UTC", {day: (TimeSpan(540, 1020),) for day in range(5)})
    monday = datetime(2026, 3, 2, 10, tzinfo=UTC)
    holds = [Span(monday + HOUR, monday + 2 * HOUR)]
    at = monday + 6 * HOUR
    why = sla.arithmetic(calendar, monday, Promise(4 * 60), holds, at)
    owned = [(monday + HOUR / 2, "Li"), (monday + 3 * HOUR, "Wang")]

    legs = sla.legs(sla.course(calendar, why, at), owned)

    assert [(str(leg.segment.kind), leg.segment.working / HOUR, leg.owner) for leg in legs] == [
        ("running", 0.5, None),
        ("running", 0.5, "Li"),
        ("held", 1, "Li"),
        ("running", 1, "Li"),
        ("running", 2, "Wang"),
        ("late", 1, "Wang"),
    ]
    assert sla.totals(legs)["Li"] == {
        RUNNING: 1.5 * HOUR,
        sla.SegmentKind.HELD: HOUR,
        sla.SegmentKind.LATE: timedelta(),
    }


def test_nights_are_folded_only_when_the_segments_are_many():
    calendar = WorkCalendar("UTC", {day: (TimeSpan(540, 1020),) for day in range(7)})
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    at = monday + timedelta(days=2, hours=8)
    why = sla.arithmetic(calendar, monday, Promise(24 * 60), [], at)
    legs = sla.legs(sla.course(calendar, why, at), [(monday, "Li")])

    assert sla.fold(legs, 5) == legs
    (one,) = sla.fold(legs, 4)
    assert (one.segment.starts, one.segment.ends) == (monday, at)
    assert one.segment.working == 24 * HOUR


# The oracle.


@oracle.thorough
@given(st.data(), oracle.cases(), st.integers(1, 16 * 60))
def test_a_due_time_is_where_the_oracle_stops(data, case, target):
    rules, start = case
    holds = data.draw(oracle.holds(start))
    at = start + data.draw(st.integers(-60, 4 * 1440)) * MINUTE
    asked = (rules.calendar(), start, Promise(target), holds)

    assert sla.due_at(*asked) == oracle.due(rules, start, target, holds)
    left = target - oracle.used(rules, start, target, holds, at)
    assert sla.remaining(*asked, at) == left * MINUTE


@oracle.thorough
@given(st.data(), oracle.cases(), st.sampled_from([None, time(15), time(0)]))
def test_the_next_business_day_is_where_the_oracle_stops(data, case, cut_off):
    rules, start = case
    holds = data.draw(oracle.holds(start))
    target = oracle.next_business_day(rules, start, cut_off)

    due = sla.due_at(rules.calendar(), start, Promise.next_business_day(cut_off), holds)
    assert due == oracle.due(rules, start, target, holds)
