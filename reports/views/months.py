"""Monthly service reports 客服月报: the list, one to read, its PDF, and made once more."""

from base64 import b64encode
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Head, Listing, Row, render_list
from crmservice.web.text import moment
from reports import actions, papers
from reports.models import MonthlyReport
from reports.periods import months_from

MONTHS = Listing(
    template="reports/months.html",
    title=gettext_lazy("Monthly service reports"),
    columns=(
        Column(
            "month",
            gettext_lazy("Month"),
            lambda r: Cell(f"{r.month:%Y-%m}", url=r.get_absolute_url()),
            order="month",
        ),
        Column("version", gettext_lazy("Version"), lambda r: str(r.version), numeric=True),
        Column("made", gettext_lazy("Made"), lambda r: moment(r.made_at), order="made_at"),
        Column(
            "by", gettext_lazy("By"), lambda r: r.made_by.name if r.made_by else str(_("by itself"))
        ),
    ),
    default_order="-month",
    empty_text=gettext_lazy(
        "No month has been told yet; the last one is on the first working day."
    ),
)


@require_safe
@allowed("reports.view")
def index(request: StaffRequest) -> HttpResponse:
    """The latest version of each month."""
    found = MonthlyReport.objects.latest_versions().defer("papers").select_related("made_by")
    last = months_from(localdate().replace(day=1), -1)
    may_make = request.user.may("reports.make")
    month = f"{last:%Y-%m}" if may_make and not found.filter(month=last).exists() else ""
    return render_list(request, MONTHS, found, to_make=month)


@require_safe
@allowed("reports.view")
def month(request: StaffRequest, month: str, version: int) -> HttpResponse:
    """One month as it was told, in the reader's language; charts as pictures."""
    report, paper = found_paper(request, month, version)
    sections = [shown(each) for each in paper["sections"]]
    others = MonthlyReport.objects.filter(month=report.month).exclude(pk=report.pk)
    return render(
        request,
        "reports/month.html",
        {
            "report": report,
            "title": paper.get("title", str(report)),
            "subtitle": paper.get("subtitle", ""),
            "made": moment(report.made_at),
            "sections": sections,
            "pdf_url": reverse("reports:month_pdf", args=[month, version]),
            "make_url": reverse("reports:make_month", args=[month])
            if request.user.may("reports.make")
            else "",
            "others": [
                {"version": each.version, "url": each.get_absolute_url()}
                for each in others.defer("papers")
            ],
        },
    )


def shown(section: dict[str, Any]) -> dict[str, Any]:
    table = section.get("table")
    if table:
        heads = [Head(label=text, numeric=at > 0) for at, text in enumerate(table["heads"])]
        rows = [Row(cells=[Cell(text) for text in row]) for row in table["rows"]]
        table = {"heads": heads, "rows": rows}
    chart = section.get("chart", "")
    return {
        **section,
        "table": table,
        "chart": f"data:image/svg+xml;base64,{b64encode(chart.encode()).decode()}" if chart else "",
        "url": reverse("reports:report", args=[section["report"]]) if "report" in section else "",
    }


@require_safe
@allowed("reports.view")
def as_pdf(request: StaffRequest, month: str, version: int) -> HttpResponse:
    report, paper = found_paper(request, month, version)
    content = papers.month_pdf(paper, version=report.version)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"service-report-{month}-v{version}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@allowed("reports.make")
def make(request: StaffRequest, month: str) -> HttpResponse:
    """Tell a month, or tell it again by what is known now: the next version."""
    first = month_of(month)
    if first >= localdate().replace(day=1):
        raise Http404
    form = DeskForm(request.POST)
    outcome = attempt(request, form, actions.make_month, first, by=request.user, at=now())
    if outcome:
        messages.success(request, _("The report is made."))
    return redirect(outcome.location or "reports:months")


def found_paper(
    request: StaffRequest, month: str, version: int
) -> tuple[MonthlyReport, dict[str, Any]]:
    report = get_object_or_404(MonthlyReport, month=month_of(month), version=version)
    return report, papers.readable(report.paper_in(get_language() or "en"), request.user)


def month_of(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
