"""A part in all places: where the next piece is and when it comes; what is to be ordered."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Part
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, moment
from crmservice.web.verbs import carry_out
from employees.models import Employee
from orders import actions, policies, queries
from orders.choices import Bin
from orders.forms import ReorderForm
from orders.models import Reservation, StockLevel, StockLocation, StockPiece
from orders.views.stock import (
    bin_cell,
    count_cell,
    offer,
    point_cell,
    rows_of,
    tabs,
)
from orders.views.stock_places import show, table

MOST, SHOWN_ARRIVALS = 100, 12


@require_safe
@allowed("stock.view")
def stock_of_part(request: StaffRequest, part_no: str) -> HttpResponse:
    """`?to=` names the place where it is needed; else the reader's own."""
    user = request.user
    part = get_object_or_404(Part, part_no=part_no)
    places = list(StockLocation.objects.in_use().visible_to(user).select_related("outlet"))
    to = next((place for place in places if place.code == request.GET.get("to")), None)
    to = to or queries.own_place(user) or next(iter(places), None)
    rows = StockLevel.objects.visible_to(user).filter(part=part).with_incoming()
    levels = list(
        rows.select_related("location", "part").order_by("location__kind", "location__code", "bin")[
            :MOST
        ]
    )
    tables = [
        *([arrivals_table(part, to, user, timezone.localdate())] if to else []),
        levels_table(user, levels),
        *reservations_table(levels),
        *pieces_table(levels),
    ]
    words = {
        "title": part.name,
        "number": part.part_no,
        "back_url": reverse("orders:stock"),
        "back_label": _("Stock"),
        "offers": offers(user, part, levels),
        "tables": tables,
        "places": places,
        "to": to,
    }
    return show(request, **words)


def offers(user: Employee, part: Part, levels: list[StockLevel]) -> list[dict[str, str]]:
    shown = []
    if user.may("stock.work") and any(level.available for level in levels):
        shown.append(offer("send", _("Send parts"), "truck", query=f"?part={part.pk}"))
    if policies.may_keep_stock(user):
        shown.append(
            offer(
                "replenish", _("Note what was ordered"), "shopping-cart", query=f"?part={part.pk}"
            )
        )
    url = part.get_absolute_url()
    return [*shown, {"url": url, "label": _("The part itself"), "symbol": "package"}]


def arrivals_table(part: Part, to: StockLocation, user: Employee, today: date) -> dict[str, Any]:
    found = queries.arrivals([part], to, user, on=today)[part.pk]
    heads = [
        (_("Can be there"), False),
        (_("Pieces"), True),
        (_("Where"), False),
        (_("Why"), False),
    ]
    rows = [
        {
            "url": each.url,
            "cells": [
                {"text": _("today") if each.on == today else day(each.on)},
                {"text": str(each.quantity)},
                {"text": each.place.name},
                {"text": each.why, "url": each.url},
            ],
        }
        for each in found[:SHOWN_ARRIVALS]
    ]
    title = _("The next piece for %(place)s") % {"place": to.name}
    empty = _("No place has one, and none is ordered.")
    return table(title, "route", heads, rows, empty=empty) | {
        "choose": True,
        "line": line_of(found),
    }


def line_of(found: list[queries.Arrival]) -> str:
    """“3 pieces by Thursday, the first today from the depot”."""
    if not found:
        return ""
    first = found[0]
    words = {"day": day(first.on), "place": first.place.name, "why": first.why}
    return _("The first on %(day)s: %(place)s, %(why)s.") % words


def levels_table(user: Employee, levels: list[StockLevel]) -> dict[str, Any]:
    may_keep = policies.may_keep_stock(user)
    heads = [
        (pgettext("stock", "Place"), False),
        (_("Bin"), False),
        (_("On hand"), True),
        (_("Allocated"), True),
        (pgettext("stock", "Available"), True),
        (_("On order"), True),
        (_("On its way"), True),
        (_("Reorder point"), True),
    ]
    rows = []
    for level in levels:
        point: Any = point_cell(level)
        if may_keep and level.bin == Bin.GOOD:
            url = reverse("orders:set_reorder_point", args=[level.pk])
            text = point.text if level.reorder_point is not None else _("Set")
            point = point._replace(url=url, text=text)
        coming = reverse("orders:transfers") + f"?status=in_transit&place={level.location.code}"
        place_url = level.location.get_absolute_url()
        rows.append(
            {
                "url": place_url,
                "cells": [
                    {"text": level.location.name, "url": place_url},
                    bin_cell(level),
                    count_cell(level.on_hand, rows_of(level, "moves")),
                    count_cell(level.allocated, "#allocated"),
                    {"text": str(level.available)},
                    count_cell(level.on_order, rows_of(level, "replenishments", only="open")),
                    count_cell(level.on_the_way, coming),
                    point,
                ],
            }
        )
    return table(
        _("By place"), "building-warehouse", heads, rows, empty=_("No place knows it yet.")
    )


