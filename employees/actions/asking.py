"""Authority: limits, and what goes beyond them asked of somebody whose authority reaches.

The question is put where the need arises, goes up the line of supervisors, has a clock of its own,
and its answer carries the verb out: the floor that asked hears `authority_granted`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.sweeping import claim_each
from crmservice.web.text import amount
from employees import queries
from employees.choices import AuthorityKind, QuestionStatus, Role
from employees.models import Authority, AuthorityQuestion, Employee
from employees.signals import authority_granted

SWEPT = 200
BESIDE = ("asked_by__outlet", "asked_of__outlet")


@transaction.atomic
def ask(  # noqa: PLR0913  (a question has these parts)
    subject: models.Model,
    *,
    verb: str,
    values: Mapping[str, Any],
    kind: AuthorityKind,
    asks: Decimal,
    tier_code: str = "",
    reason: str,
    about: models.Model | None = None,
    by: Employee,
    at: datetime,
) -> AuthorityQuestion:
    """Ask the nearest person above whose authority reaches. `values` are what `verb` needs when
    the answer is yes, `about` the record on whose page the answer appears (the subject if None).

    Raises DomainError without a reason, when the same is asked already, and when nobody's
    authority reaches.
    """
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    shown = about if about is not None else subject
    if not type(subject)._base_manager.select_for_update().filter(pk=subject.pk).first():
        raise DomainError(_("What this is asked for is not there any more."))
    there = AuthorityQuestion.objects.open().filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, verb=verb
    )
    if question := there.select_related("asked_of").first():
        said = _("This is asked already: %(number)s waits for %(who)s.")
        raise DomainError(said % {"number": question.number, "who": question.asked_of.name})
    asked_of = demand_answerer(kind, asks, tier_code, above=by, at=at)
    question = AuthorityQuestion.objects.create(
        number=next_number("AQ", at),
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        record_type=shown._meta.label_lower,
        record_id=shown.pk,
        subject_name=str(shown)[:200],
        subject_url=shown.get_absolute_url(),  # type: ignore[attr-defined]
        verb=verb,
        values=dict(values),
        asks=asks,
        tier_code=tier_code,
        reason=reason.strip(),
        asked_by=by,
        asked_at=at,
        asked_of=asked_of,
        due_at=answer_due_at(asked_of, at),
    )
    tell(question, "employees.asked", by=by, at=at, reason=question.reason)
    return question


@transaction.atomic
def grant(
    question: AuthorityQuestion, *, answer: str = "", by: Employee, at: datetime
) -> AuthorityQuestion:
    """Yes: what was asked for is done now, in the name of whoever asked, by this authority.

    Raises DomainError for one's own question, beyond one's own authority, for what is answered
    already, and what the verb itself says no to.
    """
    question = lock(question)
    refuse_answerer(question, by)
    if queries.limit_of(by, AuthorityKind(question.kind), question.tier_code) < question.asks:
        raise DomainError(_("This is beyond your authority, too. Pass it on."))
    close(question, QuestionStatus.GRANTED, answer, by=by, at=at)
    answers = authority_granted.send(AuthorityQuestion, question=question, by=by, at=at)
    if sum(bool(done) for _receiver, done in answers) != 1:
        raise DomainError(_("What this was asked for is not there any more. Refuse it."))
    tell(question, "employees.granted", by=by, at=at)
    return question


@transaction.atomic
def refuse(
    question: AuthorityQuestion, *, reason: str, by: Employee, at: datetime
) -> AuthorityQuestion:
    """No, with the reason. Raises DomainError as `grant` does."""
    question = lock(question)
    refuse_answerer(question, by)
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    close(question, QuestionStatus.REFUSED, reason, by=by, at=at)
    tell(question, "employees.refused", by=by, at=at, reason=question.answer)
    return question


@transaction.atomic
def withdraw(question: AuthorityQuestion, *, by: Employee, at: datetime) -> AuthorityQuestion:
    """Whoever asked needs it no more."""
    question = lock(question)
    if question.asked_by_id != by.pk:
        raise DomainError(_("Only %(who)s can do this.") % {"who": question.asked_by.name})
    close(question, QuestionStatus.WITHDRAWN, "", by=by, at=at)
    tell(question, "employees.question_withdrawn", by=by, at=at)
    return question


@transaction.atomic
def withdraw_about(record: models.Model, *, by: Employee | None, at: datetime) -> int:
    """A record is decided, cancelled or gone: what was asked about it needs no answer any more, and
    who asked and who was asked hear of it. Returns how many.
    """
    there = AuthorityQuestion.objects.open().about(record).order_by("pk")
    keys = list(there.values_list("pk", flat=True))
    for pk in keys:
        question = AuthorityQuestion.objects.select_related(*BESIDE).lock(pk)
        if question.status == QuestionStatus.OPEN:
            close(question, QuestionStatus.WITHDRAWN, "", by=by, at=at)
            tell(question, "employees.question_fell_away", by=by, at=at)
    return len(keys)


@transaction.atomic
def pass_up(question: AuthorityQuestion, *, by: Employee, at: datetime) -> AuthorityQuestion:
    """On to the next person above; its clock begins anew."""
    question = lock(question)
    refuse_answerer(question, by)
    if question.status != QuestionStatus.OPEN:
        said = _("%(number)s is answered already: %(now)s.")
        raise DomainError(said % {"number": question.number, "now": question.get_status_display()})
    above = queries.next_above(question, at=at) or refuse_top()
    question.asked_before.add(question.asked_of)
    question.asked_of, question.due_at = above, answer_due_at(above, at)
    question.save(update_fields=["asked_of", "due_at"])
    tell(question, "employees.passed_up", by=by, at=at)
    return question


def pass_up_unanswered(*, at: datetime) -> int:
    """Each question whose answer is overdue goes to the next person above who did not have it yet;
    where nobody is, it stays with the last, who is told again. Returns how many.
    """
    due = AuthorityQuestion.objects.unanswered(at).order_by("due_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), pass_up_one, at=at)


@transaction.atomic
def pass_up_one(pk: int, *, at: datetime) -> bool:
    due = AuthorityQuestion.objects.unanswered(at).filter(pk=pk)
    question = due.select_related(*BESIDE).first()
    if question is None:
        return False
    above = queries.next_above(question, at=at)
    asked_of = above or question.asked_of
    won = due.filter(due_at=question.due_at).update(
        asked_of=asked_of, due_at=answer_due_at(asked_of, at)
    )
    if not won:
        return False
    if above is not None:
        question.asked_before.add(question.asked_of)
    question.asked_of = asked_of
    verb = "employees.not_answered" if above else "employees.still_not_answered"
    tell(question, verb, by=None, at=at)
    return True


# Limits


@transaction.atomic
def set_limit(
    *,
    kind: AuthorityKind,
    limit: Decimal,
    role: str = "",
    employee: Employee | None = None,
    tier_code: str = "",
    by: Employee,
    at: datetime,
) -> Authority:
    """How far a role or a person goes alone, for all customers or for one tier.

    Raises DomainError for neither or both of role and person, a negative limit, a discount of more
    than the whole, and for one's own limit.
    """
    if bool(role) == (employee is not None):
        raise DomainError(_("Choose a role or a person, not both."), field="role")
    if limit < 0:
        raise DomainError(_("A limit is not negative."), field="limit")
    if kind.is_share and limit > 1:
        raise DomainError(_("A discount is at most 100 %."), field="limit")
    refuse_own_limit(role, employee, by)
    row, _made = Authority.objects.update_or_create(
        role=role, employee=employee, kind=kind, tier_code=tier_code, defaults={"limit": limit}
    )
    words: dict[str, Any] = {"who": who_of(row), "what": row.kind, "limit": in_words(kind, limit)}
    record(row, "employees.limit_set", by=by, at=at, **words)
    return row


@transaction.atomic
def remove_limit(row: Authority, *, by: Employee, at: datetime) -> None:
    """Without a limit of its own a person has the role's; without the role's, none."""
    refuse_own_limit(row.role, row.employee, by)
    words: dict[str, Any] = {"who": who_of(row), "what": row.kind}
    record(row, "employees.limit_removed", by=by, at=at, **words)
    row.delete()


def refuse_own_limit(role: str, employee: Employee | None, by: Employee) -> None:
    """Nobody widens what he may do himself; the administrator sets the head's."""
    if (employee is not None and employee.pk == by.pk) or role == by.role:
        raise DomainError(
            _("Nobody sets limits of one’s own. Ask another head or the administrator.")
        )


