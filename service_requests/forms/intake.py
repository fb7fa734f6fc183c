"""The log form: whoever calls, from three typed characters to a saved request."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from crmservice.phones import digits
from crmservice.web.choosing import SearchSelect, is_key
from crmservice.web.forms import DeskForm
from crmservice.written import Given, ask
from customers.models import Affiliation, Contact, Customer, CustomerQuerySet
from employees.models import Employee
from service_requests.choices import Channel, Kind, Severity
from service_requests.models import ServiceRequest

PHONE_DIGITS = 5  # from here on a typed text is taken for a number


@dataclass(frozen=True)
class Caller:
    """Who calls: a customer, perhaps through one of its contacts, or somebody new."""

    customer: Customer | None = None
    contact: Contact | None = None
    name: str = ""
    phone: str = ""

    @property
    def key(self) -> str:
        """How the form names the caller: `customer:C1`, `contact:17` (an affiliation), `new:…`."""
        if self.contact and self.customer:
            place = self.contact.affiliations.get(customer=self.customer)
            return f"contact:{place.pk}"
        return (
            f"customer:{self.customer.code}" if self.customer else f"new:{self.phone or self.name}"
        )

    def __str__(self) -> str:
        if self.contact and self.customer:
            return f"{self.contact.name} · {self.customer.name}"
        return self.customer.name if self.customer else (self.name or self.phone)


def read_caller(key: str, user: Employee) -> Caller | None:
    """The caller that a key names, among those whom the person may see; None for nonsense."""
    kind, _sign, name = key.partition(":")
    seen = Customer.objects.visible_to(user)
    if kind == "customer":
        customer = next(iter(ask(living_by_code, seen, code=name)), None)
        return Caller(customer) if customer else None
    if kind == "contact" and is_key(name):
        places = Affiliation.objects.filter(pk=name, customer__in=seen.living())
        place = places.select_related("contact", "customer__tier").first()
        return Caller(place.customer, place.contact) if place else None
    if kind == "new" and name.strip():
        typed = name.strip()[:120]
        is_number = len(digits(typed)) >= PHONE_DIGITS
        return Caller(phone=typed[:60]) if is_number else Caller(name=typed)
    return None


def living_by_code(seen: CustomerQuerySet) -> QuerySet[Customer]:
    return seen.living().select_related("tier", "tier_override").filter(code=Given("code"))


class CallerSelect(SearchSelect):
    """The search field for the caller; it shows the one who is chosen by name."""

    def __init__(self, user: Employee) -> None:
        super().__init__("service_requests:callers")
        self.user = user

    def optgroups(
        self, name: str, value: list[Any], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        del attrs
        callers = {key: read_caller(key, self.user) for key in map(str, value) if key}
        shown = [("", ""), *((key, str(caller)) for key, caller in callers.items() if caller)]
        return [
            (None, [self.create_option(name, key, label, key in callers, at)], at)
            for at, (key, label) in enumerate(shown)
        ]


class LogForm(DeskForm):
    """What a person may type when logging a request; only caller and subject must be."""

    caller = forms.CharField(label=_("Who is calling"), max_length=140)
    caller_name = forms.CharField(label=_("Caller's name"), max_length=120, required=False)
    caller_phone = forms.CharField(label=_("Call back at"), max_length=60, required=False)
    asset = forms.ModelChoiceField(
        Asset.objects.none(),
        label=_("Asset"),
        required=False,
        to_field_name="serial_no",
        widget=SearchSelect("service_requests:callers_assets", sends=["caller"], preload=True),
    )
    subject = forms.CharField(label=_("What is it about"), max_length=200)
    description = forms.CharField(
        label=_("Details"), required=False, widget=forms.Textarea({"rows": 4}), max_length=20_000
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.FAULT)
    severity = forms.ChoiceField(
        label=_("Severity"), choices=Severity.choices, initial=Severity.NORMAL
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE)
    follow_up_of = forms.ModelChoiceField(
        ServiceRequest.objects.none(),
        required=False,
        to_field_name="number",
        widget=forms.HiddenInput(),
    )
    visit_promised = forms.BooleanField(label=_("A visit is needed"), required=False)
    responded = forms.BooleanField(
        label=_("I have spoken to the customer"), required=False, initial=True
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["caller"].widget = CallerSelect(user)
        self.fields[self.first_to_fill].widget.attrs["autofocus"] = True
        self.fields["follow_up_of"].queryset = ServiceRequest.objects.visible_to(user)  # type: ignore[attr-defined]
        field = self.fields["asset"]
        field.queryset = Asset.objects.visible_to(user)  # type: ignore[attr-defined]
        field.label_from_instance = lambda asset: f"{asset.serial_no} {asset.kind_name}"  # type: ignore[attr-defined]

    def clean_caller(self) -> Caller:
        caller = read_caller(self.cleaned_data["caller"], self.user)
        if caller is None:
            raise forms.ValidationError(
                _("Nobody is found by this. Choose from the list, or type a name or number.")
            )
        return caller

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        caller, asset = values.get("caller"), values.get("asset")
        if isinstance(caller, Caller) and asset and asset.customer != caller.customer:
            self.add_error("asset", _("This asset belongs to another customer."))
        return values

    @property
    def first_to_fill(self) -> str:
        """Where typing begins: after what a link has filled in already."""
        return next((name for name in ("caller", "asset") if not self.initial.get(name)), "subject")

    @property
    def wish(self) -> dict[str, Any]:
        """What `actions.log_call` takes."""
        values = self.values
        caller: Caller = values.pop("caller")
        return values | {
            "customer": caller.customer,
            "contact": caller.contact,
            "caller_name": values["caller_name"] or caller.name,
            "caller_phone": values["caller_phone"] or caller.phone,
        }
