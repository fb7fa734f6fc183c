"""A place with what lies there, and what is done in it."""

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
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, label_of, moment
from crmservice.web.verbs import carry_out
from employees.models import Employee
from orders import actions, policies, queries
from orders.forms import CountStartForm, PieceForm, PlaceForm
from orders.models import StockLevel, StockLocation, StockMove
from orders.views.stock import about_cell, bin_cell, count_cell, kind_cell, offer, point_cell

SHOWN_LEVELS, SHOWN_MOVES = 100, 12


def table(
    title: str,
    symbol: str,
    heads: list[tuple[str, bool]],
    rows: list[dict[str, Any]],
    *,
    url: str = "",
    empty: str = "",
    anchor: str = "",
) -> dict[str, Any]:
    """A panel with a table, for `orders/stock_page.html`; `heads` say whether they are figures."""
    return {
        "title": title,
        "symbol": symbol,
        "heads": [{"label": label, "numeric": numeric} for label, numeric in heads],
        "rows": rows,
        "count": len(rows) or "",
        "url": url,
        "empty": empty,
        "anchor": anchor,
    }


PAGE: dict[str, Any] = {
    "number": "",
    "badges": (),
    "back_url": "",
    "back_label": "",
    "offers": (),
    "facts": (),
    "tables": (),
    "tabs": (),
    "places": (),
    "to": None,
    "activities": (),
    "kind": "",
}


def show(request: StaffRequest, **words: Any) -> HttpResponse:
    """A page of stock with what it has of `PAGE`."""
    return render(request, "orders/stock_page.html", PAGE | words)


def find_place(request: StaffRequest, code: str, *, to_work: bool = False) -> StockLocation:
    """404 where it is not seen, 403 where this person takes nothing in or out."""
    visible = StockLocation.objects.visible_to(request.user).select_related("outlet", "employee")
    place = get_object_or_404(visible, code=code)
    if to_work and not (place.is_active and policies.may_work_in(request.user, place)):
        raise PermissionDenied
    return place


@require_safe
@allowed("stock.view")
def place(request: StaffRequest, code: str) -> HttpResponse:
    """Its levels, the latest of its journal, and what can be done."""
    user, found = request.user, find_place(request, code)
    levels = StockLevel.objects.filter(location=found).with_incoming().select_related("part")
    there = list(levels.order_by("part__part_no", "bin")[: SHOWN_LEVELS + 1])
    for level in there:
        level.location = found
    words = {
        "title": found.name,
        "number": found.code,
        "badges": [{"kind": "neutral", "label": found.get_kind_display()}],
        "back_url": reverse("orders:places"),
        "back_label": _("Places"),
        "offers": offers(user, found),
        "facts": facts(user, found),
        "tables": [levels_table(found, there), journal_table(found)],
        "activities": timeline(found, limit=20),
        "kind": "orders.stocklocation",
    }
    return show(request, **words)


def offers(user: Employee, found: StockLocation) -> list[dict[str, str]]:
    possible = []
    if found.is_active and policies.may_work_in(user, found):
        possible += [
            offer("receive_parts", _("Receive parts"), "package-import", found.code),
            offer("send", _("Send parts"), "truck", query=f"?from={found.code}"),
            offer("begin_count", _("Count"), "clipboard-check", found.code),
            offer("take_out_parts", _("Take parts out"), "package-export", found.code),
        ]
    if policies.may_keep_stock(user):
        possible.append(offer("edit_place", _("Edit"), "pencil", found.code))
    return possible


def facts(user: Employee, found: StockLocation) -> list[dict[str, Any]]:
    holder = found.employee
    open_rows = f"?only=open&place={found.code}"
    shown = [
        {
            "label": _("Outlet"),
            "text": found.outlet.name,
            "url": found.outlet.get_absolute_url() if user.may("employees.view") else "",
        },
        {
            "label": _("Whose van"),
            "text": str(holder or ""),
            "url": holder.get_absolute_url() if holder and user.may("employees.view") else "",
        },
        {"label": _("Address"), "text": found.address},
        {"label": _("Working days to another place"), "text": str(found.transit_days)},
        link(
            _("Transfers on their way"),
            found.coming.on_their_way().count(),
            reverse("orders:transfers") + f"?status=in_transit&place={found.code}",
        ),
        link(
            _("Old parts to return"),
            found.old_parts.open().count(),
            reverse("orders:old_parts") + open_rows,
        ),
        link(
            _("Differences to settle"),
            found.differences.open().count(),
            reverse("orders:differences") + open_rows,
        ),
    ]
    if policies.may_see_costs(user):
        levels = StockLevel.objects.filter(location=found)
        value = queries.value_by_place(levels, timezone.localdate()).get(found.pk)
        shown.append({"label": _("Value at cost"), "text": amount(value)})
    return shown


def link(label: str, number: int, url: str) -> dict[str, Any]:
    return {"label": label, "text": str(number), "url": url if number else ""}


