"""What every desk form has: a key that makes it count once, and crispy's shape."""

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator
from django.db.models import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

HIDDEN = ("once", "version")
MINUTE_FORMAT = "%Y-%m-%dT%H:%M"


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NAMES_A_CONSTRAINT = re.compile("[“「]\\w+[”」]")
CONTRADICTS = _("This contradicts itself or another record.")
UNSEEN = _("Signs that cannot be seen do not belong here.")
one_line = RegexValidator(CONTROL, UNSEEN, "unseen", inverse_match=True)
plain_text = RegexValidator(CONTROL_BUT_LINES, UNSEEN, "unseen", inverse_match=True)


def new_key() -> str:
    return secrets.token_urlsafe(24)


def name_the_blank(field: forms.Field) -> None:
    """Words for Django's row of dashes: nothing is a choice, or one is to be made."""
    words = _("Choose…") if field.required else "–"
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = field.empty_label and words
    elif isinstance(field, forms.ChoiceField) and not callable(field.choices):
        pairs = list(field.choices)
        if pairs[:1] == BLANK_CHOICE_DASH:
            field.choices = [("", words), *pairs[1:]]


class MomentField(forms.DateTimeField):
    """A minute in the reader's time zone, picked by the browser's own control; given in UTC, where
    two moments are as far from each other as they really are, also in a night of 25 hours.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE_FORMAT)

    def __init__(self, **words: Any) -> None:
        super().__init__(input_formats=[MINUTE_FORMAT, f"{MINUTE_FORMAT}:%S"], **words)

    def to_python(self, value: Any) -> datetime | None:
        found = super().to_python(value)
        return found and found.astimezone(UTC)


def refuse_unseen(field: forms.Field) -> None:
    """A password is taken as it is."""
    if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
        is_text = isinstance(field.widget, forms.Textarea)
        field.validators.append(plain_text if is_text else one_line)


class DeskForm(forms.Form):
    """A form whose POST counts once (`attempt` looks at the key)."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=new_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            name_the_blank(field)
            refuse_unseen(field)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned data without what only the form itself needs."""
        return {name: value for name, value in self.cleaned_data.items() if name not in HIDDEN}


class DeskModelForm(DeskForm, forms.ModelForm):
    """Shape and words of a record. It never saves: the action does, with the values that were
    changed.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    rule_says_it_better = False  # whether the action refuses what the constraints do, in words

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "version"):
            self.fields["version"].initial = self.instance.version
            self.initial["version"] = self.instance.version

    @property
    def changed_values(self) -> dict[str, Any]:
        """Only what the person changed, so that two people's changes to other fields both stay
        (R-08).
        """
        return {name: self.cleaned_data[name] for name in self.changed_data if name not in HIDDEN}

    def _update_errors(self, errors: ValidationError) -> None:
        """A constraint without words of its own is not shown by its name in the database."""
        said = getattr(errors, "error_dict", {})
        if NON_FIELD_ERRORS in said:
            plain = [
                error
                for error in said[NON_FIELD_ERRORS]
                if not NAMES_A_CONSTRAINT.search(" ".join(error.messages))
            ]
            if not plain and not self.rule_says_it_better:
                plain = ValidationError(CONTRADICTS).error_list
            said[NON_FIELD_ERRORS] = plain
            if not plain:
                del said[NON_FIELD_ERRORS]
        super()._update_errors(errors)  # type: ignore[misc]  # the stubs do not know it

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002
        raise TypeError(_("Records are written by actions, not by forms."))
