"""Maintenance plans: the list, a plan with its turns, and what is planned against what was done."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from assets import actions, policies, queries, signals
from assets.choices import OccurrenceStatus
from assets.filters import OccurrenceFilterSet, PlanFilterSet
from assets.forms import (
    ApplyForm,
    BesideForm,
    EndForm,
    MeterForm,
    PlanForm,
    ReasonForm,
    line_formset,
    part_formset,
)
from assets.models import Asset, MaintenancePlan, Occurrence
from assets.views.installed import changeable
from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import Outcome, attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of, percent
from crmservice.web.verbs import carry_out
from customers.queries import day_of
from employees.models import Employee

SHOWN = 12
IN_TIME = Q(status=OccurrenceStatus.DONE, done_on__lte=F("latest_on"))


def title_cell(plan: MaintenancePlan) -> Cell:
    return Cell(plan.title, url=plan.get_absolute_url(), sub=queries.rhythm_in_words(plan))


def of_cell(plan: MaintenancePlan) -> Cell:
    if plan.asset is not None:
        sub = f"{plan.asset.kind_name} · {plan.asset.customer.name}"
        return Cell(plan.asset.serial_no, url=plan.asset.get_absolute_url(), sub=sub)
    assert plan.model is not None
    return Cell(plan.model.name, url=plan.model.get_absolute_url(), sub=_("Template"))


def due_cell(plan: MaintenancePlan) -> Cell:
    kind, text = state_of(plan, day_of(now()))
    return Cell(text, badge=kind)


def state_of(plan: MaintenancePlan, today: date) -> tuple[str, str]:
    """How it goes on, as a look and words."""
    if plan.is_template:
        return "neutral", _("Template")
    if plan.is_over(today):
        return "expired", _("ended %(on)s") % {"on": day(plan.ends_on)}
    if plan.next_on is not None:
        return ("overdue" if plan.next_on < today else "planned"), day(plan.next_on)
    if plan.asset is not None and queries.is_resting(plan.asset):
        return "retired", _("rests with its device")
    if plan.is_rolling:
        return "waiting", _("when its work is done")
    return "waiting", _("waits for readings")


def compliance_cell(plan: MaintenancePlan) -> Cell:
    """Of the turns whose window is over or that are done: how many were done in it."""
    if plan.is_template:
        return Cell("")
    decided = plan.decided or 0  # type: ignore[attr-defined]
    kept = plan.kept or 0  # type: ignore[attr-defined]
    url = f"{reverse('assets:turns')}?plan={plan.pk}"
    return Cell(percent(kept / decided if decided else None), url=url, sub=f"{kept} / {decided}")


PLANS = Listing(
    template="assets/plans.html",
    title=gettext_lazy("Maintenance plans"),
    columns=(
        Column("title", pgettext_lazy("maintenance", "Plan"), title_cell, order="title"),
        Column("of", gettext_lazy("Asset"), of_cell),
        Column(
            "kind",
            gettext_lazy("Kind"),
            lambda p: label_of(p, "kind"),
            order="kind",
            wide_only=True,
        ),
        Column("due", gettext_lazy("Next due"), due_cell),
        Column("compliance", gettext_lazy("In time"), compliance_cell, numeric=True),
    ),
    default_order="title",
    filterset=PlanFilterSet,
    empty_text=gettext_lazy("No maintenance plans yet."),
    empty_action=gettext_lazy("New plan"),
    empty_url_name="assets:create_plan",
)


@require_safe
@allowed("assets.view")
def plans(request: StaffRequest) -> HttpResponse:
    found = MaintenancePlan.objects.visible_to(request.user).described()
    today = day_of(now())
    rows = with_compliance(found, today)
    return render_list(request, PLANS, rows, may_keep=policies.may_keep_plans(request.user))


def with_compliance(plans: QuerySet[MaintenancePlan], today: date) -> QuerySet[MaintenancePlan]:
    """With `decided` and `kept`, counted for the rows that are shown only."""
    turns = Occurrence.objects.owed().filter(plan=OuterRef("pk")).order_by().values("plan")
    decided = turns.exclude(status=OccurrenceStatus.OPEN, latest_on__gte=today)
    kept = turns.filter(IN_TIME)
    return plans.annotate(
        decided=Subquery(decided.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
        kept=Subquery(kept.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
    )


def find(request: StaffRequest, pk: int) -> MaintenancePlan:
    visible = MaintenancePlan.objects.visible_to(request.user).described()
    return get_object_or_404(visible.select_related("skill", "template"), pk=pk)


@require_safe
@allowed("assets.view")
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    found, user, today = find(request, pk), request.user, day_of(now())
    turns = list(
        found.occurrences.select_related("plan", "covered_by__plan").order_by("-due_on", "-pk")[
            : SHOWN + 1
        ]
    )
    kind, text = state_of(found, today)
    may_keep = policies.may_keep_plans(user)
    return render(
        request,
        "assets/plan.html",
        {
            "plan": found,
            "badges": [{"kind": kind, "label": heading_of(found, text)}],
            "facts": facts(found),
            "heads": heads(),
            "rows": [turn_row(turn, today, may_keep=may_keep) for turn in turns[:SHOWN]],
            "has_more": len(turns) > SHOWN,
            "turns_url": f"{reverse('assets:turns')}?plan={pk}",
            "lines": list(found.lines.all()),
            "parts": list(found.parts.select_related("part")),
            "beside": beside_words(beside_of(found, today)),
            "is_over": found.is_over(today),
            "fitting": len(queries.fitting(found)) if found.is_template else 0,
            "may_keep": may_keep,
            "read_url": read_url(found, user),
            "activities": seen_by(user, timeline(found)),
            "panels": collect(signals.plan_panels, found, user=user, at=now()),
        },
    )


def heading_of(plan: MaintenancePlan, text: str) -> str:
    """A bare day says nothing where no head of a column stands above it."""
    return _("due next on %(day)s") % {"day": text} if plan.next_on is not None else text


def beside_of(plan: MaintenancePlan, today: date) -> list[MaintenancePlan]:
    """What gives tasks on the same days as a device's plan that runs."""
    if plan.asset is None or plan.is_over(today):
        return []
    return queries.plans_beside(plan, of=[plan.asset], on=max(today, plan.starts_on))


