"""What a person may type about customers, contacts and sites."""

from typing import Any
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crmservice.phones import digits, to_e164
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from customers.models import Contact, Customer, Site, Tier
from employees.models import Employee, Outlet

SHORTEST_NUMBER = 3
KINDS = ("is_end_user", "is_dealer", "is_prospect")
LONGEST_NUMBER = 60


def refuse_no_number(typed: str) -> None:
    """Raise ValidationError for what has no telephone number in it; short numbers are numbers."""
    if to_e164(typed) is None and len(digits(typed)) < SHORTEST_NUMBER:
        raise ValidationError(_("“%(typed)s” is no telephone number.") % {"typed": typed})


def beside(*names: str) -> Row:
    return Row(*(Column(name, css_class="col-sm") for name in names))


class AgainForm(DeskForm):
    """A form that first shows whom the typed data resembles, and then takes a "no, it is new"."""

    is_new = forms.BooleanField(
        label=_("It is none of these: save as new"), required=False, widget=forms.HiddenInput
    )

    def ask(self) -> None:
        """Show the question; the field was hidden so far."""
        self.fields["is_new"].widget = forms.CheckboxInput()


class CustomerForm(AgainForm, DeskModelForm):
    served_by = forms.ModelMultipleChoiceField(
        Outlet.objects.none(),
        label=_("Served by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The people of these outlets see the customer."),
    )

    class Meta:
        model = Customer
        fields = (
            "name",
            "name_en",
            *KINDS,
            "phone_typed",
            "email",
            "industry",
            "province",
            "city",
            "address",
            "supplier",
            "parent",
            "account_manager",
            "latitude",
            "longitude",
            "note",
        )
        labels = {"phone_typed": _("Telephone")}
        widgets = {
            "phone_typed": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "supplier": SearchSelect("customers:options"),
            "parent": SearchSelect("customers:options"),
            "account_manager": SearchSelect("employees:options", preload=True),
            "note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "supplier": _("The dealer, when the customer did not buy from us."),
            "note": _("Shown first whenever the customer calls."),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        seen = Customer.objects.visible_to(user).living()
        self.fields["supplier"].queryset = seen.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.fields["parent"].queryset = seen.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        people = Employee.objects.visible_to(user).active()
        self.fields["account_manager"].queryset = people  # type: ignore[attr-defined]
        served_by: Any = self.fields["served_by"]
        served_by.queryset = Outlet.objects.visible_to(user)
        if self.instance.pk:
            del self.fields["is_new"]
            served_by.initial = list(self.instance.served_by.all())

    @property
    def helper(self) -> FormHelper:
        """Two columns where there is room for them."""
        helper = super().helper
        alone = [name for name in ("is_new", "once", "version") if name in self.fields]
        helper.layout = Layout(
            *alone,
            beside("name", "name_en"),
            beside(*KINDS),
            beside("phone_typed", "email"),
            beside("industry", "account_manager"),
            beside("province", "city"),
            "address",
            beside("supplier", "parent"),
            beside("latitude", "longitude"),
            "served_by",
            "note",
        )
        return helper

    def clean_phone_typed(self) -> str:
        typed = str(self.cleaned_data["phone_typed"]).strip()
        if typed:
            refuse_no_number(typed)
        return typed

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not any(values.get(kind) for kind in KINDS):
            self.add_error("is_end_user", _("Say what the customer is: at least one of the three."))
        return values

    @property
    def values(self) -> dict[str, Any]:
        besides = {"served_by", "is_new"}
        return {name: value for name, value in super().values.items() if name not in besides}

    @property
    def changed_values(self) -> dict[str, Any]:
        besides = {"served_by", "is_new"}
        return {
            name: value for name, value in super().changed_values.items() if name not in besides
        }

    @property
    def served(self) -> list[Outlet] | None:
        """The outlets, when they were changed."""
        return list(self.cleaned_data["served_by"]) if "served_by" in self.changed_data else None

    @property
    def alike(self) -> dict[str, str]:
        """What may be the same as another customer's."""
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "phone": typed["phone_typed"],
            "email": typed["email"],
            "address": typed["address"],
        }


class ContactForm(AgainForm, DeskModelForm):
    position = forms.CharField(label=_("Position"), max_length=60, required=False)
    phones = forms.CharField(
        label=_("Telephone numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "inputmode": "tel"}),
        help_text=_("One a line, in any spelling."),
    )

    field_order = ("name", "position", "phones", "email", "preferred_channel", "language")

    class Meta:
        model = Contact
        fields = ("name", "email", "preferred_channel", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            numbers = self.instance.phones.all()
            self.fields["phones"].initial = "\n".join(str(number) for number in numbers)
            del self.fields["position"], self.fields["is_new"]

    def clean_phones(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["phones"].splitlines()]
        typed = [line for line in lines if line]
        for line in typed:
            refuse_no_number(line)
            if len(line) > LONGEST_NUMBER:
                raise ValidationError(_("One number a line, please."))
        return typed

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def changed_values(self) -> dict[str, Any]:
        changed = super().changed_values
        return {name: value for name, value in changed.items() if name in self.Meta.fields}

    @property
    def changed_phones(self) -> list[str] | None:
        """All numbers, when one of them was changed."""
        return self.cleaned_data["phones"] if "phones" in self.changed_data else None


class AffiliationForm(DeskForm):
    """One more customer at which a person works."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=_("Customer"), widget=SearchSelect("customers:options")
    )
    position = forms.CharField(label=_("Position"), max_length=60, required=False)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]


class SiteForm(DeskModelForm):
    class Meta:
        model = Site
        fields = (
            "name",
            "address",
            "latitude",
            "longitude",
            "time_zone",
            "travel_zone",
            "access_notes",
        )
        widgets = {"access_notes": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "time_zone": _("Only where it differs from ours, like Asia/Urumqi."),
            "access_notes": _("Gate, pass, safety briefing: what the engineer must know."),
        }

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"]).strip()
        if zone and zone not in available_timezones():
            raise ValidationError(_("“%(zone)s” is no time zone.") % {"zone": zone})
        return zone


class TierForm(DeskForm):
    tier = forms.ModelChoiceField(Tier.objects.all(), label=_("Tier"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Through this day; empty holds until it is lifted."),
    )


class JoinForm(DeskForm):
    """Which customer this one is."""

    kept = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("Is the same as"),
        widget=SearchSelect("customers:options"),
        help_text=_("That one is kept; everything of this one moves there."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, user: Employee, joined: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Customer.objects.visible_to(user).living().exclude(pk=joined.pk)
        self.fields["kept"].queryset = others  # type: ignore[attr-defined]
