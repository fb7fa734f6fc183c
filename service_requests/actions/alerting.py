"""Whom to tell when a promise is in danger or a request climbs: the person, or who stands in."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from employees.models import Employee
from employees.queries import Roster, Told
from service_requests import policies
from service_requests.models import ServiceRequest


def keepers(
    service_request: ServiceRequest, roster: Roster, *, supervisor: bool = True
) -> list[Told]:
    """Who keeps the promise, that is the owner, and the supervisor; nobody twice.

    Of a request that nobody owns, who is on call for its ring or manages its outlets.
    """
    owner = service_request.owner
    ring = service_request.ring
    told = [told_of(service_request, roster, owner, ring=ring)]
    if supervisor and owner is not None and owner.supervisor is not None:
        known = [one.person.pk for one in told if one]
        told.append(told_of(service_request, roster, owner.supervisor, ring=ring, but=known))
    return [one for one in told if one is not None]


def whom(
    service_request: ServiceRequest, roster: Roster, *, ring: int, named: Employee | None = None
) -> Told | None:
    """Who is told that it has climbed to the ring: who was named, else the owner's first supervisor
    in it.
    """
    owner = service_request.owner
    wanted = named or (roster.above(owner, ring) if owner else None)
    but = [owner.pk] if owner else []
    return told_of(service_request, roster, wanted, ring=ring, but=but)


def told_of(
    service_request: ServiceRequest,
    roster: Roster,
    wanted: Employee | None,
    *,
    ring: int,
    but: Iterable[int] = (),
) -> Told | None:
    owner = service_request.owner
    involved = [outlet.pk for outlet in service_request.outlets.all()]
    return roster.tell(
        wanted,
        ring=ring,
        outlets=[owner.outlet_id] if owner else involved,
        but=list(but),
        may_see=partial(may_see, service_request),
    )


def may_see(service_request: ServiceRequest, person: Employee) -> bool:
    return policies.reaches(person, "service_requests.view", service_request)


def as_details(told: Iterable[Told | None]) -> list[dict[str, Any]]:
    """As an activity keeps who was told; notices read it."""
    return [one.details for one in told if one is not None]
