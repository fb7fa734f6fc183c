from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.choices import AssetStatus, Gravity, Meter
from assets.models import Asset, Defect, MeterReading, Part
from assets.queries import meters_of
from crmservice.attachments.checking import Checked, check
from crmservice.attachments.forms import FilesField
from crmservice.errors import DomainError
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm, MomentField, refuse_unseen
from crmservice.web.text import DAYS_OF_A_WEEK, moment
from customers.models import Customer, Site
from dispatch import measuring
from dispatch.actions import OfDevice, Shown, SignOff, VisitWish
from dispatch.choices import OF_DEVICE, Kind, Lock, TimeKind, WaitFor, Wish
from dispatch.models import ChecklistItem, DayPlan, DepotRepair, Task, WorkReport
from dispatch.queries import Stretch, monday_of, people_for
from employees.models import Employee, Outlet, Skill
from knowledge.models import FaultCode
from service_requests.choices import HIGHEST_SCORE, LOWEST_SCORE
from service_requests.models import ServiceRequest, Survey, SurveyDimension

LENGTHS = (
    (30, _("30 min")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (180, _("3 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
)
USUAL_MINUTES = 120
YEARS = range(2000, 2101)  # in which something is planned
SIGNED = ("signed_by", "signature")
LONGEST_DEFECT = 300
LONGEST_VERSION = 40


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


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class DisagreeForm(DeskForm):
    name = forms.CharField(label=_("Your name"), max_length=120)
    text = forms.CharField(
        label=_("What is not right?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class AnswerForm(DeskForm):
    answer = forms.CharField(
        label=_("What we answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


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


class BoardFilterForm(forms.Form):
    """What the board shows, all of it in its address; what is not readable counts as not said."""

    view = forms.ChoiceField(choices=[("day", ""), ("week", "")], required=False)
    on = forms.DateField(required=False)
    outlet = forms.ModelChoiceField(
        label=_("Outlet"),
        queryset=Outlet.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    skill = forms.ModelChoiceField(
        label=_("Skill"),
        queryset=Skill.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All")), *Kind.choices], required=False
    )
    FILTERS: ClassVar = ("outlet", "skill", "kind")

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]
        for name in self.FILTERS:
            self.fields[name].widget.attrs["class"] = "form-select"

    def stretch(self, today: date) -> Stretch:
        self.is_valid()
        asked = self.cleaned_data
        first, days = asked.get("on") or today, 1
        if first.year not in YEARS:
            first = today
        if asked.get("view") == "week":
            first, days = monday_of(first), DAYS_OF_A_WEEK
        return Stretch(
            first, days, asked.get("outlet"), asked.get("skill"), asked.get("kind") or ""
        )


def offer_people(field: Any, people: QuerySet[Employee]) -> None:
    """Each with the outlet: two may have the same name."""
    field.queryset = people.select_related("outlet").order_by("name", "pk")
    field.label_from_instance = lambda person: f"{person.name} · {person.outlet.name}"


class PlaceForm(DeskForm):
    """Who and when, as the board says it: to the minute, and as long as it takes."""

    engineer = forms.ModelChoiceField(
        label=_("Engineer"), queryset=Employee.objects.none(), to_field_name="employee_no"
    )
    starts = MomentField(label=_("Start"))
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=5, max_value=14 * 24 * 60, initial=USUAL_MINUTES
    )
    conflict_reason = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Employee, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["engineer"], people_for(user, task.kind))

    def clean_starts(self) -> datetime:
        starts = self.cleaned_data["starts"]
        if starts.year not in YEARS:
            raise forms.ValidationError(_("Nobody plans that far."))
        return starts

    @property
    def slot(self) -> dict[str, Any]:
        """What `assign` wants to know."""
        asked = self.cleaned_data
        return {
            "engineer": asked["engineer"],
            "planned_start": asked["starts"],
            "planned_end": asked["starts"] + timedelta(minutes=asked["minutes"]),
            "conflict_reason": asked.get("conflict_reason", ""),
            "version": asked["version"],
        }


class CrewForm(DeskForm):
    """Who goes along; a reason only where something stands against it."""

    engineer = forms.ModelChoiceField(
        label=_("Who goes along"), queryset=Employee.objects.none(), to_field_name="employee_no"
    )
    conflict_reason = forms.CharField(
        label=_("Why it is to be so all the same"), required=False, max_length=300
    )

    def __init__(self, *args: Any, user: Employee, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = people_for(user, task.kind).exclude(pk__in=task.people)
        offer_people(self.fields["engineer"], others)
        self.fields["conflict_reason"].help_text = _("Only where something stands against it.")


class OwnTimeForm(DeskForm):
    """The hours of one who goes along."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TimeKind.choices)
    starts_at = MomentField(label=_("From"))
    hours = forms.DecimalField(label=_("Hours"), max_digits=4, decimal_places=2, localize=False)


class AfterForm(DeskForm):
    other = forms.ModelChoiceField(
        label=_("Comes after"),
        queryset=Task.objects.none(),
        widget=SearchSelect("dispatch:options", preload=True),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = Task.objects.visible_to(user)  # type: ignore[attr-defined]


class DayPlanForm(DeskForm):
    """Which day, whose, and what beyond the tasks without engineer may be moved."""

    on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    outlet = forms.ModelChoiceField(
        label=_("Outlet"),
        queryset=Outlet.objects.none(),
        to_field_name="code",
        required=False,
        help_text=_("Its engineers, and the customers that it serves; nothing for all."),
    )
    moves_assigned = forms.BooleanField(
        label=_("Also move what is assigned and not accepted"), required=False
    )
    moves_accepted = forms.BooleanField(
        label=_("Also move what engineers have accepted"),
        required=False,
        help_text=_("What was agreed with the customer and work that has begun always stay."),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["outlet"]
        field.queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]
        field.empty_label = _("All")  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if on.year not in YEARS:
            raise forms.ValidationError(_("Nobody plans that far."))
        return on


class AcceptDayPlanForm(DeskForm):
    """The ticked lines of a plan, by the key of the task."""

    lines = forms.TypedMultipleChoiceField(label=_("Lines to accept"), coerce=int, required=False)

    def __init__(self, *args: Any, plan: DayPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [line["task"] for line in plan.result.get("lines", ()) if line["is_change"]]
        self.fields["lines"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]


class SupplementForm(DeskForm):
    readings = forms.CharField(
        label=_("Readings"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class LockForm(DeskForm):
    what = forms.ChoiceField(label=_("What was agreed"), choices=Lock, widget=forms.RadioSelect)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["what"]
        field.initial = Lock.BOTH if task.assignee else Lock.TIME
        if task.assignee is None:
            field.choices = [(Lock.TIME.value, Lock.TIME.label)]  # type: ignore[attr-defined]


class StepForm(DeskForm):
    """One tap; the time only when it was earlier."""

    happened_at = MomentField(label=_("When it really was"), required=False)


class PartForm(DeskForm):
    part = forms.ModelChoiceField(label=_("Part"), queryset=Part.objects.all())
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=999, initial=1, required=False
    )
    serial_no = forms.CharField(
        label=_("Serial number of the new part"), max_length=80, required=False
    )
    removed_serial_no = forms.CharField(
        label=_("Serial number of the part taken out"), max_length=80, required=False
    )

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class RemovePartForm(DeskForm):
    part_use = forms.IntegerField(label=_("Part"))


class TimeEntryForm(DeskForm):
    entry = forms.IntegerField(label=_("Own time"))


class DraftForm(forms.ModelForm):
    """What is typed so far; whatever is not readable yet is left out."""

    takes_what_is_readable = True

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
            "unchecked_reason",
        )

    @property
    def readable(self) -> dict[str, Any]:
        sent = [name for name in self.fields if name in self.data]
        return {name: self.cleaned_data[name] for name in sent if name in self.cleaned_data}


# As it is typed; what it means is looked at when the work ends.
DraftForm.base_fields |= {
    name: forms.CharField(label=label, max_length=LONGEST_DEFECT, required=False)
    for name, label in OF_DEVICE.items()
}


class ItemForm(DeskForm):
    """The answer of one point of the checklist; an empty one takes it away."""

    answer = forms.CharField(label=_("Answer"), max_length=200, required=False)
    uploads = FilesField(label=_("Photo"), required=False)

    def __init__(self, *args: Any, item: ChecklistItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        for field in self.fields.values():  # as the page names them
            field.label = item.text
            field.widget.attrs["id"] = f"item-{item.pk}"

    @property
    def picture(self) -> Checked | None:
        return next(iter(self.cleaned_data.get("uploads") or ()), None)


class NoticedForm(DeskForm):
    """New business that the engineer noticed at the customer of the task."""

    text = forms.CharField(
        label=_("What did you notice?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class HelpForm(DeskForm):
    question = forms.CharField(
        label=_("What do you want to know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NextVisitForm(DeskForm):
    """The wish is a day, or a day and hours; without it the desk agrees one with the customer."""

    what = forms.CharField(
        label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    on = forms.DateField(
        label=_("Wished day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    @property
    def wish(self) -> VisitWish:
        return VisitWish(**self.values)


class PictureField(forms.CharField):
    """A photo as the tablet shrank it: a JPEG data address; cleaned it is what will be kept."""

    def __init__(self, **words: Any) -> None:
        super().__init__(label=_("Photo"), max_length=1_000_000, strip=False, **words)

    def clean(self, value: Any) -> Checked | None:
        start, _comma, content = (super().clean(value) or "").partition(",")
        if not start and not self.required:
            return None
        try:
            if start != "data:image/jpeg;base64":
                raise ValidationError(_("This is not a photo."))
            return check("photo.jpg", b64decode(content, validate=True))
        except (NotBase64, DomainError) as no:
            raise ValidationError(_("This is not a photo.")) from no


class TabletItemForm(DeskForm):
    """The answer of one point as the tablet tells it."""

    item = forms.IntegerField(label=_("Checklist"))
    answer = forms.CharField(label=_("Answer"), max_length=200, required=False)
    photo = PictureField(required=False)


class PhotoForm(DeskForm):
    photo = PictureField()
    caption = forms.CharField(label=_("What it shows"), max_length=200, required=False)


class SignOffForm(DeskForm):
    """The end of a visit on one page: hours from the stamps, what was done, the customer's word."""

    USUAL: ClassVar[dict[str, bool]] = {}  # what is ticked beforehand
    MAY_ASK: ClassVar = frozenset({*OF_DEVICE, "cleared"})  # beside the fields that stand here

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
        asked = fields_of_device(task, is_bound=self.is_bound)
        for field in asked.values():
            refuse_unseen(field)
        self.fields |= asked

    @property
    def meters(self) -> list[dict[str, Any]]:
        """Each meter with its box, for the page."""
        names = [meter for meter in Meter.values if f"meter_{meter}" in self.fields]
        return [
            {"shows": self[f"meter_{name}"], "is_new": self[f"new_meter_{name}"]} for name in names
        ]

    @property
    def told(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name not in self.MAY_ASK}

    @property
    def sign_off(self) -> SignOff:
        return SignOff(**self.told, of_device=self.of_device)

    @property
    def of_device(self) -> OfDevice:
        said = self.cleaned_data
        meters = {
            meter: Shown(value, bool(said.get(f"new_meter_{meter}")))
            for meter in Meter.values
            if (value := said.get(f"meter_{meter}")) is not None
        }
        return OfDevice(
            meters=meters,
            software_version=said.get("software_version", ""),
            status=said.get("device_status", ""),
            defect=said.get("defect", ""),
            gravity=said.get("defect_gravity") or Gravity.SLIGHT,
            cleared=tuple(said.get("cleared", ())),
        )


def fields_of_device(task: Task, *, is_bound: bool) -> dict[str, forms.Field]:
    """What is asked of the device: its meters, software and status, what is wrong with it and what
    of that is put right. Nothing without a device, or of a retired one.
    """
    asset, device = task.asset, task.device
    if asset is None or device is None or AssetStatus.RETIRED in (asset.status, device.status):
        return {}
    fields: dict[str, forms.Field] = {}
    for meter, last in meters_of(device).items():
        fields |= fields_of_meter(meter, last)
    now = _("Now: %(version)s. Fill this in if it is another.") % {
        "version": asset.software_version or "–"
    }
    return fields | {
        "software_version": forms.CharField(
            label=_("Software version"),
            max_length=LONGEST_VERSION,
            required=False,
            help_text=now,
        ),
        "device_status": forms.ChoiceField(
            label=_("The device is"),
            choices=statuses(asset, is_bound=is_bound),
            required=False,
        ),
        "cleared": cleared_field(device),
        "defect": forms.CharField(
            label=_("Still wrong with it"),
            max_length=LONGEST_DEFECT,
            required=False,
            help_text=_(
                "It stands on the acceptance form, and on the device’s page until it is cleared."
            ),
        ),
        "defect_gravity": forms.ChoiceField(
            label=_("How grave"), choices=Gravity, initial=Gravity.SLIGHT, required=False
        ),
    }


def fields_of_meter(meter: str, last: MeterReading | None) -> dict[str, forms.Field]:
    told: Any = _("Not read yet.")
    if last is not None:
        said = {"value": f"{last.value.normalize():f}", "time": moment(last.taken_at)}
        told = _("Last: %(value)s, %(time)s. It never shows less, unless it was replaced.") % said
    return {
        f"meter_{meter}": forms.DecimalField(
            label=Meter(meter).label,
            required=False,
            min_value=Decimal(0),
            max_digits=14,
            decimal_places=2,
            help_text=told,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        ),
        f"new_meter_{meter}": forms.BooleanField(
            label=_("The meter was replaced: this is the new one’s figure"), required=False
        ),
    }


def statuses(asset: Asset, *, is_bound: bool) -> list[tuple[str, Any]]:
    """It stays, or it changes; a page that lies on a tablet may say what has become true since."""
    if asset.status == AssetStatus.IN_USE:
        choices = [("", _("in use, as before")), (AssetStatus.IN_REPAIR.value, _("out of use now"))]
    else:
        choices = [("", _("out of use, as before")), (AssetStatus.IN_USE.value, _("in use again"))]
    return [*choices, (asset.status, asset.get_status_display())] if is_bound else choices


def cleared_field(device: Asset) -> forms.ModelMultipleChoiceField:
    """The open ones are shown; one that somebody has cleared meanwhile is no mistake."""
    known = Defect.objects.of_device(device)
    field = forms.ModelMultipleChoiceField(
        label=_("Put right on this visit"),
        queryset=known,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    shown = known.open().order_by("pk")
    field.choices = [(each.pk, f"{each.text} ({each.get_gravity_display()})") for each in shown]
    return field


SCORE = "score_"  # before the code of a dimension
HIGHEST_NPS = 10


class CompleteForm(SignOffForm):
    USUAL: ClassVar = {"works_again": True, "resolves": True}

    unchecked_reason = forms.CharField(
        label=_("The checklist stays open, because"), max_length=200, required=False
    )
    resolves = forms.BooleanField(label=_("This solves the request"), required=False)
    fault_code = forms.ModelChoiceField(
        label=_("Fault code"), queryset=FaultCode.objects.all(), required=False
    )
    cause = forms.CharField(label=_("Cause"), max_length=120, required=False)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, task=task, **kwargs)
        if not task.checklist.filter(is_required=True, answer="").exists():
            del self.fields["unchecked_reason"]
        service_request = task.service_request
        if service_request is None or not service_request.is_open:
            for name in ("works_again", "resolves", "fault_code", "cause"):
                del self.fields[name]
            return
        if task.is_at_the_customer:
            self.fields |= fields_of_survey(service_request)
        codes = FaultCode.objects.all()
        if task.asset and task.asset.root and task.asset.root.model:
            of_model = codes.filter(asset_models=task.asset.root.model)
            codes = of_model if of_model.exists() else codes
        self.fields["fault_code"].queryset = codes  # type: ignore[attr-defined]

    @property
    def survey_names(self) -> set[str]:
        """All that a page on the tablet may have asked the customer."""
        codes = SurveyDimension.objects.values_list("code", flat=True)
        return {*(f"{SCORE}{code}" for code in codes), "nps"}

    @property
    def questions(self) -> list[forms.BoundField]:
        """What the customer is asked, one tap each."""
        return [self[name] for name in self.fields if name.startswith(SCORE) or name == "nps"]

    @property
    def told(self) -> dict[str, Any]:
        scores = {
            name.removeprefix(SCORE): value
            for name, value in self.values.items()
            if name.startswith(SCORE) and value is not None
        }
        named = {name: value for name, value in super().told.items() if not name.startswith(SCORE)}
        return named | {"scores": scores}


def fields_of_survey(service_request: ServiceRequest) -> dict[str, forms.Field]:
    """The questions of the survey after a contact; none where it was answered already."""
    answered = Survey.objects.filter(service_request=service_request, answered_at__isnull=False)
    if answered.exists():
        return {}
    fields: dict[str, forms.Field] = {
        f"{SCORE}{dimension.code}": one_tap(dimension.name, LOWEST_SCORE, HIGHEST_SCORE)
        for dimension in SurveyDimension.objects.filter(is_active=True)
    }
    asked = _("Would you recommend us? 0 not at all, 10 certainly")
    return fields | {"nps": one_tap(asked, 0, HIGHEST_NPS)}


def one_tap(label: str | Promise, least: int, most: int) -> forms.Field:
    return forms.TypedChoiceField(
        label=str(label),
        choices=[(number, str(number)) for number in range(least, most + 1)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


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


# The depot


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
