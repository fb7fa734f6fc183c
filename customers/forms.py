"""What a person may type about customers, contacts and sites."""

from calendar import monthrange
from decimal import Decimal
from itertools import pairwise
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
from customers.choices import CareKind, NeedKind, NeedTarget, Recovered, TeamRole
from customers.models import AccountTeam, CarePlan, Contact, Customer, GradePolicy, Site, Tier
from employees.models import Employee, Outlet

SHORTEST_NUMBER = 3
LEAP_YEAR = 2024
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

    field_order = (
        "name", "position", "phones", "email", "preferred_channel", "language",
        "birth_month", "birth_day",
    )  # fmt: skip

    class Meta:
        model = Contact
        fields = ("name", "email", "preferred_channel", "language", "birth_month", "birth_day")
        help_texts = {"birth_month": _("Only if the person likes to be greeted: without the year.")}

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

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        month, day = values.get("birth_month"), values.get("birth_day")
        if (month is None) != (day is None):
            self.add_error("birth_day", _("A birthday has a month and a day."))
        elif month and day and not 1 <= day <= monthrange(LEAP_YEAR, month)[1]:
            self.add_error("birth_day", _("This month has no such day."))
        return values

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
    review_on = forms.DateField(
        label=_("Review on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Somebody is reminded then; empty: half a year on, or before it ends."),
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


# Care


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CarePlanForm(DeskModelForm):
    class Meta:
        model = CarePlan
        fields = (
            "tier",
            "kind",
            "title",
            "every",
            "unit",
            "starts_on",
            "ends_on",
            "flexibility_days",
            "days_ahead",
            "holidays",
            "instructions",
        )
        widgets = {
            "starts_on": day_input(),
            "ends_on": day_input(),
            "instructions": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "every": _("Empty for birthdays."),
            "starts_on": _("Customers come one after the other from this day, not all at once."),
        }

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "once",
            "version",
            beside("tier", "kind"),
            "title",
            beside("every", "unit"),
            beside("starts_on", "ends_on"),
            beside("flexibility_days", "days_ahead", "holidays"),
            "instructions",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_birthday = values.get("kind") == CareKind.BIRTHDAY
        if is_birthday and values.get("every"):
            self.add_error("every", _("A birthday comes by itself."))
        if values.get("kind") and not is_birthday and not values.get("every"):
            self.add_error("every", _("Say how often."))
        if values.get("every") and not values.get("unit"):
            self.add_error("unit", _("Days, weeks, months or years?"))
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("It cannot end before it starts."))
        return values