def read_url(plan: MaintenancePlan, user: Employee) -> str:
    """Where the meter is read that the plan waits for."""
    if not plan.meter or plan.asset is None or not policies.may_change(user, plan.asset):
        return ""
    return reverse("assets:read_meter", args=[plan.asset.serial_no])


def facts(plan: MaintenancePlan) -> list[dict[str, Any]]:
    subject = plan.asset or plan.model
    assert subject is not None
    customer = plan.asset.customer if plan.asset else None
    shown = [
        {
            "label": _("Asset") if plan.asset else _("Model"),
            "text": str(subject),
            "url": subject.get_absolute_url(),
            "sub": plan.asset.kind_name if plan.asset else "",
        },
        {"label": _("Kind"), "text": plan.get_kind_display()},
        {"label": _("How often"), "text": queries.rhythm_in_words(plan)},
        {
            "label": _("Flexibility"),
            "text": ngettext("± %(days)s day", "± %(days)s days", plan.flexibility_days)
            % {"days": plan.flexibility_days},
        },
        {"label": _("On a day without service"), "text": plan.get_holidays_display()},
        {
            "label": _("Becomes a task"),
            "text": ngettext("%(days)s day ahead", "%(days)s days ahead", plan.days_ahead)
            % {"days": plan.days_ahead},
        },
    ]
    if customer is not None:
        shown.insert(
            1,
            {"label": _("Customer"), "text": customer.name, "url": customer.get_absolute_url()},
        )
    if plan.covers_within_days is not None:
        shown.append(
            {
                "label": _("Covers lesser plans"),
                "text": ngettext(
                    "within %(days)s day", "within %(days)s days", plan.covers_within_days
                )
                % {"days": plan.covers_within_days},
            }
        )
    if plan.skill is not None:
        shown.append({"label": _("Skill needed"), "text": str(plan.skill)})
    if plan.needs_contract:
        shown.append({"label": _("Contract"), "text": _("only while one covers it")})
    if plan.template is not None:
        template = plan.template
        shown.append(
            {
                "label": _("Made from"),
                "text": template.title,
                "url": template.get_absolute_url(),
            }
        )
    if plan.ends_on:
        shown.append({"label": _("Last day"), "text": day(plan.ends_on)})
    return shown


def heads() -> list[dict[str, Any]]:
    labels = (_("Due"), _("Window"), _("Status"), _("Done on"), "")
    return [{"label": label, "wide_only": at == 1} for at, label in enumerate(labels)]


def turn_row(turn: Occurrence, today: date, *, may_keep: bool) -> dict[str, Any]:
    kind, text, sub = outcome_of(turn, today)
    verb = {"text": ""}
    if may_keep and turn.status == OccurrenceStatus.OPEN:
        verb = {"text": _("Leave it out"), "url": reverse("assets:skip_turn", args=[turn.pk])}
    return {
        "cells": [
            {"text": day(turn.due_on)},
            {"text": f"{day(turn.earliest_on)} – {day(turn.latest_on)}", "wide_only": True},
            {"text": text, "badge": kind, "sub": sub},
            {"text": day(turn.done_on) or "–"},
            verb,
        ],
    }


