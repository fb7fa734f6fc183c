"""Stock for the lines of an order."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out
from orders import actions, policies
from orders.explaining import name_of
from orders.forms import ReserveForm, VerbForm
from orders.models import Order, OrderLine


def find_line(request: StaffRequest, number: str, pk: int) -> OrderLine:
    """404 where it is not seen, 403 where nothing is reserved for it any more."""
    visible = Order.objects.visible_to(request.user).select_related("service_request", "customer")
    order = get_object_or_404(visible, number=number)
    line = get_object_or_404(order.lines.select_related("part"), pk=pk)
    line.order = order
    if not policies.may_reserve(request.user, line):
        raise PermissionDenied
    return line


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def reserve(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = find_line(request, number, pk)
    wanted: dict[str, Any] = {"quantity": f"{line.quantity.normalize():f}"}
    return carry_out(
        request,
        line,
        ReserveForm,
        actions.reserve_for,
        title=_("Reserve in stock"),
        submit=_("Reserve"),
        said=_("The pieces are reserved."),
        about=name_of(line),
        hint=_("Nobody else takes them; with the delivery they leave the stock."),
        symbol="lock",
        given={"user": request.user, "part": line.part, "initial": wanted},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def release(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = find_line(request, number, pk)
    return carry_out(
        request,
        line,
        VerbForm,
        actions.release_line,
        title=_("Release what is reserved"),
        submit=_("Release"),
        said=_("The pieces are free again."),
        about=name_of(line),
        symbol="lock-open",
    )
