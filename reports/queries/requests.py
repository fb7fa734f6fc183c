"""Requests: what came in, what is open, what was resolved in what time, who it lies with."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import nsmallest
from typing import Any, cast

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from assets.models import Asset, AssetModel
from crmservice.written import Given, written
from customers.models import Tier
from dispatch.models import Task
from employees.models import Employee, Outlet
from employees.permissions import Scope as Range
from expenses.choices import WAITING as CLAIMS_WAITING
from expenses.models import ExpenseClaim
from orders.choices import Status as OrderStatus
from orders.models import Order
from reports.periods import FILTERS, Period, Preset, Scope
from service_requests.choices import OPEN, Status
from service_requests.models import ServiceRequest

COUNTED = ("service_requests.view", "dispatch.view", "expenses.view", "orders.view")
RINGS = (1, 2, 3)
TOOK = ExpressionWrapper(F("resolved_at") - F("opened_at"), output_field=DurationField())


@dataclass(frozen=True)
class Asked:
    """Which scope is asked for, by whom, when."""

    scope: Scope
    user: Employee
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Nothing is filtered out, neither by the URL nor by what the person may see."""
        return self.sees_all and not self.scope.filters

    @property
    def sees_all(self) -> bool:
        return self.user.scope_of("service_requests.view") == Range.ALL

    @property
    def midnight(self) -> datetime:
        """When today began."""
        zone = self.scope.period.zone
        return datetime.combine(timezone.localtime(self.at, zone).date(), time(), zone)

    @property
    def before(self) -> "Asked":
        """The same of the period before."""
        return replace(self, scope=self.scope.previous)

    def without(self, *names: str) -> "Asked":
        """The same without these filters."""
        return replace(self, scope=self.scope.only(set(FILTERS) - set(names)))


@dataclass(frozen=True)
class Load:
    """What lies with one person."""

    person: Employee
    open_requests: int
    overdue_requests: int
    tasks: int


@dataclass(frozen=True)
class Standing:
    """How many are open, at risk, overdue, waiting, not accepted; since when the oldest is open;
    the most loaded people first, by open requests and unfinished tasks.
    """

    counts: dict[str, int]
    oldest: datetime | None
    loads: list[Load]


COUNTED_NOW = ("open", "at_risk", "overdue", "waiting", "not_accepted")


def requests_of(asked: Asked) -> QuerySet[ServiceRequest]:
    """The requests that the scope's filters leave and the person may see."""
    found: QuerySet[ServiceRequest] = chosen(
        ServiceRequest.objects.visible_to(asked.user), asked, ""
    )
    return found


def of_requests(rows: QuerySet[Any], asked: Asked, path: str = "service_request") -> QuerySet[Any]:
    """What hangs on these requests. Whoever sees all of them has it filtered by joins: the faults
    alone are half of all requests, too many to be listed for a few rows.
    """
    if asked.is_whole:
        return rows
    if asked.sees_all:
        return chosen(rows, asked, f"{path}__")
    return rows.filter(**{f"{path}__in": requests_of(asked)})


def chosen(rows: QuerySet[Any], asked: Asked, request: str) -> QuerySet[Any]:
    """Those that the filters leave; `request` leads from a row to its request."""
    for name, value in asked.scope.filters.items():
        if name == "outlet":
            involved = ServiceRequest.outlets.through.objects.filter(outlet__code=value)
            rows = rows.filter(**{f"{request}pk__in": involved.values("servicerequest")})
        elif name == "model":
            on_devices = Asset.objects.of_model(AssetModel(pk=model_of(value)))
            rows = rows.filter(**{f"{request}asset__in": on_devices.order_by().values("pk")})
        else:
            rows = rows.filter(**{f"{request}{OWN_PATHS.get(name, name)}": value})
    return rows


OWN_PATHS = {
    "tier": "tier__code",
    "region": "customer__province",
    "customer": "customer__code",
    "engineer": "owner__employee_no",
}


def model_of(code: str) -> int:
    """Its key; 0, which none has, for one that does not exist."""
    return AssetModel.objects.filter(code=code).values_list("pk", flat=True).first() or 0


def intake(asked: Asked) -> QuerySet[ServiceRequest]:
    """Opened in the period; merged ones are not counted."""
    period = asked.scope.period
    opened = requests_of(asked).filter(opened_at__gte=period.starts, opened_at__lt=period.ends)
    return opened.exclude(status=Status.MERGED)


def resolved(asked: Asked) -> QuerySet[ServiceRequest]:
    """Resolved in the period, with `took`: the base of the throughput time and of the rings."""
    period = asked.scope.period
    requests = requests_of(asked).filter(
        resolved_at__gte=period.starts, resolved_at__lt=period.ends
    )
    return requests.annotate(took=TOOK)


def in_ring(asked: Asked, ring: int) -> QuerySet[ServiceRequest]:
    """Resolved in the period with this as the highest ring reached."""
    return resolved(asked).filter(highest_ring=ring)


def open_now(asked: Asked, owner: str = "") -> QuerySet[ServiceRequest]:
    """All that are open, or those of the owner with this employee number."""
    requests = requests_of(asked).filter(status__in=OPEN, opened_at__lte=asked.at)
    return requests.filter(owner__employee_no=owner) if owner else requests


def at_risk(asked: Asked) -> QuerySet[ServiceRequest]:
    """An unmet running clock has used 75 % of its target or more."""
    return open_now(asked).filter(next_risk_at__lte=asked.at)


def overdue(asked: Asked, owner: str = "") -> QuerySet[ServiceRequest]:
    return open_now(asked, owner).filter(next_due_at__lte=asked.at)


def waiting(asked: Asked) -> QuerySet[ServiceRequest]:
    return open_now(asked).filter(status=Status.WAITING)


