"""The pages of what stands at customers."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from assets import actions, policies, queries, signals
from assets.choices import UNITS_OF_METERS
from assets.filters import AssetFilterSet
from assets.forms import (
    AssetForm,
    InstallForm,
    NewAssetForm,
    ReasonForm,
    SoftwareForm,
    SwapForm,
    TransferForm,
    VerbForm,
)
from assets.models import Asset, AssetModel, MaintenancePlan, MeterReading
from crmservice import rhythm
from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing, later
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of, moment
from crmservice.web.verbs import carry_out
from customers.models import Customer, Site
from employees.models import Employee
from knowledge.models import Article

MOST_ARTICLES = 10
MOST_PLANS = 8
MOST_READINGS = 5
BADGES = {"in_use": "good", "in_repair": "waiting", "retired": "retired"}


def serial_cell(asset: Asset) -> Cell:
    return Cell(asset.serial_no, url=asset.get_absolute_url())


def what_cell(asset: Asset) -> Cell:
    return Cell(asset.kind_name, sub=asset.model.code if asset.model else _("Component"))


def customer_cell(asset: Asset) -> Cell:
    customer = asset.customer
    return Cell(customer.name, url=customer.get_absolute_url(), sub=customer.place)


def warranty_cell(asset: Asset) -> Cell:
    cover = queries.warranty_cover(asset, timezone.localdate())
    return Cell(cover.text, badge=cover.kind, hint=day(asset.warranty_until))


LISTING = Listing(
    template="assets/index.html",
    title=gettext_lazy("Assets"),
    columns=(
        Column("serial", gettext_lazy("Serial number"), serial_cell, order="serial_no"),
        Column("what", gettext_lazy("What it is"), what_cell),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column(
            "installed",
            gettext_lazy("Installed"),
            lambda a: day(a.installed_on),
            numeric=True,
            wide_only=True,
        ),
        Column("warranty", gettext_lazy("Warranty"), warranty_cell),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda a: Cell(label_of(a, "status"), badge=BADGES[a.status]),
            wide_only=True,
        ),
        Column("software", gettext_lazy("Software"), lambda a: a.software_version, wide_only=True),
    ),
    default_order="serial",
    filterset=AssetFilterSet,
    search_kind=queries.KIND,
    empty_text=gettext_lazy("No assets yet. Enter one, or import them."),
    empty_action=gettext_lazy("New asset"),
    empty_url_name="assets:create",
)


@require_safe
@allowed("assets.view")
def index(request: StaffRequest) -> HttpResponse:
    assets = Asset.objects.visible_to(request.user).described()
    may_add = request.user.may("assets.change")
    may_keep = policies.may_keep_catalogue(request.user)
    return render_list(request, LISTING, assets, may_add=may_add, may_keep=may_keep)


def find(request: StaffRequest, serial_no: str) -> Asset:
    visible = Asset.objects.visible_to(request.user).described()
    rows = visible.select_related(
        "model__skill",
        "part__fits_model",
        "customer__tier",
        "site",
        "supplied_by",
        "parent",
        "root",
    )
    return get_object_or_404(rows, serial_no=serial_no)


def changeable(
    request: StaffRequest, serial_no: str, may: Callable[[Employee, Asset], bool]
) -> Asset:
    """The asset for a verb: 404 where it is not seen, 403 where the verb is not for now."""
    asset = find(request, serial_no)
    if not may(request.user, asset):
        raise PermissionDenied
    return asset


@require_safe
@allowed("assets.view")
def detail(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset, user, today = find(request, serial_no), request.user, timezone.localdate()
    tree = queries.tree_of(asset)
    return render(
        request,
        "assets/detail.html",
        {
            "asset": asset,
            "title": asset.kind_name,
            "badges": badges(asset),
            "facts": facts(asset),
            "warranty": queries.warranty_words(asset, today),
            "tree": [branch_words(branch, today) for branch in tree if branch.branches],
            "may": may(user, asset),
            "activities": seen_by(user, timeline(asset)),
            "panels": collect(signals.detail_panels, asset, user=user, at=now()),
            "maintenance": maintenance(asset, user, today),
            **known(asset, user),
        },
    )


@require_safe
@allowed("assets.view")
def panels(request: StaffRequest, serial_no: str) -> HttpResponse:
    """What the page does not wait for; a fragment."""
    return later.answer(request, signals.later_panels, find(request, serial_no))


def maintenance(asset: Asset, user: Employee, today: date) -> dict[str, Any] | None:
    """The plans of a device and what its meters showed; nothing where nothing is planned or read,
    for who may not plan.
    """
    plans = list(asset.plans.all()[: MOST_PLANS + 1])
    readings = list(asset.readings.select_related("by")[:MOST_READINGS])
    is_living = asset.status != "retired"
    may_keep = policies.may_keep_plans(user) and is_living and asset.model is not None
    if not plans and not readings and not may_keep:
        return None
    query = urlencode({"asset": asset.serial_no})
    may_read = is_living and user.may("assets.change")
    per_day = rhythm.rate(queries.use_of(asset.pk, readings[0].meter)) if readings else None
    return {
        "heads": [
            {"label": label}
            for label in (pgettext("maintenance", "Plan"), _("How often"), _("Next due"))
        ],
        "rows": [plan_row(plan, today) for plan in plans[:MOST_PLANS]],
        "readings": [reading_words(reading) for reading in readings],
        "rate": _("about %(use)s %(unit)s a day")
        % {"use": f"{per_day:.1f}", "unit": UNITS_OF_METERS[readings[0].meter]}
        if per_day
        else "",
        "url": f"{reverse('assets:plans')}?{query}" if plans else "",
        "add_url": f"{reverse('assets:create_plan')}?asset={asset.pk}" if may_keep else "",
        "read_url": reverse("assets:read_meter", args=[asset.serial_no]) if may_read else "",
    }


def plan_row(plan: MaintenancePlan, today: date) -> dict[str, Any]:
    url = plan.get_absolute_url()
    due = day(plan.next_on) or _("open")
    if plan.is_over(today):
        due = _("ended %(on)s") % {"on": day(plan.ends_on)}
    cells = [
        {"text": plan.title, "url": url},
        {"text": queries.rhythm_in_words(plan)},
        {"text": due},
    ]
    return {"url": url, "cells": cells}


def reading_words(reading: MeterReading) -> dict[str, Any]:
    return {
        "value": f"{reading.value.normalize():f}",
        "meter": reading.get_meter_display(),
        "when": moment(reading.taken_at),
        "who": reading.by.name if reading.by else "",
        "is_new": reading.is_new_meter,
    }


def badges(asset: Asset) -> list[dict[str, str]]:
    return [{"kind": BADGES[asset.status], "label": asset.get_status_display()}]


def facts(asset: Asset) -> list[dict[str, Any]]:
    what = asset.model or asset.part
    customer, supplier = asset.customer, asset.supplied_by
    shown = [
        {
            "label": _("Model") if asset.model else _("Part"),
            "text": str(what),
            "url": what.get_absolute_url() if what else "",
            "sub": asset.model.code if asset.model else "",
        },
        {
            "label": _("Customer"),
            "text": customer.name,
            "url": customer.get_absolute_url(),
            "sub": str(customer.tier),
        },
        {
            "label": _("Site"),
            "text": asset.site.name if asset.site else customer.address,
            "sub": asset.site.address if asset.site else "",
        },
        {
            "label": _("Supplied by"),
            "text": supplier.name if supplier else _("us"),
            "url": supplier.get_absolute_url() if supplier else "",
        },
        {"label": _("Delivered"), "text": day(asset.delivered_on)},
        {"label": _("Installed"), "text": day(asset.installed_on)},
        {"label": _("Software"), "text": asset.software_version},
    ]
    if asset.model:
        shown.append({"label": _("Make"), "text": asset.model.get_make_display()})
    if asset.model and asset.model.skill:
        shown.append({"label": _("Skill needed"), "text": str(asset.model.skill)})
    return shown


def branch_words(branch: queries.Branch, today: date) -> dict[str, Any]:
    asset = branch.asset
    return {
        "serial_no": asset.serial_no,
        "what": asset.kind_name,
        "url": asset.get_absolute_url(),
        "is_here": branch.is_here,
        "cover": queries.warranty_cover(asset, today),
        "status": "" if asset.status == "in_use" else asset.get_status_display(),
        "look": BADGES[asset.status],
        "branches": [branch_words(each, today) for each in branch.branches],
    }


def known(asset: Asset, user: Employee) -> dict[str, Any]:
    """What helps with this model: published articles, fault codes by frequency."""
    model = asset.model or (asset.part.fits_model if asset.part else None)
    if model is None:
        return {"model": None, "articles": [], "faults": []}
    return {
        "model": model,
        "articles": articles_of(model, user),
        "faults": queries.faults_of(model, user),
    }


def articles_of(model: AssetModel, user: Employee) -> QuerySet[Article]:
    published = Article.objects.visible_to(user).published().filter(asset_models=model)
    return published.order_by("-use_count", "-pk")[:MOST_ARTICLES]


def may(user: Employee, asset: Asset) -> dict[str, bool]:
    """What this person may do now; one query for all of it."""
    is_changeable = policies.is_changeable(user, asset)
    is_living = is_changeable and asset.status != "retired"
    return {
        "change": is_living,
        "transfer": is_living and asset.parent_id is None,
        "install": is_living,
        "remove": is_living and asset.parent_id is not None,
        "swap": is_living and asset.parent_id is not None,
        "send_to_repair": is_changeable and asset.status == "in_use",
        "put_in_use": is_changeable and asset.status != "in_use",
        "log": user.may("service_requests.log"),
    }


@allowed("assets.change")
def create(request: StaffRequest) -> HttpResponse:
    names = ("customer", "model", "parent")
    given = {name: key for name in names if (key := choosing.chosen(request, name))}
    form = NewAssetForm(request.POST or None, user=request.user, initial=given)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.add, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The asset is entered."))
            return redirect(outcome.location)
    return render_form(request, form, _("New asset"), reverse("assets:index"), _("Assets"))


@allowed("assets.change")
def edit(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset = changeable(request, serial_no, policies.may_change)
    form = AssetForm(request.POST or None, instance=asset, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change,
            asset,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": serial_no})
            return redirect(outcome.location or asset.get_absolute_url())
    return render_form(request, form, _("Edit"), asset.get_absolute_url(), serial_no)


def render_form(
    request: StaffRequest, form: Any, title: str, back_url: str, back_label: str
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    words = {"form": form, "title": title, "back_url": back_url, "back_label": back_label}
    return render(request, "assets/form.html", words, status=status)


@allowed("assets.change")
def transfer(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_transfer),
        TransferForm,
        actions.transfer,
        title=_("Transfer to another customer"),
        submit=_("Transfer"),
        said=_("%(serial)s has a new owner.") % {"serial": serial_no},
        hint=_(
            "All that is in it goes along, and so does its history. Contracts stay where they are."
        ),
        symbol="transfer",
        given={"user": request.user},
    )


@allowed("assets.change")
def install(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset = changeable(request, serial_no, policies.may_change)
    return carry_out(
        request,
        asset,
        InstallForm,
        actions.install,
        title=_("Install in another asset"),
        submit=_("Install"),
        said=_("%(serial)s is installed.") % {"serial": serial_no},
        hint=_("It moves to the place of that one, with all that is in it."),
        symbol="tool",
        given={"user": request.user, "asset": asset},
    )


@allowed("assets.change")
def remove(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_swap),
        VerbForm,
        actions.remove,
        title=_("Take out"),
        submit=_("Take out"),
        said=_("%(serial)s is taken out.") % {"serial": serial_no},
        hint=_("It stays at the customer, as an asset of its own."),
        symbol="package-export",
    )


@allowed("assets.change")
def swap(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_swap),
        SwapForm,
        actions.swap,
        title=_("Swap for another"),
        submit=_("Swap"),
        said=_("%(serial)s is swapped.") % {"serial": serial_no},
        hint=_("The new one takes its place; both keep the history."),
        symbol="replace",
    )


@allowed("assets.change")
def set_software(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset = changeable(request, serial_no, policies.may_change)
    return carry_out(
        request,
        asset,
        SoftwareForm,
        actions.set_software,
        title=_("Set the software version"),
        submit=_("Save"),
        said=_("The software version is set."),
        given={"initial": {"software_version": asset.software_version}},
    )


@allowed("assets.change")
def send_to_repair(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_send_to_repair),
        ReasonForm,
        actions.send_to_repair,
        title=_("Send to repair"),
        submit=_("Send to repair"),
        said=_("%(serial)s is in repair.") % {"serial": serial_no},
        symbol="tools",
    )


@allowed("assets.change")
def put_in_use(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_put_in_use),
        VerbForm,
        actions.put_in_use,
        title=_("Put in use"),
        submit=_("Put in use"),
        said=_("%(serial)s is in use.") % {"serial": serial_no},
        symbol="player-play",
    )


@allowed("assets.change")
def retire(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_change),
        ReasonForm,
        actions.retire,
        title=_("Retire"),
        submit=_("Retire"),
        said=_("%(serial)s is retired.") % {"serial": serial_no},
        hint=_("With all that is in it. Its history stays readable."),
        symbol="archive",
    )


@require_safe
@allowed("assets.view")
def options(request: StaffRequest) -> HttpResponse:
    """Assets for fields that are searched; `customer` (key) leaves out all but those that are the
    customer's, or that it supplied.
    """
    typed, customer = choosing.typed(request), choosing.chosen(request, "customer")
    visible = Asset.objects.visible_to(request.user).described().exclude(status="retired")
    if customer is not None:
        supplied = Q(supplied_by=customer) | Q(customer__supplier=customer)
        rows = of_customer(visible.filter(Q(customer=customer) | supplied), typed)
    else:
        ids = queries.found(typed, request.user, limit=2 * choosing.MOST_OPTIONS)
        place = {pk: at for at, pk in enumerate(ids)}
        rows = sorted(visible.filter(pk__in=ids), key=lambda asset: place[asset.pk])
    return choosing.options(
        (asset.pk, asset.serial_no, f"{asset.kind_name} · {asset.customer.name}")
        for asset in rows[: choosing.MOST_OPTIONS]
    )


def of_customer(assets: QuerySet[Asset], typed: str) -> list[Asset]:
    """One customer's: devices before components, by any fragment of serial number or model."""
    for word in typed.split()[:5]:
        assets = assets.filter(queries.mentions(word))
    by_device = assets.order_by("parent_id", "serial_no") if typed else assets.devices()  # type: ignore[attr-defined]
    return list(by_device[: choosing.MOST_OPTIONS])


@require_safe
@allowed("assets.view")
def site_options(request: StaffRequest) -> HttpResponse:
    """The sites of the customer that is chosen in the form (`customer`, or `to`)."""
    key = choosing.chosen(request, "customer") or choosing.chosen(request, "to")
    customers = Customer.objects.visible_to(request.user).filter(pk=key or 0)
    sites = Site.objects.filter(customer__in=customers, name__icontains=choosing.typed(request))
    return choosing.options(
        (site.pk, site.name, site.address) for site in sites[: choosing.MOST_OPTIONS]
    )
