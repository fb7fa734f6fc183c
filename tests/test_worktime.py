"""Working time: what a calendar says, by table; what must always hold, by law and by oracle."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmservice.worktime import (
    CalendarError,
    Hours,
    TimeSpan,
    WorkCalendar,
    join,
    parse_spans,
    parse_weekly,
)
from tests import oracle

OFFICE = ["mon", "tue", "wed", "thu", "fri"]
EVERY_DAY = [*OFFICE, "sat", "sun"]
HOUR = timedelta(hours=1)


def china(*years):
    """The days of China as `from_rules` wants them, and their names."""
    found = holidays.country_holidays("CN", years=years, language="en_US")
    workdays = {day for day in found.weekend_workdays if day.year in years}
    return {**dict.fromkeys(found, "holiday"), **dict.fromkeys(workdays, "workday")}, dict(found)


def rules(zone, spans, week=OFFICE, **more):
    return {"time_zone": zone, "weekly": dict.fromkeys(week, spans), **more}


def calendar(zone, spans, week=OFFICE, **overrides):
    return WorkCalendar.from_rules(rules(zone, spans, week), **overrides)


def local(zone, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shanghai(text):
    return local("Asia/Shanghai", text)


@pytest.fixture(scope="module")
def five_by_eight():
    days, names = china(2025, 2026)
    company = rules("Asia/Shanghai", ["09:00-17:00"], moved_working_day=["09:00-17:00"])
    return WorkCalendar.from_rules(company, holidays=days, names=names)


@pytest.fixture(scope="module")
def round_the_clock():
    return calendar("Asia/Shanghai", ["00:00-24:00"], EVERY_DAY)


# What may be written.


@pytest.mark.parametrize(
    ("text", "opens", "closes", "written"),
    [
        pytest.param("09:00-17:00", 540, 1020, "09:00-17:00", id="a day"),
        pytest.param(" 9:00 - 17:30 ", 540, 1050, "09:00-17:30", id="with blanks"),
        pytest.param("22:00-06:00", 1320, 1800, "22:00-06:00", id="past midnight"),
        pytest.param("00:00-24:00", 0, 1440, "00:00-24:00", id="all day"),
        pytest.param("22:00-00:00", 1320, 1440, "22:00-24:00", id="to midnight"),
        pytest.param("09:00-08:59", 540, 1979, "09:00-08:59", id="nearly a day"),
        pytest.param("\uff10\uff19\uff1a00\u201317\uff1a00", 540, 1020, "09:00-17:00", id="wide"),
    ],
)
def test_a_span_is_read_and_written(text, opens, closes, written):
    span = TimeSpan.parse(text)

    assert span == (opens, closes)
    assert str(span) == written
    assert TimeSpan.parse(str(span)) == span
    assert span.length == timedelta(minutes=closes - opens)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("09:00", "bad_span"),
        ("nine to five", "bad_span"),
        ("09:60-17:00", "bad_span"),
        ("09:00-17:60", "bad_span"),
        ("25:00-26:00", "bad_span"),
        ("24:00-06:00", "bad_span"),
        ("09:00-24:01", "bad_span"),
        ("-09:00-17:00", "bad_span"),
        ("09:00-17:00 extra", "bad_span"),
        ("09:00-09:00", "empty_span"),
        ("00:00-00:00", "empty_span"),
    ],
)
def test_a_bad_span_is_refused(text, code):
    with pytest.raises(CalendarError) as refused:
        TimeSpan.parse(text)

    assert (refused.value.code, refused.value.params) == (code, {"span": text})
    assert str(refused.value) == f"{code}: span={text}"


@pytest.mark.parametrize(
    "spans",
    ["13:00-17:00, 09:00-12:00", "13:00-17:00;09:00-12:00;", ["13:00-17:00", "09:00-12:00"]],
)
def test_the_spans_of_a_day_come_in_order(spans):
    assert parse_spans(spans) == (TimeSpan(540, 720), TimeSpan(780, 1020))


def test_a_day_without_text_is_free():
    assert parse_weekly({"mon": "09:00-17:00", "tue": ""}) == {0: (TimeSpan(540, 1020),), 1: ()}


@pytest.mark.parametrize(
    ("weekly", "code", "params"),
    [
        pytest.param(
            {"mon": ["09:00-12:00", "11:00-17:00"]},
            "overlapping_spans",
            {"first": TimeSpan(540, 720), "second": TimeSpan(660, 1020)},
            id="within a day",
        ),
        pytest.param(
            {"mon": ["22:00-06:00"], "tue": ["05:00-08:00"]},
            "overlapping_spans",
            {"day": "mon", "first": TimeSpan(1320, 1800), "second": TimeSpan(300, 480)},
            id="over midnight",
        ),
        pytest.param(
            {"sun": ["22:00-06:00"], "mon": ["05:59-08:00"]},
            "overlapping_spans",
            {"day": "sun", "first": TimeSpan(1320, 1800), "second": TimeSpan(359, 480)},
            id="from Sunday to Monday",
        ),
        pytest.param({"mon": [], "sat": ""}, "no_service_hours", {}, id="no hours"),
        pytest.param({}, "no_service_hours", {}, id="nothing"),
        pytest.param({"monday": ["09:00-17:00"]}, "unknown_day", {"day": "monday"}, id="bad day"),
    ],
)
def test_a_bad_week_is_refused(weekly, code, params):
    with pytest.raises(CalendarError) as refused:
        WorkCalendar.from_rules({"time_zone": "UTC", "weekly": weekly})

    assert (refused.value.code, refused.value.params) == (code, params)


@pytest.mark.parametrize("zone", ["", "Asia", "Asia/Atlantis", "../etc", "/etc/passwd", "\0"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(CalendarError) as refused:
        calendar(zone, ["09:00-17:00"])

    assert (refused.value.code, refused.value.params) == ("unknown_zone", {"zone": zone})


@pytest.mark.parametrize(
    ("span", "code"),
    [
        (TimeSpan(600, 600), "empty_span"),
        (TimeSpan(600, 540), "empty_span"),
        (TimeSpan(-1, 60), "bad_span"),
        (TimeSpan(1440, 1500), "bad_span"),
        (TimeSpan(600, 2041), "bad_span"),
    ],
)
def test_spans_made_by_hand_are_judged_too(span, code):
    with pytest.raises(CalendarError) as refused:
        WorkCalendar("UTC", {0: (span,)})

    assert refused.value.code == code


def test_a_weekday_that_does_not_exist_is_refused():
    with pytest.raises(CalendarError) as refused:
        WorkCalendar("UTC", {0: (TimeSpan(0, 60),), 7: ()})

    assert refused.value.code == "unknown_day"


def test_spans_may_touch_within_a_day_and_at_midnight():
    touching = {"mon": ["09:00-12:00", "12:00-17:00", "22:00-06:00"], "tue": ["06:00-08:00"]}
    week = WorkCalendar.from_rules({"time_zone": "UTC", "weekly": touching})

    hours = week.spans(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC))
    assert [span.closes - span.opens for span in join(hours)] == [8 * HOUR, 10 * HOUR]


def test_an_overlap_that_an_extra_day_brings_counts_once():
    nights = calendar(
        "UTC", ["22:00-06:00"], days={date(2026, 1, 6): ["00:00-03:00", "05:00-09:00"]}
    )
    tuesday = datetime(2026, 1, 6, tzinfo=UTC)

    assert nights.between(tuesday, tuesday + 24 * HOUR) == 9 * HOUR
    assert nights.add(tuesday, 7 * HOUR) == tuesday + 7 * HOUR


def test_a_calendar_is_a_value_that_nobody_can_change(five_by_eight):
    week = {0: (TimeSpan(540, 1020),)}
    one, other = WorkCalendar("UTC", week), WorkCalendar("UTC", week)
    week[0] = ()

    assert one == other
    assert hash(one) == hash(other)
    assert one.is_working_day(date(2026, 1, 5))
    assert one != five_by_eight
    with pytest.raises(TypeError):
        one.weekly[0] = ()


# Moments.


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        pytest.param("2026-02-13 16:50", 15, "2026-02-14 09:05", id="to a moved working Saturday"),
        pytest.param("2026-02-13 16:50", 480, "2026-02-14 16:50", id="eight hours"),
        pytest.param("2026-02-14 17:10", 15, "2026-02-24 09:15", id="over the Spring Festival"),
        pytest.param("2026-01-09 16:00", 120, "2026-01-12 10:00", id="over the weekend"),
        pytest.param("2026-01-12 09:00", 480, "2026-01-12 17:00", id="ends at closing"),
        pytest.param("2026-01-12 17:00", 1, "2026-01-13 09:01", id="starts at closing"),
        pytest.param("2026-01-12 03:00", 1, "2026-01-12 09:01", id="starts before opening"),
        pytest.param("2026-01-12 16:59:59", 1, "2026-01-13 09:00:59", id="to the second"),
        pytest.param("2025-12-31 16:00", 120, "2026-01-04 10:00", id="over New Year to a Sunday"),
        pytest.param("2026-09-30 16:30", 60, "2026-10-08 09:30", id="over the National Day"),
        pytest.param("2026-10-09 16:30", 60, "2026-10-10 09:30", id="to a working Saturday"),
        pytest.param("2026-01-12 10:00", 0, "2026-01-12 10:00", id="nothing, while open"),
        pytest.param("2026-01-12 17:00", 0, "2026-01-13 09:00", id="nothing, at closing"),
        pytest.param("2026-02-14 18:00", 0, "2026-02-24 09:00", id="nothing, while closed"),
    ],
)
def test_working_time_is_added_in_china(five_by_eight, start, amount, expected):
    assert five_by_eight.add(shanghai(start), timedelta(minutes=amount)) == shanghai(expected)


def test_moments_leave_in_utc(five_by_eight):
    due = five_by_eight.add(shanghai("2026-02-13 16:50"), timedelta(minutes=15))

    assert due.isoformat() == "2026-02-14T01:05:00+00:00"


NIGHT, LUNCH, EARLY = "22:00-06:00", "09:00-12:00, 13:00-17:00", "02:30-05:00"
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
LORD_HOWE, SHANGHAI = "Australia/Lord_Howe", "Asia/Shanghai"

CLOCK_CHANGES = [
    ("Berlin spring", BERLIN, NIGHT, "2026-03-28 22:00", 7, "2026-03-29 06:00"),
    ("Berlin autumn", BERLIN, NIGHT, "2026-10-24 22:00", 9, "2026-10-25 06:00"),
    ("Berlin first 2:00", BERLIN, NIGHT, "2026-10-24 22:00", 4, "2026-10-25 02:00"),
    ("Berlin past both", BERLIN, NIGHT, "2026-10-24 22:00", 6, "2026-10-25 03:00"),
    ("New York spring", NEW_YORK, NIGHT, "2026-03-07 22:00", 7, "2026-03-08 06:00"),
    ("New York autumn", NEW_YORK, NIGHT, "2026-10-31 22:00", 9, "2026-11-01 06:00"),
    ("Lord Howe spring", LORD_HOWE, NIGHT, "2026-10-03 22:00", 7.5, "2026-10-04 06:00"),
    ("Lord Howe autumn", LORD_HOWE, NIGHT, "2026-04-04 22:00", 8.5, "2026-04-05 06:00"),
    ("Shanghai has none", SHANGHAI, NIGHT, "2026-03-28 22:00", 8, "2026-03-29 06:00"),
    ("Berlin days, spring", BERLIN, LUNCH, "2026-03-28 16:00", 2, "2026-03-29 10:00"),
    ("New York days, autumn", NEW_YORK, LUNCH, "2026-10-31 16:00", 5, "2026-11-01 14:00"),
    ("opens in the gap", BERLIN, EARLY, "2026-03-29 00:00", 2, "2026-03-29 05:00"),
    (
        "opens in the half-hour gap",
        LORD_HOWE,
        "02:15-05:00",
        "2026-10-04 00:00",
        1,
        "2026-10-04 03:30",
    ),
    ("closes in the gap", BERLIN, "01:00-02:30", "2026-03-29 00:00", 1, "2026-03-29 03:00"),
    ("vanishes in the gap", BERLIN, "02:10-02:50", "2026-03-29 00:00", 0.5, "2026-03-30 02:40"),
    ("opens at the first 2:30", BERLIN, EARLY, "2026-10-25 00:00", 3.5, "2026-10-25 05:00"),
    (
        "closes at the first 2:30",
        BERLIN,
        "01:00-02:30",
        "2026-10-25 00:00",
        1.5,
        "2026-10-25 02:30",
    ),
    ("the hour that comes twice", BERLIN, "02:00-03:00", "2026-10-25 00:00", 2, "2026-10-25 03:00"),
    (
        "the half hour that comes twice",
        LORD_HOWE,
        "01:30-02:00",
        "2026-04-05 00:00",
        1,
        "2026-04-05 02:00",
    ),
    ("all day, spring", BERLIN, "00:00-24:00", "2026-03-28 12:00", 24, "2026-03-29 13:00"),
    ("all day, autumn", BERLIN, "00:00-24:00", "2026-10-24 12:00", 24, "2026-10-25 11:00"),
]


@pytest.mark.parametrize(
    ("zone", "spans", "start", "hours", "expected"),
    [pytest.param(*row, id=name) for name, *row in CLOCK_CHANGES],
)
def test_working_time_is_exact_when_clocks_change(zone, spans, start, hours, expected):
    week = calendar(zone, spans, EVERY_DAY)
    begin, end = local(zone, start), local(zone, expected)

    assert week.add(begin, hours * HOUR) == end.astimezone(UTC)
    assert week.between(begin, end) == hours * HOUR


def test_the_second_half_past_two_is_not_the_first():
    early = calendar("Europe/Berlin", "01:00-02:30", EVERY_DAY)
    second = local("Europe/Berlin", "2026-10-25 02:10").replace(fold=1)

    assert not early.is_open(second)
    assert early.is_open(second.replace(fold=0))
    assert early.next_opening(second) == local("Europe/Berlin", "2026-10-26 01:00").astimezone(UTC)


def test_a_clock_put_back_over_midnight_loses_no_hours():
    """In St. John's 00:01 of the 7th became 23:01 of the 6th."""
    sundays = calendar("America/St_Johns", "00:00-24:00", ["sun"])
    again = local("America/St_Johns", "2010-11-06 23:30").replace(fold=1)

    assert sundays.between(again, again.astimezone(UTC) + 15 * oracle.MINUTE) == HOUR / 4
    assert sundays.is_open(again)
    assert not sundays.is_open(again.replace(fold=0))


