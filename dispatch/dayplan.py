"""A day's plan: who does which of the open jobs, in which order and when. Pure over facts, no ORM,
no clock.

Times are minutes of the day, on a grid of five. What stays (accepted, locked or begun work, an
absence) is a `Stay`; what may be placed is a `Job`, which somebody may have now. A visit begins and
ends within the engineer's hours, with the way from the one before and to the one after it; the way
from home comes before the hours, the way home after them. Nobody sets out before `departs`.

A plan's cost is in minutes of travel, and what goes wrong weighs as so many of them: `LEFT` what
nobody does, a quarter of it what comes after it was promised, and what somebody has now and would
lose more than all else. The greedy plan is the start, the yardstick and what is left when the
solver is not there: it begins with what everybody has, then puts in the most urgent job where it
costs least. Of two plans the cheaper counts, of equals the greedy one (`better_of`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from dispatch.suggestion import Place, Way
from dispatch.suggestion import way as great_circle

GRID = 5
DAY = 24 * 60
LEFT = {1: 16_000, 2: 8_000, 3: 4_000, 4: 2_000, 5: 1_000}  # by priority, in minutes of travel
LAST_PRIORITY = max(LEFT)
LATE_SHARE = 4  # too late counts a quarter of not at all
TAKEN_AWAY = 100_000
NOT_PREFERRED = 30  # the customer asked for somebody else
NOT_AS_NOW = 20  # somebody else than who has it

WayOf = Callable[[Place | None, Place | None], Way | None]


class Stay(NamedTuple):
    """What is not moved; one without a place (an absence, the telephone) is no trip."""

    starts: int
    ends: int
    place: Place | None = None
    leaves: Place | None = None  # where several in one end

    @property
    def left_from(self) -> Place | None:
        return self.leaves or self.place


@dataclass(frozen=True)
class Engineer:
    """`skills` are those held on the day, with a valid certificate."""

    id: int
    opens: int
    closes: int
    home: Place | None = None
    skills: frozenset[int] = frozenset()
    stays: tuple[Stay, ...] = ()
    departs: int = 0


@dataclass(frozen=True)
class Job:
    """`earliest` and `latest` are of its start, `due` the arrival that was promised; `only` who was
    agreed with the customer.
    """

    id: int
    length: int
    place: Place | None = None
    skill: int | None = None
    earliest: int = 0
    latest: int = DAY
    due: int | None = None
    priority: int = LAST_PRIORITY
    banned: frozenset[int] = frozenset()
    preferred: frozenset[int] = frozenset()
    only: int | None = None
    engineer: int | None = None  # who has it now,
    starts: int | None = None  # and from when

    @property
    def weight(self) -> int:
        return LEFT[min(max(self.priority, 1), LAST_PRIORITY)]

    @property
    def lateness(self) -> int:
        return self.weight // LATE_SHARE

    @property
    def ends(self) -> int:
        return (self.starts or 0) + self.length


@dataclass(frozen=True)
class Day:
    engineers: tuple[Engineer, ...]
    jobs: tuple[Job, ...]


class Visit(NamedTuple):
    job: int
    engineer: int
    starts: int
    ends: int
    minutes: int  # of travel to it
    is_late: bool
    why: tuple[str, ...]  # codes for `dispatch.explaining`


class Left(NamedTuple):
    """What nobody does, why, and how many could if they had the time."""

    job: int
    code: str
    able: int


@dataclass(frozen=True)
class Figures:
    """The sums of a plan."""

    travel: int
    late: int
    planned: int
    left: dict[int, int] = field(default_factory=dict)  # by priority
    cost: int = 0


@dataclass(frozen=True)
class Plan:
    visits: tuple[Visit, ...]
    left: tuple[Left, ...]
    figures: Figures

    @property
    def cost(self) -> int:
        return self.figures.cost


Routes = list[list[int]]  # of each engineer the numbers of the stops, see `Frame`


def better_of(greedy: Plan, solved: Plan | None) -> Plan:
    return solved if solved is not None and solved.cost < greedy.cost else greedy


def up(minutes: int) -> int:
    return -(-minutes // GRID) * GRID


def down(minutes: int) -> int:
    return minutes // GRID * GRID


class Stop(NamedTuple):
    """A job or a stay as the reckoning needs it: `at` and `leaves` number places, -1 is none."""

    at: int
    leaves: int
    earliest: int
    latest: int
    length: int
    is_job: bool


class Frame:
    """The facts numbered: the stops are the jobs in their order, then each engineer's stays."""

    def __init__(self, day: Day, way: WayOf = great_circle) -> None:
        self.way = way
        self.places: dict[Place, int] = {}
        for place in [job.place for job in day.jobs] + [each.home for each in day.engineers]:
            self.number(place)
        for engineer in day.engineers:
            for stay in engineer.stays:
                self.number(stay.place)
        self.minutes = [[minutes_of(way(a, b)) for b in self.places] for a in self.places]
        self.day = settled(on_the_grid(day), self)
        self.jobs, self.engineers = self.day.jobs, self.day.engineers
        self.stops = [self.stop_of(job) for job in self.jobs]
        self.stays: Routes = []
        for engineer in self.engineers:
            first = len(self.stops)
            self.stops += [self.stop_of_stay(stay) for stay in engineer.stays]
            self.stays.append(list(range(first, len(self.stops))))
        self.homes = [self.number(engineer.home) for engineer in self.engineers]
        self.able = [[may_do(job, each) for each in self.engineers] for job in self.jobs]
        self.extras = [[extra(job, each) for each in self.engineers] for job in self.jobs]

    def number(self, place: Place | None) -> int:
        return -1 if place is None else self.places.setdefault(place, len(self.places))

    def stop_of(self, job: Job) -> Stop:
        at = self.number(job.place)
        return Stop(at, at, job.earliest, job.latest, job.length, is_job=True)

    def stop_of_stay(self, stay: Stay) -> Stop:
        at, leaves = self.number(stay.place), self.number(stay.left_from)
        return Stop(at, leaves, stay.starts, stay.starts, stay.ends - stay.starts, is_job=False)

    def travel(self, one: int, other: int) -> int:
        return self.minutes[one][other] if one >= 0 and other >= 0 else 0

    def times(self, who: int, route: Sequence[int]) -> tuple[list[int], int]:
        """When each stop begins, as early as it can; and the index of the first that does not fit,
        -1 when all do.
        """
        engineer = self.engineers[who]
        return self.times_of(engineer, self.homes[who], [self.stops[each] for each in route])

    def times_of(
        self, engineer: Engineer, home: int, stops: Sequence[Stop]
    ) -> tuple[list[int], int]:
        starts: list[int] = []
        free, place = 0, home
        is_first = True
        for index, stop in enumerate(stops):
            way = up(self.travel(place, stop.at))
            if stop.is_job:
                reached = max(free, engineer.departs) + way
                start = max(reached, stop.earliest, engineer.opens)
                if start > stop.latest or start + stop.length > engineer.closes:
                    return starts, index
            else:
                start = stop.earliest
                if free + way > start and not is_first:
                    return starts, index
            starts.append(start)
            free = start + stop.length
            place = stop.leaves if stop.leaves >= 0 else place
            is_first = False
        return starts, -1

    def cost(self, who: int, route: Sequence[int], starts: Sequence[int]) -> int:
        return self.way_of(who, route) + sum(
            self.extras[each][who] + self.lateness(each, start)
            for each, start in zip(route, starts, strict=True)
            if each < len(self.jobs)
        )

    def way_of(self, who: int, route: Sequence[int]) -> int:
        return sum(self.legs(who, route)) + self.travel(
            self.last_place(who, route), self.homes[who]
        )

    def legs(self, who: int, route: Sequence[int]) -> list[int]:
        found, place = [], self.homes[who]
        for each in route:
            stop = self.stops[each]
            found.append(self.travel(place, stop.at))
            place = stop.leaves if stop.leaves >= 0 else place
        return found

    def last_place(self, who: int, route: Sequence[int]) -> int:
        places = [self.stops[each].leaves for each in route if self.stops[each].leaves >= 0]
        return places[-1] if places else self.homes[who]

    def lateness(self, job: int, start: int) -> int:
        due = self.jobs[job].due
        return self.jobs[job].lateness if due is not None and start > due else 0

    def loss(self, job: int) -> int:
        """What it costs that nobody does it."""
        taken = TAKEN_AWAY if self.jobs[job].engineer is not None else 0
        return self.jobs[job].weight + taken


