"""The lines of an order: added, priced by hand, given, taken off."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.money import ZERO
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, percent
from crmservice.web.verbs import carry_out
from orders import actions, policies, queries
from orders.explaining import name_of
from orders.forms import CallOutForm, PartForm, PriceForm, ReasonForm, VerbForm, WorkForm
from orders.models import Order, OrderLine


def find(request: StaffRequest, number: str) -> Order:
    """The order for a change of its lines: 404 where it is not seen, 403 where they stand."""
    visible = Order.objects.visible_to(request.user).select_related("service_request", "customer")
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
def set_price(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = find_line(request, number, pk)
    limit = actions.authority(request.user, "discount")
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
        given={"initial": {"unit_price": f"{line.unit_price:.2f}"}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def give(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line, today = find_line(request, number, pk), timezone.localdate()
    given = queries.goodwill_given(request.user, today - actions.GOODWILL_WINDOW, today)
    left = max(actions.authority(request.user, "goodwill") - given, ZERO)
    said = {
        "line": name_of(line),
        "amount": amount(line.amount, line.order.currency),
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
