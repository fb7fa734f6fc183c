"""The rows that reports count, each kind once: of the period and filters, seen by the person."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from assets.models import Asset
from contracts.choices import Status as ContractStatus
from contracts.models import ServiceContract
from customers.choices import PurchaseKind
from customers.models import (
    BusinessSignal,
    Customer,
    CustomerTrend,
    Purchase,
    RecoveryCase,
    TierChange,
)
from dispatch.choices import AT_THE_CUSTOMER, CARRIED_OUT
from dispatch.choices import Kind as TaskKind
from dispatch.choices import Status as TaskStatus
from dispatch.models import Task
from employees.models import Employee, JudgedRecord, Omission
from employees.permissions import Scope as Range
from expenses import queries as expenses_app
from expenses.choices import CLAIMED
from expenses.models import Budget, ExpenseLine
from knowledge.models import Article
from orders.choices import MoveKind
from orders.models import Quotation, Replenishment, StockLevel, StockMove
from reports.queries import clocks, planned, requests
from reports.queries.breaking import narrowed, paths_of_customers, paths_of_requests
from reports.queries.declaring import Path, Rows
from reports.queries.facts import covers
from reports.queries.factual import FACTS
from reports.queries.requests import Asked, age_class, instant_of, of_requests, requests_of
from service_requests.choices import HandoverStatus, Kind, Status, Target
from service_requests.models import Handover, ServiceRequest, Survey, SurveyScore

MINUTE = timedelta(minutes=1)
OF_REQUEST = paths_of_requests()
THROUGH_REQUEST = paths_of_requests("service_request__")


def took(until: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(until) - F("opened_at"), output_field=DurationField())


# Requests


def opened(asked: Asked) -> QuerySet[ServiceRequest]:
    """Opened in the period, with the time that each step took."""
    return requests.intake(asked).annotate(
        response=took("responded_at"), arrival=took("arrived_at"), restore=took("restored_at")
    )


def backlog(asked: Asked) -> QuerySet[ServiceRequest]:
    """Open at the end of the period, or now where it is not over: with their `age`."""
    at = instant_of(asked)
    resolved, cancelled = Q(resolved_at=None) | Q(resolved_at__gt=at), Q(cancelled_at=None)
    found = requests_of(asked).filter(
        resolved, cancelled | Q(cancelled_at__gt=at), opened_at__lte=at
    )
    age = ExpressionWrapper(
        Value(at, output_field=None) - F("opened_at"), output_field=DurationField()
    )
    return found.exclude(status=Status.MERGED).annotate(age=age, age_class=age_class(at))


def visited(asked: Asked) -> QuerySet[ServiceRequest]:
    """Resolved in the period with at least one on-site task that was carried out, with how many."""
    return requests.resolved(asked).annotate(visits=visits_of()).filter(visits__gte=1)


def visits_of() -> Coalesce:
    carried_out = Task.objects.filter(
        service_request=OuterRef("pk"), kind=TaskKind.ONSITE, status__in=CARRIED_OUT
    )
    count = carried_out.order_by().values("service_request").annotate(count=Count("pk"))
    return Coalesce(Subquery(count.values("count")), 0)


def faults(asked: Asked) -> QuerySet[ServiceRequest]:
    return requests.intake(asked).filter(kind=Kind.FAULT)


def opened_today(asked: Asked) -> QuerySet[ServiceRequest]:
    return (
        requests_of(asked)
        .filter(opened_at__gte=midnight(asked), opened_at__lte=asked.at)
        .exclude(status=Status.MERGED)
    )


def midnight(asked: Asked) -> datetime:
    zone = asked.scope.period.zone
    return datetime.combine(timezone.localtime(asked.at, zone).date(), time(), zone)


OPENED = Rows(
    "opened",
    opened,
    "opened_requests",
    OF_REQUEST,
    moment="opened_at",
    facts=FACTS["opened"],
)
OPENED_TODAY = Rows("opened_today", opened_today, "opened_requests", OF_REQUEST)
RESOLVED = Rows(
    "resolved",
    requests.resolved,
    "resolved_requests",
    {**OF_REQUEST, "ring": "highest_ring", "article": "solved_by__number"},
    moment="resolved_at",
    facts=FACTS["resolved"],
)
VISITED = Rows(
    "visited",
    visited,
    "resolved_requests",
    OF_REQUEST,
    moment="resolved_at",
    facts=FACTS["visited"],
)
FAULTS = Rows(
    "faults",
    faults,
    "opened_requests",
    OF_REQUEST,
    moment="opened_at",
    facts=FACTS["faults"],
)
OPEN_NOW = Rows("open_now", requests.open_now, "open_requests", OF_REQUEST)
BACKLOG = Rows(
    "backlog",
    backlog,
    "backlog",
    {**OF_REQUEST, "age": "age_class"},
    facts=FACTS["backlog"],
)


# What was promised


def arrivals_today(asked: Asked) -> QuerySet[Any]:
    """Arrival clocks that were decided today: somebody came, or the time passed."""
    since = midnight(asked)
    came = Q(stopped_at__gte=since, stopped_at__lte=asked.at, cancelled=False)
    passed = Q(breached_at__gte=since, breached_at__lte=asked.at)
    overdue = Q(stopped_at=None, breached_at=None, due_at__gte=since, due_at__lte=asked.at)
    found = clocks.all_clocks(asked).filter(came | passed | overdue, target=Target.ARRIVAL)
    return found.exclude(cancelled=True, breached_at=None)


CLOCKS = Rows(
    "clocks",
    clocks.clocks_of,
    "clocks",
    {**THROUGH_REQUEST, "target": "target"},
    moment="service_request__opened_at",
    facts=FACTS["clocks"],
)
ARRIVALS_TODAY = Rows("arrivals_today", arrivals_today, "clocks", THROUGH_REQUEST)


# Hand-overs and tasks


def handovers(asked: Asked) -> QuerySet[Handover]:
    """Questions to other departments that were asked in the period and not taken back."""
    period = asked.scope.period
    found = Handover.objects.exclude(status=HandoverStatus.WITHDRAWN)
    found = found.filter(asked_at__gte=period.starts, asked_at__lt=period.ends)
    return of_requests(found, asked)


def answered_late(asked: Asked) -> Q:
    """Not answered by the time that was given."""
    return Q(answered_at__gt=F("due_at")) | Q(answered_at=None, due_at__lte=asked.at)


HANDOVERS = Rows(
    "handovers",
    handovers,
    "handovers",
    {**THROUGH_REQUEST, "department": "department"},
    moment="asked_at",
)

TASK_PATHS: dict[str, Path] = {
    "engineer": "assignee__employee_no",
    "outlet": "assignee__outlet__code",
    "customer": "customer__code",
    "tier": "customer__tier__code",
    "region": "customer__province",
    "model": Coalesce("asset__root__model__code", "asset__model__code"),
    "kind": "service_request__kind",
}


def finished(asked: Asked) -> QuerySet[Task]:
    """Carried out in the period."""
    period = asked.scope.period
    found = Task.objects.visible_to(asked.user).filter(
        status__in=CARRIED_OUT, finished_at__gte=period.starts, finished_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, TASK_PATHS)


def out_now(asked: Asked) -> QuerySet[Task]:
    """Visits under way: somebody travels, is on site, or works there."""
    found = Task.objects.visible_to(asked.user).filter(
        status__in=(TaskStatus.TRAVELLING, TaskStatus.ON_SITE, TaskStatus.WORKING),
        kind__in=AT_THE_CUSTOMER,
    )
    return narrowed(found, asked.scope.filters, TASK_PATHS)


TASKS = Rows(
    "tasks", finished, "tasks", TASK_PATHS, moment="finished_at", permission="dispatch.view"
)
OUT_NOW = Rows("out_now", out_now, "tasks", TASK_PATHS, permission="dispatch.view")


# What was said


def paths_of_surveys(prefix: str = "") -> dict[str, Path]:
    """Of a request, or of a customer who was asked without one."""
    request, customer = f"{prefix}service_request__", f"{prefix}customer__"
    return {
        **paths_of_requests(request),
        "customer": Coalesce(f"{request}customer__code", f"{customer}code"),
        "region": Coalesce(f"{request}customer__province", f"{customer}province"),
        "tier": Coalesce(f"{request}tier__code", f"{customer}tier__code"),
    }


def answered(asked: Asked) -> QuerySet[Survey]:
    """Answered in the period, of a request or of a quarter's sample."""
    period = asked.scope.period
    found = Survey.objects.visible_to(asked.user).filter(
        answered_at__gte=period.starts, answered_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_SURVEY)


