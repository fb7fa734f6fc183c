"""What is asked when work ends: the device as it is left, the signature, the customer's answers."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.choices import AssetStatus, Gravity, Meter
from assets.models import Asset, Defect, MeterReading
from assets.queries import meters_of
from crmservice.web.forms import DeskForm, refuse_unseen
from crmservice.web.text import moment
from dispatch.actions import OfDevice, Shown, SignOff
from dispatch.choices import OF_DEVICE
from dispatch.forms.working import LONGEST_DEFECT
from dispatch.models import Task
from knowledge.models import FaultCode
from service_requests.choices import HIGHEST_SCORE, LOWEST_SCORE
from service_requests.models import ServiceRequest, Survey, SurveyDimension

SIGNED = ("signed_by", "signature")
LONGEST_VERSION = 40


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
