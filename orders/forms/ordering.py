"""What a person may type about orders and their lines."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from crmservice.money import ZERO
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, MomentField
from customers.models import Customer
from employees.models import Employee
from orders.choices import WorkKind
from service_requests.models import ServiceRequest

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CENT = Decimal("0.01")


class OrderForm(DeskForm):
    """A new order: of a request, whose customer and device it takes, or free."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        widget=SearchSelect("customers:options"),
    )
    asset = forms.ModelChoiceField(
        label=_("Asset"),
        queryset=Asset.objects.none(),
        required=False,
        widget=SearchSelect("assets:options", sends=["customer"], preload=True),
        help_text=_("Prices follow its cover of the day."),
    )
    billing_customer = forms.ModelChoiceField(
        label=_("Billed to"),
        queryset=Customer.objects.none(),
        required=False,
        widget=SearchSelect("customers:options"),
        help_text=_("Only where it is not the customer."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("At the exchange rate of today.")
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        user: Employee,
        currencies: list[str],
        service_request: ServiceRequest | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(each, each) for each in currencies]  # type: ignore[attr-defined]
        if len(currencies) <= 1:
            del self.fields["currency"]
        self.service_request = service_request
        customers = Customer.objects.visible_to(user).living()
        self.fields["billing_customer"].queryset = customers  # type: ignore[attr-defined]
        if service_request:
            del self.fields["customer"], self.fields["asset"]
            return
        self.fields["customer"].queryset = customers  # type: ignore[attr-defined]
        self.fields["asset"].queryset = Asset.objects.visible_to(user)  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        if self.service_request is None:
            return super().values
        known = {"customer": self.service_request.customer, "service_request": self.service_request}
        return {**super().values, **known}


class PartForm(DeskForm):
    part = forms.ModelChoiceField(
        label=_("Part"),
        queryset=Part.objects.all(),
        widget=SearchSelect("assets:part_options"),
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), min_value=CENT, max_digits=10, decimal_places=2, initial=1
    )
    done_on = forms.DateField(label=_("Used on"), widget=DAY)
    engineer = forms.ModelChoiceField(
        label=_("Engineer"),
        queryset=Employee.objects.none(),
        required=False,
        widget=SearchSelect("employees:options"),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Employee.objects.visible_to(user)
        self.fields["engineer"].queryset = people  # type: ignore[attr-defined]


class WorkForm(DeskForm):
    kind = forms.ChoiceField(label=_("Kind of work"), choices=WorkKind.choices)
    engineer = forms.ModelChoiceField(
        label=_("Engineer"),
        queryset=Employee.objects.none(),
        widget=SearchSelect("employees:options"),
    )
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Employee.objects.visible_to(user)
        self.fields["engineer"].queryset = people  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "kind": WorkKind(self.cleaned_data["kind"])}


class CallOutForm(DeskForm):
    done_on = forms.DateField(label=_("Day of the visit"), widget=DAY)


class PriceForm(DeskForm):
    unit_price = forms.DecimalField(
        label=_("Unit price"), min_value=ZERO, max_digits=14, decimal_places=2
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ApproveForm(DeskForm):
    """Carries the version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def values(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"]}
