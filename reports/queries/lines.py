"""Every line of a question about one period: what is counted, summed, pooled, spread."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from reports.choices import How
from reports.periods import Period
from reports.queries.breaking import OVER_TIME
from reports.queries.declaring import (
    Breakdown,
    Measure,
    Number,
    Path,
    Rows,
    key_of,
)
from reports.queries.medians import Spreads, counts_of
from reports.queries.numbers import (
    SPREADS,
    add,
    adds_up,
    is_added,
    is_aggregated,
    number,
    numbers,
    zero,
)
from reports.queries.pooling import (
    NONE,
    OTHERS,
    GroupedBy,
    Groups,
    Known,
    Pool,
    grouped,
    unit_of,
)
from reports.queries.requests import Asked

OF_CLOCK = "target"
TIES = 150  # so many more lines are read, to find all that count as much as the last one
ALL = object()  # stands for all lines together
NOWHERE = Value("", output_field=CharField())


class Units(NamedTuple):
    """What rows were grouped by, and the lines of each unit of it; `is_one`: a row has but one."""

    by: Path
    lines: Mapping[Any, list[Any]]
    is_one: bool


def buckets_of(asked: Asked) -> list[Period]:
    return asked.scope.period.buckets


class Counting:
    """The measures of one question about one period."""

    def __init__(
        self, measures: Sequence[Measure], asked: Asked, breakdown: Breakdown, known: Known
    ) -> None:
        """Nothing is read yet, but for what is `known` of records."""
        self.measures, self.asked, self.breakdown, self.known = measures, asked, breakdown, known
        self.units: dict[str, Units] = {}  # of each kind of rows
        self.wholes: dict[str, dict[str, Number]] = {}
        self.leads: dict[str, dict[Any, dict[str, Number]]] = {}
        self.groups: dict[str, Groups] = {}  # of the kinds of rows of which leads are known
        by_rows: dict[str, list[Measure]] = defaultdict(list)
        for each in measures:
            if each.rows is not None and each.rows.can_tell(asked.scope.filters):
                by_rows[each.rows.key].append(each)
        self.by_rows = [[*some, *counts_of(some)] for some in by_rows.values()]

    def keys(self) -> list[Any]:
        """Where they are known beforehand; none otherwise."""
        if self.breakdown.key == OVER_TIME:
            return [each.first.isoformat() for each in buckets_of(self.asked)]
        return list(self.breakdown.order)

    def largest(self, leads: Sequence[str], most: int) -> dict[str, list[Any]]:
        """Of each leading measure the keys of the lines of which it counts most; ties by key."""
        found: dict[str, list[Any]] = {}
        for measures in self.by_rows:
            leading_ = [each for each in measures if each.key in leads]
            assert measures[0].rows is not None
            if leading_ and self.has_path(measures[0].rows):
                summed = [each for each in leading_ if is_aggregated(each)]
                known = self.largest_records(measures, summed, most) if summed else {}
                for each in leading_:
                    keys = known.get(each.key)
                    found[each.key] = self.largest_lines(each, most) if keys is None else keys
        return found

    def others(self, leads: Sequence[str], most: int) -> list[Any]:
        """The lines that have rows of a kind of which no lead counts any."""
        found: list[Any] = []
        for measures in self.by_rows:
            rows = measures[0].rows
            assert rows is not None
            if self.has_path(rows) and not any(each.key in leads for each in measures):
                keys = self.keyed(rows).values_list("line_key", flat=True).distinct()
                found += map(self.key_of, keys.order_by("line_key")[:most])
        return found

    def largest_lines(self, measure: Measure, most: int) -> list[Any]:
        assert measure.rows is not None
        if measure.worked:
            return self.largest_worked(measure, most)
        rows = self.keyed(measure.rows).values("line_key").annotate(lead=self.aggregate(measure))
        lines = rows.exclude(lead=None).exclude(lead=0).order_by("-lead", "line_key")[:most]
        return [self.key_of(row["line_key"]) for row in lines]

    def largest_worked(self, measure: Measure, most: int) -> list[Any]:
        """The same of what is worked out row by row."""
        assert measure.rows is not None
        sums: dict[Any, Any] = {}
        for key, _name, value in self.worked_of(self.keyed(measure.rows), [measure]):
            sums[key] = sums.get(key, 0) + (value or 0)
        keys = sorted((-value, str(key), key) for key, value in sums.items() if value)
        return [key for _value, _text, key in keys[:most]]

    def largest_records(
        self, measures: Sequence[Measure], leads: Sequence[Measure], most: int
    ) -> dict[str, list[Any]]:
        """The same where lines are records that rows name; all that the largest lines count, and
        what all lines do, is read with them where it adds up. Without a lead of which so many lines
        count as much as the last one that more would have to be read to put them in order.
        """
        rows = measures[0].rows
        assert rows is not None
        unit = self.unit(rows)
        if not unit.is_line:
            return {}
        summed = [each for each in measures if is_aggregated(each)]
        is_all = not any(each.pooled for each in measures)
        if not is_all:
            summed = list(leads)
        sums = self.aggregates(summed)
        units = grouped(rows.found(self.asked), unit.path, "", sums)
        tops: dict[str, list[tuple[Any, Any]]] = {f"m_{each.key}": [] for each in leads}
        lines: dict[Any, dict[str, Number]] = {}
        for lead, (number_, *found) in units.leading(list(tops), most + TIES):
            if lead:
                tops[lead].append((found[list(sums).index(lead)], number_))
                lines[number_] = numbers(summed, found)
            elif is_all:
                self.wholes[rows.key] = numbers(summed, found)
        keys = {each: self.key_of(key) for each, (key,) in unit.keys(lines).items()}
        if is_all:
            self.leads[rows.key] = {keys[each]: values for each, values in lines.items()}
            self.groups[rows.key] = units
        return {
            lead.removeprefix("m_"): [
                key for _lead, key in sorted((-of, keys[each]) for of, each in top)[:most]
            ]
            for lead, top in tops.items()
            if len(top) < most + TIES or top[most - 1][0] != top[-1][0]
        }

    def by_key(self, keys: Sequence[Any]) -> dict[Any, dict[str, Number]]:
        """Every measure of these lines."""
        found: dict[Any, dict[str, Number]] = {key: {} for key in keys}
        for measures in self.by_rows:
            self.count_lines(measures, found, list(keys))
        return self.filled(found)

    def all_lines(self) -> dict[Any, dict[str, Number]]:
        """Every measure of every line that there is, and of those that there are in any case."""
        found: dict[Any, dict[str, Number]] = {key: {} for key in self.keys()}
        for measures in self.by_rows:
            more: dict[Any, dict[str, Number]] = defaultdict(dict)
            self.count_lines(measures, more, None)
            for key, values in more.items():
                found.setdefault(key, {}).update(values)
        return self.filled(found)

    def filled(self, found: dict[Any, dict[str, Number]]) -> dict[Any, dict[str, Number]]:
        """With a nought where there were no rows, and what is worked out of others."""
        counted_ = [
            each
            for measures in self.by_rows
            for each in measures
            if is_added(each) and each.rows and (self.has_path(each.rows) or self.is_lasting(each))
        ]
        for values in found.values():
            for each in counted_:
                values.setdefault(each.key, zero(each))
            self.complete(values)
        return found

    def keyed_only(
        self, measures: Sequence[Measure], keys: list[Any] | None
    ) -> QuerySet[Any] | None:
        """The rows with the key of their line, of some lines or of all; none without a path."""
        rows = measures[0].rows
        assert rows is not None
        if not self.has_path(rows):
            return None
        return self.keyed(rows) if keys is None else self.only(self.keyed(rows), keys)

    def count_lines(
        self,
        measures: Sequence[Measure],
        found: dict[Any, dict[str, Number]],
        keys: list[Any] | None,
    ) -> None:
        """Of some lines, or of all."""
        keyed = self.keyed_only(measures, keys)
        if keyed is None:
            for key, name, value in self.lasting(measures):
                add(found[key], name, value)
            return
        for key, values in self.sums_of_lines(measures, keyed, keys):
            if keys is None or key in found:
                found[key].update(values)
        for key, name, value in self.worked_of(keyed, measures):
            if keys is None or key in found:
                add(found[key], name, value)

    def sums_of_lines(
        self, measures: Sequence[Measure], keyed: QuerySet[Any], keys: list[Any] | None
    ) -> Iterable[tuple[Any, dict[str, Number]]]:
        """What is counted and summed, of lines and, where one reading tells both, of the whole."""
        rows = measures[0].rows
        assert rows is not None
        if keys is not None and (known := self.leads.get(rows.key)) is not None:
            self.units[rows.key] = self.units_of_records(rows, keys)
            missing = [key for key in keys if key not in known]
            return [*known.items(), *self.sums_of_records(measures, missing)]
        if self.is_of_clocks(rows):
            return self.clocks_of(keyed, measures)
        unit = self.unit(rows)
        if keys is None:
            return self.pooled(measures, unit.path, unit.keys, and_whole=unit.is_one)
        if unit.is_line:
            of = unit.numbers(key for key in keys if key != "")
            names = {NONE: [""], OTHERS: [], **unit.keys(of)}
            return self.pooled(measures, unit.among(of), lambda _units: names, and_whole=True)
        lines: dict[Any, list[Any]] = {key: [key] for key in keys}
        if "" in keys:
            lines[None] = [""]
        self.units[rows.key] = Units(unit.path, lines, is_one=unit.is_one)
        return self.sums_of(keyed, measures)

    def units_of_records(self, rows: Rows, keys: Sequence[Any]) -> Units:
        """Lines that are records, by their numbers, and that of none."""
        unit = self.unit(rows)
        lines = unit.keys(unit.numbers(key for key in keys if key != ""))
        return Units(unit.path, lines | ({None: [""]} if "" in keys else {}), is_one=True)

    def sums_of_records(
        self, measures: Sequence[Measure], keys: Sequence[Any]
    ) -> Iterator[tuple[Any, dict[str, Number]]]:
        """Of lines that are records: found by their numbers, without a join of each row."""
        rows = measures[0].rows
        if not keys or rows is None:
            return
        lines = self.units_of_records(rows, keys).lines
        summed = [each for each in measures if is_aggregated(each)]
        for number_, *sums in self.groups[rows.key].only(lines):
            (key,) = lines[number_]
            yield key, numbers(summed, sums)

    def sums_of(
        self, keyed: QuerySet[Any], measures: Sequence[Measure]
    ) -> Iterator[tuple[Any, dict[str, Number]]]:
        """What is counted and summed of rows with the key of their line."""
        pool = Pool(measures)
        for key, within, values in self.read(keyed, "line_key", measures):
            pool.add(self.key_of(key), within, values)
        for key in pool.sums:
            yield key, pool.values(key)

    def pooled(
        self,
        measures: Sequence[Measure],
        by: Path,
        keys_of_: Callable[[Collection[Any]], Mapping[Any, list[Any]]],
        *,
        and_whole: bool,
    ) -> Iterator[tuple[Any, dict[str, Number]]]:
        """The same, of units whose lines are found when they are read; and of all of them."""
        rows = measures[0].rows
        assert rows is not None
        pool = Pool(measures)
        read = list(self.read(rows.found(self.asked), by, measures))
        codes = keys_of_({unit for unit, _within, _values in read})
        keys = {unit: [self.key_of(code) for code in of] for unit, of in codes.items()}
        self.units[rows.key] = Units(by, keys, is_one=and_whole)
        for unit, within, values in read:
            for key in (*keys[unit], ALL):
                pool.add(key, within, values)
        if and_whole and read:
            self.wholes.setdefault(rows.key, {}).update(pool.values(ALL))
        for key in pool.sums:
            if key is not ALL:
                yield key, pool.values(key)

    def read(
        self, rows: QuerySet[Any], by: Path, measures: Sequence[Measure]
    ) -> Iterator[tuple[Any, Any, dict[str, Number]]]:
        """Key, what is within it where that is told apart, sums; one statement."""
        summed = [each for each in measures if is_aggregated(each)]
        if not summed:
            return
        of, sums = measures[0].rows, self.aggregates(summed)
        within = of.within if of and any(each.pooled for each in measures) else ""
        for key, *found in grouped(rows, by, within, sums):
            apart = found.pop(0) if within else None
            yield key, apart, numbers(summed, found)

    def aggregates(self, measures: Sequence[Measure]) -> dict[str, Combinable]:
        return {f"m_{each.key}": self.aggregate(each) for each in measures}

    def in_one(self, rows: Rows) -> QuerySet[Any]:
        """The rows, all of one line."""
        return rows.found(self.asked).order_by().annotate(line_key=NOWHERE)

    def clocks_of(
        self, facts_: QuerySet[Any], measures: Sequence[Measure]
    ) -> Iterator[tuple[Any, dict[str, Number]]]:
        """Of each kind of clock its line: a fact stands for those of all kinds."""
        sums = {
            f"m_{key}_{each.key}": each.on_facts(self.asked, key)
            for key in self.breakdown.order
            for each in measures
            if each.on_facts
        }
        for _nowhere, *of_all in grouped(facts_, NOWHERE, "", sums):
            found = dict(zip(sums, of_all, strict=True))
            for key in self.breakdown.order:
                yield key, {it.key: number(it, found[f"m_{key}_{it.key}"]) for it in measures}

    def spreads(
        self, lines: Mapping[Any, dict[str, Number]], whole: dict[str, Number]
    ) -> Iterator[Spreads]:
        """The medians and percentiles that are wanted of what was counted before."""
        for measures in self.by_rows:
            rows, wanted = measures[0].rows, [each for each in measures if each.how in SPREADS]
            if wanted and rows is not None:
                of = self.units.get(rows.key, Units(NOWHERE, {}, is_one=True))
                yield Spreads(rows.found(self.asked), wanted, *of, lines, whole)

    def worked_of(
        self, keyed: QuerySet[Any], measures: Sequence[Measure]
    ) -> Iterator[tuple[Any, str, Number]]:
        """What is worked out row by row: the line, the measure, what it adds to it."""
        for each in measures:
            if each.worked:
                for key, value in each.worked(self.asked, keyed.filter(self.condition(each))):
                    yield self.key_of(key), each.key, value

    def lasting(self, measures: Sequence[Measure]) -> Iterator[tuple[Any, str, Number]]:
        """Of rows that last: the day, week or month, the measure, what it adds to it."""
        for each in measures:
            if self.is_lasting(each) and each.over_time:
                for key, value in each.over_time(self.asked, each.narrowed(self.asked)):
                    yield key, each.key, value

    def is_lasting(self, measure: Measure) -> bool:
        return self.breakdown.key == OVER_TIME and measure.over_time is not None

    def whole(self, by_key: Mapping[Any, dict[str, Number]]) -> dict[str, Number]:
        """All rows together: of what adds up the sum of the lines, else counted again."""
        values: dict[str, Number] = {}
        adds_up = self.has_all_lines and self.breakdown.is_partition
        for measures in self.by_rows:
            self.count_whole(measures, values, by_key if adds_up else None)
        self.complete(values)
        return values

    @property
    def has_all_lines(self) -> bool:
        """So few that every row is counted on its line, whatever it says."""
        return bool(self.keys()) or self.breakdown.is_few

    def count_whole(
        self,
        measures: Sequence[Measure],
        values: dict[str, Number],
        lines: Mapping[Any, dict[str, Number]] | None,
    ) -> None:
        rows = measures[0].rows
        assert rows is not None
        known = self.wholes.get(rows.key, {})
        added = [each for each in measures if is_added(each) and each.key not in known]
        values.update({each.key: zero(each) for each in added})
        if lines is not None and self.has_path(rows) and all(map(adds_up, added)):
            for each in added:
                for line in lines.values():
                    add(values, each.key, line.get(each.key))
            added = []
        found = self.in_one(rows)
        values.update(known)
        for _key, sums in self.sums_of(found, added) if added else ():
            values.update(sums)
        for _key, name, value in self.worked_of(found, added):
            add(values, name, value)

    def complete(self, values: dict[str, Number]) -> None:
        """What is worked out of others, in their order."""
        for each in self.measures:
            if each.from_ is not None:
                values[each.key] = each.from_(values)

    def has_path(self, rows: Rows) -> bool:
        if self.breakdown.key == OVER_TIME:
            return bool(rows.moment or rows.day)
        return self.breakdown.key in rows.paths

    def is_of_clocks(self, rows: Rows) -> bool:
        """A fact stands for the clocks of several lines."""
        return self.breakdown.key == OF_CLOCK and rows.paths.get(OF_CLOCK) == ""

    def unit(self, rows: Rows) -> GroupedBy:
        if self.breakdown.key == OVER_TIME:
            return GroupedBy(bucket_key(rows, self.asked), is_one=True)
        path, model = rows.paths[self.breakdown.key], rows.found(self.asked).model
        return unit_of(model, path, self.known, is_partition=self.breakdown.is_partition)

    def keyed(self, rows: Rows) -> QuerySet[Any]:
        """The rows, each with the key of its line."""
        found = rows.found(self.asked).order_by()
        if self.is_of_clocks(rows):
            return found
        if self.breakdown.key == OVER_TIME:
            return found.annotate(line_key=bucket_key(rows, self.asked))
        return found.annotate(line_key=key_of(rows.paths[self.breakdown.key]))

    def only(self, keyed: QuerySet[Any], keys: list[Any]) -> QuerySet[Any]:
        """Narrowed to some lines, where there may be many more."""
        known = Q(line_key__in=[key for key in keys if key != ""])
        if "" not in keys:
            return keyed.filter(known)
        nothing = Q(line_key=None)
        return keyed.filter(known | nothing | (Q() if self.breakdown.is_number else Q(line_key="")))

    def aggregate(self, measure: Measure) -> Combinable:
        if measure.on_facts and measure.rows and measure.rows.facts is None:
            return measure.on_facts(self.asked, "")
        where = self.condition(measure)
        if measure.how == How.COUNT:
            of = measure.of or "pk"
            return Count(of, filter=where) if where else Count(of)
        return Sum(measure.of, filter=where) if where else Sum(measure.of)

    def condition(self, measure: Measure) -> Q:
        return measure.condition(self.asked)

    def key_of(self, key: Any) -> Any:
        """The key of a line: "" for none, the first day of a bucket for its place."""
        if key is None:
            return ""
        if self.breakdown.key == OVER_TIME and isinstance(key, int):
            return buckets_of(self.asked)[max(key, 1) - 1].first.isoformat()
        return key


def bucket_key(rows: Rows, asked: Asked) -> Combinable:
    """Which of the buckets, from 1, a row falls into: the period ends with the last one."""
    buckets = buckets_of(asked)
    if connection.vendor == "postgresql":
        path, of = (rows.moment, "timestamptz") if rows.moment else (rows.day, "date")
        begins = [each.starts if rows.moment else each.first for each in buckets]
        return WidthBucket(path, Value(begins), of=of)
    whens = []
    for place, each in enumerate(buckets, 1):
        ends: dict[str, Any] = (
            {f"{rows.moment}__lt": each.ends} if rows.moment else {f"{rows.day}__lt": each.after}
        )
        whens.append(When(**ends, then=place))
    return Case(*whens, output_field=IntegerField())


class WidthBucket(Func):
    """Found by halving: a CASE would compare with each beginning, and give texts to sort."""

    function = "WIDTH_BUCKET"
    template = "%(function)s(%(expressions)s::%(of)s[])"
    output_field = IntegerField()
