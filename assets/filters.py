from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.choices import AssetStatus, Make, category_name
from assets.models import Asset, AssetModel, Part
from assets.queries import ENDING_SOON_DAYS, part_mentions
from crmservice.web.filters import DeskFilterSet


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
