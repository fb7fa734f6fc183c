"""Budgets: each outlet's month, what was spent of it, and the way to the claims behind it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, percent
from employees.models import Outlet
from expenses import actions, queries
from expenses.forms import BudgetForm
from expenses.models import Budget
from expenses.queries import Month

ONE_DAY = timedelta(days=1)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@require_safe
@allowed("expenses.approve")
def index(request: StaffRequest) -> HttpResponse:
    """`?month=2026-11`; this month otherwise."""
    first = month_in(request.GET.get("month", "")) or this_month()
    outlets = Outlet.objects.all()
    if request.user.scope_of("expenses.approve") != "all":
        outlets = outlets.filter(pk=request.user.outlet_id)
    may_keep = request.user.may("expenses.keep_policies")
    end = queries.month_of(first)[1]
    words = {
        "title": date_format(first, "YEAR_MONTH_FORMAT"),
        "heads": heads(),
        "rows": [row(each, may_keep) for each in queries.months_of(first, outlets)],
        "before": f"{first - ONE_DAY:%Y-%m}",
        "after": f"{end:%Y-%m}",
    }
    return render(request, "expenses/budgets.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.keep_policies")
def edit(request: StaffRequest, code: str, month: str) -> HttpResponse:
    outlet = get_object_or_404(Outlet, code=code)
    first = month_in(month)
    if first is None:
        raise Http404
    budget = Budget.objects.filter(outlet=outlet, month=first).first()
    initial = {"amount": budget.amount} if budget else {}
    form = BudgetForm(request.POST or None, initial=initial)
    back_url = f"{reverse('expenses:budgets')}?month={month}"
    if request.method == "POST" and attempt(
        request,
        form,
        actions.set_budget,
        outlet,
        month=first,
        amount=lambda: form.cleaned_data["amount"],
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("Saved."))
        return redirect(back_url)
    words = {
        "form": form,
        "subject": outlet,
        "title": _("Budget %(month)s") % {"month": date_format(first, "YEAR_MONTH_FORMAT")},
        "submit": _("Save"),
        "cancel_url": back_url,
        "about": "",
        "hint": _("In %(base)s; empty takes the budget away.") % {"base": "CNY"},
        "symbol": "check",
        "ask": "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "layouts/verb.html", words, status=status)


def this_month() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone()).replace(day=1)


def month_in(typed: str) -> date | None:
    found = MONTH.fullmatch(typed)
    return date(int(found[1]), int(found[2]), 1) if found else None


def heads() -> list[dict[str, Any]]:
    labels = (
        _("Outlet"),
        _("Budget"),
        _("Spent"),
        _("Submitted"),
        _("Still left"),
        _("Share used"),
    )
    return [{"label": label, "numeric": at > 0} for at, label in enumerate(labels)]


def row(month: Month, may_keep: bool) -> dict[str, Any]:
    """The figures lead to the claims that they are made of."""
    args = [month.outlet.code, f"{month.first:%Y-%m}"]
    edit_url = reverse("expenses:budget", args=args) if may_keep else ""
    budget = amount(month.budget) if month.budget is not None else _("none")
    spent, submitted = month.figures
    return {
        "cells": [
            {"text": month.outlet.name, "url": claims_url(month, "")},
            {"text": budget, "url": edit_url, "numeric": True},
            {"text": amount(spent), "url": claims_url(month, "counted"), "numeric": True},
            {"text": amount(submitted), "url": claims_url(month, "waiting"), "numeric": True},
            {"text": amount(month.left) or "–", "numeric": True},
            {"text": percent(share(month)), "numeric": True, **tone(month)},
        ]
    }


def share(month: Month) -> Decimal | None:
    return month.figures.spent / month.budget if month.budget else None


def tone(month: Month) -> dict[str, str]:
    used = share(month)
    return {"badge": "bad"} if used is not None and used > 1 else {}


def claims_url(month: Month, show: str) -> str:
    last = queries.month_of(month.first)[1] - ONE_DAY
    asked = {
        "outlet": month.outlet.code,
        "spent_from": month.first.isoformat(),
        "spent_to": last.isoformat(),
    }
    if show:
        asked["show"] = show
    return f"{reverse('expenses:index')}?{urlencode(asked)}"
