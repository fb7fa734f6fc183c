"""Signals, purchases, tiers, trends and recovery cases."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from assets.models import Asset
from customers.choices import PurchaseKind
from customers.models import (
    BusinessSignal,
    Customer,
    CustomerTrend,
    Purchase,
    RecoveryCase,
    TierChange,
)
from employees.permissions import Scope as Range
from reports.queries.breaking import narrowed, paths_of_customers
from reports.queries.declaring import Path, Rows
from reports.queries.requests import Asked
from reports.queries.sources.money import in_warranty, labour, outlays, parts

OF_SIGNAL = {
    **paths_of_customers("customer__"),
    "engineer": "raised_by__employee_no",
    "signal": "status",
}


def signals(by: str) -> Callable[[Asked], QuerySet[BusinessSignal]]:
    def found(asked: Asked) -> QuerySet[BusinessSignal]:
        period = asked.scope.period
        rows = BusinessSignal.objects.visible_to(asked.user).filter(
            **{f"{by}__gte": period.starts, f"{by}__lt": period.ends}
        )
        return narrowed(rows, asked.scope.filters, OF_SIGNAL)

    return found


RAISED = Rows(
    "raised", signals("raised_at"), "signals", OF_SIGNAL, moment="raised_at",
    permission="signals.view",
)  # fmt: skip

SETTLED = Rows(
    "settled", signals("settled_at"), "signals", OF_SIGNAL, moment="settled_at",
    permission="signals.view",
)  # fmt: skip

OF_PURCHASE = {**paths_of_customers("customer__"), "purchase": "kind"}


def purchases(asked: Asked) -> QuerySet[Purchase]:
    period = asked.scope.period
    found = Purchase.objects.filter(bought_on__gte=period.first, bought_on__lt=period.after)
    if asked.user.scope_of("customers.view") != Range.ALL:
        found = found.filter(customer__in=Customer.objects.visible_to(asked.user))
    return narrowed(found, asked.scope.filters, OF_PURCHASE)


def equipment(asked: Asked) -> QuerySet[Purchase]:
    """Equipment that customers bought within the warranty of a device that was served in warranty
    in the period: what the cost of that warranty is measured by (metrics.md).
    """
    served = [
        rows.filter(in_warranty(day, request, own)(asked))
        .order_by()
        .values(device=Coalesce(f"{request}__asset", own))
        for rows, day, request, own in (
            (labour(asked), "worked_on", "task__service_request", "task__asset"),
            (parts(asked), "done_on", "order__service_request", "order__asset"),
            (outlays(asked), "spent_on", "service_request", "task__asset"),
        )
    ]
    begins = Coalesce("installed_on", "delivered_on")
    spell = Asset.objects.annotate(begins=begins).filter(
        Q(pk__in=served[0]) | Q(pk__in=served[1]) | Q(pk__in=served[2]),
        customer=OuterRef("customer"),
        begins__lte=OuterRef("bought_on"),
        warranty_until__gte=OuterRef("bought_on"),
    )
    found = Purchase.objects.filter(
        Exists(spell), kind=PurchaseKind.EQUIPMENT, currency=settings.BASE_CURRENCY
    )
    return narrowed(found, asked.scope.filters, OF_PURCHASE)


EQUIPMENT = Rows(
    "equipment", equipment, "purchases", paths_of_customers("customer__"),
    permission="customers.view_value",
)  # fmt: skip

PURCHASES = Rows(
    "purchases", purchases, "purchases", OF_PURCHASE, day="bought_on",
    permission="customers.view_value",
)  # fmt: skip

OF_MOVE = paths_of_customers("customer__")


def tier_moves(asked: Asked) -> QuerySet[TierChange]:
    """Customers that came from one tier into another; the first tier is no move."""
    period = asked.scope.period
    found = TierChange.objects.filter(
        changed_at__gte=period.starts, changed_at__lt=period.ends, before__isnull=False
    ).exclude(before=F("after"))
    if asked.user.scope_of("customers.view") != Range.ALL:
        found = found.filter(customer__in=Customer.objects.visible_to(asked.user))
    return narrowed(found, asked.scope.filters, OF_MOVE)


TIER_MOVES = Rows(
    "tier_moves", tier_moves, "tier_moves", OF_MOVE, moment="changed_at",
    permission="customers.view_value",
)  # fmt: skip

OF_TREND: dict[str, Path] = {**paths_of_customers("customer__"), "trend": "trend"}


def trends(asked: Asked) -> QuerySet[CustomerTrend]:
    """How each customer was judged on the first day of a month, the last such day by the end of the
    period.
    """
    known = CustomerTrend.objects.filter(month__lte=asked.scope.period.after)
    latest = known.order_by("-month").values_list("month", flat=True).first()
    found = CustomerTrend.objects.visible_to(asked.user)
    found = found.filter(month=latest) if latest else found.none()
    return narrowed(found, asked.scope.filters, OF_TREND)


def recoveries(asked: Asked) -> QuerySet[RecoveryCase]:
    """Opened in the period."""
    period = asked.scope.period
    found = RecoveryCase.objects.visible_to(asked.user).filter(
        opened_at__gte=period.starts, opened_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_TREND)


TRENDS = Rows("trends", trends, "trends", OF_TREND, permission="customers.view_value")

RECOVERIES = Rows(
    "recoveries",
    recoveries,
    "recoveries",
    OF_TREND,
    moment="opened_at",
    permission="customers.view_value",
)
