"""Claims as the policies see them (expenses.limits), and what a policy would have met so far."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crmservice.attachments.models import Attachment
from crmservice.money import money
from employees.models import Employee
from expenses.choices import CLAIMED
from expenses.limits import Finding, Rule, Spending, judge, rule_on
from expenses.models import ExpenseClaim, ExpenseLine, ExpensePolicy
from expenses.models.rules import POINTS

PREVIEW = timedelta(days=90)
LOOKED_AT = 2000  # claims at most, the newest
DECEMBER = 12


def rules_in_force() -> list[Rule]:
    return [as_rule(policy) for policy in ExpensePolicy.objects.filter(is_active=True)]


def as_rule(policy: ExpensePolicy) -> Rule:
    points = {name: getattr(policy, name) for name in POINTS}
    return Rule(
        key=policy.pk or 0,
        category=policy.category,
        role=policy.role,
        city_class=policy.city_class,
        blocks=policy.blocks,
        **points,
    )


def day_of(at: datetime) -> date:
    """The organisation's day."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def spending_of(line: ExpenseLine, rate: Decimal, *, has_receipt: bool = False) -> Spending:
    return Spending(
        category=line.category,
        amount=money(line.counted * rate),
        spent_on=line.spent_on,
        city_class=line.city_class,
        has_receipt=has_receipt,
    )


def receipts_of(lines: Iterable[ExpenseLine]) -> QuerySet[Attachment]:
    keys = [line.pk for line in lines]
    return Attachment.objects.filter(
        subject_type=ExpenseLine._meta.label_lower, subject_id__in=keys
    ).order_by("pk")


def findings_of(claim: ExpenseClaim, lines: Sequence[ExpenseLine], *, on: date) -> list[Finding]:
    """What the rules in force have against the lines of a claim, handed in on a day; three
    queries.
    """
    receipts = set(receipts_of(lines).values_list("subject_id", flat=True))
    spendings = [spending_of(line, claim.rate, has_receipt=line.pk in receipts) for line in lines]
    return found_in(spendings, claim.claimant, on=on, apart_from=claim)


def found_in(
    spendings: Sequence[Spending],
    claimant: Employee,
    *,
    on: date,
    apart_from: ExpenseClaim | None = None,
) -> list[Finding]:
    """What the rules in force have against outlays, beside what the person has claimed otherwise;
    two queries.
    """
    rules = rules_in_force()
    if not rules or not spendings:
        return []
    months = Q(pk__in=())
    for first, end in {month_of(each.spent_on) for each in spendings}:
        months |= Q(spent_on__gte=first, spent_on__lt=end)
    others = ExpenseLine.objects.filter(
        months, claim__claimant=claimant, claim__status__in=CLAIMED
    ).exclude(claim=apart_from)
    beside = [spending_of(line, line.claim.rate) for line in others.select_related("claim")]
    return judge(spendings, rules, role=claimant.role, on=on, beside=beside)


def findings_of_each(lines: Sequence[ExpenseLine]) -> list[list[Finding]]:
    """The same for many claims of one line, each on the day on which it was handed in; two
    queries.
    """
    rules = rules_in_force()
    if not rules or not lines:
        return [[] for _line in lines]
    days = [line.spent_on for line in lines]
    others = ExpenseLine.objects.filter(
        claim__claimant__in={line.claim.claimant_id for line in lines},
        claim__status__in=CLAIMED,
        spent_on__gte=month_of(min(days))[0],
        spent_on__lt=month_of(max(days))[1],
    ).select_related("claim__claimant")
    known: defaultdict[Any, list[ExpenseLine]] = defaultdict(list)
    people: dict[int, Employee] = {}
    for other in others:
        known[other.claim.claimant_id, month_of(other.spent_on)].append(other)
        people[other.claim.claimant_id] = other.claim.claimant
    found = []
    for line in lines:
        claim, submitted_at = line.claim, line.claim.submitted_at
        beside = [
            spending_of(other, other.claim.rate)
            for other in known[claim.claimant_id, month_of(line.spent_on)]
            if other.claim_id != claim.pk
        ]
        on = day_of(submitted_at) if submitted_at else line.spent_on
        own = [spending_of(line, claim.rate)]
        role = people[claim.claimant_id].role
        found.append(judge(own, rules, role=role, on=on, beside=beside))
    return found


def month_of(day: date) -> tuple[date, date]:
    """The first day of a day's month, and that of the next."""
    first = day.replace(day=1)
    end = date(first.year + first.month // DECEMBER, first.month % DECEMBER + 1, 1)
    return first, end


def mileage_rate_of(claimant: Employee, spent_on: date, city_class: str = "") -> Decimal | None:
    """What a kilometre is worth to this person, or None where no policy says so."""
    line = Spending(category="mileage", amount=Decimal(0), spent_on=spent_on, city_class=city_class)
    rule = rule_on("mileage_rate", rules_in_force(), line, claimant.role)
    return rule.mileage_rate if rule else None


class Touched(NamedTuple):
    """What a policy would have met: of how many claims how many, and the newest of these."""

    looked_at: int
    touched: int
    first: list[tuple[ExpenseClaim, list[Finding]]]


def touched_by(policy: ExpensePolicy, *, at: datetime, shown: int = 10) -> Touched:
    """The claims handed in within the last 90 days that this policy, as it is typed, would have
    found something against; three queries.
    """
    others = ExpensePolicy.objects.filter(is_active=True).exclude(pk=policy.pk)
    rules = [as_rule(each) for each in others]
    mine = as_rule(policy)
    claims = list(
        ExpenseClaim.objects.filter(submitted_at__gte=at - PREVIEW, submitted_at__lte=at)
        .select_related("claimant")
        .order_by("-submitted_at", "-pk")[:LOOKED_AT]
    )
    lines = lines_of(claims)
    met: list[tuple[ExpenseClaim, list[Finding]]] = []
    before: defaultdict[Any, list[Spending]] = defaultdict(list)
    for claim in reversed(claims):
        own = lines[claim.pk]
        months = {month_of(each.spent_on) for each in own}
        beside = [each for month in months for each in before[claim.claimant_id, month]]
        found = judge(
            own,
            [*rules, mine] if policy.is_active else rules,
            role=claim.claimant.role,
            on=day_of(claim.submitted_at or at),
            beside=beside,
        )
        for each in own:
            before[claim.claimant_id, month_of(each.spent_on)].append(each)
        against = [each for each in found if each.rule == mine.key]
        if against:
            met.append((claim, against))
    return Touched(len(claims), len(met), met[::-1][:shown])


def lines_of(claims: Iterable[ExpenseClaim]) -> dict[int, list[Spending]]:
    """The lines of claims, by claim."""
    rates = {claim.pk: claim.rate for claim in claims}
    found: defaultdict[int, list[Spending]] = defaultdict(list)
    for line in with_receipts(ExpenseLine.objects.filter(claim__in=rates)):
        spending = spending_of(line, rates[line.claim_id], has_receipt=line.has_receipt)
        found[line.claim_id].append(spending)
    return found


def with_receipts(lines: QuerySet[ExpenseLine]) -> QuerySet[Any]:
    """Lines with `has_receipt`."""
    receipts = Attachment.objects.filter(
        subject_type=ExpenseLine._meta.label_lower, subject_id=OuterRef("pk")
    )
    return lines.annotate(has_receipt=Exists(receipts))
