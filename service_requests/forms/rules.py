"""What is typed about warnings and rings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskModelForm
from service_requests.models import EscalationRule, WarningPolicy

MOST_WARNINGS = 6


class PercentsField(forms.CharField):
    """Whole numbers with commas between them; nothing is no warning."""

    def __init__(self, **words: Any) -> None:
        super().__init__(required=False, max_length=40, **words)

    def clean(self, value: Any) -> list[int]:
        typed = super().clean(value).replace("，", ",").replace("、", ",").replace("%", "")
        parts = [part.strip() for part in typed.split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise ValidationError(_("Write whole numbers, like 50, 75, 90."))
        if len(parts) > MOST_WARNINGS:
            raise ValidationError(_("Who is warned too often listens no more: six at most."))
        return sorted({int(part) for part in parts})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != list(initial or [])
        except ValidationError:
            return True


class WarningsForm(DeskModelForm):
    percents = PercentsField(
        label=_("Warn at (per cent of the promise)"), help_text=_("Like 50, 75, 90; empty: never.")
    )

    class Meta:
        model = WarningPolicy
        fields = ("percents",)


class RuleForm(DeskModelForm):
    rule_says_it_better = True

    class Meta:
        model = EscalationRule
        fields = ("trigger", "threshold", "ring", "target", "severity", "tier", "is_active")
        widgets = {"ring": forms.Select(choices=[(2, 2), (3, 3)])}
        help_texts = {
            "threshold": _("Per cent, hours or times, as what happens says; empty where none."),
            "target": _("Of a share of the promise: which clock; empty: each."),
            "severity": _("Only requests of this severity; empty: all."),
            "tier": _("Only customers of this tier; empty: all."),
        }
