"""Who should go: tables of slots and scores, pure; and the query that gathers the facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dispatch import explaining, queries
from dispatch.choices import Kind
from dispatch.suggestion import (
    Away,
    Booked,
    Candidate,
    EngineerFacts,
    Excluded,
    Hours,
    Place,
    Visited,
    Wish,
    first_free,
    judge,
    suggest,
    way,
)
from employees.choices import Role
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import (
    AbsenceFactory,
    EmployeeFactory,
    EmployeeSkillFactory,
    OutletFactory,
    SkillFactory,
    WorkingCalendarFactory,
)

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SHENYANG, BEIJING = Place(41.8, 123.4), Place(39.9, 116.4)
NEAR = Place(41.8, 123.9)  # 41 km of great circle, 54 km of road, 65 minutes
DAYS = [Hours(NINE + n * 24 * HOUR, NINE + n * 24 * HOUR + 8 * HOUR) for n in range(8)]


def wish(hours=2, **changes):
    given = {
        "starts": NINE,
        "length": hours * HOUR,
        "until": NINE + timedelta(days=7),
        "on": date(2026, 3, 3),
        "place": SHENYANG,
        **changes,
    }
    return Wish(**given)


def engineer(pk=1, **facts):
    return EngineerFacts(id=pk, **{"hours": DAYS, "home": SHENYANG, **facts})


def booked(starts, hours, place=SHENYANG):
    return Booked(NINE + starts * HOUR, NINE + (starts + hours) * HOUR, place, "TK-1")


@pytest.mark.parametrize(
    ("facts", "hours", "free"),
    [
        pytest.param({}, 2, 0, id="nothing planned"),
        pytest.param({"booked": [booked(2, 2)]}, 2, 0, id="just fits before"),
        pytest.param({"booked": [booked(1.9, 2)]}, 2, 3.9, id="does not quite fit before"),
        pytest.param({"booked": [booked(-1, 1)]}, 2, 0, id="another ends just then"),
        pytest.param({"booked": [booked(0, 1), booked(2, 1)]}, 2, 3, id="the gap is too short"),
        pytest.param({"booked": [booked(0, 1), booked(3, 1)]}, 2, 1, id="the gap is just enough"),
        pytest.param({"booked": [booked(0, 7)]}, 2, 24, id="too late today, so tomorrow"),
        pytest.param({"booked": [booked(0, 6)]}, 2, 6, id="ends at closing time"),
        pytest.param(
            {"absences": [Away(NINE - HOUR, NINE + 3 * HOUR, "leave")]}, 2, 3, id="back at noon"
        ),
        pytest.param(
            {"absences": [Away(NINE + 2 * HOUR, NINE + 9 * HOUR, "leave")]},
            2,
            0,
            id="leaves after it",
        ),
        pytest.param({}, 12, 24, id="longer than a day: from a day's opening on"),
        pytest.param({"hours": None}, 2, 0, id="around the clock"),
        pytest.param({"hours": None, "booked": [booked(0, 20)]}, 2, 20, id="even at night"),
        pytest.param(
            {"absences": [Away(NINE - HOUR, NINE + 240 * HOUR, "leave")]},
            2,
            None,
            id="away all week",
        ),
        pytest.param({"hours": []}, 2, None, id="no hours at all"),
    ],
)
def test_the_first_free_time(facts, hours, free):
    wanted = wish(hours, starts=NINE + MINUTE * (0 if hours < 12 else 1))
    found = first_free(wanted, engineer(**facts))

    assert found == (None if free is None else NINE + free * HOUR)


def test_the_way_from_the_task_before_and_to_the_task_after_belongs_to_the_slot():
    minutes = way(SHENYANG, NEAR).minutes
    tasks = [booked(0, 1, NEAR), booked(6, 1, NEAR)]

    found = first_free(wish(2), engineer(booked=tasks))

    assert found == NINE + HOUR + minutes * MINUTE
    latest = 6 - 1 - 2 * minutes / 60
    assert first_free(wish(latest + 0.01), engineer(booked=tasks)) != found


@pytest.mark.parametrize(("departs", "free"), [(-2, 0), (-1, 0.25), (0, 1.25)])
def test_nobody_is_there_before_the_way_from_home_is_made(departs, free):
    wanted = wish(place=NEAR, departs=NINE + departs * HOUR)

    assert first_free(wanted, engineer()) == NINE + free * HOUR


@pytest.mark.parametrize(("home", "points_"), [(SHENYANG, 30), (NEAR, 17), (BEIJING, -60)])
def test_who_is_far_away_loses_points(home, points_):
    assert points(judge(wish(), engineer(home=home)))["distance"] == points_


@pytest.mark.parametrize(
    ("one", "other", "km", "minutes"),
    [
        pytest.param(SHENYANG, SHENYANG, 0, 0, id="at the door"),
        pytest.param(SHENYANG, NEAR, 54, 65, id="the next town"),
        pytest.param(SHENYANG, BEIJING, 813, 975, id="another province"),
    ],
)
def test_the_way_is_a_great_circle_longer_by_a_third_at_50_km_per_hour(one, other, km, minutes):
    found = way(one, other)

    assert (round(found.km), found.minutes) == (km, minutes)


def test_where_a_place_is_not_known_there_is_no_way():
    assert way(None, SHENYANG) is None
    assert way(SHENYANG, None) is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "no_skill"),
        ({"level": 3, "certificate_until": date(2026, 3, 2)}, "certificate_expired"),
        ({"level": 3, "absences": [Away(NINE, NINE + 300 * HOUR, "Leave")]}, "absent"),
        ({"level": 3, "booked": [booked(0, 200)]}, "never_free"),
    ],
)
def test_who_is_left_out_and_why(facts, code):
    found = judge(wish(skill="PUMP"), engineer(**facts))

    assert isinstance(found, Excluded)
    assert found.code == code
    assert explaining.exclusion(found)


def test_a_certificate_counts_on_its_last_day():
    found = judge(wish(skill="PUMP"), engineer(level=3, certificate_until=date(2026, 3, 3)))

    assert isinstance(found, Candidate)


def points(found):
    return {point.code: point.points for point in found.points}


def test_each_part_of_the_score_is_named():
    facts = engineer(
        level=3,
        visited=Visited(date(2026, 1, 5), same_asset=True),
        hours_today=2,
        hours_week=8,
    )

    found = judge(wish(skill="PUMP", due_at=NINE), facts)

    assert points(found) == {
        "skill": 24,
        "distance": 30,
        "free": 10,
        "keeps_promise": 25,
        "knows_asset": 15,
        "load": -6,
    }
    assert found.score == 98
    assert explaining.parts(found, NINE) == [
        "has PUMP level 3",
        "0 km, 1 min",
        "free at 09:00",
        "there before the promise ends",
        "was at this machine on 5 Jan 2026",
        "2 h that day, 8 h that week",
    ]


@pytest.mark.parametrize(
    ("due", "code"), [(NINE + HOUR, "keeps_promise"), (NINE + HOUR - MINUTE, "breaks_promise")]
)
def test_whether_the_promise_can_be_kept(due, code):
    found = judge(wish(due_at=due), engineer(booked=[booked(0, 1)]))

    assert code in points(found)


BETTER = [
    pytest.param({"level": 4}, {"level": 3}, id="knows more"),
    pytest.param({"home": SHENYANG}, {"home": NEAR}, id="lives nearer"),
    pytest.param({}, {"booked": [booked(0, 3)]}, id="is free earlier"),
    pytest.param(
        {"visited": Visited(date(2026, 1, 5), same_asset=False)}, {}, id="was there before"
    ),
    pytest.param(
        {"hours_today": 2, "hours_week": 2},
        {"hours_today": 4, "hours_week": 4},
        id="has less to do",
    ),
    pytest.param(
        {}, {"booked": [booked(0, 3)], "level": 4}, id="a promise weighs more than a level"
    ),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_of_two_the_better_comes_first(better, worse):
    one = engineer(2, **{"level": 3, **better})
    other = engineer(1, **{"level": 3, **worse})

    found = suggest(wish(skill="PUMP", due_at=NINE + HOUR), [other, one])

    assert [each.engineer_id for each in found.candidates] == [2, 1]


def test_of_two_equals_the_order_is_always_the_same():
    found = suggest(wish(), [engineer(2), engineer(1)])

    assert [each.engineer_id for each in found.candidates] == [1, 2]


def test_who_works_nearby_that_day_comes_from_there_and_not_from_home():
    nearby = engineer(home=BEIJING, booked=[booked(-2, 1)])

    assert judge(wish(), nearby).way.minutes == 0
    assert judge(wish(), engineer(home=BEIJING)).way.minutes == 975


# --- The query -----------------------------------------------------------------------------------


@pytest.fixture
def crew(people):
    """Fifty engineers of headquarters, each with skill, home, an absence far away and a task."""
    calendar = WorkingCalendarFactory()
    outlet = OutletFactory(calendar=calendar)
    outlet.calendar = calendar
    outlet.save()
    crew = EmployeeFactory.create_batch(
        50,
        role=Role.FIELD_ENGINEER,
        outlet=outlet,
        base_latitude=Decimal("41.80000"),
        base_longitude=Decimal("123.40000"),
    )
    in_town = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.40000"))
    for person in crew:
        EmployeeSkillFactory(employee=person)
        AbsenceFactory(employee=person, starts_at=NINE + 48 * HOUR, ends_at=NINE + 72 * HOUR)
        TaskFactory(assigned=True, assignee=person, customer=in_town)
    return crew


@pytest.mark.django_db
def test_fifty_engineers_cost_eight_queries(crew, people, django_assert_max_num_queries):
    customer = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.90000"))
    task = TaskFactory(customer=customer, skill=SkillFactory())
    TaskFactory(done=True, assignee=crew[7], customer=customer)
    job = queries.job_of(task)
    user = people.service_manager
    queries.suggestion_for(
        user, job, starts=NINE, length=2 * HOUR, at=NINE
    )  # the calendar is worked out once

    with django_assert_max_num_queries(8):
        found = queries.suggestion_for(user, job, starts=NINE, length=2 * HOUR, at=NINE)

    best, why = found.candidates[0]
    assert best == crew[7]
    assert why.starts == NINE + 2 * HOUR + 65 * MINUTE  # the way from the task before
    assert "knows_customer" in points(why)
    assert len(found.candidates) == 50
    assert {person.employee_no for person, _why in found.excluded} == {
        "field_engineer",
        "depot_engineer",
        "senior_engineer",
        "partner_engineer",
    }


@pytest.mark.django_db
def test_a_partner_is_offered_its_own_people_only(people):
    job = queries.job_of(TaskFactory())

    found = queries.suggestion_for(
        people.partner_coordinator, job, starts=NINE, length=HOUR, at=NINE
    )

    assert [person for person, _why in found.candidates] == [people.partner_engineer]


@pytest.mark.django_db
def test_a_call_back_may_be_made_by_the_desk(people):
    job = queries.job_of(TaskFactory(kind=Kind.CALL_BACK))

    found = queries.suggestion_for(people.service_manager, job, starts=NINE, length=HOUR, at=NINE)

    assert people.service_manager in [person for person, _why in found.candidates]
    assert people.storekeeper not in [person for person, _why in found.candidates]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "start"),
    [
        pytest.param(NINE, NINE + 30 * MINUTE, id="half an hour to set out"),
        pytest.param(NINE + MINUTE, NINE + HOUR, id="rounded up"),
        pytest.param(NINE + 8 * HOUR, NINE + 24 * HOUR, id="after hours: tomorrow"),
    ],
)
def test_the_sensible_start(people, at, start):
    outlet = people.service_manager.outlet
    outlet.calendar = WorkingCalendarFactory()

    assert queries.sensible_start(people.service_manager, at) == start
