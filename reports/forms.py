"""The filters over a report, as they stand in the URL."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reports.choices import PRESETS
from reports.periods import Preset, Scope
from service_requests.choices import Kind


class ScopeForm(forms.Form):
    """Only for showing; `reports.periods.scope_of` reads the URL and never refuses.

    `outlets` are codes with names, `tiers` codes with Chinese and English names.
    """

    period = forms.ChoiceField(label=_("Period"), choices=PRESETS)
    outlet = forms.ChoiceField(label=_("Outlet"))
    tier = forms.ChoiceField(label=_("Tier"))
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(
        self,
        scope: Scope,
        *,
        outlets: Iterable[tuple[str, str]] = (),
        tiers: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        super().__init__(
            initial={
                "period": scope.preset,
                "outlet": scope.outlet,
                "tier": scope.tier,
                "kind": scope.kind,
                "from": scope.period.first,
                "to": scope.period.last,
            }
        )
        chinese = (get_language() or "en").startswith("zh")
        self._offer("outlet", outlets)
        self._offer("tier", ((code, zh if chinese else en) for code, zh, en in tiers))
        self._offer("kind", Kind.choices)
        if scope.preset == Preset.CUSTOM:
            for name, label in (("from", _("From")), ("to", _("Until"))):
                self.fields[name] = forms.DateField(
                    label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
                )
        for field in self.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *choices]
