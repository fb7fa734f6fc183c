"""Which price plan answers, and why the others do not: pure over facts, no ORM, no clock.

Of the plans that are valid, are for the case, and say something to the question, the most
particular one wins: a contract before its type, then the model, its family, the tier, everybody. No
two plans for the same hold on a day, so there is always one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

MOST_PASSED = 6


class Named(StrEnum):
    """What a plan may be for, the most particular first."""

    CONTRACT = "contract"
    CONTRACT_TYPE = "contract_type"
    MODEL = "model"
    CATEGORY = "category"
    TIER = "tier"


ORDER = tuple(Named)


@dataclass(frozen=True)
class PlanFacts:
    """A plan before it is asked. `named` says what it is for; `words` say it to people, as texts or
    in both languages.
    """

    id: int
    title: str
    currency: str
    valid_from: date
    valid_until: date | None = None
    named: Mapping[Named, Any] = field(default_factory=dict)
    words: Mapping[Named, Any] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[bool, ...]:
        """The greater, the more particular."""
        return tuple(each in self.named for each in ORDER)


@dataclass(frozen=True)
class Case:
    """What is to be priced: whose, of which device, in which currency, on which day."""

    on: date
    currency: str
    facts: Mapping[Named, Any]


class Passed(NamedTuple):
    """A plan that does not answer, and why."""

    title: str
    code: str
    params: dict[str, Any]


class Choice(NamedTuple):
    plan: PlanFacts | None
    passed: tuple[Passed, ...]


def choose(plans: Iterable[PlanFacts], case: Case, answers: Callable[[int], bool]) -> Choice:
    """The plan that answers, and why those before it and beside it do not; `answers` says whether
    the plan of a key says something to the question.
    """
    able: list[PlanFacts] = []
    passed: list[tuple[PlanFacts, Passed]] = []
    for plan in plans:
        no = refusal(plan, case)
        if no is None and not answers(plan.id):
            no = Passed(plan.title, "silent", {})
        if no is None:
            able.append(plan)
        else:
            passed.append((plan, no))
    best = max(able, key=lambda plan: plan.rank, default=None)
    beaten = [(plan, Passed(plan.title, "less", {})) for plan in able if plan is not best]
    others = sorted([*beaten, *passed], key=lambda pair: pair[0].rank, reverse=True)
    return Choice(best, tuple(no for _plan, no in others[:MOST_PASSED]))


def refusal(plan: PlanFacts, case: Case) -> Passed | None:
    """Why a plan is not for the case; None where it is."""
    if plan.currency != case.currency:
        return Passed(plan.title, "currency", {"what": plan.currency})
    for each in ORDER:
        if each in plan.named and plan.named[each] != case.facts.get(each):
            return Passed(plan.title, str(each), {"what": plan.words.get(each, plan.named[each])})
    if case.on < plan.valid_from:
        return Passed(plan.title, "not_begun", {"on": plan.valid_from.isoformat()})
    if plan.valid_until is not None and case.on > plan.valid_until:
        return Passed(plan.title, "ended", {"on": plan.valid_until.isoformat()})
    return None
