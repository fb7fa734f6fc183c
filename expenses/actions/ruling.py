"""Policies and budgets: changed by who may, kept in the trail.

What was judged already stays as it was.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee, Outlet
from expenses.choices import Category
from expenses.models import Budget, ExpensePolicy
from expenses.models.rules import MONEY, POINTS


@transaction.atomic
def create_policy(*, values: Mapping[str, Any], by: Employee, at: datetime) -> ExpensePolicy:
    """Raises DomainError, in words, for a policy that cannot be."""
    policy = ExpensePolicy(**values)
    refuse_policy(policy)
    policy.save(force_insert=True)
    record(policy, "expenses.policy_created", by=by, at=at)
    return policy


@transaction.atomic
def change_policy(
    policy: ExpensePolicy,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> ExpensePolicy:
    """Raises DomainError, in words, for a policy that cannot be. It holds for what is handed in
    from now on.
    """
    for name, value in values.items():
        setattr(policy, name, value)
    refuse_policy(policy)
    return change(policy, values, verb="expenses.policy_changed", version=version, by=by, at=at)


@transaction.atomic
def set_budget(
    outlet: Outlet, *, month: date, amount: Decimal | None, by: Employee, at: datetime
) -> Outlet:
    """What an outlet's people may spend on the days of a month; None takes the budget away.

    Raises DomainError for less than nothing.
    """
    if amount is not None and amount < 0:
        raise DomainError(_("A budget is not negative."), field="amount")
    Outlet.objects.select_for_update(of=("self",)).get(pk=outlet.pk)  # one budget at a time
    before = Budget.objects.filter(outlet=outlet, month=month).first()
    if amount is None:
        Budget.objects.filter(outlet=outlet, month=month).delete()
    else:
        Budget.objects.update_or_create(outlet=outlet, month=month, defaults={"amount": amount})
    record(
        outlet,
        "expenses.budget_set",
        by=by,
        at=at,
        month=f"{month:%Y-%m}",
        before=str(before.amount) if before else None,
        after=None if amount is None else str(amount),
    )
    return outlet


def refuse_policy(policy: ExpensePolicy) -> None:
    """Raise DomainError for what says nothing, contradicts itself, or is said twice."""
    if all(getattr(policy, name) is None for name in POINTS):
        raise DomainError(_("Say at least one thing: a limit, a receipt, days or a rate."))
    for name in MONEY:
        value = getattr(policy, name)
        if value is not None and value <= 0:
            raise DomainError(_("More than zero, or empty for none."), field=name)
    if policy.mileage_rate is not None and policy.category != Category.MILEAGE:
        raise DomainError(
            _("Only mileage is paid by the kilometre: choose that category."), field="mileage_rate"
        )
    same = ExpensePolicy.objects.filter(
        category=policy.category, role=policy.role, city_class=policy.city_class
    )
    if same.exclude(pk=policy.pk).exists():
        raise DomainError(
            _("There is a policy for this category, role and place already; change that one.")
        )
