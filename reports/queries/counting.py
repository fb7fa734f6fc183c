"""How figures are counted: many at once, shares without a base, percentiles on any database."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Q,
    QuerySet,
    Value,
)

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
    found = dict(counts_of(counted))
    return {name: found.get(name, 0) for name in counted}


def counts_of(counted: Mapping[str, QuerySet[Any]]) -> QuerySet[Any, tuple[str, int]]:
    """The name and the count of each that has rows."""
    first, *others = (_count_of(rows, name) for name, rows in counted.items())
    return first.union(*others, all=True)


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
    at, count = ordered.__getitem__, len(ordered)
    return Spread(*(as_span(percentile(at, count, *each)) for each in (MEDIAN, NINETIETH)))


class PercentileCont(Aggregate):
    """A percentile of a span, interpolated; nothing of no rows."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, of: str, part: int, whole: int) -> None:
        super().__init__(of, share=part / whole)


def percentile(at: Callable[[int], Any], count: int, part: int, whole: int) -> Any:
    """Of so many numbers in their order, as `percentile_cont` has it."""
    lower, rest = divmod((count - 1) * part, whole)
    if rest == 0:
        return at(lower)
    return at(lower) + (at(lower + 1) - at(lower)) * rest / whole


def ranks_of(count: int, part: int, whole: int) -> tuple[int, ...]:
    """Which of them it lies between, from 0."""
    lower, rest = divmod((count - 1) * part, whole)
    return (lower, lower + 1) if rest else (lower,)


def as_span(value: Any) -> timedelta:
    """Facts say microseconds."""
    return value if isinstance(value, timedelta) else timedelta(microseconds=round(value))


ONE_INSTANT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
EQUIPMENT = (
    "SET LOCAL work_mem = '96MB'; SET LOCAL jit = off; SET LOCAL parallel_tuple_cost = 0.005"
)
# Else it has one process sort for all branches, one after the other, what others read for it.
BRANCHES_APART = (
    "SET LOCAL min_parallel_table_scan_size = '1TB'; SET LOCAL min_parallel_index_scan_size = '1TB'"
)
READING_SHARED = (
    "SET LOCAL min_parallel_table_scan_size TO DEFAULT;"
    " SET LOCAL min_parallel_index_scan_size TO DEFAULT"
)


@contextmanager
def reading_apart() -> Iterator[Any]:
    """A cursor whose statements have a process for each branch; PostgreSQL, well equipped."""
    with connection.cursor() as cursor:
        cursor.execute(BRANCHES_APART)
        yield cursor
        cursor.execute(READING_SHARED)


@contextmanager
def well_equipped() -> Iterator[None]:
    """Room to sort and group in memory; and whatever is read, is read as of one instant, unless
    that is for a transaction around it to say. To compile a statement takes longer than to run it;
    what one process sorts, others may well read.
    """
    if connection.vendor != "postgresql":  # a transaction would keep others from writing
        yield
        return
    equipment = EQUIPMENT if connection.in_atomic_block else f"{ONE_INSTANT}; {EQUIPMENT}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(equipment)
        yield
