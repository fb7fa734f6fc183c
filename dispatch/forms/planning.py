"""When a task is done, by whom, and what it is."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm, MomentField
from customers.models import Customer, Site
from dispatch.choices import Kind, Lock, Wish
from dispatch.models import Task
from dispatch.queries import people_for
from employees.models import Employee

LENGTHS = (
    (30, _("30 min")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (180, _("3 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
)
USUAL_MINUTES = 120


class OfferForm(DeskForm):
    """When, how long and who: the offers of the suggestion as radio buttons, each a person and a
    start.

    An offer is `employee_no@start`; `employee_no` alone takes the wished start; nothing leaves the
    task without engineer.
    """

    earliest = MomentField(label=_("Not before"))
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


class WishForm(DeskForm):
    engineer = forms.ModelChoiceField(
        label=_("Engineer"),
        queryset=Employee.objects.none(),
        widget=SearchSelect("employees:options", preload=True),
    )
    kind = forms.ChoiceField(label=_("The customer wishes"), choices=Wish, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Employee.objects.visible_to(user).active()  # as `employees:options` offers them
        self.fields["engineer"].queryset = people  # type: ignore[attr-defined]


class LockForm(DeskForm):
    what = forms.ChoiceField(label=_("What was agreed"), choices=Lock, widget=forms.RadioSelect)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["what"]
        field.initial = Lock.BOTH if task.assignee else Lock.TIME
        if task.assignee is None:
            field.choices = [(Lock.TIME.value, Lock.TIME.label)]  # type: ignore[attr-defined]


def read_moment(text: str) -> datetime | None:
    """The moment of an offer; nonsense counts as none."""
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
