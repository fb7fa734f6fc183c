"""The pages of a contract's allowances and of billing."""

import csv
from io import StringIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts import actions, policies, queries
from contracts.choices import AllowanceKind
from contracts.explaining import quantity
from contracts.filters import InstalmentFilterSet
from contracts.forms import BeyondForm, BillingForm, InvoiceForm, PayForm
from contracts.models import AllowanceUse, Instalment, ServiceContract
from crmservice.imports.refusing import as_cell
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day
from crmservice.web.verbs import carry_out

MOST_EXPORTED = 20_000


def found(request: StaffRequest, number: str) -> ServiceContract:
    visible = ServiceContract.objects.visible_to(request.user).described()
    return get_object_or_404(visible, number=number)


# Allowances


def use_state(use: AllowanceUse) -> Cell:
    kind, label = queries.state_of(use)
    return Cell(label, badge=kind, sub=use.reason)


USES = Listing(
    template="contracts/uses.html",
    title=gettext_lazy("What was taken of the allowances"),
    columns=(
        Column("day", gettext_lazy("Day"), lambda use: day(use.taken_on), order="pk"),
        Column("source", gettext_lazy("For"), lambda use: Cell(use.source, url=use.source_url)),
        Column("kind", gettext_lazy("Allowance"), lambda use: str(AllowanceKind(use.kind).label)),
        Column(
            "quantity",
            gettext_lazy("Quantity"),
            lambda use: quantity(use.quantity),
            numeric=True,
        ),
        Column("beyond", gettext_lazy("Beyond it"), lambda use: quantity(use.beyond), numeric=True),
        Column("status", gettext_lazy("Status"), use_state),
    ),
    default_order="-day",
    url=lambda use: use.source_url,
    empty_text=gettext_lazy("Nothing has been taken yet."),
)


@require_safe
@allowed("contracts.view")
def uses(request: StaffRequest, number: str) -> HttpResponse:
    contract = found(request, number)
    return render_list(
        request,
        USES,
        contract.allowance_uses.all(),
        contract_url=contract.get_absolute_url(),
        contract_number=number,
    )


def decide(request: StaffRequest, number: str, pk: int, **words: Any) -> HttpResponse:
    contract = found(request, number)
    rows = AllowanceUse.objects.filter(contract=contract).select_related("contract__customer")
    use = get_object_or_404(rows, pk=pk)
    use.get_absolute_url = contract.get_absolute_url  # type: ignore[attr-defined]
    account = next(
        (each for each in queries.accounts_of(contract, use.taken_on) if each.kind == use.kind),
        None,
    )
    hint = ""
    if account is not None:
        hint = _("%(source)s takes %(quantity)s; %(left)s of %(amount)s are left.") % {
            "source": use.source,
            "quantity": quantity(use.quantity),
            "left": quantity(account.left),
            "amount": quantity(account.amount),
        }
    return carry_out(request, use, BeyondForm, about=str(contract), hint=hint, **words)


