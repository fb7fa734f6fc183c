"""Care: what each tier gets, and the touches that customers are owed, planned against done."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of
from crmservice.web.verbs import carry_out
from customers import actions, forms, policies, queries, signals
from customers.filters import TouchFilter
from customers.models import CarePlan, CareTouch
from customers.queries import day_of
from customers.views.page import outcome_of
from customers.views.records import status_of

SHOWN = 12


def touch_cell(touch: CareTouch) -> Cell:
    who = touch.contact.name if touch.contact else ""
    sub = " · ".join(filter(None, [label_of(touch, "kind"), who]))
    return Cell(touch.plan.title, url=touch.get_absolute_url(), sub=sub)


def customer_cell(touch: CareTouch) -> Cell:
    customer = touch.customer
    return Cell(customer.name, url=customer.get_absolute_url(), sub=customer.tier.name)


def outcome_cell(touch: CareTouch) -> Cell:
    kind, text = outcome_of(touch, day_of(now()))
    return Cell(text, badge=kind, sub=touch.reason or touch.outcome)


TOUCHES = Listing(
    template="customers/touches.html",
    title=gettext_lazy("Care touches"),
    columns=(
        Column("due", gettext_lazy("Due"), lambda t: day(t.due_on), order="due_on"),
        Column("touch", gettext_lazy("Touch"), touch_cell),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column(
            "owner", gettext_lazy("Owes it"), lambda t: t.owner.name if t.owner else _("nobody")
        ),
        Column("latest", gettext_lazy("Not after"), lambda t: day(t.latest_on), wide_only=True),
        Column("status", gettext_lazy("Status"), outcome_cell),
    ),
    default_order="-due",
    filterset=TouchFilter,
    empty_text=gettext_lazy("No touches yet: care plans make them."),
    empty_action=gettext_lazy("Care plans"),
    empty_symbol="chevron-right",
    empty_url_name="customers:care_plans",
)


@require_safe
@allowed("customers.view")
def touches(request: StaffRequest) -> HttpResponse:
    found = CareTouch.objects.visible_to(request.user).described()
    return render_list(request, TOUCHES, found)


def find(request: StaffRequest, pk: int) -> CareTouch:
    return get_object_or_404(CareTouch.objects.visible_to(request.user).described(), pk=pk)


@require_safe
@allowed("customers.view")
def touch(request: StaffRequest, pk: int) -> HttpResponse:
    found, user = find(request, pk), request.user
    kind, text = outcome_of(found, day_of(now()))
    return render(
        request,
        "customers/touch.html",
        {
            "touch": found,
            "badges": [{"kind": kind, "label": text}],
            "facts": touch_facts(found),
            "may_answer": policies.may_answer(user, found),
            "activities": seen_by(user, timeline(found)),
            "panels": collect(signals.touch_panels, found, user=user, at=now()),
        },
    )


def touch_facts(touch: CareTouch) -> list[dict[str, Any]]:
    customer, contact, owner = touch.customer, touch.contact, touch.owner
    shown = [
        {
            "label": _("Customer"),
            "text": customer.name,
            "url": customer.get_absolute_url(),
            "sub": customer.tier.name,
        },
        {"label": _("Kind"), "text": touch.get_kind_display()},
        {"label": _("Due"), "text": day(touch.due_on)},
        {"label": _("Window"), "text": f"{day(touch.earliest_on)} – {day(touch.latest_on)}"},
        {
            "label": _("Owes it"),
            "text": owner.name if owner else _("nobody"),
            "url": owner.get_absolute_url() if owner else "",
        },
        {
            "label": _("Care plan"),
            "text": touch.plan.title,
            "url": touch.plan.get_absolute_url(),
        },
    ]
    if contact is not None:
        shown.insert(
            1,
            {"label": _("Contact"), "text": contact.name, "url": contact.get_absolute_url()},
        )
    if touch.done_on:
        shown.append({"label": _("Done on"), "text": day(touch.done_on)})
    said = touch.outcome or touch.reason
    if said:
        shown.append({"label": _("Outcome") if touch.outcome else _("Reason"), "text": said})
    return shown


def answerable(request: StaffRequest, pk: int) -> CareTouch:
    found = find(request, pk)
    if not policies.may_answer(request.user, found):
        raise PermissionDenied
    return found


@allowed("customers.care")
def finish_touch(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        answerable(request, pk),
        forms.FinishTouchForm,
        actions.finish_touch,
        title=_("It is done"),
        submit=_("It is done"),
        said=_("It is written down."),
        hint=_("Its task is cancelled if nobody has set out."),
        symbol="check",
        given={"initial": {"done_on": day_of(now())}},
    )


@allowed("customers.care")
def skip_touch(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        answerable(request, pk),
        forms.SkipForm,
        actions.skip_touch,
        title=_("Leave it out"),
        submit=_("Leave it out"),
        said=_("It is left out this time."),
        hint=_("Its task is cancelled if nobody has set out."),
        symbol="ban",
    )


# Care plans


def every_cell(plan: CarePlan) -> Cell:
    return Cell(queries.care_in_words(plan))


def state_cell(plan: CarePlan) -> Cell:
    if plan.is_over(day_of(now())):
        return Cell(_("ended %(on)s") % {"on": day(plan.ends_on)}, badge="expired")
    return Cell(pgettext("plan", "Running"), badge="active")


PLANS = Listing(
    template="customers/care_plans.html",
    title=gettext_lazy("Care plans"),
    columns=(
        Column(
            "title",
            gettext_lazy("Care plan"),
            lambda p: Cell(p.title, url=p.get_absolute_url(), sub=label_of(p, "kind")),
            order="title",
        ),
        Column("tier", gettext_lazy("Tier"), lambda p: Cell(p.tier.name, badge=p.tier.code)),
        Column("every", gettext_lazy("How often"), every_cell),
        Column("state", gettext_lazy("State"), state_cell),
    ),
    default_order="title",
    empty_text=gettext_lazy("No care plans yet."),
    empty_action=gettext_lazy("New care plan"),
    empty_url_name="customers:create_care_plan",
)


@require_safe
@allowed("customers.view")
def care_plans(request: StaffRequest) -> HttpResponse:
    may_keep = request.user.may("customers.keep_care_plans")
    return render_list(request, PLANS, CarePlan.objects.select_related("tier"), may_keep=may_keep)


@require_safe
@allowed("customers.view")
def care_plan(request: StaffRequest, pk: int) -> HttpResponse:
    found, user, today = get_object_or_404(CarePlan, pk=pk), request.user, day_of(now())
    seen = CareTouch.objects.visible_to(user).described().filter(plan=found)
    latest = list(seen.order_by("-due_on", "-pk")[: SHOWN + 1])
    return render(
        request,
        "customers/care_plan.html",
        {
            "plan": found,
            "facts": plan_facts(found),
            "heads": [
                {"label": label} for label in (_("Due"), _("Customer"), _("Owes it"), _("Status"))
            ],
            "rows": [touch_row(each, today) for each in latest[:SHOWN]],
            "touches_url": f"{reverse('customers:touches')}?plan={pk}",
            "is_over": found.is_over(today),
            "may_keep": user.may("customers.keep_care_plans"),
            "activities": seen_by(user, timeline(found)),
        },
    )


def touch_row(touch: CareTouch, today: date) -> dict[str, Any]:
    kind, text = outcome_of(touch, today)
    url = touch.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": day(touch.due_on), "url": url},
            {"text": touch.customer.name, "sub": touch.contact.name if touch.contact else ""},
            {"text": touch.owner.name if touch.owner else _("nobody")},
            {"text": text, "badge": kind},
        ],
    }


def plan_facts(plan: CarePlan) -> list[dict[str, Any]]:
    shown = [
        {"label": _("Tier"), "text": plan.tier.name},
        {"label": _("Kind"), "text": plan.get_kind_display()},
        {"label": _("How often"), "text": queries.care_in_words(plan)},
        {"label": _("Flexibility"), "text": f"± {plan.flexibility_days}"},
        {"label": _("On a day without service"), "text": plan.get_holidays_display()},
        {
            "label": _("Becomes a task"),
            "text": ngettext("%(days)s day ahead", "%(days)s days ahead", plan.days_ahead)
            % {"days": plan.days_ahead},
        },
        {"label": _("From"), "text": day(plan.starts_on)},
    ]
    if plan.ends_on:
        shown.append({"label": _("Last day"), "text": day(plan.ends_on)})
    return shown


@allowed("customers.keep_care_plans")
def create_care_plan(request: StaffRequest) -> HttpResponse:
    form = forms.CarePlanForm(request.POST or None, initial={"starts_on": day_of(now())})
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.add_care_plan,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The care plan is made."))
            return redirect(outcome.location)
    return render_form(request, form, _("New care plan"), reverse("customers:care_plans"))


@allowed("customers.keep_care_plans")
def edit_care_plan(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CarePlan, pk=pk)
    form = forms.CarePlanForm(request.POST or None, instance=found)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_care_plan,
            found,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The care plan is saved."))
            return redirect(outcome.location or found.get_absolute_url())
    return render_form(request, form, found.title, found.get_absolute_url())


def render_form(request: StaffRequest, form: Any, title: str, cancel_url: str) -> HttpResponse:
    words = {"form": form, "title": title, "cancel_url": cancel_url, "alike": []}
    return render(request, "customers/form.html", words, status=status_of(request))


@allowed("customers.keep_care_plans")
def end_care_plan(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        get_object_or_404(CarePlan, pk=pk),
        forms.EndCarePlanForm,
        actions.end_care_plan,
        title=_("End the care plan"),
        submit=_("End the care plan"),
        said=_("The care plan ends."),
        hint=_("Touches that are open beyond the last day are left out."),
        symbol="ban",
        given={"initial": {"ends_on": day_of(now())}},
    )
