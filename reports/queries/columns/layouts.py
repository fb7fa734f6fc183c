"""Which facts lie in columns, and of which days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Lookup
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode

from reports.models import FactBlock, RequestFact, ScoreFact, SurveyFact, WorkFact
from reports.queries.facts import EPOCH

LARGE = 20_000  # fewer facts the database counts sooner
GAPS = 50_000  # more facts, of days that are not kept, are not read row by row
DAY = timedelta(days=1)
DAYS_BEFORE = EPOCH.toordinal()
KNOWN = "?"  # after the name of a column: of which facts it is known
UNASKED = {"row", "survey", "holder", "request", "source"}


class UntoldError(Exception):
    """Columns do not say it: the database is asked."""


@dataclass(frozen=True)
class Layout:
    """Facts that are asked for by this moment, or day; of work those of one source."""

    key: str
    model: type[models.Model]
    moment: str
    source: str = ""

    @cached_property
    def fields(self) -> dict[str, Any]:
        """Those that a column is kept of."""
        every = self.model._meta.concrete_fields
        kept = (each for each in every if not each.primary_key and each.name not in UNASKED)
        return {each.name: each for each in kept}

    @property
    def facts(self) -> QuerySet[Any]:
        every = self.model._default_manager.filter(**{f"{self.moment}__isnull": False})
        return every.filter(source=self.source) if self.source else every

    def within(self, first: int, after: int) -> Q:
        """Whether a fact is of these days."""
        begins, ends = self.begin_of(first), self.begin_of(after)
        return Q(**{f"{self.moment}__gte": begins, f"{self.moment}__lt": ends})

    def begin_of(self, day: int) -> date:
        begins = date.fromordinal(day + DAYS_BEFORE)
        is_moment = isinstance(self.fields[self.moment], models.DateTimeField)
        return datetime.combine(begins, time(), UTC) if is_moment else begins

    def day_of(self, moment: date) -> int:
        """In which block a fact of this day, or instant, lies: days since 1970, in UTC."""
        if isinstance(moment, datetime):
            return (moment - EPOCH) // DAY
        return moment.toordinal() - DAYS_BEFORE


LAYOUTS = (
    Layout("opened", RequestFact, "opened_at"),
    Layout("resolved", RequestFact, "resolved_at"),
    Layout("answered", SurveyFact, "answered_at"),
    Layout("sent", SurveyFact, "sent_at"),
    Layout("scores", ScoreFact, "answered_at"),
    *(Layout(each, WorkFact, "day", each) for each in ("labour", "parts", "billed", "outlays")),
)


@dataclass(frozen=True)
class Days:
    """The days in which the facts lie that a statement asks for, from `begins` to before `ends`:
    the blocks of those that are kept, in their order, and the spans of those that are not.
    """

    layout: Layout
    begins: date
    ends: date
    blocks: Sequence[FactBlock] = ()
    missing: Sequence[tuple[int, int]] = ()

    @property
    def rest(self) -> QuerySet[Any]:
        """The facts of the days that are not kept."""
        missing = reduce(or_, (self.layout.within(*each) for each in self.missing))
        return self.layout.facts.filter(missing)

    @property
    def first(self) -> int:
        return self.layout.day_of(self.begins)

    @property
    def last(self) -> int:
        """The day of the last instant."""
        day = self.layout.day_of(self.ends)
        return day - 1 if self.layout.begin_of(day) == self.ends else day


def days_of(rows: QuerySet[Any]) -> Days:
    """Raises `UntoldError` where the facts are few, or are not kept in columns."""
    query = rows.query
    if query.distinct or query.is_sliced or query.combinator or query.group_by is not None:
        raise UntoldError(rows.model)
    days = Days(*span_of(query, rows.model))
    every = range(days.first, days.last + 1)
    kept = FactBlock.objects.filter(
        layout=days.layout.key, day__gte=every.start, day__lt=every.stop
    )
    blocks = list(kept.order_by("day"))
    if sum(each.rows for each in blocks) < LARGE:
        raise UntoldError(days.layout.key)
    missing = list(spans_of(set(every).difference(each.day for each in blocks)))
    days = replace(days, blocks=[each for each in blocks if each.rows], missing=missing)
    if missing and days.rest[GAPS : GAPS + 1]:
        raise UntoldError(days.layout.key)
    return days


def span_of(query: Query, model: type[models.Model]) -> tuple[Layout, date, date]:
    """Between which moments all facts lie that are asked for, and in which layout."""
    told: dict[tuple[str, str], Any] = {
        (each.lhs.target.name, each.lookup_name): each.rhs
        for each in conditions_of(query.where)
        if isinstance(each, Lookup) and isinstance(each.lhs, Col) and is_own(query, each.lhs)
    }
    for layout in LAYOUTS:
        begins, ends = (told.get((layout.moment, name)) for name in ("gte", "lt"))
        is_of = not layout.source or told.get(("source", "exact")) == layout.source
        if model is layout.model and is_of and begins and ends and begins < ends:
            return layout, begins, ends
    raise UntoldError(model)


def conditions_of(where: WhereNode) -> Iterator[Any]:
    """What must hold in any case."""
    if where.connector == AND and not where.negated:
        for each in where.children:
            if isinstance(each, WhereNode):
                yield from conditions_of(each)
            else:
                yield each


def is_own(query: Query, of: Col) -> bool:
    """Whether it is a column of the facts themselves, rather than of a record that they name."""
    return bool(of.alias == query.base_table)


def spans_of(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Days that follow each other, as the first and the one after the last."""
    for _apart, some in groupby(enumerate(sorted(days)), lambda it: it[1] - it[0]):
        found = [day for _place, day in some]
        yield found[0], found[-1] + 1
