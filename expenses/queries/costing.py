"""Cost to serve: labour + parts + expenses + outside services, by the date of the work.

The definitions are those of metrics.md. Labour is time entries × the cost rate of the day, rounded
once per entry; order lines of labour are what it was sold for and never cost. Parts are the cost on
the order lines, whoever pays, free replacements among them, less the cost of what came back and can
be sold again. Billed is what the lines charge less what credit notes gave back of it, both on the
day of the work (ADR 0064). Expenses are what is approved or paid of the lines, in the base
currency, those of outside services on their own.

Whatever belongs to a request belongs to that request's customer, asset and contract as the request
names them now; what has no request belongs to what it names itself. So each view is another
grouping of the same rows, and all of them add up to the same sum.

Rows carry `cents`, worked out in whole numbers, so that both databases round alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Round

from assets.models import Asset
from assets.queries import below
from contracts.models import ServiceContract
from crmservice.money import ZERO
from customers.models import Customer
from dispatch.models import PartUse, TimeEntry
from employees.models import CostRate
from expenses.choices import COUNTED, Category, Share
from expenses.models import ExpenseLine
from orders.choices import SOLD, LineKind
from orders.choices import Status as OrderStatus
from orders.models import OrderLine
from service_requests.models import ServiceRequest

Subject = ServiceRequest | Asset | ServiceContract | Customer
Rows = TypeVar("Rows", bound="QuerySet[Any]")
CENT = Decimal("0.01")
MICRO = 10**6
GROUPS = ("request", "asset", "contract", "customer")


class Period(NamedTuple):
    """Half-open [first, end) in the organisation's dates; None is open."""

    first: date | None = None
    end: date | None = None


ALWAYS = Period()


