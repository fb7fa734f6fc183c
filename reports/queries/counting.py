"""How figures are counted: many at once, shares without a base, percentiles on any database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Value, Window
from django.db.models.functions import RowNumber


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


def spread(rows: QuerySet[Any], took: str, count: int) -> Spread:
    """The spread of `took`, a span that each of the `count` rows has; one statement."""
    if not count:
        return Spread()
    places = {place for part, whole in (HALF, NINE_TENTHS) for place in _around(count, part, whole)}
    order = Window(RowNumber(), order_by=[F(took), F("pk")])
    found = dict(
        rows.order_by().annotate(place=order).filter(place__in=places).values_list("place", took)
    )
    return Spread(_percentile(found, count, *HALF), _percentile(found, count, *NINE_TENTHS))


HALF, NINE_TENTHS = (1, 2), (9, 10)


def _count_of(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    named = rows.order_by().values(name=Value(name))
    return named.annotate(rows=Count("pk")).values_list("name", "rows")


def _around(count: int, part: int, whole: int) -> tuple[int, int]:
    """The places, from 1, of the rows between which a percentile falls."""
    place = (count - 1) * part // whole + 1
    return place, min(place + 1, count)


def _percentile(
    found: Mapping[int, timedelta], count: int, part: int, whole: int
) -> timedelta | None:
    """As `percentile_cont` has it; None when the rows went away since they were counted."""
    lower, upper = (found.get(place) for place in _around(count, part, whole))
    if lower is None or upper is None:
        return None
    return lower + (upper - lower) * ((count - 1) * part % whole) / whole
