"""What others do with a claim: approve, reject, send back. The claimant does none of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from crmservice.money import money
from crmservice.web.text import amount, in_both
from employees.choices import AuthorityKind
from employees.models import Employee
from employees.queries import limits_of
from expenses import policies
from expenses.actions.keeping import BEGUN_AGAIN, begin_again, lock, move
from expenses.actions.reviewing import note_return
from expenses.choices import Status
from expenses.models import ExpenseClaim, ExpenseLine

DECIDED = ("decided_by", "decided_at", "decision")
PASSED = ("passed_by", "passed_at", "passed_limit")


@dataclass(frozen=True)
class Verdict:
    """What is left of a line: all, less, or nothing; less needs the reason."""

    amount: Decimal
    reason: str = ""


@transaction.atomic
def approve(
    claim: ExpenseClaim,
    *,
    verdicts: Mapping[int, Verdict] | None = None,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> ExpenseClaim:
    """Approve it, each line as `verdicts` says by its key, the others in full or as they were
    passed on. From now on it is cost; beyond the person's authority it is passed on to a head.

    `version` is the one that the person saw. Raises DomainError for one's own claim, for whoever
    does not judge it or has passed it on, for a claim that was changed since, for a verdict that
    cannot be, and when nothing is left.
    """
    claim = lock(claim)
    refuse_judge(claim, by)
    if version is not None and version != claim.version:
        raise DomainError(_("The claim was changed meanwhile. Look at it again, then decide."))
    cuts = decide_lines(claim, verdicts or {})
    limit = limit_of(by)
    if claim.status == Status.SUBMITTED and limit is not None and claim.in_base > limit:
        claim.passed_by, claim.passed_at, claim.passed_limit = by, at, limit
        beyond = {"amount": amount(claim.in_base), "limit": amount(limit)}
        return move(
            claim, Status.PASSED_ON, "expenses.passed_on", *PASSED, by=by, at=at, **beyond, **cuts
        )
    claim.decided_by, claim.decided_at, claim.decision = by, at, ""
    verb = "expenses.approved_in_part" if cuts else "expenses.approved"
    return move(claim, Status.APPROVED, verb, *DECIDED, by=by, at=at, **cuts)


def limit_of(by: Employee) -> Decimal | None:
    """How much this person approves alone, in base currency; None for no limit."""
    if policies.is_last_instance(by):
        return None
    return limits_of(by).get(AuthorityKind.EXPENSE)


def decide_lines(claim: ExpenseClaim, verdicts: Mapping[int, Verdict]) -> dict[str, object]:
    """Write what is left of each line; what was cut and why, in both languages, or nothing."""
    lines = list(claim.lines.all())
    if verdicts.keys() - {line.pk for line in lines}:
        raise DomainError(_("The claim was changed meanwhile. Look at it again, then decide."))
    for number, line in enumerate(lines, start=1):
        verdict = verdicts.get(line.pk) or Verdict(line.counted, line.verdict)
        refuse_verdict(verdict, line, number, claim.currency)
        line.approved_amount = verdict.amount
        line.verdict = verdict.reason.strip() if verdict.amount < line.amount else ""
    if not any(line.approved_amount for line in lines) and lines:
        raise DomainError(_("Nothing would be left of it: then reject the claim, and say why."))
    ExpenseLine.objects.bulk_update(lines, ["approved_amount", "verdict"])
    cut = [line for line in enumerate(lines, start=1) if line[1].counted < line[1].amount]
    if not cut:
        return {}
    sums = claim.counted, claim.amount
    return {
        "approved": amount(sums[0], claim.currency),
        "claimed": amount(sums[1], claim.currency),
        "cuts": in_both(lambda: "; ".join(cut_in_words(*each, claim.currency) for each in cut)),
    }


def cut_in_words(number: int, line: ExpenseLine, currency: str) -> str:
    return _("line %(number)d: %(approved)s of %(claimed)s, %(reason)s") % {
        "number": number,
        "approved": amount(line.counted, currency),
        "claimed": amount(line.amount, currency),
        "reason": line.verdict,
    }


def refuse_verdict(verdict: Verdict, line: ExpenseLine, number: int, currency: str) -> None:
    if not 0 <= verdict.amount <= line.amount:
        said = _("Line %(number)d: from nothing to %(amount)s.")
        words = {"number": number, "amount": amount(line.amount, currency)}
        raise DomainError(said % words, field=f"amount_{line.pk}")
    if money(verdict.amount, currency) != verdict.amount:
        said = _("Line %(number)d: %(currency)s has no such fractions.")
        words = {"number": number, "currency": currency}
        raise DomainError(said % words, field=f"amount_{line.pk}")
    if verdict.amount < line.amount and not verdict.reason.strip():
        said = _("Line %(number)d: less than claimed needs its reason.")
        raise DomainError(said % {"number": number}, field=f"reason_{line.pk}")


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
    if not claim.is_waiting:
        raise DomainError(_("Only a submitted claim can be sent back."))
    why = demand(reason)
    note_return(claim, reason=why, by=by, at=at)
    begin_again(claim)
    return move(claim, Status.DRAFT, "expenses.sent_back", *BEGUN_AGAIN, by=by, at=at, reason=why)


def refuse_judge(claim: ExpenseClaim, by: Employee) -> None:
    """Raise DomainError unless this person judges the claim: the four-eyes rule."""
    if claim.claimant_id == by.pk:
        raise DomainError(_("Nobody decides on a claim of one's own."))
    if not policies.is_judge(by, claim):
        raise DomainError(_("This claim is for the supervisor, the outlet's manager or the head."))
    if claim.status == Status.PASSED_ON and not policies.may_take_step(by, claim):
        raise DomainError(_("This claim was passed on: now a department head decides."))


def demand(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    return reason.strip()
