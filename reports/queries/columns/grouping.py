"""Facts in columns by the groups that a statement makes of them, and what it sums up of each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, ExpressionWrapper, QuerySet, Sum
from django.db.models.expressions import Combinable, CombinedExpression, Star
from django.db.models.functions import Coalesce

from reports.queries.columns.layouts import Days, UntoldError
from reports.queries.columns.packing import Column, Flags, Numbers, slices, smallest
from reports.queries.columns.reckoning import Facts, whole

EXACT = 1 << 53  # so far a floating number counts whole ones
MOST_PAIRS = 1 << 24  # of units and what is within them, each of which takes room


@dataclass(frozen=True)
class Units:
    """By what facts are grouped: of each fact the place of its unit among `keys`; that of one that
    is not meant comes after the last.
    """

    places: Numbers
    keys: Sequence[Any]

    @classmethod
    def of(cls, column: Column, chosen: Flags) -> "Units":
        """Those that there are among the chosen facts."""
        return cls.among(*compact(column), chosen)

    @classmethod
    def of_both(cls, outer: Column, inner: Column, chosen: Flags) -> "Units":
        """Pairs, of what is within another."""
        (places, keys), (own, own_keys) = compact(outer), compact(inner)
        count = len(own_keys)
        if len(keys) * count > MOST_PAIRS:
            raise UntoldError(MOST_PAIRS)
        both = np.empty(len(places), size_for(len(keys) * count))
        for some in slices(len(places)):
            both[some] = places[some].astype("<i8") * count + own[some]
        units = cls.among(both, np.arange(len(keys) * count), chosen)
        return cls(
            units.places, [(keys[each // count], own_keys[each % count]) for each in units.keys]
        )

    @classmethod
    def among(cls, places: Numbers, keys: Numbers, chosen: Flags) -> "Units":
        held = counts(places, chosen, len(keys)) > 0
        kept = keys[held].tolist()
        number = (np.cumsum(held) - 1).astype(size_for(len(keys)))
        for some in slices(len(places)):
            places[some] = np.where(chosen[some], number[places[some]], len(kept))
        return cls(places, kept)


def compact(column: Column) -> tuple[Numbers, Numbers]:
    """Numbers from 0 that are close to each other, and the key that each stands for."""
    values, least = column.values, 0
    if column.words is not None:
        keys = np.array(column.words, dtype=object)
    else:
        least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        if most - least <= len(values):
            keys = np.arange(least, most + 1).astype(object)
        else:
            found, values = np.unique(values, return_inverse=True)
            keys, least = found.astype(object), 0
    places = np.empty(len(values), size_for(len(keys)))
    for some in slices(len(values)):
        places[some] = values[some].astype("<i8") - least
    if column.known is not None:
        places[~column.known] = len(keys)
        keys = np.append(keys, np.array([None], dtype=object))
    return places, keys


def size_for(most: int) -> str:
    """Of places up to this one."""
    return smallest(np.array([most]))


class Sums(NamedTuple):
    """Of each group a whole number; `known` where some groups have nothing to sum up."""

    values: Numbers
    known: Flags | None = None
    decimals: int = 0

    def at(self, group: int) -> Any:
        if self.known is not None and not self.known[group]:
            return None
        value = int(self.values[group])
        return Decimal(value).scaleb(-self.decimals) if self.decimals else value

    @property
    def whole(self) -> "Sums":
        """The sum of all groups, of which there may be none."""
        known = np.ones(len(self.values), bool) if self.known is None else self.known
        return Sums(self.values[known].sum(keepdims=True), known.any(keepdims=True), self.decimals)


@dataclass(frozen=True)
class Grouped:
    """As `pooling.Grouped`: unit, what is within it where that is told apart, the sums."""

    units: Units
    sums: dict[str, Sums]

    @classmethod
    def of(
        cls,
        days: Days,
        rows: QuerySet[Any],
        keys: Mapping[str, Combinable],
        sums: Mapping[str, Combinable],
    ) -> "Grouped":
        facts = Facts.of(days, rows, {**keys, **sums})
        first, *others = (facts.numbers(facts.expression(name)) for name in keys)
        units = Units.of(first, facts.chosen)
        for within in others:
            units = Units.of_both(first, within, facts.chosen)
        reckoning = Reckoning(facts, units)
        return cls(units, {name: reckoning.total(facts.expression(name)) for name in sums})

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for place, key in enumerate(self.units.keys):
            yield (*(key if isinstance(key, tuple) else (key,)), *self.sums_at(place))

    def only(self, units: Collection[Any]) -> Iterator[tuple[Any, ...]]:
        for place, key in enumerate(self.units.keys):
            if key in units:
                yield (key, *self.sums_at(place))

    def sums_at(self, place: int) -> Iterator[Any]:
        return (each.at(place) for each in self.sums.values())

    def leading(self, leads: Sequence[str], most: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for lead in leads:
            values, known, _decimals = self.sums[lead]
            some = np.flatnonzero(values if known is None else values * known)
            for place in some[np.argsort(-values[some], kind="stable")][:most].tolist():
                yield lead, (self.units.keys[place], *self.sums_at(place))
        yield "", (None, *(each.whole.at(0) for each in self.sums.values()))


@dataclass(frozen=True)
class Reckoning:
    """What is summed up of each unit; several figures are made of the same sums."""

    facts: Facts
    units: Units
    known: dict[Any, Sums] = field(default_factory=dict)

    def total(self, expression: Any) -> Sums:
        match expression:
            case Sum() | Count():
                if expression not in self.known:
                    self.known[expression] = self.aggregated(expression)
                return self.known[expression]
            case Coalesce():
                first, default = expression.get_source_expressions()
                return self.instead(self.total(first), default)
            case CombinedExpression(connector="+"):
                return self.both(self.total(expression.lhs), self.total(expression.rhs))
            case ExpressionWrapper():
                return self.total(expression.expression)
        raise UntoldError(expression)

    def instead(self, sums: Sums, default: Any) -> Sums:
        """Where there is nothing to sum up."""
        if sums.known is None:
            return sums
        number = whole(default.value) * 10**sums.decimals
        return Sums(np.where(sums.known, sums.values, number), None, sums.decimals)

    def both(self, one: Sums, other: Sums) -> Sums:
        if one.decimals != other.decimals:
            raise UntoldError(one.decimals)
        known = both_hold(one.known, other.known)
        return Sums(one.values + other.values, known, one.decimals)

    def aggregated(self, expression: Any) -> Sums:
        if expression.distinct:
            raise UntoldError(expression)
        of, counted = expression.get_source_expressions()[0], None
        if expression.filter is not None:
            counted = self.facts.holds(expression.filter).true
        places, groups = self.units.places, len(self.units.keys)
        if isinstance(expression, Count):
            if not (isinstance(of, Star) or of.target.primary_key):
                counted = both_hold(counted, self.facts.known(of))
            return Sums(counts(places, counted, groups))
        column = self.facts.numbers(of)
        if column.words is not None:
            raise UntoldError(expression)
        counted = both_hold(counted, column.known)
        sums = summed(column.values, places, counted, groups)
        return Sums(sums, counts(places, counted, groups) > 0, column.decimals)


def both_hold(one: Flags | None, other: Flags | None) -> Flags | None:
    """Nothing stands for what holds of all."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def counts(places: Numbers, counted: Flags | None, groups: int) -> Numbers:
    """How many of those that are counted have each place; what comes after is left out."""
    found = np.zeros(groups + 1, "<i8")
    for some in slices(len(places)):
        own = places[some] if counted is None else places[some][counted[some]]
        found += np.bincount(own, minlength=groups + 1)
    return found[:groups]


def summed(values: Numbers, places: Numbers, counted: Flags | None, groups: int) -> Numbers:
    """The sums of the same: whole numbers, none of them rounded."""
    found = np.zeros(groups + 1, "<i8")
    for some in slices(len(places)):
        own, of = places[some], values[some]
        if counted is not None:
            own, of = own[counted[some]], of[counted[some]]
        greatest = max(abs(int(of.max())), abs(int(of.min()))) if len(of) else 0
        if greatest * len(of) < EXACT:
            found += np.bincount(own, of, minlength=groups + 1).astype("<i8")
        else:
            np.add.at(found, own, of)
    return found[:groups]
