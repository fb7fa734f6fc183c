"""Goods that come in, what is measured and repaired, and what goes out."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from customers.models import Customer
from dispatch import measuring
from dispatch.choices import WaitFor
from dispatch.forms.working import PartForm
from dispatch.models import DepotRepair
from employees.models import Employee, Outlet


class ScanForm(DeskForm):
    """One field; what was scanned is found by its number."""

    code = forms.CharField(label=_("Scan a serial number"), max_length=200)


class GoodsForm(DeskForm):
    """What is written down of goods that come in."""

    condition = forms.CharField(
        label=_("Condition on arrival"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    accessories = forms.CharField(label=_("Accessories"), max_length=300, required=False)
    place = forms.CharField(label=_("Place in the depot"), max_length=60, required=False)


class IdentifyForm(DeskForm):
    """Whose the goods are."""

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
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]
        self.fields["asset"].queryset = Asset.objects.visible_to(user)  # type: ignore[attr-defined]


class ReceiveUnknownForm(GoodsForm):
    """Goods that no record of ours knows; the customer may be found out later."""

    serial_no = forms.CharField(label=_("Serial number"), max_length=80)
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        widget=SearchSelect("customers:options"),
        help_text=_("Leave it empty when nobody knows yet."),
    )

    field_order = ("serial_no", "customer", "condition", "accessories", "place")

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]


class ExpectForm(DeskForm):
    serial_no = forms.CharField(label=_("Serial number"), max_length=80)
    outlet = forms.ModelChoiceField(
        label=_("Depot"), queryset=Outlet.objects.none(), to_field_name="code"
    )
    carrier_in = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    tracking_in = forms.CharField(label=_("Tracking number"), max_length=80, required=False)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]


class DescribeForm(DeskModelForm):
    class Meta:
        model = DepotRepair
        fields = ("condition", "accessories", "place")
        widgets = {"condition": forms.Textarea(attrs={"rows": 3})}


class WaitForm(DeskForm):
    reason = forms.ChoiceField(label=_("Waits for"), choices=WaitFor, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ResultsForm(DeskForm):
    """Values as they are pasted from a test bench; each bad line is named."""

    text = forms.CharField(
        label=_("Test results"),
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line: name; value; unit; limit (10..12, <=5, 10±0.5 or a word)."),
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        self.read, bad = measuring.read(text)
        if bad:
            raise ValidationError([bad_line(each) for each in bad])
        return text


BAD_LINES = {
    measuring.Fault.NO_NAME: _("Line %(line)s: what was measured is missing."),
    measuring.Fault.NO_VALUE: _("Line %(line)s: the value is missing."),
    measuring.Fault.TOO_MANY: _("Line %(line)s has more than four fields."),
    measuring.Fault.TOO_LONG: _("Line %(line)s: something is too long."),
    measuring.Fault.NO_NUMBER: _("Line %(line)s: the limit asks for a figure, the value is none."),
    measuring.Fault.TOO_MANY_LINES: _("From line %(line)s on it is too much at once."),
}


def bad_line(bad: measuring.Bad) -> str:
    return str(BAD_LINES[bad.fault]) % {"line": bad.line}


class StopTimerForm(DeskForm):
    hours = forms.DecimalField(
        label=_("Hours really worked"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(24),
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        help_text=_("Empty: as long as the timer ran. 0: none."),
    )


class FinishRepairForm(DeskForm):
    result = forms.CharField(
        label=_("What was found and done"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    labour_hours = forms.DecimalField(
        label=_("Labour that no timer has (hours)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(24),
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    despite = forms.CharField(
        label=_("Why it may go although a result does not keep its limit"),
        max_length=300,
        required=False,
    )


class ShipForm(DeskForm):
    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)
    resolves = forms.BooleanField(
        label=_("The request is resolved by it"), required=False, initial=True
    )


class GoodsPartForm(PartForm):
    part = forms.ModelChoiceField(
        label=_("Part"), queryset=Part.objects.all(), widget=SearchSelect("assets:part_options")
    )
