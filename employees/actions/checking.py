"""Looking at a sample of records: in order, or sent back to whose they are and mended there."""

from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.choices import TO_MEND, CorrectionKind, Verdict
from employees.models import Correction, Employee, JudgedRecord, Omission, RecordCheck
from employees.queries import to_draw
from employees.situations import SITUATIONS

LONGEST_REASON = 300


@transaction.atomic
def draw_checks(month: date, *, situation: str, by: Employee, at: datetime) -> int:
    """Draw the month's records to look at, each once; returns how many are new.

    Raises DomainError when nothing can be drawn any more.
    """
    keys = to_draw(month, by, situation=situation, each=settings.RECORD_CHECKS)
    known = set(RecordCheck.objects.filter(record__in=keys).values_list("record", flat=True))
    taken = RecordCheck.objects.filter(record__month=month, record__situation=situation)
    drawn: dict[int, int] = {}
    for owner in taken.values_list("record__owner", flat=True):
        drawn[owner] = drawn.get(owner, 0) + 1
    fresh = []
    for each in JudgedRecord.objects.filter(pk__in=set(keys) - known).order_by("pk"):
        if drawn.get(each.owner_id, 0) < settings.RECORD_CHECKS:
            drawn[each.owner_id] = drawn.get(each.owner_id, 0) + 1
            fresh.append(RecordCheck(record=each, drawn_at=at, drawn_by=by))
    if not fresh:
        raise DomainError(_("There is nothing to draw: all that the rule names is drawn."))
    RecordCheck.objects.bulk_create(fresh, ignore_conflicts=True)
    record(by, "employees.checks_drawn", by=by, at=at, month=f"{month:%Y-%m}", count=len(fresh))
    return len(fresh)


@transaction.atomic
def find_in_order(judged: JudgedRecord, *, by: Employee, at: datetime) -> JudgedRecord:
    """A record that was drawn is good as it is. Raises DomainError for one's own, for one that was
    not drawn, and where somebody has decided.
    """
    judged = JudgedRecord.objects.lock(judged.pk)
    refuse_own(judged, by)
    check = RecordCheck.objects.filter(record=judged).first()
    if check is None:
        raise DomainError(_("This record was not drawn."))
    if check.verdict:
        raise DomainError(
            _("%(who)s has looked at it already: %(verdict)s.")
            % {"who": check.checked_by, "verdict": check.get_verdict_display()}
        )
    decide(check, Verdict.FINE, by=by, at=at)
    told(judged.situation, judged.subject_id, "employees.record_in_order", by=by, at=at)
    return judged


@transaction.atomic
def send_back(judged: JudgedRecord, *, reason: str, by: Employee, at: datetime) -> JudgedRecord:
    """Its owner is to put the record right, and finds it among what is still to be entered; that
    somebody had found it in order does not stand any more.

    Raises DomainError without a reason, for one's own, while it is still in work, and while it is
    sent back already.
    """
    judged = JudgedRecord.objects.lock(judged.pk)
    refuse_own(judged, by)
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise DomainError(_("Please write why."), field="reason")
    if judged.events and judged.entered_at is None:
        raise DomainError(_("Nothing is entered yet that could be sent back."))
    if Correction.objects.of_record(judged.situation, judged.subject_id).open().exists():
        raise DomainError(_("It is sent back already, and not mended yet."))
    correction = Correction.objects.create(
        situation=judged.situation,
        subject_id=judged.subject_id,
        subject_name=judged.subject_name,
        kind=CorrectionKind.SENT_BACK,
        owner=judged.owner,
        reason=why,
        by=by,
        at=at,
    )
    judged.faulty = 1
    judged.save(update_fields=["faulty"])
    due_at = at + timedelta(hours=settings.RECORD_WITHIN_HOURS)
    Omission.objects.update_or_create(
        situation=judged.situation,
        subject_id=judged.subject_id,
        field=TO_MEND,
        defaults={
            "owner": judged.owner,
            "subject_name": judged.subject_name,
            "url": correction.get_absolute_url(),
            "note": why,
            "happened_at": at,
            "due_at": due_at,
            "remind_at": due_at,
            "filled_at": None,
        },
    )
    check = RecordCheck.objects.filter(record=judged).exclude(verdict=Verdict.SENT_BACK).first()
    if check is not None:
        decide(check, Verdict.SENT_BACK, by=by, at=at)
    told(
        judged.situation,
        judged.subject_id,
        "employees.record_sent_back",
        by=by,
        at=at,
        reason=why,
        owner=judged.owner_id,
    )
    return judged


@transaction.atomic
def mend(correction: Correction, *, answer: str, by: Employee, at: datetime) -> Correction:
    """Its owner says what was put right. Raises DomainError for everybody else, and where it is
    mended.
    """
    correction = Correction.objects.lock(correction.pk)
    if correction.owner_id != by.pk:
        raise DomainError(_("Only whose record it is mends it."))
    if not correction.is_open:
        raise DomainError(_("It is mended already."))
    if not answer.strip():
        raise DomainError(_("Please write what you put right."), field="answer")
    correction.answer, correction.mended_at = answer.strip(), at
    correction.save(update_fields=["answer", "mended_at"])
    of_record = Omission.objects.filter(
        situation=correction.situation, subject_id=correction.subject_id, field=TO_MEND
    )
    of_record.update(filled_at=at, remind_at=None)
    told(
        correction.situation,
        correction.subject_id,
        "employees.record_mended",
        by=by,
        at=at,
        answer=correction.answer,
        sender=correction.by_id,
    )
    return correction


def refuse_own(judged: JudgedRecord, by: Employee) -> None:
    if judged.owner_id == by.pk:
        raise DomainError(_("Nobody checks a record of one's own."))


def decide(check: RecordCheck, verdict: Verdict, *, by: Employee, at: datetime) -> None:
    check.verdict, check.checked_by, check.checked_at = verdict, by, at
    check.save(update_fields=["verdict", "checked_by", "checked_at"])


def told(
    situation: str, subject_id: int, verb: str, *, by: Employee, at: datetime, **details: Any
) -> None:
    """Write it into the trail of the record itself."""
    model = apps.get_model(SITUATIONS[situation].model)
    record(model._base_manager.get(pk=subject_id), verb, by=by, at=at, **details)
