"""The pages of contract types and default promises."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts import actions, policies, queries, signals
from contracts.explaining import presets, promise_line, quantity, services, usual_line
from contracts.forms import ContractTypeForm, DefaultPromiseForm
from contracts.models import ContractType, DefaultPromise
from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import Panel, collect
from crmservice.web.text import amount, label_of, percent

TYPES = Listing(
    template="contracts/types.html",
    title=gettext_lazy("Contract types"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            lambda t: Cell(t.code, url=t.get_absolute_url()),
            order="code",
        ),
        Column("name", gettext_lazy("Name"), lambda t: t.name),
        Column(
            "included", gettext_lazy("Included"), lambda t: services(tuple(t.included_services))
        ),
        Column("charged", gettext_lazy("Charged"), lambda t: services(tuple(t.charged_services))),
        Column("promises", gettext_lazy("Usual promises"), usual_line),
    ),
    default_order="code",
    empty_text=gettext_lazy("No contract types yet."),
    empty_action=gettext_lazy("New contract type"),
    empty_url_name="contracts:create_type",
)


@require_safe
@allowed("contracts.view")
def types(request: StaffRequest) -> HttpResponse:
    may_keep = policies.may_keep_catalogue(request.user)
    return render_list(request, TYPES, ContractType.objects.all(), may_keep=may_keep)


@require_safe
@allowed("contracts.view")
def contract_type(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ContractType, code=code)
    return render(
        request,
        "contracts/type.html",
        {
            "type": found,
            "facts": [
                {"label": _("Chinese name"), "text": found.name_zh},
                {"label": _("English name"), "text": found.name_en},
                {"label": _("Included"), "text": services(tuple(found.included_services))},
                {"label": _("Charged"), "text": services(tuple(found.charged_services))},
                {"label": _("Usual promises"), "text": usual_line(found)},
                *(
                    {
                        "label": _("%(kind)s a year") % {"kind": kind.label},
                        "text": quantity(number),
                    }
                    for kind, number in found.allowances.items()
                ),
                {"label": _("On-site rate per hour"), "text": amount(found.onsite_rate_per_hour)},
                {
                    "label": _("Parts discount"),
                    "text": "" if found.parts_discount is None else percent(found.parts_discount),
                },
                {"label": _("Price a year"), "text": amount(found.price_per_year)},
                {"label": _("For tiers"), "text": all_or(found.eligible_tiers.all())},
                {"label": _("For models"), "text": all_or(found.eligible_models.all())},
            ],
            "may_keep": policies.may_keep_catalogue(request.user),
            "activities": timeline(found),
        },
    )


def all_or(rows: Iterable[Any]) -> str:
    return ", ".join(map(str, rows)) or _("All")


@allowed("contracts.keep_catalogue")
def create_type(request: StaffRequest) -> HttpResponse:
    form = ContractTypeForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.add_type, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The contract type is added."))
            return redirect(outcome.location)
    return render_form(request, form, _("New contract type"), reverse("contracts:types"))


@allowed("contracts.keep_catalogue")
def edit_type(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ContractType, code=code)
    form = ContractTypeForm(request.POST or None, instance=found)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_type,
            found,
            values=lambda: form.changed_values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The contract type is saved."))
            return redirect(outcome.location)
    return render_form(request, form, code, reverse("contracts:types"))


@require_safe
@allowed("contracts.view")
def defaults(request: StaffRequest) -> HttpResponse:
    """What is promised without a contract, on one page."""
    rows = DefaultPromise.objects.select_related("tier", "calendar").order_by("cover", "tier__rank")
    may_keep = policies.may_keep_catalogue(request.user)
    return render(
        request,
        "contracts/defaults.html",
        {
            "rows": [default_row(row, may_keep=may_keep) for row in rows],
            "heads": [{"label": label} for label in (_("Cover"), _("Tier"), _("Promises"))],
            "may_keep": may_keep,
        },
    )


def default_row(row: DefaultPromise, *, may_keep: bool) -> dict[str, Any]:
    url = reverse("contracts:edit_default", args=[row.pk]) if may_keep else ""
    return {
        "url": url,
        "cells": [
            {"text": label_of(row, "cover"), "badge": row.cover, "url": url},
            {"text": str(row.tier), "badge": row.tier.code},
            {"text": promise_line(queries.level_of(row).promises, row.calendar.code)},
        ],
    }


@allowed("contracts.keep_catalogue")
def create_default(request: StaffRequest) -> HttpResponse:
    return write_default(request, None, _("New default promise"))


@allowed("contracts.keep_catalogue")
def edit_default(request: StaffRequest, pk: int) -> HttpResponse:
    promise = get_object_or_404(DefaultPromise.objects.select_related("tier"), pk=pk)
    return write_default(request, promise, str(promise))


def write_default(
    request: StaffRequest, promise: DefaultPromise | None, title: str
) -> HttpResponse:
    """The form; on one that exists, what its change would do to open requests."""
    form = DefaultPromiseForm(request.POST or None, instance=copy(promise))
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview:
        outcome = attempt(
            request,
            form,
            actions.set_default,
            promise,
            values=lambda: form.changed_values if promise else form.values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The default promise is saved. It holds for new requests."))
            return redirect("contracts:defaults")
    panels = []
    if promise is not None and (not is_preview or form.is_valid()):
        proposed = queries.level_of(form.instance) if is_preview else None
        asked = {"user": request.user, "at": now(), "proposed": proposed}
        panels = collect(signals.promise_panels, promise, **asked)
    cancel_url = reverse("contracts:defaults")
    may_preview = promise is not None
    return render_form(request, form, title, cancel_url, panels=panels, may_preview=may_preview)


def render_form(
    request: StaffRequest,
    form: Any,
    title: str,
    cancel_url: str,
    *,
    panels: Iterable[Panel] = (),
    may_preview: bool = False,
) -> HttpResponse:
    words = {
        "form": form,
        "title": title,
        "cancel_url": cancel_url,
        "panels": panels,
        "may_preview": may_preview,
        "presets": presets(queries.calendar_codes()),
        "presets_for": form["line" if "line" in form.fields else "usual_promises"].id_for_label,
    }
    return render(
        request, "contracts/catalogue_form.html", words, status=422 if form.errors else 200
    )
