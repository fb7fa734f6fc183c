"""Parts sent from one place to another, and counted again where they arrive."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import is_key
from crmservice.web.forms import new_key
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, moment
from crmservice.web.verbs import carry_out
from employees.models import Employee
from orders import actions, policies
from orders.forms import AcceptTransferForm, ReasonForm, SendForm
from orders.models import StockLocation, StockTransfer
from orders.queries.stocking import Days
from orders.views.stock import offer


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def send(request: StaffRequest) -> HttpResponse:
    """A form that other pages may have filled in: from, to, part, quantity."""
    form = SendForm(request.POST or None, user=request.user, initial=proposed(request))
    if request.method == "POST":
        who = {"by": request.user, "at": now()}
        outcome = attempt(request, form, send_rows, form, **who)
        if outcome:
            messages.success(request, _("The parts are on their way."))
            return redirect(outcome.location)
    words = {"form": form, "back_url": reverse("orders:transfers") + "?status=in_transit"}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/stock_send.html", words, status=status)


def proposed(request: StaffRequest) -> dict[str, Any]:
    asked, places = request.GET, StockLocation.objects.visible_to(request.user)
    codes = {"from_location": asked.get("from", ""), "to_location": asked.get("to", "")}
    known = {place.code: place for place in places.filter(code__in=codes.values())}
    initial: dict[str, Any] = {
        name: known[code].pk for name, code in codes.items() if code in known
    }
    for name in ("part", "quantity"):
        if is_key(asked.get(name, "")):
            initial[f"{name}_0"] = int(asked[name])
    giver = known.get(codes["from_location"])
    if giver:
        days = Days(timezone.localdate())
        initial["expected_on"] = days.after(days.today, giver.transit_days, giver)
    return initial


def send_rows(form: SendForm, *, by: Employee, at: Any) -> StockTransfer:
    values = form.cleaned_data
    return actions.send(
        values["from_location"],
        values["to_location"],
        [actions.Packed(**row) for row in form.rows],
        expected_on=values["expected_on"],
        note=values["note"],
        by=by,
        at=at,
    )


def find(request: StaffRequest, number: str) -> StockTransfer:
    visible = StockTransfer.objects.visible_to(request.user)
    beside = ("from_location", "to_location", "sent_by", "ended_by")
    return get_object_or_404(visible.select_related(*beside), number=number)


def may_accept(user: Employee, transfer: StockTransfer) -> bool:
    """Whoever works where it arrives."""
    return transfer.is_on_its_way and policies.may_work_in(user, transfer.to_location)


@require_safe
@allowed("stock.view")
def transfer(request: StaffRequest, number: str) -> HttpResponse:
    found = find(request, number)
    return render_transfer(request, found, AcceptTransferForm(transfer=found))


def render_transfer(
    request: StaffRequest, found: StockTransfer, form: AcceptTransferForm, *, status: int = 200
) -> HttpResponse:
    may = may_accept(request.user, found)
    words = {
        "transfer": found,
        "form": form,
        "may_accept": may,
        "offers": [offer("refuse_transfer", _("Refuse it"), "hand-stop", found.number)]
        if may
        else [],
        "badges": [{"kind": found.status, "label": found.get_status_display()}],
        "title": f"{found.from_location} → {found.to_location}",
        "back_url": reverse("orders:transfers") + "?status=in_transit",
        "facts": [
            place(pgettext("stock", "From"), found.from_location, request.user),
            place(pgettext("stock", "To"), found.to_location, request.user),
            {"label": _("Sent at"), "text": moment(found.sent_at), "sub": str(found.sent_by)},
            {"label": _("Expected on"), "text": day(found.expected_on)},
            {"label": _("Note"), "text": found.note},
            {
                "label": _("Ended"),
                "text": moment(found.ended_at),
                "sub": str(found.ended_by or ""),
            },
            {"label": _("Reason"), "text": found.reason},
        ],
        "fresh_key": new_key,
        "activities": timeline(found),
    }
    return render(request, "orders/stock_transfer.html", words, status=status)


def place(label: str, found: StockLocation, user: Employee) -> dict[str, str]:
    is_seen = user.may("stock.view") and (
        policies.may_work_in(user, found) or found.outlet_id == user.outlet_id
    )
    return {
        "label": label,
        "text": found.name,
        "url": found.get_absolute_url() if is_seen else "",
    }


@require_http_methods(["POST"])
@allowed("stock.work")
def accept_transfer(request: StaffRequest, number: str) -> HttpResponse:
    """What was counted, line by line; less than was sent needs a reason."""
    found = find(request, number)
    if not policies.may_work_in(request.user, found.to_location):
        raise PermissionDenied
    form = AcceptTransferForm(request.POST, transfer=found)
    outcome = attempt(
        request,
        form,
        actions.accept,
        found,
        arrived=lambda: form.arrived,
        came=lambda: form.came,
        reason=lambda: form.cleaned_data["reason"],
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, _("The parts are in stock."))
        return redirect(found)
    return render_transfer(request, find(request, number), form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def refuse_transfer(request: StaffRequest, number: str) -> HttpResponse:
    found = find(request, number)
    if not may_accept(request.user, found):
        raise PermissionDenied
    return carry_out(
        request,
        found,
        ReasonForm,
        actions.refuse,
        title=_("Refuse the transfer"),
        submit=_("Refuse it"),
        said=_("All of it is back in the stock that it came from."),
        about=f"{found.from_location} → {found.to_location}",
        symbol="hand-stop",
    )
