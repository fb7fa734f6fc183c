"""Statements that are asked again and again, written once in a process: Django takes four times as
long to put a short one together as the database to answer it.
"""

from collections.abc import Callable, Hashable
from copy import copy
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import ForeignKey, Model, QuerySet, Value

Rows = QuerySet[Any, Any]


class Given(Value):
    """Stands in a written statement for what it is given each time, by this name."""

    def as_sql(self, *_compiler_and_connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Statement:
    """The SQL of a queryset, as Django wrote it; what it finds is read anew each time."""

    def __init__(self, rows: Rows) -> None:
        self.model, self.query = rows.model, rows.query
        self.iterable = rows._iterable_class  # noqa: SLF001
        self.compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:  # such as for who may see nothing
            self.sql, self.params, self.names = "", (), set()
            return
        self.names = {each.value for each in self.params if isinstance(each, Given)}
        columns = [column for column, *_sql in self.compiler.select[: self.compiler.col_count]]
        self.converters = self.compiler.get_converters(columns)

    def rows(self, **given: Any) -> list[Any]:
        """What it finds with these values; Django makes the records, as it does of its own."""
        if not self.sql:
            return []
        if given.keys() != self.names or None in given.values():
            raise TypeError(f"To be given: {sorted(self.names)}, and nothing that is None.")
        connection = connections[DEFAULT_DB_ALIAS]
        values = {
            name: Value(value).as_sql(self.compiler, connection)[1][0]
            for name, value in given.items()
        }
        params = tuple(
            values[each.value] if isinstance(each, Given) else each for each in self.params
        )
        compiler, query = copy(self.compiler), copy(self.query)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_more: (self.sql, params)
        compiler.get_converters = lambda _columns: self.converters
        query.get_compiler = lambda *_args, **_more: compiler  # type: ignore[method-assign]
        found: Rows = QuerySet(self.model, query)
        found._iterable_class = self.iterable  # noqa: SLF001
        return list(found)


@cache
def written(rows: Callable[..., Rows], *of: Hashable) -> Statement:
    """The statement of the rows that a function gives; one for each of what it is called with."""
    return Statement(rows(*of))


def ask(rows: Callable[[Any], Rows], among: Rows, **given: Any) -> list[Any]:
    """The rows that a function finds `among` those that the reader sees: the statement is kept for
    who sees all of them, and written anew for anybody else.
    """
    model: Any = among.model
    is_all = not among.query.where
    statement = written(of_all, rows, model) if is_all else Statement(rows(among))
    return statement.rows(**given)


def of_all(rows: Callable[[Any], Rows], model: Any) -> Rows:
    return rows(model._default_manager.all())


def put_beside(record: Model, name: str, rows: list[Any]) -> None:
    """Rows that were read already are a record's own, as `prefetch_related` leaves them."""
    manager = getattr(record, name)
    if isinstance(field := getattr(manager, "field", None), ForeignKey):
        for row in rows:
            field.set_cached_value(row, record)
    own = manager.get_queryset()
    own._result_cache, own._prefetch_done = rows, True  # noqa: SLF001
    record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = own
