"""What was ordered for a place, what the books did not hold, and old parts that come back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, moment
from crmservice.web.verbs import carry_out
from orders import actions, policies
from orders.forms import (
    OrderPartForm,
    PostponeForm,
    ReasonForm,
    ReceivedForm,
    SettleForm,
    ToDepotForm,
)
from orders.models import OldPart, Replenishment, StockDifference
from orders.views.stock import held_words, may_receive, offer, ordered_state
from orders.views.stock_places import show

INITIAL = {"part": "part", "location": "place", "quantity": "quantity"}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def replenish(request: StaffRequest) -> HttpResponse:
    initial = {field: request.GET.get(name, "") for field, name in INITIAL.items()}
    form = OrderPartForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST":
        who = {"by": request.user, "at": now()}
        outcome = attempt(request, form, order, values=lambda: form.values, **who)
        if outcome:
            messages.success(request, _("The order is noted: it stands among what is to come."))
            return redirect(outcome.location)
    words = {
        "form": form,
        "title": _("Note what was ordered"),
        "back_url": reverse("orders:replenishments") + "?only=open",
        "symbol": "shopping-cart",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/stock_form.html", words, status=status)


def order(*, values: dict[str, Any], **who: Any) -> Replenishment:
    return actions.replenish(values.pop("location"), **values, **who)


def find_ordered(request: StaffRequest, pk: int, *, is_open: bool = True) -> Replenishment:
    visible = Replenishment.objects.visible_to(request.user)
    row = get_object_or_404(visible.select_related("location", "part", "ordered_by"), pk=pk)
    if is_open and row.closed_at:
        raise PermissionDenied
    return row


@require_safe
@allowed("stock.view")
def replenishment(request: StaffRequest, pk: int) -> HttpResponse:
    row, user = find_ordered(request, pk, is_open=False), request.user
    offers = []
    if row.closed_at is None and policies.may_work_in(user, row.location):
        offers.append(offer("receive_ordered", _("Receive"), "package-import", pk))
    if row.closed_at is None and policies.may_keep_stock(user):
        offers += [
            offer("postpone_ordered", _("Comes another day"), "calendar-event", pk),
            offer("give_up_ordered", _("Will not come"), "ban", pk),
        ]
    state = ordered_state(row)
    part_url = reverse("orders:stock_of_part", args=[row.part.part_no])
    words = {
        "title": str(row),
        "badges": [{"kind": state.badge, "label": state.text}],
        "back_url": reverse("orders:replenishments") + "?only=open",
        "back_label": _("Ordered parts"),
        "offers": offers,
        "facts": [
            {"label": _("Part"), "text": str(row.part), "url": part_url},
            {
                "label": _("For"),
                "text": row.location.name,
                "url": row.location.get_absolute_url(),
            },
            {"label": _("Received"), "text": f"{row.received} / {row.quantity}"},
            {"label": _("Expected on"), "text": day(row.expected_on)},
            {"label": _("Supplier"), "text": row.supplier},
            {
                "label": _("Ordered at"),
                "text": moment(row.ordered_at),
                "sub": str(row.ordered_by or ""),
            },
            {"label": _("Reason"), "text": row.closed_reason},
        ],
    }
    return show(request, **words)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def receive_ordered(request: StaffRequest, pk: int) -> HttpResponse:
    row = find_ordered(request, pk)
    if not policies.may_work_in(request.user, row.location):
        raise PermissionDenied
    return carry_out(
        request,
        row,
        ReceivedForm,
        actions.receive_ordered,
        title=_("Receive what was ordered"),
        submit=_("Put into stock"),
        said=_("The parts are in stock."),
        about=f"{row.part} · {row.location}",
        symbol="package-import",
        given={"initial": {"quantity": row.open_quantity}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def postpone_ordered(request: StaffRequest, pk: int) -> HttpResponse:
    row = find_ordered(request, pk)
    return carry_out(
        request,
        row,
        PostponeForm,
        actions.postpone_ordered,
        title=_("Comes another day"),
        submit=_("Set the day"),
        said=_("The day is set."),
        about=f"{row.part} · {row.location}",
        symbol="calendar-event",
        given={"initial": {"expected_on": row.expected_on}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def give_up_ordered(request: StaffRequest, pk: int) -> HttpResponse:
    row = find_ordered(request, pk)
    return carry_out(
        request,
        row,
        ReasonForm,
        actions.give_up_ordered,
        title=_("Will not come"),
        submit=_("Give it up"),
        said=_("It is no longer expected."),
        about=f"{row.part} · {row.location}",
        symbol="ban",
    )


def find_difference(request: StaffRequest, pk: int) -> StockDifference:
    visible = StockDifference.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("location", "part", "by", "settled_by"), pk=pk)


@require_safe
@allowed("stock.view")
def difference(request: StaffRequest, pk: int) -> HttpResponse:
    row, user = find_difference(request, pk), request.user
    is_open = row.settled_at is None
    state = {"kind": "warning", "label": _("To settle")}
    if not is_open:
        state = {"kind": "settled", "label": _("Settled")}
    offers = []
    if is_open and policies.may_keep_stock(user):
        offers.append(offer("settle_difference", _("Settle"), "check", pk))
    part_url = reverse("orders:stock_of_part", args=[row.part.part_no])
    words = {
        "title": held_words(row),
        "badges": [state],
        "back_url": reverse("orders:differences") + "?only=open",
        "back_label": _("Stock differences"),
        "offers": offers,
        "facts": [
            {"label": _("Part"), "text": str(row.part), "url": part_url},
            {
                "label": pgettext("stock", "Place"),
                "text": row.location.name,
                "url": row.location.get_absolute_url(),
            },
            {"label": _("Serial numbers"), "text": ", ".join(row.serials)},
            {"label": _("For"), "text": row.about_name, "url": row.about_url},
            {"label": _("When"), "text": moment(row.at), "sub": str(row.by or "")},
            {"label": _("What became clear"), "text": row.note, "sub": settled_words(row)},
        ],
    }
    return show(request, **words)


def settled_words(row: StockDifference) -> str:
    return f"{moment(row.settled_at)} {row.settled_by or ''}".strip()


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def settle_difference(request: StaffRequest, pk: int) -> HttpResponse:
    row = find_difference(request, pk)
    if row.settled_at:
        raise PermissionDenied
    is_missing = row.kind == "missing"
    hint = _("Where do the pieces lie now? Without a place they are gone.")
    if not is_missing:
        hint = _("Out of which place did the pieces come? Without a place the books stay.")
    return carry_out(
        request,
        row,
        SettleForm,
        actions.settle_difference,
        title=_("Settle the difference"),
        submit=_("Settle"),
        said=_("The difference is settled."),
        about=f"{row.part} · {row.location} · {held_words(row)}",
        hint=hint,
        given={"user": request.user},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def receive_old_part(request: StaffRequest, pk: int) -> HttpResponse:
    visible = OldPart.objects.visible_to(request.user).open()
    row = get_object_or_404(visible.select_related("part", "location", "holder"), pk=pk)
    if not may_receive(request.user):
        raise PermissionDenied
    return carry_out(
        request,
        row,
        ToDepotForm,
        hand_over,
        title=_("Receive the old part"),
        submit=_("Receive it"),
        said=_("The old part is in the depot; its clock has stopped."),
        about=f"{row} · {row.holder}",
        symbol="package-import",
        given={"user": request.user},
    )


def hand_over(row: OldPart, *, depot: Any, **who: Any) -> OldPart:
    return actions.receive_old_part(row, depot, **who)
