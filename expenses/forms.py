"""What a person may type about outlays."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crmservice.money import MINOR_DIGITS
from crmservice.web.choosing import SearchSelect, is_key
from crmservice.web.forms import DeskForm
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from expenses.actions import Outlay
from expenses.choices import Category
from service_requests.models import ServiceRequest

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_LINES = 50
CENT = Decimal("0.01")


class TaskField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.title}"


class RequestField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.subject}"


class LineForm(forms.Form):
    """One outlay. What may be chosen is what the person sees."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    amount = forms.DecimalField(label=_("Amount"), min_value=CENT, max_digits=12, decimal_places=2)
    spent_on = forms.DateField(label=_("Day"), widget=DAY)
    text = forms.CharField(label=_("Description"), max_length=200, required=False)
    task = TaskField(
        label=_("Task"),
        queryset=Task.objects.none(),
        required=False,
        widget=SearchSelect("dispatch:options", preload=True),
    )
    service_request = RequestField(
        label=_("Request"),
        queryset=ServiceRequest.objects.none(),
        required=False,
        widget=SearchSelect("service_requests:options"),
    )
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        widget=SearchSelect("customers:options"),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "task": Task.objects.visible_to(user),
            "service_request": ServiceRequest.objects.visible_to(user),
            "customer": Customer.objects.visible_to(user).living(),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        if not user.may("dispatch.view"):
            del self.fields["task"]

    @property
    def outlay(self) -> Outlay:
        values = {name: self.cleaned_data[name] for name in self.fields if name != "DELETE"}
        return Outlay(**{**values, "category": Category(values["category"])})


class BaseLines(forms.BaseFormSet):
    @property
    def kept(self) -> list[LineForm]:
        """Those that are not marked to be removed."""
        return [form for form in self.forms if form not in self.deleted_forms]

    @property
    def outlays(self) -> list[Outlay]:
        return [form.outlay for form in self.kept]


Lines = forms.formset_factory(
    LineForm,
    formset=BaseLines,
    extra=0,
    can_delete=True,
    max_num=MOST_LINES,
    validate_max=True,
    absolute_max=MOST_LINES,
)


class ClaimForm(DeskForm):
    """The claim with all its lines on one page; it is valid when they are."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[(code, code) for code in MINOR_DIGITS],
        initial=settings.BASE_CURRENCY,
    )
    rate = forms.DecimalField(
        label=_("Exchange rate"),
        required=False,
        min_value=Decimal("0.000001"),
        max_digits=12,
        decimal_places=6,
        help_text=_("For a foreign currency: what one unit of it cost."),
    )

    def __init__(
        self, *args: Any, user: Employee, outlays: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines: Any = Lines(
            self.data if self.is_bound else None,
            initial=outlays,
            prefix="lines",
            form_kwargs={"user": user},
        )

    def is_valid(self) -> bool:
        are_valid = self.lines.is_valid()
        return super().is_valid() and are_valid

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "lines": self.lines.outlays}


def typed(data: QueryDict) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What stands in the form, taken as it is: to show it again with another line."""
    count = data.get("lines-TOTAL_FORMS", "0")
    numbers = range(min(int(count), MOST_LINES) if is_key(count) else 0)
    names = [*LineForm.base_fields]
    lines = [
        {name: data.get(f"lines-{number}-{name}", "") for name in names}
        for number in numbers
        if not data.get(f"lines-{number}-DELETE")
    ]
    claim = {name: data[name] for name in ClaimForm.base_fields if name in data}
    return claim, lines


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ApproveForm(DeskForm):
    """Carries the version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def values(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"]}


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
