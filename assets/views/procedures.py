"""The procedures: which there are, what they ask, and changing them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assets import actions
from assets.filters import ProcedureFilterSet
from assets.forms import ProcedureForm, line_formset
from assets.models import Procedure
from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import label_of


def kind_cell(procedure: Procedure) -> Cell:
    return Cell(label_of(procedure, "kind") if procedure.kind else _("all kinds"))


def model_cell(procedure: Procedure) -> Cell:
    if procedure.model is None:
        return Cell(_("all models"))
    return Cell(procedure.model.name, url=procedure.model.get_absolute_url())


def state_of(procedure: Procedure) -> tuple[str, str]:
    return ("active", _("in use")) if procedure.is_active else ("retired", _("not in use"))


def state_cell(procedure: Procedure) -> Cell:
    look, words = state_of(procedure)
    return Cell(words, badge=look)


PROCEDURES = Listing(
    template="assets/procedures.html",
    title=gettext_lazy("Procedures"),
    columns=(
        Column(
            "title",
            gettext_lazy("Procedure"),
            lambda p: Cell(p.title, url=p.get_absolute_url()),
            order="title",
        ),
        Column("kind", gettext_lazy("Kind of work"), kind_cell),
        Column("model", gettext_lazy("Model"), model_cell),
        Column("steps", gettext_lazy("Steps"), lambda p: str(p.steps), numeric=True),
        Column("state", gettext_lazy("State"), state_cell),
    ),
    default_order="title",
    filterset=ProcedureFilterSet,
    empty_text=gettext_lazy("No procedures yet: what engineers do step by step is not asked."),
    empty_action=gettext_lazy("New procedure"),
    empty_url_name="assets:create_procedure",
)


@require_safe
@allowed("assets.view")
def procedures(request: StaffRequest) -> HttpResponse:
    found = Procedure.objects.select_related("model").annotate(steps=Count("lines"))
    may_keep = request.user.may("assets.keep_catalogue")
    return render_list(request, PROCEDURES, found, may_keep=may_keep)


def find(pk: int) -> Procedure:
    return get_object_or_404(Procedure.objects.select_related("model"), pk=pk)


@require_safe
@allowed("assets.view")
def procedure(request: StaffRequest, pk: int) -> HttpResponse:
    found = find(pk)
    look, state = state_of(found)
    model = found.model
    words = {
        "procedure": found,
        "lines": list(found.lines.all()),
        "badges": [{"kind": look, "label": state}],
        "facts": [
            {"label": _("Kind of work"), "text": kind_cell(found).text},
            {
                "label": _("Model"),
                "text": model.name if model else _("all models"),
                "url": model.get_absolute_url() if model else "",
            },
        ],
        "may_keep": request.user.may("assets.keep_catalogue"),
        "activities": seen_by(request.user, timeline(found)),
    }
    return render(request, "assets/procedure.html", words)


@allowed("assets.keep_catalogue")
def create_procedure(request: StaffRequest) -> HttpResponse:
    given = {"model": choosing.chosen(request, "model")}
    form = ProcedureForm(request.POST or None, initial=given)
    lines = line_formset(request.POST or None)
    if request.method == "POST" and lines.is_valid():
        outcome = attempt(
            request,
            form,
            actions.add_procedure,
            values=lambda: form.values,
            lines=lambda: lines.lines,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The procedure is made."))
            return redirect(outcome.location)
    return render_form(request, form, lines, _("New procedure"), reverse("assets:procedures"))


@allowed("assets.keep_catalogue")
def edit_procedure(request: StaffRequest, pk: int) -> HttpResponse:
    found = find(pk)
    form = ProcedureForm(request.POST or None, instance=found)
    lines = line_formset(request.POST or None, found.lines.all())
    if request.method == "POST" and lines.is_valid():
        outcome = attempt(
            request,
            form,
            actions.change_procedure,
            found,
            values=lambda: form.changed_values,
            lines=lambda: lines.lines,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The procedure is saved."))
            return redirect(outcome.location or found.get_absolute_url())
    return render_form(request, form, lines, found.title, found.get_absolute_url())


def render_form(
    request: StaffRequest, form: ProcedureForm, lines: Any, title: str, back_url: str
) -> HttpResponse:
    words = {"form": form, "lines": lines, "title": title, "back_url": back_url}
    status = 422 if request.method == "POST" else 200
    return render(request, "assets/procedure_form.html", words, status=status)
