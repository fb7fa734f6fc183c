"""What it cost and brought, what was claimed, contracts and offers."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from contracts.choices import Status as ContractStatus
from contracts.models import ServiceContract
from customers.models import Customer
from employees.permissions import Scope as Range
from expenses import queries as expenses_app
from expenses.choices import CLAIMED
from expenses.models import Budget, ExpenseLine
from orders.models import Quotation
from reports.queries.breaking import narrowed, paths_of_customers
from reports.queries.declaring import Path, Rows
from reports.queries.facts import covers
from reports.queries.factual import FACTS
from reports.queries.requests import Asked
from service_requests.models import ServiceRequest

# What it cost and brought, by the day of the work. Whatever belongs to a request belongs to that
# request's customer, model and contract; what has none to those it names itself.


def paths_of_work(request: str, customer: str, asset: str, contract: str) -> dict[str, Path]:
    def either(name: str, own: str) -> Path:
        through = When(**{f"{request}__isnull": False}, then=F(f"{request}__{name}"))
        return Case(through, default=F(own), output_field=CharField())

    return {
        "customer": Coalesce(f"{request}__customer__code", f"{customer}__code"),
        "region": Coalesce(f"{request}__customer__province", f"{customer}__province"),
        "tier": Coalesce(f"{request}__tier__code", f"{customer}__tier__code"),
        "contract": either("contract__number", f"{contract}__number"),
        "contract_type": either("contract__type__code", f"{contract}__type__code"),
        "model": Coalesce(
            f"{request}__asset__root__model__code",
            f"{request}__asset__model__code",
            f"{asset}__root__model__code",
            f"{asset}__model__code",
        ),
        "kind": f"{request}__kind",
        "fault": f"{request}__fault_code__code",
    }


OF_LABOUR = {
    **paths_of_work("task__service_request", "task__customer", "task__asset", "task__contract"),
    "engineer": "employee__employee_no",
    "outlet": "employee__outlet__code",
}

OF_LINES = {
    **paths_of_work("order__service_request", "order__customer", "order__asset", "order__contract"),
    "engineer": "engineer__employee_no",
    "outlet": "order__service_request__owner__outlet__code",
    "part": "part__part_no",
    "charged": "charged_to",
}

OF_OUTLAYS = {
    **paths_of_work("service_request", "customer", "task__asset", "task__contract"),
    "engineer": "claim__claimant__employee_no",
    "outlet": "claim__claimant__outlet__code",
    "category": "category",
}


def of_somebody(
    rows: QuerySet[Any], asked: Asked, request: str, customer: str, paths: Mapping[str, Path]
) -> QuerySet[Any]:
    """What was done for a request or a customer; general cost serves nobody in particular."""
    rows = rows.filter(Q(**{f"{request}__isnull": False}) | Q(**{f"{customer}__isnull": False}))
    if asked.user.scope_of("service_requests.view") != Range.ALL:
        seen = ServiceRequest.objects.visible_to(asked.user).order_by().values("pk")
        theirs = Customer.objects.visible_to(asked.user).order_by().values("pk")
        own = Q(**{request: None, f"{customer}__in": theirs})
        rows = rows.filter(Q(**{f"{request}__in": seen}) | own)
    return narrowed(rows, asked.scope.filters, paths)


def span_of(asked: Asked) -> expenses_app.Period:
    period = asked.scope.period
    return expenses_app.Period(period.first, period.after)


def labour(asked: Asked) -> QuerySet[Any]:
    rows = expenses_app.labour_entries(None, span_of(asked))
    return of_somebody(rows, asked, "task__service_request", "task__customer", OF_LABOUR)


def parts(asked: Asked) -> QuerySet[Any]:
    rows = expenses_app.part_lines(None, span_of(asked))
    return of_somebody(rows, asked, "order__service_request", "order__customer", OF_LINES)


def billed(asked: Asked) -> QuerySet[Any]:
    rows = expenses_app.billed_lines(None, span_of(asked))
    return of_somebody(rows, asked, "order__service_request", "order__customer", OF_LINES)


def outlays(asked: Asked) -> QuerySet[Any]:
    rows = expenses_app.expense_lines(None, span_of(asked))
    return of_somebody(rows, asked, "service_request", "customer", OF_OUTLAYS)


def in_warranty(day: str, request: str, own: str) -> Callable[[Asked], Q]:
    """The device was in warranty on the day of the work."""

    def condition(_asked: Asked) -> Q:
        return covers(f"{request}__asset", day) | Q(**{request: None}) & covers(own, day)

    return condition


LABOUR = Rows(
    "labour", labour, "labour", OF_LABOUR, day="worked_on", permission="costs.view",
    facts=FACTS["labour"],
)  # fmt: skip

HOURS = Rows(
    "hours", labour, "hours", OF_LABOUR, day="worked_on", permission="dispatch.view",
    facts=FACTS["hours"],
)  # fmt: skip

PARTS = Rows(
    "parts", parts, "parts", OF_LINES, day="done_on", permission="costs.view",
    facts=FACTS["parts"],
)  # fmt: skip

USED = Rows(
    "used", parts, "used", OF_LINES, day="done_on", permission="orders.view", facts=FACTS["used"]
)

OUTLAYS = Rows(
    "outlays", outlays, "expenses", OF_OUTLAYS, day="spent_on", permission="costs.view",
    facts=FACTS["outlays"],
)  # fmt: skip

BILLED = Rows(
    "billed", billed, "billed", OF_LINES, day="done_on", permission="costs.view",
    facts=FACTS["billed"],
)  # fmt: skip


def claimed(asked: Asked) -> QuerySet[ExpenseLine]:
    """Every line that was submitted and not refused, of requests and of general cost."""
    period = asked.scope.period
    found = ExpenseLine.objects.visible_to(asked.user).filter(
        claim__status__in=CLAIMED, spent_on__gte=period.first, spent_on__lt=period.after
    )
    found = found.annotate(cents=expenses_app.line_cents()).exclude(approved_amount=0)
    return narrowed(found, asked.scope.filters, OF_OUTLAYS)


def budgets(asked: Asked) -> QuerySet[Budget]:
    """Of the months that begin in the period."""
    period = asked.scope.period
    found = Budget.objects.filter(month__gte=period.first, month__lt=period.after)
    return narrowed(found, asked.scope.filters, {"outlet": "outlet__code"})


CLAIMED_LINES = Rows(
    "claimed", claimed, "claimed", OF_OUTLAYS, day="spent_on", permission="expenses.view"
)

BUDGETS = Rows(
    "budgets", budgets, "budgets", {"outlet": "outlet__code"}, day="month",
    permission="expenses.keep_policies",
)  # fmt: skip

# Contracts, offers, signals, purchases

OF_CONTRACT: dict[str, Path] = {
    **paths_of_customers("customer__"),
    "contract": "number",
    "contract_type": "type__code",
}

HELD = (
    ContractStatus.ACTIVE,
    ContractStatus.SUSPENDED,
    ContractStatus.EXPIRED,
    ContractStatus.TERMINATED,
    ContractStatus.RENEWED,
)


def contracts(asked: Asked) -> QuerySet[ServiceContract]:
    """In force on some day of the period."""
    period = asked.scope.period
    found = ServiceContract.objects.visible_to(asked.user).filter(
        Q(terminated_on=None) | Q(terminated_on__gt=period.first),
        status__in=HELD,
        starts_on__lt=period.after,
        ends_on__gte=period.first,
    )
    return narrowed(found, asked.scope.filters, OF_CONTRACT)


CONTRACTS = Rows("contracts", contracts, "contracts", OF_CONTRACT, permission="contracts.view")

OF_OFFER = {
    **paths_of_customers("order__customer__"),
    "engineer": "sent_by__employee_no",
    "kind": "order__service_request__kind",
}


def offers(asked: Asked) -> QuerySet[Quotation]:
    """Decided in the period: accepted, declined, lapsed."""
    period = asked.scope.period
    found = Quotation.objects.visible_to(asked.user).decided()
    found = found.filter(decided_at__gte=period.starts, decided_at__lt=period.ends)
    return narrowed(found, asked.scope.filters, OF_OFFER)


OFFERS = Rows("offers", offers, "offers", OF_OFFER, moment="decided_at", permission="orders.view")
