"""The verbs of a complaint: acknowledge, investigate, remedy, perhaps with goodwill, and answer."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import BeyondAuthorityError, DomainError
from crmservice.money import ZERO, money
from crmservice.sweeping import claim_each
from crmservice.web.text import amount as in_money
from customers.queries import calendar_of
from employees import actions as employees
from employees.choices import AuthorityKind, Department
from employees.models import AuthorityQuestion, Employee
from employees.queries import authority_used_by, limit_of
from service_requests.actions.keeping import about, demand, lock
from service_requests.actions.telling import answer as tell_customer
from service_requests.choices import ComplaintCause, ComplaintStage, Kind, Status
from service_requests.models import Complaint, ServiceRequest
from service_requests.queries import day_of

SWEPT = 200
OVER = (Status.CLOSED, Status.CANCELLED, Status.MERGED)
GIVE = "service_requests.give_goodwill"


def open_complaint(service_request: ServiceRequest) -> Complaint | None:
    """The complaint of a request that is one, with its two clocks from the opening; None for any
    other kind. Call it in the verb's transaction.
    """
    if service_request.kind != Kind.COMPLAINT:
        return None
    opened_at, calendar = service_request.opened_at, calendar_of(service_request.customer)
    acknowledged, answered = (
        timedelta(hours=hours)
        for hours in (settings.ACKNOWLEDGE_WITHIN_HOURS, settings.ANSWER_COMPLAINT_WITHIN_HOURS)
    )
    due = calendar.add(opened_at, acknowledged) if calendar else opened_at + acknowledged
    last = calendar.add(opened_at, answered) if calendar else opened_at + answered
    complaint, _is_new = Complaint.objects.get_or_create(
        service_request=service_request,
        defaults={"acknowledge_due_at": due, "answer_due_at": last, "remind_at": due},
    )
    return complaint


@transaction.atomic
def acknowledge(
    service_request: ServiceRequest, *, text: str, by: Employee, at: datetime
) -> Complaint:
    """The customer knows that we have it, who sees to it, and by when. It counts as the response.

    One of before there were complaints of their own gets its clocks now.
    """
    complaint = open_complaint(lock(service_request))
    if complaint is None:
        raise DomainError(_("This is no complaint."))
    complaint = taken(complaint, ComplaintStage.ANSWERED)
    if complaint.acknowledged_at is not None:
        raise DomainError(_("This complaint was acknowledged already."))
    record_late(complaint.pk, at=at)
    tell_customer(complaint.service_request, text=text, by=by, at=at)
    complaint.acknowledged_at, complaint.stage = at, ComplaintStage.ACKNOWLEDGED
    complaint.remind_at = complaint.answer_due_at
    complaint.save(update_fields=["acknowledged_at", "stage", "remind_at"])
    tell(complaint, "service_requests.complaint_acknowledged", by=by, at=at)
    return complaint


@transaction.atomic
def investigate(
    complaint: Complaint, *, cause: str, department: str, findings: str, by: Employee, at: datetime
) -> Complaint:
    """What was behind it, and whose it was; said anew when more is known."""
    complaint = taken(complaint, ComplaintStage.ANSWERED)
    complaint.cause, complaint.department = ComplaintCause(cause), Department(department)
    complaint.findings = demand(findings, "findings")
    if complaint.stage in {ComplaintStage.RECEIVED, ComplaintStage.ACKNOWLEDGED}:
        complaint.stage = ComplaintStage.INVESTIGATED
    complaint.save(update_fields=["cause", "department", "findings", "stage"])
    tell(
        complaint, "service_requests.complaint_investigated", by=by, at=at,
        findings=complaint.findings,
    )  # fmt: skip
    return complaint


@transaction.atomic
def remedy(
    complaint: Complaint, *, remedy: str, measure: str = "", by: Employee, at: datetime
) -> Complaint:
    """What is done for the customer, and so that it does not happen again. Raises DomainError while
    nobody knows what was behind it.
    """
    complaint = taken(complaint, ComplaintStage.ANSWERED)
    if not complaint.is_investigated:
        raise DomainError(_("First say what was behind it."))
    complaint.remedy, complaint.measure = demand(remedy, "remedy"), measure.strip()
    complaint.stage = ComplaintStage.REMEDIED
    complaint.save(update_fields=["remedy", "measure", "stage"])
    tell(complaint, "service_requests.complaint_remedied", by=by, at=at, remedy=complaint.remedy)
    return complaint


@transaction.atomic
def answer_complaint(complaint: Complaint, *, text: str, by: Employee, at: datetime) -> Complaint:
    """The customer is told what was found and what is done. Raises DomainError before there is
    something to say.
    """
    complaint = taken(complaint, ComplaintStage.ANSWERED)
    if complaint.stage != ComplaintStage.REMEDIED:
        raise DomainError(_("First say what is done for the customer."))
    record_late(complaint.pk, at=at)
    tell_customer(complaint.service_request, text=text, by=by, at=at)
    complaint.answered_at, complaint.stage = at, ComplaintStage.ANSWERED
    complaint.remind_at = None
    complaint.save(update_fields=["answered_at", "stage", "remind_at"])
    tell(complaint, "service_requests.complaint_answered", by=by, at=at)
    return complaint


# Goodwill


@transaction.atomic
def give_goodwill(
    complaint: Complaint,
    *,
    amount: Decimal,
    reason: str,
    granted_by: Employee | None = None,
    by: Employee,
    at: datetime,
) -> Complaint:
    """An amount for the customer as goodwill: it counts as that of the person, or of who granted
    it. Raises BeyondAuthorityError beyond what the last 30 days leave, today included.
    """
    complaint = taken(complaint)
    why = demand(reason, "reason")
    if complaint.goodwill_amount is not None:
        raise DomainError(_("Goodwill was given already: %(amount)s.") % {
            "amount": in_money(complaint.goodwill_amount)
        })  # fmt: skip
    amount = money(amount)
    if amount <= 0:
        raise DomainError(_("Say how much."), field="amount")
    giver = Employee.objects.select_for_update(of=("self",)).get(pk=(granted_by or by).pk)
    refuse_beyond(complaint, giver, amount, at=at)
    complaint.goodwill_amount, complaint.goodwill_by = amount, giver
    complaint.goodwill_on = day_of(at)
    complaint.save(update_fields=["goodwill_amount", "goodwill_by", "goodwill_on"])
    tell(
        complaint, "service_requests.goodwill_given", by=by, at=at,
        amount=in_money(amount), reason=why, granted_by=granted_by.name if granted_by else "",
    )  # fmt: skip
    return complaint


def refuse_beyond(complaint: Complaint, giver: Employee, amount: Decimal, *, at: datetime) -> None:
    tier = complaint.service_request.customer.tier.code
    limit = limit_of(giver, AuthorityKind.GOODWILL, tier)
    left = limit - authority_used_by(giver, at=at).get(AuthorityKind.GOODWILL, ZERO)
    if amount > left:
        said = _("The goodwill of %(who)s of the last 30 days has %(left)s left.")
        raise BeyondAuthorityError(
            said % {"who": giver.name, "left": in_money(money(max(left, ZERO)))},
            field="amount",
            kind=AuthorityKind.GOODWILL,
            asks=amount,
        )


def ask_for_goodwill(
    complaint: Complaint, *, amount: Decimal, reason: str, by: Employee, at: datetime
) -> AuthorityQuestion:
    """Ask for goodwill beyond one's authority. Raises DomainError as `employees.ask` does."""
    return employees.ask(
        complaint,
        verb=GIVE,
        values={"amount": str(amount), "reason": reason},
        kind=AuthorityKind.GOODWILL,
        asks=amount,
        tier_code=complaint.service_request.customer.tier.code,
        reason=reason,
        about=complaint.service_request,
        by=by,
        at=at,
    )


