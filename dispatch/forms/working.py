"""What an engineer writes down while working, at the desk or on the tablet."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.models import Part
from crmservice.attachments.checking import Checked, check
from crmservice.attachments.forms import FilesField
from crmservice.errors import DomainError
from crmservice.web.forms import DeskForm, MomentField
from dispatch.actions import VisitWish
from dispatch.choices import OF_DEVICE
from dispatch.models import ChecklistItem, WorkReport

LONGEST_DEFECT = 300


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


def shown_first(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a draft fills in, without what is empty."""
    return {name: value for name, value in data.items() if value not in (None, "")}
