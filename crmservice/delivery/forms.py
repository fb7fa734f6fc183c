from collections.abc import Iterator
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.delivery.models import Preference
from crmservice.web.forms import DeskForm


class TimeInput(forms.TimeInput):
    input_type = "time"


class PreferenceForm(DeskForm):
    """Channels per kind of notice, and the hours without mail."""

    inbox = forms.MultipleChoiceField(
        label=_("Inbox"),
        choices=NoticeKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mail = forms.MultipleChoiceField(
        label=_("E-mail"),
        choices=NoticeKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=TimeInput(format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("until"), required=False, widget=TimeInput(format="%H:%M")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, preference: Preference, **kwargs: Any) -> None:
        names = ("inbox", "mail", "quiet_from", "quiet_until", "time_zone")
        initial = {name: getattr(preference, name) for name in names}
        super().__init__(*args, initial=initial, **kwargs)
        zones = sorted(available_timezones())
        self.fields["time_zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        channels = (values.get("inbox", []), values.get("mail", []))
        if not any(NoticeKind.ALARM in kinds for kinds in channels):
            self.add_error(None, _("What is overdue or escalated has to reach you somewhere."))
        begins, ends = values.get("quiet_from"), values.get("quiet_until")
        if self.is_half(begins, ends):
            self.add_error("quiet_until", _("Quiet hours need a beginning and another end."))
        return values

    @staticmethod
    def is_half(begins: time | None, ends: time | None) -> bool:
        return (begins is None) != (ends is None) or (begins is not None and begins == ends)

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Each kind with its two boxes."""
        return zip(NoticeKind.labels, self["inbox"], self["mail"], strict=True)
