"""The price plan: what holds now, what held, what will."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, day, percent
from orders import actions, policies
from orders.forms import PricePlanForm
from orders.models import PricePlan

COPIED = (
    "calendar", "factor_normal", "factor_evening", "factor_weekend", "factor_holiday",
    "minimum_minutes", "rounding_minutes", "call_out_fee",
)  # fmt: skip
MOST_PLANS = 20


@require_safe
@allowed("orders.view")
def price_plans(request: StaffRequest) -> HttpResponse:
    """The newest plans, the one that holds today marked."""
    rows = PricePlan.objects.select_related("calendar").prefetch_related("labour_rates")
    plans = list(rows.order_by("-valid_from")[:MOST_PLANS])
    today = timezone.localdate()
    current = next((plan for plan in plans if plan.valid_from <= today), None)
    words = {
        "plans": [plan_words(plan, current) for plan in plans],
        "may_keep": policies.may_keep_prices(request.user),
        "activities": [activity for plan in plans[:1] for activity in timeline(plan)],
    }
    return render(request, "orders/price_plans.html", words)


def plan_words(plan: PricePlan, current: PricePlan | None) -> dict[str, Any]:
    if plan == current:
        state = {"kind": "active", "label": _("Holds today")}
    elif current is not None and plan.valid_from < current.valid_from:
        state = {"kind": "expired", "label": _("Held before")}
    else:
        state = {"kind": "planned", "label": _("Will hold")}
    rates = [
        {
            "label": rate.get_kind_display(),
            "text": _("%(price)s per hour") % {"price": amount(rate.per_hour, plan.currency)},
        }
        for rate in plan.labour_rates.all()
    ]
    return {
        "title": _("From %(day)s") % {"day": day(plan.valid_from)},
        "state": state,
        "rates": rates,
        "rules": [
            {"label": _("Normal working hours"), "text": str(plan.calendar or _("first calendar"))},
            {"label": _("Normal hours"), "text": f"× {plan.factor_normal}"},
            {"label": _("Evening"), "text": f"× {plan.factor_evening}"},
            {"label": _("Weekend"), "text": f"× {plan.factor_weekend}"},
            {"label": _("Public holiday"), "text": f"× {plan.factor_holiday}"},
            {"label": _("At least"), "text": _("%d min") % plan.minimum_minutes},
            {"label": _("Rounded up to"), "text": _("%d min") % plan.rounding_minutes},
            {"label": _("Call-out fee"), "text": amount(plan.call_out_fee, plan.currency)},
            {"label": _("Tax"), "text": percent(plan.tax_rate, 2)},
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.keep_prices")
def add_price_plan(request: StaffRequest) -> HttpResponse:
    """A new plan, filled in with what the last one says."""
    form = PricePlanForm(request.POST or None, initial=last_plan())
    if request.method == "POST":
        outcome = attempt(request, form, add, values=lambda: form.values, by=request.user, at=now())
        if outcome:
            messages.success(request, _("The price plan is written."))
            return redirect(outcome.location or "orders:price_plans")
    words = {"form": form, "title": _("New price plan")}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/price_plan_form.html", words, status=status)


def add(*, values: dict[str, Any], **who: Any) -> PricePlan:
    return actions.add_price_plan(**values, **who)


def last_plan() -> dict[str, Any]:
    plan = PricePlan.objects.prefetch_related("labour_rates").order_by("-valid_from").first()
    if plan is None:
        return {}
    known = {name: getattr(plan, name) for name in COPIED}
    rates = {f"rate_{rate.kind}": rate.per_hour for rate in plan.labour_rates.all()}
    return {**known, **rates, "tax_percent": f"{plan.tax_rate * 100:.2f}"}
