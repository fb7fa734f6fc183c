from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from customers.models import Customer, Site
from dispatch.actions import SignOff
from dispatch.choices import Kind
from dispatch.models import PartUse, Task, WorkReport
from dispatch.queries import people_for
from employees.models import Employee
from knowledge.models import FaultCode

LENGTHS = (
    (30, _("30 min")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (180, _("3 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
)
USUAL_MINUTES = 120
SIGNED = ("signed_by", "signature")


class MomentInput(forms.DateTimeInput):
    """Date and time to the minute, by the device's own picker."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class OfferForm(DeskForm):
    """When, how long and who: the offers of the suggestion as radio buttons, each a person and a
    start.

    An offer is `employee_no@start`; `employee_no` alone takes the wished start; nothing leaves the
    task without engineer.
    """

    earliest = forms.DateTimeField(label=_("Not before"), widget=MomentInput)
    minutes = forms.TypedChoiceField(
        label=_("How long"), choices=LENGTHS, coerce=int, initial=USUAL_MINUTES
    )
    offer = forms.CharField(label=_("Engineer"), required=False, max_length=100)
    conflict_reason = forms.CharField(
        label=_("Why it is to be so all the same"), required=False, max_length=300
    )

    def __init__(self, *args: Any, user: Employee, kind: str = Kind.ONSITE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kind_of_work = user, kind

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, _at, moment = data.get("offer", "").partition("@")
        data["engineer"] = (
            self.person(number, data.get("kind") or self.kind_of_work) if number else None
        )
        start = read_moment(moment) or data.get("earliest")
        if start and data.get("minutes"):
            data["planned_start"] = start
            data["planned_end"] = start + timedelta(minutes=data["minutes"])
        return data

    def person(self, number: str, kind: str) -> Employee | None:
        person = people_for(self.user, kind).filter(employee_no=number).first()
        if person is None:
            self.add_error("offer", _("Choose one of the people shown."))
        return person

    @property
    def slot(self) -> dict[str, Any]:
        """What `assign` wants to know."""
        names = ("engineer", "planned_start", "planned_end", "conflict_reason")
        return {name: self.cleaned_data[name] for name in names}


class AssignForm(OfferForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("offer"):
            self.add_error("offer", _("Choose an engineer."))
        return data


class PlanForm(OfferForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.ONSITE)
    title = forms.CharField(label=_("Title"), max_length=200)
    instructions = forms.CharField(
        label=_("What the engineer should know"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        widget=SearchSelect("customers:options"),
    )
    asset = forms.ModelChoiceField(
        label=_("Asset"),
        queryset=Asset.objects.none(),
        required=False,
        widget=SearchSelect("assets:options", sends=["customer"], preload=True),
    )

    field_order = (
        "kind",
        "title",
        "instructions",
        "customer",
        "asset",
        "earliest",
        "minutes",
        "offer",
        "conflict_reason",
    )

    def __init__(self, *args: Any, user: Employee, for_request: bool, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if for_request:
            del self.fields["customer"], self.fields["asset"]
            return
        self.fields["customer"].queryset = Customer.objects.visible_to(user).living()  # type: ignore[attr-defined]
        self.fields["asset"].queryset = Asset.objects.visible_to(user)  # type: ignore[attr-defined]

    @property
    def work(self) -> dict[str, Any]:
        names = ("kind", "title", "instructions", "customer", "asset")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class TaskForm(DeskModelForm):
    class Meta:
        model = Task
        fields = ("kind", "title", "instructions", "site", "skill")
        widgets = {"instructions": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.visible_to(user).filter(customer=self.instance.customer)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class StepForm(DeskForm):
    """One tap; the time only when it was earlier."""

    happened_at = forms.DateTimeField(
        label=_("When it really was"), required=False, widget=MomentInput
    )


class PartForm(DeskForm):
    part = forms.ModelChoiceField(label=_("Part"), queryset=Part.objects.all())
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=999, initial=1, required=False
    )
    serial_no = forms.CharField(
        label=_("Serial number of the new part"), max_length=80, required=False
    )

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class RemovePartForm(DeskForm):
    part_use = forms.ModelChoiceField(queryset=PartUse.objects.none())


class DraftForm(forms.ModelForm):
    """What is typed so far; whatever is not readable yet is left out."""

    class Meta:
        model = WorkReport
        fields = (
            "result",
            "readings",
            "remarks",
            "remaining",
            "customer_remarks",
            "rating",
            "travel_hours",
            "labour_hours",
            "signed_by",
            "unsigned_reason",
        )

    @property
    def readable(self) -> dict[str, Any]:
        sent = [name for name in self.fields if name in self.data]
        return {name: self.cleaned_data[name] for name in sent if name in self.cleaned_data}


class SignOffForm(DeskForm):
    """The end of a visit on one page: hours from the stamps, what was done, the customer's word."""

    USUAL: ClassVar[dict[str, bool]] = {}  # what is ticked beforehand

    travel_hours = forms.DecimalField(
        label=_("Travel (hours)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(24),
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    labour_hours = forms.DecimalField(
        label=_("Labour (hours)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(24),
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    result = forms.CharField(
        label=_("What was found and done"), widget=forms.Textarea(attrs={"rows": 4})
    )
    readings = forms.CharField(
        label=_("Readings"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    remarks = forms.CharField(
        label=_("Remarks for us"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    works_again = forms.BooleanField(label=_("It works again"), required=False)
    customer_remarks = forms.CharField(
        label=_("Customer’s remarks"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    rating = forms.TypedChoiceField(
        label=_("Customer’s rating, from 1 poor to 5 very good"),
        choices=[(number, str(number)) for number in range(1, 6)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    signed_by = forms.CharField(label=_("Name of who signs"), max_length=120, required=False)
    signature = forms.CharField(required=False, widget=forms.HiddenInput)
    unsigned_reason = forms.CharField(
        label=_("Nobody can sign, because"), max_length=200, required=False
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        if not task.is_at_the_customer:
            for name in (*SIGNED, "unsigned_reason"):
                del self.fields[name]

    @property
    def sign_off(self) -> SignOff:
        return SignOff(**self.values)


class CompleteForm(SignOffForm):
    USUAL: ClassVar = {"works_again": True, "resolves": True}

    resolves = forms.BooleanField(label=_("This solves the request"), required=False)
    fault_code = forms.ModelChoiceField(
        label=_("Fault code"), queryset=FaultCode.objects.all(), required=False
    )
    cause = forms.CharField(label=_("Cause"), max_length=120, required=False)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, task=task, **kwargs)
        service_request = task.service_request
        if service_request is None or not service_request.is_open:
            for name in ("works_again", "resolves", "fault_code", "cause"):
                del self.fields[name]
            return
        codes = FaultCode.objects.all()
        if task.asset and task.asset.root and task.asset.root.model:
            of_model = codes.filter(asset_models=task.asset.root.model)
            codes = of_model if of_model.exists() else codes
        self.fields["fault_code"].queryset = codes  # type: ignore[attr-defined]


class NotSolvedForm(SignOffForm):
    remaining = forms.CharField(
        label=_("What is still to do"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, task=task, **kwargs)
        if task.service_request is None or not task.service_request.is_open:
            del self.fields["works_again"]


def read_moment(text: str) -> datetime | None:
    """The moment of an offer; nonsense counts as none."""
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def shown_first(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a draft fills in, without what is empty."""
    return {name: value for name, value in data.items() if value not in (None, "")}