def not_accepted(asked: Asked) -> QuerySet[ServiceRequest]:
    return open_now(asked).filter(accepted_at=None)


def tasks(asked: Asked, engineer: str = "") -> QuerySet[Task]:
    """Tasks that are not finished, of the requests in scope."""
    unfinished = of_requests(Task.objects.visible_to(asked.user).unfinished(), asked)
    return unfinished.filter(assignee__employee_no=engineer) if engineer else unfinished


def standing(asked: Asked, most: int) -> Standing:
    """What is open now, all together and by whom it lies with: read once for both."""
    by_owner = {row["owner"]: row for row in found(lying_with_owners, asked)}
    counts = {name: sum(row[name] for row in by_owner.values()) for name in COUNTED_NOW}
    oldest = min((row["oldest"] for row in by_owner.values()), default=None)
    nothing = dict.fromkeys(COUNTED_NOW, 0)
    lying = [
        Load(each, own["open"], own["overdue"], each.unfinished_tasks)
        for each in found(people_with_tasks, asked)
        if (own := by_owner.get(each.pk, nothing))["open"] or each.unfinished_tasks
    ]
    return Standing(counts, oldest, nsmallest(most, lying, key=_most_loaded))


def lying_with_owners(asked: Asked) -> QuerySet[Any, Any]:
    rows = open_now(asked).order_by().values("owner")
    return rows.annotate(
        open=Count("pk"),
        at_risk=Count("pk", filter=Q(next_risk_at__lte=asked.at)),
        overdue=Count("pk", filter=Q(next_due_at__lte=asked.at)),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
        not_accepted=Count("pk", filter=Q(accepted_at=None)),
        oldest=Min("opened_at"),
    )


def people_with_tasks(asked: Asked) -> QuerySet[Employee]:
    people: QuerySet[Any] = Employee.objects.active().only("employee_no", "name")
    return people.annotate(unfinished_tasks=_per_person(tasks(asked), "assignee"))


def _most_loaded(load: Load) -> tuple[int, int, str]:
    return -load.open_requests, -load.tasks, load.person.employee_no


def _per_person(rows: QuerySet[Any], field: str) -> Coalesce:
    """How many of the rows name the person of the outer query."""
    mine = rows.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(mine.annotate(rows=Count("pk")).values("rows")), 0)


def claims_waiting(asked: Asked) -> QuerySet[ExpenseClaim]:
    """Expense claims that wait for a decision."""
    return ExpenseClaim.objects.visible_to(asked.user).filter(status__in=CLAIMS_WAITING)


def orders_waiting(asked: Asked) -> QuerySet[Order]:
    """Orders that wait for approval."""
    return Order.objects.visible_to(asked.user).filter(status=OrderStatus.IN_APPROVAL)


def instant_of(asked: Asked) -> datetime:
    return min(asked.scope.period.ends, asked.at)


def age_class(at: datetime) -> Case:
    days = {1: 1, 2: 3, 3: 7, 4: 30}
    return Case(
        *(When(opened_at__gt=at - timedelta(days=most), then=key) for key, most in days.items()),
        default=5,
        output_field=IntegerField(),
    )


def choices_of_filters() -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """The outlets (code, name) and the tiers (code, Chinese and English name), in one statement."""
    rows = sorted(written(tiers_and_outlets).rows())
    return (
        [(code, name) for sort, _rank, code, name, _same in rows if sort == "outlet"],
        [(code, zh, en) for sort, _rank, code, zh, en in rows if sort == "tier"],
    )


def tiers_and_outlets() -> QuerySet[Any, Any]:
    tiers = Tier.objects.values_list(Value("tier"), "rank", "code", "name_zh", "name_en")
    outlets = Outlet.objects.values_list(Value("outlet"), Value(0), "code", "name", "name")
    return tiers.order_by().union(outlets.order_by(), all=True)


# What is asked without filters is written once for each scope


class Reader:
    """Stands in a statement for who asks: with their scopes, and names for who and where they are;
    what else a statement wanted to know of them would be an error.
    """

    pk, outlet_id, is_active = Given("reader"), Given("outlet"), True
    scoped = Employee.scoped

    def __init__(self, scopes: Iterable[Range | None]) -> None:
        self.scopes = dict(zip(COUNTED, scopes, strict=True))

    def scope_of(self, action: str) -> Range | None:
        return self.scopes[action]


class NamedPeriod(Period):
    starts, ends = Given("starts"), Given("ends")  # type: ignore[assignment]


class Named(Asked):
    """A question with names where its moments would be."""

    midnight = Given("midnight")  # type: ignore[assignment]


def found(rows: Callable[..., QuerySet[Any, Any]], asked: Asked, *of: Hashable) -> list[Any]:
    """What `rows(asked, *of)` finds; without filters, by a statement that is written once."""
    if asked.scope.filters or not asked.user.is_active:
        return list(rows(asked, *of))
    scopes = tuple(asked.user.scope_of(action) for action in COUNTED)
    statement, period = written(of_reader, rows, scopes, *of), asked.scope.period
    values = {
        "reader": asked.user.pk,
        "outlet": asked.user.outlet_id,
        "at": asked.at,
        "midnight": asked.midnight,
        "starts": period.starts,
        "ends": period.ends,
    }
    return statement.rows(**{name: values[name] for name in statement.names})


def of_reader(
    rows: Callable[..., QuerySet[Any, Any]], scopes: tuple[Range | None, ...], *of: Hashable
) -> QuerySet[Any, Any]:
    period: Any = NamedPeriod(date.min, date.max, UTC)
    at, reader = cast("datetime", Given("at")), cast("Employee", Reader(scopes))
    return rows(Named(Scope(period, Preset.CUSTOM), reader, at), *of)
