"""Rows are grouped by the record that they name, and read once for the lines and for the whole.

What a line is called (a code, several outlets) is found afterwards, of the few records that there
are: to join every row with its record, and to read all rows again for the whole, took longer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection
from django.db.models import BigIntegerField, Case, F, Model, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from employees.models import Employee
from reports.models import Involved
from reports.queries.columns.layouts import UntoldError, days_of
from reports.queries.declaring import Measure, Number, Path, key_of
from reports.queries.numbers import add

NONE, OTHERS = 0, -1  # no keys of records
FEW = (Involved, Employee)  # whose lines are found by reading those that are named
Known = dict[tuple[type[Model], str], dict[Any, list[Any]]]


@dataclass(frozen=True)
class GroupedBy:
    """What rows are grouped by. `model` is that of the record which they name in their field
    `name`, and `code` the path from it to the keys of its lines; without a model a row has the key
    of its line itself. `is_one`: each row has one unit, so that all units together are the whole;
    `is_line`: each record is a line of its own, so that its number stands for the line's key.
    `known` has what records say that were read before: each is read once.
    """

    path: Path
    is_one: bool
    model: type[Model] | None = None
    code: str = ""
    is_line: bool = False
    known: dict[Any, list[Any]] = field(default_factory=dict)

    def keys(self, units: Collection[Any]) -> dict[Any, list[Any]]:
        """The lines of each unit; several where it stands for several outlets."""
        if self.model is None:
            return {unit: [unit] for unit in units}
        self.know(pk__in=[each for each in units if each and each not in self.known])
        return {each: self.known.get(each, [None]) for each in units}

    def numbers(self, keys: Iterable[Any]) -> list[int]:
        """The records of these lines, each of which is a record."""
        wanted, known = list(keys), {code for (code,) in self.known.values()}
        self.know(**{f"{self.code}__in": [key for key in wanted if key not in known]})
        numbers = {code: number for number, (code,) in self.known.items()}
        return sorted(numbers[key] for key in wanted if key in numbers)

    def know(self, **wanted: list[Any]) -> None:
        """What these records say where the path leads."""
        assert self.model is not None
        if any(wanted.values()):
            found: dict[Any, list[Any]] = defaultdict(list)
            records = self.model._base_manager.filter(**wanted)
            for number, key in records.values_list("pk", self.code):
                found[number].append(key)
            self.known.update(found)

    def among(self, numbers: Collection[int]) -> Combinable:
        """These records, none, and all others as one."""
        return Case(
            When(**{f"{self.path}__isnull": True}, then=Value(NONE)),
            When(**{f"{self.path}__in": numbers}, then=F(str(self.path))),
            default=Value(OTHERS),
            output_field=BigIntegerField(),
        )


def unit_of(model: type[Model], path: Path, known: Known, *, is_partition: bool) -> GroupedBy:
    """Of rows of the model that are broken down by this path."""
    name, _two, code = path.partition("__") if isinstance(path, str) else ("", "", "")
    if name and code:
        to: Any = model._meta.get_field(name)
        of: Any = to.related_model
        is_line = bool(to.many_to_one) and is_unique(of, code)
        if is_line or (to.many_to_one and of in FEW):
            of_model = known.setdefault((of, code), {})
            return GroupedBy(name, True, of, code, is_line=is_line, known=of_model)
    return GroupedBy(path, is_partition)


def is_unique(model: type[Model], path: str) -> bool:
    return "__" not in path and bool(getattr(model._meta.get_field(path), "unique", False))


class Pool:
    """What rows sum up to, line by line and together, added up as they are read. Some figures are
    worked out of the sums of what rows have within a line (`Measure.pooled`): those are told apart.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        """Nothing is in it yet."""
        self.pooled = {each.key: each.pooled() for each in measures if each.pooled}
        self.sums: dict[Any, dict[str, Number]] = {}
        self.within: dict[Any, dict[Any, dict[str, Number]]] = defaultdict(dict)

    def add(self, line: Any, within: Any, values: Mapping[str, Number]) -> None:
        sums = [self.sums.setdefault(line, {})]
        if self.pooled:
            sums.append(self.within[line].setdefault(within, {}))
        for each in sums:
            for name, value in values.items():
                add(each, name, value)

    def values(self, line: Any) -> dict[str, Number]:
        worked = {key: of(self.within[line]) for key, of in self.pooled.items()}
        return self.sums.get(line, {}) | worked


class Groups(Protocol):
    """Rows by their unit: the unit, what is within it where that is told apart, the sums."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """In no order."""

    def only(self, units: Collection[Any]) -> Iterator[tuple[Any, ...]]:
        """Of these units, where nothing is told apart within them; None may be one."""

    def leading(self, leads: Sequence[str], most: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Of the units those that have most of each lead, most first, after the lead's name; and
        after no name the sums of all. To group many records is most of the work, so they are
        grouped once.
        """


@dataclass(frozen=True)
class Grouped:
    """By the database."""

    rows: QuerySet[Any]
    names: Sequence[str]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def only(self, units: Collection[Any]) -> Iterator[tuple[Any, ...]]:
        known = Q(line_key__in=[each for each in units if each is not None])
        return iter(self.rows.filter(known | Q(line_key=None) if None in units else known))

    def leading(self, leads: Sequence[str], most: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        compiler = self.rows.query.get_compiler(self.rows.db)
        sql, params = compiler.as_sql()
        quoted = connection.ops.quote_name
        key, sums = quoted("line_key"), [quoted(name) for name in self.names]
        whole = ", ".join(f"SUM({name})" for name in sums)
        parts = [f"SELECT {len(leads)}, NULL, {whole} FROM pool"]  # noqa: S608  (our own names)
        for place, lead in enumerate(leads):
            name = quoted(lead)
            chosen = f"SELECT {place}, {key}, {', '.join(sums)} FROM pool WHERE {name} <> 0"  # noqa: S608
            parts.append(
                f"SELECT * FROM ({chosen} ORDER BY {name} DESC LIMIT {most}) AS lead{place}"  # noqa: S608
            )
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH pool AS MATERIALIZED ({sql}) {' UNION ALL '.join(parts)}",
                params,
            )
            found = cursor.fetchall()
        read = compiler.results_iter(results=[[row[1:] for row in found]])
        for (place, *_rest), row in zip(found, read, strict=True):
            yield (*leads, "")[place], row


def grouped(rows: QuerySet[Any], by: Path, within: str, sums: Mapping[str, Combinable]) -> Groups:
    """By columns where these facts are kept in some, else by the database."""
    keys = {"line_key": key_of(by)} | ({"within": F(within)} if within else {})
    try:
        days = days_of(rows)
        from reports.queries.columns import grouping  # noqa: PLC0415  (with numpy, where needed)

        return grouping.Grouped.of(days, rows, keys, sums)
    except UntoldError:
        found = rows.order_by().annotate(**keys).values(*keys).annotate(**sums)
        return Grouped(found.values_list(*keys, *sums), list(sums))
