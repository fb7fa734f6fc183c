"""How figures are written, for pages, papers and mail alike."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from crmservice.web.text import amount, day, percent, span
from reports.choices import Chart, Unit
from reports.periods import Period
from reports.queries.breaking import BREAKDOWNS, OVER_TIME
from reports.queries.declaring import Computed, Line, Measure, Number

MOST_DRAWN = 24
HOUR = 3600
NOTHING = "–"
SMALL = 1e-9
A_POINT, A_LITTLE = 0.01, 0.05


def said(unit: str, value: Any) -> str:
    """A dash where there is nothing to say: an empty base is no nought."""
    if value is None:
        return NOTHING
    return WRITTEN.get(unit, number)(value)


def number(value: Any) -> str:
    """Counts and quantities, without what is nought behind the point."""
    whole = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def tenths(value: float) -> Decimal:
    """Half up, as the ranking of records shows it."""
    return Decimal(str(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP)


WRITTEN: dict[str, Callable[[Any], str]] = {
    Unit.SHARE: lambda value: percent(value, 1),
    Unit.MONEY: lambda value: amount(Decimal(value)),
    Unit.HOURS: lambda value: f"{value:,.1f}",
    Unit.SPAN: span,
    Unit.SCORE: lambda value: f"{value:.2f}",
    Unit.POINTS: lambda value: f"{value:+.1f}".replace("-", "−"),
    Unit.OF_100: lambda value: str(tenths(value)),
    Unit.DAYS: lambda value: f"{value:,.0f}",
}


def changed(measure: Measure, now: Number, before: Number) -> str:
    """What became of a figure: up or down by how much, and what it was."""
    if before is None:
        return ""
    earlier = _("before: %(value)s") % {"value": said(measure.unit, before)}
    step = step_of(measure, now, before)
    return f"{step} · {earlier}" if step else earlier


def step_of(measure: Measure, now: Number, before: Number) -> str:
    """▲ or ▼ with the change: of shares and points in points, of all else in per cent of before."""
    if now is None or before is None:
        return ""
    one, other = plain(now), plain(before)
    if abs(one - other) < SMALL:
        return "="
    sign = "▲" if one > other else "▼"
    if measure.unit == Unit.SHARE:
        points = _("%(points)s points") % {"points": f"{abs(one - other) * 100:.1f}"}
        return f"{sign} {points}"
    if measure.unit in (Unit.POINTS, Unit.OF_100, Unit.SCORE):
        return f"{sign} {abs(one - other):.{2 if measure.unit == Unit.SCORE else 1}f}"
    return f"{sign} {abs(one - other) / abs(other) * 100:.1f} %" if other else sign


def tone_of(measure: Measure, now: Number, before: Number) -> str:
    """Better or worse than before, where it is known which way is better."""
    if not measure.good or now is None or before is None or is_slight(measure, now, before):
        return ""
    rose = plain(now) > plain(before)
    return "good" if rose == (measure.good == "up") else "bad"


def is_slight(measure: Measure, now: Number, before: Number) -> bool:
    """A change that nobody need look at: under a point of a share, under 5 % of all else."""
    step = abs(plain(now) - plain(before))
    least = A_POINT if measure.unit == Unit.SHARE else A_LITTLE * abs(plain(before))
    return step < least or step < SMALL


def plain(value: Any) -> float:
    return value.total_seconds() / HOUR if isinstance(value, timedelta) else float(value)


def period_in_words(period: Period) -> str:
    return _("%(first)s – %(last)s") % {"first": day(period.first), "last": day(period.last)}


def chart_of(found: Computed) -> dict[str, Any] | None:
    """What is drawn: the same numbers as in the table, the first lines where there are many."""
    lines = found.lines if found.breakdown.key == OVER_TIME else found.lines[:MOST_DRAWN]
    charted = [m for m in found.measures if m.key in found.report.charted]
    if found.report.chart == Chart.MATRIX:
        return matrix_of(found)
    charted = [m for m in charted if any(line.values.get(m.key) for line in lines)]
    if not lines or not charted:
        return None
    kind = str(found.report.chart)
    if kind == Chart.LINES and found.breakdown.key != OVER_TIME:
        kind = str(Chart.BARS)
    return {
        "kind": kind,
        "unit": str(charted[0].unit),
        "categories": [line.label for line in lines],
        "series": [
            {"name": str(m.label), "values": [drawn(m, line) for line in lines]} for m in charted
        ],
        "cumulative": str(_("added up")),
    }


def drawn(measure: Measure, line: Line) -> float | None:
    value = line.values.get(measure.key)
    if value is None:
        return None
    scale = 100 if measure.unit == Unit.SHARE else 1
    return round(plain(value) * scale, 2)


def matrix_of(found: Computed) -> dict[str, Any] | None:
    points = [
        [line.values["mean"], line.values["importance"], line.label]
        for line in found.lines
        if line.values.get("mean") is not None and line.values.get("importance") is not None
    ]
    if not points:
        return None
    middle = [sum(point[at] for point in points) / len(points) for at in (0, 1)]  # type: ignore[misc]
    return {
        "kind": str(Chart.MATRIX),
        "points": points,
        "middle": middle,
        "names": [str(m.label) for m in found.measures if m.key in ("mean", "importance")],
    }


def filters_in_words(scope: Any) -> list[str]:
    """“Tier: VIP”, for papers."""
    words = []
    for name, value in scope.filters.items():
        breakdown = BREAKDOWNS[name]
        label = dict(breakdown.names([value])).get(value, (value, ""))[0]
        words.append(f"{breakdown.label}: {label}")
    return words


def heads_of(found: Computed) -> list[str]:
    return [str(found.breakdown.label), *(str(m.label) for m in found.shown)]


def left_out_of(answer: Computed, filters: Collection[str]) -> str:
    """Which figures have no value under these filters, for their rows know nothing of them."""
    rows = {str(each.label): each.rows for each in answer.measures if each.rows and not each.hidden}
    unknown = [
        str(BREAKDOWNS[name].label)
        for name in filters
        if not all(each.can_tell([name]) for each in rows.values())
    ]
    figures = [label for label, each in rows.items() if not each.can_tell(filters)]
    if not figures:
        return ""
    return _("Left out, for they cannot be filtered by %(filters)s: %(figures)s.") % {
        "filters": ", ".join(unknown),
        "figures": ", ".join(figures),
    }


def definitions_of(measures: Iterable[Measure]) -> list[tuple[str, str]]:
    """How each figure is counted; what is said in the same words is said once."""
    words: dict[str, list[str]] = {}
    for each in measures:
        if each.words and not each.hidden:
            words.setdefault(str(each.words), []).append(str(each.label))
    return [(", ".join(labels), said_) for said_, labels in words.items()]
