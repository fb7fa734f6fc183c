"""Payment runs: what waits to be paid, what was paid together, and the file for accounting."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.imports.refusing import as_cell
from crmservice.money import money
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, moment
from expenses import actions, queries
from expenses.choices import Status
from expenses.forms import PaymentForm
from expenses.models import ExpenseClaim, PaymentRun

LISTING = Listing(
    template="expenses/payments.html",
    title=gettext_lazy("Payments"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda run: Cell(run.number, url=run.get_absolute_url()),
        ),
        Column(
            "made", gettext_lazy("Paid out on"), lambda run: moment(run.made_at), order="made_at"
        ),
        Column("by", gettext_lazy("By"), lambda run: run.made_by.name),
        Column("count", gettext_lazy("Claims"), lambda run: str(run.claim_count), numeric=True),
        Column(
            "amount",
            gettext_lazy("Amount"),
            lambda run: Cell(amount(run.amount, run.currency)),
            numeric=True,
        ),
    ),
    default_order="-made",
    empty_text=gettext_lazy("Nothing was paid out together yet."),
    empty_url_name="expenses:index",
    empty_action=gettext_lazy("Expenses"),
    empty_symbol="chevron-right",
)
# The layout of the file (docs/operations.md): the names do not change with the language.
COLUMNS = (
    "payment_run",
    "paid_on",
    "claim_no",
    "employee_no",
    "name",
    "outlet",
    "currency",
    "claimed",
    "paid",
    "rate",
    "submitted_on",
    "approved_on",
    "approved_by",
    "note",
)


@require_safe
@allowed("expenses.pay")
def index(request: StaffRequest) -> HttpResponse:
    waiting = [
        {"currency": currency, "count": count, "text": amount(sum_, currency)}
        for currency, count, sum_ in queries.to_pay(request.user)
    ]
    own = ExpenseClaim.objects.filter(claimant=request.user, status=Status.APPROVED).count()
    runs = PaymentRun.objects.select_related("made_by")
    return render_list(request, LISTING, runs, waiting=waiting, own=own)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.pay")
def create(request: StaffRequest, currency: str) -> HttpResponse:
    """All approved claims of a currency are chosen until somebody chooses otherwise; from the page
    of one (`?claim=`), this one.
    """
    claims = list(payable(request, currency)[: actions.MOST_AT_ONCE])
    form = PaymentForm(request.POST or None)
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview:
        outcome = attempt(
            request,
            form,
            actions.pay_together,
            keys=lambda: form.keys,
            currency=currency,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("Paid. Here is the file for accounting."))
            return redirect(outcome.location or "expenses:payments")
    one = request.GET.get("claim", "")
    proposed = [each.pk for each in claims if each.number == one] or [each.pk for each in claims]
    chosen = form.keys if form.is_bound and form.is_valid() else proposed
    of_run = [claim for claim in claims if claim.pk in set(chosen)]
    words = {
        "form": form,
        "currency": currency,
        "rows": [to_pay_row(claim, claim.pk in set(chosen)) for claim in claims],
        "heads": sum_heads(),
        "sums": sums(of_run, currency),
    }
    status = 422 if request.method == "POST" and not is_preview else 200
    return render(request, "expenses/payment.html", words, status=status)


@require_safe
@allowed("expenses.pay")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    run = get_object_or_404(PaymentRun.objects.select_related("made_by"), number=number)
    claims = list(of_run(run))
    words = {
        "run": run,
        "facts": [
            {"label": _("Paid out on"), "text": moment(run.made_at)},
            {"label": _("By"), "text": run.made_by.name},
            {"label": _("Claims"), "text": str(run.claim_count)},
            {"label": _("Amount"), "text": amount(run.amount, run.currency)},
        ],
        "sum_heads": sum_heads(),
        "sums": sums(claims, run.currency),
        "heads": heads(),
        "rows": [paid_row(claim) for claim in claims],
    }
    return render(request, "expenses/payment_run.html", words)


@require_safe
@allowed("expenses.pay")
def export(_request: StaffRequest, number: str) -> HttpResponse:
    """For accounting: one row for each claim; no cell can be taken for a formula."""
    run = get_object_or_404(PaymentRun, number=number)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for claim in of_run(run):
        writer.writerow(map(as_cell, exported(run, claim)))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{run.number}.csv"'
    return response


def payable(request: StaffRequest, currency: str) -> QuerySet[ExpenseClaim]:
    claims = queries.payable(request.user).filter(currency=currency)
    return claims.select_related("claimant").prefetch_related("lines").order_by("decided_at", "pk")


def of_run(run: PaymentRun) -> QuerySet[ExpenseClaim]:
    claims = run.claims.select_related("claimant__outlet", "decided_by")
    return claims.prefetch_related("lines").order_by("claimant__employee_no", "number")


def exported(run: PaymentRun, claim: ExpenseClaim) -> list[str]:
    at = claim.submitted_at, claim.decided_at
    submitted, approved = (queries.day_of(each).isoformat() if each else "" for each in at)
    return [
        run.number,
        queries.day_of(run.made_at).isoformat(),
        claim.number,
        claim.claimant.employee_no,
        claim.claimant.name,
        claim.claimant.outlet.code if claim.claimant.outlet else "",
        claim.currency,
        str(money(claim.amount, claim.currency)),
        str(money(claim.counted, claim.currency)),
        f"{claim.rate.normalize():f}",
        submitted,
        approved,
        str(claim.decided_by or ""),
        claim.note,
    ]


def sums(claims: Iterable[ExpenseClaim], currency: str) -> list[dict[str, Any]]:
    """What each person gets, and all of it."""
    people: dict[Any, list[Decimal]] = {}
    for claim in sorted(claims, key=lambda each: each.claimant.employee_no):
        people.setdefault(claim.claimant, []).append(claim.counted)
    rows = [
        sum_row(person.name, amounts, currency, sub=person.employee_no)
        for person, amounts in people.items()
    ]
    everything = [each for amounts in people.values() for each in amounts]
    return [*rows, {"total": True, **sum_row(_("Total"), everything, currency)}]


def sum_row(name: str, amounts: list[Decimal], currency: str, sub: str = "") -> dict[str, Any]:
    return {
        "cells": [
            {"text": name, "sub": sub},
            {"text": str(len(amounts)), "numeric": True},
            {"text": amount(sum(amounts, Decimal(0)), currency), "numeric": True},
        ]
    }


def to_pay_row(claim: ExpenseClaim, is_chosen: bool) -> dict[str, Any]:
    return {
        "key": claim.pk,
        "is_chosen": is_chosen,
        "number": claim.number,
        "url": claim.get_absolute_url(),
        "name": claim.claimant.name,
        "approved": day(queries.day_of(claim.decided_at)) if claim.decided_at else "",
        "amount": amount(claim.counted, claim.currency),
    }


def paid_row(claim: ExpenseClaim) -> dict[str, Any]:
    url = claim.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": claim.number, "url": url, "sub": claim.note},
            {"text": claim.claimant.name},
            {"text": str(claim.decided_by or "–")},
            {"text": amount(claim.counted, claim.currency), "numeric": True},
        ],
    }


def sum_heads() -> list[dict[str, Any]]:
    return [
        {"label": _("Person")},
        {"label": _("Claims"), "numeric": True},
        {"label": _("Amount"), "numeric": True},
    ]


def heads() -> list[dict[str, Any]]:
    return [
        {"label": _("Expense claim")},
        {"label": _("Claimant")},
        {"label": _("Approver")},
        {"label": _("Amount"), "numeric": True},
    ]
