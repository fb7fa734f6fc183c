"""Medians on PostgreSQL, of both periods and all kinds of rows side by side (ADR 0085).

One process sorts for a median alone, whatever reads for it; so several read a part each.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BigIntegerField, CharField, DurationField, F, Field, FloatField

from reports.queries.counting import Branch, abreast
from reports.queries.declaring import Measure, Number, Rows
from reports.queries.numbers import SPREADS, is_aggregated, numbers

if TYPE_CHECKING:
    from reports.queries.lines import Counting

# Fewer have the rows read more often, more leave a processor idle; where lines do not add up, they
# and the whole are work for two.
SPANS_AT_ONCE = 3


def read_abreast(countings: Sequence["Counting"], keys: list[Any] | None) -> None:
    """Leaves with each of them what it finds of some lines or of all, and of the whole. SQLite
    finds medians in a way of its own.
    """
    if connection.vendor != "postgresql":
        return
    alike: dict[tuple[str, str], list[tuple[Counting, Rows, list[Measure]]]] = defaultdict(list)
    types: dict[tuple[str, str], tuple[Field[Any, Any], Field[Any, Any]]] = {}
    for counting in countings:
        for measures in counting.by_rows:
            rows = measures[0].rows
            if rows is None or not any(each.how in SPREADS for each in measures):
                continue
            counting.lines[rows.key] = []
            of = types_of(counting, rows, measures, keys)
            name = (of[0].get_internal_type(), of[1].get_internal_type())
            types[name] = of
            alike[name].append((counting, rows, measures))
    for name, asked in alike.items():
        read(asked, keys, *types[name])


def read(
    asked: Sequence[tuple["Counting", Rows, list[Measure]]],
    keys: list[Any] | None,
    key: "Field[Any, Any]",
    span: "Field[Any, Any]",
) -> None:
    """In one statement; keys and spans are of these types."""
    parts: list[tuple[Counting, Rows, list[Measure]]] = []
    branches: list[Branch] = []
    for counting, rows, measures in asked:
        at_once = SPANS_AT_ONCE if counting.breakdown.is_partition else len(measures)
        for some in in_parts([each for each in measures if is_aggregated(each)], at_once):
            for branch in counting.branches(rows, counting.aggregates(some), keys):
                parts.append((counting, rows, some))
                branches.append(branch)
    lines: dict[tuple[Counting, str], dict[Any, dict[str, Number]]] = defaultdict(dict)
    for place, is_whole, line, *found in abreast(branches, key, span):
        counting, rows, some = parts[place]
        known = counting.wholes if is_whole else lines[counting, rows.key]
        values = known.setdefault(rows.key if is_whole else line, {})
        values |= numbers(some, found)
    for counting, rows, _measures in asked:
        by_line = lines[counting, rows.key]
        counting.lines[rows.key] = list(counting.coded(rows, by_line, keys))


def in_parts(measures: Sequence[Measure], at_once: int) -> Iterator[list[Measure]]:
    """So many spans each; what is not a span with the first."""
    spans = sorted({each.of for each in measures if each.how in SPREADS})
    rest = [each for each in measures if each.how not in SPREADS]
    for first in range(0, len(spans), at_once):
        some = spans[first : first + at_once]
        yield [*rest, *(each for each in measures if each.how in SPREADS and each.of in some)]
        rest = []


def types_of(
    counting: "Counting", rows: Rows, measures: Sequence[Measure], keys: list[Any] | None
) -> "tuple[Field[Any, Any], Field[Any, Any]]":
    """Of the key of a line, and of a median: facts say whole numbers, rows spans."""
    keyed = counting.keyed_for_medians(rows, keys)
    key: Any = CharField() if keyed is None else keyed.query.annotations["line_key"].output_field
    span = next(each.of for each in measures if each.how in SPREADS)
    of = rows.found(counting.asked).annotate(span=F(span)).query.annotations["span"].output_field
    is_record = key.is_relation
    return (
        BigIntegerField() if is_record else key,
        DurationField() if isinstance(of, DurationField) else FloatField(),
    )