def sent(asked: Asked) -> QuerySet[Survey]:
    period = asked.scope.period
    found = Survey.objects.visible_to(asked.user).filter(
        sent_at__gte=period.starts, sent_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_SURVEY)


def scores(asked: Asked) -> QuerySet[SurveyScore]:
    """The scores of the surveys that were answered in the period."""
    period = asked.scope.period
    found = SurveyScore.objects.filter(
        survey__answered_at__gte=period.starts, survey__answered_at__lt=period.ends
    )
    if asked.user.scope_of("service_requests.view") != Range.ALL:
        seen = Survey.objects.visible_to(asked.user).order_by().values("pk")
        found = found.filter(survey__in=seen)
    return narrowed(found, asked.scope.filters, OF_SCORE)


OF_SURVEY = paths_of_surveys()
OF_SCORE: dict[str, Path] = {
    **paths_of_surveys("survey__"),
    "dimension": "dimension__code",
    "department": "dimension__department",
}


SCORES = Rows(
    "scores",
    scores,
    "scores",
    OF_SCORE,
    moment="survey__answered_at",
    facts=FACTS["scores"],
    within="dimension",
)
ANSWERED = Rows(
    "answered", answered, "answered_surveys", OF_SURVEY, moment="answered_at",
    facts=FACTS["answered"],
)  # fmt: skip
SENT = Rows("sent", sent, "sent_surveys", OF_SURVEY, moment="sent_at", facts=FACTS["sent"])


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


