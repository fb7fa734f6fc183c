"""What a person may type about people, outlets and calendars."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.timezone import make_aware
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from holidays import list_supported_countries

from crmservice import phones
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm, MomentField
from crmservice.worktime import WEEKDAYS, CalendarError, parse_spans
from employees import policies, queries
from employees.actions import SkillLevel
from employees.choices import AbsenceKind, AuthorityKind, DayKind, Role
from employees.models import Employee, EmployeeSkill, OnCall, Outlet, Skill, WorkingCalendar
from employees.situations import SITUATIONS

plain_code = RegexValidator(
    re.compile(r"^[\w.-]+$"), _("Letters, digits, dots, dashes and underscores only.")
)


class LogInForm(LoginForm):
    """allauth's, with our words and what password managers look for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("Employee number or e-mail")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "autofocus": ""}
        password.widget.attrs = {"autocomplete": "current-password"}


class NewPasswordMixin(forms.Form):
    """A password twice: by hand or by a password manager."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("8 characters at least; 15 or more are better. A sentence is fine."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def future_owner(self) -> Employee:
        """Whose name and number the password must not be like."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        password, again = values.get("password"), values.get("password_again")
        if password and again is not None:
            if password != again:
                self.add_error("password_again", _("The two passwords differ."))
            else:
                self.judge(password)
        return values

    def judge(self, password: str) -> None:
        try:
            validate_password(password, self.future_owner())
        except ValidationError as no:
            self.add_error("password", no)


class SetUpForm(NewPasswordMixin, DeskForm):
    """The first outlet and the first administrator."""

    outlet_code = forms.CharField(
        label=_("Code of the first outlet"), max_length=20, initial="HQ", validators=[plain_code]
    )
    outlet_name = forms.CharField(label=_("Name of the first outlet"), max_length=120)
    employee_no = forms.CharField(
        label=_("Your employee number"), max_length=40, validators=[plain_code]
    )
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail"), required=False)

    field_order = (
        "outlet_code",
        "outlet_name",
        "employee_no",
        "name",
        "email",
        "password",
        "password_again",
    )

    def future_owner(self) -> Employee:
        typed = self.cleaned_data
        return Employee(
            employee_no=typed.get("employee_no", ""),
            name=typed.get("name", ""),
            email=typed.get("email", ""),
        )

    @property
    def outlet(self) -> dict[str, Any]:
        return {
            "code": self.cleaned_data["outlet_code"],
            "name": self.cleaned_data["outlet_name"],
        }

    @property
    def administrator(self) -> dict[str, Any]:
        names = ("employee_no", "name", "email", "password")
        return {name: self.cleaned_data[name] for name in names}


class OpenLogInForm(NewPasswordMixin, DeskForm):
    """The first password, which the person changes."""

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employee = employee

    def future_owner(self) -> Employee:
        return self.employee


