from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.choices import AssetStatus, Make, PlannedKind, ProcedureKind, category_name
from assets.models import Asset, AssetModel, MaintenancePlan, Occurrence, Part, Procedure
from assets.queries import ENDING_SOON_DAYS, part_mentions
from crmservice.web.filters import DeskFilterSet
from customers.models import Customer

DUE_SOON_DAYS = 30


def categories() -> list[tuple[str, str]]:
    names = AssetModel.objects.exclude(category="").order_by("category")
    return [
        (name, category_name(name)) for name in names.values_list("category", flat=True).distinct()
    ]


class AssetFilterSet(DeskFilterSet):
    model = django_filters.ModelChoiceFilter(
        label=_("Model"), to_field_name="code", queryset=AssetModel.objects.all()
    )
    category = django_filters.ChoiceFilter(
        label=_("Category"), field_name="model__category", choices=categories
    )
    make = django_filters.ChoiceFilter(
        label=_("Make"), field_name="model__make", choices=Make.choices
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=AssetStatus.choices)
    warranty = django_filters.ChoiceFilter(
        label=_("Warranty"),
        method="by_warranty",
        choices=[
            ("in", _("In warranty")),
            ("ending", _("Ending within 60 days")),
            ("out", _("Out of warranty")),
        ],
    )
    what = django_filters.ChoiceFilter(
        label=_("Kind"),
        method="by_what",
        choices=[("device", _("Devices")), ("component", _("Components"))],
    )
    province = django_filters.CharFilter(
        label=_("Province"), field_name="customer__province", lookup_expr="istartswith"
    )
    customer = django_filters.CharFilter(label=_("Customer number"), field_name="customer__code")

    class Meta:
        model = Asset
        fields: tuple[str, ...] = ()

    def by_warranty(self, assets: QuerySet[Asset], _name: str, value: str) -> Any:
        today = timezone.localdate()
        if value == "in":
            return assets.filter(warranty_until__gte=today)
        if value == "ending":
            last = today + timedelta(days=ENDING_SOON_DAYS - 1)
            return assets.filter(warranty_until__range=(today, last))
        return assets.filter(Q(warranty_until=None) | Q(warranty_until__lt=today))

    def by_what(self, assets: QuerySet[Asset], _name: str, value: str) -> Any:
        return assets.filter(parent__isnull=value == "device")


class ModelFilterSet(DeskFilterSet):
    text = django_filters.CharFilter(label=_("Contains"), method="by_text")
    category = django_filters.ChoiceFilter(label=_("Category"), choices=categories)
    make = django_filters.ChoiceFilter(label=_("Make"), choices=Make.choices)

    class Meta:
        model = AssetModel
        fields: tuple[str, ...] = ()

    def by_text(self, models: QuerySet[AssetModel], _name: str, value: str) -> Any:
        return models.filter(
            Q(code__icontains=value) | Q(name_zh__icontains=value) | Q(name_en__icontains=value)
        )


class PartFilterSet(DeskFilterSet):
    text = django_filters.CharFilter(label=_("Contains"), method="by_text")
    model = django_filters.ModelChoiceFilter(
        label=_("Fits model"),
        field_name="fits_model",
        to_field_name="code",
        queryset=AssetModel.objects.all(),
    )

    class Meta:
        model = Part
        fields: tuple[str, ...] = ()

    def by_text(self, parts: QuerySet[Part], _name: str, value: str) -> Any:
        return parts.filter(part_mentions(value))


def organisation_day() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


class PlanFilterSet(DeskFilterSet):
    text = django_filters.CharFilter(label=_("Contains"), method="by_text")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=PlannedKind.choices)
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        choices=[
            ("due", _("Due within 30 days")),
            ("undated", _("Without a date")),
            ("ended", _("Ended")),
            ("template", _("Templates")),
        ],
    )
    model = django_filters.ModelChoiceFilter(
        label=_("Model"), method="by_model", to_field_name="code", queryset=AssetModel.objects.all()
    )
    asset = django_filters.CharFilter(label=_("Serial number"), field_name="asset__serial_no")
    template = django_filters.NumberFilter(
        field_name="template", min_value=1, widget=forms.HiddenInput
    )

    class Meta:
        model = MaintenancePlan
        fields: tuple[str, ...] = ()

    def by_text(self, plans: QuerySet[MaintenancePlan], _name: str, value: str) -> Any:
        return plans.filter(
            Q(title__icontains=value)
            | Q(asset__serial_no__icontains=value)
            | Q(asset__customer__name__icontains=value)
        )

    def by_model(self, plans: QuerySet[MaintenancePlan], _name: str, value: AssetModel) -> Any:
        return plans.filter(Q(model=value) | Q(asset__model=value))

    def by_state(self, plans: QuerySet[MaintenancePlan], _name: str, value: str) -> Any:
        today = organisation_day()
        if value == "due":
            return plans.filter(next_on__lt=today + timedelta(days=DUE_SOON_DAYS))
        if value == "template":
            return plans.filter(asset=None)
        if value == "ended":
            return plans.filter(ends_on__lt=today)
        return plans.filter(next_on=None, asset__isnull=False).filter(
            Q(ends_on=None) | Q(ends_on__gte=today)
        )


class OccurrenceFilterSet(DeskFilterSet):
    due_from = django_filters.DateFilter(
        label=_("Due from"), field_name="due_on", lookup_expr="gte"
    )
    due_until = django_filters.DateFilter(
        label=_("Due until"), field_name="due_on", lookup_expr="lte"
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"),
        method="by_outcome",
        choices=[
            ("owed", _("All that was to be done")),
            ("in_time", _("Done in time")),
            ("late", _("Done late")),
            ("missed", _("Missed")),
            ("ahead", _("Still ahead")),
            ("covered", _("Covered by another")),
            ("skipped", _("Left out")),
        ],
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), field_name="plan__kind", choices=PlannedKind.choices
    )
    tier = django_filters.CharFilter(
        label=_("Tier"), field_name="plan__asset__customer__tier__code"
    )
    outlet = django_filters.CharFilter(label=_("Outlet"), method="by_outlet")
    asset = django_filters.CharFilter(label=_("Serial number"), field_name="plan__asset__serial_no")
    plan = django_filters.NumberFilter(field_name="plan", min_value=1, widget=forms.HiddenInput)

    class Meta:
        model = Occurrence
        fields: tuple[str, ...] = ()

    def by_outcome(self, turns: Any, _name: str, value: str) -> Any:
        today = organisation_day()
        found = {
            "owed": turns.owed,
            "in_time": turns.done_in_time,
            "late": turns.done_late,
            "missed": lambda: turns.missed(today),
            "ahead": lambda: turns.ahead(today),
        }
        return found[value]() if value in found else turns.filter(status=value)

    def by_outlet(self, turns: Any, _name: str, value: str) -> Any:
        served = Customer.objects.filter(served_by__code=value).values("pk")
        return turns.filter(plan__asset__customer__in=served)


class ProcedureFilterSet(DeskFilterSet):
    text = django_filters.CharFilter(
        label=_("Contains"), field_name="title", lookup_expr="icontains"
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of work"), choices=ProcedureKind.choices)
    model = django_filters.ModelChoiceFilter(
        label=_("Model"), to_field_name="code", queryset=AssetModel.objects.all()
    )

    class Meta:
        model = Procedure
        fields: tuple[str, ...] = ()
