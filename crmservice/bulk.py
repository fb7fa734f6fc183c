"""Many rows into a table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

For measuring and for tests of size, not for business: no action runs, nothing is recorded. The
database's own constraints hold all the same.
"""

import csv
import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED, Max, QuerySet
from django.utils.timezone import now

NULL = "\\N"


class Table:
    """The table of a model, of which some columns are given row by row and the rest are default."""

    def __init__(self, model: type[models.Model], *given: str) -> None:
        """`given` are field names, "id" first; foreign keys are given as keys."""
        fields = {field.name: field for field in model._meta.concrete_fields}
        rest = [field for name, field in fields.items() if name not in given and is_written(field)]
        self.model = model
        self.columns = [fields[name].column for name in given] + [field.column for field in rest]
        self._defaults = tuple(stored(field) for field in rest)
        self._rows: list[Sequence[Any]] = []

    @property
    def next_id(self) -> int:
        """The first key that is free."""
        rows: QuerySet[Any] = QuerySet(self.model)
        greatest: int | None = rows.aggregate(key=Max("pk"))["key"]
        return (greatest or 0) + 1

    def add(self, *values: Any) -> None:
        """One row: texts, numbers, `moment()` texts, None; in the order of the columns given."""
        self._rows.append((*values, *self._defaults))

    def take(self) -> list[Sequence[Any]]:
        """What was added since it was last taken."""
        rows, self._rows = self._rows, []
        return rows

    @property
    def copy(self) -> str:
        """The statement that takes rows as CSV."""
        return f"COPY {self.quoted_name} ({self._quoted}) FROM STDIN (FORMAT csv, NULL '{NULL}')"

    @property
    def insert(self) -> str:
        """The statement that takes one row."""
        places = ", ".join(["%s"] * len(self.columns))
        return f"INSERT INTO {self.quoted_name} ({self._quoted}) VALUES ({places})"  # noqa: S608  (our own names)

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def quoted_name(self) -> str:
        return str(connection.ops.quote_name(self.name))

    @property
    def _quoted(self) -> str:
        return ", ".join(map(connection.ops.quote_name, self.columns))


def is_written(field: Any) -> bool:
    return not field.primary_key and not field.generated


def stored(field: Any) -> Any:
    """A field's default as the database stores it; a moment that is set by itself is now."""
    if isinstance(field, models.JSONField):
        return json.dumps(field.get_default())
    if field.db_default is not NOT_PROVIDED:
        return field.get_db_prep_save(field.db_default, connection)
    is_stamp = getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
    return field.get_db_prep_save(now() if is_stamp else field.get_default(), connection)


def span(value: timedelta | None) -> int | str | None:
    """A length of time as the database stores it."""
    if value is None or connection.vendor != "postgresql":
        return None if value is None else value // timedelta(microseconds=1)
    return f"{value.total_seconds():.6f} seconds"


@contextmanager
def loading(tables: Sequence[Table]) -> Iterator[Callable[[], None]]:
    """Load within a transaction: gives the function that writes what was added, parents first.

    On PostgreSQL rows go in while the next are made, and indexes are built at the end; whatever
    fails, the transaction brings them back.
    """
    if connection.vendor != "postgresql":
        yield partial(insert, tables)
        return
    with connection.cursor() as cursor, ThreadPoolExecutor(max_workers=1) as aside:
        for setting in SETTINGS:
            cursor.execute(setting)
        cursor.execute(INDEXES, [[table.name for table in tables]])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        under_way: deque[Future[None]] = deque()
        yield partial(copy, tables, cursor.cursor, aside, under_way)
        while under_way:
            under_way.popleft().result()
        for _name, definition in indexes:
            cursor.execute(definition)
        for table in tables:
            cursor.execute(SEQUENCE.format(table=table.quoted_name), [table.name])


def insert(tables: Iterable[Table]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            if rows := table.take():
                cursor.executemany(table.insert, rows)


def copy(
    tables: Iterable[Table],
    cursor: Any,
    aside: ThreadPoolExecutor,
    under_way: deque[Future[None]],
) -> None:
    """Hand the rows over; an error of an earlier batch is raised by a later one."""
    for table in tables:
        if rows := table.take():
            under_way.append(aside.submit(cursor.copy_expert, table.copy, as_csv(rows)))
    while len(under_way) > MOST_UNDER_WAY:
        under_way.popleft().result()


def as_csv(rows: Iterable[Sequence[Any]]) -> io.StringIO:
    text = io.StringIO()
    csv.writer(text).writerows([NULL if value is None else value for value in row] for row in rows)
    text.seek(0)
    return text


MOST_UNDER_WAY = 30
SETTINGS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL maintenance_work_mem = '1GB'",
    "SET CONSTRAINTS ALL IMMEDIATE",
)
# Those that hold no constraint.
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(%s)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""
SEQUENCE = "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))"
