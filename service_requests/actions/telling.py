"""Words: a person has spoken to the customer, an answer to the customer, a note among ourselves."""

from datetime import datetime

from django.db import transaction

from crmservice.activity.trail import record
from employees.models import Employee
from service_requests.actions.keeping import (
    about,
    demand,
    lock,
    lock_survivor,
    refuse_before_opening,
    refuse_unless_open,
)
from service_requests.actions.owning import give_to
from service_requests.actions.timing import PLACE, derive, settle, stop
from service_requests.choices import Target
from service_requests.models import ServiceRequest


@transaction.atomic
def respond(
    service_request: ServiceRequest, *, by: Employee | None, at: datetime
) -> ServiceRequest:
    """A person has spoken to the customer; the first time counts, a later one changes nothing.

    Who does so on a request without owner becomes its first responder and owner.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    refuse_before_opening(service_request, at)
    settle(service_request, at=at)
    if speak(service_request, by=by, at=at):
        derive(service_request)
        service_request.save(update_fields=["responded_at", "owner", "first_responder", *PLACE])
        record(
            service_request,
            "service_requests.responded",
            by=by,
            at=at,
            about=about(service_request),
        )
    return service_request


@transaction.atomic
def answer(
    service_request: ServiceRequest,
    *,
    text: str,
    told_by: str = "",
    by: Employee,
    at: datetime,
) -> ServiceRequest:
    """Tell the customer something, and keep it where the customer may see it; it counts as the
    response.

    `told_by` is the channel on which it was said. To a merged one it comes late, and goes on with
    what it was merged into.
    """
    service_request = lock_survivor(service_request)
    said = demand(text, "text")
    refuse_before_opening(service_request, at)
    settle(service_request, at=at)
    if service_request.is_open and speak(service_request, by=by, at=at):
        derive(service_request)
        service_request.save(update_fields=["responded_at", "owner", "first_responder", *PLACE])
    record(
        service_request,
        "service_requests.answered",
        by=by,
        at=at,
        about=about(service_request),
        visible=True,
        text=said,
        told_by=told_by,
    )
    return service_request


@transaction.atomic
def note(
    service_request: ServiceRequest, *, text: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Write something down among ourselves; possible in each state, but of a merged one it is
    written down where that goes on.
    """
    service_request = lock_survivor(service_request)
    record(
        service_request,
        "service_requests.noted",
        by=by,
        at=at,
        about=about(service_request),
        text=demand(text, "text"),
    )
    return service_request


def speak(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> bool:
    """Stop the response clock; whether this was the first word of the spell. The caller derives and
    saves.
    """
    is_first = service_request.responded_at is None
    if is_first:
        service_request.responded_at = at
    if by is not None and service_request.owner_id is None:
        give_to(service_request, by)
    return stop(service_request, Target.RESPONSE, at=at) or is_first
