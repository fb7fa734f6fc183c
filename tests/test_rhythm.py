"""Regular work against a reader of calendars who goes day by day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmservice.rhythm import (
    Interval,
    OnHoliday,
    Reading,
    Total,
    Unit,
    birthdays,
    rate,
    reached_on,
    settle,
    totals,
    used_on,
)
from crmservice.worktime import WorkCalendar, parse_weekly

DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
WORKING = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")


def one_by_one(anchor, every, unit, turns):
    """Days counted singly; for months, the same day of the month, or the last before it."""
    if unit in (Unit.DAY, Unit.WEEK):
        day = anchor
        for _ in range(every * turns * (7 if unit == Unit.WEEK else 1)):
            day += DAY
        return day
    year, month = anchor.year, anchor.month
    for _ in range(every * turns * (12 if unit == Unit.YEAR else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return max(day for day in days_of(year, month) if day.day <= anchor.day)


def days_of(year, month):
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += DAY


@given(DAYS, st.integers(1, 13), st.sampled_from(Unit), st.integers(0, 24))
def test_a_turn_is_where_one_comes_to_by_counting(anchor, every, unit, turns):
    assert Interval(every, unit).after(anchor, turns) == one_by_one(anchor, every, unit, turns)


@given(DAYS, st.integers(1, 13), st.sampled_from(Unit), st.integers(0, 9000))
def test_the_next_turn_is_the_first_that_is_not_before(anchor, every, unit, later):
    interval, first = Interval(every, unit), anchor + later * DAY

    turn = interval.turn_from(anchor, first)

    assert interval.after(anchor, turn) >= first
    assert turn == 0 or interval.after(anchor, turn - 1) < first


def test_a_turn_of_the_past_is_not_sought():
    assert Interval(1, Unit.MONTH).turn_from(date(2026, 5, 1), date(2020, 1, 1)) == 0


def test_a_month_end_comes_back():
    monthly = Interval(1, Unit.MONTH)

    ends = [monthly.after(date(2026, 1, 31), turn) for turn in range(4)]

    assert ends == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert Interval(1, Unit.YEAR).after(date(2024, 2, 29), 4) == date(2028, 2, 29)


@given(DAYS, st.sampled_from(OnHoliday), st.sets(st.integers(-20, 20)))
def test_a_free_day_is_settled_as_one_would_by_hand(on, holidays, closed):
    free = {on + days * DAY: () for days in closed}
    calendar = WorkCalendar("Asia/Shanghai", parse_weekly(WORKING), free)

    settled = settle(on, holidays, calendar)

    works = [on + days * DAY for days in range(-60, 61) if calendar.is_working_day(on + days * DAY)]
    if on in works or holidays == OnHoliday.KEEP:
        assert settled == on
    elif holidays == OnHoliday.SKIP:
        assert settled is None
    elif holidays == OnHoliday.BEFORE:
        assert settled == max(day for day in works if day < on)
    else:
        assert settled == min(day for day in works if day > on)


def test_without_a_calendar_every_day_is_one():
    assert settle(date(2026, 10, 1), OnHoliday.SKIP, None) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("after", "until", "found"),
    [
        (date(2026, 2, 27), date(2026, 2, 28), [date(2026, 2, 28)]),
        (date(2026, 2, 28), date(2027, 2, 27), []),
        (date(2027, 12, 31), date(2028, 2, 29), [date(2028, 2, 29)]),
    ],
)
def test_whoever_was_born_on_29_february_is_not_forgotten(after, until, found):
    assert birthdays(2, 29, after, until) == found


def test_a_new_meter_goes_on_where_the_old_one_stopped():
    readings = [
        Reading(date(2026, 1, 1), Decimal(1000)),
        Reading(date(2026, 1, 11), Decimal(1100)),
        Reading(date(2026, 1, 11), Decimal(5), is_new_meter=True),
        Reading(date(2026, 1, 21), Decimal(105)),
    ]

    used = totals(readings)

    assert [total.value for total in used] == [1000, 1100, 1100, 1200]
    assert rate(used) == 10


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 5000))
def test_a_meter_reaches_its_target_on_the_day_on_which_it_has_run_enough(per_day, days, more):
    start = date(2026, 1, 1)
    last = Total(start + days * DAY, Decimal(per_day * days))
    used = [Total(start, Decimal(0)), last]
    target = last.value + more

    day, run = last.on, last.value
    while run < target:
        day, run = day + DAY, run + per_day

    assert reached_on(used, target) == day
    assert used_on(used, day) == run


@pytest.mark.parametrize(
    ("used", "foreseen"),
    [
        ([], None),
        ([Total(date(2026, 1, 1), Decimal(90))], None),
        ([Total(date(2026, 1, 1), Decimal(90)), Total(date(2026, 2, 1), Decimal(90))], None),
        ([Total(date(2026, 1, 1), Decimal(100))], date(2026, 1, 1)),
        (
            [Total(date(2024, 1, 1), Decimal(0)), Total(date(2025, 1, 1), Decimal(90))],
            date(2025, 2, 11),
        ),
    ],
    ids=["no reading", "one reading", "at rest", "already there", "two old ones"],
)
def test_what_readings_do_not_tell_is_not_foreseen(used, foreseen):
    assert reached_on(used, Decimal(100)) == foreseen


def test_use_lies_between_the_readings():
    used = [Total(date(2026, 1, 1), Decimal(10)), Total(date(2026, 1, 11), Decimal(110))]

    on = [used_on(used, date(2026, 1, day)) for day in (1, 6, 11, 12)]

    assert on == [10, 60, 110, 120]
    assert used_on(used, date(2025, 12, 31)) == 0
