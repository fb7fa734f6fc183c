"""Who should go: pure over facts, no ORM, no clock.

An engineer is left out for a reason that is named: the skill is missing, its certificate has
expired, the customer wants somebody else, the work was just refused, absent, or never free in the
days looked at. The others are ranked by points; each point says in a code with its particulars
where it comes from, so that `dispatch.explaining` can word it in either language.

A visit has to begin and end within one day's service hours, with the travel from the task before
and to the task after it. Distances are great circles × 1.3, driven at 50 km/h.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

EARTH_KM = 6371.0
ROADS_ARE_LONGER = 1.3
KM_PER_HOUR = 50.0
QUARTER = timedelta(minutes=15)
NIGHT = timedelta(hours=10)  # after a longer break one comes from home

POINTS_PER_LEVEL = 8
POINTS_AT_THE_DOOR = 30
NO_POINTS_FROM_MINUTES = 150
LEAST_POINTS_FAR_AWAY = -60
POINTS_KNOWS_ASSET = 15
POINTS_KNOWS_CUSTOMER = 8
POINTS_PREFERRED = 20
POINTS_ON_TIME = 10
POINTS_KEEPS_PROMISE = 25
POINTS_PER_HOUR_TODAY = -2
POINTS_PER_HOUR_WEEK = -0.25
POINTS_PER_HOUR_WAITING = -1
MOST_POINTS_WAITING = -30


class Place(NamedTuple):
    """Degrees."""

    latitude: float
    longitude: float


class Way(NamedTuple):
    km: float
    minutes: int


class Booked(NamedTuple):
    """A task in an engineer's schedule."""

    starts: datetime
    ends: datetime
    place: Place | None
    number: str


class Away(NamedTuple):
    """An absence."""

    starts: datetime
    ends: datetime
    kind: str


class Leg(NamedTuple):
    """The way to a task of a schedule, and whether there is less time for it than it takes."""

    way: Way
    is_short: bool


class Hours(NamedTuple):
    """A day's service hours, from the first opening to the last closing."""

    opens: datetime
    closes: datetime


class Visited(NamedTuple):
    """The last time that somebody was there: at the asset itself, or at the customer."""

    on: date
    same_asset: bool


@dataclass(frozen=True)
class EngineerFacts:
    """`level` is None without the skill; `hours` None means around the clock.

    `certificate_until` is the last day of the skill's certificate, None where it never expires;
    `refused_at` when this very work was refused, if that was a short time ago; `banned_for` why
    the customer does not want this one.
    """

    id: int
    home: Place | None = None
    level: int | None = None
    certificate_until: date | None = None
    hours: Sequence[Hours] | None = None
    booked: Sequence[Booked] = ()
    absences: Sequence[Away] = ()
    visited: Visited | None = None
    hours_today: float = 0
    hours_week: float = 0
    refused_at: datetime | None = None
    is_preferred: bool = False
    banned_for: str = ""


@dataclass(frozen=True)
class Wish:
    """The work: when it should begin, how long it takes, until when a start is looked for.

    Nobody can set out before `departs`. `due_at` is the arrival that was promised; `skill` the code
    of the skill needed.
    """

    starts: datetime
    length: timedelta
    until: datetime
    on: date
    place: Place | None = None
    skill: str = ""
    due_at: datetime | None = None
    departs: datetime | None = None


class Point(NamedTuple):
    """A part of the score: why, and how much."""

    code: str
    params: dict[str, Any]
    points: float


@dataclass(frozen=True)
class Candidate:
    engineer_id: int
    starts: datetime
    ends: datetime
    way: Way | None
    points: tuple[Point, ...]

    @property
    def score(self) -> float:
        return sum(point.points for point in self.points)


class Excluded(NamedTuple):
    engineer_id: int
    code: str
    params: dict[str, Any]


class Suggestion(NamedTuple):
    """The candidates, the best first, and who is left out and why."""

    candidates: list[Candidate]
    excluded: list[Excluded]