# Clocks


def record_late_complaints(*, at: datetime) -> int:
    """Tell of each that was not acknowledged, or answered, in time; each of the two once."""
    due = Complaint.objects.overdue(at).order_by("remind_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), record_late, at=at)


@transaction.atomic
def record_late(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win. A cancelled one is late no more."""
    due = Complaint.objects.overdue(at).filter(pk=pk)
    complaint = due.described().first()
    if complaint is None:
        return False
    first = complaint.acknowledged_at is None and complaint.remind_at != complaint.answer_due_at
    then = complaint.answer_due_at if first else None
    if complaint.service_request.status in OVER:
        due.update(remind_at=None)
        return False
    if not due.filter(remind_at=complaint.remind_at).update(remind_at=then, was_late=True):
        return False
    verb = "complaint_unacknowledged" if first else "complaint_unanswered"
    tell(complaint, f"service_requests.{verb}", by=None, at=at)
    return True


def taken(complaint: Complaint, *ends: ComplaintStage) -> Complaint:
    """As it is now, its request locked before it; DomainError when it is over."""
    service_request = lock(complaint.service_request)
    complaint = Complaint.objects.lock(complaint.pk)
    complaint.service_request = service_request
    if complaint.stage in ends:
        raise DomainError(_("The customer was answered already."))
    return complaint


def tell(
    complaint: Complaint, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    service_request = complaint.service_request
    record(service_request, verb, by=by, at=at, about=about(service_request), **details)
