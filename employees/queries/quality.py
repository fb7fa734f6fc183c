"""How good records are: what is called for, who stands where, what is drawn to be checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.utils.timezone import get_default_timezone, localtime

from employees.models import CalledFor, Correction, Employee, JudgedRecord, Outlet
from employees.scoring import Sums, bonus, points, quality, ranks, rounded
from employees.situations import Facts


def called_for() -> dict[str, set[tuple[str, str]]]:
    """The (kind, field) pairs that are called for, by situation."""
    found: dict[str, set[tuple[str, str]]] = {}
    for rule in CalledFor.objects.current():
        found.setdefault(rule.situation, set()).add((rule.kind, rule.field))
    return found


class Completeness(NamedTuple):
    """How much of what a record calls for is there; `missing` are the fields that are not."""

    called_for: int
    missing: list[str]

    @property
    def percent(self) -> int:
        """Rounded down: only what is complete is 100 %."""
        there = self.called_for - len(self.missing)
        return 100 * there // self.called_for if self.called_for else 100


def completeness(situation: str, kind: str, filled: Mapping[str, bool]) -> Completeness:
    """By the rules as they are now, of the fields that are named in `filled`."""
    rules = CalledFor.objects.current().filter(situation=situation, kind=kind)
    called_for = sorted(set(rules.values_list("field", flat=True)) & set(filled))
    return Completeness(len(called_for), [field for field in called_for if not filled[field]])


def rules_called_for(situation: str) -> list[CalledFor]:
    """All that hold or held."""
    return list(CalledFor.objects.filter(situation=situation))


def called_for_by(facts: Facts, rules: Iterable[CalledFor]) -> list[str]:
    """The fields that a record calls for, by the rules of the time when it happened."""
    return sorted(
        {
            rule.field
            for rule in rules
            if rule.kind == facts.kind
            and rule.field in facts.filled
            and rule.holds_at(facts.happened_at)
        }
    )


def due_of(facts: Facts) -> datetime:
    return facts.happened_at + timedelta(hours=settings.RECORD_WITHIN_HOURS)


def month_of(moment: datetime) -> date:
    """The first day of its month, where the service organisation is."""
    return localtime(moment, get_default_timezone()).date().replace(day=1)


def span_of(month: date) -> tuple[datetime, datetime]:
    """The instants at which a month begins and is over."""
    zone = get_default_timezone()
    after = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(month, time(), zone), datetime.combine(after, time(), zone)


@dataclass(frozen=True)
class Standing:
    """A person in the ranking of a month."""

    owner: Employee
    sums: Sums
    quality: Decimal | None
    points: Decimal
    bonus: Decimal
    rank: int | None


SUMMED = ("events", "in_time", "called_for", "filled", "faulty")


def sums_of(records: QuerySet[JudgedRecord]) -> dict[int, Sums]:
    """Of each person, by key; one query, which an index answers alone."""
    added = {name: Sum(name) for name in SUMMED}
    rows = records.order_by().values("owner").annotate(records=Count("pk"), **added)
    return {row.pop("owner"): Sums(**row) for row in rows}


def standing(owner: Employee, sums: Sums, rank: int | None = None) -> Standing:
    score = rounded(quality(sums.shares, settings.RECORD_WEIGHTS))
    is_enough = sums.records >= settings.RECORD_BONUS_FROM
    earned = bonus(score, settings.RECORD_BONUS) if is_enough else Decimal()
    return Standing(owner, sums, score, points(sums.records, score), earned, rank)


def standings(month: date, user: Employee, *, outlet: Outlet | None = None) -> list[Standing]:
    """The ranking of a month among those whom `user` sees there, the best first; two queries."""
    records = JudgedRecord.objects.visible_to(user).of_month(month)
    if outlet is not None:
        records = records.filter(outlet=outlet)
    sums = sums_of(records)
    people = Employee.objects.filter(pk__in=sums).select_related("outlet")
    found = [standing(person, sums[person.pk]) for person in people]
    placed = [
        replace(each, rank=rank)
        for each, rank in zip(found, ranks(each.quality for each in found), strict=True)
    ]
    last = len(placed) + 1
    return sorted(
        placed, key=lambda each: (each.rank or last, -each.points, each.owner.employee_no)
    )


def own_standing(person: Employee, month: date) -> Standing:
    """A person's month, with the place among everybody; without records there is none."""
    everybody = sums_of(JudgedRecord.objects.of_month(month))
    mine = everybody.get(person.pk, Sums())
    keys = list(everybody)
    scores = [rounded(quality(each.shares, settings.RECORD_WEIGHTS)) for each in everybody.values()]
    places = dict(zip(keys, ranks(scores), strict=True))
    return standing(person, mine, places.get(person.pk))


def months_judged(user: Employee) -> list[date]:
    """From the last in which somebody whom `user` sees has records back to the first, the empty
    ones between them too; two looks into an index.
    """
    records = JudgedRecord.objects.visible_to(user)
    last = records.order_by("-month").values_list("month", flat=True).first()
    first = records.order_by("month").values_list("month", flat=True).first()
    months: list[date] = []
    while first and last and last >= first and len(months) < MOST_MONTHS:
        months.append(last)
        last = (last - timedelta(days=1)).replace(day=1)
    return months


MOST_MONTHS = 36


def lot(month: date, situation: str, subject_id: int) -> bytes:
    """What decides who is drawn: it follows from month and record alone, and nobody can tell it
    ahead.
    """
    return sha256(f"{month}:{situation}:{subject_id}".encode()).digest()


def to_draw(month: date, user: Employee, *, situation: str, each: int) -> list[int]:
    """The keys of the judged records to look at: of each person's of the month those with the
    lowest lots, until so many are drawn. For a month that is over always the same ones.
    """
    records = JudgedRecord.objects.visible_to(user).of_month(month).filter(situation=situation)
    rows = records.filter(entered_at__isnull=False) | records.filter(events=0)
    by_person: dict[int, list[tuple[bytes, int]]] = {}
    for pk, owner, subject in rows.order_by().values_list("pk", "owner", "subject_id"):
        by_person.setdefault(owner, []).append((lot(month, situation, subject), pk))
    by_person.pop(user.pk, None)
    return [pk for lots in by_person.values() for _lot, pk in sorted(lots)[:each]]


def corrections_of(situation: str, subject_id: int) -> list[Correction]:
    found = Correction.objects.of_record(situation, subject_id)
    return list(found.select_related("by", "owner"))


def judgement_of(
    situation: str, subject_id: int, user: Employee
) -> tuple[JudgedRecord, list[Correction]] | None:
    """How a record is judged and what others found wrong with it, for those whom it concerns."""
    visible = JudgedRecord.objects.visible_to(user)
    judged = visible.filter(situation=situation, subject_id=subject_id).first()
    return (judged, corrections_of(situation, subject_id)) if judged else None
