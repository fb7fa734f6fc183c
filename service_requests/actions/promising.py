"""What moves a request's clocks: put on hold and resume, arrive and restore."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee
from service_requests.actions.keeping import (
    about,
    lock,
    refuse_before_opening,
    refuse_unless,
    refuse_unless_open,
)
from service_requests.actions.telling import speak
from service_requests.actions.timing import PLACE, derive, end_hold, settle, stop
from service_requests.choices import Status, Target
from service_requests.models import Hold, HoldReason, ServiceRequest


@transaction.atomic
def put_on_hold(
    service_request: ServiceRequest,
    *,
    reason: HoldReason,
    note: str = "",
    expires_at: datetime | None = None,
    by: Employee,
    at: datetime,
) -> ServiceRequest:
    """Wait, with a reason that says whose turn it is and which clocks stop, until `expires_at` at
    most.

    Without `expires_at` it is the longest that the reason allows. Raises DomainError for a time
    that is over or too far.
    """
    service_request = lock(service_request)
    settle(service_request, at=at)
    service_request.move_to(Status.WAITING)
    hold = Hold.objects.create(
        service_request=service_request,
        reason=reason,
        note=note.strip(),
        starts_at=at,
        expires_at=expiry(reason, expires_at, at),
        by=by,
    )
    derive(service_request)
    service_request.save(update_fields=["status", *PLACE])
    record(
        service_request,
        "service_requests.held",
        by=by,
        at=at,
        about=about(service_request),
        reason=reason.names,
        hold=hold.pk,
    )
    return service_request


@transaction.atomic
def resume(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> ServiceRequest:
    """Go on: the hold ends and its clocks run again."""
    service_request = lock(service_request)
    settle(service_request, at=at)
    refuse_unless(service_request, Status.WAITING)
    service_request.move_to(Status.IN_PROGRESS)
    end_hold(service_request, at=at)
    derive(service_request)
    service_request.save(update_fields=["status", *PLACE])
    record(service_request, "service_requests.resumed", by=by, at=at, about=about(service_request))
    return service_request


@transaction.atomic
def arrive(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> ServiceRequest:
    """Somebody is on site, which is also a word with the customer; the first arrival counts."""
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    refuse_before_opening(service_request, at)
    settle(service_request, at=at)
    is_first = service_request.arrived_at is None
    if is_first:
        service_request.arrived_at = at
    spoke = speak(service_request, by=by, at=at)
    if not stop(service_request, Target.ARRIVAL, at=at) and not is_first and not spoke:
        return service_request
    if service_request.status == Status.NEW:
        service_request.move_to(Status.IN_PROGRESS)
    derive(service_request)
    service_request.save(
        update_fields=[
            "arrived_at", "responded_at", "owner", "first_responder", "status", *PLACE,
        ]
    )  # fmt: skip
    record(service_request, "service_requests.arrived", by=by, at=at, about=about(service_request))
    return service_request


@transaction.atomic
def restore(
    service_request: ServiceRequest, *, by: Employee | None, at: datetime
) -> ServiceRequest:
    """It works again, even if only provisionally; the first time of a spell counts."""
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    refuse_before_opening(service_request, at)
    settle(service_request, at=at)
    is_first = service_request.restored_at is None
    if is_first:
        service_request.restored_at = at
    if not stop(service_request, Target.RESTORE, at=at) and not is_first:
        return service_request
    derive(service_request)
    service_request.save(update_fields=["restored_at", *PLACE])
    record(service_request, "service_requests.restored", by=by, at=at, about=about(service_request))
    return service_request


def expiry(reason: HoldReason, wanted: datetime | None, at: datetime) -> datetime:
    """When the hold ends by itself."""
    latest = at + timedelta(hours=reason.max_hours)
    if wanted is None:
        return latest
    if wanted <= at:
        raise DomainError(_("A hold can end only later than now."), field="expires_at")
    if wanted > latest:
        raise DomainError(
            _("“%(reason)s” may last %(hours)d hours at most.")
            % {"reason": reason.name, "hours": reason.max_hours},
            field="expires_at",
        )
    return wanted
