"""What an outlet's people spent and submitted in a month, beside its budget.

A month is that of the outlay's day; spent is what is approved or paid, as everywhere (metrics.md).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum

from crmservice.money import ZERO, money
from employees.models import Outlet
from expenses.choices import CLAIMED, COUNTED, WAITING
from expenses.models import Budget, ExpenseClaim, ExpenseLine
from expenses.queries.costing import CENT, line_cents
from expenses.queries.judging import month_of


class Spent(NamedTuple):
    """In base currency."""

    spent: Decimal = ZERO
    submitted: Decimal = ZERO


class Month(NamedTuple):
    """`budget` is None where none is set; `claim` is what the claim asked about adds."""

    outlet: Outlet
    first: date
    budget: Decimal | None
    figures: Spent
    claim: Decimal = ZERO

    @property
    def with_claim(self) -> Decimal:
        return self.figures.spent + self.claim

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.figures.spent


def months_of(first: date, outlets: Iterable[Outlet]) -> list[Month]:
    """Each outlet in one month; two queries."""
    budgets = dict(Budget.objects.filter(month=first).values_list("outlet", "amount"))
    figures = spent_in(first)
    return [
        Month(outlet, first, budgets.get(outlet.pk), figures.get(outlet.pk, Spent()))
        for outlet in outlets
    ]


def budgets_beside(claim: ExpenseClaim) -> list[Month]:
    """The budgets that a claim touches, each with what the others took of it and what it adds; one
    query, and one more for each budget.
    """
    outlet = claim.claimant.outlet
    if outlet is None:
        return []
    adds: dict[date, Decimal] = {}
    for line in claim.lines.all():
        first = month_of(line.spent_on)[0]
        adds[first] = adds.get(first, ZERO) + money(line.counted * claim.rate)
    budgets = Budget.objects.filter(outlet=outlet, month__in=adds).order_by("month")
    return [
        Month(
            outlet,
            budget.month,
            budget.amount,
            spent_in(budget.month, outlet, apart_from=claim).get(outlet.pk, Spent()),
            adds[budget.month],
        )
        for budget in budgets
    ]


def spent_in(
    first: date, outlet: Outlet | None = None, apart_from: ExpenseClaim | None = None
) -> dict[Any, Spent]:
    """By outlet; one query."""
    lines = ExpenseLine.objects.filter(
        spent_on__gte=first, spent_on__lt=month_of(first)[1], claim__status__in=CLAIMED
    ).exclude(claim=apart_from)
    if outlet is not None:
        lines = lines.filter(claim__claimant__outlet=outlet)
    sums = (
        lines.annotate(cents=line_cents())
        .order_by()
        .values_list("claim__claimant__outlet")
        .annotate(
            spent=Sum("cents", filter=Q(claim__status__in=COUNTED)),
            submitted=Sum("cents", filter=Q(claim__status__in=WAITING)),
        )
    )
    return {
        key: Spent((spent or 0) * CENT, (submitted or 0) * CENT) for key, spent, submitted in sums
    }
