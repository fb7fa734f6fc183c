"""The fault model: symptoms, their possible causes with checks and remedies."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.verbs import carry_out
from knowledge import actions, policies, queries
from knowledge.forms import CauseForm, SymptomForm, VerbForm
from knowledge.models import PossibleCause, Symptom

SYMPTOMS = Listing(
    template="knowledge/symptoms.html",
    title=gettext_lazy("Symptoms"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            lambda s: Cell(s.code, url=s.get_absolute_url()),
            order="code",
        ),
        Column("name", gettext_lazy("Symptom"), lambda s: s.name),
        Column("causes", gettext_lazy("Possible causes"), lambda s: f"{s.known:,}", numeric=True),
    ),
    default_order="code",
    empty_text=gettext_lazy("No symptoms yet. Write down what callers say most often."),
    empty_action=gettext_lazy("Add a symptom"),
    empty_url_name="knowledge:add_symptom",
)


@require_safe
@allowed("knowledge.view")
def symptoms(request: StaffRequest) -> HttpResponse:
    rows = Symptom.objects.annotate(known=Count("causes"))
    may_keep = policies.may_keep_fault_codes(request.user)
    return render_list(request, SYMPTOMS, rows, may_keep=may_keep)


@require_safe
@allowed("knowledge.view")
def symptom(request: StaffRequest, code: str) -> HttpResponse:
    """What may be behind it, by what was found at all models in two years."""
    found = get_object_or_404(Symptom, code=code)
    words = {
        "symptom": found,
        "causes": queries.probable([found], "", at=now())[0].causes,
        "may_keep": policies.may_keep_fault_codes(request.user),
        "activities": timeline(found),
    }
    return render(request, "knowledge/symptom.html", words)


@allowed("knowledge.review")
def add_symptom(request: StaffRequest) -> HttpResponse:
    form = SymptomForm(request.POST or None)
    given = {"values": lambda: form.values}
    return write(request, form, actions.add_symptom, given=given, title=_("Add a symptom"))


@allowed("knowledge.review")
def edit_symptom(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Symptom, code=code)
    title = str(found)
    form = SymptomForm(request.POST or None, instance=found)
    return write(request, form, actions.change_symptom, found, given=changes(form), title=title)


@allowed("knowledge.review")
def add_cause(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Symptom, code=code)
    form = CauseForm(request.POST or None, symptom=found)
    given = {"values": lambda: form.values}
    title = _("Add a possible cause")
    return write(request, form, actions.add_cause, found, given=given, title=title)


@allowed("knowledge.review")
def edit_cause(request: StaffRequest, pk: int) -> HttpResponse:
    found = find_cause(pk)
    title = str(found)
    form = CauseForm(request.POST or None, instance=found, symptom=found.symptom)
    return write(request, form, actions.change_cause, found, given=changes(form), title=title)


@allowed("knowledge.review")
def remove_cause(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        find_cause(pk),
        VerbForm,
        actions.remove_cause,
        title=_("Remove the possible cause"),
        submit=_("Remove"),
        said=_("The possible cause is removed."),
        symbol="trash",
    )


def find_cause(pk: int) -> PossibleCause:
    return get_object_or_404(PossibleCause.objects.select_related("symptom", "fault_code"), pk=pk)


def changes(form: Any) -> dict[str, Any]:
    return {
        "values": lambda: form.changed_values,
        "version": lambda: form.cleaned_data["version"],
    }


def write(
    request: StaffRequest, form: Any, action: Any, *subject: Any, given: Any, title: str
) -> HttpResponse:
    """The page of a form of the fault model; a symptom's page follows."""
    if request.method == "POST":
        outcome = attempt(request, form, action, *subject, by=request.user, at=now(), **given)
        if outcome:
            messages.success(request, _("The fault model is saved."))
            return redirect(outcome.location)
    leads_back = subject[0].get_absolute_url() if subject else ""
    words = {"form": form, "title": title, "cancel_url": leads_back}
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/form.html", words, status=status)
