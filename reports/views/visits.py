"""The head's return visits: the customers drawn for a month, and what each of them said."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from crmservice.web import verbs
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Head, Row
from crmservice.web.text import label_of, moment
from customers.models import Customer
from reports import actions
from reports.forms import DrawForm, VisitForm
from reports.models import ReturnVisit, VisitSample
from reports.periods import months_from
from reports.views.months import month_of


@allowed("reports.make")
def index(request: StaffRequest) -> HttpResponse:
    """The sample of a month; where there is none, it is drawn here."""
    last = months_from(localdate().replace(day=1), -1)
    text = request.GET.get("month", "")
    first = month_of(text) if text else last
    if first > last:
        raise Http404
    form = DrawForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.draw_visits,
            first,
            size=lambda: form.cleaned_data["size"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The customers are drawn."))
            return redirect(outcome.location or "reports:visits")
    sample = VisitSample.objects.filter(month=first).first()
    visits = list(sample.visits.described()) if sample else []
    return render(
        request,
        "reports/visits.html",
        {
            "form": form,
            "month": f"{first:%Y-%m}",
            "sample": sample,
            "table": table(visits, request),
            "done": sum(bool(each.result) for each in visits),
            "count": len(visits),
            "months": months(last),
        },
        status=422 if request.method == "POST" else 200,
    )


def months(last: Any) -> list[dict[str, Any]]:
    """Those that were drawn, and the last one."""
    drawn = set(VisitSample.objects.order_by("-month").values_list("month", flat=True)[:11])
    return [
        {"label": f"{each:%Y-%m}", "url": f"{reverse('reports:visits')}?month={each:%Y-%m}"}
        for each in sorted({*drawn, last}, reverse=True)
    ]


def table(visits: list[ReturnVisit], request: StaffRequest) -> dict[str, Any]:
    labels = (
        _("Customer"), _("Why"), _("Request"), _("Result"), _("Satisfaction"), _("Recorded"),
    )  # fmt: skip
    seen = set(
        Customer.objects.visible_to(request.user)
        .filter(pk__in=[each.customer_id for each in visits])
        .values_list("pk", flat=True)
    )
    rows = [row(each) for each in visits if each.customer_id in seen]
    return {"heads": [Head(label=label) for label in labels], "rows": rows}


def row(visit: ReturnVisit) -> Row:
    request = visit.service_request
    return Row(
        cells=[
            Cell(visit.customer.name, url=visit.get_absolute_url(), sub=visit.customer.tier.name),
            Cell(label_of(visit, "reason")),
            Cell(request.number, url=request.get_absolute_url()) if request else Cell("–"),
            Cell(label_of(visit, "result") if visit.result else _("to do")),
            Cell("–" if visit.score is None else str(visit.score)),
            Cell(
                f"{moment(visit.visited_at)} {visit.visited_by.name}" if visit.visited_by else "–"
            ),
        ]
    )


@allowed("reports.make")
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what the customer said."""
    found = get_object_or_404(ReturnVisit.objects.described(), pk=pk)
    get_object_or_404(Customer.objects.visible_to(request.user), pk=found.customer_id)
    names = ("result", "way", "score", "said", "agreed")
    form = VisitForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST":
        outcome = attempt(
            request, form, record_typed, found, values=lambda: form.values, by=request.user
        )
        if outcome:
            messages.success(request, _("The visit is recorded."))
            return redirect(found.sample.get_absolute_url())
    return verbs.show(
        request,
        form,
        subject=found,
        title=_("Return visit"),
        submit=_("Record"),
        cancel_url=found.sample.get_absolute_url(),
        about=f"{found.customer.name} · {label_of(found, 'reason')}",
        symbol="heart-handshake",
    )


def record_typed(visit: ReturnVisit, *, values: dict[str, Any], by: Any) -> ReturnVisit:
    return actions.record_visit(visit, **values, by=by, at=now())