class EndCarePlanForm(DeskForm):
    ends_on = forms.DateField(label=_("Last day"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=300)


class FinishTouchForm(DeskForm):
    outcome = forms.CharField(
        label=_("Outcome"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    done_on = forms.DateField(label=_("Done on"), widget=day_input())


class SkipForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class SignalForm(DeskForm):
    """New business that somebody noticed, in one short form."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        widget=SearchSelect("customers:options", preload=True),
    )
    text = forms.CharField(
        label=_("What did you notice?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is wanted, who said it, by when."),
    )
    source = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]


class WonForm(DeskForm):
    amount = forms.DecimalField(
        label=_("Amount won (CNY)"), max_digits=16, decimal_places=2, min_value=Decimal("0.01")
    )


# Customers that buy less


def choose_person(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Employee.objects.none(),
        label=label,
        widget=SearchSelect("employees:options", preload=True),
    )


class WithOwner(DeskForm):
    """A form that names who sees to it."""

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]


class OpenRecoveryForm(WithOwner):
    reason = forms.CharField(
        label=_("What was noticed?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = choose_person(_("Owner"))


class HandCaseForm(WithOwner):
    owner = choose_person(_("Owner"))


class MeetingForm(DeskForm):
    met_on = forms.DateField(label=_("Meeting on"), widget=day_input())
    present = forms.CharField(label=_("Who was there"), max_length=300)
    causes = forms.CharField(
        label=_("Why does the customer buy less?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class MeasureForm(WithOwner):
    text = forms.CharField(label=_("What is done"), max_length=300)
    owner = choose_person(_("Who does it"))
    due_on = forms.DateField(label=_("Due"), widget=day_input())


class MeasureDoneForm(DeskForm):
    result = forms.CharField(
        label=_("What came of it"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class CloseCaseForm(DeskForm):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Recovered.choices, widget=forms.RadioSelect
    )
    result = forms.CharField(
        label=_("What came of it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


# Tiers and account teams


class TierPolicyForm(DeskModelForm):
    class Meta:
        model = Tier
        fields: tuple[str, ...] = (
            "name_zh",
            "name_en",
            "purchases_from",
            "parts_discount",
            "executive",
            "package_zh",
            "package_en",
        )
        labels = {"purchases_from": _("Purchases in 24 months from (CNY)")}
        widgets = {
            "executive": SearchSelect("employees:options", preload=True),
            "package_zh": forms.Textarea(attrs={"rows": 5}),
            "package_en": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "parts_discount": _("As a share: 0.05 is 5 %."),
            "package_zh": _("What these customers get, in words."),
        }

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            "once",
            "version",
            beside("name_zh", "name_en"),
            beside("purchases_from", "parts_discount"),
            "executive",
            beside("package_zh", "package_en"),
        )
        return helper


class NewTierForm(TierPolicyForm):
    ADDRESSES = ("new", "usual")  # of pages that are no tier's

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Short and lasting, as in files that are taken in: vip, key, small."),
    )

    class Meta(TierPolicyForm.Meta):
        fields = ("code", *TierPolicyForm.Meta.fields)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in self.ADDRESSES:
            raise ValidationError(_("Please choose another code."))
        return code

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout.insert(2, "code")
        return helper


class TeamForm(DeskModelForm):
    class Meta:
        model = AccountTeam
        fields = ("name", "executive", "goal")
        widgets = {
            "executive": SearchSelect("employees:options", preload=True),
            "goal": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["executive"].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]


class MemberForm(DeskForm):
    employee = choose_person(_("Person"))
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices, initial=TeamRole.SERVICE)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]


class GiveToTeamForm(DeskForm):
    team = forms.ModelChoiceField(
        AccountTeam.objects.all(), label=_("Account team"), required=False
    )


# 5A grades and needs

SCORES = [(score, score) for score in range(1, 6)]


def score_field(label: Any, help_text: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=SCORES, coerce=int, widget=forms.RadioSelect, help_text=help_text
    )


class GradeForm(DeskForm):
    ease = score_field(_("Ease"), _("5: everything goes smoothly; 1: every step is a fight."))
    integrity = score_field(
        _("Integrity"), _("5: pays and keeps its word always; 1: never without a reminder.")
    )
    reason = forms.CharField(
        label=_("Why?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class GradePolicyForm(DeskModelForm):
    class Meta:
        model = GradePolicy
        fields = ("weight", "from_2", "from_3", "from_4", "from_5")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields[1:]:
            if self.instance.from_2 is None:
                del self.fields[name]
            else:
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        bands = [values.get(name) for name in self.Meta.fields[1:] if name in self.fields]
        known = [band for band in bands if band is not None]
        if any(upper <= lower for lower, upper in pairwise(known)):
            self.add_error("from_5", _("Each of them is higher than the one before."))
        return values


class NeedForm(DeskForm):
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("Customer"),
        widget=SearchSelect("customers:options", preload=True),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=NeedKind.choices,
        initial=NeedKind.INDIVIDUAL,
        help_text=_("General: many want it. Latent: nobody says it, but it is there."),
    )
    text = forms.CharField(
        label=_("What is needed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    source = forms.CharField(
        label=_("Where it was heard"),
        max_length=200,
        required=False,
        help_text=_("A visit, a call, a fair, a survey."),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]


class ForwardNeedForm(DeskForm):
    to = forms.ChoiceField(label=_("Pass on to"), choices=NeedTarget.choices)
    asked_of = choose_person(_("Who answers"))
    due_on = forms.DateField(label=_("Answer due"), widget=day_input())

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_of"].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]


class AnswerNeedForm(DeskForm):
    answer = forms.CharField(
        label=_("What comes of it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class CloseNeedForm(DeskForm):
    closing = forms.CharField(
        label=_("What the customer was told"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