def suggest(wish: Wish, engineers: Iterable[EngineerFacts]) -> Suggestion:
    """Rank the engineers; of equals the one who can be there first, then the lower id."""
    judged = [judge(wish, engineer) for engineer in engineers]
    candidates = [each for each in judged if isinstance(each, Candidate)]
    excluded = [each for each in judged if isinstance(each, Excluded)]
    candidates.sort(key=lambda each: (-each.score, each.starts, each.engineer_id))
    excluded.sort(key=lambda each: (each.code, each.engineer_id))
    return Suggestion(candidates, excluded)


def judge(wish: Wish, engineer: EngineerFacts) -> Candidate | Excluded:
    no = unfit(wish, engineer)
    if no is not None:
        return no
    starts = first_free(wish, engineer)
    if starts is None:
        absence = away_at(engineer, wish.starts)
        if absence:
            return Excluded(engineer.id, "absent", {"kind": absence.kind, "until": absence.ends})
        return Excluded(engineer.id, "never_free", {"until": wish.until})
    travel = way(coming_from(engineer, starts), wish.place)
    return Candidate(
        engineer_id=engineer.id,
        starts=starts,
        ends=starts + wish.length,
        way=travel,
        points=tuple(points_of(wish, engineer, starts, travel)),
    )


def unfit(wish: Wish, engineer: EngineerFacts) -> Excluded | None:
    """Why this one is not asked at all, whenever it may be."""
    if wish.skill and engineer.level is None:
        return Excluded(engineer.id, "no_skill", {"skill": wish.skill})
    expired = engineer.certificate_until
    if wish.skill and expired is not None and expired < wish.on:
        return Excluded(engineer.id, "certificate_expired", {"skill": wish.skill, "on": expired})
    if engineer.banned_for:
        return Excluded(engineer.id, "banned", {"reason": engineer.banned_for})
    if engineer.refused_at is not None:
        return Excluded(engineer.id, "refused", {"at": engineer.refused_at})
    return None


def first_free(wish: Wish, engineer: EngineerFacts) -> datetime | None:
    """The earliest start from the wish on, before `until`; None when there is none."""
    blocked = sorted(
        [*(blocked_by_task(wish, task) for task in engineer.booked)]
        + [(away.starts - wish.length, away.ends) for away in engineer.absences]
    )
    earliest = max(wish.starts, reached_from_home(wish, engineer))
    for opens, closes in windows(wish, engineer):
        begin = max(opens, earliest)
        for first, last in blocked:
            if first < begin < last:
                begin = last
        if begin < wish.until and (begin + wish.length <= closes or begin == opens):
            return begin
    return None


def reached_from_home(wish: Wish, engineer: EngineerFacts) -> datetime:
    """The earliest that somebody who sets out at home can be there."""
    travel = way(engineer.home, wish.place)
    if wish.departs is None or travel is None:
        return wish.starts
    reached = wish.departs + timedelta(minutes=travel.minutes)
    return reached + (wish.starts - reached) % QUARTER  # a quarter of an hour, as people agree on


def windows(wish: Wish, engineer: EngineerFacts) -> list[Hours]:
    """The days' hours in which the work can lie; work longer than a day may begin at a day's
    opening.
    """
    if engineer.hours is None:
        return [Hours(wish.starts, wish.until + wish.length)]
    fitting = [each for each in engineer.hours if each.closes > wish.starts]
    return [
        each
        if each.closes - each.opens >= wish.length
        else Hours(each.opens, each.opens)  # only its opening will do
        for each in fitting
    ]


def blocked_by_task(wish: Wish, task: Booked) -> tuple[datetime, datetime]:
    """Between these two moments the work cannot begin; at either of them it can."""
    travel = way(task.place, wish.place)
    between = timedelta(minutes=travel.minutes if travel else 0)
    return task.starts - between - wish.length, task.ends + between