class EmployeeForm(DeskModelForm):
    class Meta:
        model = Employee
        fields = (
            "employee_no",
            "name",
            "name_en",
            "role",
            "ring",
            "outlet",
            "supervisor",
            "backup",
            "email",
            "phone",
            "base_latitude",
            "base_longitude",
            "joined_on",
            "left_on",
        )
        labels = {"name": _("Full name"), "name_en": _("Full name in English")}
        widgets = {
            "supervisor": SearchSelect("employees:options"),
            "backup": SearchSelect("employees:options"),
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "joined_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = policies.roles_to_give(user)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        for name in ("supervisor", "backup"):
            self.fields[name].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["employee_no"]
        else:
            self.fields["employee_no"].validators.append(plain_code)
        if self.instance.pk and not user.may("employees.administer"):
            del self.fields["role"]

    def clean_phone(self) -> str:
        """The one stored form; a short service number stays as typed."""
        typed = self.cleaned_data["phone"].strip()
        return phones.to_e164(typed) or typed

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        others = Employee.objects.exclude(pk=self.instance.pk).filter(email__iexact=email)
        if email and others.exists():
            raise ValidationError(_("Somebody else logs in with this e-mail address."))
        return email


class SkillsForm(DeskForm):
    """One row of fields per skill of the catalogue: no level, no skill."""

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = list(Skill.objects.all())
        held = {each.skill_id: each for each in employee.skill_levels.all()}
        levels = [("", "–"), *((str(level), str(level)) for level in range(1, 6))]
        for skill in self.catalogue:
            mine: EmployeeSkill | None = held.get(skill.pk)
            self.fields[f"level_{skill.pk}"] = forms.ChoiceField(
                label=skill.name,
                choices=levels,
                required=False,
                initial=str(mine.level) if mine else "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"until_{skill.pk}"] = forms.DateField(
                label=_("Certificate of %(skill)s valid until") % {"skill": skill.name},
                required=False,
                initial=mine.certificate_expires_on if mine else None,
                widget=forms.DateInput(
                    attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"
                ),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for skill in self.catalogue:
            if values.get(f"until_{skill.pk}") and not values.get(f"level_{skill.pk}"):
                self.add_error(f"level_{skill.pk}", _("A certificate needs a level."))
        return values

    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Level and certificate side by side."""
        for skill in self.catalogue:
            yield self[f"level_{skill.pk}"], self[f"until_{skill.pk}"]

    @property
    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "levels": [
                SkillLevel(skill, int(typed[f"level_{skill.pk}"]), typed.get(f"until_{skill.pk}"))
                for skill in self.catalogue
                if typed.get(f"level_{skill.pk}")
            ]
        }


class AbsenceForm(DeskForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=AbsenceKind.choices)
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    first_time = forms.TimeField(
        label=_("from (whole day if empty)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_time = forms.TimeField(
        label=_("until (whole day if empty)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and self.ends_at <= self.starts_at:
            self.add_error("last_day", _("An absence ends after it begins."))
        return values

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.cleaned_data["first_day"], self.cleaned_data.get("first_time"))

    @property
    def ends_at(self) -> datetime:
        """The last day counts as a whole when no time is said."""
        day, at = self.cleaned_data["last_day"], self.cleaned_data.get("last_time")
        return moment_of(day, at) if at else moment_of(day + timedelta(days=1), None)

    @property
    def values(self) -> dict[str, Any]:
        return {
            "kind": self.cleaned_data["kind"],
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "note": self.cleaned_data["note"],
        }


class OnCallForm(DeskModelForm):
    """A line of the rota."""

    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    class Meta:
        model = OnCall
        fields = ("employee", "ring", "outlet", "starts_at", "ends_at")
        widgets = {
            "employee": SearchSelect("employees:options"),
            "ring": forms.Select(choices=[(ring, ring) for ring in (1, 2, 3)]),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = Employee.objects.visible_to(user).active()  # type: ignore[attr-defined]
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]


class OutletForm(DeskModelForm):
    class Meta:
        model = Outlet
        fields = ("code", "name", "kind", "calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        else:
            self.fields["code"].validators.append(plain_code)


class HoursField(forms.CharField):
    """Hours of a day as people write them; what is wrong is said here, in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)

    def clean(self, value: Any) -> list[str]:
        try:
            return [str(span) for span in parse_spans(super().clean(value))]
        except CalendarError as fault:
            raise ValidationError(queries.fault_in_words(fault)) from fault

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != list(initial or [])
        except ValidationError:
            return True


DAY_NAMES = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}


SAID = ("name", "time_zone", "country", "region", "parent")


