"""What came in and what was resolved: intake, rings, throughput time."""

from dataclasses import dataclass

from django.db.models import Count, Q

from reports.queries import factual, requests
from reports.queries.counting import Spread, spread
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
    """Counted by facts, or by the rows that the numbers open."""
    opened = factual.opened(asked) if by_facts else requests.intake(asked)
    resolved = factual.resolved(asked) if by_facts else requests.resolved(asked)
    rings = resolved.order_by().aggregate(
        **{str(ring): Count("highest_ring", filter=Q(highest_ring=ring)) for ring in RINGS}
    )
    return Flow(
        opened.count(), {ring: rings[str(ring)] for ring in RINGS}, spread(resolved, "took")
    )
