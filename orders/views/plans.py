"""Price plans: which hold, what each says, and who they are for; what currencies are worth."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from assets.choices import category_name
from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, percent
from crmservice.web.verbs import carry_out
from orders import actions, policies
from orders.choices import WorkKind
from orders.filters import PricePlanFilterSet
from orders.forms import EndPlanForm, PricePlanForm, RateForm
from orders.models import SCOPE, ExchangeRate, PricePlan
from orders.views.stock import offer
from orders.views.stock_places import show, table

COPIED = (
    "name", "currency", *SCOPE, "calendar", "factor_normal", "factor_evening", "factor_weekend",
    "factor_holiday", "minimum_minutes", "rounding_minutes", "call_out_fee", "per_kilometre",
)  # fmt: skip
SHOWN_PARTS, SHOWN_RATES = 500, 50


def for_whom(plan: PricePlan) -> str:
    """What a plan names, the most particular first."""
    named = [
        plan.contract.number if plan.contract else "",
        plan.contract_type.name if plan.contract_type else "",
        plan.model.name if plan.model else "",
        category_name(plan.category) if plan.category else "",
        plan.tier.name if plan.tier else "",
    ]
    return " · ".join(filter(None, named)) or _("everybody")


def state_of(plan: PricePlan) -> dict[str, str]:
    today = timezone.localdate()
    if plan.holds(today):
        return {"kind": "active", "label": _("Holds today")}
    if plan.valid_from > today:
        return {"kind": "planned", "label": _("Will hold")}
    return {"kind": "expired", "label": _("Held before")}


def state_cell(plan: PricePlan) -> Cell:
    state = state_of(plan)
    return Cell(state["label"], badge=state["kind"])


def span(plan: PricePlan) -> str:
    last = day(plan.valid_until) or "…"
    return f"{day(plan.valid_from)} – {last}"


LISTING = Listing(
    template="orders/price_plans.html",
    title=gettext_lazy("Price plans"),
    columns=(
        Column(
            "name", gettext_lazy("Name"),
            lambda plan: Cell(str(plan), url=plan.get_absolute_url(), sub=plan.number),
        ),
        Column("for", gettext_lazy("For"), for_whom),
        Column("state", gettext_lazy("Status"), state_cell),
        Column("valid", gettext_lazy("Valid"), span, order="valid_from"),
        Column("currency", gettext_lazy("Currency"), lambda plan: plan.currency, wide_only=True),
    ),
    default_order="-valid",
    filterset=PricePlanFilterSet,
    empty_text=gettext_lazy("No price plan yet. Without one nothing can be priced."),
    empty_action=gettext_lazy("New price plan"),
    empty_url_name="orders:add_price_plan",
)  # fmt: skip


@require_safe
@allowed("orders.view")
def price_plans(request: StaffRequest) -> HttpResponse:
    rows = PricePlan.objects.select_related("contract", "contract_type", "model", "tier")
    return render_list(request, LISTING, rows, may_keep=policies.may_keep_prices(request.user))


def find(number: str) -> PricePlan:
    rows = PricePlan.objects.select_related(
        "contract", "contract_type", "model", "tier", "calendar"
    ).prefetch_related("labour_rates", "zones")
    return get_object_or_404(rows, number=number)


@require_safe
@allowed("orders.view")
def price_plan(request: StaffRequest, number: str) -> HttpResponse:
    """What it says, the plans before and after it, and what can be done."""
    plan = find(number)
    return show(
        request,
        title=str(plan),
        number=plan.number if plan.name else "",
        badges=[state_of(plan)],
        back_url=reverse("orders:price_plans"),
        back_label=_("Price plans"),
        offers=offers(plan) if policies.may_keep_prices(request.user) else [],
        facts=facts(plan),
        tables=[work_table(plan), *travel_tables(plan), *part_tables(plan), *versions(plan)],
        activities=timeline(plan),
        kind="orders.priceplan",
    )


def offers(plan: PricePlan) -> list[dict[str, str]]:
    copied = offer("add_price_plan", _("Copy"), "copy", query=f"?copy={plan.number}")
    if plan.valid_until is not None and plan.valid_until < timezone.localdate():
        return [copied]
    changed = offer("change_price_plan", _("Change from a day on"), "pencil", plan.number)
    if plan.is_general and plan.currency == settings.BASE_CURRENCY:
        return [changed, copied]  # without it nothing could be priced
    return [changed, copied, offer("end_price_plan", _("End"), "calendar-event", plan.number)]


def facts(plan: PricePlan) -> list[dict[str, str]]:
    currency = plan.currency
    pairs = [
        (_("For"), for_whom(plan)),
        (_("Valid"), span(plan)),
        (_("Currency"), currency),
        (_("Call-out fee"), money_or_none(plan.call_out_fee, currency)),
        (
            _("Discount on all other parts"),
            "" if plan.parts_discount is None else percent(plan.parts_discount, 2),
        ),
        (_("Tax rate"), percent(plan.tax_rate, 2) if plan.is_general else ""),
    ]
    return [{"label": label, "text": text} for label, text in pairs if text]


def money_or_none(value: Any, currency: str) -> str:
    return "" if value is None else amount(value, currency)


def work_table(plan: PricePlan) -> dict[str, Any]:
    """Each kind of work by the hour, in normal hours and beyond them."""
    bands = ("normal", "evening", "weekend", "holiday")
    heads = [_("Kind of work"), _("Normal"), _("Evening"), _("Weekend"), _("Public holiday")]
    rows = [
        {
            "cells": [
                {"text": rate.get_kind_display()},
                *(
                    {
                        "text": amount(
                            rate.per_hour * getattr(plan, f"factor_{band}"), plan.currency
                        ),
                        "sub": f"× {getattr(plan, f'factor_{band}').normalize():f}",
                    }
                    if rate.kind != WorkKind.TRAVEL or band == "normal"
                    else {"text": "–"}
                    for band in bands
                ),
            ]
        }
        for rate in plan.labour_rates.all()
    ]
    rules = _("at least %(least)d min, in steps of %(step)d min; normal hours: %(calendar)s") % {
        "least": plan.minimum_minutes,
        "step": plan.rounding_minutes,
        "calendar": plan.calendar or _("first calendar"),
    }
    return table(
        _("Work, per hour") + (f" ({rules})" if rows else ""),
        "clock",
        [(label, at > 0) for at, label in enumerate(heads)],
        rows,
        empty=_("It says nothing to work: another plan does."),
    )


def travel_tables(plan: PricePlan) -> list[dict[str, Any]]:
    rows = [
        {
            "cells": [
                {"text": zone.name},
                {"text": _("%(km)d km") % {"km": zone.up_to_km} if zone.up_to_km else "–"},
                {"text": amount(zone.fee, plan.currency)},
            ]
        }
        for zone in plan.zones.all()
    ]
    if plan.per_kilometre is not None:
        price = amount(plan.per_kilometre, plan.currency)
        rows.append({"cells": [{"text": _("per kilometre")}, {"text": "–"}, {"text": price}]})
    heads = [(_("Travel zone"), False), (_("Up to"), True), (_("Per journey"), True)]
    return [table(_("Travel"), "car", heads, rows)] if rows else []


def part_tables(plan: PricePlan) -> list[dict[str, Any]]:
    prices = plan.part_prices.select_related("part").order_by("part__part_no")[:SHOWN_PARTS]
    rows = [
        {
            "url": each.part.get_absolute_url(),
            "cells": [
                {
                    "text": each.part.part_no,
                    "url": each.part.get_absolute_url(),
                    "sub": each.part.name,
                },
                {"text": amount(each.part.list_price)},
                {"text": amount(each.price, plan.currency)},
            ],
        }
        for each in prices
    ]
    heads = [(_("Part"), False), (_("List price"), True), (_("Price"), True)]
    return [table(_("Parts"), "package", heads, rows)] if rows else []


def versions(plan: PricePlan) -> list[dict[str, Any]]:
    """The plans for the same, the latest first."""
    others = PricePlan.objects.of_scope(plan).order_by("-valid_from")
    rows = [
        {
            "url": each.get_absolute_url(),
            "cells": [
                {"text": str(each), "url": each.get_absolute_url(), "sub": each.number},
                {"text": span(each)},
                {"text": state_of(each)["label"], "badge": state_of(each)["kind"]},
            ],
        }
        for each in others[:SHOWN_RATES]
    ]
    heads = [(_("Name"), False), (_("Valid"), False), (_("Status"), False)]
    return [table(_("For the same"), "versions", heads, rows)] if len(rows) > 1 else []


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.keep_prices")
def add_price_plan(request: StaffRequest) -> HttpResponse:
    """A new plan; `?copy=` fills it in with what another says."""
    copied = PricePlan.objects.filter(number=request.GET.get("copy", "")[:40]).first()
    form = PricePlanForm(
        request.POST or None, user=request.user, initial=words_of(copied) if copied else None
    )
    return answer(request, form, actions.add_price_plan, title=_("New price plan"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.keep_prices")
def change_price_plan(request: StaffRequest, number: str) -> HttpResponse:
    """Filled in with what it says now; written as the plan that follows it."""
    plan = find(number)
    form = PricePlanForm(
        request.POST or None, user=request.user, changes=plan, initial=words_of(plan)
    )
    title = _("Change “%(plan)s”") % {"plan": plan}
    return answer(request, form, actions.change_price_plan, plan, title=title)


def answer(
    request: StaffRequest,
    form: PricePlanForm,
    verb: Callable[..., PricePlan],
    *subject: PricePlan,
    title: str,
) -> HttpResponse:
    def write(*, values: dict[str, Any], **who: Any) -> PricePlan:
        return verb(*subject, **values, **who)

    if request.method == "POST":
        outcome = attempt(
            request, form, write, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The price plan is written."))
            return redirect(outcome.location or "orders:price_plans")
    back = subject[0].get_absolute_url() if subject else reverse("orders:price_plans")
    words = {"form": form, "title": title, "back_url": back}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/price_plan_form.html", words, status=status)


def words_of(plan: PricePlan) -> dict[str, Any]:
    """What a plan says, as the form asks it."""
    rates = {f"rate_{rate.kind}": rate.per_hour for rate in plan.labour_rates.all()}
    zones = [
        " ".join(filter(None, [zone.name, f"{zone.fee}", str(zone.up_to_km or "")]))
        for zone in plan.zones.all()
    ]
    parts = plan.part_prices.order_by("part__part_no").values_list("part__part_no", "price")
    discount = plan.parts_discount
    return {
        **{name: getattr(plan, name) for name in COPIED},
        **rates,
        "tax_percent": f"{plan.tax_rate * 100:.2f}",
        "discount_percent": "" if discount is None else f"{discount * 100:.2f}",
        "zone_lines": "\n".join(zones),
        "part_lines": "\n".join(f"{part_no}\t{price}" for part_no, price in parts),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.keep_prices")
def end_price_plan(request: StaffRequest, number: str) -> HttpResponse:
    plan = find(number)
    return carry_out(
        request,
        plan,
        EndPlanForm,
        actions.end_price_plan,
        title=_("End the price plan"),
        submit=_("End"),
        said=_("The price plan ends."),
        about=str(plan),
        hint=_("What was priced stays priced. Then the next particular plan answers."),
        symbol="calendar-event",
        given={"initial": {"valid_until": plan.valid_until or timezone.localdate()}},
    )


@require_safe
@allowed("orders.view")
def exchange_rates(request: StaffRequest) -> HttpResponse:
    """What currencies are worth and were, the latest first."""
    rows = [
        {
            "cells": [
                {"text": each.currency},
                {"text": day(each.valid_from)},
                {"text": f"{each.rate.normalize():f}"},
            ]
        }
        for each in ExchangeRate.objects.order_by("-valid_from", "currency")[:SHOWN_RATES]
    ]
    heads = [(_("Currency"), False), (_("Valid from"), False), (_("Exchange rate"), True)]
    may_keep = policies.may_keep_prices(request.user)
    return show(
        request,
        title=_("Exchange rates"),
        back_url=reverse("orders:price_plans"),
        back_label=_("Price plans"),
        offers=[offer("set_rate", _("Set a rate"), "plus")] if may_keep else [],
        tables=[
            table(
                _("What one unit is worth in %(currency)s") % {"currency": settings.BASE_CURRENCY},
                "coin",
                heads,
                rows,
                empty=_("Everything is sold in one currency so far."),
            )
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.keep_prices")
def set_rate(request: StaffRequest) -> HttpResponse:
    form = RateForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    back = reverse("orders:exchange_rates")
    if request.method == "POST":
        outcome = attempt(
            request, form, write_rate, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The exchange rate is set."))
            return redirect(outcome.location or back)
    words = {"form": form, "title": _("Set a rate"), "back_url": back}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/price_plan_form.html", words, status=status)


def write_rate(*, values: dict[str, Any], **who: Any) -> ExchangeRate:
    return actions.set_rate(**values, **who)