def outcome_of(turn: Occurrence, today: date) -> tuple[str, str, str]:
    """A look, what became of it, and why."""
    status = OccurrenceStatus(turn.status)
    if status == OccurrenceStatus.DONE:
        assert turn.done_on is not None
        is_late = turn.done_on > turn.latest_on
        return ("warning", _("Done late"), "") if is_late else ("done", _("Done in time"), "")
    if status == OccurrenceStatus.COVERED and turn.covered_by is not None:
        said = {"title": turn.covered_by.plan.title, "on": day(turn.covered_by.due_on)}
        return "neutral", _("Covered"), _("by “%(title)s” of %(on)s") % said
    if status == OccurrenceStatus.SKIPPED:
        return "cancelled", _("Left out"), turn.reason or turn.get_why_display()
    if status == OccurrenceStatus.MISSED or turn.latest_on < today:
        return "overdue", _("Missed"), ""
    return "planned", _("Planned"), ""


# What is planned against what was done


def turn_cell(turn: Occurrence) -> Cell:
    return Cell(turn.plan.title, url=turn.plan.get_absolute_url(), sub=label_of(turn.plan, "kind"))


def device_cell(turn: Occurrence) -> Cell:
    asset = turn.plan.asset
    assert asset is not None
    return Cell(asset.serial_no, url=asset.get_absolute_url(), sub=asset.customer.name)


def outcome_cell(turn: Occurrence) -> Cell:
    kind, text, sub = outcome_of(turn, day_of(now()))
    return Cell(text, badge=kind, sub=sub)


TURNS = Listing(
    template="assets/turns.html",
    title=gettext_lazy("Planned maintenance"),
    columns=(
        Column("due", gettext_lazy("Due"), lambda t: day(t.due_on), order="due_on"),
        Column("plan", pgettext_lazy("maintenance", "Plan"), turn_cell),
        Column("asset", gettext_lazy("Asset"), device_cell),
        Column("latest", gettext_lazy("Not after"), lambda t: day(t.latest_on), wide_only=True),
        Column("status", gettext_lazy("Status"), outcome_cell),
        Column("done", gettext_lazy("Done on"), lambda t: day(t.done_on) or "–"),
    ),
    default_order="-due",
    filterset=OccurrenceFilterSet,
    empty_text=gettext_lazy("Nothing has fallen due yet."),
    empty_action=gettext_lazy("Maintenance plans"),
    empty_symbol="chevron-right",
    empty_url_name="assets:plans",
)


@require_safe
@allowed("assets.view")
def turns(request: StaffRequest) -> HttpResponse:
    found = Occurrence.objects.visible_to(request.user).select_related(
        "plan__asset__customer", "covered_by__plan"
    )
    return render_list(request, TURNS, found)


# Verbs


