"""The engine: every report is counted, ordered, compared and opened here, by what it declares.

For each kind of rows one statement counts the lines and one the whole; what is compared is the same
question about the period before. Medians come last: they are found by how many spans were counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import (
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from crmservice.web.text import day
from reports.periods import Period
from reports.queries import facts
from reports.queries.breaking import BREAKDOWNS, OVER_TIME
from reports.queries.counting import (
    well_equipped,
)
from reports.queries.declaring import (
    Breakdown,
    Computed,
    Line,
    Measure,
    Number,
    Report,
    key_of,
)
from reports.queries.lines import Counting, buckets_of
from reports.queries.medians import find
from reports.queries.pooling import Known
from reports.queries.requests import Asked

SHOWN, EXPORTED = 50, 5_000
CANDIDATES = 100  # lines more, where these are ranked by what several kinds of rows make up


def computed(report: Report, asked: Asked, by: str = "", *, most: int = SHOWN) -> Computed:
    """The answer, broken down by one of the report's breakdowns: the first where `by` is none."""
    breakdown = breakdown_of(report, by)
    measures = report.measures_for(asked.user)
    if report.lines is not None:
        lines = list(report.lines(asked))
        return Computed(report, measures, breakdown, lines, Line("", _("All")), at=asked.at)
    counted_by = tuple(each for each in measures if not each.needs_facts)
    if any(each.by_facts is not each for each in measures) and facts.are_current():
        counted_by = tuple(each.by_facts for each in measures)
    with well_equipped():
        return counted(report, asked, breakdown, measures, counted_by, most)


def counted(
    report: Report,
    asked: Asked,
    breakdown: Breakdown,
    measures: tuple[Measure, ...],
    counted_by: tuple[Measure, ...],
    most: int,
) -> Computed:
    """Counted by facts or by the rows themselves, whichever `counted_by` has."""
    asked = replace(asked, scope=asked.scope.only(report.filters))
    known: Known = {}
    now = Counting(counted_by, asked, breakdown, known)
    then = None if report.is_now else Counting(counted_by, asked.before, breakdown, known)
    total = Line("", _("All"))
    if now.has_all_lines:
        by_key = now.all_lines()
        keys = now.keys() or list(by_key)
    else:
        keys = keys_of(report, now, most)
        by_key = now.by_key(keys)
    lines = [Line(key, "") for key in keys]
    whole = now.whole(by_key)
    fill(lines, total, by_key, whole, "values")
    is_cut = False
    if not now.keys():
        lines = [line for line in lines if any(line.values.values())]
        is_cut = len(lines) > most
        lines = largest_first(lines, report)[:most]
        keys = [line.key for line in lines]
    spreads = [*now.spreads({key: by_key[key] for key in keys}, whole)]
    if then is not None:
        found = then.all_lines() if then.has_all_lines else then.by_key(keys)
        whole = then.whole(found)
        spreads += then.spreads(found, whole)
        if breakdown.key == OVER_TIME:  # the first month beside the first month
            pairs = zip(keys, then.keys(), strict=False)
            found = {now_: found.get(then_, {}) for now_, then_ in pairs}
        fill(lines, total, found, whole, "before")
    find(spreads)
    named(lines, breakdown, asked)
    return Computed(report, measures, breakdown, lines, total, is_cut=is_cut, at=asked.at)


def breakdown_of(report: Report, by: str) -> Breakdown:
    return BREAKDOWNS[by if by in report.breakdowns else report.breakdowns[0]]


def keys_of(report: Report, counting: Counting, most: int) -> list[Any]:
    """Which lines are the largest, more than are wanted where there are more. Where they are few,
    those that only another kind of rows has are lines, too.
    """
    more = CANDIDATES if report.ranked else 0
    found = counting.largest(report.leading, most + more + 1)
    keys = dict.fromkeys(key for lead in report.leading for key in found.get(lead, ()))
    if len(keys) <= most:
        keys |= dict.fromkeys(counting.others(report.leading, most + 1))
    return list(keys)


def largest_first(lines: list[Line], report: Report) -> list[Line]:
    """By what the report ranks by; what is equal by key."""
    return sorted(lines, key=lambda line: (-rank_of(line.values.get(report.rank)), str(line.key)))


def rank_of(value: Number) -> float:
    if value is None:
        return float("-inf")
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def fill(
    lines: Iterable[Line],
    total: Line,
    by_key: Mapping[Any, dict[str, Number]],
    whole: dict[str, Number],
    name: str,
) -> None:
    for line in lines:
        setattr(line, name, by_key.get(line.key, {}))
    setattr(total, name, whole)


def named(lines: Sequence[Line], breakdown: Breakdown, asked: Asked) -> None:
    if breakdown.key == OVER_TIME:
        words = {each.first.isoformat(): (bucket_name(each), "") for each in buckets_of(asked)}
    else:
        words = dict(breakdown.names([line.key for line in lines if line.key != ""]))
    for line in lines:
        line.label, line.url = words.get(line.key, (str(line.key), ""))
        line.label = line.label or _("none")


def bucket_name(bucket: Period) -> str:
    if bucket.days == 1:
        return day(bucket.first)
    first, last = bucket.first, bucket.last
    if bucket.is_of_months:
        return f"{first:%Y-%m}" if bucket.days <= LONGEST_MONTH else f"{first:%Y}"
    if first.replace(day=1) == last.replace(day=1) and bucket.days != WEEK:
        return f"{first:%Y-%m} ({first.day}–{last.day})"
    return f"{first:%m-%d} – {last:%m-%d}"


LONGEST_MONTH, WEEK = 31, 7


def opened_rows(measure: Measure, asked: Asked, by: str, key: str) -> QuerySet[Any]:
    """The rows that a number of a line counts; without a breakdown those of all lines."""
    assert measure.rows is not None
    rows = measure.narrowed(asked)
    if not measure.rows.can_tell(asked.scope.filters):
        return rows.none()
    if not by:
        return rows
    breakdown = BREAKDOWNS[by]
    if by == OVER_TIME:
        return in_bucket(measure, asked, key)
    path = measure.rows.paths[by]
    if key == "":
        nothing = Q(line_key=None) if breakdown.is_number else Q(line_key=None) | Q(line_key="")
        return rows.alias(line_key=key_of(path)).filter(nothing)
    value = int(key) if breakdown.is_number and key.isdigit() else key
    return rows.alias(line_key=key_of(path)).filter(line_key=value)


def in_bucket(measure: Measure, asked: Asked, key: str) -> QuerySet[Any]:
    rows, of = measure.narrowed(asked), measure.rows
    assert of is not None
    bucket = next((each for each in buckets_of(asked) if each.first.isoformat() == key), None)
    if bucket is None:
        return rows.none()
    if measure.over_time:
        return measure.narrowed(replace(asked, scope=replace(asked.scope, period=bucket)))
    if of.moment:
        span: dict[str, Any] = {
            f"{of.moment}__gte": bucket.starts,
            f"{of.moment}__lt": bucket.ends,
        }
    else:
        span = {f"{of.day}__gte": bucket.first, f"{of.day}__lt": bucket.after}
    return rows.filter(**span)