def heard(asked: Asked) -> QuerySet[Customer]:
    """Customers that answered in this period and in the one before, with what became of them:
    1 more content, 2 as before, 3 less content.
    """
    found = Customer.objects.visible_to(asked.user).annotate(
        then=mean_score(asked.before), now=mean_score(asked)
    )
    change = Case(
        When(now__gt=F("then"), then=1),
        When(now__lt=F("then"), then=3),
        default=2,
        output_field=IntegerField(),
    )
    known = found.filter(then__isnull=False, now__isnull=False).annotate(change=change)
    return narrowed(known, asked.scope.filters, paths_of_customers())


def mean_score(asked: Asked) -> Subquery:
    period = asked.scope.period
    given = SurveyScore.objects.filter(
        survey__answered_at__gte=period.starts, survey__answered_at__lt=period.ends
    ).annotate(whose=Coalesce("survey__service_request__customer", "survey__customer"))
    mine = given.filter(whose=OuterRef("pk")).order_by().values("whose")
    return Subquery(mine.annotate(mean=Avg("score")).values("mean"))


HEARD = Rows(
    "heard",
    heard,
    "customers",
    {**paths_of_customers(), "change": "change"},
    permission="customers.view_value",
    facts=FACTS["heard"],
)


# Planned work

MAINTENANCE = Rows(
    "maintenance",
    planned.maintenance,
    "turns",
    planned.OF_TURN,
    day="due_on",
    permission="assets.view",
)
CARE = Rows(
    "care",
    planned.care,
    "touches",
    planned.OF_TOUCH,
    day="due_on",
    permission="customers.view",
)