@dataclass(frozen=True)
class Cost:
    """What serving cost and earned, in base currency."""

    labour: Decimal = ZERO
    parts: Decimal = ZERO
    expenses: Decimal = ZERO
    outside: Decimal = ZERO
    billed: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Cost to serve."""
        return self.labour + self.parts + self.expenses + self.outside

    @property
    def result(self) -> Decimal:
        """What was billed less what it cost."""
        return self.billed - self.total

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(*(getattr(self, part) + getattr(other, part) for part in Share.values))


def cost_of(subject: Subject, period: Period = ALWAYS) -> Cost:
    """Cost to serve of one request, asset (all that is in it), contract or customer; one query."""
    spent = expense_lines(subject, period).annotate(share=share_of_line())
    labour, parts, outlays, billed = (
        rows.order_by().values_list(share).annotate(sum=Sum("cents"))
        for rows, share in (
            (labour_entries(subject, period), named(Share.LABOUR)),
            (part_lines(subject, period), named(Share.PARTS)),
            (spent, F("share")),
            (billed_lines(subject, period), named(Share.BILLED)),
        )
    )
    sums = labour.union(parts, outlays, billed, all=True)
    return Cost(**{share: cents * CENT for share, cents in sums if cents is not None})


def cost_by(group: str, period: Period = ALWAYS) -> dict[int | None, Cost]:
    """Cost to serve of every request, asset, contract or customer at once; 4 queries.

    `group` is one of GROUPS; None stands for what belongs to none of them. Raises KeyError for
    another group.
    """
    costs: dict[int | None, Cost] = defaultdict(Cost)
    for share, rows in (
        (Share.LABOUR, labour_entries(None, period)),
        (Share.PARTS, part_lines(None, period)),
    ):
        for key, cents in grouped(rows, group, Sum("cents")):
            costs[key] += Cost(**{share.value: cents * CENT})
    spent = expense_lines(None, period).annotate(share=share_of_line())
    for key, share, cents in grouped(spent, group, Sum("cents"), "share"):
        costs[key] += Cost(**{share: cents * CENT})
    for key, cents in grouped(billed_lines(None, period), group, Sum("cents")):
        costs[key] += Cost(billed=cents * CENT)
    return dict(costs)


def rows_of(share: Share, subject: Subject, period: Period = ALWAYS) -> QuerySet[Any]:
    """The rows behind one number; each with `cents`, their sum is the number."""
    found: dict[Share, QuerySet[Any]] = {
        Share.LABOUR: labour_entries(subject, period),
        Share.PARTS: part_lines(subject, period),
        Share.EXPENSES: expense_lines(subject, period).exclude(category=Category.OUTSIDE_SERVICE),
        Share.OUTSIDE: expense_lines(subject, period).filter(category=Category.OUTSIDE_SERVICE),
        Share.BILLED: billed_lines(subject, period),
    }
    return found[share]


def labour_entries(subject: Subject | None, period: Period = ALWAYS) -> QuerySet[TimeEntry]:
    """Hours with `rate`, the cost rate valid on their day (none known: 0), and `cents`."""
    rates = CostRate.objects.filter(
        employee=OuterRef("employee"), valid_from__lte=OuterRef("worked_on")
    ).order_by("-valid_from")
    rate = Coalesce(Subquery(rates.values("per_hour")[:1]), ZERO)
    entries = of_subject(TimeEntry.objects.all(), "task__", subject)
    return within(entries, "worked_on", period).annotate(
        rate=rate, cents=(hundredths("hours") * hundredths("rate") + 50) / 100
    )


def part_lines(subject: Subject | None, period: Period = ALWAYS) -> QuerySet[OrderLine]:
    """Parts with what they cost, whoever pays, replacements too; what came back as new is no cost.

    What went into a device is cost even where its order was cancelled.
    """
    used = Exists(PartUse.objects.filter(order_line=OuterRef("pk")))
    parts = OrderLine.objects.filter(kind=LineKind.PART)
    parts = parts.filter(~Q(order__status=OrderStatus.CANCELLED) | used)
    parts = of_subject(parts, "order__", subject)
    return within(parts, "done_on", period).annotate(
        cents=hundredths("cost") - hundredths("cost_back")
    )


def expense_lines(subject: Subject | None, period: Period = ALWAYS) -> QuerySet[ExpenseLine]:
    """What is approved or paid of the outlays, in base currency by the rate of their claim; a line
    that was refused is none.
    """
    lines = ExpenseLine.objects.filter(claim__status__in=COUNTED).exclude(approved_amount=0)
    lines = of_subject(lines, "", subject)
    return within(lines, "spent_on", period).annotate(cents=line_cents())


def billed_lines(subject: Subject | None, period: Period = ALWAYS) -> QuerySet[OrderLine]:
    """What approved orders charge the customer less what was credited of it, by the date of the
    work, in base currency.
    """
    lines = OrderLine.objects.filter(charged_to="billed", order__status__in=SOLD)
    lines = of_subject(lines, "order__", subject)
    return within(lines, "done_on", period).annotate(
        cents=hundredths("base_amount") - hundredths("credited_base")
    )


# Whose rows

OWN_FIELDS = {
    "task__": {"asset": "task__asset", "contract": "task__contract", "customer": "task__customer"},
    "order__": {
        "asset": "order__asset",
        "contract": "order__contract",
        "customer": "order__customer",
    },
    "": {"asset": "task__asset", "contract": "task__contract", "customer": "customer"},
}


def of_subject(rows: Rows, prefix: str, subject: Subject | None) -> Rows:
    """The rows of a subject: through their request, or for lack of one by what they name.

    The two halves are found apart and united by key, so that each can use its index.
    """
    if subject is None:
        return rows
    group, keys = keys_of(subject)
    request = f"{prefix}service_request"
    if group == "request":
        return rows.filter(**{request: subject})
    requests = ServiceRequest.objects.filter(**{f"{group}__in": keys}).order_by().values("pk")
    own = {request: None, f"{OWN_FIELDS[prefix][group]}__in": keys}
    found = rows.filter(**own).order_by().values("pk")
    through = rows.filter(**{f"{request}__in": requests}).order_by().values("pk")
    return rows.filter(pk__in=through.union(found, all=True))


def keys_of(subject: Subject) -> tuple[str, list[int]]:
    """The group of a subject and the keys that it means: an asset with all that is in it."""
    match subject:
        case ServiceRequest():
            return "request", [subject.pk]
        case Customer():
            return "customer", [subject.pk]
        case ServiceContract():
            return "contract", [subject.pk]
    return "asset", [subject.pk, *below(subject.pk).values_list("pk", flat=True)]


def within(rows: Rows, field: str, period: Period) -> Rows:
    if period.first is not None:
        rows = rows.filter(**{f"{field}__gte": period.first})
    if period.end is not None:
        rows = rows.filter(**{f"{field}__lt": period.end})
    return rows


def grouped(
    rows: QuerySet[Any], group: str, figure: Sum, *further: str
) -> Iterable[tuple[Any, ...]]:
    """The figure per key of the group."""
    if group not in GROUPS:
        raise KeyError(group)
    prefix = {TimeEntry: "task__", OrderLine: "order__", ExpenseLine: ""}[rows.model]
    request = f"{prefix}service_request"
    if group == "request":
        key: Any = F(request)
    else:
        own = F(OWN_FIELDS[prefix][group])
        through = When(**{f"{request}__isnull": False}, then=F(f"{request}__{group}"))
        key = Case(through, default=own)
    keyed = rows.order_by().annotate(group_key=key)
    return keyed.values_list("group_key", *further).annotate(figure=figure)


# In whole numbers


def hundredths(of: str | Coalesce) -> Cast:
    """A column of two decimals as a whole number of hundredths."""
    column = F(of) if isinstance(of, str) else of
    return Cast(Round(column * 100), BigIntegerField())


def line_cents() -> Any:
    """What is left of an expense line, in base currency."""
    rate = Cast(Round(F("claim__rate") * MICRO), BigIntegerField())
    return (hundredths(Coalesce("approved_amount", "amount")) * rate + MICRO // 2) / MICRO


def named(share: Share) -> Value:
    return Value(share.value, output_field=models.CharField())


def share_of_line() -> Case:
    return Case(
        When(category=Category.OUTSIDE_SERVICE, then=Value(Share.OUTSIDE.value)),
        default=Value(Share.EXPENSES.value),
        output_field=models.CharField(),
    )
