"""Many rows into a table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

For measuring and for tests of size, not for business: no action runs, nothing is recorded. The
database's own constraints hold all the same.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Max, QuerySet
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

    def write(self) -> int:
        """Write what was added; returns how many rows."""
        rows, self._rows = self._rows, []
        if connection.vendor == "postgresql":
            self._copy(rows)
        else:
            self._insert(rows)
        return len(rows)

    def _copy(self, rows: Iterable[Sequence[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(
            [NULL if value is None else value for value in row] for row in rows
        )
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                f"COPY {self.quoted_name} ({self._quoted}) FROM STDIN (FORMAT csv, NULL '{NULL}')",
                text,
            )

    def _insert(self, rows: list[Sequence[Any]]) -> None:
        places = ", ".join(["%s"] * len(self.columns))
        sql = f"INSERT INTO {self.quoted_name} ({self._quoted}) VALUES ({places})"  # noqa: S608  (our own names)
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)

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
    is_stamp = getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
    return field.get_db_prep_save(now() if is_stamp else field.get_default(), connection)


def span(value: timedelta | None) -> int | str | None:
    """A length of time as the database stores it."""
    if value is None or connection.vendor != "postgresql":
        return None if value is None else value // timedelta(microseconds=1)
    return f"{value.total_seconds():.6f} seconds"


@contextmanager
def loading(tables: Iterable[Table]) -> Iterator[None]:
    """Load within one transaction: keys continue, and PostgreSQL builds its indexes at the end."""
    if connection.vendor != "postgresql":
        yield
        return
    names = [table.name for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(INDEXES, [names])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)
        for table in tables:
            cursor.execute(SEQUENCE.format(table=table.quoted_name), [table.name])


# Those that hold no constraint: a transaction that fails brings them back.
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(%s)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""
SEQUENCE = "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))"
