"""Whether the record of a claim is good: entered in time, with its receipts, not returned."""

from datetime import datetime

from employees import actions as employees
from employees.choices import CorrectionKind
from employees.models import Employee
from expenses import queries
from expenses.choices import RECORD, Status
from expenses.models import ExpenseClaim


def review(claim: ExpenseClaim, *, at: datetime) -> None:
    """Judge what is handed in, in its verb's transaction."""
    if claim.status == Status.DRAFT:
        return
    for facts in queries.facts_of([claim]):
        employees.review_record(facts, urls={"receipts": claim.get_absolute_url()}, at=at)


def forget_review(claim: ExpenseClaim) -> None:
    """It is a draft again."""
    employees.forget_record(claim, situation=RECORD)


def note_return(claim: ExpenseClaim, *, reason: str, by: Employee, at: datetime) -> None:
    """Whoever decides found fault with it."""
    for facts in queries.facts_of([claim]):
        employees.note_correction(facts, CorrectionKind.RETURNED, reason=reason, by=by, at=at)