def test_a_day_that_a_zone_left_out_has_no_hours():
    samoa = calendar("Pacific/Apia", "09:00-17:00", EVERY_DAY)

    assert not samoa.is_working_day(date(2011, 12, 30))
    assert samoa.next_working_day(date(2011, 12, 29)) == date(2011, 12, 31)


@pytest.mark.parametrize(
    ("at", "open_now", "opens"),
    [
        ("2026-01-12 08:59:59", False, "2026-01-12 09:00"),
        ("2026-01-12 09:00", True, "2026-01-12 09:00"),
        ("2026-01-12 16:59:59", True, "2026-01-12 16:59:59"),
        ("2026-01-12 17:00", False, "2026-01-13 09:00"),
    ],
)
def test_hours_are_half_open(five_by_eight, at, open_now, opens):
    assert five_by_eight.is_open(shanghai(at)) is open_now
    assert five_by_eight.next_opening(shanghai(at)) == shanghai(opens)


def test_time_does_not_run_backwards(five_by_eight):
    early, late = shanghai("2026-01-12 10:00"), shanghai("2026-01-13 10:00")

    assert five_by_eight.between(early, late) == 8 * HOUR
    assert five_by_eight.between(late, early) == timedelta()
    assert five_by_eight.between(early, early) == timedelta()