def levels_table(found: StockLocation, levels: list[StockLevel]) -> dict[str, Any]:
    heads = [
        (_("Part"), False),
        (_("Bin"), False),
        (_("On hand"), True),
        (_("Allocated"), True),
        (pgettext("stock", "Available"), True),
        (_("Incoming"), True),
        (_("Reorder point"), True),
    ]
    rows = [
        {
            "url": level.get_absolute_url(),
            "cells": [
                {
                    "text": level.part.part_no,
                    "sub": level.part.name,
                    "url": level.get_absolute_url(),
                },
                bin_cell(level),
                count_cell(level.on_hand, journal_of(level)),
                {"text": str(level.allocated)},
                {"text": str(level.available)},
                {"text": str(level.on_order + level.on_the_way)},
                point_cell(level),
            ],
        }
        for level in levels[:SHOWN_LEVELS]
    ]
    words = table(
        _("What lies there"),
        "packages",
        heads,
        rows,
        url=f"{reverse('orders:stock')}?place={found.code}",
        empty=_("Nothing lies there yet."),
    )
    if len(levels) > SHOWN_LEVELS:
        words["count"] = f"{SHOWN_LEVELS}+"
    return words


def journal_of(level: StockLevel) -> str:
    words = f"?place={level.location.code}&part={level.part.part_no}"
    return reverse("orders:moves") + words


def journal_table(found: StockLocation) -> dict[str, Any]:
    moves = StockMove.objects.filter(location=found).select_related("part", "other", "by")
    heads = [
        (_("When"), False),
        (_("Part"), False),
        (_("Kind"), False),
        (_("In or out"), True),
        (_("On hand then"), True),
        (_("For"), False),
        (_("By"), False),
    ]
    rows = [
        {
            "url": move.about_url,
            "cells": [
                {"text": moment(move.at)},
                {"text": move.part.part_no, "sub": label_of(move, "bin")},
                kind_cell(move),
                {"text": f"{move.on_hand:+d}" if move.on_hand else f"({move.allocated:+d})"},
                {"text": str(move.on_hand_after)},
                about_cell(move),
                {"text": str(move.by or "–")},
            ],
        }
        for move in moves.order_by("-pk")[:SHOWN_MOVES]
    ]
    url = f"{reverse('orders:moves')}?place={found.code}"
    words = table(_("Journal"), "history", heads, rows, url=url, empty=_("Nothing has moved yet."))
    return words | {"count": ""}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def receive_parts(request: StaffRequest, code: str) -> HttpResponse:
    found = find_place(request, code, to_work=True)
    return carry_out(
        request,
        found,
        PieceForm,
        receive,
        title=_("Receive parts"),
        submit=_("Put into stock"),
        said=_("The parts are in stock."),
        about=found.name,
        hint=_("What was ordered is received from its order, what was sent from its transfer."),
        symbol="package-import",
        given={"initial": {"part": request.GET.get("part", ""), "quantity": 1}},
    )


def receive(found: StockLocation, **values: Any) -> StockLocation:
    actions.receive(found, **values)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def take_out_parts(request: StaffRequest, code: str) -> HttpResponse:
    found = find_place(request, code, to_work=True)
    return carry_out(
        request,
        found,
        PieceForm,
        take_out,
        title=_("Take parts out"),
        submit=_("Take out of stock"),
        said=_("The parts are out of stock."),
        about=found.name,
        hint=_("For what leaves for good: back to the supplier, scrapped. Say why."),
        symbol="package-export",
    )


def take_out(found: StockLocation, **values: Any) -> StockLocation:
    actions.take_out(found, **values)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.work")
def begin_count(request: StaffRequest, code: str) -> HttpResponse:
    found = find_place(request, code, to_work=True)
    return carry_out(
        request,
        found,
        CountStartForm,
        actions.begin_count,
        title=_("Count"),
        submit=_("Begin"),
        said=_("Go along the shelf, and type what lies there."),
        about=found.name,
        hint=_("The books stay as they are until the differences are booked."),
        symbol="clipboard-check",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def add_place(request: StaffRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None)
    if request.method == "POST":
        who = {"by": request.user, "at": now()}
        outcome = attempt(request, form, actions.add_place, values=lambda: form.values, **who)
        if outcome:
            messages.success(request, _("The place is added."))
            return redirect(outcome.location)
    return render_form(request, form, _("New place"), reverse("orders:places"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def edit_place(request: StaffRequest, code: str) -> HttpResponse:
    found = find_place(request, code)
    form = PlaceForm(request.POST or None, instance=StockLocation.objects.get(pk=found.pk))
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_place,
            found,
            values=lambda: form.changed_values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The place is changed."))
            return redirect(outcome.location)
    return render_form(request, form, found.name, found.get_absolute_url())


def render_form(request: StaffRequest, form: PlaceForm, title: str, back_url: str) -> HttpResponse:
    words = {"form": form, "title": title, "back_url": back_url, "symbol": "building-warehouse"}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/stock_form.html", words, status=status)
