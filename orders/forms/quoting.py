"""What a person may type about an offer, and a customer who answers it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm
from orders.forms.ordering import DAY
from orders.models import Quotation

VALID_DAYS = 30


def usual_end() -> Any:
    return timezone.localdate() + timedelta(days=VALID_DAYS)


class OfferForm(DeskForm):
    valid_until = forms.DateField(label=_("Valid until"), widget=DAY, initial=usual_end)
    to_name = forms.CharField(label=_("Addressed to"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Gets the offer with the link to answer. Empty: you pass PDF or link on."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class TakenForm(DeskForm):
    """All lines are chosen until somebody takes one off."""

    lines = forms.MultipleChoiceField(
        label=_("Accepted lines"), widget=forms.CheckboxSelectMultiple, required=False
    )
    name = forms.CharField(label=_("Name of who answers"), max_length=100)

    def __init__(self, *args: Any, quotation: Quotation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(line.pk, line.text) for line in quotation.lines.all()]
        field = self.fields["lines"]
        field.choices = lines  # type: ignore[attr-defined]
        field.initial = [pk for pk, _text in lines]

    @property
    def values(self) -> dict[str, Any]:
        return {
            "lines": [int(pk) for pk in self.cleaned_data["lines"]],
            "name": self.cleaned_data["name"],
        }


class DeclinedForm(DeskForm):
    name = forms.CharField(label=_("Name of who answers"), max_length=100)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