def minutes_of(way: Way | None) -> int:
    return way.minutes if way else 0


def may_do(job: Job, engineer: Engineer) -> bool:
    return (
        (job.skill is None or job.skill in engineer.skills)
        and engineer.id not in job.banned
        and job.only in (None, engineer.id)
    )


def extra(job: Job, engineer: Engineer) -> int:
    """What it costs that this one goes and not another."""
    cost = 0
    if job.preferred and engineer.id not in job.preferred:
        cost += NOT_PREFERRED
    if job.engineer is not None and job.engineer != engineer.id:
        cost += NOT_AS_NOW
    return cost


# --- What stays ----------------------------------------------------------------------------------


def on_the_grid(day: Day) -> Day:
    return Day(
        tuple(
            replace(
                each,
                opens=up(each.opens),
                closes=down(each.closes),
                departs=up(each.departs),
                stays=tuple(
                    stay._replace(starts=down(stay.starts), ends=up(stay.ends))
                    for stay in each.stays
                ),
            )
            for each in day.engineers
        ),
        tuple(map(job_on_the_grid, day.jobs)),
    )


def job_on_the_grid(job: Job) -> Job:
    """A time of its own is moved to the grid before it, and the job lasts as much longer."""
    starts = job.earliest if job.earliest == job.latest else job.starts
    off = starts - down(starts) if starts is not None else 0
    is_set = job.earliest == job.latest
    return replace(
        job,
        length=up(job.length + off),
        earliest=down(job.earliest) if is_set else up(job.earliest),
        latest=down(job.latest),
        starts=None if job.starts is None else down(job.starts),
    )


