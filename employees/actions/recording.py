"""Whether records are complete: what is open is noted with the record's own verb, and its owner is
reminded (metrics.md, record completeness).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import models, transaction

from crmservice.activity.trail import record
from crmservice.sweeping import claim_each
from employees.actions.judging import judge
from employees.choices import TO_MEND
from employees.models import CalledFor, Employee, JudgedRecord, Omission
from employees.queries import called_for_by, due_of, rules_called_for
from employees.situations import SITUATIONS, Facts

AGAIN_AFTER = timedelta(days=3)
SWEPT = 500
NAMED = 5  # in one reminder


@transaction.atomic
def review_record(facts: Facts, *, urls: Mapping[str, str], at: datetime) -> list[str]:
    """Judge a record, note which called-for fields are open, and which were filled meanwhile;
    returns the open ones.

    Call it in the record's verb. `urls` says where each field is filled. Without an owner nobody
    can fill anything, and nothing is noted.
    """
    subject = facts.subject
    of_this = of_record(facts.situation, subject.pk).exclude(field=TO_MEND)
    known = {each.field: each for each in of_this}
    called_for = called_for_by(facts, rules_called_for(facts.situation))
    open_now = [field for field in called_for if not facts.filled[field]]
    due_at = due_of(facts)
    for field in open_now:
        noted = known.pop(field, None)
        if facts.owner is None:
            continue
        omission = noted or Omission(situation=facts.situation, subject_id=subject.pk, field=field)
        omission.owner, omission.url = facts.owner, urls[field]
        omission.subject_name = str(subject)[:200]
        if omission.pk is None or omission.filled_at is not None:
            omission.happened_at, omission.due_at = facts.happened_at, due_at
            omission.filled_at, omission.remind_at = None, omission.due_at
        omission.save()
    for field, omission in known.items():
        if field not in called_for:
            omission.delete()
        elif omission.filled_at is None:
            omission.filled_at, omission.remind_at = at, None
            omission.save(update_fields=["filled_at", "remind_at"])
    judge([facts])
    return open_now


@transaction.atomic
def forget_record(subject: models.Model, *, situation: str) -> None:
    """Nothing is called for any more: it was cancelled, or somebody else's turn."""
    of_record(situation, subject.pk).filter(filled_at=None).delete()
    JudgedRecord.objects.filter(situation=situation, subject_id=subject.pk).delete()


def of_record(situation: str, pk: int) -> models.QuerySet[Omission]:
    return Omission.objects.filter(situation=situation, subject_id=pk)


def remind_of_omissions(*, at: datetime) -> int:
    """Remind each person whose records are open longer than they may be, of all of them at once;
    again every three days. Returns how many were reminded.
    """
    due = Omission.objects.to_remind(at).order_by("owner").values_list("owner", flat=True)
    people = Employee.objects.active().filter(pk__in=due.distinct()[:SWEPT])
    return claim_each(people.order_by("pk"), remind_of_open_records, at=at)


@transaction.atomic
def remind_of_open_records(owner: Employee, *, at: datetime) -> bool:
    """Of one person's; the conditional update lets one process win."""
    won = Omission.objects.to_remind(at).filter(owner=owner).update(remind_at=at + AGAIN_AFTER)
    if not won:
        return False
    late = Omission.objects.late(at).filter(owner=owner)
    names = late.order_by("due_at", "pk").values_list("subject_name", flat=True)
    shown = list(dict.fromkeys(names))
    record(
        owner,
        "employees.omissions_reminded",
        by=None,
        at=at,
        count=late.count(),
        names=shown[:NAMED],
    )
    return True


@transaction.atomic
def call_for(
    situation: str, chosen: Iterable[tuple[str, str]], *, by: Employee, at: datetime
) -> None:
    """Set which (kind, field) pairs of a situation are called for from now on; what is no longer,
    is no open omission either. Kinds and fields that nobody registered are passed over.
    """
    known = SITUATIONS[situation]
    kinds = {value for value, _words in known.kinds}
    wanted = {(kind, field) for kind, field in chosen if kind in kinds and field in known.fields}
    rules = CalledFor.objects.select_for_update().current().filter(situation=situation)
    before = {(rule.kind, rule.field): rule for rule in rules}
    gone = [rule.pk for pair, rule in before.items() if pair not in wanted]
    added = sorted(wanted - before.keys())
    if not gone and not added:
        return
    CalledFor.objects.filter(pk__in=gone).update(until=at)
    CalledFor.objects.bulk_create(
        [CalledFor(situation=situation, kind=kind, field=field, since=at) for kind, field in added],
        ignore_conflicts=True,
    )
    still = {field for _kind, field in wanted} | {TO_MEND}
    Omission.objects.open().filter(situation=situation).exclude(field__in=still).delete()
    record(
        by,
        "employees.called_for_changed",
        by=by,
        at=at,
        situation=situation,
        added=[f"{kind}.{field}" for kind, field in added],
        removed=sorted(f"{kind}.{field}" for kind, field in before if (kind, field) not in wanted),
    )
