"""The states of an order, each a page of its own: asked by GET, done by POST."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crmservice.web.access import View, allowed
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount
from crmservice.web.verbs import carry_out
from orders import actions, policies
from orders.choices import Status
from orders.forms import ApproveForm, ReasonForm, VerbForm
from orders.models import Order


def verb(  # noqa: PLR0913  (each is one word of the verb's page)
    action: Callable[..., Any],
    status: Status,
    title: str | Promise,
    said: str | Promise,
    *,
    form: type[DeskForm] = VerbForm,
    hint: str | Promise = "",
    symbol: str = "check",
    permission: str = "orders.change",
) -> View:
    """The view of one verb that makes the order `status`."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed(permission)
    def view(request: StaffRequest, number: str) -> HttpResponse:
        visible = Order.objects.visible_to(request.user).select_related(
            "service_request", "customer"
        )
        order = get_object_or_404(visible, number=number)
        if not policies.may_move(request.user, order, status):
            raise PermissionDenied
        is_seen = "version" in form.base_fields
        return carry_out(
            request,
            order,
            form,
            action,
            title=title,
            submit=title,
            said=str(said) % {"number": number},
            about=f"{order.customer} · {amount(order.net, order.currency)}",
            hint=hint,
            symbol=symbol,
            given={"initial": {"version": order.version}} if is_seen else None,
        )

    return view


submit = verb(
    actions.submit,
    Status.IN_APPROVAL,
    _("Ask for approval"),
    _("%(number)s waits for approval."),
    symbol="send",
    hint=_("Somebody else looks at it; you are told."),
)
approve = verb(
    actions.approve,
    Status.APPROVED,
    _("Approve"),
    _("%(number)s is approved."),
    form=ApproveForm,
    symbol="circle-check",
    permission="orders.approve",
    hint=_("From then on its lines and prices stand."),
)
send_back = verb(
    actions.send_back,
    Status.DRAFT,
    _("Send back"),
    _("%(number)s is back with its author."),
    form=ReasonForm,
    symbol="arrow-back-up",
)
cancel = verb(
    actions.cancel,
    Status.CANCELLED,
    _("Cancel the order"),
    _("%(number)s is cancelled."),
    form=ReasonForm,
    symbol="ban",
    hint=_("There is no way back. What was used stays a cost; what has left stays to be paid."),
)
