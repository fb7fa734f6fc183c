"""What notes in the database itself that a fact is stale (ADR 0061), and that the columns of a day
are (ADR 0097): triggers.

Whatever changes a row, be it an action, an import or a person at the database, is noted in the same
transaction. A `migrate` that has something to do takes them away and makes them anew, for no
database alters a table at ease under triggers; then every fact counts as stale, for nobody knows
what was changed meanwhile.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps.registry import Apps
from django.db import connections

STALE, BLOCKS = "reports_stalefact", "reports_factblock"
ENDING, OF_BLOCKS = "_stales_facts", "_ends_blocks"
INSERT, UPDATE, DELETE = "insert", "update", "delete"


class Watch(NamedTuple):
    """Of a table the columns that facts know, and of whom facts become stale by a row of it."""

    model: str
    fields: tuple[str, ...]
    stale: tuple[tuple[str, str], ...]
    events: tuple[str, ...] = (INSERT, UPDATE, DELETE)


REQUEST, TASK, ORDER, OUTLAY, SURVEY = "request", "task", "order", "outlay", "survey"
REQUESTS = "(select id from service_requests_servicerequest where {where})"
TASKS = "(select id from dispatch_task where service_request_id is null and {where})"
ORDERS = "(select id from orders_order where service_request_id is null and {where})"
OUTLAYS = "(select id from expenses_expenseline where {where})"
SURVEYS = "(select id from service_requests_survey where service_request_id is null and {where})"
OWN_OUTLAYS = (
    "(select l.id from expenses_expenseline l join dispatch_task t on t.id = l.task_id"
    " where l.service_request_id is null and t.{where})"
)
RATED = (
    "(select task_id from dispatch_timeentry where employee_id = {row}.employee_id"
    " and worked_on >= {row}.valid_from)"
)
# A device, and all that is in it.
IN_IT = "asset_id in (select id from assets_asset where root_id = {row}.id or id = {row}.id)"


def of_those(select: str, where: str) -> str:
    return select.replace("{where}", where)


WATCHED = (
    Watch(
        "service_requests.ServiceRequest",
        (
            "opened_at", "responded_at", "arrived_at", "restored_at", "resolved_at",
            "cancelled_at", "merged_at", "status", "kind", "severity", "channel", "cover", "cause",
            "tier", "customer", "owner", "asset", "contract", "fault_code", "solved_by",
            "repeat_of", "highest_ring", "transfers", "spell",
        ),
        ((REQUEST, "id"), (REQUEST, "repeat_of_id")),
    ),
    Watch(
        "service_requests.ServiceRequest_outlets",
        ("servicerequest", "outlet"),
        ((REQUEST, "servicerequest_id"),),
    ),
    Watch(
        "service_requests.SlaTimer",
        (
            "service_request", "target", "spell", "calendar", "calendar_version", "due_at",
            "stopped_at", "cancelled", "breached_at",
        ),
        ((REQUEST, "service_request_id"),),
    ),
    Watch(
        "dispatch.Task",
        ("service_request", "kind", "status", "customer", "asset", "contract"),
        ((REQUEST, "service_request_id"), (TASK, "id"),
         (OUTLAY, of_those(OUTLAYS, "task_id = {row}.id"))),
    ),
    Watch("dispatch.TimeEntry", ("task", "employee", "kind", "hours", "worked_on"),
          ((TASK, "task_id"),)),
    Watch(
        "employees.CostRate",
        ("employee", "valid_from", "per_hour"),
        ((TASK, RATED),),
    ),
    Watch(
        "orders.Order",
        ("status", "service_request", "customer", "asset", "contract"),
        ((ORDER, "id"),),
    ),
    Watch(
        "orders.OrderLine",
        ("order", "kind", "part", "engineer", "quantity", "base_amount", "credited_base",
         "charged_to", "cost", "cost_back", "done_on"),
        ((ORDER, "order_id"),),
    ),
    Watch(
        "dispatch.PartUse",
        ("order_line",),
        ((ORDER, "(select order_id from orders_orderline where id = {row}.order_line_id)"),),
    ),
    Watch(
        "expenses.ExpenseLine",
        ("claim", "category", "amount", "approved_amount", "spent_on", "task", "service_request",
         "customer"),
        ((OUTLAY, "id"),),
    ),
    Watch(
        "expenses.ExpenseClaim",
        ("status", "rate", "claimant"),
        ((OUTLAY, of_those(OUTLAYS, "claim_id = {row}.id")),),
        (UPDATE,),
    ),
    Watch(
        "service_requests.Survey",
        ("sent_at", "answered_at", "nps", "service_request", "customer"),
        ((SURVEY, "id"),),
    ),
    Watch(
        "service_requests.SurveyScore",
        ("survey", "dimension", "score"),
        ((SURVEY, "survey_id"),),
    ),
    Watch(
        "customers.Customer",
        ("province", "tier"),
        ((REQUEST, of_those(REQUESTS, "customer_id = {row}.id")),
         (TASK, of_those(TASKS, "customer_id = {row}.id")),
         (ORDER, of_those(ORDERS, "customer_id = {row}.id")),
         (OUTLAY, of_those(OUTLAYS, "service_request_id is null and customer_id = {row}.id")),
         (SURVEY, of_those(SURVEYS, "customer_id = {row}.id"))),
        (UPDATE,),
    ),
    Watch(
        "assets.Asset",
        ("model", "root", "installed_on", "delivered_on", "warranty_until"),
        (
            (REQUEST, of_those(REQUESTS, IN_IT)),
            (TASK, of_those(TASKS, IN_IT)),
            (ORDER, of_those(ORDERS, IN_IT)),
            (OUTLAY, of_those(OWN_OUTLAYS, IN_IT)),
        ),
        (UPDATE,),
    ),
)  # fmt: skip


BLOCKED = {
    "reports.RequestFact": (("'opened'", "opened_at"), ("'resolved'", "resolved_at")),
    "reports.SurveyFact": (("'answered'", "answered_at"), ("'sent'", "sent_at")),
    "reports.ScoreFact": (("'scores'", "answered_at"),),
    "reports.WorkFact": (("source", "day"),),
}  # of the facts of each layout the moment by which they lie in blocks
ROWS = {INSERT: ("new",), UPDATE: ("new", "old"), DELETE: ("old",)}


def triggers(apps: Apps, vendor: str) -> Iterator[tuple[str, str]]:
    """Name and statements of each."""
    for watch in WATCHED:
        model = apps.get_model(watch.model)
        table = model._meta.db_table
        columns = [model._meta.get_field(name).column for name in watch.fields]
        for event in watch.events:
            name = f"{table}_{event}{ENDING}"
            notes = [noted(of, keys, row) for of, keys in watch.stale for row in ROWS[event]]
            if event == UPDATE:  # a key stays what it was
                notes = [each for each in notes if "old.id" not in each]
            body = " ".join(notes)
            yield name, created(name, table, event, columns, body, vendor)


def noted(of: str, keys: str, row: str) -> str:
    """The statement that notes whose facts are stale."""
    if keys.startswith("("):
        rows = keys[1:-1].format(row=row).replace("select ", f"select '{of}', ", 1)
        return f"insert into {STALE} (holder, key) {rows};"
    known = f"{row}.{keys}"
    return f"insert into {STALE} (holder, key) select '{of}', {known} where {known} is not null;"


def created(name: str, table: str, event: str, columns: list[str], body: str, vendor: str) -> str:
    of = f" of {', '.join(columns)}" if event == UPDATE else ""
    changed = " or ".join(f"old.{each} is distinct from new.{each}" for each in columns)
    if vendor == "postgresql":
        when = f" when ({changed})" if event == UPDATE else ""
        return (
            f"create or replace function {name}() returns trigger language plpgsql as"
            f" $$ begin {body} return null; end $$;"
            f" create trigger {name} after {event}{of} on {table}"
            f" for each row{when} execute function {name}()"
        )
    changed = changed.replace("is distinct from", "is not")
    when = f" when ({changed})" if event == UPDATE else ""
    return f"create trigger {name} after {event}{of} on {table} for each row{when} begin {body} end"


def triggers_of_blocks(apps: Apps, vendor: str) -> Iterator[tuple[str, str]]:
    """The same of those that end a block as soon as one of its facts changes."""
    for name_of_model, layouts in BLOCKED.items():
        table = apps.get_model(name_of_model)._meta.db_table
        for event, rows in ROWS.items():
            name = f"{table}_{event}{OF_BLOCKS}"
            if vendor == "postgresql":
                body = " ".join(ended(*each, f"changed_{row}") for each in layouts for row in rows)
                yield name, of_statement(name, table, event, rows, body)
            else:
                body = " ".join(ended_one(*each, row) for each in layouts for row in rows)
                made = f"create trigger {name} after {event} on {table}"
                yield name, f"{made} for each row begin {body} end"


def of_statement(name: str, table: str, event: str, rows: tuple[str, ...], body: str) -> str:
    tables = " ".join(f"{row} table as changed_{row}" for row in rows)
    return (
        f"create or replace function {name}() returns trigger language plpgsql as"
        f" $$ begin {body} return null; end $$;"
        f" create trigger {name} after {event} on {table}"
        f" referencing {tables} for each statement execute function {name}()"
    )


def ended(layout: str, moment: str, rows: str) -> str:
    """The statement that ends the blocks of all these rows; PostgreSQL."""
    days = f"({moment} at time zone 'UTC')::date" if moment != "day" else moment
    return (
        f"delete from {BLOCKS} where (layout, day) in"  # noqa: S608  (our own names)
        f" (select distinct {layout}, {days} - date '1970-01-01' from {rows});"
    )


def ended_one(layout: str, moment: str, row: str) -> str:
    """The statement that ends the block of one row; SQLite."""
    of = layout if layout.startswith("'") else f"{row}.{layout}"
    day = f"cast(julianday(date({row}.{moment})) - 2440587.5 as integer)"
    return f"delete from {BLOCKS} where layout = {of} and day = {day};"  # noqa: S608


EVERY = {
    REQUEST: "service_requests_servicerequest",
    TASK: "dispatch_task where service_request_id is null",
    ORDER: "orders_order where service_request_id is null",
    OUTLAY: "expenses_expenseline where service_request_id is null",
    SURVEY: "service_requests_survey where service_request_id is null",
}


def present(connection: Any) -> set[str]:
    catalogue = {
        "postgresql": "select tgname from pg_trigger where not tgisinternal",
        "sqlite": "select name from sqlite_master where type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def install(*, apps: Apps, using: str, **_sent: Any) -> None:
    """Those that are missing; after every `migrate`, as soon as there is a table to note in."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if STALE not in tables:
        return
    known = present(connection)
    missing = [each for each in triggers(apps, connection.vendor) if each[0] not in known]
    with connection.cursor() as cursor:
        for _name, statement in missing:
            cursor.execute(statement)
        if missing:
            for of, table in EVERY.items():
                cursor.execute(f"insert into {STALE} (holder, key) select '{of}', id from {table}")  # noqa: S608  (our own names)
        if BLOCKS in tables:
            of_blocks = triggers_of_blocks(apps, connection.vendor)
            unmade = [statement for name, statement in of_blocks if name not in known]
            for statement in unmade:
                cursor.execute(statement)
            if unmade:  # nobody knows what changed meanwhile
                cursor.execute(f"delete from {BLOCKS}")  # noqa: S608


def clear(*, using: str, plan: list[Any], **_sent: Any) -> None:
    """Before a migration changes anything: no table is altered under a trigger that names it."""
    connection = connections[using]
    if not plan:
        return
    what = "function" if connection.vendor == "postgresql" else "trigger"
    further = " cascade" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in present(connection):
            if name.endswith((ENDING, OF_BLOCKS)):
                cursor.execute(f"drop {what} {name}{further}")
