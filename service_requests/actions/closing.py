"""The end of a request: resolve, ask the customer, close; or reopen, or cancel."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import actions as contracts
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import moment
from employees.models import Employee
from knowledge.actions import count_use, draft_from
from knowledge.models import Article, FaultCode
from service_requests.actions.handing_over import withdraw
from service_requests.actions.keeping import about, demand, lock, refuse_unless, reindex
from service_requests.actions.opening import start_clocks
from service_requests.actions.reviewing import forget_review, note_correction, review
from service_requests.actions.surveying import ask_at_the_end
from service_requests.actions.telling import speak
from service_requests.actions.timing import (
    PLACE,
    cancel_clocks,
    derive,
    end_hold,
    settle,
    stop,
)
from service_requests.choices import Answer, HandoverStatus, Kind, Status, Target
from service_requests.models import ServiceRequest
from service_requests.queries import (
    closing_objections,
    frozen_entitlement,
    may_close_unasked_from,
    repeated_fault,
    was_asked,
)
from service_requests.signals import (
    service_request_cancelled,
    service_request_closed,
    service_request_reopened,
    service_request_resolved,
)


@transaction.atomic
def resolve(
    service_request: ServiceRequest,
    *,
    resolution: str,
    fault_code: FaultCode | None = None,
    cause: str = "",
    solved_by: Article | None = None,
    by: Employee | None,
    at: datetime,
) -> ServiceRequest:
    """The customer's problem is solved. Response and restore are met by it if nothing met them
    before.

    A visit that was promised and is no longer needed has its clock cancelled. A repeated fault is
    recognised by device and code. The article that solved it is credited.
    """
    service_request = lock(service_request)
    settle(service_request, at=at)
    service_request.move_to(Status.RESOLVED)
    service_request.resolution = demand(resolution, "resolution")
    service_request.resolved_at = at
    service_request.fault_code = fault_code or service_request.fault_code
    service_request.cause = cause.strip() or service_request.cause
    service_request.solved_by = solved_by or service_request.solved_by
    service_request.repeat_of = repeated_fault(service_request)
    end_hold(service_request, at=at)
    speak(service_request, by=by, at=at)
    if service_request.kind == Kind.FAULT and service_request.restored_at is None:
        service_request.restored_at = at
    stop(service_request, Target.RESTORE, at=at)
    stop(service_request, Target.RESOLVE, at=at)
    cancel_clocks(service_request, at=at)
    derive(service_request)
    service_request.save(
        update_fields=[
            "status", "resolution", "resolved_at", "fault_code", "cause", "solved_by", "repeat_of",
            "responded_at", "restored_at", "owner", "first_responder", *PLACE,
        ]
    )  # fmt: skip
    record(
        service_request,
        "service_requests.resolved",
        by=by,
        at=at,
        about=about(service_request),
        visible=True,
        resolution=service_request.resolution,
    )
    if service_request.repeat_of:
        record(
            service_request,
            "service_requests.repeated",
            by=None,
            at=at,
            about=[*about(service_request), service_request.repeat_of],
            earlier=service_request.repeat_of.number,
        )
    review(service_request, at=at)
    if solved_by is not None:
        count_use(solved_by, by=by, at=at, about=[service_request])
    reindex(service_request)
    service_request_resolved.send(ServiceRequest, service_request=service_request, by=by, at=at)
    return service_request


@transaction.atomic
def draft_article(service_request: ServiceRequest, *, by: Employee, at: datetime) -> Article:
    """An article out of what was learned here, still to be reviewed; the request names it."""
    service_request = lock(service_request)
    if service_request.status not in {Status.RESOLVED, Status.CLOSED}:
        raise DomainError(_("An article is drafted once the request is resolved."))
    if service_request.solved_by_id is not None:
        raise DomainError(_("This request already names the article that solved it."))
    article = draft_from(
        title=service_request.subject,
        problem=service_request.description,
        solution=service_request.resolution,
        fault_code=service_request.fault_code,
        by=by,
        at=at,
    )
    service_request.solved_by = article
    service_request.save(update_fields=["solved_by"])
    record(
        service_request,
        "service_requests.article_drafted",
        by=by,
        at=at,
        about=[article],
        article=article.number,
    )
    return article


@transaction.atomic
def ask_customer(
    service_request: ServiceRequest, *, answer: str, by: Employee | None, at: datetime
) -> ServiceRequest:
    """Write down what the customer said when asked whether it is done; asked again, the last answer
    counts.
    """
    service_request = lock(service_request)
    if service_request.status != Status.RESOLVED:
        raise DomainError(_("The customer is asked once the request is resolved."))
    service_request.customer_answer = Answer(answer)
    service_request.asked_at = at
    service_request.save(update_fields=["customer_answer", "asked_at"])
    record(
        service_request,
        f"service_requests.asked_{answer}",
        by=by,
        at=at,
        about=about(service_request),
    )
    return service_request


@transaction.atomic
def record_codes(
    service_request: ServiceRequest,
    *,
    fault_code: FaultCode | None,
    cause: str,
    by: Employee,
    at: datetime,
) -> ServiceRequest:
    """Record or correct fault code and cause, until the file is closed; after that only what is
    still empty is filled.
    """
    service_request = lock(service_request)
    cause = cause.strip()
    if service_request.status == Status.CLOSED:
        refuse_correction(service_request, fault_code=fault_code, cause=cause)
    elif not service_request.is_open and service_request.status != Status.RESOLVED:
        raise DomainError(_("Codes are recorded until the file is closed."))
    before = (service_request.fault_code, service_request.cause)
    service_request.fault_code, service_request.cause = fault_code, cause
    service_request.repeat_of = repeated_fault(service_request)
    service_request.save(update_fields=["fault_code", "cause", "repeat_of"])
    record(
        service_request,
        "service_requests.coded",
        by=by,
        at=at,
        about=about(service_request),
        fault_code=fault_code.code if fault_code else "–",
        cause=service_request.cause or "–",
    )
    if not service_request.is_open:
        note_correction(service_request, before, by=by, at=at)
        review(service_request, at=at)
    return service_request


def refuse_correction(
    service_request: ServiceRequest, *, fault_code: FaultCode | None, cause: str
) -> None:
    """Raise DomainError when something that stands in a closed file would be another."""
    code_stands = service_request.fault_code_id is not None
    changes_code = code_stands and fault_code != service_request.fault_code
    changes_cause = bool(service_request.cause) and cause != service_request.cause
    if changes_code or changes_cause:
        raise DomainError(_("The file is closed: only what is missing can be entered."))


@transaction.atomic
def close(service_request: ServiceRequest, *, by: Employee, at: datetime) -> ServiceRequest:
    """Close the file: codes recorded, tasks and orders done, and the customer has said that it is
    done.
    """
    service_request = lock(service_request)
    refuse_objections(service_request, at=at)
    if not was_asked(service_request):
        raise DomainError(
            _("The customer is not satisfied: reopen the request.")
            if service_request.customer_answer == Answer.NOT_SATISFIED
            else _("Ask the customer first whether it is done.")
        )
    return finish(service_request, "service_requests.closed", reason="", by=by, at=at)


@transaction.atomic
def close_unasked(
    service_request: ServiceRequest, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Close without the customer's answer, with a reason, once the set time has passed since it was
    resolved.
    """
    service_request = lock(service_request)
    refuse_objections(service_request, at=at)
    earliest = may_close_unasked_from(service_request)
    if earliest is not None and at < earliest:
        raise DomainError(
            _("Without the customer's answer it can be closed from %(moment)s on.")
            % {"moment": moment(earliest)}
        )
    why = demand(reason, "reason")
    return finish(service_request, "service_requests.closed_unasked", reason=why, by=by, at=at)


