"""The figures that a customer is graded by."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from crmservice.money import ZERO, money
from customers import signals
from customers.choices import GradeSubject
from customers.models import Customer, Purchase
from customers.tiers import window


def grade_figures(customer: Customer, on: date) -> dict[str, Decimal | None]:
    """Revenue and profit of the rolling window, and revenue for each hour of effort, in base
    currency. The floors above say what serving cost and how long it took; profit is what was bought
    less that. Without an hour there is no figure of effort.
    """
    first, last = window(on)
    bought = Purchase.objects.filter(customer=customer, currency=settings.BASE_CURRENCY)
    revenue = bought.between(first, last).aggregate(total=Sum("amount"))["total"] or ZERO
    cost, hours = ZERO, Decimal(0)
    given = {"customer": customer, "first": first, "end": last + timedelta(days=1)}
    for _receiver, answer in signals.effort_asked.send(Customer, **given):
        spent: tuple[Decimal, Decimal] = answer  # type: ignore[assignment]  # Signal.send says str
        cost, hours = cost + spent[0], hours + spent[1]
    return {
        GradeSubject.REVENUE: revenue,
        GradeSubject.PROFIT: revenue - cost,
        GradeSubject.EFFORT: money(revenue / hours) if hours else None,
    }