# Knowledge and records

OF_ARTICLE: dict[str, Path] = {"engineer": "author__employee_no", "article": "number"}


def published(asked: Asked) -> QuerySet[Article]:
    period = asked.scope.period
    found = Article.objects.visible_to(asked.user).filter(
        published_at__gte=period.starts, published_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_ARTICLE)


PUBLISHED = Rows(
    "published", published, "articles", OF_ARTICLE, moment="published_at",
    permission="knowledge.view",
)  # fmt: skip

OF_OMISSION: dict[str, Path] = {
    "engineer": "owner__employee_no",
    "outlet": "owner__outlet__code",
    "situation": "situation",
}


def omissions(asked: Asked) -> QuerySet[Omission]:
    """Fields that the records of the period called for and that were not filled at once."""
    period = asked.scope.period
    found = Omission.objects.visible_to(asked.user).filter(
        happened_at__gte=period.starts, happened_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_OMISSION)


OMISSIONS = Rows(
    "omissions", omissions, "omissions", OF_OMISSION, moment="happened_at",
    permission="employees.view_quality",
)  # fmt: skip


OF_JUDGED: dict[str, Path] = {
    "engineer": "owner__employee_no",
    "outlet": "outlet__code",
    "situation": "situation",
}


def judged(asked: Asked) -> QuerySet[JudgedRecord]:
    """Records of the period, each with how it is judged."""
    period = asked.scope.period
    found = JudgedRecord.objects.visible_to(asked.user).filter(
        happened_at__gte=period.starts, happened_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_JUDGED)


JUDGED = Rows(
    "judged", judged, "judged_records", OF_JUDGED, moment="happened_at",
    permission="employees.view_quality",
)  # fmt: skip


# Stock

OF_LEVEL: dict[str, Path] = {
    "part": "part__part_no",
    "place": "location__code",
    "outlet": "location__outlet__code",
    "model": "part__fits_model__code",
}


def levels(asked: Asked) -> QuerySet[StockLevel]:
    """What lies there now, in good order."""
    found = StockLevel.objects.visible_to(asked.user).good()
    return narrowed(found, asked.scope.filters, OF_LEVEL)


def moves_out(asked: Asked) -> QuerySet[Any]:
    period = asked.scope.period
    found = StockMove.objects.all().visible_to(asked.user)
    found = found.filter(kind=MoveKind.USED, at__gte=period.starts, at__lt=period.ends)
    return narrowed(found.annotate(used=-F("on_hand")), asked.scope.filters, OF_LEVEL)


def replenishments(asked: Asked) -> QuerySet[Any]:
    """What was to arrive in the period."""
    period = asked.scope.period
    found = Replenishment.objects.visible_to(asked.user).filter(
        expected_on__gte=period.first, expected_on__lt=period.after
    )
    return narrowed(found, asked.scope.filters, OF_LEVEL)


LEVELS = Rows("levels", levels, "levels", OF_LEVEL, permission="stock.view")
MOVES = Rows("moves", moves_out, "moves", OF_LEVEL, moment="at", permission="stock.view")
REPLENISHMENTS = Rows(
    "replenishments", replenishments, "replenishments", OF_LEVEL, day="expected_on",
    permission="stock.view",
)  # fmt: skip


# People


def engineers(asked: Asked) -> QuerySet[Employee]:
    """Who carries out work, in the period or a part of it."""
    period = asked.scope.period
    found = (
        Employee.objects.visible_to(asked.user)
        .engineers()
        .filter(
            Q(left_on=None) | Q(left_on__gt=period.first),
            Q(joined_on=None) | Q(joined_on__lt=period.after),
        )
    )
    return narrowed(found, asked.scope.filters, OF_PERSON)


OF_PERSON: dict[str, Path] = {"engineer": "employee_no", "outlet": "outlet__code"}
ENGINEERS = Rows("engineers", engineers, "people", OF_PERSON, permission="employees.view")
