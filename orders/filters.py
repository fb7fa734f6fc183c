"""The filters of the lists of orders and of stock; each can stand in a link from another page."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.models import Part
from assets.queries import keys_within, part_mentions
from crmservice.money import MINOR_DIGITS
from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from customers.models import Customer, Tier
from employees.models import Employee
from orders.choices import (
    UNDER_WAY,
    Bin,
    MoveKind,
    QuotationStatus,
    ReturnKind,
    ReturnStatus,
    Status,
    TransferStatus,
)
from orders.models import (
    Invoice,
    InvoiceQuerySet,
    OldPart,
    Order,
    PricePlan,
    PricePlanQuerySet,
    Quotation,
    Replenishment,
    ReturnCase,
    ReturnLine,
    Shipment,
    ShipmentQuerySet,
    StockDifference,
    StockLevel,
    StockLocation,
    StockMove,
    StockTransfer,
)


class OrderFilterSet(DeskFilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Status.choices)
    author = django_filters.ModelChoiceFilter(
        label=_("Author"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )
    ordered_from = django_filters.DateFilter(label=_("Ordered from"), method="by_first_day")
    ordered_to = django_filters.DateFilter(label=_("Ordered until"), method="by_last_day")
    request = django_filters.CharFilter(
        label=_("Request number"), field_name="service_request__number"
    )
    customer = django_filters.CharFilter(label=_("Customer number"), field_name="customer__code")
    asset = django_filters.CharFilter(method="by_device", widget=forms.HiddenInput)
    contract = django_filters.CharFilter(field_name="contract__number", widget=forms.HiddenInput)

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def by_device(self, orders: QuerySet[Order], _name: str, serial_no: str) -> Any:
        """The device with everything in it."""
        return orders.filter(asset__in=keys_within(serial_no))

    def by_first_day(self, orders: QuerySet[Order], _name: str, day: date) -> Any:
        return orders.filter(ordered_at__gte=midnight(day))

    def by_last_day(self, orders: QuerySet[Order], _name: str, day: date) -> Any:
        return orders.filter(ordered_at__lt=midnight(day + timedelta(days=1)))


def midnight(day: date) -> datetime:
    """The beginning of a day in the organisation's zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


class StockFilterSet(DeskFilterSet):
    """Of the levels: by any fragment of number or name, place, bin, and what is to be ordered."""

    text = django_filters.CharFilter(label=_("Part"), method="by_words")
    place = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("stock", "Place"),
        field_name="location",
        queryset=seen(StockLocation),
        to_field_name="code",
    )
    bin = django_filters.ChoiceFilter(label=_("Bin"), choices=Bin.choices)
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(
            ("there", _("On hand")),
            ("free", pgettext_lazy("stock", "Available")),
            ("allocated", _("Allocated")),
            ("coming", _("Incoming")),
            ("below", _("Below reorder point")),
        ),
    )

    class Meta:
        model = StockLevel
        fields: tuple[str, ...] = ()

    def by_words(self, levels: QuerySet[StockLevel], _name: str, text: str) -> Any:
        parts = Part.objects.all()
        for word in text.replace("\x00", "").split()[:5]:
            parts = parts.filter(part_mentions(word))
        return levels.filter(part__in=parts)

    def by_state(self, levels: QuerySet[StockLevel], _name: str, state: str) -> Any:
        if state == "below":
            return levels.filter(pk__in=StockLevel.objects.below_reorder_point().values("pk"))
        states = {
            "there": Q(on_hand__gt=0),
            "free": Q(on_hand__gt=F("allocated")),
            "allocated": Q(allocated__gt=0),
            "coming": Q(on_order__gt=0) | Q(on_the_way__gt=0),
        }
        return levels.filter(states[state])


class PlaceFilterSet(DeskFilterSet):
    """Rows of one place, named by its code."""

    place = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("stock", "Place"),
        field_name="location",
        queryset=seen(StockLocation),
        to_field_name="code",
    )
    part = django_filters.CharFilter(label=_("Part number"), field_name="part__part_no")


class MoveFilterSet(PlaceFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=MoveKind.choices)
    bin = django_filters.ChoiceFilter(label=_("Bin"), choices=Bin.choices)
    at_from = django_filters.DateFilter(label=_("From"), method="by_first_day")
    at_to = django_filters.DateFilter(label=_("Until"), method="by_last_day")

    class Meta:
        model = StockMove
        fields: tuple[str, ...] = ()

    def by_first_day(self, moves: QuerySet[StockMove], _name: str, on: date) -> Any:
        return moves.filter(at__gte=midnight(on))

    def by_last_day(self, moves: QuerySet[StockMove], _name: str, on: date) -> Any:
        return moves.filter(at__lt=midnight(on + timedelta(days=1)))


class ReplenishmentFilterSet(PlaceFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("open", _("Incoming")), ("late", _("Overdue")), ("closed", _("Closed"))),
    )

    class Meta:
        model = Replenishment
        fields: tuple[str, ...] = ()

    def by_state(self, rows: QuerySet[Replenishment], _name: str, state: str) -> Any:
        if state == "closed":
            return rows.exclude(closed_at=None)
        rows = rows.filter(closed_at=None)
        return rows.filter(expected_on__lt=timezone.localdate()) if state == "late" else rows


