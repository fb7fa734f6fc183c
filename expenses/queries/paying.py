"""What waits to be paid out."""

from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from employees.models import Employee
from expenses.choices import Status
from expenses.models import ExpenseClaim


def payable(user: Employee) -> QuerySet[ExpenseClaim]:
    """Approved claims that this person may pay: never one's own."""
    return ExpenseClaim.objects.filter(status=Status.APPROVED).exclude(claimant=user)


def to_pay(user: Employee) -> list[tuple[str, int, Decimal]]:
    """By currency: how many claims, and how much; one query."""
    left = Sum(Coalesce("lines__approved_amount", "lines__amount"))
    groups = payable(user).order_by("currency").values_list("currency")
    return [
        (currency, count, sum_ or Decimal(0))
        for currency, count, sum_ in groups.annotate(count=Count("pk", distinct=True), sum=left)
    ]
