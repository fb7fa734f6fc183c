"""The tiers: what earns one, what its customers get, and what another threshold would do."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.panels import collect
from crmservice.web.text import amount
from customers import actions, forms, queries, signals
from customers.models import CarePlan, Tier
from customers.queries import TierForecast

HISTORY = 20
NUMERIC = (1, 2, 3)  # columns of the list


@require_safe
@allowed("customers.view")
def index(request: StaffRequest) -> HttpResponse:
    living = Q(customers__merged_into=None)
    tiers = Tier.objects.select_related("executive").annotate(
        count=Count("customers", filter=living)
    )
    labels = (
        _("Tier"),
        _("Purchases in 24 months from"),
        _("Parts discount"),
        _("Customers"),
        _("Executive"),
        _("Service package"),
    )
    words = {
        "heads": [
            {"label": label, "numeric": place in NUMERIC} for place, label in enumerate(labels)
        ],
        "rows": [tier_row(tier) for tier in tiers],
        "may_keep": request.user.may("customers.keep_tiers"),
        "form": DeskForm(),
    }
    return render(request, "customers/tiers.html", words)


@allowed("customers.keep_tiers")
def make(request: StaffRequest) -> HttpResponse:
    form = forms.NewTierForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.make_tier, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The tier is saved."))
            return redirect(outcome.location or "customers:tiers")
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/new_tier.html", {"form": form}, status=status)


@require_POST
@allowed("customers.keep_tiers")
def take_usual(request: StaffRequest) -> HttpResponse:
    """The three of a company that has none yet, to be changed afterwards."""
    form = DeskForm(request.POST)
    if attempt(request, form, actions.make_usual_tiers, by=request.user, at=now()):
        messages.success(request, _("The tiers are entered: look at what earns each."))
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect("customers:tiers")


def share(tier: Tier) -> str:
    return f"{(tier.parts_discount * 100).normalize():f} %"


def tier_row(tier: Any) -> dict[str, Any]:
    customers = f"{reverse('customers:index')}?tier={tier.code}"
    return {
        "url": tier.get_absolute_url(),
        "cells": [
            {"text": tier.name, "badge": tier.code, "url": tier.get_absolute_url()},
            {"text": amount(tier.purchases_from), "numeric": True},
            {"text": share(tier), "numeric": True},
            {"text": str(tier.count), "url": customers, "numeric": True},
            {"text": tier.executive.name if tier.executive else "–"},
            {"text": first_line(tier.package)},
        ],
    }


def first_line(text: str) -> str:
    return text.strip().splitlines()[0][:80] if text.strip() else "–"


@require_safe
@allowed("customers.view")
def detail(request: StaffRequest, code: str) -> HttpResponse:
    """All that the tier gets, wherever it is set."""
    tier = get_object_or_404(Tier.objects.select_related("executive"), code=code)
    plans = CarePlan.objects.filter(tier=tier)
    executive = tier.executive
    words = {
        "tier": tier,
        "facts": [
            {"label": _("Purchases in 24 months from"), "text": amount(tier.purchases_from)},
            {"label": _("Parts discount"), "text": share(tier)},
            {
                "label": _("Executive"),
                "text": executive.name if executive else "–",
                "url": executive.get_absolute_url() if executive else "",
            },
            {
                "label": _("Customers"),
                "text": _("those of this tier"),
                "url": f"{reverse('customers:index')}?tier={tier.code}",
            },
        ],
        "care_heads": [{"label": _("Care plan")}, {"label": _("How often")}],
        "care_rows": [
            {
                "url": plan.get_absolute_url(),
                "cells": [
                    {
                        "text": plan.title,
                        "url": plan.get_absolute_url(),
                        "sub": plan.get_kind_display(),
                    },
                    {"text": queries.care_in_words(plan)},
                ],
            }
            for plan in plans
        ],
        "panels": collect(signals.tier_panels, tier, user=request.user, at=now()),
        "may_keep": request.user.may("customers.keep_tiers"),
        "activities": timeline(tier, limit=HISTORY),
    }
    return render(request, "customers/tier.html", words)


@allowed("customers.keep_tiers")
def edit(request: StaffRequest, code: str) -> HttpResponse:
    """The form; with "preview" pressed, who would move."""
    tier = get_object_or_404(Tier, code=code)
    form = forms.TierPolicyForm(request.POST or None, instance=copy(tier))
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview:
        outcome = attempt(
            request,
            form,
            actions.change_tier,
            tier,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The tier is saved."))
            return redirect(tier)
    forecast = None
    if is_preview and form.is_valid():
        forecast = forecast_words(queries.tier_forecast(form.instance, localdate()))
    words = {"tier": tier, "form": form, "forecast": forecast}
    status = 422 if request.method == "POST" and not (is_preview and forecast) else 200
    return render(request, "customers/tier_form.html", words, status=status)


def forecast_words(forecast: TierForecast) -> dict[str, Any]:
    return {
        "moved": forecast.moved,
        "heads": [
            {"label": _("Tier")},
            {"label": _("Customers now"), "numeric": True},
            {"label": _("then"), "numeric": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": tier.name, "badge": tier.code},
                    {"text": str(now_), "numeric": True},
                    {
                        "text": str(then),
                        "sub": f"{then - now_:+d}" if then != now_ else "",
                        "numeric": True,
                    },
                ]
            }
            for tier, now_, then in forecast.counts
        ],
        "move_heads": [
            {"label": _("Customer")},
            {"label": _("Purchases in 24 months"), "numeric": True},
            {"label": _("now")},
            {"label": _("then")},
        ],
        "move_rows": [
            {
                "url": move.customer.get_absolute_url(),
                "cells": [
                    {"text": move.customer.name, "url": move.customer.get_absolute_url()},
                    {"text": amount(move.customer.purchases_24_months), "numeric": True},
                    {"text": move.before.name, "badge": move.before.code},
                    {"text": move.after.name, "badge": move.after.code},
                ],
            }
            for move in forecast.moves
        ],
    }
