"""Each record in figures: written with its verb, and made anew from the records themselves."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction

from crmservice.activity.trail import record
from employees.choices import CorrectionKind
from employees.models import CalledFor, Correction, Employee, JudgedRecord
from employees.queries import called_for_by, due_of, month_of, rules_called_for, span_of
from employees.situations import SITUATIONS, Facts

AT_ONCE = 500
Each = TypeVar("Each")
WRITTEN = [
    field.name
    for field in JudgedRecord._meta.concrete_fields
    if field.name not in {"id", "situation", "subject_id"}
]


def judge(records: Sequence[Facts]) -> None:
    """Write how these records of one situation stand; what nobody owns is nobody's. Call it in the
    transaction of what changed them.
    """
    nobodys = [facts for facts in records if facts.owner is None]
    if nobodys:
        keys = [facts.subject.pk for facts in nobodys]
        of_situation = JudgedRecord.objects.filter(situation=nobodys[0].situation)
        of_situation.filter(subject_id__in=keys).delete()
    owned = [facts for facts in records if facts.owner is not None]
    if not owned:
        return
    situation = owned[0].situation
    rules = rules_called_for(situation)
    keys = [facts.subject.pk for facts in owned]
    found = Correction.objects.filter(situation=situation, subject_id__in=keys)
    faulty = set(found.values_list("subject_id", flat=True))
    JudgedRecord.objects.bulk_create(
        [judged(facts, rules, faulty=facts.subject.pk in faulty) for facts in owned],
        update_conflicts=True,
        unique_fields=["situation", "subject_id"],
        update_fields=WRITTEN,
    )


def judged(facts: Facts, rules: Iterable[CalledFor], *, faulty: bool) -> JudgedRecord:
    due_at, called_for = due_of(facts), called_for_by(facts, rules)
    missing = [field for field in called_for if not facts.filled[field]]
    is_in_time = facts.entered_at is not None and facts.entered_at <= due_at
    in_time = facts.events if is_in_time else 0
    return JudgedRecord(
        situation=facts.situation,
        kind=facts.kind,
        subject_id=facts.subject.pk,
        subject_name=str(facts.subject)[:200],
        url=facts.subject.get_absolute_url(),
        owner=facts.owner,
        outlet_id=facts.owner.outlet_id,
        month=month_of(facts.happened_at),
        happened_at=facts.happened_at,
        due_at=due_at,
        entered_at=facts.entered_at,
        events=facts.events,
        in_time=in_time if facts.in_time is None else facts.in_time,
        called_for=len(called_for),
        filled=len(called_for) - len(missing),
        missing=missing,
        faulty=int(faulty),
    )


def judge_anew(situation: str, month: date, *, at: datetime) -> tuple[int, int]:
    """Make the judgements of a month from its records; returns how many stand, and how many that
    no record stands for are gone. Stopped at any point and done again, it is the same in the end.
    """
    facts = iter(SITUATIONS[situation].facts(*span_of(month), at))
    seen: set[int] = set()
    for chunk in chunks(facts):
        with transaction.atomic():
            judge(chunk)
        seen |= {each.subject.pk for each in chunk if each.owner is not None}
    known = JudgedRecord.objects.of_month(month).filter(situation=situation)
    stale = set(known.values_list("subject_id", flat=True)) - seen
    gone = 0
    for keys in chunks(iter(sorted(stale))):
        gone += known.filter(subject_id__in=keys).delete()[0]
    return len(seen), gone


def chunks(rows: Iterator[Each]) -> Iterator[list[Each]]:
    while chunk := list(islice(rows, AT_ONCE)):
        yield chunk


def note_correction(
    facts: Facts, kind: CorrectionKind, *, reason: str, by: Employee, at: datetime
) -> None:
    """Somebody else returned a record or set it right; the own hand corrects nothing. Call it in
    the verb that did it.
    """
    if facts.owner is None or facts.owner.pk == by.pk:
        return
    Correction.objects.create(
        situation=facts.situation,
        subject_id=facts.subject.pk,
        subject_name=str(facts.subject)[:200],
        kind=kind,
        owner=facts.owner,
        reason=reason[:300],
        by=by,
        at=at,
    )
    of_record = JudgedRecord.objects.filter(situation=facts.situation, subject_id=facts.subject.pk)
    of_record.update(faulty=1)


@transaction.atomic
def note_quality_export(month: str, kind: str, *, by: Employee, at: datetime) -> None:
    """Write down who took which month's list out, as what, and when."""
    record(by, "employees.quality_exported", by=by, at=at, month=month, kind=kind.upper())
