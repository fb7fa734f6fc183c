"""Invoices: written from the order's page, paid, credited, printed, handed to accounting."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import (
    get_language,
    gettext_lazy,
    override,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, moment
from crmservice.web.verbs import carry_out
from orders import actions, queries
from orders.cash_papers import credit_document, invoice_document
from orders.choices import SOLD
from orders.filters import InvoiceFilterSet
from orders.forms import BillForm, CorrectForm, CreditForm, MoneyForm, ReasonForm, VerbForm
from orders.models import AccountingRun, CreditNote, Invoice, Order, Payment
from orders.views.stock import offer
from orders.views.stock_places import show, table

SHOWN_RUNS = 100
BESIDE = (
    "order__customer", "order__service_request", "billed_to", "by", "run", "replaces",
    "replaced_by",
)  # fmt: skip


def state_of(invoice: Invoice) -> tuple[str, str]:
    """How it stands, as a kind of kinds.py and in words."""
    if invoice.settled_at:
        is_paid = invoice.paid > 0
        return ("paid", _("Paid")) if is_paid else ("cancelled", _("Credited"))
    if invoice.open_amount < 0:
        return "warning", _("To be paid back")
    if invoice.is_overdue(timezone.localdate()):
        return "overdue", pgettext("invoice", "Overdue")
    return "open", pgettext("invoice", "Open")


def state_cell(invoice: Invoice) -> Cell:
    kind, label = state_of(invoice)
    return Cell(label, badge=kind)


def due_cell(invoice: Invoice) -> Cell:
    days = (timezone.localdate() - invoice.due_on).days
    if invoice.is_overdue(timezone.localdate()):
        return Cell(day(invoice.due_on), sub=_("%(days)d days late") % {"days": days})
    return Cell(day(invoice.due_on))


LISTING = Listing(
    template="orders/invoices.html",
    title=gettext_lazy("Invoices"),
    columns=(
        Column(
            "number", gettext_lazy("Number"),
            lambda each: Cell(each.number, url=each.get_absolute_url(), sub=each.order.number),
        ),
        Column("customer", gettext_lazy("Billed to"), lambda each: each.billed_to.name),
        Column("due", gettext_lazy("Due on"), due_cell, order="due_on"),
        Column("state", gettext_lazy("Status"), state_cell),
        Column(
            "gross", gettext_lazy("Total"),
            lambda each: amount(each.gross, each.order.currency), numeric=True, wide_only=True,
        ),
        Column(
            "open", pgettext_lazy("invoice", "Open"),
            lambda each: amount(each.open_amount, each.order.currency), numeric=True,
        ),
    ),
    default_order="due",
    filterset=InvoiceFilterSet,
    tone=lambda each: "bad" if each.is_overdue(timezone.localdate()) else "",
    empty_text=gettext_lazy("No invoices yet. What is delivered is invoiced on its order."),
)  # fmt: skip


@require_safe
@allowed("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = Invoice.objects.visible_to(request.user).select_related("order", "billed_to")
    return render_list(request, LISTING, rows, may_bill=request.user.may("orders.bill"))


def find(request: StaffRequest, number: str) -> Invoice:
    rows = Invoice.objects.visible_to(request.user).select_related(*BESIDE)
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def invoice(request: StaffRequest, number: str) -> HttpResponse:
    """Filled in with all that is delivered and not invoiced."""
    rows = Order.objects.visible_to(request.user)
    order = get_object_or_404(
        rows.select_related("customer", "service_request__contact"), number=number
    )
    lines = [line for line in order.lines.select_related("part") if line.to_invoice]
    if not lines or order.status not in SOLD:
        raise PermissionDenied(_("Nothing of it is delivered that is not invoiced already."))
    contact = order.service_request.contact if order.service_request else None
    language = (contact.interface_language if contact else "") or get_language() or "en"
    return carry_out(
        request,
        order,
        BillForm,
        actions.invoice,
        title=_("Write the invoice"),
        submit=_("Write the invoice"),
        said=_("The invoice is written."),
        about=str(order.billing_customer or order.customer),
        hint=_("What is delivered and done. 0 leaves a line for a later invoice."),
        symbol="file-invoice",
        given={"lines": lines, "initial": {"language": language}},
    )


@require_safe
@allowed("orders.view")
def invoice_page(request: StaffRequest, number: str) -> HttpResponse:
    bill, user = find(request, number), request.user
    kind, label = state_of(bill)
    return show(
        request,
        title=bill.billed_to.name,
        number=bill.number,
        badges=[{"kind": kind, "label": label}],
        back_url=reverse("orders:invoices") + "?only=open",
        back_label=_("Invoices"),
        offers=offers(bill, may_bill=user.may("orders.bill")),
        facts=facts(bill),
        tables=[
            lines_table(bill),
            *payments_tables(bill, may_bill=user.may("orders.bill")),
            *credit_tables(bill),
        ],
        activities=timeline(bill),
        kind="orders.invoice",
    )


def offers(bill: Invoice, *, may_bill: bool) -> list[dict[str, str]]:
    """What can be done with it; the first is the next step."""
    printed = offer("invoice_pdf", _("PDF"), "file-text", bill.number)
    if not may_bill:
        return [printed]
    found = [printed]
    if bill.open_amount:
        label = _("Note a payment") if bill.open_amount > 0 else _("Note the payback")
        found.insert(0, offer("pay_invoice", label, "cash", bill.number))
    if any(line.open_quantity for line in bill.lines.all()):
        found.append(offer("credit_invoice", _("Credit"), "receipt-2", bill.number))
        label = _("Credit and invoice again")
        found.append(offer("correct_invoice", label, "refresh", bill.number))
    return found


def facts(bill: Invoice) -> list[dict[str, Any]]:
    order, currency = bill.order, bill.order.currency
    exported = _("%(number)s, %(at)s")
    before, after = bill.replaces, getattr(bill, "replaced_by", None)
    rows = [
        (_("Order"), order.number, order.get_absolute_url()),
        (_("Billed to"), bill.billed_to.name, bill.billed_to.get_absolute_url()),
        (_("Invoiced on"), day(bill.invoiced_on), ""),
        (_("Due on"), day(bill.due_on), ""),
        (_("Total"), amount(bill.gross, currency), ""),
        (_("Paid"), amount(bill.paid, currency) if bill.paid else "", ""),
        (_("Credited"), amount(bill.credited, currency) if bill.credited else "", ""),
        (pgettext("invoice", "Open"), amount(bill.open_amount, currency), ""),
        (
            _("Accounting"),
            exported % {"number": bill.run.number, "at": moment(bill.run.at)}
            if bill.run
            else _("not handed over yet"),
            "",
        ),
        (_("Instead of"), str(before or ""), before.get_absolute_url() if before else ""),
        (_("Invoiced again as"), str(after or ""), after.get_absolute_url() if after else ""),
        (_("Note"), bill.note, ""),
    ]
    return [{"label": label, "text": text, "url": url} for label, text, url in rows if text]


def lines_table(bill: Invoice) -> dict[str, Any]:
    currency = bill.order.currency
    rows: list[dict[str, Any]] = [
        {
            "cells": [
                {"text": line.text, "sub": credited_words(line.credited)},
                {"text": f"{line.quantity.normalize():f}"},
                {"text": amount(line.unit_price, currency), "wide_only": True},
                {"text": amount(line.amount, currency)},
            ]
        }
        for line in bill.lines.all()
    ]
    sums = ((_("Net"), bill.net), (_("Tax"), bill.tax), (_("Total"), bill.gross))
    rows += [
        {
            "total": label == _("Total"),
            "cells": [
                {"text": label},
                {"text": ""},
                {"text": "", "wide_only": True},
                {"text": amount(value, currency)},
            ],
        }
        for label, value in sums
    ]
    heads = [
        (_("What"), False),
        (_("Quantity"), True),
        (_("Unit price"), True),
        (_("Amount"), True),
    ]
    made = table(_("Lines"), "list", heads, rows)
    made["heads"][2]["wide_only"] = True
    made["count"] = ""
    return made


def credited_words(quantity: Decimal) -> str:
    said = _("credited: %(quantity)s")
    return said % {"quantity": f"{quantity.normalize():f}"} if quantity else ""


def payments_tables(bill: Invoice, *, may_bill: bool) -> list[dict[str, Any]]:
    currency = bill.order.currency
    rows = []
    beside = {str(other) for other in (bill.replaces, getattr(bill, "replaced_by", None))}
    for each in bill.payments.select_related("by", "reversed_by"):
        undo = reverse("orders:reverse_payment", args=[bill.number, each.pk])
        said = (
            _("reversed: %(reason)s") % {"reason": each.reason}
            if each.reversed_at
            else _("carried over")
            if each.reference and each.reference in beside
            else _("paid back")
            if each.amount < 0
            else ""
        )
        may_undo = may_bill and each.reversed_at is None
        rows.append(
            {
                "cells": [
                    {"text": day(each.paid_on), "sub": said},
                    {"text": each.reference or "–"},
                    {"text": amount(each.amount, currency)},
                    {"text": _("Reverse") if may_undo else "", "url": undo if may_undo else ""},
                ]
            }
        )
    heads = [(_("Paid on"), False), (_("Reference"), False), (_("Amount"), True), ("", False)]
    return [table(_("Payments"), "cash", heads, rows)] if rows else []


def credit_tables(bill: Invoice) -> list[dict[str, Any]]:
    rows = []
    for each in bill.credit_notes.prefetch_related("lines__invoice_line"):
        what = ", ".join(str(line) for line in each.lines.all())
        url = reverse("orders:credit_pdf", args=[each.number])
        rows.append(
            {
                "cells": [
                    {"text": each.number, "url": url, "sub": day(each.credited_on)},
                    {"text": what, "sub": each.reason},
                    {"text": amount(each.gross, bill.order.currency)},
                ]
            }
        )
    heads = [(_("Number"), False), (_("What"), False), (_("Total"), True)]
    return [table(_("Credit notes"), "receipt-2", heads, rows)] if rows else []


@require_safe
@allowed("orders.view")
def invoice_pdf(request: StaffRequest, number: str) -> HttpResponse:
    bill = find(request, number)
    with override(bill.language):
        return as_pdf(invoice_document(bill), bill.number)


@require_safe
@allowed("orders.view")
def credit_pdf(request: StaffRequest, number: str) -> HttpResponse:
    rows = CreditNote.objects.filter(invoice__in=Invoice.objects.visible_to(request.user))
    note = get_object_or_404(
        rows.select_related(*(f"invoice__{each}" for each in BESIDE)), number=number
    )
    with override(note.invoice.language):
        return as_pdf(credit_document(note), note.number)


def as_pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def pay_invoice(request: StaffRequest, number: str) -> HttpResponse:
    bill = find(request, number)
    if not bill.open_amount:
        raise PermissionDenied(_("%(number)s is settled: nothing is open.") % {"number": bill})
    is_back = bill.open_amount < 0
    open_amount = abs(bill.open_amount)
    return carry_out(
        request,
        bill,
        MoneyForm,
        actions.pay,
        title=_("Note the payback") if is_back else _("Note a payment"),
        submit=_("Save"),
        said=_("The payment is noted."),
        about=f"{bill.billed_to} · {amount(open_amount, bill.order.currency)}",
        hint=_("Less is a part of it; more is refused."),
        symbol="cash",
        given={"initial": {"amount": f"{open_amount:.2f}", "paid_on": timezone.localdate()}},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def reverse_payment(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    bill = find(request, number)
    payment = get_object_or_404(Payment.objects.select_related("invoice"), invoice=bill, pk=pk)
    if payment.reversed_at is not None:
        raise PermissionDenied(_("It is reversed already."))
    return carry_out(
        request,
        payment,
        ReasonForm,
        actions.reverse_payment,
        title=_("Reverse the payment"),
        submit=_("Reverse"),
        said=_("The payment is reversed."),
        about=f"{bill.billed_to} · {amount(payment.amount, bill.order.currency)}",
        hint=_("The row stays, with your reason; the amount is open again."),
        symbol="arrow-back-up",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def credit_invoice(request: StaffRequest, number: str) -> HttpResponse:
    bill = find(request, number)
    if not any(line.open_quantity for line in bill.lines.all()):
        raise PermissionDenied(_("All of it is credited already."))
    return carry_out(
        request,
        bill,
        CreditForm,
        actions.credit,
        title=_("Write a credit note"),
        submit=_("Credit"),
        said=_("The credit note is written."),
        about=f"{bill.billed_to} · {amount(bill.gross, bill.order.currency)}",
        hint=_("What was paid beyond what is left is then to be paid back."),
        symbol="receipt-2",
        given={"invoice": bill},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def correct_invoice(request: StaffRequest, number: str) -> HttpResponse:
    """A wrong one, in one step: credited, and the same lines on another."""
    bill = find(request, number)
    if not any(line.open_quantity for line in bill.lines.all()):
        said = _("All of it is credited already: there is nothing to write again.")
        raise PermissionDenied(said)
    return carry_out(
        request,
        bill,
        CorrectForm,
        actions.correct,
        title=_("Credit and invoice again"),
        submit=_("Credit and invoice again"),
        said=_("The invoice is credited and written again."),
        about=f"{bill.billed_to} · {amount(bill.open_gross, bill.order.currency)}",
        hint=_(
            "Both at once: a credit note of all that is open of its lines, and another invoice of "
            "the same lines. What was paid counts for the new one."
        ),
        symbol="refresh",
        given={"user": request.user, "invoice": bill},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.bill")
def accounting(request: StaffRequest) -> HttpResponse:
    """What is in no file yet, and the files that were written."""
    form = VerbForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        request, form, actions.export_to_accounting, by=request.user, at=now()
    ):
        messages.success(request, _("The file for accounting is written."))
        return redirect("orders:accounting")
    waiting = queries.to_export()
    rows = [
        {
            "url": reverse("orders:accounting_csv", args=[run.number]),
            "cells": [
                {"text": run.number, "url": reverse("orders:accounting_csv", args=[run.number])},
                {"text": moment(run.at), "sub": run.by.name if run.by else ""},
                {"text": str(run.count)},
            ],
        }
        for run in AccountingRun.objects.exclude(content="").select_related("by")[:SHOWN_RUNS]
    ]
    words = {
        "form": form,
        "waiting": waiting,
        "rows": rows,
        "heads": [
            {"label": _("Number")},
            {"label": _("Written")},
            {"label": _("Documents"), "numeric": True},
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/accounting.html", words, status=status)


@require_safe
@allowed("orders.bill")
def accounting_csv(_request: StaffRequest, number: str) -> HttpResponse:
    """A file as it was handed over, byte by byte."""
    run = get_object_or_404(AccountingRun.objects.exclude(content=""), number=number)
    response = HttpResponse(run.content.encode("utf-8-sig"), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{run.number}.csv"'
    return response