# Days.


@pytest.mark.parametrize(
    ("day", "works", "following"),
    [
        pytest.param("2026-02-13", True, "2026-02-14", id="Friday, then a moved Saturday"),
        pytest.param("2026-02-14", True, "2026-02-24", id="the moved Saturday"),
        pytest.param("2026-02-15", False, "2026-02-24", id="a plain Sunday"),
        pytest.param("2026-02-17", False, "2026-02-24", id="the Spring Festival"),
        pytest.param("2026-02-28", True, "2026-03-02", id="the moved Saturday after it"),
    ],
)
def test_working_days_of_china(five_by_eight, day, works, following):
    day = date.fromisoformat(day)

    assert five_by_eight.is_working_day(day) is works
    assert five_by_eight.next_working_day(day) == date.fromisoformat(following)


def test_a_working_day_ends_with_its_last_span():
    split = calendar("Europe/Berlin", "09:00-12:00, 13:00-17:00, 22:00-06:00")

    assert split.end_of_day(date(2026, 1, 5)) == local("Europe/Berlin", "2026-01-06 06:00")
    assert calendar("UTC", "00:00-24:00").end_of_day(date(2026, 1, 5)) == datetime(
        2026, 1, 6, tzinfo=UTC
    )
    with pytest.raises(CalendarError) as refused:
        split.end_of_day(date(2026, 1, 4))
    assert refused.value.code == "not_a_working_day"


