"""The pages of models and parts. What a part costs is read only where it may be shown."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assets import actions, policies, queries, signals
from assets.choices import category_name, unit_name
from assets.filters import ModelFilterSet, PartFilterSet
from assets.forms import CostForm, ModelForm, PartForm
from assets.models import AssetModel, Part
from crmservice.activity.trail import timeline
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import amount, day, label_of
from crmservice.web.verbs import carry_out
from knowledge.models import Article

MOST_ROWS = 20

MODELS = Listing(
    template="assets/models.html",
    title=gettext_lazy("Models"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            lambda m: Cell(m.code, url=m.get_absolute_url()),
            order="code",
        ),
        Column("name", gettext_lazy("Name"), lambda m: m.name),
        Column("make", gettext_lazy("Make"), lambda m: label_of(m, "make")),
        Column(
            "category",
            gettext_lazy("Category"),
            lambda m: category_name(m.category),
            wide_only=True,
        ),
        Column("skill", gettext_lazy("Skill needed"), lambda m: str(m.skill or ""), wide_only=True),
        Column(
            "warranty",
            gettext_lazy("Warranty (months)"),
            lambda m: str(m.warranty_months),
            order="warranty_months",
            numeric=True,
        ),
        Column("price", gettext_lazy("List price"), lambda m: amount(m.list_price), numeric=True),
    ),
    default_order="code",
    filterset=ModelFilterSet,
    empty_text=gettext_lazy("No models yet."),
    empty_action=gettext_lazy("New model"),
    empty_url_name="assets:create_model",
)
PARTS = Listing(
    template="assets/parts.html",
    title=gettext_lazy("Parts"),
    columns=(
        Column(
            "part_no",
            gettext_lazy("Part number"),
            lambda p: Cell(p.part_no, url=p.get_absolute_url()),
            order="part_no",
        ),
        Column("name", gettext_lazy("Name"), lambda p: p.name),
        Column(
            "model",
            gettext_lazy("Fits model"),
            lambda p: (
                Cell(p.fits_model.code, url=p.fits_model.get_absolute_url()) if p.fits_model else ""
            ),
        ),
        Column("unit", gettext_lazy("Unit"), lambda p: unit_name(p.unit), wide_only=True),
        Column(
            "price",
            gettext_lazy("List price"),
            lambda p: amount(p.list_price),
            order="list_price",
            numeric=True,
        ),
    ),
    default_order="part_no",
    filterset=PartFilterSet,
    empty_text=gettext_lazy("No parts yet."),
    empty_action=gettext_lazy("New part"),
    empty_url_name="assets:create_part",
)


@require_safe
@allowed("assets.view")
def models(request: StaffRequest) -> HttpResponse:
    rows = AssetModel.objects.select_related("skill")
    may_keep = policies.may_keep_catalogue(request.user)
    return render_list(request, MODELS, rows, may_keep=may_keep)


@require_safe
@allowed("assets.view")
def model(request: StaffRequest, code: str) -> HttpResponse:
    user = request.user
    found = get_object_or_404(AssetModel.objects.select_related("skill"), code=code)
    articles = Article.objects.visible_to(user).published().filter(asset_models=found)
    return render(
        request,
        "assets/model.html",
        {
            "model": found,
            "facts": model_facts(found),
            "articles": articles.order_by("-use_count", "-pk")[:MOST_ROWS],
            "faults": queries.faults_of(found, user),
            "parts": found.parts.order_by("part_no")[:MOST_ROWS],
            "may_keep": policies.may_keep_catalogue(user),
            "panels": collect(signals.detail_panels, found, user=user, at=now()),
            "activities": timeline(found),
        },
    )


def model_facts(found: AssetModel) -> list[dict[str, Any]]:
    return [
        {"label": _("Chinese name"), "text": found.name_zh},
        {"label": _("English name"), "text": found.name_en},
        {"label": _("Make"), "text": found.get_make_display()},
        {"label": _("Category"), "text": category_name(found.category)},
        {"label": _("Skill needed"), "text": str(found.skill or "")},
        {"label": _("Warranty (months)"), "text": str(found.warranty_months)},
        {"label": _("List price"), "text": amount(found.list_price)},
    ]


@allowed("assets.keep_catalogue")
def create_model(request: StaffRequest) -> HttpResponse:
    form = ModelForm(request.POST or None, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.add_model, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The model is added."))
            return redirect(outcome.location)
    return render_form(request, form, _("New model"), reverse("assets:models"), _("Models"))


@allowed("assets.keep_catalogue")
def edit_model(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(AssetModel, code=code)
    form = ModelForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_model,
            found,
            values=lambda: form.changed_values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The model is saved."))
            return redirect(outcome.location)
    return render_form(request, form, _("Edit"), found.get_absolute_url(), code)


@require_safe
@allowed("assets.view")
def parts(request: StaffRequest) -> HttpResponse:
    rows = Part.objects.select_related("fits_model")
    may_keep = policies.may_keep_catalogue(request.user)
    return render_list(request, PARTS, rows, may_keep=may_keep)


@require_safe
@allowed("assets.view")
def part(request: StaffRequest, part_no: str) -> HttpResponse:
    user = request.user
    found = get_object_or_404(Part.objects.select_related("fits_model"), part_no=part_no)
    shows_costs = policies.may_see_costs(user)
    return render(
        request,
        "assets/part.html",
        {
            "part": found,
            "facts": part_facts(found, shows_costs=shows_costs),
            "costs": cost_rows(found) if shows_costs else [],
            "shows_costs": shows_costs,
            "may_keep": policies.may_keep_catalogue(user),
            "panels": collect(signals.detail_panels, found, user=user, at=now()),
            "activities": timeline(found),
        },
    )


def part_facts(found: Part, *, shows_costs: bool) -> list[dict[str, Any]]:
    fits = found.fits_model
    shown = [
        {"label": _("Chinese name"), "text": found.name_zh},
        {"label": _("English name"), "text": found.name_en},
        {"label": _("Unit"), "text": unit_name(found.unit)},
        {
            "label": _("Fits model"),
            "text": fits.code if fits else "",
            "url": fits.get_absolute_url() if fits else "",
        },
        {"label": _("List price"), "text": amount(found.list_price)},
    ]
    if shows_costs:
        cost = queries.cost_on(found.pk, timezone.localdate())
        shown.append({"label": _("Cost today"), "text": amount(cost.cost if cost else None)})
    return shown


def cost_rows(found: Part) -> list[tuple[str, str]]:
    return [(day(row.valid_from), amount(row.cost)) for row in found.costs.all()[:MOST_ROWS]]


@allowed("assets.keep_catalogue")
def create_part(request: StaffRequest) -> HttpResponse:
    form = PartForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.add_part, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The part is added."))
            return redirect(outcome.location)
    return render_form(request, form, _("New part"), reverse("assets:parts"), _("Parts"))


@allowed("assets.keep_catalogue")
def edit_part(request: StaffRequest, part_no: str) -> HttpResponse:
    found = get_object_or_404(Part, part_no=part_no)
    form = PartForm(request.POST or None, instance=found)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_part,
            found,
            values=lambda: form.changed_values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The part is saved."))
            return redirect(outcome.location)
    return render_form(request, form, _("Edit"), found.get_absolute_url(), part_no)


@allowed("costs.view")
def set_cost(request: StaffRequest, part_no: str) -> HttpResponse:
    return carry_out(
        request,
        get_object_or_404(Part, part_no=part_no),
        CostForm,
        actions.set_cost,
        title=_("Set the cost"),
        submit=_("Save"),
        said=_("The cost is set."),
        hint=_("Work that was done before this day keeps the cost of its own day."),
        given={"initial": {"valid_from": timezone.localdate()}},
    )


@require_safe
@allowed("assets.view")
def part_options(request: StaffRequest) -> HttpResponse:
    """Parts for fields that are searched, by any fragment of number or name."""
    found = Part.objects.select_related("fits_model")
    for word in choosing.typed(request).split()[:5]:
        found = found.filter(queries.part_mentions(word))
    rows = list(found.order_by("part_no")[: choosing.MOST_OPTIONS])
    return choosing.options(
        (row.pk, f"{row.part_no} {row.name}", amount(row.list_price)) for row in rows
    )


def render_form(
    request: StaffRequest, form: Any, title: str, back_url: str, back_label: str
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    words = {"form": form, "title": title, "back_url": back_url, "back_label": back_label}
    return render(request, "assets/form.html", words, status=status)