def settled(day: Day, frame: Frame) -> Day:
    """What an engineer has now and could not have by these rules (planned against the advice)
    stays where it is; stays that leave no time between them are one.
    """
    pinned: set[int] = set()
    engineers = []
    for engineer in day.engineers:
        held = [job for job in day.jobs if job.engineer == engineer.id and job.starts is not None]
        stuck = {job.id for job in held if not may_do(job, engineer)}
        while True:
            own = [stay_of(job) for job in held if job.id in stuck]
            stays = merged([*engineer.stays, *own], frame, engineer.home)
            bad = first_unfit(engineer, stays, [j for j in held if j.id not in stuck], frame)
            if bad is None:
                break
            stuck.add(bad)
        pinned |= stuck
        engineers.append(replace(engineer, stays=tuple(stays)))
    return Day(tuple(engineers), tuple(job for job in day.jobs if job.id not in pinned))


def stay_of(job: Job) -> Stay:
    starts = down(job.starts or 0)
    return Stay(starts, starts + job.length, job.place)


def merged(stays: Iterable[Stay], frame: Frame, home: Place | None) -> list[Stay]:
    """Those of a person in their order; joined until there is time for every way between them."""
    found = sorted(stays, key=lambda each: (each.starts, each.ends))
    while True:
        joined: list[Stay] = []
        for stay in found:
            come_from = frame.number(place_before(joined, home))
            way = up(frame.travel(come_from, frame.number(stay.place)))
            if joined and stay.starts < joined[-1].ends + way:
                joined[-1] = both(joined[-1], stay)
            else:
                joined.append(stay)
        if len(joined) == len(found):
            return joined
        found = joined


def both(one: Stay, other: Stay) -> Stay:
    last, first = (other, one) if other.ends >= one.ends else (one, other)
    return Stay(
        one.starts,
        last.ends,
        one.place or other.place,
        last.left_from or first.left_from,
    )


def place_before(stays: Sequence[Stay], home: Place | None) -> Place | None:
    """Where one comes from: what has no place leaves one where one was."""
    return next((each.left_from for each in reversed(stays) if each.left_from), home)


