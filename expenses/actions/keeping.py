"""What every verb does first and last: the claim as it is now, its state, its trail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from crmservice.activity.trail import record
from employees.models import Employee
from expenses.actions.reviewing import forget_review
from expenses.choices import Status
from expenses.models import ExpenseClaim


def lock(claim: ExpenseClaim) -> ExpenseClaim:
    return ExpenseClaim.objects.select_related("claimant").lock(claim.pk)


def move(
    claim: ExpenseClaim,
    status: Status,
    verb: str,
    *fields: str,
    by: Employee,
    at: datetime,
    **details: Any,
) -> ExpenseClaim:
    """Move the locked claim on, save these fields with it, and tell."""
    claim.move_to(status)
    claim.version += 1
    claim.save(update_fields=["status", "version", *fields])
    record(claim, verb, by=by, at=at, about=about(claim), **details)
    return claim


BEGUN_AGAIN = ("submitted_at", "passed_by", "passed_at", "passed_limit")


def begin_again(claim: ExpenseClaim) -> None:
    """What was decided on the way is undone, and the fields of BEGUN_AGAIN are to be saved."""
    claim.submitted_at = claim.passed_by = claim.passed_at = claim.passed_limit = None
    claim.lines.update(approved_amount=None, verdict="")
    forget_review(claim)


def about(claim: ExpenseClaim) -> Iterable[models.Model | None]:
    """The requests and tasks on whose pages the claim's verbs are told, too."""
    lines = claim.lines.select_related("service_request", "task")
    return [record for line in lines for record in (line.service_request, line.task)]
