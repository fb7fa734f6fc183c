"""The lines of an order: added, priced by hand, given, taken off."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.errors import DomainError
from crmservice.money import ZERO
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, percent
from crmservice.web.verbs import carry_out
from employees.choices import AuthorityKind
from employees.queries import limit_of
from orders import actions, policies, queries
from orders.explaining import name_of
from orders.forms import (
    CallOutForm,
    JourneyForm,
    PartForm,
    PriceForm,
    ReasonForm,
    VerbForm,
    WorkForm,
)
from orders.models import Order, OrderLine


def find(request: StaffRequest, number: str) -> Order:
    """The order for a change of its lines: 404 where it is not seen, 403 where they stand."""
    visible = Order.objects.visible_to(request.user).select_related(
        "service_request", "customer__tier", "asset__site", "asset__model", "asset__root__model"
    )
    order = get_object_or_404(visible, number=number)
    if not policies.may_change_lines(request.user, order):
        raise PermissionDenied
    return order


def find_line(request: StaffRequest, number: str, pk: int) -> OrderLine:
    order = find(request, number)
    line = get_object_or_404(order.lines.select_related("part"), pk=pk)
    line.order = order
    return line


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def add_part(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        PartForm,
        actions.add_part,
        title=_("Add a part"),
        submit=_("Add"),
        said=_("The part is added, with its price."),
        hint=_("The price follows from the cover; why, stands beside it."),
        symbol="plus",
        given={"user": request.user, "initial": {"done_on": timezone.localdate()}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def add_work(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        WorkForm,
        actions.add_work,
        title=_("Add work"),
        submit=_("Add"),
        said=_("The work is added, with its price."),
        hint=_("Evening, weekend and holiday hours get lines of their own."),
        symbol="plus",
        given={"user": request.user},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def add_call_out(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        CallOutForm,
        actions.add_call_out,
        title=_("Add the call-out fee"),
        submit=_("Add"),
        said=_("The call-out fee is added where the price plan has one."),
        symbol="plus",
        given={"initial": {"done_on": timezone.localdate()}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def add_journey(request: StaffRequest, number: str) -> HttpResponse:
    """The zone that the site of the device names is filled in."""
    order, today = find(request, number), timezone.localdate()
    zones = zones_of(order, today)
    site = order.asset.site if order.asset else None
    zone = site.travel_zone if site and site.travel_zone in zones else ""
    return carry_out(
        request,
        order,
        JourneyForm,
        actions.add_journey,
        title=_("Add a journey"),
        submit=_("Add"),
        said=_("The journey is added, with its price."),
        hint=_("By zone or by distance, as the price plan has it."),
        symbol="car",
        given={
            "user": request.user,
            "zones": zones,
            "initial": {"done_on": today, "zone": zone},
        },
    )


def zones_of(order: Order, on: date) -> list[str]:
    """None where nothing can be priced: the form then says why when it is sent."""
    try:
        return queries.zones_of(order, actions.terms_of(order), on)
    except DomainError:
        return []


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def price_anew(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        VerbForm,
        actions.price_anew,
        title=_("Price the parts anew"),
        submit=_("Price anew"),
        said=_("The parts have the prices that hold by now."),
        hint=_("What was set by hand or given stays."),
        symbol="refresh",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def set_price(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = find_line(request, number, pk)
    limit = limit_of(request.user, AuthorityKind.DISCOUNT, line.order.customer.tier.code)
    said: dict[str, Any] = {
        "line": name_of(line),
        "list": amount(line.list_price, line.order.currency),
        "limit": percent(limit),
    }
    return carry_out(
        request,
        line,
        PriceForm,
        actions.set_price,
        title=_("Set the price by hand"),
        submit=_("Set the price"),
        said=_("The price is set."),
        hint=_("%(line)s: list price %(list)s. You may give up to %(limit)s discount.") % said,
        symbol="coin",
        ask=actions.ask_for_price,
        given={"initial": {"unit_price": f"{line.unit_price:.2f}"}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def give(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line, today = find_line(request, number, pk), timezone.localdate()
    given = queries.goodwill_given(request.user, today - actions.GOODWILL_WINDOW, today)
    left = max(
        limit_of(request.user, AuthorityKind.GOODWILL, line.order.customer.tier.code) - given, ZERO
    )
    said = {
        "line": name_of(line),
        "amount": amount(line.base_amount),
        "left": amount(left),
    }
    return carry_out(
        request,
        line,
        ReasonForm,
        actions.give,
        title=_("Give as goodwill"),
        submit=_("Give as goodwill"),
        said=_("The line is given as goodwill."),
        hint=_("%(line)s, %(amount)s. Of the last 30 days you have %(left)s left.") % said,
        symbol="heart-handshake",
        ask=actions.ask_for_gift,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def remove(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = find_line(request, number, pk)
    return carry_out(
        request,
        line,
        VerbForm,
        actions.remove,
        title=_("Take off the order"),
        submit=_("Take off"),
        said=_("The line is taken off."),
        hint=name_of(line),
        symbol="trash",
    )
