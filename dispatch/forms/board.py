"""What is chosen on the board and in the plans of days."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, MomentField
from crmservice.web.text import DAYS_OF_A_WEEK
from dispatch.choices import Kind, TimeKind
from dispatch.forms.planning import USUAL_MINUTES
from dispatch.models import DayPlan, Task
from dispatch.queries import Stretch, monday_of, people_for
from employees.models import Employee, Outlet, Skill

YEARS = range(2000, 2101)  # in which something is planned


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
