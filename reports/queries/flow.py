"""What came in and what was resolved: intake, rings, throughput time."""

from dataclasses import dataclass

from reports.queries import factual, requests
from reports.queries.counting import Spread, spread_and_counts
from reports.queries.requests import RINGS, Asked


@dataclass(frozen=True)
class Flow:
    """`rings` has how many were resolved in each: a request has one, so together they are all."""

    intake: int
    rings: dict[int, int]
    throughput: Spread

    @property
    def resolved(self) -> int:
        return sum(self.rings.values())


def flow(asked: Asked, *, by_facts: bool) -> Flow:
    """Counted by facts, or by the rows that the numbers open; two statements."""
    opened = factual.opened(asked) if by_facts else requests.intake(asked)
    resolved = factual.resolved(asked) if by_facts else requests.resolved(asked)
    throughput, rings = spread_and_counts(resolved, "took", "highest_ring", RINGS)
    return Flow(opened.count(), rings, throughput)
