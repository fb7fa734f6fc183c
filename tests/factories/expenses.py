from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from employees.choices import Role
from expenses import models
from expenses.choices import Category, Status
from tests.factories.employees import EmployeeFactory, OutletFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai


class ExpenseClaimFactory(DjangoModelFactory):
    """A field engineer's draft without lines; a trait for each state."""

    class Meta:
        model = models.ExpenseClaim

    number = factory.Sequence(lambda n: f"EX-2026-{n + 5000:04d}")
    claimant = factory.SubFactory(EmployeeFactory, role=Role.FIELD_ENGINEER)
    created_at = NINE

    class Params:
        submitted = factory.Trait(status=Status.SUBMITTED, submitted_at=NINE)
        passed_on = factory.Trait(
            status=Status.PASSED_ON,
            submitted_at=NINE,
            passed_at=NINE,
            passed_limit=Decimal(2000),
            passed_by=factory.SubFactory(EmployeeFactory),
        )
        decided = factory.Trait(
            submitted_at=NINE, decided_at=NINE, decided_by=factory.SubFactory(EmployeeFactory)
        )
        approved = factory.Trait(decided=True, status=Status.APPROVED)
        rejected = factory.Trait(decided=True, status=Status.REJECTED, decision="无发票")
        paid = factory.Trait(decided=True, status=Status.PAID, paid_at=NINE)


class ExpenseLineFactory(DjangoModelFactory):
    """A train ticket; with `task=` it belongs to the task's request and customer, too."""

    class Meta:
        model = models.ExpenseLine

    claim = factory.SubFactory(ExpenseClaimFactory)
    category = Category.TRANSPORT
    amount = Decimal("86.50")
    spent_on = date(2026, 3, 3)
    task = None
    service_request = factory.LazyAttribute(lambda o: o.task.service_request if o.task else None)
    customer = factory.LazyAttribute(lambda o: o.task.customer if o.task else None)


class ExpensePolicyFactory(DjangoModelFactory):
    """A night costs 400 at most; beyond it the approver is warned."""

    class Meta:
        model = models.ExpensePolicy
        django_get_or_create = ("category", "role", "city_class")

    category = Category.LODGING
    role = ""
    city_class = ""
    per_line = Decimal(400)


class PaymentRunFactory(DjangoModelFactory):
    class Meta:
        model = models.PaymentRun

    number = factory.Sequence(lambda n: f"PR-2026-{n + 5000:04d}")
    currency = "CNY"
    amount = Decimal("86.50")
    claim_count = 1
    made_by = factory.SubFactory(EmployeeFactory, role=Role.DEPARTMENT_HEAD)
    made_at = NINE


class BudgetFactory(DjangoModelFactory):
    class Meta:
        model = models.Budget

    outlet = factory.SubFactory(OutletFactory)
    month = date(2026, 3, 1)
    amount = Decimal(10000)
