from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.choices import Status
from contracts.models import ContractType, Instalment, ServiceContract
from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from employees.models import Employee

WITHIN = (30, 60, 90)


class ContractFilterSet(DeskFilterSet):
    type = django_filters.ModelChoiceFilter(
        label=_("Type"), to_field_name="code", queryset=ContractType.objects.all()
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Status.choices)
    ending = django_filters.ChoiceFilter(
        label=_("Ending within"),
        method="by_end",
        choices=[("30", _("30 days")), ("60", _("60 days")), ("90", _("90 days"))],
    )
    customer = django_filters.CharFilter(label=_("Customer number"), field_name="customer__code")
    responsible = django_filters.ModelChoiceFilter(
        label=_("Responsible"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )

    class Meta:
        model = ServiceContract
        fields: tuple[str, ...] = ()

    def by_end(self, contracts: QuerySet[ServiceContract], _name: str, value: str) -> Any:
        """Active ones whose last day is one of the next so many days, today the first."""
        today = timezone.localdate()
        last = today + timedelta(days=int(value) - 1)
        return contracts.filter(status=Status.ACTIVE, ends_on__range=(today, last))


class InstalmentFilterSet(DeskFilterSet):
    show = django_filters.ChoiceFilter(
        label=_("Show"),
        method="by_state",
        choices=[
            ("due", _("To be invoiced now")),
            ("open", _("To be invoiced")),
            ("invoiced", _("Invoiced, not paid")),
            ("paid", _("Paid")),
        ],
    )
    until = django_filters.DateFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")
    contract = django_filters.CharFilter(label=_("Contract"), field_name="contract__number")
    customer = django_filters.CharFilter(
        label=_("Customer number"), field_name="contract__customer__code"
    )

    class Meta:
        model = Instalment
        fields: tuple[str, ...] = ()

    def by_state(self, instalments: QuerySet[Instalment], _name: str, value: str) -> Any:
        if value == "due":
            return instalments.filter(invoiced_on=None, due_on__lte=timezone.localdate())
        if value == "open":
            return instalments.filter(invoiced_on=None)
        if value == "invoiced":
            return instalments.filter(invoiced_on__isnull=False, paid_on=None)
        return instalments.filter(paid_on__isnull=False)
