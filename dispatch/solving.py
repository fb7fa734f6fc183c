"""A day's plan by PyVRP: in a process of its own, which is given numbers and gives back routes.

So the solver's work holds up neither the web pages nor the other duties of the embedded worker
(its Python part holds the interpreter's lock), its end is certain, and its memory is given back. A
number of rounds ends the search, so that the same facts give the same plan; the seconds are for a
machine that is too slow for it. Whatever goes wrong here, there is the greedy plan.

What a job is promised for is a choice of one of two visits: in time for the whole prize, or late
for less. What an engineer may not do lies infinitely far from all else on that one's map.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dispatch.dayplan import (
    DAY,
    GRID,
    Frame,
    Plan,
    Routes,
    better_of,
    greedy,
    mended,
    plan_of,
    up,
)

log = logging.getLogger(__name__)

MOST_ROUNDS = 3_000
LEAST_ROUNDS = 300
ROUNDS_PER_JOB = 15
TO_START = 10  # seconds, beyond those of the search, after which the process is ended
TOLD_EVERY = 0.5
SEED = 20
FAR = 10_000_000
NEVER = 100 * DAY
HERE = Path(__file__).resolve().parent.parent

Told = Callable[[int], bool]  # hears per cent, says whether to go on


class GivenUpError(Exception):
    """Nobody waits for the plan any more."""


def solve(
    frame: Frame, *, seconds: float, rounds: int | None = None, told: Told
) -> tuple[Plan, Plan]:
    """The greedy plan and the better of it and the solver's. Raises GivenUpError when `told` says
    so.
    """
    if rounds is None:
        rounds = min(MOST_ROUNDS, LEAST_ROUNDS + ROUNDS_PER_JOB * len(frame.jobs))
    first = greedy(frame)
    plan = plan_of(frame, first)
    if not told(5):
        raise GivenUpError
    routes = ask(problem_of(frame, first), seconds=seconds, rounds=rounds, told=told)
    if routes is None:
        return plan, plan
    try:
        solved = plan_of(frame, mended(frame, routes))
    except (LookupError, TypeError):
        log.exception("the solver's routes cannot be read")
        return plan, plan
    return plan, better_of(plan, solved)


def ask(problem: dict[str, Any], *, seconds: float, rounds: int, told: Told) -> Routes | None:
    """The routes of the process; None when it fails, whatever the reason."""
    if not problem["jobs"] or not problem["people"]:
        return None
    command = [sys.executable, "-m", "dispatch.solving"]
    problem |= {"seconds": seconds, "rounds": rounds}
    try:
        with subprocess.Popen(  # noqa: S603  (our own module)
            command,
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            end = threading.Timer(seconds + TO_START, process.kill)
            end.start()
            try:
                return hear(process, problem, told)
            finally:
                end.cancel()
                process.kill()
    except (OSError, ValueError) as error:
        log.warning("the solver failed: %s", error)
        return None


def hear(process: subprocess.Popen[str], problem: dict[str, Any], told: Told) -> Routes | None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(problem))
    process.stdin.close()
    for line in process.stdout:
        said = json.loads(line)
        if "routes" in said:
            return said["routes"]
        if not told(said["done"]):
            raise GivenUpError
    log.warning("the solver ended without an answer")
    return None


def problem_of(frame: Frame, first: Routes) -> dict[str, Any]:
    """All that the process needs, in numbers."""
    stops = frame.stops
    slots = [[up(frame.travel(a.leaves, b.at)) for b in stops] for a in stops]
    costs = [[frame.travel(a.leaves, b.at) for b in stops] for a in stops]
    people = []
    for who, engineer in enumerate(frame.engineers):
        home = frame.homes[who]
        stays = [stops[each] for each in frame.stays[who]]
        opens = min([engineer.opens, *(stay.earliest for stay in stays)])
        closes = max([engineer.closes, *(stay.earliest + stay.length for stay in stays)])
        reached = [
            max(engineer.opens, engineer.departs + up(frame.travel(home, stop.at)))
            if stop.is_job
            else opens
            for stop in stops
        ]
        people.append(
            {
                "opens": opens,
                "closes": closes,
                "to": [at - opens for at in reached],
                "out": [frame.travel(home, stop.at) for stop in stops],
                "back": [frame.travel(stop.leaves, home) for stop in stops],
                "extra": [frame.extras[each][who] for each in range(len(frame.jobs))],
                "may": [each for each in range(len(frame.jobs)) if frame.able[each][who]],
                "stays": frame.stays[who],
            }
        )
    jobs = [
        {
            "earliest": job.earliest,
            "latest": job.latest,
            "length": job.length,
            "due": job.due,
            "loss": frame.loss(each),
            "lateness": job.lateness,
        }
        for each, job in enumerate(frame.jobs)
    ]
    fixed = [{"starts": stop.earliest, "length": stop.length} for stop in stops if not stop.is_job]
    times = [frame.times(who, route)[0] for who, route in enumerate(first)]
    return {
        "slots": slots,
        "costs": costs,
        "people": people,
        "jobs": jobs,
        "stays": fixed,
        "first": first,
        "times": times,
    }


# --- The process ---------------------------------------------------------------------------------


def search(given: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> Routes:
    from pyvrp import (  # noqa: PLC0415  (big, and for this process only)
        Client,
        ClientGroup,
        Depot,
        Location,
        ProblemData,
        Route,
        Solution,
        VehicleType,
    )
    from pyvrp import solve as find_best  # noqa: PLC0415

    stops = len(given["jobs"]) + len(given["stays"])
    clients: list[Client] = []
    groups: list[ClientGroup] = []
    stop_of: list[int] = []  # of each client
    by_stop: list[list[int]] = []

    def add(stop: int, early: int, late: int, **more: Any) -> int:
        clients.append(Client(location=stop + 1, tw_early=early, tw_late=late, **more))
        stop_of.append(stop)
        return len(clients) - 1

    for stop, job in enumerate(given["jobs"]):
        early, late, due = job["earliest"], max(job["earliest"], job["latest"]), job["due"]
        prize, length = job["loss"], job["length"]
        if due is None or due >= late or due < early:
            more = {"service_duration": length, "prize": prize, "required": False}
            by_stop.append([add(stop, early, late, **more)])
            continue
        more = {"service_duration": length, "required": False, "group": len(groups)}
        pair = [
            add(stop, early, due, prize=prize, **more),
            add(stop, due // GRID * GRID + GRID, late, prize=prize - job["lateness"], **more),
        ]
        groups.append(ClientGroup(pair, required=False))
        by_stop.append(pair)
    for stop, stay in enumerate(given["stays"], start=len(given["jobs"])):
        starts = stay["starts"]
        by_stop.append([add(stop, starts, starts, service_duration=stay["length"], required=True)])

    maps = [map_of(person, given) for person in given["people"]]
    vehicles = [
        VehicleType(tw_early=person["opens"], tw_late=person["closes"], profile=who)
        for who, person in enumerate(given["people"])
    ]
    data = ProblemData(
        [Location(0, 0) for _ in range(stops + 1)],
        clients,
        [Depot(0)],
        vehicles,
        [costs for costs, _slots in maps],
        [slots for _costs, slots in maps],
        groups,
    )

    def visit(stop: int, starts: int) -> int:
        """The client of a stop that begins then."""
        found = by_stop[stop]
        return next((each for each in found if starts <= clients[each].tw_late), found[-1])

    initial = Solution(
        data,
        [
            Route(data, [visit(*each) for each in zip(route, times, strict=True)], who)
            for who, (route, times) in enumerate(zip(given["first"], given["times"], strict=True))
            if route
        ],
    )
    enough = Enough(given["rounds"], given["seconds"], say)
    result = find_best(data, enough, seed=SEED, collect_stats=False, initial_solution=initial)
    routes: Routes = [list(person["stays"]) for person in given["people"]]
    for route in result.best.routes():
        routes[route.vehicle_type()] = [stop_of[each.idx] for each in route if each.is_client()]
    return routes


def map_of(person: dict[str, Any], given: dict[str, Any]) -> tuple[Any, Any]:
    """What the ways between home, which is 0, and the stops cost somebody, and the time of each."""
    import numpy as np  # noqa: PLC0415  (big, and for this process only)

    jobs, stops = len(given["jobs"]), len(given["slots"])
    costs = np.zeros((stops + 1, stops + 1), dtype=np.int64)
    slots = np.zeros((stops + 1, stops + 1), dtype=np.int64)
    costs[1:, 1:], slots[1:, 1:] = given["costs"], given["slots"]
    costs[0, 1:], slots[0, 1:] = person["out"], person["to"]
    costs[1:, 0] = person["back"]
    costs[:, 1 : jobs + 1] += np.array(person["extra"], dtype=np.int64)
    own = {*person["may"], *person["stays"]}
    foreign = [stop + 1 for stop in range(stops) if stop not in own]
    costs[:, foreign] = costs[foreign, :] = FAR
    slots[:, foreign] = slots[foreign, :] = NEVER
    np.fill_diagonal(costs, 0)
    np.fill_diagonal(slots, 0)
    return costs, slots


class Enough:
    """After so many rounds, or so many seconds; says now and then how far it is."""

    def __init__(self, rounds: int, seconds: float, say: Callable[[dict[str, Any]], None]) -> None:
        self.rounds, self.seconds, self.say = rounds, seconds, say
        self.round = 0
        self.began = self.told = time.monotonic()

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002  (the solver's protocol)
        self.round += 1
        at = time.monotonic()
        done = max(self.round / self.rounds, (at - self.began) / self.seconds)
        if at - self.told >= TOLD_EVERY:
            self.told = at
            self.say({"done": 5 + int(90 * min(done, 1))})
        return done >= 1


def main(_arguments: Sequence[str] = ()) -> None:
    os.nice(10)  # the pages come first

    def say(words: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    say({"routes": search(json.load(sys.stdin), say)})


if __name__ == "__main__":
    main()
