"""Cost to serve of the requests in scope, by the day of the work, and the rows behind it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from crmservice.money import ZERO
from dispatch.models import TimeEntry
from expenses import queries as expenses_app
from expenses.choices import Category
from expenses.models import ExpenseLine
from orders.models import OrderLine
from reports.choices import Work
from reports.models import WorkFact
from reports.queries import factual
from reports.queries.requests import Asked, of_requests

CENT = Decimal("0.01")
IS_OUTSIDE = Q(category=Category.OUTSIDE_SERVICE)


@dataclass(frozen=True)
class Cost:
    """In base currency; `hours` are those of the labour."""

    labour: Decimal
    hours: Decimal
    parts: Decimal
    expenses: Decimal
    outside: Decimal

    @property
    def total(self) -> Decimal:
        return self.labour + self.parts + self.expenses + self.outside


def cost_to_serve(asked: Asked, *, by_facts: bool) -> Cost:
    """The sums of the rows below, three statements, or of their facts, one."""
    found = sums_of_facts(asked) if by_facts else sums_of_rows(asked)
    return Cost(
        labour=in_hundredths(found["labour"]),
        hours=(found["hours"] or ZERO).quantize(CENT),
        parts=in_hundredths(found["parts"]),
        expenses=in_hundredths(found["inside"]),
        outside=in_hundredths(found["outside"]),
    )


def sums_of_rows(asked: Asked) -> dict[str, Any]:
    return (
        labour(asked).aggregate(labour=Sum("cents"), hours=Sum("hours"))
        | parts(asked).aggregate(parts=Sum("cents"))
        | spending(asked).aggregate(
            inside=Sum("cents", filter=~IS_OUTSIDE), outside=Sum("cents", filter=IS_OUTSIDE)
        )
    )


def sums_of_facts(asked: Asked) -> dict[str, Any]:
    """Of the work of the period what was done for a request."""
    period = asked.scope.period
    facts = WorkFact.objects.filter(
        source__in=(Work.LABOUR, Work.PARTS, Work.OUTLAYS),
        day__gte=period.first,
        day__lt=period.after,
        request__isnull=False,
    )
    is_labour, is_outlay = Q(source=Work.LABOUR), Q(source=Work.OUTLAYS)
    found = factual.of_requests(facts, asked).aggregate(
        labour=Sum("cents", filter=is_labour),
        hours=Sum("hours", filter=is_labour),
        parts=Sum("cents", filter=Q(source=Work.PARTS)),
        inside=Sum("cents", filter=is_outlay & ~IS_OUTSIDE),
        outside=Sum("cents", filter=is_outlay & IS_OUTSIDE),
    )
    return found | {"hours": in_hundredths(found["hours"])}


def in_hundredths(whole: int | None) -> Decimal:
    """Cents as money, and so on."""
    return (whole or 0) * CENT


def labour(asked: Asked) -> QuerySet[TimeEntry]:
    """Hours of labour and travel, each with `rate` and `cents`."""
    entries = expenses_app.labour_entries(None, _period(asked))
    return _of_requests(entries, "task__service_request", asked)


def parts(asked: Asked) -> QuerySet[OrderLine]:
    """Parts used, whoever pays, each with `cents`."""
    lines = expenses_app.part_lines(None, _period(asked))
    return _of_requests(lines, "order__service_request", asked)


def spending(asked: Asked) -> QuerySet[ExpenseLine]:
    """Approved and paid lines, outside services among them, each with `cents`."""
    lines = expenses_app.expense_lines(None, _period(asked))
    return _of_requests(lines, "service_request", asked)


def expenses(asked: Asked) -> QuerySet[ExpenseLine]:
    return spending(asked).exclude(IS_OUTSIDE)


def outside(asked: Asked) -> QuerySet[ExpenseLine]:
    return spending(asked).filter(IS_OUTSIDE)


def _period(asked: Asked) -> expenses_app.Period:
    period = asked.scope.period
    return expenses_app.Period(period.first, period.after)


def _of_requests(rows: QuerySet[Any], path: str, asked: Asked) -> QuerySet[Any]:
    """What was done for a request; general cost serves nobody in particular."""
    if asked.is_whole:
        return rows.filter(**{f"{path}__isnull": False})
    return of_requests(rows, asked, path)