@allowed("contracts.approve")
def approve_beyond(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    return decide(
        request,
        number,
        pk,
        action=actions.approve_beyond,
        title=_("Cover it all the same"),
        submit=_("Cover it"),
        said=_("The contract covers it."),
        symbol="circle-check",
    )


@allowed("contracts.approve")
def refuse_beyond(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    return decide(
        request,
        number,
        pk,
        action=actions.refuse_beyond,
        title=_("Have it charged"),
        submit=_("Have it charged"),
        said=_("It is charged to the customer."),
        symbol="circle-x",
    )


# Billing


def bill_cell(each: Instalment) -> Cell:
    kind, label = queries.bill_state(each, timezone.localdate())
    return Cell(label, badge=kind, sub=each.invoice_no)


def contract_cell(each: Instalment) -> Cell:
    contract = each.contract
    return Cell(contract.number, url=each.get_absolute_url(), sub=contract.customer.name)


BILLING = Listing(
    template="contracts/billing.html",
    title=gettext_lazy("Billing of contracts"),
    columns=(
        Column(
            "due",
            gettext_lazy("Due on"),
            lambda each: day(each.due_on),
            order="due_on",
            numeric=True,
        ),
        Column("contract", gettext_lazy("Contract"), contract_cell),
        Column(
            "span",
            gettext_lazy("For"),
            lambda each: f"{day(each.first_on)} – {day(each.last_on)}",
            wide_only=True,
        ),
        Column(
            "amount",
            gettext_lazy("Amount"),
            lambda each: amount(each.amount, each.contract.currency),
            numeric=True,
        ),
        Column("status", gettext_lazy("Status"), bill_cell),
    ),
    default_order="due",
    filterset=InstalmentFilterSet,
    empty_text=gettext_lazy("Nothing is to be billed."),
)


def billed(request: StaffRequest) -> Any:
    if not policies.may_see_value(request.user):
        raise PermissionDenied
    rows = Instalment.objects.visible_to(request.user)
    return rows.select_related("contract__customer")


@require_safe
@allowed("contracts.bill")
def billing(request: StaffRequest) -> HttpResponse:
    query = request.GET.urlencode()
    csv_url = reverse("contracts:billing_csv") + (f"?{query}" if query else "")
    return render_list(request, BILLING, billed(request), csv_url=csv_url)


@require_safe
@allowed("contracts.bill")
def billing_csv(request: StaffRequest) -> HttpResponse:
    """The list as it is filtered, for a spreadsheet; no cell can be taken for a formula."""
    asked = InstalmentFilterSet(request.GET, queryset=billed(request), request=request)
    rows = asked.qs.order_by("due_on", "pk")[:MOST_EXPORTED]
    text = StringIO()
    writer = csv.writer(text)
    heads = (
        _("Contract"),
        _("Customer number"),
        _("Customer"),
        _("From"),
        _("Until"),
        _("Due on"),
        _("Amount"),
        _("Currency"),
        _("Invoice number"),
        _("Invoiced on"),
        _("Paid on"),
    )
    writer.writerow(heads)
    for each in rows:
        contract = each.contract
        cells = (
            contract.number,
            contract.customer.code,
            contract.customer.name,
            each.first_on.isoformat(),
            each.last_on.isoformat(),
            each.due_on.isoformat(),
            str(each.amount),
            contract.currency,
            each.invoice_no,
            each.invoiced_on.isoformat() if each.invoiced_on else "",
            each.paid_on.isoformat() if each.paid_on else "",
        )
        writer.writerow(map(as_cell, cells))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="billing.csv"'
    return response


@allowed("contracts.bill")
def set_billing(request: StaffRequest, number: str) -> HttpResponse:
    contract = found(request, number)
    if not policies.may_set_billing(request.user, contract):
        raise PermissionDenied
    now_ = {
        "billing_rhythm": contract.billing_rhythm,
        "billed_in_advance": contract.billed_in_advance,
    }
    return carry_out(
        request,
        contract,
        BillingForm,
        actions.set_billing,
        title=_("Lay out the billing"),
        submit=_("Lay out"),
        said=_("The billing of %(number)s is laid out.") % {"number": number},
        hint=_("The value is shared out by days and adds up to the cent."),
        symbol="receipt",
        given={"initial": now_},
    )


def instalment(request: StaffRequest, number: str, pk: int) -> Instalment:
    return get_object_or_404(billed(request), contract=found(request, number), pk=pk)


def about(each: Instalment) -> str:
    value = amount(each.amount, each.contract.currency)
    return f"{each.contract.number} · {day(each.first_on)} – {day(each.last_on)} · {value}"


@allowed("contracts.bill")
def invoice(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    each = instalment(request, number, pk)
    return carry_out(
        request,
        each,
        InvoiceForm,
        actions.invoice,
        title=_("Note the credit") if each.is_credit else _("Mark as invoiced"),
        submit=_("Save"),
        said=_("The credit is noted.") if each.is_credit else _("It is marked as invoiced."),
        about=about(each),
        symbol="receipt",
        given={"initial": {"invoiced_on": timezone.localdate()}},
    )


@allowed("contracts.bill")
def pay(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    each = instalment(request, number, pk)
    return carry_out(
        request,
        each,
        PayForm,
        actions.pay,
        title=_("Note the payback") if each.is_credit else _("Mark as paid"),
        submit=_("Save"),
        said=_("The payback is noted.") if each.is_credit else _("It is marked as paid."),
        about=about(each),
        symbol="circle-check",
        given={"initial": {"paid_on": timezone.localdate()}},
    )
