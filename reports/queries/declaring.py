"""What a report is made of: rows, figures that count them, and what they are broken down by.

A report is declared, not written: the engine (`computing`) counts, compares, orders and opens rows
for all of them alike. Since a figure is a condition over rows, its rows are those that it counts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from employees.models import Employee
from reports.choices import Chart, How, Unit
from reports.queries.requests import Asked

Number = int | float | Decimal | timedelta | None
Values = Mapping[str, Number]
Path = str | Combinable
Words = str | Promise
AMOUNTS = (Unit.COUNT, Unit.MONEY, Unit.HOURS)


@dataclass(frozen=True)
class Rows:
    """Rows that figures count: those of the period and the filters that the person may see.

    `paths` lead from a row to each thing it can be broken down by. `moment` is the path of the
    instant, `day` that of the date by which a row falls into the period; neither: as of now.
    `facts` are the same rows as facts, by which they are counted; what is opened are the rows.
    `within` is the path of what is told apart where a figure is pooled. `regardless` names filters
    of which these rows know nothing and are wanted nevertheless.
    """

    key: str
    found: Callable[[Asked], QuerySet[Any]]
    noun: str
    paths: Mapping[str, Path] = field(default_factory=dict)
    moment: str = ""
    day: str = ""
    permission: str = "reports.view"
    facts: "Rows | None" = None
    within: str = ""
    regardless: tuple[str, ...] = ()

    def can_tell(self, filters: Iterable[str]) -> bool:
        """Whether it is known of each row if the filters leave it. A figure of other rows would be
        that of all of them, beside figures of a few.
        """
        return all(name in self.paths or name in self.regardless for name in filters)


@dataclass(frozen=True)
class Measure:
    """One number of metrics.md: rows that fulfil `where`, counted or summed, or worked out of other
    figures. `words` say how it is counted, `opens` names the figure whose rows it opens. `on_facts`
    counts it where a fact stands for several rows: of all of them, or of one line; without facts
    there is none of what `needs_facts`. `over_time` works it out for each day, week or month where
    rows last for longer than one. `pooled` works it out of the other sums of a line, told
    apart by what its rows have `within`.
    """

    key: str
    label: Words
    words: Words = ""
    unit: Unit = Unit.COUNT
    rows: Rows | None = None
    where: Callable[[Asked], Q] | Q = field(default_factory=Q)
    how: How = How.COUNT
    of: str = ""
    worked: Callable[[Asked, QuerySet[Any]], Iterable[tuple[Any, Number]]] | None = None
    over_time: Callable[[Asked, QuerySet[Any]], Iterable[tuple[Any, Number]]] | None = None
    pooled: Callable[[], Callable[[Mapping[Any, Values]], Number]] | None = None
    on_facts: Callable[[Asked, str], Combinable] | None = None
    needs_facts: bool = False
    from_: Callable[[Values], Number] | None = None
    part: str = ""
    base: str = ""
    opens: str = ""
    hidden: bool = False
    permission: str = ""
    good: str = ""  # "up" or "down": which way is better

    @property
    def by_facts(self) -> "Measure":
        """The same, counted by facts where there are any."""
        return replace(self, rows=self.rows.facts) if self.rows and self.rows.facts else self

    def condition(self, asked: Asked) -> Q:
        return self.where(asked) if callable(self.where) else self.where

    def has_rows(self, value: Number) -> bool:
        """Whether this value is said of any: no amount is of none, no share and no time of some."""
        return bool(value) or (value is not None and self.unit not in AMOUNTS)

    def narrowed(self, asked: Asked) -> QuerySet[Any]:
        """The rows that it counts."""
        assert self.rows is not None
        return self.rows.found(asked).filter(self.condition(asked))


@dataclass(frozen=True)
class Breakdown:
    """What the lines of a table are. `names` gives words, and perhaps an address, for keys."""

    key: str
    label: Words
    names: Callable[[list[Any]], Mapping[Any, tuple[str, str]]]
    order: tuple[Any, ...] = ()  # all keys in their order, where they are few and known
    is_partition: bool = True  # each row is of one line at most, so that lines add up
    is_number: bool = False
    is_few: bool = False  # so few lines that all of them are counted at once


@dataclass(frozen=True)
class Report:
    """A question that the head asks, and the figures that answer it."""

    slug: str
    title: Words
    question: Words
    measures: tuple[Measure, ...]
    breakdowns: tuple[str, ...]
    filters: tuple[str, ...]
    headlines: tuple[str, ...]
    charted: tuple[str, ...]
    chart: Chart = Chart.BARS
    lead: str | tuple[str, ...] = ""  # the counted figures by which lines are found
    ranked: str = ""  # the figure by which lines are ordered; the first leading one
    permission: str = "reports.view"
    is_now: bool = False
    note: Words = ""
    lines: Callable[[Asked], Iterable["Line"]] | None = None  # worked out in a way of its own

    def measures_for(self, user: Employee) -> tuple[Measure, ...]:
        """Without those that this person may not see, and what is worked out of them."""
        allowed: dict[str, Measure] = {}
        for each in self.measures:
            wanted = each.permission or (each.rows.permission if each.rows else "")
            needs = {name for name in (each.part, each.base) if name}
            if (not wanted or user.may(wanted)) and needs <= allowed.keys():
                allowed[each.key] = each
        return tuple(allowed.values())

    def measure(self, key: str) -> Measure | None:
        return next((each for each in self.measures if each.key == key), None)

    @property
    def leading(self) -> tuple[str, ...]:
        if self.lead:
            return (self.lead,) if isinstance(self.lead, str) else self.lead
        counted = (each for each in self.measures if each.rows and each.how in (How.COUNT, How.SUM))
        return (next(counted).key,)

    @property
    def rank(self) -> str:
        return self.ranked or self.leading[0]


@dataclass
class Line:
    """One line: a value for each figure, and what it was in the period before."""

    key: Any
    label: str
    url: str = ""
    values: dict[str, Number] = field(default_factory=dict)
    before: dict[str, Number] = field(default_factory=dict)
    tone: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Computed:
    """A report's answer: its measures, lines, and all of them together."""

    report: Report
    measures: tuple[Measure, ...]
    breakdown: Breakdown
    lines: list[Line]
    total: Line
    is_cut: bool = False
    at: datetime | None = None

    @cached_property
    def shown(self) -> tuple[Measure, ...]:
        """Without those that are only reckoned with, and those that no line says anything of."""
        spoken = {key for line in self.lines for key, it in line.values.items() if it is not None}
        return tuple(
            each
            for each in self.measures
            if not each.hidden and (each.key in spoken or not self.lines)
        )

    @property
    def is_empty(self) -> bool:
        return not any(self.total.values.values())


