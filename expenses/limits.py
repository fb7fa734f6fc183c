"""What the policies have against outlays: amounts, days and rules in. No ORM, no clock.

Amounts are in base currency. A rule fits a line by category, the claimant's role and the place;
what it leaves empty fits all. Each point (a limit, the receipt, the days) is decided by the most
particular rule that fits and says something on it: the category weighs more than the role, the role
more than the place. A limit of a day or a month holds for all that its rule decides on that day or
in that month, whichever claim it is on, so that a bill cut in two is no way around it. What was
claimed before comes first; a line is found when it, or what came before it, goes over.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

ZERO = Decimal(0)


class Code(StrEnum):
    PER_LINE = "per_line"
    PER_DAY = "per_day"
    PER_MONTH = "per_month"
    NO_RECEIPT = "no_receipt"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A policy as data; `key` names it."""

    key: int
    category: str = ""
    role: str = ""
    city_class: str = ""
    per_line: Decimal | None = None
    per_day: Decimal | None = None
    per_month: Decimal | None = None
    receipt_from: Decimal | None = None
    late_after: int | None = None
    mileage_rate: Decimal | None = None
    blocks: bool = False

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        return bool(self.category), bool(self.role), bool(self.city_class)


@dataclass(frozen=True, kw_only=True)
class Spending:
    """A line as the rules see it."""

    category: str
    amount: Decimal
    spent_on: date
    city_class: str = ""
    has_receipt: bool = False


class Finding(NamedTuple):
    """What is against a line: the number of the line from 0, the limit, and what was found.

    Limits are amounts, for LATE days.
    """

    line: int
    code: Code
    rule: int
    blocks: bool
    limit: Decimal | int
    found: Decimal | int


def judge(
    lines: Sequence[Spending],
    rules: Iterable[Rule],
    *,
    role: str,
    on: date,
    beside: Iterable[Spending] = (),
) -> list[Finding]:
    """What the rules have against a claim handed in on a day, line by line.

    `beside` is what the same person claimed otherwise.
    """
    rules = list(rules)
    sums: defaultdict[Hashable, Decimal] = defaultdict(lambda: ZERO)
    for spending in beside:
        for _code, _rule, _limit, key in running(spending, rules, role):
            sums[key] += spending.amount
    found: list[Finding] = []
    for number, line in enumerate(lines):
        found += [
            Finding(number, code, rule.key, rule.blocks, limit, seen)
            for code, rule, limit, seen in alone(line, rules, role, on)
        ]
        for code, rule, limit, key in running(line, rules, role):
            sums[key] += line.amount
            if sums[key] > limit:
                found.append(Finding(number, code, rule.key, rule.blocks, limit, sums[key]))
    return found


def rule_on(point: str, rules: Iterable[Rule], line: Spending, role: str) -> Rule | None:
    """The rule that decides a point ("per_day", "mileage_rate", …) for a line, or None."""
    fitting = [
        rule
        for rule in rules
        if getattr(rule, point) is not None
        and rule.category in {"", line.category}
        and rule.role in {"", role}
        and rule.city_class in {"", line.city_class}
    ]
    return max(fitting, key=lambda rule: rule.rank, default=None)


def alone(
    line: Spending, rules: Sequence[Rule], role: str, on: date
) -> Iterable[tuple[Code, Rule, Any, Any]]:
    """What a line does by itself."""
    rule = rule_on("per_line", rules, line, role)
    if rule and rule.per_line is not None and line.amount > rule.per_line:
        yield Code.PER_LINE, rule, rule.per_line, line.amount
    rule = rule_on("receipt_from", rules, line, role)
    needs_receipt = rule and rule.receipt_from is not None and line.amount >= rule.receipt_from
    if rule and needs_receipt and not line.has_receipt:
        yield Code.NO_RECEIPT, rule, rule.receipt_from, line.amount
    rule = rule_on("late_after", rules, line, role)
    days = (on - line.spent_on).days
    if rule and rule.late_after is not None and days > rule.late_after:
        yield Code.LATE, rule, rule.late_after, days


def running(
    line: Spending, rules: Sequence[Rule], role: str
) -> Iterable[tuple[Code, Rule, Decimal, Hashable]]:
    """The sums to which a line adds, each with its limit and its key."""
    rule = rule_on("per_day", rules, line, role)
    if rule and rule.per_day is not None:
        yield Code.PER_DAY, rule, rule.per_day, (rule.key, line.spent_on)
    rule = rule_on("per_month", rules, line, role)
    if rule and rule.per_month is not None:
        month = line.spent_on.year, line.spent_on.month
        yield Code.PER_MONTH, rule, rule.per_month, (rule.key, month)
