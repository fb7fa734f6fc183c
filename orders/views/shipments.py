"""What leaves for the customer: packed, shipped, delivered; what is under way, late first."""

from collections.abc import Callable
from decimal import ROUND_CEILING
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import View, allowed
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import day, label_of, moment
from crmservice.web.verbs import carry_out
from orders import actions, papers, policies, queries
from orders.choices import ShipmentStatus
from orders.explaining import name_of
from orders.filters import ShipmentFilterSet
from orders.forms import (
    ArrivedForm,
    Asked,
    CameBackForm,
    DirectForm,
    HandOverForm,
    PackForm,
    ReasonForm,
    ShipForm,
)
from orders.models import Order, OrderLine, Shipment, StockLevel, StockLocation, StockPiece
from orders.views.stock import offer
from orders.views.stock_places import show, table


def promise_cell(shipment: Shipment) -> Cell:
    late = (timezone.localdate() - shipment.promised_on).days
    if late > 0 and shipment.is_late(timezone.localdate()):
        said = _("%(days)d days late") % {"days": late}
        return Cell(day(shipment.promised_on), sub=said, sub_badge="overdue")
    return Cell(day(shipment.promised_on))


LISTING = Listing(
    template="orders/shipments.html",
    title=gettext_lazy("Shipments"),
    columns=(
        Column(
            "number", gettext_lazy("Number"),
            lambda each: Cell(each.number, url=each.get_absolute_url()),
        ),
        Column(
            "order", gettext_lazy("Order"),
            lambda each: Cell(each.order.number, url=each.order.get_absolute_url(),
                              sub=each.order.customer.name),
        ),
        Column("promised", gettext_lazy("Promised for"), promise_cell, order="promised_on"),
        Column(
            "status", gettext_lazy("Status"),
            lambda each: Cell(label_of(each, "status"), badge=each.status),
        ),
        Column(
            "carrier", gettext_lazy("Carrier"),
            lambda each: Cell(each.carrier or "–", sub=each.tracking_no), wide_only=True,
        ),
        Column("from", gettext_lazy("From"), lambda each: each.location.name, wide_only=True),
    ),
    default_order="promised",
    filterset=ShipmentFilterSet,
    tone=lambda each: "bad" if each.is_late(timezone.localdate()) else "",
    empty_text=gettext_lazy("Nothing is under way. An approved order is packed from its own page."),
)  # fmt: skip


