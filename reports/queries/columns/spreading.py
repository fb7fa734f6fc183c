"""Medians and percentiles of facts in columns, one span after the other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import F

from reports.queries.columns.grouping import Units, both_hold
from reports.queries.columns.layouts import Days
from reports.queries.columns.packing import Numbers
from reports.queries.columns.reckoning import Facts
from reports.queries.declaring import key_of
from reports.queries.medians import Spreads


def find(days: Days, spreads: Spreads) -> None:
    """Those of every line, and of the whole."""
    spans = {named(span): F(span) for span in spreads.spans}
    facts = Facts.of(days, spreads.rows, {"unit": key_of(spreads.by), **spans})
    units = Units.of(facts.numbers(facts.expression("unit")), facts.chosen)
    rows, ends = rows_of_lines(units, spreads.units, [*spreads.lines])
    for span in spreads.spans:
        find_one(spreads, span, facts, rows, ends)


def named(span: str) -> str:
    """As an annotation, which may not be called as a field is."""
    return f"span_{span}"


def find_one(spreads: Spreads, span: str, facts: Facts, rows: Numbers, ends: Numbers) -> None:
    """Of one span at a time, so that no two columns are held at once."""
    column = facts.numbers(facts.expression(named(span)))
    tell(spreads, spreads.whole, span, column.values[both_hold(facts.chosen, column.known)])
    values, after = column.values[rows], ends
    if column.known is not None:
        known = column.known[rows]
        values, after = values[known], np.append(0, np.cumsum(known, dtype="<i4"))[ends]
    for line, of_line in zip(spreads.lines.values(), np.split(values, after), strict=False):
        tell(spreads, line, span, of_line)


def tell(spreads: Spreads, line: dict[str, Any], span: str, found: Numbers) -> None:
    """What is found is put in another order."""
    if ranks := sorted(spreads.ranks(span, len(found))):
        found.partition(ranks)
    spreads.tell(line, span, len(found), lambda rank: int(found[rank]))


def rows_of_lines(
    units: Units, lines_of: Mapping[Any, Sequence[Any]], lines: Sequence[Any]
) -> tuple[Numbers, Numbers]:
    """The facts of each line, one line after the other, and where each line ends. A unit may have
    several lines: they are gone through, one of each unit at a time.
    """
    place, none = {line: number for number, line in enumerate(lines)}, len(lines)
    of_units = {
        number: [place[line] for line in lines_of[key] if line in place]
        for number, key in enumerate(units.keys)
        if key in lines_of
    }
    found, of_line = [np.zeros(0, "<i4")], [np.zeros(0, "<i2")]
    for turn in range(max(map(len, of_units.values()), default=0)):
        of_unit = np.full(len(units.keys) + 1, none, "<i2")
        for number, every in of_units.items():
            if turn < len(every):
                of_unit[number] = every[turn]
        own = of_unit[units.places]
        found.append(np.flatnonzero(own < none).astype("<i4"))
        of_line.append(own[found[-1]])
    rows, own = np.concatenate(found), np.concatenate(of_line)
    order = np.argsort(own, kind="stable").astype("<i4")
    return rows[order], np.cumsum(np.bincount(own, minlength=none))
