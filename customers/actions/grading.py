"""The 5A grade of a customer: three things computed, two said by the team, with the reason."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from customers.choices import GradeSubject
from customers.grades import LEAST, MOST, mean_of, score_of, whole_as
from customers.models import Customer, GradePolicy, Grading
from customers.queries import grade_figures
from employees.models import Employee


@transaction.atomic
def grade(
    customer: Customer, *, ease: int, integrity: int, reason: str, by: Employee, at: datetime
) -> Grading:
    """Grade a customer as it is now. What has no figure (nobody spent an hour) is left out of the
    mean. Raises DomainError without a reason.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if customer.merged_into_id is not None:
        raise DomainError(_("This customer was joined to another one."))
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    for name, said in (("ease", ease), ("integrity", integrity)):
        if not LEAST <= said <= MOST:
            raise DomainError(_("Each answer is 1 to 5."), field=name)
    policies = {each.subject: each for each in GradePolicy.objects.all()}
    figures = grade_figures(customer, localdate(at))
    scores = {
        name: score
        for name, figure in figures.items()
        if (score := score_of(figure, policies[name].bands)) is not None
    }
    scores |= {GradeSubject.EASE: ease, GradeSubject.INTEGRITY: integrity}
    weights = {name: policy.weight for name, policy in policies.items()}
    mean = mean_of(scores, weights)
    assert mean is not None
    grading = Grading.objects.create(
        customer=customer,
        graded_at=at,
        graded_by=by,
        scores={str(name): score for name, score in scores.items()},
        figures={str(name): text(figure) for name, figure in figures.items()},
        weights={name: str(weight) for name, weight in weights.items()},
        mean=mean,
        reason=reason.strip(),
    )
    record(customer, "customers.graded", by=by, at=at, grade=f"{whole_as(mean)}A", mean=str(mean))
    return grading


def text(figure: Decimal | None) -> str:
    return "" if figure is None else str(figure)


@transaction.atomic
def change_grade_policy(
    policy: GradePolicy,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> GradePolicy:
    """For grades that are given from now on."""
    return change(
        policy, values, verb="customers.grade_policy_changed", version=version, by=by, at=at
    )
