"""Who supplies whom, who belongs to whom, and what was bought: what a customer's page tells."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import ExpressionWrapper, F, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import ExtractYear
from django.db.models.lookups import LessThan
from django_cte import CTE, with_cte

from crmservice.money import ZERO
from customers.choices import PurchaseKind
from customers.models import Customer, Purchase
from employees.models import Employee

DEEPEST = 20
MOST_SHOWN = 50


@dataclass(frozen=True)
class Relative:
    """A customer at so many steps; 1 is next to it."""

    customer: Customer
    depth: int


def suppliers_of(customer: Customer, user: Employee) -> list[Relative]:
    """Who supplies the customer, and who supplies them, to any depth; the nearest first."""
    return shown(above(customer, "supplier"), user) if customer.supplier_id else []


def supplied_by(customer: Customer, user: Employee) -> list[Relative]:
    """Whom the customer supplies, directly and through others, to any depth; the nearest first."""
    return shown(below(customer.pk, "supplier"), user)


def subsidiaries_of(customer: Customer, user: Employee) -> list[Relative]:
    """What belongs to the customer, to any depth; the nearest first."""
    return shown(below(customer.pk, "parent"), user)


def stands_above(one: Customer, other: Customer, relation: str) -> bool:
    """Whether `one` is the other's supplier (or parent), directly or through others."""
    return one.pk == other.pk or above(other, relation).filter(pk=one.pk).exists()


def below(key: int, relation: str) -> QuerySet[Customer]:
    """The customers under one, by `supplier` or `parent`, with their `depth`."""

    def step(cte: CTE) -> QuerySet[Any]:
        rows = Customer.objects.order_by()
        nearest = rows.filter(**{relation: key}).values("pk", depth=number(1))
        further = (
            cte.join(rows, **{relation: cte.col.pk})
            .filter(is_not_too_deep(cte))
            .values("pk", depth=cte.col.depth + number(1))
        )
        return nearest.union(further, all=True)

    return reached(step)


def above(customer: Customer, relation: str) -> QuerySet[Customer]:
    """The customers over one, by `supplier` or `parent`, with their `depth`."""

    def step(cte: CTE) -> QuerySet[Any]:
        rows = Customer.objects.order_by()
        above_it = F(f"{relation}_id")
        first = getattr(customer, f"{relation}_id")
        nearest = rows.filter(pk=first).values("pk", up=above_it, depth=number(1))
        further = (
            cte.join(rows, pk=cte.col.up)
            .filter(is_not_too_deep(cte))
            .values("pk", up=above_it, depth=cte.col.depth + number(1))
        )
        return nearest.union(further, all=True)

    return reached(step)


def reached(step: Any) -> QuerySet[Customer]:
    cte = CTE.recursive(step)
    rows = cte.join(Customer, pk=cte.col.pk).annotate(depth=cte.col.depth)
    return with_cte(cte, select=rows).order_by("depth", "name", "pk")


def is_not_too_deep(cte: CTE) -> LessThan:
    """A bound for the walk, should an import have brought a circle."""
    return LessThan(ExpressionWrapper(cte.col.depth, output_field=IntegerField()), DEEPEST)


def shown(rows: QuerySet[Customer], user: Employee) -> list[Relative]:
    """The relatives that `user` may see."""
    seen = rows.filter(pk__in=Customer.objects.visible_to(user).living().values("pk"))
    return [Relative(each, each.depth) for each in seen.select_related("tier")[:MOST_SHOWN]]  # type: ignore[attr-defined]


def number(value: int) -> Value:
    return Value(value, output_field=IntegerField())


def purchases_by_year(customer: Customer) -> list[dict[str, Any]]:
    """Per year, the newest first, what was bought of each kind and in all (base currency)."""
    sums = (
        Purchase.objects.filter(customer=customer)
        .order_by()
        .annotate(year=ExtractYear("bought_on"))
        .values_list("year", "kind")
        .annotate(Sum("amount"))
    )
    years: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for year, kind, amount in sums:
        years[year][kind] = amount
    return [
        {
            "year": year,
            "amounts": [kinds.get(kind, ZERO) for kind in PurchaseKind],
            "total": sum(kinds.values(), start=ZERO),
        }
        for year, kinds in sorted(years.items(), reverse=True)
    ]
