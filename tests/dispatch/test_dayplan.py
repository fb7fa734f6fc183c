"""A day's plan: tables of what fits and why not, laws of every plan, and what the solver adds."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import solving
from dispatch.dayplan import (
    LEFT,
    Day,
    Engineer,
    Figures,
    Frame,
    Job,
    Plan,
    Stay,
    better_of,
    figures_now,
    greedy,
    may_do,
    mended,
    plan_of,
)
from dispatch.suggestion import Place, Way, way

SHENYANG = Place(41.8, 123.4)
NEAR = Place(41.8, 123.9)  # 65 minutes of road
NINE, NOON, FIVE = 9 * 60, 12 * 60, 17 * 60
WELDING, PUMPS = 1, 2


def engineer(pk=1, **facts):
    return Engineer(pk, **{"opens": NINE, "closes": FIVE, "home": SHENYANG, **facts})


def job(pk=10, length=60, **facts):
    return Job(pk, length, **{"place": SHENYANG, **facts})


def planned(engineers, jobs):
    frame = Frame(Day(tuple(engineers), tuple(jobs)))
    return plan_of(frame, greedy(frame))


def at(plan):
    return {visit.job: (visit.engineer, visit.starts) for visit in plan.visits}


@pytest.mark.parametrize(
    ("facts", "work", "starts"),
    [
        pytest.param({}, {}, NINE, id="at the opening"),
        pytest.param({"departs": NOON}, {}, NOON, id="today, not before now"),
        pytest.param({"departs": NOON}, {"place": NEAR}, NOON + 65, id="and the way from home"),
        pytest.param(
            {"departs": 7 * 60}, {"place": NEAR}, NINE, id="the way comes before the hours"
        ),
        pytest.param({"stays": (Stay(NINE, NOON, SHENYANG),)}, {}, NOON, id="behind what stays"),
        pytest.param(
            {"stays": (Stay(NINE + 60, NOON, SHENYANG),)}, {}, NINE, id="just fits before it"
        ),
        pytest.param(
            {"stays": (Stay(NINE + 60, NOON, NEAR),)},
            {},
            NOON + 65,
            id="but not with the way to it",
        ),
        pytest.param({"stays": (Stay(NINE + 60, NOON),)}, {}, NINE, id="an absence is no trip"),
        pytest.param({}, {"earliest": NOON}, NOON, id="not before its window"),
        pytest.param({}, {"earliest": NOON + 3}, NOON + 5, id="on the grid"),
        pytest.param({}, {"earliest": NOON, "latest": NOON}, NOON, id="the time is locked"),
        pytest.param({}, {"latest": NINE}, NINE, id="in the last minute of its window"),
        pytest.param({}, {"length": 8 * 60}, NINE, id="fills the day"),
        pytest.param({"skills": frozenset({PUMPS})}, {"skill": PUMPS}, NINE, id="has the skill"),
        pytest.param({}, {"only": 1}, NINE, id="the locked engineer"),
    ],
)
def test_when_a_job_is_done(facts, work, starts):
    plan = planned([engineer(**facts)], [job(**work)])

    assert at(plan) == {10: (1, starts)}
    assert not plan.left


@pytest.mark.parametrize(
    ("facts", "work", "code", "able"),
    [
        pytest.param({}, {"skill": PUMPS}, "no_skill", 0, id="nobody has the skill"),
        pytest.param({}, {"banned": frozenset({1})}, "all_banned", 0, id="not wanted"),
        pytest.param({}, {"only": 2}, "agreed_person_cannot", 0, id="who was agreed is not here"),
        pytest.param({}, {"length": 8 * 60 + 5}, "not_that_day", 1, id="longer than the day"),
        pytest.param({}, {"latest": NINE - 5}, "not_that_day", 1, id="its window is over"),
        pytest.param({}, {"earliest": FIVE - 55}, "not_that_day", 1, id="would end after closing"),
        pytest.param({"stays": (Stay(NINE + 30, FIVE),)}, {}, "no_gap", 1, id="absent"),
        pytest.param({"departs": FIVE - 30}, {}, "not_that_day", 1, id="too late today"),
    ],
)
def test_why_a_job_is_left(facts, work, code, able):
    plan = planned([engineer(**facts)], [job(**work)])

    assert [(left.code, left.able) for left in plan.left] == [(code, able)]


def test_the_urgent_one_gets_the_room_and_the_other_hears_why():
    plan = planned(
        [engineer()], [job(10, 6 * 60, priority=4), job(11, 6 * 60, priority=2), job(12, 60)]
    )

    assert set(at(plan)) == {11, 12}
    assert [(left.job, left.code) for left in plan.left] == [(10, "all_full")]
    assert plan.figures.left == {4: 1}
    assert plan.cost == LEFT[4]


def test_nobody_to_plan_for():
    plan = planned([], [job()])

    assert [left.code for left in plan.left] == ["nobody"]


def test_what_is_promised_comes_first_and_what_cannot_be_kept_is_said():
    plan = planned([engineer()], [job(10, due=NINE), job(11, due=NINE), job(12)])

    late = {visit.job: visit.is_late for visit in plan.visits}
    assert sum(late.values()) == plan.figures.late == 1
    assert NINE in (at(plan)[10][1], at(plan)[11][1])
    assert not late[12]


def test_the_preferred_one_goes_unless_the_way_is_too_long():
    people = [engineer(1), engineer(2)]
    plan = planned(people, [job(preferred=frozenset({2}))])
    assert at(plan)[10][0] == 2
    assert "preferred" in plan.visits[0].why

    far = planned([engineer(1), engineer(2, home=NEAR)], [job(preferred=frozenset({2}))])
    assert at(far)[10][0] == 1


def test_who_has_a_job_keeps_it_and_its_time_where_that_costs_nothing():
    held = job(10, engineer=2, starts=NOON)
    plan = planned([engineer(1), engineer(2)], [held])

    assert at(plan) == {10: (2, NOON)}
    assert "as_now" in plan.visits[0].why


def test_a_locked_time_off_the_grid_is_kept_to_the_minute_of_the_grid_before_it():
    plan = planned([engineer()], [job(earliest=NOON + 7, latest=NOON + 7), job(11, 7 * 60 - 70)])

    first = next(visit for visit in plan.visits if visit.job == 10)
    assert (first.starts, first.ends) == (NOON + 5, NOON + 70)


def test_what_was_planned_against_the_advice_stays_where_it_is():
    held = [
        job(10, 120, engineer=1, starts=NINE),
        job(11, 240, engineer=1, starts=NINE + 120),
        job(12, 60, engineer=1, starts=FIVE - 60, skill=PUMPS),  # without the skill
    ]
    plan = planned([engineer()], [*held, job(13, 60)])

    assert not plan.left
    assert at(plan)[13] == (1, NINE + 360)
    assert 12 not in at(plan)


def test_stays_without_time_for_the_way_between_them_are_one():
    stays = (Stay(NINE, NINE + 60, SHENYANG), Stay(NINE + 90, NOON, NEAR))
    plan = planned([engineer(stays=stays)], [job(length=15)])

    assert at(plan) == {10: (1, NOON + 65)}


def test_the_sums_of_now_and_of_the_plan():
    frame = Frame(
        Day(
            (engineer(1), engineer(2, home=NEAR)),
            (job(10, place=NEAR, engineer=1, starts=NINE, due=NINE), job(11, priority=3)),
        )
    )
    now = figures_now(frame)

    assert (now.travel, now.late, now.planned, now.left) == (130, 0, 1, {3: 1})


def test_another_measure_of_ways_can_be_given():
    frame = Frame(
        Day((engineer(),), (job(place=NEAR),)), lambda a, b: Way(1.0, 7) if a != b else Way(0, 0)
    )

    plan = plan_of(frame, greedy(frame))

    assert (plan.figures.travel, plan.visits[0].minutes) == (14, 7)


# --- Laws ----------------------------------------------------------------------------------------

places = st.sampled_from([None, SHENYANG, NEAR, Place(41.9, 123.5), Place(42.0, 123.3)])
clock = st.integers(0, 24 * 60)


@st.composite
def stays(draw):
    starts = draw(st.integers(6 * 60, 19 * 60))
    return Stay(starts, starts + draw(st.integers(5, 240)), draw(places))


@st.composite
def days(draw):
    people = [
        Engineer(
            pk,
            opens=draw(st.integers(6 * 60, 10 * 60)),
            closes=draw(st.integers(15 * 60, 20 * 60)),
            home=draw(places),
            skills=draw(st.frozensets(st.integers(1, 3))),
            stays=tuple(draw(st.lists(stays(), max_size=3))),
            departs=draw(st.sampled_from([0, NOON])),
        )
        for pk in range(1, draw(st.integers(1, 4)) + 1)
    ]
    keys = st.integers(1, len(people))
    jobs = []
    for pk in range(10, 10 + draw(st.integers(0, 9))):
        set_at = draw(st.none() | st.integers(8 * 60, 18 * 60))
        held = draw(st.none() | keys)
        jobs.append(
            Job(
                pk,
                length=draw(st.integers(5, 300)),
                place=draw(places),
                skill=draw(st.none() | st.integers(1, 3)),
                earliest=set_at if set_at is not None else draw(st.sampled_from([0, NOON])),
                latest=set_at if set_at is not None else draw(st.sampled_from([NOON, 24 * 60])),
                due=draw(st.none() | clock),
                priority=draw(st.integers(1, 6)),
                banned=draw(st.frozensets(keys, max_size=1)),
                preferred=draw(st.frozensets(keys, max_size=1)),
                only=held if held and draw(st.booleans()) else None,
                engineer=held,
                starts=draw(st.integers(6 * 60, 18 * 60)) if held else None,
            )
        )
    return Day(tuple(people), tuple(jobs))


def hold(frame, plan):
    """Every law of a plan."""
    people = {each.id: each for each in frame.engineers}
    jobs = {each.id: each for each in frame.jobs}
    assert {visit.job for visit in plan.visits} | {left.job for left in plan.left} == set(jobs)
    assert len(plan.visits) + len(plan.left) == len(jobs)
    for person in people.values():
        own = [visit for visit in plan.visits if visit.engineer == person.id]
        line = [
            (each.starts, each.ends, jobs[each.job].place, jobs[each.job].place) for each in own
        ]
        line += [(each.starts, each.ends, each.place, each.left_from) for each in person.stays]
        line.sort(key=lambda each: each[:2])
        here = None
        for before, after in pairwise(line):
            here = before[3] or here
            between = way(here, after[2])
            assert before[1] + (between.minutes if between else 0) <= after[0]
        for visit in own:
            work = jobs[visit.job]
            assert may_do(work, person)
            assert max(person.opens, person.departs) <= visit.starts
            assert visit.ends <= person.closes
            assert work.earliest <= visit.starts <= work.latest
            assert visit.ends - visit.starts == work.length
            assert visit.is_late == (work.due is not None and visit.starts > work.due)
    left = {left.job for left in plan.left}
    assert not any(work.engineer is not None for work in jobs.values() if work.id in left)
    assert plan.figures.late == sum(visit.is_late for visit in plan.visits)


@settings(max_examples=150, deadline=None)
@given(days())
def test_every_greedy_plan_can_be_carried_out_and_is_the_same_again(day):
    frame = Frame(day)
    plan = plan_of(frame, greedy(frame))

    hold(frame, plan)
    assert plan_of(Frame(day), greedy(Frame(day))) == plan


@settings(max_examples=150, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_whatever_a_solver_answers_becomes_a_plan_that_can_be_carried_out(day, chance):
    frame = Frame(day)
    routes = [list(stays) for stays in frame.stays]
    for each in range(len(frame.jobs)):
        if routes and chance.random() < 0.8:
            route = chance.choice(routes)
            route.insert(chance.randint(0, len(route)), each)

    first = plan_of(frame, greedy(frame))
    best = better_of(first, plan_of(frame, mended(frame, routes)))

    hold(frame, best)
    assert best.cost <= first.cost


def test_of_equal_plans_the_greedy_one_counts():
    first, other = (Plan((), (), Figures(cost, 0, 0, {}, 10)) for cost in (1, 2))

    assert better_of(first, other) is first
    assert better_of(first, None) is first
    assert better_of(first, replace(other, figures=Figures(0, 0, 0, {}, 9))) is not first


# --- The solver ----------------------------------------------------------------------------------


def a_day_of(jobs, engineers, seed=1):
    chance = Random(seed)

    def place():
        return Place(41.8 + chance.uniform(-0.35, 0.35), 123.4 + chance.uniform(-0.45, 0.45))

    people = [
        Engineer(
            pk,
            opens=8 * 60,
            closes=18 * 60,
            home=place(),
            skills=frozenset(skill for skill in range(5) if chance.random() < 0.5),
            stays=(Stay(NOON, NOON + 60, place()),) if pk % 4 == 0 else (),
        )
        for pk in range(1, engineers + 1)
    ]
    work = [
        Job(
            1000 + number,
            chance.choice([30, 45, 60, 90, 120]),
            place(),
            skill=chance.choice([None, 0, 1, 2, 3, 4]),
            due=chance.choice([None, None, 600, 720, 840, 1020]),
            priority=chance.choice([1, 2, 3, 3, 4, 5]),
            only=chance.randint(1, engineers) if chance.random() < 0.02 else None,
            banned=frozenset([chance.randint(1, engineers)]),
            preferred=frozenset([chance.randint(1, engineers)]),
        )
        for number in range(jobs)
    ]
    return Day(tuple(people), tuple(work))


def go_on(_done):
    return True


def test_the_solver_is_better_than_the_greedy_plan_and_the_same_again():
    day = a_day_of(25, 4)

    first, best = solving.solve(Frame(day), seconds=30, rounds=60, told=go_on)

    hold(Frame(day), best)
    assert best.cost < first.cost
    assert solving.solve(Frame(day), seconds=30, rounds=60, told=go_on) == (first, best)


def test_two_hundred_tasks_and_thirty_engineers_in_time():
    """How much better it is depends on what else the machine does in these seconds."""
    day, began = a_day_of(200, 30), monotonic()

    first, best = solving.solve(Frame(day), seconds=4, told=go_on)

    assert monotonic() - began < 20
    hold(Frame(day), best)
    assert best.cost <= first.cost


@pytest.mark.parametrize("program", ["/bin/false", "/bin/cat", "/nonexistent"])
def test_without_a_solver_there_is_the_greedy_plan(monkeypatch, program):
    monkeypatch.setattr(solving.sys, "executable", program)

    first, best = solving.solve(Frame(a_day_of(10, 2)), seconds=1, told=go_on)

    assert best == first
    assert first.visits


def test_nobody_waits_for_a_plan_that_was_given_up():
    heard = []

    def told(done):
        heard.append(done)
        return len(heard) < 2

    with pytest.raises(solving.GivenUpError):
        solving.solve(Frame(a_day_of(40, 6)), seconds=30, rounds=100_000, told=told)

    assert heard[0] == 5
