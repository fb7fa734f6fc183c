"""A question to another department, which returns to the owner with its answer."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee
from service_requests.actions.climbing import climb
from service_requests.actions.keeping import about, demand, lock, refuse_unless_open
from service_requests.choices import HandoverStatus
from service_requests.models import Handover, ServiceRequest
from service_requests.queries import overdue_handovers

SWEPT = 500


@transaction.atomic
def hand_over(
    service_request: ServiceRequest,
    *,
    department: str,
    question: str,
    due_at: datetime,
    asked_of: Employee | None = None,
    by: Employee,
    at: datetime,
) -> Handover:
    """Ask a department, or one person in it, for an answer by a time; the request stays its
    owner's.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    if due_at <= at:
        raise DomainError(_("An answer can be due only later than now."), field="due_at")
    handover = Handover.objects.create(
        service_request=service_request,
        department=department,
        asked_of=asked_of,
        question=demand(question, "question"),
        asked_by=by,
        asked_at=at,
        due_at=due_at,
    )
    record(
        service_request,
        "service_requests.handed_over",
        by=by,
        at=at,
        about=about(service_request),
        question=handover.question,
        **particulars(handover),
    )
    climb(service_request, at=at)
    return handover


@transaction.atomic
def answer_handover(handover: Handover, *, answer: str, by: Employee, at: datetime) -> Handover:
    """Give the answer back; who asked and the owner are told."""
    handover = take(handover)
    handover.status = HandoverStatus.ANSWERED
    handover.answer = demand(answer, "answer")
    handover.answered_by, handover.answered_at = by, at
    handover.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    record(
        handover.service_request,
        "service_requests.handover_answered",
        by=by,
        at=at,
        about=about(handover.service_request),
        answer=handover.answer,
        **particulars(handover),
    )
    climb(handover.service_request, at=at)
    return handover


@transaction.atomic
def withdraw_handover(handover: Handover, *, by: Employee, at: datetime) -> Handover:
    """The answer is no longer needed."""
    handover = take(handover)
    withdraw(handover, by=by, at=at)
    climb(handover.service_request, at=at)
    return handover


def withdraw(handover: Handover, *, by: Employee | None, at: datetime) -> None:
    """Withdraw a question of a request that is locked."""
    handover.status = HandoverStatus.WITHDRAWN
    handover.save(update_fields=["status"])
    record(
        handover.service_request,
        "service_requests.handover_withdrawn",
        by=by,
        at=at,
        about=about(handover.service_request),
        **particulars(handover),
    )


def take(handover: Handover) -> Handover:
    """The hand-over as it is now, its request locked before it; DomainError when it is settled."""
    service_request = lock(handover.service_request)
    handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
    handover.service_request = service_request
    if handover.status != HandoverStatus.ASKED:
        raise DomainError(_("This hand-over is already settled."))
    return handover


def tell_overdue_handovers(*, at: datetime) -> int:
    """Tell of each answer that did not come in time, once; returns how many."""
    late = list(overdue_handovers(at).select_related("service_request")[:SWEPT])
    return sum(tell_overdue(handover, at=at) for handover in late)


@transaction.atomic
def tell_overdue(handover: Handover, *, at: datetime) -> bool:
    """Tell of one; the conditional update lets one process win."""
    won = Handover.objects.overdue(at).filter(pk=handover.pk).update(overdue_at=handover.due_at)
    if won:
        record(
            handover.service_request,
            "service_requests.handover_overdue",
            by=None,
            at=handover.due_at,
            about=about(handover.service_request),
            **particulars(handover),
        )
    return bool(won)


def particulars(handover: Handover) -> dict[str, Any]:
    return {
        "handover": handover.pk,
        "department": handover.department,
        "asked_of": handover.asked_of.name if handover.asked_of else None,
    }