@transaction.atomic
def reopen(
    service_request: ServiceRequest, *, reason: str, by: Employee | None, at: datetime
) -> ServiceRequest:
    """It was not done after all: a new spell with clocks of its own; the earlier spell keeps its
    results.
    """
    service_request = lock(service_request)
    refuse_unless(service_request, Status.RESOLVED, Status.CLOSED)
    service_request.move_to(Status.IN_PROGRESS)
    service_request.spell += 1
    service_request.rules_met = []
    service_request.ring = 1  # the highest ring stays on record
    service_request.transfers_before = service_request.transfers
    forget_review(service_request)
    service_request.resolved_at = service_request.closed_at = service_request.asked_at = None
    service_request.customer_answer = service_request.closing_reason = ""
    start_clocks(service_request, frozen_entitlement(service_request), at=at)
    derive(service_request)
    service_request.save(
        update_fields=[
            "status", "spell", "resolved_at", "closed_at", "asked_at", "customer_answer",
            "closing_reason", "rules_met", "ring", "transfers_before", *PLACE,
        ]
    )  # fmt: skip
    record(
        service_request,
        "service_requests.reopened",
        by=by,
        at=at,
        about=about(service_request),
        reason=demand(reason, "reason"),
    )
    service_request_reopened.send(ServiceRequest, service_request=service_request, by=by, at=at)
    return service_request


@transaction.atomic
def cancel(
    service_request: ServiceRequest, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """It is no longer wanted: undecided clocks are cancelled, open questions withdrawn; an end
    without return.
    """
    service_request = lock(service_request)
    settle(service_request, at=at)
    service_request.move_to(Status.CANCELLED)
    service_request.cancelled_at = at
    forget_review(service_request)
    end_hold(service_request, at=at)
    cancel_clocks(service_request, at=at)
    derive(service_request)
    service_request.save(update_fields=["status", "cancelled_at", *PLACE])
    record(
        service_request,
        "service_requests.cancelled",
        by=by,
        at=at,
        about=about(service_request),
        reason=demand(reason, "reason"),
    )
    for handover in service_request.handovers.filter(status=HandoverStatus.ASKED):
        handover.service_request = service_request
        withdraw(handover, by=by, at=at)
    if service_request.contract is not None and service_request.contract.allowances:
        contracts.give_back(service_request.number, by=by, at=at)
    service_request_cancelled.send(ServiceRequest, service_request=service_request, by=by, at=at)
    return service_request


def refuse_objections(service_request: ServiceRequest, *, at: datetime) -> None:
    """Raise DomainError with everything that stands against closing."""
    service_request.move_to(Status.CLOSED)
    objections = closing_objections(service_request, at=at)
    if objections:
        raise DomainError(" ".join(objections))


def finish(
    service_request: ServiceRequest, verb: str, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Write the end and announce it; `refuse_objections` has moved the state."""
    service_request.closed_at, service_request.closing_reason = at, reason
    service_request.save(update_fields=["status", "closed_at", "closing_reason"])
    record(service_request, verb, by=by, at=at, about=about(service_request), reason=reason)
    ask_at_the_end(service_request, by=by, at=at)
    service_request_closed.send(ServiceRequest, service_request=service_request, by=by, at=at)
    return service_request
