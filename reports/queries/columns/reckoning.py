"""What a statement says of facts, worked out of their columns.

Of each fact whether a condition holds of it, and what an expression says of it. Whatever is not
known here raises `UntoldError`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Case, ExpressionWrapper, Func, Model, QuerySet, Value
from django.db.models.expressions import BaseExpression, Col
from django.db.models.lookups import Lookup
from django.db.models.sql import Query
from django.db.models.sql.where import AND, NothingNode, WhereNode

from reports.queries.columns.layouts import DAYS_BEFORE, Days, UntoldError, is_own
from reports.queries.columns.packing import Column, Flags, slices, small
from reports.queries.columns.tables import Table
from reports.queries.facts import since_epoch

RECORDS_AT_ONCE = 5_000
COMPARED = {
    "exact": np.equal, "gt": np.greater, "gte": np.greater_equal, "lt": np.less,
    "lte": np.less_equal,
}  # fmt: skip


class Truth(NamedTuple):
    """Of each fact whether it is so; `unknown` where something is missing that would tell."""

    true: Flags
    unknown: Flags | None = None

    def negated(self) -> "Truth":
        if self.unknown is None:
            return Truth(~self.true)
        return Truth(~(self.true | self.unknown), self.unknown)

    def both(self, other: "Truth") -> "Truth":
        true = self.true & other.true
        if self.unknown is None and other.unknown is None:
            return Truth(true)
        false = self.negated().true | other.negated().true
        return Truth(true, ~(true | false))

    def either(self, other: "Truth") -> "Truth":
        return self.negated().both(other.negated()).negated()


@dataclass(frozen=True)
class Facts:
    """The facts of a queryset, of whose expressions those that are asked for are resolved."""

    query: Query
    table: Table

    @classmethod
    def of(cls, days: Days, rows: QuerySet[Any], asked: Mapping[str, Any]) -> "Facts":
        query = rows.order_by().annotate(**asked).query
        names = {path_of(query, each)[0] for each in columns_in(query)}
        return cls(query, Table.of(days, names & days.layout.fields.keys()))

    @cached_property
    def chosen(self) -> Flags:
        """Which of the table's facts are meant."""
        return self.holds(self.query.where).true

    def expression(self, name: str) -> Any:
        return self.query.annotations[name]

    # Conditions

    def holds(self, condition: Any) -> Truth:
        match condition:
            case WhereNode():
                truth = self.all_hold(condition)
            case NothingNode():
                truth = Truth(np.zeros(self.table.rows, bool))
            case ExpressionWrapper():
                truth = self.holds(condition.expression)
            case Lookup():
                truth = self.found(condition)
            case _:
                raise UntoldError(condition)
        return truth

    def found(self, lookup: Any) -> Truth:
        match lookup:
            case Lookup(lookup_name="isnull"):
                truth = self.is_missing(lookup.lhs, missing=bool(lookup.rhs))
            case Lookup(lookup_name="exact", lhs=ExpressionWrapper(), rhs=bool()):
                truth = self.holds(lookup.lhs)
                truth = truth if lookup.rhs else truth.negated()
            case Lookup(lookup_name=("exact" | "in"), lhs=Col()) if not self.is_own(lookup.lhs):
                truth = self.is_of_record(lookup)
            case Lookup(lookup_name="in"):
                truth = self.is_among(lookup)
            case Lookup(lookup_name=("gte" | "lt"), lhs=Col()) if self.is_of_span(lookup):
                truth = self.in_span(lookup)
            case Lookup(lookup_name=name) if name in COMPARED:
                truth = self.compared(lookup)
            case _:
                raise UntoldError(lookup)
        return truth

    def all_hold(self, node: WhereNode) -> Truth:
        if node.connector not in ("AND", "OR"):
            raise UntoldError(node)
        truth: Truth | None = None
        for child in node.children:
            one = self.holds(child)
            if truth is None:
                truth = one
            else:
                truth = truth.both(one) if node.connector == AND else truth.either(one)
        truth = truth or Truth(np.ones(self.table.rows, bool))
        return truth.negated() if node.negated else truth

    def is_missing(self, expression: Any, *, missing: bool) -> Truth:
        known = self.known(expression)
        if known is None:
            known = np.ones(self.table.rows, bool)
        return Truth(~known if missing else known)

    def is_of_span(self, lookup: Any) -> bool:
        """Whether it says where the span begins or ends that the table was read for."""
        days = self.table.days
        bound = days.begins if lookup.lookup_name == "gte" else days.ends
        is_moment = lookup.lhs.target.name == days.layout.moment
        return is_moment and self.is_own(lookup.lhs) and lookup.rhs == bound

    def in_span(self, lookup: Any) -> Truth:
        true = np.ones(self.table.rows, bool)
        for some, moments in self.table.edges():
            true[some] = COMPARED[lookup.lookup_name](moments, whole(lookup.rhs))
        return Truth(true)

    def compared(self, lookup: Any) -> Truth:
        column, wanted = self.numbers(lookup.lhs), lookup.rhs
        if column.words is not None:
            if lookup.lookup_name != "exact":
                raise UntoldError(lookup)
            wanted = column.words.index(wanted) if wanted in column.words else -1
        else:
            wanted = whole(wanted)
        return known_of(column, COMPARED[lookup.lookup_name](column.values, wanted))

    def is_among(self, lookup: Any) -> Truth:
        column = self.numbers(lookup.lhs)
        wanted = [each for each in listed(lookup.rhs) if each is not None]
        if column.words is not None:
            places = {word: place for place, word in enumerate(column.words)}
            wanted = [places[each] for each in wanted if each in places]
        return among(column, [whole(each) for each in wanted])

    def is_of_record(self, lookup: Any) -> Truth:
        """A condition on a record that a fact names: the records are asked."""
        name, model, path = path_of(self.query, lookup.lhs)
        wanted = {f"{path}__{lookup.lookup_name}": lookup.rhs}
        numbers = model._base_manager.filter(**wanted).values_list("pk", flat=True)
        return among(self.table.column(name), list(numbers))

    # Numbers

    def is_own(self, of: Col) -> bool:
        return is_own(self.query, of)

    def numbers(self, expression: Any) -> Column:
        """What is said of each fact."""
        match expression:
            case Col() if self.is_own(expression):
                column = self.own(expression.target.name)
            case Col():
                column = self.followed(expression)
            case ExpressionWrapper():
                column = self.numbers(expression.expression)
            case Value():
                column = self.same(expression.value)
            case Case():
                column = self.by_case(expression)
            case Func(function="WIDTH_BUCKET"):
                column = self.by_width(expression)
            case _:
                raise UntoldError(expression)
        return column

    def own(self, name: str) -> Column:
        layout = self.table.layout
        return self.same(layout.source) if name == "source" else self.table.column(name)

    def by_width(self, expression: Any) -> Column:
        path, begins = expression.get_source_expressions()
        column = self.numbers(path)
        steps = np.array([whole(each) for each in begins.value])
        places = np.empty(self.table.rows, "<i4")
        for some in slices(self.table.rows):
            places[some] = np.searchsorted(steps, column.values[some], side="right")
        return Column(places, column.known)

    def known(self, expression: Any) -> Flags | None:
        """Of which facts something is said at all."""
        if isinstance(expression, Col) and self.is_own(expression):
            return self.table.known(expression.target.name)
        return self.numbers(expression).known

    def same(self, value: Any) -> Column:
        """The same of every fact."""
        rows = self.table.rows
        if value is None:
            return Column(np.zeros(rows, "<i1"), np.zeros(rows, bool))
        if isinstance(value, str):
            return Column(np.zeros(rows, "<i1"), words=[value])
        return Column(np.broadcast_to(small([whole(value)]), rows))

    def by_case(self, case: Case) -> Column:
        """The first that holds is written last."""
        default = self.numbers(case.default)
        results = [self.numbers(when.result) for when in case.cases]
        if any(each.words is not None for each in (default, *results)):
            raise UntoldError(case)
        values = default.values.astype(
            np.result_type(default.values, *(each.values for each in results))
        )
        known = np.ones(len(values), bool) if default.known is None else default.known.copy()
        with self.table.holding():
            for when, result in reversed([*zip(case.cases, results, strict=True)]):
                true = self.holds(when.condition).true
                values[true] = result.values[true]
                known[true] = True if result.known is None else result.known[true]
        return Column(values, None if known.all() else known)

    def followed(self, of: Col) -> Column:
        """What the records say that the facts name."""
        name, model, path = path_of(self.query, of)
        column = self.table.column(name)
        if column.known is not None:
            column = Column(np.where(column.known, column.values, 0))
        numbers, places = np.unique(column.values, return_inverse=True)
        said: dict[int, Any] = {}
        for first in range(0, len(numbers), RECORDS_AT_ONCE):
            some = numbers[first : first + RECORDS_AT_ONCE].tolist()
            said.update(model._base_manager.filter(pk__in=some).values_list("pk", path))
        texts = [said.get(number) for number in numbers.tolist()]
        if not all(each is None or isinstance(each, str) for each in texts):
            raise UntoldError(of)
        words: dict[Any, int] = {}
        of_record = np.array([words.setdefault(each, len(words)) for each in texts], "<i4")
        known = np.array([each is not None for each in texts], bool)
        return Column(of_record[places], known[places], [each or "" for each in words])


