"""A month in words: what changed, by how much, and where the change lies; by rules, from figures.

Every sentence follows from the numbers beside it. A figure's change is explained by the line of a
breakdown on which most of it falls; where no line has a third of it, nothing is said of why.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.queries import wording
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.declaring import Computed, Line, Measure, Number, Words
from reports.queries.requests import Asked

EXPLAINS = 1 / 3
MOST_NOTED = 5
LINES = 8


@dataclass(frozen=True)
class Topic:
    """A section of a monthly report: a report, what is told of it, and by what it is explained.

    `because` names the counted figure whose lines explain the change of the first figure told.
    """

    report: str
    told: tuple[str, ...]
    by: str
    because: str = ""
    why: tuple[str, ...] = ()
    permission: str = "reports.view"
    title: Words = ""
    goals: dict[str, float] = field(default_factory=dict)


TOPICS = (
    Topic(
        "throughput",
        ("opened", "resolved", "took_median", "took_ninetieth", "backlog"),
        by="kind",
        because="opened",
        why=("kind", "model", "customer", "region"),
    ),
    Topic(
        "promises",
        ("response_share", "arrival_share", "restore_share", "resolve_share", "missed"),
        by="outlet",
        because="missed",
        why=("outlet", "engineer", "tier", "model"),
        goals={"response_share": 0.95, "arrival_share": 0.95, "restore_share": 0.95},
    ),
    Topic(
        "first-time-fix",
        ("fixed_share", "repeats", "reopened"),
        by="model",
        because="repeats",
        why=("model", "fault", "engineer"),
        goals={"fixed_share": 0.8},
    ),
    Topic(
        "faults",
        ("faults", "critical", "mtbf"),
        by="fault",
        because="faults",
        why=("fault", "model"),
    ),
    Topic(
        "rings", ("ring_1_share", "ring_2_share", "ring_3_share", "transfers", "late"), by="kind"
    ),
    Topic(
        "satisfaction",
        ("mean", "good_share", "nps", "rate"),
        by="dimension",
        goals={"mean": 4.0},
    ),
    Topic(
        "workload",
        ("hours", "effort", "utilisation"),
        by="engineer",
        because="hours",
        why=("engineer", "customer"),
    ),
    Topic(
        "cost",
        ("cost", "warranty_share", "revenue", "net"),
        by="customer",
        because="parts",
        why=("customer", "model"),
        permission="costs.view",
    ),
    Topic(
        "customers",
        ("rising", "declining", "lost", "up", "down", "recoveries"),
        by="tier",
        permission="customers.view_value",
    ),
    Topic("signals", ("raised", "won", "amount"), by="tier", permission="signals.view"),
    Topic(
        "planned",
        ("maintenance_share", "maintenance_missed", "care_share", "care_missed"),
        by="tier",
    ),
)


def paper(asked: Asked) -> list[dict[str, Any]]:
    """The sections of a month, in the language that is set; each with who may read it."""
    sections, noted = [], []
    for topic in TOPICS:
        answer = computed(CATALOGUE[topic.report], asked, topic.by)
        sections.append(section(topic, answer, asked))
        noted += list(notes(topic, answer))
    return [summary(noted), *sections]


def section(topic: Topic, answer: Computed, asked: Asked) -> dict[str, Any]:
    lines = [*(sentence(each, answer.total) for each in told(topic, answer)), *why(topic, asked)]
    return {
        "title": str(topic.title or answer.report.title),
        "permission": topic.permission,
        "report": topic.report,
        "by": topic.by,
        "text": [line for line in lines if line],
        "chart": "",
        "drawing": wording.chart_of(answer),
        "table": table(topic, answer),
    }


def told(topic: Topic, answer: Computed) -> list[Measure]:
    by_key = {each.key: each for each in answer.measures}
    return [by_key[key] for key in topic.told if key in by_key]


def sentence(measure: Measure, total: Line) -> str:
    """“Intake: 52, ▲ 8.3 % from 48.”; nothing of what is in neither month."""
    now, before = total.values.get(measure.key), total.before.get(measure.key)
    words = {
        "figure": str(measure.label),
        "now": wording.said(measure.unit, now),
        "before": wording.said(measure.unit, before),
        "step": wording.step_of(measure, now, before),
    }
    if not now and not before:
        return ""
    if before is None:
        return (
            _("%(figure)s: %(now)s; there was nothing to compare it with the month before.") % words
        )
    if now is None:
        return _("%(figure)s: nothing this month; %(before)s the month before.") % words
    if words["step"] == "=":
        return _("%(figure)s: %(now)s, as the month before.") % words
    rose = wording.plain(now) > wording.plain(before)
    said = (
        _("%(figure)s rose from %(before)s to %(now)s (%(step)s).")
        if rose
        else _("%(figure)s fell from %(before)s to %(now)s (%(step)s).")
    )
    return said % words


def why(topic: Topic, asked: Asked) -> Iterator[str]:
    """Of each breakdown the line on which most of the change falls, where it is a third or more."""
    for by in topic.why:
        answer = computed(CATALOGUE[topic.report], asked, by)
        measure = next((each for each in answer.measures if each.key == topic.because), None)
        if measure is None:
            continue
        whole = change(measure, answer.total)
        if abs(whole) < wording.SMALL:
            continue
        largest = max(answer.lines, key=lambda line: change(measure, line) / whole, default=None)
        if largest is None or change(measure, largest) / whole < EXPLAINS:
            continue
        yield _(
            "Most of the change in “%(figure)s” lies with %(line)s (%(breakdown)s): %(now)s "
            "instead of %(before)s."
        ) % {
            "figure": measure.label,
            "line": largest.label,
            "breakdown": answer.breakdown.label,
            "now": wording.said(measure.unit, largest.values.get(measure.key) or zero(measure)),
            "before": wording.said(measure.unit, largest.before.get(measure.key) or zero(measure)),
        }


def zero(measure: Measure) -> Any:
    return timedelta() if measure.unit == "span" else 0


def change(measure: Measure, line: Line) -> float:
    now, before = line.values.get(measure.key), line.before.get(measure.key)
    return number(now) - number(before)


def number(value: Number) -> float:
    return 0.0 if value is None else wording.plain(value)


@dataclass(frozen=True)
class Note:
    """What became better or worse, or misses its goal; `weight` says how much."""

    text: str
    tone: str
    weight: float
    permission: str


def notes(topic: Topic, answer: Computed) -> Iterator[Note]:
    for measure in told(topic, answer):
        now, before = answer.total.values.get(measure.key), answer.total.before.get(measure.key)
        tone = wording.tone_of(measure, now, before)
        goal = topic.goals.get(measure.key)
        if goal is not None and now is not None and wording.plain(now) < goal:
            words = {
                "figure": measure.label,
                "now": wording.said(measure.unit, now),
                "goal": wording.said(measure.unit, goal),
            }
            text = _("%(figure)s: %(now)s, below the goal of %(goal)s.") % words
            yield Note(text, "goal", goal - wording.plain(now), topic.permission)
        elif tone and before is not None and now is not None:
            base = abs(wording.plain(before)) or 1
            weight = abs(wording.plain(now) - wording.plain(before)) / base
            yield Note(sentence(measure, answer.total), tone, weight, topic.permission)


def summary(noted: list[Note]) -> dict[str, Any]:
    """What the head should know in one look: goals that are missed, what is worse, what is better.

    Each line says who may read it, as the section does from which it comes.
    """
    groups = (
        ("goal", gettext_lazy("Below the goal")),
        ("bad", gettext_lazy("Worse than the month before")),
        ("good", gettext_lazy("Better than the month before")),
    )
    points = [
        {"group": str(label), "tone": tone, "text": each.text, "permission": each.permission}
        for tone, label in groups
        for each in weightiest(each for each in noted if each.tone == tone)
    ]
    return {"title": _("In short"), "permission": "reports.view", "points": points}


def weightiest(noted: Iterable[Note]) -> list[Note]:
    return sorted(noted, key=lambda each: -each.weight)[:MOST_NOTED]


def table(topic: Topic, answer: Computed) -> dict[str, Any]:
    """The largest lines, each figure beside the month before."""
    shown = [each for each in told(topic, answer) if each in answer.shown] or list(answer.shown[:4])
    lines = answer.lines[:LINES]
    if answer.breakdown.key == "time":
        lines = answer.lines
    rows = [
        [line.label, *(text for each in shown for text in both(each, line))]
        for line in (*lines, answer.total)
    ]
    heads = [str(answer.breakdown.label)]
    for each in shown:
        heads += [str(each.label), _("before")]
    count = len(heads)
    return {
        "heads": heads,
        "widths": [2.2, *([1] * (count - 1))],
        "right": list(range(1, count)),
        "rows": rows,
    }


def both(measure: Measure, line: Line) -> tuple[str, str]:
    now, before = line.values.get(measure.key), line.before.get(measure.key)
    return wording.said(measure.unit, now), wording.said(measure.unit, before)