def who_of(row: Authority) -> str:
    who = row.employee.name if row.employee else str(row.get_role_display())
    return f"{who} ({row.tier_code})" if row.tier_code else who


# In common


def lock(question: AuthorityQuestion) -> AuthorityQuestion:
    return AuthorityQuestion.objects.select_related(*BESIDE).lock(question.pk)


def close(
    question: AuthorityQuestion,
    status: QuestionStatus,
    answer: str,
    *,
    by: Employee | None,
    at: datetime,
) -> None:
    question.move_to(status)
    question.answer, question.answered_by, question.answered_at = answer.strip(), by, at
    question.save(update_fields=["status", "answer", "answered_by", "answered_at"])


def refuse_top() -> Employee:
    raise DomainError(_("Nobody above has more authority. Grant or refuse it."))


def demand_answerer(
    kind: AuthorityKind, asks: Decimal, tier_code: str, *, above: Employee, at: datetime
) -> Employee:
    asked_of = queries.who_may(kind, asks, tier_code, above=above, at=at)
    if asked_of is None:
        said = _("Nobody’s authority reaches %(asks)s; it cannot be asked for.")
        raise DomainError(said % {"asks": in_words(kind, asks)})
    return asked_of


def refuse_answerer(question: AuthorityQuestion, by: Employee) -> None:
    """Raise DomainError unless this person answers: who is asked, the backup, or a head."""
    if question.asked_by_id == by.pk:
        raise DomainError(_("Nobody answers a question of one’s own."))
    is_head = by.role == Role.DEPARTMENT_HEAD
    if by.pk not in {question.asked_of_id, question.asked_of.backup_id} and not is_head:
        raise DomainError(_("%(who)s is asked.") % {"who": question.asked_of.name})


def answer_due_at(asked_of: Employee, at: datetime) -> datetime:
    """In the service hours of the outlet of whoever is asked."""
    within = timedelta(minutes=settings.ANSWER_WITHIN_MINUTES)
    calendar = asked_of.outlet.calendar_id
    return queries.work_calendar(calendar).add(at, within) if calendar else at + within


def in_words(kind: AuthorityKind, asks: Decimal) -> str:
    return f"{(asks * 100).normalize():f} %" if kind.is_share else amount(asks)


def tell(
    question: AuthorityQuestion,
    verb: str,
    *,
    by: Employee | None,
    at: datetime,
    **details: Any,
) -> None:
    """In the trail of the question and of the record that it is about."""
    words: dict[str, Any] = {
        "what": question.kind,
        "asks": in_words(AuthorityKind(question.kind), question.asks),
        "record": question.subject_name,
        "asked_of": question.asked_of.name,
    }
    record(question, verb, by=by, at=at, about=[question.record], **words, **details)