def test_a_night_shift_belongs_to_the_day_on_which_it_opens():
    holiday = date(2026, 1, 6)
    nights = calendar("UTC", NIGHT, holidays={holiday: "holiday"})

    assert nights.is_open(datetime(2026, 1, 6, 5, tzinfo=UTC))
    assert not nights.is_open(datetime(2026, 1, 6, 23, tzinfo=UTC))
    assert not nights.is_open(datetime(2026, 1, 7, 5, tzinfo=UTC))


def test_a_date_is_that_of_the_calendar(five_by_eight):
    assert five_by_eight.day_of(datetime(2026, 2, 13, 16, tzinfo=UTC)) == date(2026, 2, 14)
    assert five_by_eight.local(datetime(2026, 2, 13, 16, tzinfo=UTC)).time() == time()


def test_the_companys_own_days_win_over_the_countrys():
    new_year = date(2026, 1, 1)
    week = calendar(
        "UTC",
        "09:00-17:00",
        holidays={new_year: "holiday"},
        days={new_year: "10:00-12:00", date(2026, 1, 2): ""},
    )

    assert week.spans_on(new_year) == (TimeSpan(600, 720),)
    assert week.next_working_day(new_year) == date(2026, 1, 5)


def test_a_moved_working_day_needs_hours_to_be_one():
    saturday = date(2026, 2, 14)

    assert not calendar("UTC", "09:00-17:00", holidays={saturday: "workday"}).is_working_day(
        saturday
    )


