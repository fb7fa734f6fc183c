"""What a person may type about orders, lines and price plans."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from crmservice.money import ZERO
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm, MomentField
from customers.models import Customer
from employees.models import Employee
from orders.choices import WorkKind
from orders.models import PricePlan
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
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        user: Employee,
        service_request: ServiceRequest | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
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


class PricePlanForm(DeskModelForm):
    """A price plan with a rate per hour for each kind of work."""

    tax_percent = forms.DecimalField(
        label=_("Tax (per cent)"), min_value=ZERO, max_value=99, max_digits=4, decimal_places=2
    )

    class Meta:
        model = PricePlan
        fields = (
            "valid_from",
            "calendar",
            "factor_normal",
            "factor_evening",
            "factor_weekend",
            "factor_holiday",
            "minimum_minutes",
            "rounding_minutes",
            "call_out_fee",
        )
        widgets = {"valid_from": DAY}
        help_texts = {
            "calendar": _("Its hours are normal time; after them it is evening."),
            "rounding_minutes": _("A begun step counts."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least = {name: ZERO for name in self.fields if name.startswith("factor_")}
        for name, limit in {**least, "call_out_fee": ZERO, "rounding_minutes": 1}.items():
            self.fields[name].validators.append(MinValueValidator(limit))
        for kind in WorkKind:
            self.fields[f"rate_{kind}"] = forms.DecimalField(
                label=_("%(kind)s, per hour") % {"kind": kind.label},
                min_value=ZERO,
                max_digits=10,
                decimal_places=2,
            )
        self.order_fields(["valid_from", *(f"rate_{kind}" for kind in WorkKind)])

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        rates = {kind: values.pop(f"rate_{kind}") for kind in WorkKind}
        tax_rate = values.pop("tax_percent") / 100
        return {**values, "rates": rates, "tax_rate": tax_rate}
