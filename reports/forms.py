"""The filters over a report, as they stand in the URL."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm
from employees.models import Employee
from reports.choices import PRESETS, Rhythm, VisitResult, VisitWay
from reports.models import SavedReport
from reports.periods import Preset, Scope
from reports.queries.breaking import BREAKDOWNS
from reports.queries.catalogue import CATALOGUE
from reports.queries.declaring import Report
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
            add_days(self)
        dress(self)

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *choices]


class ReportForm(forms.Form):
    """What a report is asked for: its period, its lines, its filters; only for showing, too."""

    def __init__(
        self,
        report: Report,
        scope: Scope,
        by: str,
        choices: Mapping[str, Iterable[tuple[str, str]]],
    ) -> None:
        """`choices` are those of the filters that are chosen from a list."""
        days = {"from": scope.period.first, "to": scope.period.last}
        super().__init__(initial={"period": scope.preset, "by": by, **days, **scope.filters})
        if not report.is_now:
            self.fields["period"] = forms.ChoiceField(label=_("Period"), choices=PRESETS)
        if len(report.breakdowns) > 1:
            lines = [(key, BREAKDOWNS[key].label) for key in report.breakdowns]
            self.fields["by"] = forms.ChoiceField(label=_("Broken down by"), choices=lines)
        if scope.preset == Preset.CUSTOM and not report.is_now:
            add_days(self)
        for name in report.filters:
            label: Any = BREAKDOWNS[name].label
            if name in choices:
                offered = [("", _("All")), *choices[name]]
                self.fields[name] = forms.ChoiceField(label=label, choices=offered)
            else:
                self.fields[name] = forms.CharField(label=label, required=False)
        dress(self)

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in FIRST]

    @property
    def is_more_in_use(self) -> bool:
        return any(self.initial.get(each.name) for each in self.more)


FIRST = ("period", "by", "from", "to", "outlet", "tier")


def add_days(form: forms.Form) -> None:
    for name, label in (("from", _("From")), ("to", _("Until"))):
        form.fields[name] = forms.DateField(
            label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        )


def dress(form: forms.Form) -> None:
    for field in form.fields.values():
        is_choice = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if is_choice else "form-control"


class SaveForm(DeskForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    is_shared = forms.BooleanField(label=_("Others may use it"), required=False)


class SubscribeForm(DeskForm):
    recipient = forms.ModelChoiceField(label=_("To"), queryset=Employee.objects.none())
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices, initial=Rhythm.WEEKLY)

    def __init__(self, *args: Any, saved: SavedReport, user: Employee, **kwargs: Any) -> None:
        """Its owner may send it to whoever may see it; others get it themselves."""
        super().__init__(*args, **kwargs)
        people = Employee.objects.active().exclude(email="")
        if saved.owner_id != user.pk:
            people = people.filter(pk=user.pk)
        action = CATALOGUE[saved.report].permission
        may = [each.pk for each in people if each.may(action) and each.may("reports.view")]
        field = self.fields["recipient"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Employee.objects.filter(pk__in=may).order_by("name")
        field.initial = user.pk


class DrawForm(DeskForm):
    size = forms.IntegerField(label=_("Customers"), min_value=1, max_value=100, initial=12)


class VisitForm(DeskForm):
    result = forms.ChoiceField(label=_("Result"), choices=[("", ""), *VisitResult.choices])
    way = forms.ChoiceField(label=_("How"), choices=[("", ""), *VisitWay.choices], required=False)
    score = forms.IntegerField(
        label=_("Satisfaction (1–5)"), min_value=1, max_value=5, required=False
    )
    said = forms.CharField(
        label=_("What was said"), widget=forms.Textarea({"rows": 4}), required=False
    )
    agreed = forms.CharField(
        label=_("What was agreed"), widget=forms.Textarea({"rows": 2}), required=False
    )