def test_special_days_are_those_that_differ_from_the_week(five_by_eight):
    february = five_by_eight.special_days(date(2026, 2, 14), date(2026, 2, 23))

    assert [(day.on.day, day.is_open) for day in february] == [
        (14, True), (16, False), (17, False), (18, False), (19, False), (20, False), (23, False),
    ]  # fmt: skip
    assert "Spring Festival" in february[2].name
    assert five_by_eight.special_days(date(2026, 4, 5), date(2026, 4, 5)) == ()  # a Sunday as ever


# Walks that must end.


def test_a_calendar_closed_for_years_is_noticed():
    start = date(2026, 1, 1)
    closed = {start + timedelta(days=days): "" for days in range(5 * 366)}
    week = calendar("UTC", "09:00-17:00", days=closed)
    at = datetime(2026, 1, 1, tzinfo=UTC)

    for ask in (lambda: week.add(at, HOUR), lambda: week.next_working_day(start)):
        with pytest.raises(CalendarError) as refused:
            ask()
        assert refused.value.code == "closed_too_long"
    assert week.between(at, at + timedelta(days=5 * 366)) == timedelta()


def test_a_closure_of_two_years_is_waited_for():
    closed = {date(2026, 1, 1) + timedelta(days=days): "" for days in range(730)}
    week = calendar("UTC", "09:00-17:00", days=closed)

    expected = datetime(2028, 1, 3, 10, tzinfo=UTC)
    assert week.add(datetime(2026, 1, 1, tzinfo=UTC), HOUR) == expected