class TransferFilterSet(DeskFilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=TransferStatus.choices)
    place = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("stock", "Place"),
        queryset=seen(StockLocation),
        to_field_name="code",
        method="by_place",
    )

    class Meta:
        model = StockTransfer
        fields: tuple[str, ...] = ()

    def by_place(self, rows: QuerySet[StockTransfer], _name: str, place: StockLocation) -> Any:
        return rows.filter(Q(from_location=place) | Q(to_location=place))


class DifferenceFilterSet(PlaceFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("open", _("To settle")), ("settled", _("Settled"))),
    )

    class Meta:
        model = StockDifference
        fields: tuple[str, ...] = ()

    def by_state(self, rows: QuerySet[StockDifference], _name: str, state: str) -> Any:
        return rows.filter(settled_at__isnull=state == "open")


class OldPartFilterSet(PlaceFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("open", _("To return")), ("late", _("Overdue")), ("back", _("Returned"))),
    )
    q = django_filters.CharFilter(method="by_serial", widget=forms.HiddenInput)

    class Meta:
        model = OldPart
        fields: tuple[str, ...] = ()

    def by_serial(self, rows: QuerySet[OldPart], _name: str, text: str) -> Any:
        return rows.filter(Q(serial_no=text) | Q(part__part_no=text))

    def by_state(self, rows: QuerySet[OldPart], _name: str, state: str) -> Any:
        if state == "back":
            return rows.exclude(received_at=None)
        rows = rows.filter(received_at=None)
        return rows.filter(due_on__lt=timezone.localdate()) if state == "late" else rows


class PricePlanFilterSet(DeskFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("now", _("Holds today")), ("later", _("Will hold")), ("past", _("Held before"))),
    )
    tier = django_filters.ModelChoiceFilter(label=_("Tier"), queryset=Tier.objects.all())
    currency = django_filters.ChoiceFilter(
        label=_("Currency"), choices=[(code, code) for code in MINOR_DIGITS]
    )

    class Meta:
        model = PricePlan
        fields = ()

    def by_state(self, plans: PricePlanQuerySet, _name: str, state: str) -> Any:
        today = timezone.localdate()
        if state == "now":
            return plans.valid_on(today)
        later, past = Q(valid_from__gt=today), Q(valid_until__lt=today)
        return plans.filter(later if state == "later" else past)


class ShipmentFilterSet(DeskFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("open", _("Under way")), ("late", _("Late")), ("closed", _("Closed"))),
    )
    customer = django_filters.ModelChoiceFilter(
        label=_("Customer"),
        queryset=seen(Customer),
        field_name="order__customer",
        widget=SearchSelect("customers:options"),
    )

    class Meta:
        model = Shipment
        fields = ()

    def by_state(self, rows: ShipmentQuerySet, _name: str, state: str) -> Any:
        if state == "closed":
            return rows.exclude(status__in=UNDER_WAY)
        return rows.late(timezone.localdate()) if state == "late" else rows.under_way()


class InvoiceFilterSet(DeskFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(
            ("open", pgettext_lazy("invoice", "Open")),
            ("late", pgettext_lazy("invoice", "Overdue")),
            ("closed", _("Settled")),
        ),
    )
    customer = django_filters.ModelChoiceFilter(
        label=_("Billed to"),
        queryset=seen(Customer),
        field_name="billed_to",
        widget=SearchSelect("customers:options"),
    )

    class Meta:
        model = Invoice
        fields = ()

    def by_state(self, rows: InvoiceQuerySet, _name: str, state: str) -> Any:
        if state == "closed":
            return rows.exclude(settled_at=None)
        return rows.overdue(timezone.localdate()) if state == "late" else rows.open()


class QuotationFilterSet(DeskFilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=QuotationStatus.choices)
    customer = django_filters.ModelChoiceFilter(
        label=_("Customer"),
        queryset=seen(Customer),
        field_name="order__customer",
        widget=SearchSelect("customers:options"),
    )

    class Meta:
        model = Quotation
        fields = ()


class ReturnFilterSet(DeskFilterSet):
    only = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=(("open", _("Open")), ("late", _("Overdue")), ("over", _("Closed"))),
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ReturnStatus.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ReturnKind.choices)
    depot = django_filters.ModelChoiceFilter(
        label=_("Comes back to"), queryset=seen(StockLocation), to_field_name="code"
    )
    customer = django_filters.CharFilter(label=_("Customer number"), field_name="customer__code")
    request = django_filters.CharFilter(
        field_name="service_request__number", widget=forms.HiddenInput
    )
    order = django_filters.CharFilter(field_name="order__number", widget=forms.HiddenInput)
    asset = django_filters.CharFilter(method="by_device", widget=forms.HiddenInput)

    class Meta:
        model = ReturnCase
        fields: tuple[str, ...] = ()

    def by_state(self, cases: QuerySet[ReturnCase], _name: str, state: str) -> Any:
        if state == "over":
            return cases.exclude(pk__in=ReturnCase.objects.open().values("pk"))
        today = timezone.localdate()
        rows = ReturnCase.objects.overdue(today) if state == "late" else ReturnCase.objects.open()
        return cases.filter(pk__in=rows.values("pk"))

    def by_device(self, cases: QuerySet[ReturnCase], _name: str, serial_no: str) -> Any:
        """The device with everything in it."""
        lines = ReturnLine.objects.filter(asset__in=keys_within(serial_no))
        return cases.filter(pk__in=lines.values("case"))
