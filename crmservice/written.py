"""Statements of every page, written once in a process: Django takes four times as long to put one
together as the database to answer it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import QuerySet


@cache
def written(rows: Callable[[], QuerySet[Any]]) -> str:
    """The SQL of the rows that a function without arguments gives, for `raw` or a cursor. Only the
    values of its conditions may differ from one time to the next, in their order.
    """
    sql, _values = rows().query.sql_with_params()
    return str(sql)