@pytest.mark.parametrize("start", ["2026-01-01", "9999-12-01"])
def test_an_amount_beyond_all_measure_is_refused(start):
    with pytest.raises(CalendarError) as refused:
        calendar("UTC", "09:00-17:00").add(local("UTC", start), timedelta(days=36_500))

    assert refused.value.code == "too_far"


def test_a_negative_amount_and_a_naive_moment_are_refused(five_by_eight):
    with pytest.raises(CalendarError) as negative:
        five_by_eight.add(shanghai("2026-01-12 10:00"), -HOUR)
    with pytest.raises(CalendarError) as naive:
        five_by_eight.add(datetime(2026, 1, 12, 10), HOUR)  # noqa: DTZ001 (that is the point)

    assert (negative.value.code, naive.value.code) == ("negative_amount", "naive_moment")


def test_round_the_clock_is_quick(round_the_clock):
    start = shanghai("2026-01-12 10:00")
    walk = round_the_clock.spans(start)

    assert round_the_clock.add(start, 24 * HOUR) == start + 24 * HOUR
    assert next(walk) == Hours(start, shanghai("2026-01-13 00:00"))
    assert next(walk) == Hours(shanghai("2026-01-13 00:00"), shanghai("2026-01-14 00:00"))
    assert list(join(round_the_clock.spans(start, start + 50 * HOUR))) == [
        (start, start + 50 * HOUR)
    ]


# Laws, to the second.

seconds = st.integers(0, 20 * 86_400).map(lambda number: timedelta(seconds=number))
amounts = st.integers(0, 40 * 3_600).map(lambda number: timedelta(seconds=number))


@oracle.lawful
@given(oracle.cases(), seconds, seconds, seconds)
def test_working_time_is_additive_and_monotone(case, first, second, third):
    week, start = case[0].calendar(), case[1]
    a, b, c = sorted(start + after for after in (first, second, third))

    assert week.between(a, b) + week.between(b, c) == week.between(a, c)
    assert timedelta() <= week.between(a, b) <= b - a


@oracle.lawful
@given(oracle.cases(), seconds, amounts, amounts)
def test_what_was_added_lies_between_within_working_time(case, after, amount, more):
    week, start = case[0].calendar(), case[1] + after
    end = week.add(start, amount)

    assert week.between(start, end) == amount
    assert week.is_open(end) or week.is_open(end - timedelta(microseconds=1))
    assert end <= week.add(start, amount + more)
    assert week.add(start, amount) <= week.add(start + more, amount)
    if more:
        assert week.add(end, more) == week.add(start, amount + more)


@oracle.lawful
@given(oracle.cases(), seconds)
def test_spans_come_in_order_without_overlap(case, length):
    week, start = case[0].calendar(), case[1]
    hours = list(week.spans(start, start + length))
    joined = list(join(hours))

    moments = [moment for span in joined for moment in span]
    assert moments == sorted(set(moments))
    assert all(start <= opens < closes <= start + length for opens, closes in hours)
    assert sum((closes - opens for opens, closes in joined), timedelta()) == week.between(
        start, start + length
    )


# The oracle.


@oracle.thorough
@given(oracle.cases(), st.integers(0, 8 * 1440))
def test_between_is_what_the_oracle_counts(case, length):
    rules, start = case
    end = start + length * oracle.MINUTE

    assert rules.calendar().between(start, end) == oracle.worked(rules, start, end) * oracle.MINUTE


@oracle.thorough
@given(oracle.cases(), st.integers(1, 24 * 60))
def test_add_is_where_the_oracle_stops(case, amount):
    rules, start = case

    assert rules.calendar().add(start, amount * oracle.MINUTE) == oracle.due(
        rules, start, amount, []
    )