@require_safe
@allowed("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = Shipment.objects.visible_to(request.user)
    rows = rows.select_related("order__customer", "location")
    return render_list(request, LISTING, rows)


def find_order(request: StaffRequest, number: str) -> Order:
    rows = Order.objects.visible_to(request.user)
    order = get_object_or_404(rows.select_related("customer", "service_request"), number=number)
    if not policies.may_ship(request.user, order):
        raise PermissionDenied
    return order


def find(request: StaffRequest, number: str) -> Shipment:
    rows = Shipment.objects.visible_to(request.user).select_related(
        "order__customer",
        "order__service_request",
        "order__asset__site",
        "location",
        "packed_by",
        "shipped_by",
    )
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def pack(request: StaffRequest, number: str) -> HttpResponse:
    """Filled in with all that is still to be packed, from where most of it is reserved."""
    order = find_order(request, number)
    lines = queries.to_pack(order)
    if not lines:
        raise PermissionDenied
    places = StockLocation.objects.in_use().filter(
        pk__in=StockLevel.objects.visible_to(request.user).values("location")
    )
    asked = [
        Asked(line.pk, name_of(line), open_.to_integral_value(ROUND_CEILING),
              open_.to_integral_value(ROUND_CEILING))
        for line, open_ in lines.items()
    ]  # fmt: skip
    parts = {line.part_id: line.pk for line in lines}
    numbered = StockPiece.objects.filter(part__in=parts).exclude(level=None)
    with_serials = {parts[part] for part in numbered.values_list("part", flat=True).distinct()}
    return carry_out(
        request,
        order,
        PackForm,
        actions.pack,
        title=_("Pack a shipment"),
        submit=_("Pack"),
        said=_("It is packed. Ship it, or hand it over."),
        about=order.customer.name,
        hint=_("What is not reserved there yet is reserved now. 0 leaves a line for later."),
        symbol="packages",
        given={
            "places": places.order_by("kind", "code"),
            "lines": asked,
            "with_serials": with_serials,
            "initial": {"location": queries.best_place(list(lines))},
        },
    )


@require_safe
@allowed("orders.view")
def shipment(request: StaffRequest, number: str) -> HttpResponse:
    found = find(request, number)
    return show(
        request,
        title=found.order.customer.name,
        number=found.number,
        badges=badges(found),
        back_url=reverse("orders:shipments") + "?only=open",
        back_label=_("Shipments"),
        offers=offers(found) if policies.may_ship(request.user, found.order) else [],
        facts=facts(found),
        tables=[lines_table(found)],
        activities=timeline(found),
        kind="orders.shipment",
    )


@require_safe
@allowed("orders.view")
def label(request: StaffRequest, number: str) -> HttpResponse:
    """What is stuck on the parcel."""
    found = find(request, number)
    response = HttpResponse(papers.shipment_label(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return response


def badges(found: Shipment) -> list[dict[str, str]]:
    badge = {"kind": found.status, "label": found.get_status_display()}
    if found.is_late(timezone.localdate()):
        return [badge, {"kind": "overdue", "label": _("late")}]
    return [badge]


def offers(found: Shipment) -> list[dict[str, str]]:
    """What can be done with it; the first is the next step."""
    if found.status == ShipmentStatus.PACKED:
        return [
            offer("ship", _("Ship"), "truck", found.number),
            offer("hand_over", _("Hand over"), "user-check", found.number),
            offer("put_back", _("Put back"), "arrow-back-up", found.number),
            offer("shipment_label", _("Label"), "printer", found.number),
        ]
    if found.status == ShipmentStatus.SHIPPED:
        return [
            offer("deliver", _("Note the delivery"), "circle-check", found.number),
            offer("take_back", _("It came back"), "package-import", found.number),
            offer("shipment_label", _("Label"), "printer", found.number),
        ]
    return []


def facts(found: Shipment) -> list[dict[str, str]]:
    order = found.order
    packed = f"{moment(found.packed_at)} · {found.packed_by.name}"
    shipped = f"{moment(found.shipped_at)} · {found.shipped_by.name}" if found.shipped_by else ""
    rows = [
        (_("Order"), order.number, order.get_absolute_url()),
        (_("From"), found.location.name, found.location.get_absolute_url()),
        (_("Promised for"), day(found.promised_on), ""),
        (_("Carrier"), found.carrier, ""),
        (_("Tracking number"), found.tracking_no, ""),
        (_("Packed"), packed, ""),
        (_("Shipped"), shipped, ""),
        (_("Taken by"), found.received_by, ""),
        (_("Reason"), found.reason, ""),
    ]
    return [{"label": label, "text": text, "url": url} for label, text, url in rows if text]


def lines_table(found: Shipment) -> dict[str, Any]:
    rows = [
        {
            "url": line.order_line.get_absolute_url(),
            "cells": [
                {
                    "text": name_of(line.order_line),
                    "url": line.order_line.get_absolute_url(),
                    "sub": ", ".join(line.serials),
                },
                {"text": str(line.quantity)},
                {"text": str(line.delivered)},
            ],
        }
        for line in found.lines.select_related("order_line__order", "order_line__part")
    ]
    heads = [(_("What"), False), (_("Quantity"), True), (_("Delivered"), True)]
    return table(_("Lines"), "list", heads, rows)


def verb(
    form: type[DeskForm], action: Callable[..., Any], status: ShipmentStatus, **words: Any
) -> View:
    """The page of one verb of a shipment that stands at `status`."""
    given_of = words.pop("given_of", lambda _shipment: {})

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed("orders.change")
    def view(request: StaffRequest, number: str) -> HttpResponse:
        found = find(request, number)
        if found.status != status or not policies.may_ship(request.user, found.order):
            raise PermissionDenied
        about = f"{found.order.customer} · {found.location.name}"
        return carry_out(
            request, found, form, action, about=about, given=given_of(found), **words
        )  # fmt: skip

    return view


ship = verb(
    ShipForm,
    actions.ship,
    ShipmentStatus.PACKED,
    title=gettext_lazy("Ship"),
    submit=gettext_lazy("Ship"),
    said=gettext_lazy("It is on its way."),
    hint=gettext_lazy("Its pieces leave the stock."),
    symbol="truck",
    given_of=lambda found: {"initial": {"promised_on": found.promised_on}},
)
hand_over = verb(
    HandOverForm,
    actions.hand_over,
    ShipmentStatus.PACKED,
    title=gettext_lazy("Hand over"),
    submit=gettext_lazy("Hand over"),
    said=gettext_lazy("The customer has it."),
    hint=gettext_lazy("The customer takes it here and now; its pieces leave the stock."),
    symbol="user-check",
)
put_back = verb(
    ReasonForm,
    actions.put_back,
    ShipmentStatus.PACKED,
    title=gettext_lazy("Put back"),
    submit=gettext_lazy("Put back"),
    said=gettext_lazy("It is put back; what was reserved stays reserved."),
    symbol="arrow-back-up",
)
deliver = verb(
    ArrivedForm,
    actions.deliver,
    ShipmentStatus.SHIPPED,
    title=gettext_lazy("Note the delivery"),
    submit=gettext_lazy("Delivered"),
    said=gettext_lazy("The delivery is noted."),
    hint=gettext_lazy("What did not arrive yet stays under way."),
    symbol="circle-check",
    given_of=lambda found: {"shipment": found},
)
take_back = verb(
    CameBackForm,
    actions.take_back,
    ShipmentStatus.SHIPPED,
    title=gettext_lazy("It came back"),
    submit=gettext_lazy("Take into stock"),
    said=gettext_lazy("It is in stock again."),
    hint=gettext_lazy("What did not arrive lies in its place again; the order still wants it."),
    symbol="package-import",
)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def note_delivered(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    order = find_order(request, number)
    lines = queries.to_pack(order)
    line = get_object_or_404(
        OrderLine.objects.select_related("part").filter(order=order), pk=pk
    )  # fmt: skip
    line.order = order
    if line not in lines:
        raise PermissionDenied
    return carry_out(
        request,
        line,
        DirectForm,
        actions.note_delivered,
        title=_("Delivered directly"),
        submit=_("Delivered"),
        said=_("The delivery is noted."),
        about=name_of(line),
        hint=_("Only what never lay in our stock; what does is packed and shipped."),
        symbol="package",
        given={"initial": {"quantity": f"{lines[line].normalize():f}"}},
    )