class CalendarForm(DeskModelForm):
    """A week of hours: one field a day, empty for closed."""

    class Meta:
        model = WorkingCalendar
        fields = ("code", "name", "time_zone", "country", "region", "parent")
        help_texts = {
            "country": _("Two letters, like CN or DE; empty for none."),
            "region": _("A region with holidays of its own, like BY; empty for the whole country."),
            "parent": _(
                "Its holidays, closures and extra days hold here too, unless changed here."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekly = self.instance.weekly or {} if self.instance.pk else {}
        for day in WEEKDAYS:
            self.fields[day] = HoursField(label=DAY_NAMES[day], initial=weekly.get(day, []))
        self.fields["moved"] = HoursField(
            label=_("Moved working days"),
            initial=self.instance.moved_spans if self.instance.pk else [],
            help_text=_("The hours of a Saturday or Sunday that is worked for a bridge day."),
        )
        self.fields["mon"].help_text = _("Like 09:00-12:00, 13:00-17:00; empty means closed.")
        if self.instance.pk:
            others = WorkingCalendar.objects.exclude(pk=self.instance.pk)
            self.fields["parent"].queryset = others  # type: ignore[attr-defined]
            del self.fields["code"]
        else:
            self.fields["code"].validators.append(plain_code)

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"])
        if zone not in available_timezones():
            raise ValidationError(_("“%(zone)s” is no time zone.") % {"zone": zone})
        return zone

    def clean_parent(self) -> WorkingCalendar | None:
        parent: WorkingCalendar | None = self.cleaned_data["parent"]
        if self.instance.pk and queries.inherits(parent, self.instance):
            raise ValidationError(_("%(calendar)s inherits from this one.") % {"calendar": parent})
        return parent

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper()
        if country and country not in list_supported_countries():
            raise ValidationError(
                _("The holidays of “%(country)s” are not known.") % {"country": country}
            )
        return country

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        region = typed["region"] = str(typed.get("region", "")).strip().upper()
        known = list_supported_countries().get(typed.get("country", ""), [])
        if region and region not in known and "country" not in self.errors:
            self.add_error(
                "region",
                _("“%(region)s” is no region of this country. Known: %(known)s")
                % {"region": region, "known": ", ".join(known) or "–"},
            )
        return typed

    @property
    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        values = {name: typed[name] for name in ("code", *SAID)}
        return values | {"weekly": self.weekly, "moved_spans": typed["moved"]}

    @property
    def weekly(self) -> dict[str, list[str]]:
        return {day: self.cleaned_data[day] for day in WEEKDAYS if self.cleaned_data[day]}

    @property
    def changed_values(self) -> dict[str, Any]:
        """The week as one value, since its days stand and fall together."""
        changed = set(self.changed_data)
        values = {name: self.cleaned_data[name] for name in SAID if name in changed}
        if changed & set(WEEKDAYS):
            values["weekly"] = self.weekly
        if "moved" in changed:
            values["moved_spans"] = self.cleaned_data["moved"]
        return values


class HolidaysForm(DeskForm):
    """Which year's public holidays are taken over."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class DayForm(DeskForm):
    """One date that differs from the week."""

    date = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DayKind.choices)
    spans = HoursField(
        label=pgettext_lazy("of a day", "Hours"), help_text=_("Empty for a closed day.")
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)


def moment_of(day: date, at: time | None) -> datetime:
    """A day and a time on the wall of the organisation, in UTC."""
    return make_aware(datetime.combine(day, at or time())).astimezone(UTC)


class CalledForForm(DeskForm):
    """A box for each field of each kind of each situation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_force = queries.called_for()

    @staticmethod
    def name_of(situation: str, kind: str, field: str) -> str:
        return f"{situation}|{kind}|{field}"

    def is_chosen(self, situation: str, kind: str, field: str) -> bool:
        if self.is_bound:
            return self.name_of(situation, kind, field) in self.data
        return (kind, field) in self.in_force.get(situation, set())

    @property
    def chosen(self) -> dict[str, list[tuple[str, str]]]:
        """The ticked (kind, field) pairs of each situation."""
        return {
            code: [
                (kind, field)
                for kind, _words in situation.kinds
                for field in situation.fields
                if self.is_chosen(code, kind, field)
            ]
            for code, situation in SITUATIONS.items()
        }


class MonthForm(forms.Form):
    """The month and the outlet of a ranking, in the URL."""

    month = forms.TypedChoiceField(
        label=_("Month"),
        required=False,
        coerce=lambda text: date.fromisoformat(f"{text}-01"),
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    outlet = forms.ModelChoiceField(
        Outlet.objects.none(),
        label=_("Outlet"),
        required=False,
        empty_label=_("All"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, user: Employee, months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(f"{each:%Y-%m}", f"{each:%Y-%m}") for each in months]
        month, outlet = self.fields["month"], self.fields["outlet"]
        month.choices = [("", gettext("This month")), *known]  # type: ignore[attr-defined]
        outlet.queryset = Outlet.objects.visible_to(user)  # type: ignore[attr-defined]


class MendForm(DeskForm):
    answer = forms.CharField(
        label=_("What did you put right?"), widget=forms.Textarea(attrs={"rows": 4})
    )


class PlainForm(DeskForm):
    """A verb that asks for nothing."""


class AnswerForm(DeskForm):
    answer = forms.CharField(label=_("Note"), max_length=300, required=False)


class RefusalForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class LimitForm(DeskForm):
    """A role's or a person's; a discount in per cent, everything else in base currency."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", "–"), *Role.choices], required=False)
    employee = forms.ModelChoiceField(
        label=_("Person"),
        queryset=Employee.objects.active(),
        required=False,
        widget=SearchSelect("employees:options"),
    )
    kind = forms.ChoiceField(label=_("What for"), choices=AuthorityKind.choices)
    tier_code = forms.CharField(
        label=_("Tier"),
        max_length=20,
        required=False,
        help_text=_("The code of a customer tier; empty for every tier."),
    )
    limit = forms.DecimalField(
        label=_("Limit"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("A discount in per cent, everything else an amount."),
    )

    @property
    def values(self) -> dict[str, Any]:
        kind = AuthorityKind(self.cleaned_data["kind"])
        limit = self.cleaned_data["limit"]
        return {
            **super().values,
            "kind": kind,
            "limit": limit / 100 if kind.is_share else limit,
            "tier_code": self.cleaned_data["tier_code"].strip(),
        }
