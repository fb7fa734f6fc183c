"""The catalogue of reports, each report's page, and the rows behind each of its numbers."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Head, Listing, Row, render_list
from reports import actions, papers
from reports.forms import ReportForm
from reports.periods import clean
from reports.queries import wording
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import EXPORTED, breakdown_of, computed, opened_rows
from reports.queries.declaring import Computed, Line, Measure, Report
from reports.queries.filtering import choices_of
from reports.queries.requests import Asked
from reports.views import commercial_listings, listings, work_listings
from reports.views.asking import asked

REQUEST = ("customer", "tier", "owner")
OF_REQUEST = ("service_request__customer", "service_request__tier")
OF_SURVEY = (*OF_REQUEST, "customer__tier", "round")


class Noun(NamedTuple):
    """How rows of a kind are listed, and what is read along with them."""

    listing: Callable[..., Listing]
    beside: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


NOUNS = {
    "opened_requests": Noun(listings.opened_requests, REQUEST),
    "resolved_requests": Noun(listings.resolved_requests, REQUEST),
    "open_requests": Noun(listings.open_requests, REQUEST),
    "backlog": Noun(work_listings.backlog, REQUEST),
    "clocks": Noun(listings.clocks, OF_REQUEST),
    "handovers": Noun(work_listings.handovers, ("service_request",)),
    "tasks": Noun(listings.tasks, ("assignee", "customer", "service_request")),
    "scores": Noun(
        work_listings.scores,
        ("dimension", "survey__service_request", "survey__round"),
    ),
    "answered_surveys": Noun(listings.answered_surveys, OF_SURVEY, ("scores__dimension",)),
    "sent_surveys": Noun(listings.sent_surveys, OF_SURVEY, ("scores__dimension",)),
    "labour": Noun(listings.labour, ("employee", "task__service_request")),
    "hours": Noun(work_listings.hours, ("employee", "task__service_request")),
    "parts": Noun(listings.parts, ("part", "order__service_request")),
    "used": Noun(work_listings.used, ("part", "order__service_request")),
    "expenses": Noun(listings.expenses, ("claim__claimant", "service_request")),
    "claimed": Noun(commercial_listings.claimed, ("claim__claimant",)),
    "billed": Noun(commercial_listings.billed, ("order",)),
    "budgets": Noun(commercial_listings.budgets, ("outlet",)),
    "contracts": Noun(commercial_listings.contracts, ("customer", "type")),
    "offers": Noun(commercial_listings.offers, ("order__customer",)),
    "signals": Noun(commercial_listings.signals, ("customer", "raised_by")),
    "purchases": Noun(commercial_listings.purchases, ("customer",)),
    "tier_moves": Noun(commercial_listings.tier_moves, ("customer", "before", "after")),
    "turns": Noun(work_listings.turns, ("plan__asset__customer",)),
    "touches": Noun(work_listings.touches, ("plan", "customer", "owner")),
    "articles": Noun(work_listings.articles, ("author",)),
    "omissions": Noun(work_listings.omissions, ("owner",)),
    "judged_records": Noun(work_listings.judged_records, ("owner",)),
    "levels": Noun(work_listings.levels, ("part", "location")),
    "moves": Noun(work_listings.moves, ("part", "location")),
    "replenishments": Noun(work_listings.replenishments, ("part", "location")),
    "trends": Noun(commercial_listings.trends, ("customer",)),
    "recoveries": Noun(commercial_listings.recoveries, ("customer", "owner")),
    "customers": Noun(commercial_listings.customers, ("tier",)),
    "people": Noun(work_listings.people, ("outlet",)),
    "devices": Noun(work_listings.devices, ("model", "part", "customer")),
}


@require_safe
@allowed("reports.view")
def catalogue(request: StaffRequest) -> HttpResponse:
    """Every report that this person may see, with the question it answers."""
    question = asked(request)
    shown = [
        {
            "title": each.title,
            "question": each.question,
            "url": address(each, question),
            "by": [str(breakdown_of(each, by).label) for by in each.breakdowns[:5]],
        }
        for each in CATALOGUE.values()
        if request.user.may(each.permission)
    ]
    return render(request, "reports/catalogue.html", {"reports": shown})


@require_safe
@allowed("reports.view")
def report(request: StaffRequest, slug: str) -> HttpResponse:
    chosen, question = found(request, slug), asked(request)
    answer = computed(chosen, question, request.GET.get("by", ""))
    scope = question.scope
    by = answer.breakdown.key
    asked_for = f"{scope.query}&by={by}"
    return render(
        request,
        "reports/report.html",
        {
            "report": chosen,
            "form": ReportForm(chosen, scope, by, choices_of(chosen.filters)),
            "period": "" if chosen.is_now else wording.period_in_words(scope.period),
            "before": ""
            if chosen.is_now or chosen.lines
            else wording.period_in_words(scope.period.before),
            "stats": stats(answer, question),
            "table": table(answer, question),
            "chart": wording.chart_of(answer),
            "is_cut": answer.is_cut,
            "notes": papers.notes_of(answer, question),
            "is_empty": answer.is_empty and not (chosen.lines and answer.lines),
            "definitions": wording.definitions_of(answer.measures),
            "clear_url": reverse("reports:report", args=[slug]),
            "save_url": f"{reverse('reports:save', args=[slug])}?{asked_for}",
            "files": [
                (kind.upper(), f"{reverse('reports:export', args=[slug, kind])}?{asked_for}")
                for kind in KINDS
            ],
        },
    )


@require_safe
@allowed("reports.view")
def rows_of_report(request: StaffRequest, slug: str) -> HttpResponse:
    """The rows that one number of a report counts: the queryset that counted them."""
    chosen, question = found(request, slug), asked(request)
    by, key = request.GET.get("by", ""), clean(request.GET.get("key", ""))
    measure = next(
        (
            each
            for each in chosen.measures_for(request.user)
            if each.key == request.GET.get("figure", "") and each.rows is not None
        ),
        None,
    )
    if measure is None or measure.rows is None or (by and by not in chosen.breakdowns):
        raise Http404
    narrow = Asked(question.scope.only(chosen.filters), question.user, question.at)
    if by and by != "time" and by not in measure.rows.paths:
        raise Http404
    noun = NOUNS[measure.rows.noun]
    rows = opened_rows(measure, narrow, by, key).select_related(*noun.beside)
    return render_list(
        request,
        noun.listing(measure.label),
        rows.prefetch_related(*noun.parts),
        definition=measure.words,
        back_url=address(chosen, question, by=by),
    )


@require_safe
@allowed("reports.view")
def export(request: StaffRequest, slug: str, kind: str) -> HttpResponse:
    """The report as a file, as it is asked for; that it was taken out is recorded."""
    if kind not in KINDS:
        raise Http404
    chosen, question = found(request, slug), asked(request)
    answer = computed(chosen, question, request.GET.get("by", ""), most=EXPORTED)
    if request.method == "GET":
        actions.note_export(request.user, chosen, question.scope.query, kind, at=now())
    made = {"csv": papers.as_csv, "xlsx": papers.as_xlsx, "pdf": papers.as_pdf}[kind]
    response = HttpResponse(made(answer, question), content_type=KINDS[kind])
    name = f"{slug}-{question.scope.period.first}-{question.scope.period.last}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def found(request: StaffRequest, slug: str) -> Report:
    """The report of this name; 404 where there is none, and for who may not see it."""
    chosen = CATALOGUE.get(slug)
    if chosen is None or not request.user.may(chosen.permission):
        raise Http404
    return chosen


def address(of: Report, question: Asked, *, by: str = "") -> str:
    more = {"by": by} if by else {}
    query = "&".join(filter(None, (question.scope.query, urlencode(more))))
    return f"{reverse('reports:report', args=[of.slug])}?{query}"


def stats(answer: Computed, question: Asked) -> list[dict[str, Any]]:
    """The headlines: the whole, and what it was before."""
    tiles = []
    for key in answer.report.headlines:
        measure = next((each for each in answer.measures if each.key == key), None)
        if measure is None:
            continue
        now, before = answer.total.values.get(key), answer.total.before.get(key)
        tiles.append(
            {
                "label": measure.label,
                "value": wording.said(measure.unit, now),
                "url": opening(answer, question, measure, answer.total, by="")
                if measure.has_rows(now)
                else "",
                "sub": wording.changed(measure, now, before) if answer.total.before else "",
                "tone": wording.tone_of(measure, now, before),
                "definition": measure.words,
            }
        )
    return tiles


def table(answer: Computed, question: Asked) -> dict[str, Any]:
    by = answer.breakdown.key
    heads = [Head(label=label, numeric=at > 0) for at, label in enumerate(wording.heads_of(answer))]
    body = [Row(cells=cells(answer, question, line, by)) for line in answer.lines]
    if len(answer.lines) > 1 and answer.total.values:
        body.append(Row(cells=cells(answer, question, answer.total, ""), total=True))
    return {"caption": str(answer.report.title), "heads": heads, "rows": body}


def cells(answer: Computed, question: Asked, line: Line, by: str) -> list[Cell]:
    first = Cell(line.label, url=line.url, badge=line.tone, sub=line.sub)
    return [first, *(cell(answer, question, each, line, by) for each in answer.shown)]


def cell(answer: Computed, question: Asked, measure: Measure, line: Line, by: str) -> Cell:
    now, before = line.values.get(measure.key), line.before.get(measure.key)
    return Cell(
        wording.said(measure.unit, now),
        url=opening(answer, question, measure, line, by=by) if measure.has_rows(now) else "",
        numeric=True,
        sub=wording.said(measure.unit, before) if before is not None else "",
        hint=wording.changed(measure, now, before),
    )


def opening(answer: Computed, question: Asked, measure: Measure, line: Line, *, by: str) -> str:
    """Where the rows of a number are; nowhere for what is worked out of several kinds of rows."""
    opens = answer.report.measure(measure.opens) if measure.opens else measure
    if opens is None or opens.rows is None:
        return ""
    if by and by != "time" and by not in opens.rows.paths:
        return ""
    where = {"figure": opens.key}
    if by:
        where |= {"by": by, "key": str(line.key)}
    scope = question.scope.only(answer.report.filters)
    path = reverse("reports:report_rows", args=[answer.report.slug])
    return f"{path}?{scope.query}&{urlencode(where)}"
