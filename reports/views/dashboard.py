"""The dashboard of the head and the manager: one screen, and every number opens its rows."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell
from crmservice.web.text import amount, day, hours, percent, span
from reports import choices
from reports.choices import COSTS, DEFINITIONS, Figure
from reports.forms import ScopeForm
from reports.periods import Scope
from reports.queries import clocks, costs, facts, requests, surveys
from reports.queries.clocks import PromiseKept
from reports.queries.counting import Share, counts_of, well_equipped
from reports.queries.flow import Flow, flow
from reports.queries.requests import Asked, Load, Standing
from reports.queries.surveys import DimensionScore
from reports.views.asking import asked, link
from reports.views.rows import PERMISSIONS, rows_of

GOOD_SHARE, BAD_SHARE = 0.95, 0.85
RING_PLAN = {1: 0.7, 2: 0.2, 3: 0.1}
PEOPLE_SHOWN = 5
APPROVALS = (Figure.CLAIMS, Figure.ORDERS)
PLAIN = (  # say what they are; their rows say how they are counted
    Figure.OPEN,
    Figure.WAITING,
    Figure.NOT_ACCEPTED,
    Figure.CLAIMS,
    Figure.ORDERS,
    Figure.RESOLVED,
    *COSTS,
)
TODAY = (
    Figure.MISSED_TODAY,
    Figure.OVERDUE,
    Figure.AT_RISK,
    Figure.OPEN,
    Figure.WAITING,
    Figure.NOT_ACCEPTED,
)
CLOCKS = (
    Figure.KEPT,
    Figure.MISSED,
    Figure.DECIDED,
    Figure.RUNNING,
    Figure.ON_HOLD,
    Figure.CANCELLED,
)


@require_safe
@allowed("reports.view")
def dashboard(request: StaffRequest) -> HttpResponse:
    """What is the matter now and what the period brought; what became of its promises and what it
    cost comes by `panels`, once the page stands.
    """
    question = asked(request)
    outlets, tiers = requests.choices_of_filters()
    context = {
        "form": ScopeForm(question.scope, outlets=outlets, tiers=tiers),
        "may_make": request.user.may("reports.make"),
        **at_once(question, by_facts=facts.are_current()),
    }
    if "whole" in request.GET:  # without JavaScript nothing comes later
        context |= later(question, by_facts=facts.are_current())
    return render(request, "reports/dashboard.html", context)


@require_safe
@allowed("reports.view")
def panels(request: StaffRequest) -> HttpResponse:
    """What the page does not wait for."""
    words = later(asked(request), by_facts=facts.are_current())
    return render(request, "reports/_panels.html", words)


@require_safe
@allowed("reports.view")
def live(request: StaffRequest) -> HttpResponse:
    """All figures, for a page that renews them."""
    question, by_facts = asked(request), facts.are_current()
    words = at_once(question, by_facts=by_facts) | later(question, by_facts=by_facts)
    return render(request, "reports/_figures.html", words)


def at_once(question: Asked, *, by_facts: bool) -> dict[str, Any]:
    scope = question.scope
    with well_equipped():
        counts = counted(question, by_facts=by_facts)
        found = flow(question, by_facts=by_facts)
        now = requests.standing(question, PEOPLE_SHOWN)
    return {
        "as_at": f"{localtime(question.at):%H:%M}",
        "period": _("%(first)s – %(last)s")
        % {"first": day(scope.period.first), "last": day(scope.period.last)},
        "now": today_stats(question, now, counts),
        "flow": flow_stats(scope, found),
        "satisfaction": satisfaction(scope, counts),
        "load": load(scope, now.loads),
        "rings": rings(scope, found),
        "panels_url": f"{reverse('reports:panels')}?{scope.query}",
        "whole_url": f"{reverse('reports:dashboard')}?{scope.query}&whole=yes",
    }


def later(question: Asked, *, by_facts: bool) -> dict[str, Any]:
    scope = question.scope
    with well_equipped():
        kept = clocks.promises_kept(question, by_facts=by_facts)
        scored = surveys.dimension_scores(question, by_facts=by_facts)
        spent = None
        if question.user.may("costs.view"):
            spent = costs.cost_to_serve(question, by_facts=by_facts)
    return {
        "promises": promises(scope, kept),
        "dimensions": dimensions(scope, scored),
        "cost": cost(scope, spent) if spent else None,
        "definitions": choices,
    }


def counted(question: Asked, *, by_facts: bool) -> dict[str, int]:
    """All plain counts in one statement."""
    may = question.user.may
    figures = (Figure.MISSED_TODAY, *(each for each in APPROVALS if may(PERMISSIONS[each])))
    nothing: dict[str, int] = dict.fromkeys((*figures, *surveys.COUNTED), 0)
    return nothing | dict(requests.found(counts_at_once, question, figures, by_facts))


def counts_at_once(
    question: Asked, figures: Iterable[Figure], by_facts: bool
) -> QuerySet[Any, tuple[str, int]]:
    return counts_of(
        {
            **{str(figure.value): rows_of(figure, question) for figure in figures},
            **surveys.counted(question, by_facts=by_facts),
        }
    )


def stat(figure: Figure, scope: Scope, value: str, **more: Any) -> dict[str, Any]:
    return {
        "label": figure.label,
        "value": value,
        "url": link(figure, scope),
        "definition": "" if figure in PLAIN else DEFINITIONS.get(figure, ""),
        "tone": "",
        "sub": "",
    } | more


def today_stats(question: Asked, now: Standing, counts: dict[str, int]) -> list[dict[str, Any]]:
    """What is the matter today, and what waits for whom."""
    found = counts | now.counts
    age = _("oldest %(age)s") % {"age": span(question.at - now.oldest)} if now.oldest else ""
    tones = {
        Figure.MISSED_TODAY: "bad" if found[Figure.MISSED_TODAY] else "good",
        Figure.OVERDUE: "bad" if found[Figure.OVERDUE] else "good",
        Figure.AT_RISK: "warning" if found[Figure.AT_RISK] else "",
    }
    return [
        stat(
            figure,
            question.scope,
            f"{found[figure]:,}",
            tone=tones.get(figure, ""),
            sub=age if figure == Figure.OPEN else "",
        )
        for figure in (*TODAY, *APPROVALS)
        if figure in found
    ]


def flow_stats(scope: Scope, found: Flow) -> list[dict[str, Any]]:
    times = (
        (_("THT, median"), found.throughput.median),
        (_("THT, 90th percentile"), found.throughput.ninetieth),
    )
    return [
        stat(Figure.INTAKE, scope, f"{found.intake:,}"),
        stat(Figure.RESOLVED, scope, f"{found.resolved:,}"),
        *(
            stat(Figure.RESOLVED, scope, span(took), label=label, definition=choices.THROUGHPUT)
            for label, took in times
        ),
    ]


def number(figure: Figure, scope: Scope, count: int, of: object = "") -> Cell:
    """A count in a table; nothing opens nothing."""
    return Cell(f"{count:,}", url=link(figure, scope, of) if count else "", numeric=True)


def heads(*labels: str) -> list[dict[str, Any]]:
    """The first column is text, the others are figures."""
    return [{"label": label, "numeric": place > 0} for place, label in enumerate(labels)]


def table(caption: str, labels: Iterable[str], rows: Iterable[list[Cell]]) -> dict[str, Any]:
    body = [{"cells": cells} for cells in rows]
    return {"caption": caption, "heads": heads(*labels), "rows": body}


def promises(scope: Scope, found: list[PromiseKept]) -> dict[str, Any]:
    """Of the decided clocks how many were kept; beside them those that are not in the base."""
    labels = (_("Promise"), _("Share"), *labels_of(*CLOCKS))
    return table(_("Promises kept"), labels, (promise(scope, each) for each in found))


def promise(scope: Scope, found: PromiseKept) -> list[Cell]:
    target, kept = found.target, found.kept
    missed = kept.base - kept.part
    counts = (kept.part, missed, kept.base, found.running, found.on_hold, found.cancelled)
    return [
        Cell(str(target.label)),
        Cell(percent(kept.value, 1), badge=tone(kept.value, GOOD_SHARE, BAD_SHARE), numeric=True),
        *(
            number(figure, scope, count, target)
            for figure, count in zip(CLOCKS, counts, strict=True)
        ),
    ]


def labels_of(*figures: Figure) -> tuple[str, ...]:
    return tuple(str(figure.label) for figure in figures)


def tone(value: float | None, good: float, bad: float) -> str:
    if value is None:
        return ""
    if value >= good:
        return "good"
    return "warning" if value >= bad else "bad"


def rings(scope: Scope, found: Flow) -> dict[str, Any]:
    shares = {ring: Share(count, found.resolved) for ring, count in found.rings.items()}
    return table(
        _("Rings"),
        (_("Ring"), _("Share"), _("Planned share"), *labels_of(Figure.RESOLVED)),
        (
            [
                Cell(str(ring)),
                Cell(percent(share.value, 1), numeric=True),
                Cell(percent(RING_PLAN[ring]), numeric=True),
                number(Figure.RING, scope, share.part, ring),
            ]
            for ring, share in shares.items()
        ),
    )


def satisfaction(scope: Scope, counts: dict[str, int]) -> list[dict[str, Any]]:
    scored = counts[Figure.RECOMMENDING]
    points = surveys.nps(counts["promoters"], counts["detractors"], scored)
    rate = Share(counts["answered of sent"], counts[Figure.SENT])
    return [
        stat(
            Figure.RECOMMENDING,
            scope,
            "–" if points is None else f"{points:+.1f}".replace("-", "−"),
            label=_("NPS"),
            sub=_("%(count)s answers") % {"count": f"{scored:,}"},
        ),
        stat(
            Figure.SENT,
            scope,
            percent(rate.value, 1),
            label=_("Response rate"),
            sub=_("%(part)s of %(base)s") % {"part": f"{rate.part:,}", "base": f"{rate.base:,}"},
        ),
    ]


def dimensions(scope: Scope, found: list[DimensionScore]) -> dict[str, Any]:
    return table(
        _("Satisfaction"),
        (_("Dimension"), _("Mean"), _("4 and 5"), _("Answers")),
        (
            [
                Cell(each.dimension.name),
                Cell(f"{each.mean:.2f}", numeric=True),
                Cell(percent(each.good.value, 1), numeric=True),
                number(Figure.ANSWERED, scope, each.good.base, each.dimension.code),
            ]
            for each in found
        ),
    )


def load(scope: Scope, found: list[Load]) -> dict[str, Any]:
    return table(
        _("Load per person"),
        (_("Employee"), _("Open"), _("Overdue"), _("Tasks")),
        (
            [
                Cell(each.person.name, url=each.person.get_absolute_url()),
                number(Figure.OPEN, scope, each.open_requests, each.person.employee_no),
                number(Figure.OVERDUE, scope, each.overdue_requests, each.person.employee_no),
                number(Figure.TASKS, scope, each.tasks, each.person.employee_no),
            ]
            for each in found
        ),
    )


def cost(scope: Scope, found: costs.Cost) -> dict[str, Any]:
    """The parts open their rows; the total is their sum."""
    worked = hours(timedelta(hours=float(found.hours)))
    return {
        "total": amount(found.total),
        "stats": [
            stat(Figure.LABOUR, scope, amount(found.labour), sub=worked),
            stat(Figure.PARTS, scope, amount(found.parts)),
            stat(Figure.EXPENSES, scope, amount(found.expenses)),
            stat(Figure.OUTSIDE, scope, amount(found.outside)),
        ],
    }
