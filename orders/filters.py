"""The filters of the list of orders; each can stand in a link from another page."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.queries import keys_within
from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from employees.models import Employee
from orders.choices import Status
from orders.models import Order


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
