"""The filters of claims, and the period of a cost page."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from employees.models import Employee
from expenses.choices import Category, Status
from expenses.models import ExpenseClaim, ExpenseLine

SHOWN = [
    ("mine", _("Mine")),
    ("to_approve", _("To approve")),
    ("waiting", _("Not yet decided")),
    ("counted", _("Approved or paid")),
]
OF_LINES = {
    "category": "category",
    "spent_from": "spent_on__gte",
    "spent_to": "spent_on__lte",
    "request": "service_request__number",
    "customer": "customer__code",
    "task": "task__number",
}


class ClaimFilterSet(DeskFilterSet):
    """What is said of lines must be true of one and the same line."""

    show = django_filters.ChoiceFilter(label=_("Show"), choices=SHOWN, method="as_it_is")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Status.choices)
    claimant = django_filters.ModelChoiceFilter(
        label=_("Claimant"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )
    category = django_filters.ChoiceFilter(
        label=_("Category"), choices=Category.choices, method="as_it_is"
    )
    spent_from = django_filters.DateFilter(label=_("Spent from"), method="as_it_is")
    spent_to = django_filters.DateFilter(label=_("Spent until"), method="as_it_is")
    number = django_filters.CharFilter(label=_("Claim number"), lookup_expr="istartswith")
    outlet = django_filters.CharFilter(
        field_name="claimant__outlet__code", widget=forms.HiddenInput
    )
    request = django_filters.CharFilter(method="as_it_is", widget=forms.HiddenInput)
    customer = django_filters.CharFilter(method="as_it_is", widget=forms.HiddenInput)
    task = django_filters.CharFilter(method="as_it_is", widget=forms.HiddenInput)

    class Meta:
        model = ExpenseClaim
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[ExpenseClaim]) -> QuerySet[ExpenseClaim]:
        asked = self.form.cleaned_data
        wanted = {lookup: asked[name] for name, lookup in OF_LINES.items() if asked.get(name)}
        if wanted:
            lines = ExpenseLine.objects.filter(claim=OuterRef("pk"), **wanted)
            queryset = queryset.filter(Exists(lines))
        return super().filter_queryset(queryset)

    def as_it_is(self, claims: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """Narrowed elsewhere: by whom in the view, by lines all at once."""
        return claims


class PeriodForm(forms.Form):
    """Days of work, both included; empty is open."""

    since = forms.DateField(
        label=_("Work from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Work until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    part = forms.CharField(widget=forms.HiddenInput, required=False)
