"""Quotations: sent from the order, answered by the customer by link, or noted for the customer."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crmservice import links
from crmservice.activity.trail import seen_by, timeline
from crmservice.web import bearer
from crmservice.web.access import allowed, public
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, label_of, moment, percent
from crmservice.web.verbs import carry_out
from employees.models import Employee
from orders import actions, papers, policies, queries
from orders.choices import TAKEN, QuotationStatus
from orders.explaining import one_line, to_customer
from orders.filters import QuotationFilterSet
from orders.forms import DeclinedForm, OfferForm, TakenForm, VerbForm
from orders.models import QUOTATION, Order, Quotation

BESIDE = ("order__customer", "order__asset__model", "order__asset__part", "order__service_request")
BADGES = {
    QuotationStatus.OPEN: "waiting",
    QuotationStatus.ACCEPTED: "approved",
    QuotationStatus.PARTLY: "approved",
    QuotationStatus.DECLINED: "rejected",
    QuotationStatus.LAPSED: "overdue",
    QuotationStatus.WITHDRAWN: "cancelled",
    QuotationStatus.SUPERSEDED: "neutral",
}


def state_cell(quotation: Quotation) -> Cell:
    badge = BADGES[QuotationStatus(quotation.status)]
    return Cell(label_of(quotation, "status"), badge=badge, sub=quotation.decided_name)


LISTING = Listing(
    template="orders/quotations.html",
    title=_("Quotations"),
    columns=[
        Column(
            "number", _("Number"), lambda each: Cell(str(each), url=each.get_absolute_url())
        ),
        Column("customer", _("Customer"), lambda each: each.order.customer.name),
        Column("state", _("Status"), state_cell),
        Column("until", _("Valid until"), lambda each: day(each.valid_until), order="valid_until"),
        Column(
            "sent", _("Sent"), lambda each: Cell(moment(each.sent_at), sub=each.sent_by.name),
            order="sent_at", wide_only=True,
        ),
        Column(
            "net", _("Net"), lambda each: Cell(amount(each.net, each.order.currency)), numeric=True
        ),
    ],
    default_order="-sent",
    filterset=QuotationFilterSet,
    empty_text=_("No quotations yet. An order that is priced is offered from its own page."),
    url=lambda each: each.get_absolute_url(),
)  # fmt: skip


@require_safe
@allowed("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    """All versions that were sent, with the hit rate of those that are decided."""
    rows = Quotation.objects.visible_to(request.user)
    rate = queries.hit_rate(rows)
    said = gettext("Hit rate %(number)s by number, %(amount)s by amount, of %(count)d decided") % {
        "number": percent(rate.by_number),
        "amount": percent(rate.by_amount),
        "count": rate.decided,
    }
    rows = rows.select_related("order__customer", "sent_by")
    return render_list(request, LISTING, rows, hit_rate=said)


def find_order(request: StaffRequest, number: str) -> Order:
    rows = Order.objects.select_related("customer", "service_request__contact")
    return get_object_or_404(rows.visible_to(request.user), number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def quote(request: StaffRequest, number: str) -> HttpResponse:
    order = find_order(request, number)
    if not policies.may_quote(request.user, order):
        raise PermissionDenied
    contact = order.service_request.contact if order.service_request else None
    language = (contact.interface_language if contact else "") or get_language() or "en"
    return carry_out(
        request,
        order,
        OfferForm,
        actions.quote,
        title=gettext("Offer it to the customer"),
        submit=gettext("Send the offer"),
        said=gettext("The offer is sent."),
        about=f"{order.customer} · {amount(order.net, order.currency)}",
        hint=gettext("While it is open the lines stand. A version that is open is replaced."),
        symbol="send",
        given={
            "initial": {
                "to_name": contact.name if contact else "",
                "email": contact.email if contact else "",
                "language": language,
            }
        },
    )


def find(request: StaffRequest, number: str, version: int) -> Quotation:
    rows = Quotation.objects.select_related(*BESIDE, "sent_by", "entered_by")
    visible = rows.visible_to(request.user)
    return get_object_or_404(visible, order__number=number, version=version)


@require_safe
@allowed("orders.view")
def detail(request: StaffRequest, number: str, version: int) -> HttpResponse:
    quotation, user = find(request, number, version), request.user
    is_open = quotation.status == QuotationStatus.OPEN
    may_answer = is_open and policies.may_change(user, quotation.order)
    address = reverse("orders:offer_link", args=[quotation.token]) if quotation.token else ""
    words = {
        "quotation": quotation,
        "badges": [
            {
                "kind": BADGES[QuotationStatus(quotation.status)],
                "label": quotation.get_status_display(),
            }
        ],
        "facts": facts(quotation),
        "heads": heads(),
        "rows": [row(line, quotation) for line in quotation.lines.all()],
        "may_answer": may_answer,
        "may_accept": may_answer and not quotation.is_offered_by(user),
        "link": f"{settings.SITE_URL}{address}" if may_answer and address else "",
        "activities": seen_by(user, timeline(quotation.order)),
    }
    return render(request, "orders/quotation.html", words)


def facts(quotation: Quotation) -> list[dict[str, Any]]:
    order = quotation.order
    decided = " · ".join(filter(None, [quotation.decided_name, moment(quotation.decided_at)]))
    entered = quotation.entered_by
    return [
        {"label": _("Order"), "text": order.number, "url": order.get_absolute_url()},
        *papers.facts(quotation),
        {"label": _("Sent by"), "text": quotation.sent_by.name, "sub": moment(quotation.sent_at)},
        {"label": _("E-mail"), "text": quotation.email},
        {
            "label": _("Answer"),
            "text": decided,
            "sub": gettext("entered by %(who)s") % {"who": entered.name} if entered else "",
        },
        {
            "label": _("Accepted"),
            "text": amount(quotation.accepted, order.currency) if quotation.status in TAKEN else "",
        },
        {"label": _("Reason"), "text": quotation.reason},
    ]


def heads() -> list[dict[str, Any]]:
    numbers = (_("Quantity"), _("Unit price"), _("Amount"))
    return [
        {"label": _("What")},
        *({"label": label, "numeric": True} for label in numbers),
        {"label": ""},
    ]


def row(line: Any, quotation: Quotation) -> dict[str, Any]:
    currency = quotation.order.currency
    is_taken = quotation.status in TAKEN and line.is_accepted
    return {
        "cells": [
            {"text": line.text, "sub": one_line(line.reasons, currency)},
            {"text": papers.quantity(line), "numeric": True},
            {"text": amount(line.unit_price, currency), "numeric": True},
            {"text": amount(line.amount, currency), "numeric": True},
            {"text": gettext("accepted") if is_taken else ""},
        ]
    }


@require_safe
@allowed("orders.view")
def document(request: StaffRequest, number: str, version: int) -> HttpResponse:
    return as_pdf(find(request, number, version))


def as_pdf(quotation: Quotation) -> HttpResponse:
    content = papers.quotation_document(quotation)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{quotation.order.number}-{quotation.version}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def note_acceptance(request: StaffRequest, number: str, version: int) -> HttpResponse:
    """The customer signed it or said so on the telephone."""
    quotation = answerable(request, number, version)
    return carry_out(
        request,
        quotation,
        TakenForm,
        enter_acceptance,
        title=gettext("The customer accepts"),
        submit=gettext("Note the acceptance"),
        said=gettext("Noted. The order is approved."),
        about=quotation.order.customer.name,
        symbol="circle-check",
        given={"quotation": quotation},
    )


def enter_acceptance(quotation: Quotation, *, by: Employee, **values: Any) -> Quotation:
    return actions.accept_offer(quotation, **values, entered_by=by)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def note_refusal(request: StaffRequest, number: str, version: int) -> HttpResponse:
    quotation = answerable(request, number, version)
    return carry_out(
        request,
        quotation,
        DeclinedForm,
        enter_refusal,
        title=gettext("The customer declines"),
        submit=gettext("Note the refusal"),
        said=gettext("Noted. The order is a draft again."),
        about=quotation.order.customer.name,
        symbol="circle-x",
    )


def enter_refusal(quotation: Quotation, *, by: Employee, **values: Any) -> Quotation:
    return actions.decline_offer(quotation, **values, entered_by=by)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def withdraw(request: StaffRequest, number: str, version: int) -> HttpResponse:
    quotation = answerable(request, number, version)
    return carry_out(
        request,
        quotation,
        VerbForm,
        actions.withdraw_offer,
        title=gettext("Take the offer back"),
        submit=gettext("Take back"),
        said=gettext("It is taken back; the order can be changed."),
        hint=gettext("Its page tells the customer so."),
        symbol="arrow-back-up",
    )


def answerable(request: StaffRequest, number: str, version: int) -> Quotation:
    quotation = find(request, number, version)
    if not policies.may_change(request.user, quotation.order):
        raise PermissionDenied
    return quotation


# The customer's page


@public
@never_cache
def link(_request: HttpRequest, token: str) -> HttpResponse:
    """The link becomes a cookie and a clean address; opening it changes nothing."""
    found = Quotation.objects.filter(token_hash=links.hashed(token)).first() if token else None
    if found is None:
        raise bearer.LinkEndedError
    return bearer.let_in(QUOTATION, found.pk, to="orders:offer")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What is offered, and the answer: all, some lines, or none of it."""
    quotation = shown(request)
    is_refused = "decline" in request.POST
    data = request.POST or None
    taken = TakenForm(None if is_refused else data, quotation=quotation, prefix="take")
    declined = DeclinedForm(data if is_refused else None, prefix="no")
    form = declined if is_refused else taken
    if is_refused and request.POST.get("offer") != str(quotation.pk):
        # the cookie is that of the offer whose link was opened last, in whatever tab
        said = gettext("You opened another offer meanwhile; it is the one shown now. Answer again.")
        declined.add_error(None, said)
    verb = actions.decline_offer if is_refused else actions.accept_offer
    is_done = (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, form, verb, quotation, **form.values, at=now())
    )
    if is_done:
        return bearer.guarded(redirect("orders:offer"))
    status = 422 if request.method == "POST" else 200
    words = words_of(quotation) | {"taken": taken, "declined": declined, "is_refused": is_refused}
    return bearer.guarded(render(request, "orders/offer.html", words, status=status))


def words_of(quotation: Quotation) -> dict[str, Any]:
    order = quotation.order
    newer = order.quotations.filter(version__gt=quotation.version).exists()
    is_open = quotation.status == QuotationStatus.OPEN
    return {
        "quotation": quotation,
        "facts": papers.facts(quotation),
        "lines": [
            {
                "text": line.text,
                "sub": " · ".join([papers.quantity(line), amount(line.amount, order.currency)]),
                "why": to_customer(line.reasons, order.currency),
                "is_taken": line.is_accepted,
            }
            for line in quotation.lines.all()
        ],
        "is_open": is_open and not queries.is_over(quotation, now()),
        "is_taken": quotation.status in TAKEN,
        "is_newer": newer,
        "sum": amount(quotation.accepted, order.currency),
        "until": day(quotation.valid_until),
        "decided": moment(quotation.decided_at),
    }


@public
@never_cache
@require_safe
def customers_document(request: HttpRequest) -> HttpResponse:
    return bearer.guarded(as_pdf(shown(request)))


def shown(request: HttpRequest) -> Quotation:
    pk = bearer.let_in_as(request, QUOTATION)
    return get_object_or_404(Quotation.objects.select_related(*BESIDE), pk=pk)
