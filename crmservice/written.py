"""Statements that are asked again and again, written once in a process: Django takes four times as
long to put a short one together as the database to answer it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db.models import QuerySet


class Statement(NamedTuple):
    """SQL and the values of its conditions, in their order; others may stand in their place."""

    sql: str
    values: tuple[Any, ...]


@cache
def written(rows: Callable[[], QuerySet[Any]]) -> Statement:
    """The statement of the rows that a function without arguments gives, for `raw` or a cursor."""
    return Statement(*rows().query.sql_with_params())