def away_at(engineer: EngineerFacts, at: datetime) -> Away | None:
    covering = (each for each in engineer.absences if each.starts <= at < each.ends)
    return next(covering, None)


def coming_from(engineer: EngineerFacts, starts: datetime) -> Place | None:
    """Where the engineer is before: at the task that ended last, if that was this day, else at
    home.
    """
    latest = latest_before(engineer.booked, starts)
    return latest.place if latest else engineer.home


def latest_before(booked: Iterable[Booked], starts: datetime) -> Booked | None:
    """The task with a place that ended last, if no night lies between."""
    before = [task for task in booked if task.place and timedelta() <= starts - task.ends < NIGHT]
    return max(before, key=lambda task: task.ends, default=None)


def legs(home: Place | None, booked: Sequence[Booked]) -> dict[str, Leg]:
    """By the number of each task the way to it: from the one before it, else from home."""
    found = {}
    for task in booked:
        before = latest_before((other for other in booked if other is not task), task.starts)
        travel = way(before.place if before else home, task.place)
        if travel is not None:
            arrives = before.ends + timedelta(minutes=travel.minutes) if before else task.starts
            found[task.number] = Leg(travel, is_short=arrives > task.starts)
    return found


def points_of(
    wish: Wish, engineer: EngineerFacts, starts: datetime, travel: Way | None
) -> Iterable[Point]:
    """The parts of the score, in the order in which they are read."""
    if wish.skill and engineer.level is not None:
        yield Point(
            "skill",
            {"skill": wish.skill, "level": engineer.level},
            POINTS_PER_LEVEL * engineer.level,
        )
    if travel:
        nearness = POINTS_AT_THE_DOOR * (1 - travel.minutes / NO_POINTS_FROM_MINUTES)
        yield Point(
            "distance",
            {"km": round(travel.km), "minutes": travel.minutes},
            round(max(nearness, LEAST_POINTS_FAR_AWAY), 1),
        )
    elif wish.place:
        yield Point("distance_unknown", {}, 0)
    yield free_point(wish, starts)
    if wish.due_at is not None:
        keeps = starts <= wish.due_at
        yield Point(
            "keeps_promise" if keeps else "breaks_promise",
            {"due": wish.due_at},
            POINTS_KEEPS_PROMISE if keeps else 0,
        )
    if engineer.is_preferred:
        yield Point("preferred", {}, POINTS_PREFERRED)
    if engineer.visited:
        asset = engineer.visited.same_asset
        yield Point(
            "knows_asset" if asset else "knows_customer",
            {"on": engineer.visited.on},
            POINTS_KNOWS_ASSET if asset else POINTS_KNOWS_CUSTOMER,
        )
    if not engineer.hours_week:
        yield Point("no_load", {}, 0)
        return
    load = POINTS_PER_HOUR_TODAY * engineer.hours_today + POINTS_PER_HOUR_WEEK * engineer.hours_week
    yield Point(
        "load",
        {"today": round(engineer.hours_today, 1), "week": round(engineer.hours_week, 1)},
        round(load, 1),
    )


def free_point(wish: Wish, starts: datetime) -> Point:
    if starts <= wish.starts:
        return Point("free", {"at": starts}, POINTS_ON_TIME)
    waiting = (starts - wish.starts) / timedelta(hours=1)
    points = max(MOST_POINTS_WAITING, POINTS_PER_HOUR_WAITING * waiting)
    return Point("free_from", {"at": starts}, round(points, 1))


def way(one: Place | None, other: Place | None) -> Way | None:
    """By road between two places, as far as a great circle tells; None when one is not known."""
    if one is None or other is None:
        return None
    km = great_circle_km(one, other) * ROADS_ARE_LONGER
    return Way(km=km, minutes=round(km / KM_PER_HOUR * 60))


def great_circle_km(one: Place, other: Place) -> float:
    lat_1, lon_1, lat_2, lon_2 = map(radians, (*one, *other))
    half = sin((lat_2 - lat_1) / 2) ** 2
    half += cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
