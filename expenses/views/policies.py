"""What the company pays for: a page that shows it to everybody, and one to change each rule."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.panels import Panel
from crmservice.web.text import amount, day
from employees.choices import Role
from expenses import actions, explaining, queries
from expenses.choices import Category, CityClass
from expenses.forms import PolicyForm
from expenses.limits import Finding
from expenses.models import ExpenseClaim, ExpensePolicy

HISTORY = 20


@require_safe
@allowed("expenses.view")
def index(request: StaffRequest) -> HttpResponse:
    may_keep = request.user.may("expenses.keep_policies")
    words = {
        "heads": heads(
            _("Category"),
            _("Only"),
            _("Limit per line"),
            _("Limit per day"),
            _("Limit per month"),
            _("Receipt and days"),
            _("Beyond it"),
        ),
        "rows": [row(policy, may_keep) for policy in ExpensePolicy.objects.all()],
        "may_keep": may_keep,
    }
    return render(request, "expenses/policies.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.keep_policies")
def create(request: StaffRequest) -> HttpResponse:
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and not is_preview(request):
        outcome = attempt(
            request,
            form,
            actions.create_policy,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            return saved(request)
    return form_page(request, form, _("New policy"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.keep_policies")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    policy = get_object_or_404(ExpensePolicy, pk=pk)
    form = PolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and not is_preview(request):
        outcome = attempt(
            request,
            form,
            actions.change_policy,
            policy,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            return saved(request)
    return form_page(request, form, _("Change the policy"), policy)


def saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, _("Saved. It holds for what is handed in from now on."))
    return redirect("expenses:policies")


def is_preview(request: StaffRequest) -> bool:
    return request.method == "POST" and "preview" in request.POST


def form_page(
    request: StaffRequest, form: PolicyForm, title: str, policy: ExpensePolicy | None = None
) -> HttpResponse:
    words = {
        "form": form,
        "title": title,
        "panels": what_it_touches(request, form),
        "activities": timeline(policy, limit=HISTORY) if policy else [],
    }
    return render(request, "expenses/policy.html", words, status=422 if form.errors else 200)


def what_it_touches(request: StaffRequest, form: PolicyForm) -> list[Panel]:
    """With "preview" pressed, which claims of late the policy as it is typed would have met."""
    if not is_preview(request) or not form.is_valid():
        return []
    try:
        actions.refuse_policy(form.instance)
    except DomainError as no:
        form.add_error(no.field if no.field in form.fields else None, str(no))
        return []
    found = queries.touched_by(form.instance, at=now())
    words = {
        "facts": [
            {"label": _("Claims looked at"), "text": str(found.looked_at)},
            {
                "label": _("Refused") if form.instance.blocks else _("With a warning"),
                "text": str(found.touched),
                "kind": "warning" if found.touched else "good",
            },
        ],
        "heads": heads(_("Expense claim"), _("Submitted"), _("What is against it")),
        "rows": [touched_row(claim, against) for claim, against in found.first],
    }
    return [Panel(1, "expenses/_touched.html", words)]


def touched_row(claim: ExpenseClaim, against: list[Finding]) -> dict[str, Any]:
    first = explaining.words_of(explaining.as_data(against[0]))
    more = len(against) - 1
    return {
        "url": claim.get_absolute_url(),
        "cells": [
            {"text": claim.number, "url": claim.get_absolute_url(), "sub": claim.claimant.name},
            {"text": day(queries.day_of(claim.submitted_at)) if claim.submitted_at else ""},
            {"text": first, "sub": _("and %(count)d more") % {"count": more} if more else ""},
        ],
    }


def heads(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


def row(policy: ExpensePolicy, may_keep: bool) -> dict[str, Any]:
    url = policy.get_absolute_url() if may_keep else ""
    only = [
        Role(policy.role).label if policy.role else "",
        CityClass(policy.city_class).label if policy.city_class else "",
    ]
    category = Category(policy.category).label if policy.category else _("All categories")
    effect = _("refused") if policy.blocks else _("warned of")
    tone = "bad" if policy.blocks else "warning"
    return {
        "url": url,
        "cells": [
            {
                "text": str(category),
                "url": url,
                "sub": per_kilometre(policy.mileage_rate),
            },
            {"text": " · ".join(str(word) for word in only if word) or "–"},
            *({"text": money(value)} for value in limits(policy)),
            {"text": receipt(policy), "sub": days(policy)},
            {"text": effect, "badge": tone}
            if policy.is_active
            else {"text": _("off"), "badge": "neutral"},
        ],
    }


def limits(policy: ExpensePolicy) -> list[Decimal | None]:
    return [policy.per_line, policy.per_day, policy.per_month]


def money(value: Decimal | None) -> str:
    return amount(value) or "–"


def per_kilometre(rate: Decimal | None) -> str:
    return _("%(rate)s per km") % {"rate": amount(rate)} if rate else ""


def receipt(policy: ExpensePolicy) -> str:
    if policy.receipt_from is None:
        return "–"
    return _("receipt from %(limit)s on") % {"limit": amount(policy.receipt_from)}


def days(policy: ExpensePolicy) -> str:
    if policy.late_after is None:
        return ""
    return _("within %(days)d days") % {"days": policy.late_after}
