"""Facts: derived from the rows they stand for, and brought up to date before counting.

What is read here is written here, as a cache is: nothing is decided, and to derive a fact again
changes nothing (ADR 0061).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Least, Round
from django.db.models.lookups import GreaterThanOrEqual

from crmservice.worktime import WorkCalendar
from dispatch.choices import CARRIED_OUT
from dispatch.choices import Kind as TaskKind
from dispatch.models import Task
from employees.queries import calendar_of_version
from expenses import queries as expenses
from expenses.models import ExpenseLine
from orders.models import Order
from reports.choices import Holder, Work
from reports.models import Involved, RequestFact, ScoreFact, StaleFact, SurveyFact, WorkFact
from reports.queries.counting import well_equipped
from service_requests.choices import Status, Target
from service_requests.models import ServiceRequest, SlaTimer, Survey, SurveyScore

AT_ONCE = 5_000  # keys in one statement
REBUILT_AT_ONCE = 50_000  # no longer than others can well wait for
WAITED_FOR = 10_000  # more changes than these are no matter of the moment
LONG = timedelta(days=31)
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VERSIONS, SPELL = 2**24, 2**44  # room for the versions of a calendar, and for calendars
LOCK = 0x66616374  # "fact"
SPANS = {"took": "resolved_at", "response": "responded_at", "arrival": "arrived_at",
         "restore": "restored_at"}  # fmt: skip
WORKED = {
    Target.RESPONSE: "responded_at",
    Target.ARRIVAL: "arrived_at",
    Target.RESTORE: "restored_at",
}
COPIED = (
    "opened_at", "resolved_at", "kind", "severity", "channel", "cover", "cause", "tier", "customer",
    "owner", "contract", "fault_code", "solved_by", "highest_ring", "transfers", "spell",
)  # fmt: skip


def are_current() -> bool:
    """Bring up to date what is stale; False where that is too much to be waited for."""
    stale = StaleFact.objects.all()[: WAITED_FOR + 1].count()
    if 0 < stale <= WAITED_FOR:
        with transaction.atomic():
            catch_up(WAITED_FOR)
    return stale <= WAITED_FOR


def catch_up(most: int = AT_ONCE) -> int:
    """Derive again what is stale, of the oldest changes; tells how many there were. In a
    transaction.
    """
    alone()
    stale = list(StaleFact.objects.order_by("pk").values_list("pk", "holder", "key")[:most])
    keys: dict[str, set[int]] = {each: set() for each in Holder}
    for _pk, holder, key in stale:
        keys[holder].add(key)
    for some in chunks(pk for pk, _holder, _key in stale):
        StaleFact.objects.filter(pk__in=some).delete()
    with well_equipped():
        for some in chunks(keys[Holder.REQUEST]):
            derive({"in": some})
            for holder, rows in HOLDERS.items():
                theirs = rows.order_by().filter(service_request__in=some)
                keys[holder].update(theirs.values_list("pk", flat=True))
        for holder in HOLDERS:
            for some in chunks(keys[holder]):
                derive_of(Holder(holder), {"in": some})
    return len(stale)


def chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for first in range(0, len(ordered), AT_ONCE):
        yield ordered[first : first + AT_ONCE]


def rebuild() -> Iterator[tuple[int, int]]:
    """Derive every fact anew, some at a time; tells how many of how many keys are passed. What
    changes meanwhile is stale again.
    """
    sizes = {Holder.REQUEST: last_of(ServiceRequest.objects.all(), RequestFact.objects.all(), "pk")}
    for holder, rows in HOLDERS.items():
        if holder == Holder.SURVEY:
            sizes[holder] = last_of(rows, SurveyFact.objects.all(), "pk")
        else:
            theirs = WorkFact.objects.filter(source__in=SOURCES[holder])
            sizes[holder] = last_of(rows, theirs, "holder")
    StaleFact.objects.all().delete()
    done, whole = 0, sum(sizes.values())
    for holder, size in sizes.items():
        for first in range(0, size, REBUILT_AT_ONCE):
            after = min(first + REBUILT_AT_ONCE, size)
            with transaction.atomic(), well_equipped():
                alone()
                derive_of(holder, {"gte": first, "lt": after})
            done += after - first
            yield done, whole


def last_of(rows: QuerySet[Any], facts: QuerySet[Any], key: str) -> int:
    """What is beyond the last key, of the rows as of the facts of some that are gone."""
    found = rows.aggregate(last=Max("pk"))["last"], facts.aggregate(last=Max(key))["last"]
    return max(each or 0 for each in found) + 1


def alone() -> None:
    """One at a time: until the transaction ends, whoever derives waits. SQLite has one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def derive(keys: dict[str, Any]) -> None:
    """Facts of the requests whose keys are told, in the place of those that there are.

    What hangs on a request is added up for itself and joined: a join of all of it has many rows for
    each request, and to group them took most of the time.
    """
    RequestFact.objects.filter(**on("pk", keys)).delete()
    involve(keys)
    columns: dict[str, str] = {}
    tables: list[str] = []
    begins, params, worked = measured(rulers(keys))
    for part, (rows, known) in parts_of(keys).items():
        sql, more = selected(rows, known)
        columns |= {name: filled(part, name) for name in known if not name.endswith("_ruler")}
        tables.append(f"({sql}) AS {part}{JOINED.format(part) if tables else ''}")
        params += more
    sql, more = selected(involvements(keys), COMBINED)
    columns["involved"] = "involved.id"
    tables += [
        f"({sql}) AS outlets{JOINED.format('outlets')}",
        f"{Involved._meta.db_table} AS involved ON involved.key = outlets.f_key",
    ]
    params += more
    columns |= worked
    into = ", ".join(column_of(RequestFact, name) for name in ("request", *columns))
    chosen = ", ".join(("own.f_request", *columns.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {RequestFact._meta.db_table} ({into})"  # noqa: S608  (our own names)
            f" {begins}SELECT {chosen} FROM {' LEFT JOIN '.join(tables)}",
            params,
        )


JOINED = " ON {0}.f_request = own.f_request"


def on(path: str, keys: dict[str, Any]) -> dict[str, Any]:
    return {f"{path}__{name}": value for name, value in keys.items()}


def selected(rows: QuerySet[Any], known: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement that reads what is known of rows which tell their request; and its values."""
    found = rows.order_by().annotate(**{f"f_{name}": value for name, value in known.items()})
    names = ("f_request", *(f"f_{name}" for name in known))
    sql, params = found.values_list(*names).query.sql_with_params()
    return sql, params


def filled(part: str, name: str) -> str:
    """The value of a column; where nothing hangs on a request, that is counted as 0."""
    field: Any = RequestFact._meta.get_field(name)
    value = f"{part}.f_{name}"
    return value if part == "own" or field.null else f"COALESCE({value}, 0)"


def column_of(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


# Work


HOLDERS: dict[Holder, QuerySet[Any]] = {
    Holder.TASK: Task.objects.all(),
    Holder.ORDER: Order.objects.all(),
    Holder.OUTLAY: ExpenseLine.objects.all(),
    Holder.SURVEY: Survey.objects.all(),
}
SOURCES = {
    Holder.TASK: (Work.LABOUR,),
    Holder.ORDER: (Work.PARTS, Work.BILLED),
    Holder.OUTLAY: (Work.OUTLAYS,),
}


def derive_of(holder: Holder, keys: dict[str, Any]) -> None:
    """Facts of the requests, tasks, orders, outlays or surveys whose keys are told."""
    if holder == Holder.REQUEST:
        derive(keys)
    elif holder == Holder.SURVEY:
        derive_surveys(keys)
    else:
        derive_work(holder, keys)


def derive_surveys(keys: dict[str, Any]) -> None:
    SurveyFact.objects.filter(**on("pk", keys)).delete()
    ScoreFact.objects.filter(**on("survey", keys)).delete()
    scored = SurveyScore.objects.filter(survey=OuterRef("pk")).order_by().values("survey")
    surveys = {
        "survey": F("pk"),
        **of_survey(""),
        "sent_at": F("sent_at"),
        "nps": F("nps"),
        "scores": Coalesce(Subquery(scored.annotate(count=Count("pk")).values("count")), 0),
        "sum": Coalesce(Subquery(scored.annotate(sum=Sum("score")).values("sum")), 0),
    }
    scores = {
        "row": F("pk"),
        "survey": F("survey_id"),
        **of_survey("survey__"),
        "dimension": F("dimension_id"),
        "score": F("score"),
    }
    answered = SurveyScore.objects.filter(survey__answered_at__isnull=False)
    insert_known(SurveyFact, Survey.objects.filter(**on("pk", keys)), surveys)
    insert_known(ScoreFact, answered.filter(**on("survey", keys)), scores)


def of_survey(survey: str) -> dict[str, Any]:
    """Of its request; else of the customer who was asked."""
    request, customer = f"{survey}service_request", f"{survey}customer"
    nothing = Value("", output_field=CharField())
    return {
        "request": F(f"{request}_id"),
        "answered_at": F(f"{survey}answered_at"),
        "customer": Coalesce(f"{request}__customer_id", f"{customer}_id"),
        "tier": Coalesce(f"{request}__tier_id", f"{customer}__tier_id"),
        "region": Coalesce(f"{request}__customer__province", f"{customer}__province"),
        "owner": F(f"{request}__owner_id"),
        "involved": involved_in(request),
        "model": Coalesce(f"{request}__asset__root__model_id", f"{request}__asset__model_id"),
        "kind": Coalesce(f"{request}__kind", nothing),
        "severity": Coalesce(f"{request}__severity", nothing),
        "channel": Coalesce(f"{request}__channel", nothing),
    }


def derive_work(holder: Holder, keys: dict[str, Any]) -> None:
    facts = WorkFact.objects.filter(source__in=SOURCES[holder])
    facts.filter(**on("holder", keys)).delete()
    for source in SOURCES[holder]:
        rows, known = WORK[source]()
        path = str(known["holder"].name)
        insert_known(WorkFact, rows.filter(**on(path, keys)), known)


def insert_known(model: type[Model], rows: QuerySet[Any], known: dict[str, Any]) -> None:
    """What is known of the rows, as rows of the model; it never leaves the database."""
    found = rows.order_by().annotate(**{f"f_{name}": value for name, value in known.items()})
    sql, params = found.values_list(*(f"f_{name}" for name in known)).query.sql_with_params()
    columns = ", ".join(column_of(model, name) for name in known)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) {sql}", params)


def labour() -> tuple[QuerySet[Any], dict[str, Any]]:
    rows = expenses.labour_entries(None)
    own = {"customer": "task__customer", "asset": "task__asset", "contract": "task__contract"}
    return of_somebody(rows, "task__service_request", own["customer"]), {
        **of_work(Work.LABOUR, "task__service_request", "worked_on", **own),
        "holder": F("task_id"),
        "hours": Cast(Round(F("hours") * 100), IntegerField()),
        "kind": F("kind"),
        "engineer": F("employee_id"),
    }


def lines(source: Work, rows: QuerySet[Any]) -> tuple[QuerySet[Any], dict[str, Any]]:
    own = {"customer": "order__customer", "asset": "order__asset", "contract": "order__contract"}
    return of_somebody(rows, "order__service_request", own["customer"]), {
        **of_work(source, "order__service_request", "done_on", **own),
        "holder": F("order_id"),
        "quantity": F("quantity"),
        "kind": F("kind"),
        "charged_to": F("charged_to"),
        "part": F("part_id"),
        "engineer": F("engineer_id"),
    }


def outlays() -> tuple[QuerySet[Any], dict[str, Any]]:
    rows = expenses.expense_lines(None)
    own = {"customer": "customer", "asset": "task__asset", "contract": "task__contract"}
    return of_somebody(rows, "service_request", own["customer"]), {
        **of_work(Work.OUTLAYS, "service_request", "spent_on", **own),
        "holder": F("pk"),
        "category": F("category"),
        "engineer": F("claim__claimant_id"),
    }


WORK: dict[Work, Callable[[], tuple[QuerySet[Any], dict[str, Any]]]] = {
    Work.LABOUR: labour,
    Work.PARTS: lambda: lines(Work.PARTS, expenses.part_lines(None)),
    Work.BILLED: lambda: lines(Work.BILLED, expenses.billed_lines(None)),
    Work.OUTLAYS: outlays,
}


def of_somebody(rows: QuerySet[Any], request: str, customer: str) -> QuerySet[Any]:
    """What was done for a request or a customer; general cost serves nobody in particular."""
    return rows.filter(Q(**{f"{request}__isnull": False}) | Q(**{f"{customer}__isnull": False}))


def of_work(
    source: Work, request: str, day: str, *, customer: str, asset: str, contract: str
) -> dict[str, Any]:
    """Whatever belongs to a request belongs to that request's customer, model and contract; what
    has none to those it names itself.
    """
    nothing = Value("", output_field=CharField())
    has_request = {f"{request}__isnull": False}
    return {
        "source": Value(source.value, output_field=CharField()),
        "row": F("pk"),
        "day": F(day),
        "cents": F("cents"),
        "kind": nothing,
        "category": nothing,
        "charged_to": nothing,
        "is_in_warranty": Case(
            When(
                covers(f"{request}__asset", day) | Q(**{request: None}) & covers(asset, day),
                then=True,
            ),
            default=False,
        ),
        "request": F(f"{request}_id"),
        "request_kind": Coalesce(f"{request}__kind", nothing),
        "severity": Coalesce(f"{request}__severity", nothing),
        "channel": Coalesce(f"{request}__channel", nothing),
        "involved": involved_in(request),
        "customer": Coalesce(f"{request}__customer_id", f"{customer}_id"),
        "tier": Coalesce(f"{request}__tier_id", f"{customer}__tier_id"),
        "region": Coalesce(f"{request}__customer__province", f"{customer}__province"),
        "contract": Case(
            When(**has_request, then=F(f"{request}__contract_id")), default=F(f"{contract}_id")
        ),
        "model": Coalesce(
            f"{request}__asset__root__model_id",
            f"{request}__asset__model_id",
            f"{asset}__root__model_id",
            f"{asset}__model_id",
        ),
        "fault_code": F(f"{request}__fault_code_id"),
        "owner": F(f"{request}__owner_id"),
    }


def involved_in(request: str) -> Subquery:
    """As the fact of the request has it, which is derived before."""
    return Subquery(RequestFact.objects.filter(pk=OuterRef(f"{request}_id")).values("involved"))


def covers(asset: str, day: str) -> Q:
    """The warranty of a device, from its installation, or delivery, to its last day."""
    installed = Q(**{f"{asset}__installed_on__lte": F(day)})
    delivered = Q(**{f"{asset}__installed_on": None, f"{asset}__delivered_on__lte": F(day)})
    return (installed | delivered) & Q(**{f"{asset}__warranty_until__gte": F(day)})


# Outlets


class Joined(Aggregate):
    """Keys as one text, in their order. SQLite may have them in another: then a combination has two
    rows that name the same outlets.
    """

    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "STRING_AGG(%(expressions)s::text, ',' ORDER BY %(expressions)s)"
        return super().as_sql(compiler, connection, template=template, **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


COMBINED = {"key": Joined("outlet")}


def involvements(keys: dict[str, Any]) -> QuerySet[Any]:
    """Requests with their outlets."""
    found = ServiceRequest.outlets.through.objects.filter(**on("servicerequest", keys))
    return found.order_by().values(f_request=F("servicerequest"))


def involve(keys: dict[str, Any]) -> None:
    """Let there be each combination of outlets that these requests have."""
    found = involvements(keys).annotate(f_key=COMBINED["key"]).values_list("f_key", flat=True)
    known = Involved.objects.values_list("key", flat=True)
    for key in sorted(set(found.distinct()).difference(known)):
        Involved.objects.create(key=key).outlets.set(map(int, key.split(",")))


# Requests


class Microseconds(Func):
    """From the second moment to the first."""

    output_field = BigIntegerField()
    arity = 2

    def get_db_converters(self, connection: Any) -> list[Any]:  # noqa: ARG002
        """It is a whole number already."""
        return []

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(
            compiler, connection, arg_joiner=" - ",
            template="(DATE_PART('epoch', %(expressions)s) * 1000000)::bigint", **extra,
        )  # fmt: skip

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # noqa: ARG002
        """By what SQLite has itself: Django's difference is Python, ten times as slow."""
        (later, its), (earlier, own) = map(compiler.compile, self.get_source_expressions())
        sql = f"({SINCE_1970.format(later)} - {SINCE_1970.format(earlier)})"
        return sql, (*its, *its, *own, *own)


SINCE_1970 = (  # without what is after the second, which SQLite would round
    "(CAST(STRFTIME('%%s', SUBSTR({0}, 1, 19)) AS INTEGER) * 1000000"
    " + CAST(SUBSTR({0} || '.000000', 21, 6) AS INTEGER))"
)


def parts_of(keys: dict[str, Any]) -> dict[str, tuple[QuerySet[Any], dict[str, Any]]]:
    """What a fact is made of, part by part: rows that tell their request, and field by field what
    is known of them.
    """
    carried_out = Task.objects.filter(kind=TaskKind.ONSITE, status__in=CARRIED_OUT)
    parts: dict[str, tuple[QuerySet[Any], str, dict[str, Any]]] = {
        "own": (ServiceRequest.objects.all(), "pk", derivation()),
        "clocks": (SlaTimer.objects.all(), "service_request", counts_of_clocks()),
        "tasks": (carried_out, "service_request", {"visits": Count("pk")}),
        "later": (ServiceRequest.objects.all(), "repeat_of", {"repeats": Min("pk")}),
    }
    return {
        part: (rows.filter(**on(path, keys)).order_by().values(f_request=F(path)), known)
        for part, (rows, path, known) in parts.items()
    }


def derivation() -> dict[str, Any]:
    """Field by field, out of what it is derived."""
    ended = Case(
        When(status=Status.MERGED, then=F("merged_at")),
        When(cancelled_at=None, then=F("resolved_at")),
        When(resolved_at=None, then=F("cancelled_at")),
        default=Least("resolved_at", "cancelled_at"),
    )
    lasted = Case(
        When(resolved_at=None, cancelled_at=None, merged_at=None, then=True),
        default=GreaterThanOrEqual(Microseconds(ended, "opened_at"), LONG // MICROSECOND),
        output_field=BooleanField(),
    )
    return {
        **{name: F(name) for name in COPIED},
        "ended_at": ended,
        "lasted_long": lasted,
        "is_merged": Case(When(status=Status.MERGED, then=True), default=False),
        "region": F("customer__province"),
        "model": Coalesce("asset__root__model", "asset__model"),
        "repeat_of": F("repeat_of_id"),
        **{name: Microseconds(until, "opened_at") for name, until in SPANS.items()},
    }


def counts_of_clocks() -> dict[str, Any]:
    return {
        "clocks": Count("pk"),
        **{
            f"{target}_{name}": Count("pk", filter=Q(target=target, **state))
            for target in Target.values
            for name, state in STATES.items()
        },
        **{
            f"{target}_due": Min("due_at", filter=Q(target=target, **UNDECIDED))
            for target in Target.values
        },
        **{f"{target}_ruler": Max(ruler_of(), filter=Q(target=target)) for target in WORKED},
    }


UNDECIDED = {"stopped_at": None, "breached_at": None}
STATES: dict[str, dict[str, Any]] = {
    "kept": {"stopped_at__isnull": False, "cancelled": False, "breached_at": None},
    "missed": {"breached_at__isnull": False},
    "on_hold": {**UNDECIDED, "due_at": None},
    "cancelled": {"cancelled": True, "breached_at": None},
}


# Working time


class Ruler:
    """The service hours of a calendar along a stretch of time, to measure many spans quickly: the
    working time between two moments is what they have before them, less. All in microseconds.
    """

    def __init__(self, calendar: WorkCalendar, first: datetime, last: datetime) -> None:
        """Every span that is measured lies between the two."""
        self.opens: list[int] = []
        self.lengths: list[int] = []
        self.before: list[int] = []
        sum_ = 0
        for opens, closes in calendar.spans(first, last):
            self.opens.append(since_epoch(opens))
            self.lengths.append((closes - opens) // MICROSECOND)
            self.before.append(sum_)
            sum_ += self.lengths[-1]

    def at(self, moment: int) -> int:
        """The working time from the beginning of the ruler to this moment."""
        place = bisect_right(self.opens, moment) - 1
        if place < 0:
            return 0
        return self.before[place] + min(moment - self.opens[place], self.lengths[place])

    def between(self, start: int, end: int) -> int:
        return max(self.at(end) - self.at(start), 0)


def since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def rulers(keys: dict[str, Any]) -> dict[int, Ruler]:
    """Of the calendar of each clock of these requests, as it was then."""
    clocks = SlaTimer.objects.filter(target__in=WORKED, **on("service_request", keys))
    kinds = clocks.order_by().values_list("calendar", "calendar_version").distinct()
    steps = {name: Max(name) for name in WORKED.values()}
    reach = ServiceRequest.objects.filter(**on("pk", keys)).aggregate(
        first=Min("opened_at"), **steps
    )
    first = reach.pop("first")
    last = max((each for each in reach.values() if each), default=first)
    return {
        calendar * VERSIONS + version: Ruler(
            calendar_of_version(calendar, version), first, max(first, last)
        )
        for calendar, version in kinds
    }


def ruler_of() -> Combinable:
    """By which a clock is measured, after its spell: the greatest is that of the newest clock."""
    return F("spell") * SPELL + F("calendar") * VERSIONS + F("calendar_version")


def measured(of: dict[int, Ruler]) -> tuple[str, list[Any], dict[str, str]]:
    """The working time from the opening to each step in the calendar of its clock, the newest where
    a request was opened again: what the statement begins with, its values, and what it selects.
    """
    spans = {name: (f"clocks.f_{name}_ruler & {SPELL - 1}", f"own.f_{name}") for name in WORKED}
    if connection.vendor == "sqlite":
        connection.connection.create_function("worked", 3, worked_on_sqlite(of))
        selected = {
            f"{name}_worked": f"worked({ruler}, own.f_opened_at, {span})"
            for name, (ruler, span) in spans.items()
        }
        return "", [], selected
    rows = [
        (key, *(as_array(each) for each in (ruler.opens, ruler.before, ruler.lengths)))
        for key, ruler in of.items()
    ]
    values = ", ".join([NO_RULER, *("(%s, %s, %s, %s)" for _row in rows)])
    begins = f"WITH ruler(key, opens, before, lengths) AS (VALUES {values}) "
    return (
        begins,
        [each for row in rows for each in row],
        {
            f"{name}_worked": WORKED_ON_POSTGRESQL.format(ruler=ruler, span=span)
            for name, (ruler, span) in spans.items()
        },
    )


def as_array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


NO_RULER = "(NULL::bigint, NULL::bigint[], NULL::bigint[], NULL::bigint[])"
OPENED = "(DATE_PART('epoch', own.f_opened_at) * 1000000)::bigint"
WORKED_ON_POSTGRESQL = f"""CASE WHEN {{span}} IS NOT NULL THEN (SELECT GREATEST(0,
 COALESCE(before[last] + LEAST({OPENED} + {{span}} - opens[last], lengths[last]), 0)
 - COALESCE(before[first] + LEAST({OPENED} - opens[first], lengths[first]), 0))
 FROM (SELECT *, WIDTH_BUCKET({OPENED}, opens) AS first,
 WIDTH_BUCKET({OPENED} + {{span}}, opens) AS last FROM ruler WHERE key = {{ruler}}) AS found) END"""  # noqa: S608  (our own names)


def worked_on_sqlite(of: dict[int, Ruler]) -> Callable[[int | None, str, int | None], int | None]:
    def worked(ruler: int | None, opened: str, span: int | None) -> int | None:
        if ruler is None or span is None:
            return None
        start = since_epoch(datetime.fromisoformat(opened).replace(tzinfo=UTC))
        return of[ruler].between(start, start + span)

    return worked