@allowed("assets.keep_plans")
def create_plan(request: StaffRequest) -> HttpResponse:
    asset, model = choosing.chosen(request, "asset"), choosing.chosen(request, "model")
    given = {"asset": asset, "model": model, "starts_on": day_of(now())}
    form = PlanForm(request.POST or None, user=request.user, initial=given)
    lines, parts = line_formset(request.POST or None), part_formset(request.POST or None)
    beside: list[MaintenancePlan] = []
    if request.method == "POST" and lines.is_valid() and parts.is_valid():
        outcome = attempt(
            request,
            form,
            actions.add_plan,
            values=lambda: form.values,
            lines=lambda: lines.lines,
            parts=lambda: parts.parts,
            is_wanted=lambda: form.cleaned_data["is_wanted"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The plan is made."))
            return redirect(outcome.location)
        beside = ask_beside(form, outcome)
    words = {"lines": lines, "parts": parts, "beside": beside_words(beside), "title": _("New plan")}
    return render_plan(request, form, back_url=reverse("assets:plans"), **words)


def ask_beside(form: BesideForm, outcome: Outcome) -> list[MaintenancePlan]:
    """What comes back as often: the form then asks whether this is meant as well."""
    if not isinstance(outcome.error, actions.BesideError):
        return []
    form.ask()
    return list(outcome.error.plans)


def beside_words(plans: list[MaintenancePlan]) -> list[dict[str, Any]]:
    return [
        {
            "title": plan.title,
            "url": plan.get_absolute_url(),
            "asset": plan.asset.serial_no if plan.asset else "",
            "rhythm": queries.rhythm_in_words(plan),
            "due": day(plan.next_on) if plan.next_on else "",
        }
        for plan in plans
    ]


@allowed("assets.keep_plans")
def edit_plan(request: StaffRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    title = found.title
    form = PlanForm(request.POST or None, instance=found, user=request.user)
    lines = line_formset(request.POST or None, found.lines.all())
    parts = part_formset(request.POST or None, found.parts.all())
    beside: list[MaintenancePlan] = []
    if request.method == "POST" and lines.is_valid() and parts.is_valid():
        outcome = attempt(
            request,
            form,
            actions.change_plan,
            found,
            values=lambda: form.changed_values,
            lines=lambda: lines.lines,
            parts=lambda: parts.parts,
            is_wanted=lambda: form.cleaned_data["is_wanted"],
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The plan is saved."))
            return redirect(outcome.location or found.get_absolute_url())
        beside = ask_beside(form, outcome)
    words = {"lines": lines, "parts": parts, "beside": beside_words(beside), "title": title}
    return render_plan(request, form, back_url=found.get_absolute_url(), **words)


def render_plan(request: StaffRequest, form: PlanForm, **words: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "assets/plan_form.html", {"form": form, **words}, status=status)


@allowed("assets.keep_plans")
def end_plan(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        find(request, pk),
        EndForm,
        actions.end_plan,
        title=_("End the plan"),
        submit=_("End the plan"),
        said=_("The plan ends."),
        hint=_("What is open beyond the last day is left out; its task is cancelled."),
        symbol="ban",
        given={"initial": {"ends_on": day_of(now())}},
    )


@allowed("assets.keep_plans")
def apply_plan(request: StaffRequest, pk: int) -> HttpResponse:
    """The template for devices of its model, all of them shown and chosen at first."""
    template = find(request, pk)
    if not template.is_template:
        raise PermissionDenied
    visible = Asset.objects.visible_to(request.user).values("pk")
    devices = Asset.objects.filter(pk__in=[each.pk for each in queries.fitting(template)]).filter(
        pk__in=visible
    )
    form = ApplyForm(request.POST or None, devices=devices, initial={"first_on": day_of(now())})
    beside: list[MaintenancePlan] = []
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.apply_template,
            template,
            assets=lambda: list(form.cleaned_data["assets"]),
            first_on=lambda: form.cleaned_data["first_on"],
            is_wanted=lambda: form.cleaned_data["is_wanted"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The devices have the plan."))
            return redirect(f"{reverse('assets:plans')}?template={template.pk}")
        beside = ask_beside(form, outcome)
    words = {"form": form, "plan": template, "back_url": template.get_absolute_url()}
    words |= {"beside": beside_words(beside)}
    status = 422 if request.method == "POST" else 200
    return render(request, "assets/plan_apply.html", words, status=status)


@allowed("assets.keep_plans")
def skip_turn(request: StaffRequest, pk: int) -> HttpResponse:
    visible = Occurrence.objects.visible_to(request.user)
    visible = visible.select_related("plan__asset__customer", "plan__asset__model")
    turn = get_object_or_404(visible, pk=pk)
    return carry_out(
        request,
        turn,
        ReasonForm,
        actions.skip_turn,
        title=_("Leave it out"),
        submit=_("Leave it out"),
        said=_("It is left out this time."),
        about=about_turn(turn),
        hint=on_leaving_out(turn),
        symbol="ban",
    )


def about_turn(turn: Occurrence) -> str:
    """What is due when, on which device, at whose."""
    asset = turn.plan.asset
    assert asset is not None
    return " · ".join((day(turn.due_on), turn.plan.title, asset.serial_no, asset.customer.name))


def on_leaving_out(turn: Occurrence) -> str:
    """What becomes of the task, and how the plan goes on."""
    said = [_("Its task is cancelled if nobody has set out.")]
    if turn.plan.next_on is not None:
        goes_on = _("The plan goes on: it is due next on %(day)s.")
        said.append(goes_on % {"day": day(turn.plan.next_on)})
    elif turn.plan.is_rolling:
        said.append(_("The plan goes on, counted from %(day)s.") % {"day": day(turn.due_on)})
    return " ".join(said)


@allowed("assets.change")
def read_meter(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset = changeable(request, serial_no, policies.may_change)
    return carry_out(
        request,
        asset,
        MeterForm,
        actions.read_meter,
        title=_("Enter a meter reading"),
        submit=_("Save"),
        said=_("The reading is written down."),
        symbol="gauge",
        given={"initial": {"meter": queries.usual_meter(asset), "taken_at": now()}},
    )
