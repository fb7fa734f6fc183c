"""A count: typed along the shelf, looked at, booked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.money import ZERO, money
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, moment
from crmservice.web.verbs import carry_out
from orders import actions, policies, queries
from orders.choices import CountStatus
from orders.forms import CountForm, VerbForm
from orders.models import StockCount


def find(request: StaffRequest, number: str, *, is_open: bool = False) -> StockCount:
    visible = StockCount.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("location", "begun_by", "ended_by"), number=number
    )
    if is_open and found.status != CountStatus.OPEN:
        raise PermissionDenied
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def count(request: StaffRequest, number: str) -> HttpResponse:
    """What is typed is kept each time; `Check` shows what differs, with its value."""
    found = find(request, number)
    form = CountForm(request.POST or None, count=found)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.enter_count,
            found,
            counted=lambda: form.counted,
            reasons=lambda: form.reasons,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("What is counted so far is kept; the books are as before."))
            return redirect(f"{found.get_absolute_url()}#differences")
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/stock_count.html", page(request, found, form), status=status)


def page(request: StaffRequest, found: StockCount, form: CountForm) -> dict[str, Any]:
    shows_costs = policies.may_see_costs(request.user)
    differing = [line for line in form.lines if line.difference]
    parts = [line.level.part_id for line in differing]
    costs = queries.costs_today(parts, timezone.localdate()) if shows_costs else {}
    values = {
        line.pk: money(costs.get(line.level.part_id, ZERO) * line.difference) for line in differing
    }
    counted = [line for line in form.lines if line.counted is not None]
    rows = [
        {
            "line": line,
            "part": line.level.part,
            "counted": form[f"counted_{line.pk}"],
            "reason": form[f"reason_{line.pk}"],
            "difference": f"{line.difference:+d}" if line.difference else "",
        }
        for line in form.lines
    ]
    return {
        "count": found,
        "form": form,
        "is_open": found.status == CountStatus.OPEN,
        "rows": rows,
        "badges": [{"kind": found.status, "label": found.get_status_display()}],
        "differing": [
            {
                "part": str(line.level.part),
                "expected": line.expected,
                "counted": line.counted,
                "difference": f"{line.difference:+d}",
                "value": amount(values[line.pk]) if shows_costs else "",
                "reason": line.reason,
            }
            for line in differing
        ],
        "value": amount(sum(values.values(), ZERO)) if shows_costs and differing else "",
        "shows_costs": shows_costs,
        "progress": {"done": len(counted), "all": len(form.lines)},
        "begun": f"{moment(found.begun_at)} {found.begun_by}",
        "ended": f"{moment(found.ended_at)} {found.ended_by or ''}".strip(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def book_count(request: StaffRequest, number: str) -> HttpResponse:
    found = find(request, number, is_open=True)
    return carry_out(
        request,
        found,
        VerbForm,
        actions.book_count,
        title=_("Book the differences"),
        submit=_("Book"),
        said=_("The books are as counted."),
        about=f"{found.location} · {found.number}",
        hint=_("Each difference becomes a row of the journal, with its reason."),
        symbol="checks",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def drop_count(request: StaffRequest, number: str) -> HttpResponse:
    found = find(request, number, is_open=True)
    return carry_out(
        request,
        found,
        VerbForm,
        actions.drop_count,
        title=_("Drop the count"),
        submit=_("Drop it"),
        said=_("The count is dropped; nothing was booked."),
        about=f"{found.location} · {found.number}",
        symbol="ban",
    )
