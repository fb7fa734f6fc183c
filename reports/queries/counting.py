"""How figures are counted: many at once, shares without a base, percentiles on any database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import (
    Aggregate,
    BigIntegerField,
    Count,
    DurationField,
    Field,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

MEDIAN, NINETIETH = (1, 2), (9, 10)


@dataclass(frozen=True)
class Share:
    """A part of a base; the share of an empty base is None, never 0 (metrics.md)."""

    part: int
    base: int

    @property
    def value(self) -> float | None:
        return self.part / self.base if self.base else None


@dataclass(frozen=True)
class Spread:
    """Median and 90th percentile of spans, linearly interpolated; None where there is nothing."""

    median: timedelta | None = None
    ninetieth: timedelta | None = None


def count_each(counted: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each of the querysets has, in one statement."""
    first, *others = (_count_of(rows, name) for name, rows in counted.items())
    found = dict(first.union(*others, all=True))
    return {name: found.get(name, 0) for name in counted}


def _count_of(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    named = rows.order_by().values(name=Value(name))
    return named.annotate(rows=Count("pk")).values_list("name", "rows")


def spread_and_counts(
    rows: QuerySet[Any], took: str, by: str, values: Sequence[int]
) -> tuple[Spread, dict[int, int]]:
    """The spread of `took`, a span that each of the rows has, and how many of them have each of the
    values; they are read once for both.
    """
    if connection.vendor == "postgresql":
        counts = {f"is_{value}": Count("pk", filter=Q(**{by: value})) for value in values}
        found = rows.order_by().aggregate(**percentiles(took), **counts)
        return spread_in(found), {value: found[f"is_{value}"] for value in values}
    read = list(rows.order_by().values_list(by, took))
    counted = Counter(value for value, _took in read)
    return spread_of(each for _value, each in read), {value: counted[value] for value in values}


def percentiles(took: str) -> dict[str, Aggregate]:
    return {
        "median": PercentileCont(took, *MEDIAN),
        "ninetieth": PercentileCont(took, *NINETIETH),
    }


def spread_in(found: Mapping[str, Any]) -> Spread:
    median, ninetieth = (
        None if found[name] is None else as_span(found[name]) for name in ("median", "ninetieth")
    )
    return Spread(median, ninetieth)


def spread_of(spans: Iterable[Any]) -> Spread:
    ordered = sorted(spans)
    if not ordered:
        return Spread()
    return Spread(*(as_span(percentile(ordered, *each)) for each in (MEDIAN, NINETIETH)))


class PercentileCont(Aggregate):
    """A percentile of a span, interpolated; nothing of no rows."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, of: str, part: int, whole: int) -> None:
        super().__init__(of, share=part / whole)


def percentile(ordered: Sequence[Any], part: int, whole: int) -> Any:
    """As `percentile_cont` has it."""
    lower, rest = divmod((len(ordered) - 1) * part, whole)
    if rest == 0:
        return ordered[lower]
    return ordered[lower] + (ordered[lower + 1] - ordered[lower]) * rest / whole


def as_span(value: Any) -> timedelta:
    """Facts say microseconds."""
    return value if isinstance(value, timedelta) else timedelta(microseconds=round(value))


class Grouping(Aggregate):
    """1 for the row that stands for all lines."""

    function = "GROUPING"
    output_field = IntegerField()


class Branch(NamedTuple):
    """Rows grouped by `line_key`, what is summed of them, and whether what is found is a line or
    the whole: `BOTH` reads lines and whole once, and to read them is most of the work.
    """

    rows: QuerySet[Any]
    sums: Mapping[str, Combinable]
    is_whole: Value | Grouping


LINES, WHOLE, BOTH = Value(0), Value(1), Grouping("line_key")


def abreast(
    branches: Sequence[Branch], key: "Field[Any, Any]", span: "Field[Any, Any]"
) -> Iterator[tuple[Any, ...]]:
    """What each branch finds: its place, 1 where it is the whole, the key of its line, and its own
    medians and counts. The whole has no key, and a branch nothing of what others have; keys and
    medians are of these types.
    """
    nothing = {
        name: Cast(Value(None), span if isinstance(sum_, PercentileCont) else BigIntegerField())
        for branch in branches
        for name, sum_ in branch.sums.items()
    }
    names = list(nothing)
    parts: list[str] = []
    params: list[Any] = []
    for place, (rows, sums, is_whole) in enumerate(branches):
        keyed = rows.annotate(line_key=Cast(Value(None), key)) if is_whole is WHOLE else rows
        padded = {name: sums.get(name, nothing[name]) for name in names}
        found = keyed.values("line_key").annotate(**padded, place=Value(place), is_whole=is_whole)
        query = found.values_list("place", "is_whole", "line_key", *names).query
        try:
            sql, more = query.get_compiler(rows.db).as_sql()
        except EmptyResultSet:
            continue
        if is_whole is BOTH:
            lines, key = sql.rsplit(" GROUP BY ", 1)
            sql = f"{lines} GROUP BY GROUPING SETS (({key}), ())"
        parts.append(f"({sql})")
        params += more
    if not parts:
        return
    with connection.cursor() as cursor:
        cursor.execute(WHOLE_BRANCHES)
        cursor.execute(" UNION ALL ".join(parts), params)
        read = cursor.fetchall()
        cursor.execute(SHARED_READING)
    for place, is_whole, key, *values in read:
        known = dict(zip(names, values, strict=True))
        yield place, is_whole, key, *(known[name] for name in branches[place].sums)


EQUIPMENT = (
    "SET LOCAL work_mem = '96MB'; SET LOCAL jit = off; SET LOCAL parallel_tuple_cost = 0.005"
)
# Else it has one process sort for all branches, one after the other, what others read for it.
WHOLE_BRANCHES = (
    "SET LOCAL min_parallel_table_scan_size = '1TB'; SET LOCAL min_parallel_index_scan_size = '1TB'"
)
SHARED_READING = (
    "SET LOCAL min_parallel_table_scan_size TO DEFAULT;"
    " SET LOCAL min_parallel_index_scan_size TO DEFAULT"
)


@contextmanager
def well_equipped() -> Iterator[None]:
    """Room to sort and group in memory. To compile a statement takes longer than to run it; what
    one process sorts, others may well read.
    """
    if connection.vendor != "postgresql":  # a transaction would keep others from writing
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(EQUIPMENT)
        yield