def reservations_table(levels: list[StockLevel]) -> list[dict[str, Any]]:
    promised = [level.pk for level in levels if level.allocated]
    if not promised:
        return []
    rows = Reservation.objects.open().filter(level__in=promised)
    rows = rows.select_related("level__location", "by")
    heads = [
        (_("For"), False),
        (pgettext("stock", "Place"), False),
        (_("Pieces"), True),
        (_("Since"), False),
    ]
    shown = [
        {
            "url": row.about_url,
            "cells": [
                {"text": row.about_name, "url": row.about_url},
                {"text": row.level.location.name},
                {"text": str(row.quantity)},
                {"text": moment(row.at), "sub": str(row.by or "")},
            ],
        }
        for row in rows[:MOST]
    ]
    return [table(_("Allocated"), "lock", heads, shown, anchor="allocated")]


def pieces_table(levels: list[StockLevel]) -> list[dict[str, Any]]:
    places = {level.pk: level for level in levels}
    pieces = list(StockPiece.objects.filter(level__in=places)[:MOST])
    if not pieces:
        return []
    heads = [(_("Serial number"), False), (pgettext("stock", "Place"), False), (_("Bin"), False)]
    rows = [
        {
            "cells": [
                {"text": piece.serial_no},
                {"text": places[piece.level_id or 0].location.name},
                bin_cell(places[piece.level_id or 0]),
            ]
        }
        for piece in pieces
    ]
    return [table(_("Pieces with serial numbers"), "barcode", heads, rows)]


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def set_reorder_point(request: StaffRequest, pk: int) -> HttpResponse:
    visible = StockLevel.objects.visible_to(request.user).select_related("location", "part")
    level = get_object_or_404(visible, pk=pk)
    if level.bin != Bin.GOOD:
        raise PermissionDenied
    return carry_out(
        request,
        level,
        ReorderForm,
        actions.set_reorder_point,
        title=_("Reorder point"),
        submit=_("Set"),
        said=_("The reorder point is set."),
        about=str(level),
        symbol="flag",
        given={"initial": {"reorder_point": level.reorder_point, "target": level.target}},
    )


@require_safe
@allowed("stock.view")
def reorder(request: StaffRequest) -> HttpResponse:
    """What is below its point, and what would fill it up: from another depot, or ordered."""
    user = request.user
    levels = StockLevel.objects.visible_to(user).below_reorder_point()
    levels = levels.select_related("location", "part").order_by("part__part_no", "pk")[:MOST]
    rows = [proposal_row(user, each) for each in queries.proposals(levels)]
    heads = [
        (_("Part"), False),
        (pgettext("stock", "Place"), False),
        (pgettext("stock", "Available"), True),
        (_("Incoming"), True),
        (_("Reorder point"), True),
        (_("Proposed"), False),
    ]
    words = {
        "title": _("To order"),
        "tabs": tabs("reorder"),
        "tables": [
            table(
                _("Below reorder point"),
                "shopping-cart",
                heads,
                rows,
                empty=_("Nothing is below its reorder point."),
            )
        ],
    }
    return show(request, **words)


def proposal_row(user: Employee, proposal: Any) -> dict[str, Any]:
    level, missing, giver = proposal.level, proposal.missing, proposal.giver
    pieces = ngettext("%(count)s piece", "%(count)s pieces", missing) % {"count": missing}
    if giver is not None:
        text = _("Send %(pieces)s from %(place)s") % {"pieces": pieces, "place": giver.location}
        words = f"from={giver.location.code}&to={level.location.code}"
        url = f"{reverse('orders:send')}?{words}&part={level.part_id}&quantity={missing}"
        url = url if policies.may_work_in(user, giver.location) else ""
    else:
        text = _("Order %(pieces)s") % {"pieces": pieces}
        words = f"part={level.part_id}&place={level.location_id}&quantity={missing}"
        url = f"{reverse('orders:replenish')}?{words}" if policies.may_keep_stock(user) else ""
    return {
        "url": level.get_absolute_url(),
        "tone": "warning",
        "cells": [
            {
                "text": level.part.part_no,
                "sub": level.part.name,
                "url": level.get_absolute_url(),
            },
            {"text": level.location.name, "url": level.location.get_absolute_url()},
            {"text": str(level.available)},
            {"text": str(level.on_order + level.on_the_way)},
            point_cell(level),
            {"text": text, "url": url},
        ],
    }


@require_safe
@allowed("stock.work")
def stock_options(request: StaffRequest) -> HttpResponse:
    """The parts of the place that the form names, with how many are there to give."""
    pk = choosing.chosen(request, "from_location")
    giving = StockLocation.objects.workable_by(request.user).filter(pk=pk or 0)
    levels = StockLevel.objects.filter(location__in=giving, on_hand__gt=0)
    text = choosing.typed(request)
    levels = (
        levels.filter(part__part_no__icontains=text)
        | levels.filter(part__name_zh__icontains=text)
        | levels.filter(part__name_en__icontains=text)
    )
    found = levels.select_related("part").order_by("part__part_no", "-bin")
    return choosing.options(
        (
            level.part_id,
            str(level.part),
            _("%(free)s to give, %(bin)s")
            % {"free": level.available, "bin": level.get_bin_display()},
        )
        for level in found[: choosing.MOST_OPTIONS]
    )