def first_unfit(
    engineer: Engineer, stays: Sequence[Stay], held: Sequence[Job], frame: Frame
) -> int | None:
    """The first job in the order of now that does not fit, by its key."""
    line: list[tuple[int, int, Stop]] = [
        (stay.starts, 0, frame.stop_of_stay(stay)) for stay in stays
    ]
    line += [(job.starts or 0, job.id, frame.stop_of(job)) for job in held]
    line.sort(key=lambda each: each[:2])
    _starts, bad = frame.times_of(
        engineer, frame.number(engineer.home), [stop for _at, _key, stop in line]
    )
    if bad < 0:
        return None
    keys = [key for _at, key, _stop in line[: bad + 1] if key]
    return keys[-1] if keys else None


# --- Plans ---------------------------------------------------------------------------------------


def greedy(frame: Frame) -> Routes:
    """Everybody keeps what they have; then the most urgent first, each where it costs least."""
    routes = as_now(frame)
    taken = {each for route in routes for each in route}
    put_in(frame, routes, [each for each in range(len(frame.jobs)) if each not in taken])
    return routes


def as_now(frame: Frame) -> Routes:
    numbers = {engineer.id: who for who, engineer in enumerate(frame.engineers)}
    routes = [list(stays) for stays in frame.stays]
    for each, job in enumerate(frame.jobs):
        if job.engineer in numbers:
            routes[numbers[job.engineer]].append(each)
    for route in routes:
        route.sort(key=lambda each: began(frame, each))
    return routes


def began(frame: Frame, stop: int) -> tuple[int, int]:
    """As `first_unfit` puts them: of equal times the stay first."""
    if stop < len(frame.jobs):
        job = frame.jobs[stop]
        return job.starts or 0, job.id
    return frame.stops[stop].earliest, 0


def put_in(frame: Frame, routes: Routes, jobs: Iterable[int]) -> None:
    """Put jobs into the routes, as far as they fit without anybody losing anything."""
    costs: list[int] = []
    for who, route in enumerate(routes):
        starts, _bad = frame.times(who, route)
        costs.append(frame.cost(who, route, starts))
    for each in sorted(jobs, key=lambda job: urgency(frame.jobs[job])):
        best: tuple[tuple[int, int], int, list[int], int] | None = None
        for who, route in enumerate(routes):
            if not frame.able[each][who]:
                continue
            for at in range(len(route) + 1):
                tried = [*route[:at], each, *route[at:]]
                starts, bad = frame.times(who, tried)
                if bad == at:
                    break  # too late here, and later still behind
                if bad >= 0:
                    continue
                cost = frame.cost(who, tried, starts)
                more = cost - costs[who], pushed_back(frame, route[at:])
                if more[0] < frame.loss(each) and (best is None or more < best[0]):
                    best = more, who, tried, cost
        if best is not None:
            _more, who, routes[who], costs[who] = best


def pushed_back(frame: Frame, stops: Iterable[int]) -> int:
    """How many have an appointment that another one would come before."""
    jobs = frame.jobs
    return sum(each < len(jobs) and jobs[each].engineer is not None for each in stops)


def urgency(job: Job) -> tuple[Any, ...]:
    is_free = job.engineer is None
    due = job.due if job.due is not None else DAY * 1000
    return is_free, job.priority, due, job.latest, -job.length, job.id


def mended(frame: Frame, routes: Routes) -> Routes:
    """Routes of a solver by these rules: what does not fit is taken out and put in elsewhere."""
    found: Routes = []
    for who, route in enumerate(routes):
        kept = [each for each in route if each >= len(frame.jobs) or frame.able[each][who]]
        while (bad := frame.times(who, kept)[1]) >= 0:
            job = next(at for at in range(bad, -1, -1) if kept[at] < len(frame.jobs))
            del kept[job]
        found.append(kept)
    taken = {each for route in found for each in route}
    put_in(frame, found, [each for each in range(len(frame.jobs)) if each not in taken])
    return found


def plan_of(frame: Frame, routes: Routes) -> Plan:
    """The visits with their times; whoever keeps a job keeps its time where that costs nothing."""
    visits = []
    for who, route in enumerate(routes):
        starts = as_agreed(frame, who, route)
        legs = frame.legs(who, route)
        for each, start, minutes in zip(route, starts, legs, strict=True):
            if each < len(frame.jobs):
                visits.append(visit_of(frame, each, who, start, minutes))
    seen = {visit.job for visit in visits}
    left = [left_of(frame, each) for each, job in enumerate(frame.jobs) if job.id not in seen]
    return Plan(tuple(visits), tuple(left), figures_of(frame, routes, visits))