# How figures are made


def count(key: str, label: Words, rows: Rows, words: Words = "", **more: Any) -> Measure:
    return Measure(key, label, words, rows=rows, **more)


def total(key: str, label: Words, rows: Rows, of: str, words: Words = "", **more: Any) -> Measure:
    """The sum of a column; money unless it says otherwise."""
    return Measure(key, label, words, rows=rows, how=How.SUM, of=of, **{"unit": Unit.MONEY, **more})


def share(key: str, label: Words, part: str, base: str, words: Words = "", **more: Any) -> Measure:
    """A part of a base; None where the base is empty (metrics.md). Opens the base's rows."""
    return Measure(
        key, label, words, part=part, base=base, from_=quotient(part, base),
        **{"unit": Unit.SHARE, "opens": base, **more},
    )  # fmt: skip


def mean(key: str, label: Words, sum_: str, base: str, words: Words = "", **more: Any) -> Measure:
    return share(key, label, sum_, base, words, **{"unit": Unit.SCORE, **more})


def quotient(part: str, base: str) -> Callable[[Values], Number]:
    def worked(values: Values) -> Number:
        over, under = values.get(part), values.get(base)
        if not under or over is None:
            return None
        assert not isinstance(over, timedelta)
        assert not isinstance(under, timedelta)
        return float(over) / float(under)

    return worked


def spreads(
    rows: Rows, of: str, median: Words, ninetieth: Words, words: Words, **more: Any
) -> tuple[Measure, Measure]:
    """Median and 90th percentile of a span."""
    kept = {"unit": Unit.SPAN, "good": "down", "rows": rows, "of": of, **more}
    return (
        Measure(f"{of}_median", median, words, how=How.MEDIAN, **kept),
        Measure(f"{of}_ninetieth", ninetieth, words, how=How.NINETIETH, **kept),
    )


def key_of(path: Path) -> Combinable:
    return F(path) if isinstance(path, str) else path
