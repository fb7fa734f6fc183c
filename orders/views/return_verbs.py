"""The verbs of a return, and those of its lines."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out
from orders import actions, policies, queries
from orders.choices import ReturnStatus
from orders.forms import (
    AuthoriseForm,
    CloseReturnForm,
    InspectForm,
    NoteRefundForm,
    ParcelForm,
    ReasonForm,
    ReceiveReturnForm,
    RefundForm,
    ReplaceForm,
    SendAheadForm,
    ShipBackForm,
    VerbForm,
    sale_words,
)
from orders.models import ReturnCase, ReturnLine
from orders.views.returns import find

METHODS = ["GET", "HEAD", "POST"]


def to_decide(request: StaffRequest, number: str) -> ReturnCase:
    case = find(request, number)
    if case.status != ReturnStatus.REQUESTED:
        raise PermissionDenied(is_over(case))
    if not policies.may_decide_return(request.user, case):
        is_own = case.opened_by_id == request.user.pk
        said = _("The customer has no right to it, and you opened it: somebody else decides.")
        raise PermissionDenied(said if is_own else "")
    return case


def to_change(request: StaffRequest, number: str) -> ReturnCase:
    case = find(request, number)
    if not case.is_open:
        raise PermissionDenied(is_over(case))
    if not policies.may_change_return(request.user, case):
        raise PermissionDenied
    return case


def is_over(case: ReturnCase) -> str:
    """Somebody else was faster."""
    words = {"number": case.number, "now": case.get_status_display()}
    return _("%(number)s is %(now)s by now.") % words


def line_of(case: ReturnCase, pk: int) -> ReturnLine:
    rows = case.lines.select_related(
        "part", "asset__part", "asset__model", "order_line__order", "order_line__part"
    )
    line = get_object_or_404(rows, pk=pk)
    line.case = case
    return line


@require_http_methods(METHODS)
@allowed("orders.approve")
def authorise(request: StaffRequest, number: str) -> HttpResponse:
    case = to_decide(request, number)
    return carry_out(
        request,
        case,
        AuthoriseForm,
        actions.authorise,
        title=_("Authorise the return"),
        submit=_("Authorise"),
        said=_("The return is authorised."),
        about=case.customer.name,
        hint=queries.why(case),
        symbol="circle-check",
    )


@require_http_methods(METHODS)
@allowed("orders.approve")
def refuse(request: StaffRequest, number: str) -> HttpResponse:
    case = to_decide(request, number)
    return carry_out(
        request,
        case,
        ReasonForm,
        actions.refuse_return,
        title=_("Refuse the return"),
        submit=_("Refuse"),
        said=_("The return is refused."),
        about=case.customer.name,
        hint=queries.why(case),
        symbol="hand-stop",
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def note_sent(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        to_change(request, number),
        ParcelForm,
        actions.note_sent,
        title=_("The customer has sent it"),
        submit=_("Note it"),
        said=_("It is on its way."),
        symbol="truck",
    )


@require_http_methods(METHODS)
@allowed("stock.work")
def receive(request: StaffRequest, number: str) -> HttpResponse:
    """What came, line by line; the rules say until when."""
    case = find(request, number)
    if not policies.may_work_in(request.user, case.depot):
        raise PermissionDenied
    form = ReceiveReturnForm(request.POST or None, case=case)
    if request.method == "POST":
        who = {"by": request.user, "at": now()}
        if attempt(request, form, take_in, case, values=lambda: form.values, **who):
            messages.success(request, _("It is here. Inspect it next."))
            return redirect(case)
    words = {"case": case, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/return_receive.html", words, status=status)


def take_in(case: ReturnCase, *, values: dict[str, Any], **who: Any) -> ReturnCase:
    return actions.receive_return(case, **values, **who)


@require_http_methods(METHODS)
@allowed("orders.change")
def close(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        to_change(request, number),
        CloseReturnForm,
        actions.close_return,
        title=_("Close the return"),
        submit=_("Close"),
        said=_("The return is closed."),
        symbol="lock",
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def charge(request: StaffRequest, number: str) -> HttpResponse:
    """What has not come back, at once; by itself it is charged after its day."""
    case = to_change(request, number)
    if not policies.may_charge_old_parts(request.user, case):
        raise PermissionDenied(_("Nothing is due back that is not charged already."))
    return carry_out(
        request,
        case,
        VerbForm,
        actions.charge_old_parts,
        title=_("Charge what did not come"),
        submit=_("Charge it"),
        said=_("It is charged; somebody approves the order."),
        about=case.customer.name,
        hint=_(
            "An order at the customer's prices, without any cover. If the part comes after all, "
            "the charge is taken back."
        ),
        symbol="coin",
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        to_change(request, number),
        ReasonForm,
        actions.cancel_return,
        title=_("Cancel the return"),
        submit=_("Cancel the return"),
        said=_("The return is cancelled."),
        hint=_("The customer keeps it."),
        symbol="ban",
    )


@require_http_methods(METHODS)
@allowed("stock.work")
def inspect(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    case = find(request, number)
    if not policies.may_receive_return(request.user, case):
        raise PermissionDenied
    line = line_of(case, pk)
    return carry_out(
        request,
        line,
        InspectForm,
        actions.inspect,
        title=_("Inspect"),
        submit=_("Note what was found"),
        said=_("It is inspected."),
        about=", ".join(line.received_serials),
        hint=_("What is as new goes back to the good pieces of the depot."),
        symbol="eye",
        given={"line": line},
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def replace(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = line_of(to_change(request, number), pk)
    return carry_out(
        request,
        line,
        ReplaceForm,
        actions.replace,
        title=_("Replace"),
        submit=_("Send the replacement"),
        said=_("The replacement is sent."),
        hint=_("It leaves the stock now; what came back stays with us."),
        symbol="package-export",
        given={"user": request.user, "line": line},
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def send_ahead(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = line_of(to_change(request, number), pk)
    usual = timezone.localdate() + timedelta(days=settings.EXCHANGE_RETURN_DAYS)
    return carry_out(
        request,
        line,
        SendAheadForm,
        actions.send_ahead,
        title=_("Send the replacement first"),
        submit=_("Send the replacement"),
        said=_("The replacement is sent; the old part is due back."),
        hint=_("The customer is reminded two days before. What is not back by then is charged."),
        symbol="package-export",
        given={"user": request.user, "line": line, "initial": {"due_on": usual}},
    )


@require_http_methods(METHODS)
@allowed("orders.bill")
def refund(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """On the invoice of its order; where the case names none, of an order that sold it."""
    line = line_of(to_change(request, number), pk)
    sales = [] if line.order_line_id else queries.sales_of(line)
    if line.order_line_id is None and not sales:
        return refund_elsewhere(request, line)
    return carry_out(
        request,
        line,
        RefundForm,
        actions.refund,
        title=_("Refund"),
        submit=_("Write the credit note"),
        said=_("It is credited."),
        about=sale_words(line.order_line) if line.order_line else line.name,
        hint=_("What was invoiced for these pieces is credited; they stay with us."),
        symbol="coin",
        given={"sales": sales},
    )


def refund_elsewhere(request: StaffRequest, line: ReturnLine) -> HttpResponse:
    """Nothing here sold it: why not, and what to do."""
    return carry_out(
        request,
        line,
        NoteRefundForm,
        actions.note_refund,
        title=_("Refund"),
        submit=_("Note the refund"),
        said=_("The refund is noted."),
        about=line.name,
        hint=_(
            "No invoice of an order here says that this customer bought it, so there is nothing to "
            "credit. Give the money back where it was invoiced, and note the credit note of there; "
            "or replace it, repair it, or send it back."
        ),
        symbol="coin",
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def repair(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = line_of(to_change(request, number), pk)
    return carry_out(
        request,
        line,
        VerbForm,
        actions.give_to_repair,
        title=_("Give to repair"),
        submit=_("Give to repair"),
        said=_("The depot has it."),
        about=", ".join(line.received_serials),
        hint=_("It stands on the depot’s board; when it is shipped, this line is done."),
        symbol="tool",
    )


@require_http_methods(METHODS)
@allowed("orders.change")
def ship_back(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    line = line_of(to_change(request, number), pk)
    return carry_out(
        request,
        line,
        ShipBackForm,
        actions.ship_back,
        title=_("Send back as it is"),
        submit=_("Send back"),
        said=_("It is on its way back."),
        about=", ".join(line.received_serials),
        symbol="arrow-back-up",
    )
