"""Promises kept: the clocks of the requests opened in a period, and what was missed today."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import Combinable

from reports.queries import factual
from reports.queries.counting import Share
from reports.queries.requests import Asked, of_requests
from service_requests.choices import Target
from service_requests.models import SlaTimer

KEPT = Q(stopped_at__isnull=False, cancelled=False, breached_at=None)
CANCELLED = Q(cancelled=True, breached_at=None)
ON_HOLD = Q(stopped_at=None, breached_at=None, due_at=None)


@dataclass(frozen=True)
class PromiseKept:
    """What became of one kind of clock; those beside the share are not decided."""

    target: Target
    kept: Share
    running: int
    on_hold: int
    cancelled: int


def clocks_of(asked: Asked) -> QuerySet[SlaTimer]:
    """The clocks of the requests opened in the period.

    No clock starts before its request is opened; to say so lets the database begin at the period.
    """
    period = asked.scope.period
    return all_clocks(asked).filter(
        started_at__gte=period.starts,
        service_request__opened_at__gte=period.starts,
        service_request__opened_at__lt=period.ends,
    )


def all_clocks(asked: Asked) -> QuerySet[SlaTimer]:
    """Those of the requests that the filters leave, whenever opened."""
    return of_requests(SlaTimer.objects.all(), asked)


def promises_kept(asked: Asked, *, by_facts: bool) -> list[PromiseKept]:
    """Per kind of clock: of those decided (met, or due time passed) the share met in time."""
    found = states_of_facts(asked) if by_facts else states_of_clocks(asked)
    return [
        PromiseKept(
            target,
            Share(found[f"{target}_kept"], found[f"{target}_base"]),
            found[f"{target}_running"],
            found[f"{target}_on_hold"],
            found[f"{target}_cancelled"],
        )
        for target in Target
        if any(found[f"{target}_{name}"] for name in STATES)
    ]


STATES = ("base", "running", "on_hold", "cancelled")  # a clock is in one of them


def states_of_clocks(asked: Asked) -> dict[str, int]:
    """All kinds at once rather than by GROUP BY, for which the database would sort the clocks."""
    states = {
        "base": is_decided(asked.at),
        "kept": KEPT,
        "running": is_running(asked.at),
        "on_hold": ON_HOLD,
        "cancelled": CANCELLED,
    }
    found: dict[str, int] = clocks_of(asked).aggregate(
        **{
            f"{target}_{name}": Count("pk", filter=Q(target=target) & state)
            for target in Target.values
            for name, state in states.items()
        }
    )
    return found


def states_of_facts(asked: Asked) -> dict[str, int]:
    states: dict[str, Combinable] = {}
    for target in Target:
        states |= {
            f"{target}_base": factual.decided(asked, target),
            f"{target}_kept": factual.kept(target),
            f"{target}_running": factual.running(asked, target),
            f"{target}_on_hold": factual.on_hold(target),
            f"{target}_cancelled": factual.cancelled(target),
        }
    found: dict[str, int] = factual.promised(asked).aggregate(**states)
    return found


def decided(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    return clocks_of(asked).filter(is_decided(asked.at), target=target)


def kept(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    return clocks_of(asked).filter(KEPT, target=target)


def missed(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    return decided(asked, target).exclude(KEPT)


def running(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    """Not met and not yet due."""
    return clocks_of(asked).filter(is_running(asked.at), target=target)


def on_hold(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    return clocks_of(asked).filter(ON_HOLD, target=target)


def cancelled(asked: Asked, target: str) -> QuerySet[SlaTimer]:
    return clocks_of(asked).filter(CANCELLED, target=target)


def missed_today(asked: Asked) -> QuerySet[SlaTimer]:
    """Promises whose time passed today unmet, whenever opened; recorded or about to be."""
    today = (asked.midnight, asked.at)
    recorded = Q(breached_at__gte=today[0], breached_at__lte=today[1])
    unrecorded = Q(stopped_at=None, breached_at=None, due_at__gte=today[0], due_at__lte=today[1])
    return all_clocks(asked).filter(recorded | unrecorded)


def is_decided(at: datetime) -> Q:
    """Met, or the due time has passed: recorded as a breach, or about to be."""
    passed = Q(due_at__lte=at, cancelled=False)
    return Q(stopped_at__isnull=False, cancelled=False) | Q(breached_at__isnull=False) | passed


def is_running(at: datetime) -> Q:
    return Q(stopped_at=None, breached_at=None, due_at__gt=at)