def among(column: Column, wanted: list[int]) -> Truth:
    return known_of(column, np.isin(column.values, np.array(wanted, dtype="<i8")))


def known_of(column: Column, true: Flags) -> Truth:
    """So it is where the column is known."""
    return Truth(true) if column.known is None else Truth(true & column.known, ~column.known)


def whole(value: Any) -> int:
    """As columns have it."""
    match value:
        case bool() | int():
            return int(value)
        case datetime():
            return since_epoch(value)
        case date():
            return value.toordinal() - DAYS_BEFORE
        case Model():
            return int(value.pk)
    raise UntoldError(value)


def listed(wanted: Any) -> Iterable[Any]:
    """What is in a list, or found by a statement of its own."""
    if not isinstance(wanted, Query):
        return list(wanted)
    found: QuerySet[Any] = QuerySet(wanted.model, query=wanted.clone())
    if not wanted.has_select_fields:
        return found.values_list("pk", flat=True)
    selected: Any = wanted.select[0] if len(wanted.select) == 1 else None
    if selected is None or not is_own(wanted, selected):
        raise UntoldError(wanted)
    return found.values_list(selected.target.attname, flat=True)


def path_of(query: Query, of: Any) -> tuple[str, type[Model], str]:
    """Of what is said by a record, or one that it names: the fact's field, whose model, and the way
    on from there; of what the fact says itself its field alone.
    """
    names, alias, model = [of.target.name], of.alias, of.target.model
    while alias != query.base_table:
        join: Any = query.alias_map[alias]
        if not join.join_field.many_to_one:
            raise UntoldError(of)
        names.insert(0, join.join_field.name)
        alias, model = join.parent_alias, join.join_field.related_model
    return names[0], model, "__".join(names[1:])


def columns_in(of: Any) -> Iterator[Col]:
    """All that are read of a statement's facts, wherever."""
    if isinstance(of, Col):
        yield of
        return
    parts: list[Any] = []
    if isinstance(of, Query):
        parts = [of.where, *of.annotations.values()]
    elif isinstance(of, WhereNode):
        parts = of.children
    elif isinstance(of, BaseExpression):
        parts = of.get_source_expressions()
    for each in parts:
        if not isinstance(each, Query):  # a statement of its own
            yield from columns_in(each)
