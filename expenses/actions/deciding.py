"""What others do with a claim: approve, reject, send back, pay. The claimant does none of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from employees.models import Employee
from expenses import policies
from expenses.actions.keeping import lock, move
from expenses.choices import Status
from expenses.models import ExpenseClaim

DECIDED = ("decided_by", "decided_at", "decision")


@transaction.atomic
def approve(
    claim: ExpenseClaim, *, version: int | None = None, by: Employee, at: datetime
) -> ExpenseClaim:
    """From now on it is cost. `version` is the one that the person saw.

    Raises DomainError for one's own claim, for whoever does not judge it, and for a claim that was
    changed since.
    """
    claim = lock(claim)
    refuse_judge(claim, by)
    if version is not None and version != claim.version:
        raise DomainError(_("The claim was changed meanwhile. Look at it again, then decide."))
    claim.decided_by, claim.decided_at, claim.decision = by, at, ""
    return move(claim, Status.APPROVED, "expenses.approved", *DECIDED, by=by, at=at)


@transaction.atomic
def reject(claim: ExpenseClaim, *, reason: str, by: Employee, at: datetime) -> ExpenseClaim:
    """It is not paid, and the claimant reads why. Raises DomainError as `approve` does."""
    claim = lock(claim)
    refuse_judge(claim, by)
    claim.decided_by, claim.decided_at, claim.decision = by, at, demand(reason)
    return move(
        claim, Status.REJECTED, "expenses.rejected", *DECIDED, by=by, at=at, reason=claim.decision
    )


@transaction.atomic
def send_back(claim: ExpenseClaim, *, reason: str, by: Employee, at: datetime) -> ExpenseClaim:
    """Something is missing: a draft again. Raises DomainError as `approve` does."""
    claim = lock(claim)
    refuse_judge(claim, by)
    if claim.status != Status.SUBMITTED:
        raise DomainError(_("Only a submitted claim can be sent back."))
    why = demand(reason)
    claim.submitted_at = None
    return move(claim, Status.DRAFT, "expenses.sent_back", "submitted_at", by=by, at=at, reason=why)


@transaction.atomic
def pay(claim: ExpenseClaim, *, by: Employee, at: datetime) -> ExpenseClaim:
    """Note that an approved claim was paid out. Raises DomainError as `approve` does."""
    claim = lock(claim)
    refuse_judge(claim, by)
    claim.paid_at = at
    return move(claim, Status.PAID, "expenses.paid", "paid_at", by=by, at=at)


def refuse_judge(claim: ExpenseClaim, by: Employee) -> None:
    """Raise DomainError unless this person judges the claim: the four-eyes rule."""
    if claim.claimant_id == by.pk:
        raise DomainError(_("Nobody decides on a claim of one's own."))
    if not policies.is_judge(by, claim):
        raise DomainError(_("This claim is for the supervisor, the outlet's manager or the head."))


def demand(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    return reason.strip()
