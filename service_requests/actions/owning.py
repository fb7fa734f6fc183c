"""Whose request it is: accept, transfer, take over, and which outlets work on it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee, Outlet
from service_requests import policies
from service_requests.actions.climbing import climb
from service_requests.actions.keeping import (
    about,
    demand,
    lock,
    refuse_unless_open,
    refuse_who_cannot_work,
    reindex,
)
from service_requests.choices import Status
from service_requests.models import ServiceRequest
from service_requests.signals import service_request_assigned


@transaction.atomic
def accept(service_request: ServiceRequest, *, by: Employee, at: datetime) -> ServiceRequest:
    """Take it on: from now it is `by`'s. What somebody else has accepted is transferred instead."""
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if service_request.accepted_at is not None:
        raise DomainError(
            _("%(owner)s has accepted this request.") % {"owner": service_request.owner}
        )
    is_new_owner = service_request.owner_id != by.pk
    give_to(service_request, by)
    service_request.accepted_at = at
    if service_request.status == Status.NEW:
        service_request.move_to(Status.IN_PROGRESS)
    service_request.save(update_fields=["owner", "first_responder", "accepted_at", "status"])
    record(service_request, "service_requests.accepted", by=by, at=at, about=about(service_request))
    reindex(service_request)
    if is_new_owner:
        announce_owner(service_request, by=by, at=at)
    return service_request


@transaction.atomic
def transfer(
    service_request: ServiceRequest, *, to: Employee, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Give it to somebody else, who has to accept it; transfers are counted and the third alerts
    the manager.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if service_request.owner_id == to.pk:
        raise DomainError(_("%(person)s owns it already.") % {"person": to}, field="to")
    refuse_who_cannot_work(to)
    before = service_request.owner
    give_to(service_request, to)
    service_request.accepted_at = None
    service_request.transfers += 1
    service_request.save(update_fields=["owner", "first_responder", "accepted_at", "transfers"])
    record(
        service_request,
        "service_requests.transferred",
        by=by,
        at=at,
        about=about(service_request),
        reason=demand(reason, "reason"),
        before=before.name if before else None,
        to=to.name,
        to_id=to.pk,
        transfers=service_request.transfers,
    )
    climb(service_request, at=at)
    reindex(service_request)
    announce_owner(service_request, by=by, at=at)
    return service_request


@transaction.atomic
def take_over(service_request: ServiceRequest, *, by: Employee, at: datetime) -> ServiceRequest:
    """Become the owner of what has climbed to one's ring, or of which one was told."""
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if not policies.may_take_over(by, service_request):
        raise DomainError(_("Who stands in its ring takes a request over."))
    before = service_request.owner
    give_to(service_request, by)
    service_request.accepted_at = at
    if service_request.status == Status.NEW:
        service_request.move_to(Status.IN_PROGRESS)
    service_request.save(update_fields=["owner", "first_responder", "accepted_at", "status"])
    record(
        service_request,
        "service_requests.taken_over",
        by=by,
        at=at,
        about=about(service_request),
        before=before.name if before else None,
        before_id=before.pk if before else None,
        ring=service_request.ring,
    )
    reindex(service_request)
    announce_owner(service_request, by=by, at=at)
    return service_request


@transaction.atomic
def involve(
    service_request: ServiceRequest, *, outlet: Outlet, by: Employee, at: datetime
) -> ServiceRequest:
    """Let an outlet see the request and work on it; doing so twice changes nothing."""
    service_request = lock(service_request)
    if service_request.outlets.filter(pk=outlet.pk).exists():
        return service_request
    service_request.outlets.add(outlet)
    record(
        service_request,
        "service_requests.involved",
        by=by,
        at=at,
        about=about(service_request),
        outlet=outlet.name,
        outlet_id=outlet.pk,
    )
    reindex(service_request)
    return service_request


def give_to(service_request: ServiceRequest, person: Employee) -> None:
    """Set the owner, who is the first responder when nobody was; the outlet sees it from now. The
    caller saves.
    """
    service_request.owner = person
    if service_request.first_responder_id is None:
        service_request.first_responder = person
    service_request.outlets.add(person.outlet_id)


def announce_owner(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> None:
    service_request_assigned.send(ServiceRequest, service_request=service_request, by=by, at=at)