def as_agreed(frame: Frame, who: int, route: Sequence[int]) -> list[int]:
    """As early as it can be, and not before the time of now of what stays with its engineer."""
    starts, _bad = frame.times(who, route)
    cost = frame.cost(who, route, starts)
    stops = [frame.stops[each] for each in route]
    for at, each in enumerate(route):
        if each >= len(frame.jobs):
            continue
        job = frame.jobs[each]
        if (
            job.engineer != frame.engineers[who].id
            or job.starts is None
            or job.starts <= starts[at]
        ):
            continue
        tried = [*stops]
        tried[at] = stops[at]._replace(earliest=max(job.starts, job.earliest))
        later, bad = frame.times_of(frame.engineers[who], frame.homes[who], tried)
        if bad < 0 and frame.cost(who, route, later) <= cost:
            stops, starts = tried, later
    return starts


def visit_of(frame: Frame, each: int, who: int, start: int, minutes: int) -> Visit:
    job, engineer = frame.jobs[each], frame.engineers[who]
    is_late = job.due is not None and start > job.due
    why = []
    if job.only is not None:
        why.append("agreed_person")
    if job.earliest == job.latest:
        why.append("agreed_time")
    if job.only is None and sum(frame.able[each]) == 1:
        why.append("only_one")
    elif job.skill is not None and job.only is None:
        why.append("has_skill")
    if engineer.id in job.preferred:
        why.append("preferred")
    if job.engineer == engineer.id:
        why.append("as_now")
    if job.due is not None:
        why.append("late" if is_late else "in_time")
    return Visit(job.id, engineer.id, start, start + job.length, minutes, is_late, tuple(why))


def left_of(frame: Frame, each: int) -> Left:
    """Why nobody does a job: from what cannot be helped to what is only a matter of time."""
    job = frame.jobs[each]
    able = [who for who, may in enumerate(frame.able[each]) if may]
    skilled = [e for e in frame.engineers if job.skill is None or job.skill in e.skills]
    if not frame.engineers:
        code = "nobody"
    elif job.only is not None and not able:
        code = "agreed_person_cannot"
    elif not skilled:
        code = "no_skill"
    elif not able:
        code = "all_banned"
    elif all(frame.times(who, [each])[1] >= 0 for who in able):
        code = "not_that_day"
    elif all(frame.times(who, alone(frame, each, who))[1] >= 0 for who in able):
        code = "no_gap"
    else:
        code = "all_full"
    return Left(job.id, code, len(able))


def alone(frame: Frame, each: int, who: int) -> list[int]:
    """The job with what stays, where it fits if it fits anywhere."""
    stays = frame.stays[who]
    for at in range(len(stays) + 1):
        tried = [*stays[:at], each, *stays[at:]]
        if frame.times(who, tried)[1] < 0:
            return tried
    return [each, *stays]


def figures_of(frame: Frame, routes: Routes, visits: Sequence[Visit]) -> Figures:
    placed = {visit.job: visit for visit in visits}
    numbers = {engineer.id: who for who, engineer in enumerate(frame.engineers)}
    travel = sum(frame.way_of(who, route) for who, route in enumerate(routes))
    left: dict[int, int] = {}
    cost = travel
    for each, job in enumerate(frame.jobs):
        visit = placed.get(job.id)
        if visit is None:
            left[job.priority] = left.get(job.priority, 0) + 1
            cost += frame.loss(each)
        else:
            cost += frame.extras[each][numbers[visit.engineer]]
            cost += frame.lateness(each, visit.starts)
    late = sum(visit.is_late for visit in visits)
    return Figures(travel, late, len(visits), dict(sorted(left.items())), cost)


def figures_now(frame: Frame) -> Figures:
    """The sums as everything is now."""
    routes = as_now(frame)
    visits = [
        visit_of(frame, each, who, frame.jobs[each].starts or 0, 0)
        for who, route in enumerate(routes)
        for each in route
        if each < len(frame.jobs)
    ]
    return figures_of(frame, routes, visits)
