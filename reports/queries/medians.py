"""Medians and percentiles, of lines and of all rows together.

How many rows of a line have a span is counted before, with all else that is counted of the line. So
PostgreSQL sorts one column for all lines, the spans of each beyond those of the line before, and
says what stands at the ranks that matter (ADR 0094). SQLite reads the numbers (ADR 0063).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import CharField, DurationField, F, QuerySet

from reports.choices import How
from reports.queries.columns.layouts import UntoldError, days_of
from reports.queries.counting import as_span, percentile, ranks_of, reading_apart
from reports.queries.declaring import Measure, Number, Path, key_of
from reports.queries.numbers import SPREADS

APART = 1 << 52  # microseconds, 142 years: how far the spans of two lines lie from each other
LINES_AT_ONCE = 2_000  # as many as keep that a number of 64 bits
SPANS_AT_ONCE = 3  # fewer have the rows read more often, more leave a processor idle
NO_NUMBER, NO_TEXT = -2, ""  # stand for a unit that is missing, which would equal none
REST = object()  # stands for the units that no line has
InOrder = list[list[Any]]  # of each span what is known, in order


def counted(span: str) -> str:
    """The key of the figure that tells how many rows have the span."""
    return f"{span}_counted"


def counts_of(measures: Sequence[Measure]) -> list[Measure]:
    """The figures that tell how many rows have each span."""
    spans = {each.of: each.rows for each in measures if each.how in SPREADS}
    return [
        Measure(counted(span), "", rows=rows, of=span, hidden=True) for span, rows in spans.items()
    ]


@dataclass(frozen=True)
class Spreads:
    """The spans of rows. `by` is what tells the unit of a row, `units` the lines of each unit; a
    row has several units where it is not `is_one`. `lines` and `whole` know how many rows have each
    span; what is found is left with them.
    """

    rows: QuerySet[Any]
    measures: Sequence[Measure]
    by: Path
    units: Mapping[Any, Sequence[Any]]
    is_one: bool
    lines: Mapping[Any, dict[str, Number]]
    whole: dict[str, Number]

    @property
    def spans(self) -> list[str]:
        return sorted({each.of for each in self.measures})

    def ranks(self, span: str, count: int) -> set[int]:
        """Of so many in their order those that must be known."""
        shares = [SPREADS[How(each.how)] for each in self.measures if each.of == span]
        return {rank for share in shares for rank in ranks_of(count, *share)} if count else set()

    def tell(
        self, values: dict[str, Number], span: str, count: int, at: Callable[[int], Any]
    ) -> None:
        """A line, or the whole, what its spans say; `at` tells which one stands at a rank."""
        for each in self.measures:
            if each.of == span:
                share = SPREADS[How(each.how)]
                values[each.key] = as_span(percentile(at, count, *share)) if count else None


def find(spreads: Sequence[Spreads]) -> None:
    """Every median and percentile; then it is no longer told how many spans there are."""
    rest = [each for each in spreads if not is_found_in_columns(each)]
    if connection.vendor == "postgresql":
        find_by_rank([branch for each in rest for branch in branches_of(each)])
    else:
        for each in rest:
            find_by_reading(each)
    for each in spreads:
        for values in (each.whole, *each.lines.values()):
            for measure in each.measures:
                values.setdefault(measure.key, None)
            for span in each.spans:
                values.pop(counted(span), None)


def is_found_in_columns(spreads: Spreads) -> bool:
    try:
        days = days_of(spreads.rows)
        from reports.queries.columns import spreading  # noqa: PLC0415  (with numpy, where needed)

        spreading.find(days, spreads)
    except UntoldError:
        return False
    return True


# SQLite


def find_by_reading(spreads: Spreads) -> None:
    """The rows are read once for all spans: to number them by a window takes ten times as long.
    Each unit's are sorted once, for its lines and for the whole.
    """
    rows = spreads.rows.order_by()
    by_unit: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    keyed = rows.annotate(unit=key_of(spreads.by)).values_list("unit", *spreads.spans)
    for row in keyed.iterator(5_000):
        by_unit[row[0] if row[0] in spreads.units else REST].append(row[1:])
    known = {unit: in_order(of_unit) for unit, of_unit in by_unit.items()}
    of_line: dict[Any, list[InOrder]] = defaultdict(list)
    for unit, spans in known.items():
        for line in spreads.units.get(unit, ()):
            of_line[line].append(spans)
    for line, values in spreads.lines.items():
        tell_all(spreads, values, of_line[line])
    of_all = [*known.values()] if spreads.is_one else [in_order(rows.values_list(*spreads.spans))]
    tell_all(spreads, spreads.whole, of_all)


def in_order(rows: Iterable[tuple[Any, ...]]) -> InOrder:
    """Of each span those that are known."""
    return [
        sorted(each for each in column if each is not None) for column in zip(*rows, strict=True)
    ]


def tell_all(spreads: Spreads, values: dict[str, Number], parts: Sequence[InOrder]) -> None:
    """Of parts that are in order; to put what is in order together is quick."""
    for place, span in enumerate(spreads.spans):
        known = [each for part in parts if part for each in part[place]]
        if len(parts) > 1:
            known.sort()
        spreads.tell(values, span, len(known), known.__getitem__)


# PostgreSQL


@dataclass(frozen=True)
class Column:
    """What is sorted: a span of some lines, one line after the other, or of all rows. What each
    line says is left with it.
    """

    spreads: Spreads
    span: str
    lines: Sequence[dict[str, Number]]

    @property
    def counts(self) -> list[int]:
        return [int(values.get(counted(self.span)) or 0) for values in self.lines]  # type: ignore[arg-type]

    @property
    def ranks(self) -> list[int]:
        """Those that must be known, among all that is sorted."""
        starts = accumulate(self.counts, initial=0)
        return sorted(
            start + rank
            for start, count in zip(starts, self.counts, strict=False)
            for rank in self.spreads.ranks(self.span, count)
        )

    @property
    def shares(self) -> list[float]:
        """The same ranks as shares of all, each in the middle of its step."""
        count = sum(self.counts)
        return [(rank + 0.5) / count for rank in self.ranks]

    def tell(self, standing: Sequence[int] | None) -> None:
        """The lines what stands at the ranks."""
        at = dict(zip(self.ranks, standing or (), strict=True))
        first = 0
        for place, (values, count) in enumerate(zip(self.lines, self.counts, strict=True)):
            own = partial(standing_at, at, first, place)
            self.spreads.tell(values, self.span, count, own)
            first += count


def standing_at(at: Mapping[int, int], first: int, place: int, rank: int) -> int:
    """Of the line at this place, whose first rank among all is given."""
    return at[first + rank] - place * APART


@dataclass(frozen=True)
class Branch:
    """Some spans of rows that are read in one go, for some lines, for the whole or for both."""

    spreads: Spreads
    spans: Sequence[str]
    keys: Sequence[Any]
    and_whole: bool

    @property
    def columns(self) -> list[Column]:
        told = [[self.spreads.lines[key] for key in self.keys]] if self.keys else []
        told += [[self.spreads.whole]] if self.and_whole else []
        return [Column(self.spreads, span, lines) for lines in told for span in self.spans]

    def sql(self, place: int) -> tuple[str, list[Any]]:
        """One row: the place of the branch, and of each column what stands at its ranks."""
        unit = {"unit": key_of(self.spreads.by)} if self.keys else {}
        rows = self.spreads.rows.order_by().annotate(**unit)
        names = {span: f"span{number}" for number, span in enumerate(self.spans)}
        values = {span: whole_number(rows, span, name) for span, name in names.items()}
        sorted_ = []
        if self.keys:
            sorted_ += [SORTED.format(BESIDE.format(values[span]), "") for span in self.spans]
        if self.and_whole:
            whole = " filter (where is_first is not false)" if self.keys else ""
            sorted_ += [SORTED.format(values[span], whole) for span in self.spans]
        sorted_ += ["null::bigint[]"] * (2 * SPANS_AT_ONCE - len(sorted_))
        query = rows.values_list(*unit, *self.spans).query
        source, params = query.get_compiler(rows.db).as_sql()
        joined, units = self.joined(output_of(rows, "unit")) if self.keys else ("", [])
        shares = [column.shares for column in self.columns]
        read = f"({source}) as read ({', '.join([*unit, *names.values()])}){joined}"
        sql = f"(select {place}, {', '.join(sorted_)} from {read})"  # noqa: S608  (our own names)
        return sql, [*shares, *params, *units]

    def joined(self, unit: Any) -> tuple[str, list[Any]]:
        """The lines of each unit, and where these begin; the rows of others stay without one."""
        place = {key: number for number, key in enumerate(self.keys)}
        lines = {
            of_unit: [place[key] for key in keys if key in place]
            for of_unit, keys in self.spreads.units.items()
        }
        of, nothing = ("text", NO_TEXT) if isinstance(unit, CharField) else ("bigint", NO_NUMBER)
        known = {
            (nothing if key is None else key, line): number == 0
            for key, of_unit in lines.items()
            for number, line in enumerate(of_unit)
        }
        told = f"unnest(%s::{of}[], %s::bigint[], %s::bool[]) as told (of_unit, line, is_first)"
        units = [unit for unit, _line in known]
        begins = [line * APART for _unit, line in known]
        return (
            f" left join {told} on of_unit = coalesce(unit, %s)",
            [units, begins, list(known.values()), nothing],
        )


FAR = APART // 2 - 1
BESIDE = f"line + case when {{0}} > {FAR} then {FAR} when {{0}} < -{FAR} then -{FAR} else {{0}} end"
SORTED = "percentile_disc(%s::float8[]) within group (order by {}){}"


def branches_of(spreads: Spreads) -> Iterator[Branch]:
    known = [span for span in spreads.spans if spreads.whole.get(counted(span))]
    counts = [counted(span) for span in known]
    of_any = [key for key, values in spreads.lines.items() if any(map(values.get, counts))]
    for spans in in_parts(known, SPANS_AT_ONCE):
        is_read = False
        for keys in in_parts(of_any, LINES_AT_ONCE):
            yield Branch(spreads, spans, keys, spreads.is_one and not is_read)
            is_read = spreads.is_one
        if not is_read:
            yield Branch(spreads, spans, [], and_whole=True)


def in_parts(every: list[Any], at_once: int) -> Iterator[list[Any]]:
    for first in range(0, len(every), at_once):
        yield every[first : first + at_once]


def find_by_rank(branches: Sequence[Branch]) -> None:
    """All in one statement: one process sorts for a branch, whatever reads for it, so that several
    sort at once.
    """
    if not branches:
        return
    parts = [branch.sql(place) for place, branch in enumerate(branches)]
    statement = " union all ".join(sql for sql, _params in parts)
    with reading_apart() as cursor:
        cursor.execute(statement, [each for _sql, params in parts for each in params])
        for place, *found in cursor.fetchall():
            for column, standing in zip(branches[place].columns, found, strict=False):
                column.tell(standing)


def whole_number(rows: QuerySet[Any], span: str, name: str) -> str:
    """Facts say microseconds, rows the time between two moments."""
    is_interval = isinstance(output_of(rows, span), DurationField)
    return f"(extract(epoch from {name}) * 1000000)::bigint" if is_interval else name


def output_of(rows: QuerySet[Any], name: str) -> Any:
    return rows.annotate(named=F(name)).query.annotations["named"].output_field
