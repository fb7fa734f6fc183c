"""The three rings: a request climbs by rule or by hand, and is handed back.

The owner stays the owner: the ring's person is told and can take it over. Rules are read in
`service_requests.rings`; each lifts once in a spell.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee
from employees.queries import Roster, Told
from service_requests.actions.alerting import as_details, whom
from service_requests.actions.keeping import (
    about,
    demand,
    lock,
    refuse_unless_open,
    refuse_who_cannot_work,
)
from service_requests.choices import Trigger
from service_requests.models import Escalation, Handover, Hold, ServiceRequest, SlaTimer
from service_requests.queries import case_of, escalation_rules, times_repeated
from service_requests.rings import Rule, Step, steps

HIGHEST_RING = 3
CLIMBED = ("ring", "highest_ring", "rules_met", "climbs_at")
SWEPT = 500
# What has no moment of its own is written down when it is seen.
WITHOUT_MOMENT = (Trigger.COMPLAINT, Trigger.REPEAT, Trigger.TIER, Trigger.TRANSFERS)


@transaction.atomic
def escalate(
    service_request: ServiceRequest,
    *,
    to_ring: int,
    reason: str,
    to: Employee | None = None,
    by: Employee | None,
    at: datetime,
) -> ServiceRequest:
    """Lift it by hand to ring 2 or 3 (1 engineer, 2 supervisor, 3 department lead); `to` is told,
    else the ring's person.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if not service_request.ring < to_ring <= HIGHEST_RING:
        raise DomainError(
            _("It is in ring %(ring)d; an escalation goes up.") % {"ring": service_request.ring},
            field="to_ring",
        )
    if to is not None:
        refuse_who_cannot_work(to)
    why = demand(reason, "reason")
    told = whom(service_request, Roster(at), ring=to_ring, named=to)
    step(service_request, to_ring, told=told, reason=why, by=by, at=at)
    service_request.save(update_fields=CLIMBED)
    tell(service_request, "service_requests.escalated", told, by=by, at=at, reason=why)
    return service_request


@transaction.atomic
def hand_back(
    service_request: ServiceRequest, *, to_ring: int, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Give it back to a lower ring, with a reason; the highest ring stays on record."""
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if not 1 <= to_ring < service_request.ring:
        raise DomainError(
            _("It is in ring %(ring)d; it is handed back to a lower one.")
            % {"ring": service_request.ring},
            field="to_ring",
        )
    why = demand(reason, "reason")
    step(service_request, to_ring, told=None, reason=why, by=by, at=at)
    service_request.save(update_fields=CLIMBED)
    tell(service_request, "service_requests.handed_back", None, by=by, at=at, reason=why)
    return service_request


def climb_due(*, at: datetime) -> int:
    """Lift every request that a rule lifts at or before `at`; returns how many were looked at."""
    due = ServiceRequest.objects.to_climb(at).order_by("climbs_at", "pk")[:SWEPT]
    return sum(climb_one(service_request, at=at) for service_request in due.only("pk"))


@transaction.atomic
def climb_one(service_request: ServiceRequest, *, at: datetime) -> bool:
    """Look at one; what another process has looked at meanwhile is no longer due."""
    service_request = lock(service_request)
    is_due = service_request.climbs_at is not None and service_request.climbs_at <= at
    if is_due:
        climb(service_request, at=at)
    return is_due


def catch_up(service_request: ServiceRequest, *, at: datetime) -> None:
    """Climb now what was due by `at`: a late beat hides nothing."""
    if service_request.climbs_at is not None and service_request.climbs_at <= at:
        climb(service_request, at=at)


def climb(service_request: ServiceRequest, *, at: datetime) -> None:
    """Take each step that is due on a locked request, in order, and set when the next one is."""
    coming = coming_steps(
        service_request,
        service_request.sla_timers.undecided(),
        service_request.holds.select_related("reason"),
    )
    due = [each for each in coming if each.at <= at]
    roster = Roster(at) if any(each.rule.ring > service_request.ring for each in due) else None
    for each in due:
        service_request.rules_met.append(each.rule.pk)
        if roster is not None and each.rule.ring > service_request.ring:
            climb_by_rule(service_request, each, roster, at=at)
    later = coming[len(due) :]
    service_request.climbs_at = later[0].at if later else None
    service_request.save(update_fields=CLIMBED)


def climb_by_rule(
    service_request: ServiceRequest, taken: Step, roster: Roster, *, at: datetime
) -> None:
    rule = taken.rule
    told = whom(service_request, roster, ring=rule.ring)
    when = at if rule.trigger in WITHOUT_MOMENT else taken.at
    step(service_request, rule.ring, told=told, rule=rule, by=None, at=when)
    verb = f"service_requests.climbed_{taken.target or rule.trigger}"
    tell(service_request, verb, told, by=None, at=when, threshold=rule.threshold)


def coming_steps(
    service_request: ServiceRequest, timers: Iterable[SlaTimer], holds: Iterable[Hold]
) -> list[Step]:
    """The steps that rules would take from now on, in order; none for what is not open."""
    if not service_request.is_open:
        return []
    handovers: Iterable[Handover] = ()
    if service_request.pk:
        handovers = Handover.objects.asked().filter(service_request=service_request.pk)
    case = case_of(
        service_request, timers, holds, handovers, repeats=times_repeated(service_request)
    )
    return steps(escalation_rules(), case, service_request.rules_met)


def step(
    service_request: ServiceRequest,
    to_ring: int,
    *,
    told: Told | None,
    rule: Rule | None = None,
    reason: str = "",
    by: Employee | None,
    at: datetime,
) -> None:
    """Write the step and set the rings; the caller saves and tells."""
    Escalation.objects.create(
        service_request=service_request,
        from_ring=service_request.ring,
        to_ring=to_ring,
        to=told.person if told else None,
        rule_id=rule.pk if rule else None,
        spell=service_request.spell,
        reason=reason,
        by=by,
        at=at,
    )
    service_request.ring = to_ring
    service_request.highest_ring = max(service_request.highest_ring, to_ring)


def tell(
    service_request: ServiceRequest,
    verb: str,
    told: Told | None,
    *,
    by: Employee | None,
    at: datetime,
    **details: Any,
) -> None:
    record(
        service_request,
        verb,
        by=by,
        at=at,
        about=about(service_request),
        ring=service_request.ring,
        told=as_details([told]),
        **details,
    )
