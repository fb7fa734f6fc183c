from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, AssetModel
from contracts.choices import LineScope, Rhythm, Service
from contracts.explaining import fault_in_words, hours_word, promise_line, usual_line
from contracts.models import ContractLine, ContractType, DefaultPromise, ServiceContract
from contracts.promise_text import LineError, PromiseLine, parse, show
from contracts.queries import calendar_codes, level_of
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from customers.models import Customer, Site
from employees.models import Employee, WorkingCalendar

BLANK_LINES = 4
MOST_LINES = 200
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
ALLOWANCES = ("visits_per_year", "hours_per_year", "cases_per_year")


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LineField(forms.CharField):
    """Promises as one line (contracts.promise_text); cleaned, it is a `PromiseLine`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Promises"))
        super().__init__(max_length=200, **kwargs)

    def prepare(self) -> None:
        """Ask which service hours there are; once per form."""
        self.codes = calendar_codes()
        self.help_text = _(
            "Like “1 h response · NBD arrival before 15:00 · 5x8”. Hours: %(codes)s"
        ) % {"codes": ", ".join(map(hours_word, self.codes))}

    def clean(self, value: Any) -> PromiseLine | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(text, self.codes)
        except LineError as refused:
            raise forms.ValidationError(fault_in_words(refused, self.codes)) from refused


class LevelForm(DeskModelForm):
    """Promises as one line, kept as the columns of a `ServiceLevel`."""

    line = LineField()

    class Meta:
        fields: tuple[str, ...] = ()
        widgets: dict[str, forms.Widget] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_field.prepare()
        if self.instance.pk:
            promises = level_of(self.instance).promises
            self.initial["line"] = promise_line(promises, self.instance.calendar.code)

    @property
    def line_field(self) -> LineField:
        field = self.fields["line"]
        assert isinstance(field, LineField)
        return field

    def clean_line(self) -> PromiseLine | None:
        line: PromiseLine | None = self.cleaned_data["line"]
        self.promise(line)
        return line

    def promise(self, line: PromiseLine | None) -> None:
        """Let the record that is shown before it is saved promise what was typed."""
        for name, value in columns(line).items():
            setattr(self.instance, name, value)

    @property
    def values(self) -> dict[str, Any]:
        return as_columns(super().values)

    @property
    def changed_values(self) -> dict[str, Any]:
        return as_columns(super().changed_values)


def as_columns(values: dict[str, Any]) -> dict[str, Any]:
    """The line as the columns of a `ServiceLevel`."""
    line = values.pop("line", None)
    return values | columns(line)


def columns(line: PromiseLine | None) -> dict[str, Any]:
    if line is None:
        return {}
    return {
        "calendar": WorkingCalendar.objects.get(code=line.hours),
        **{each.name: getattr(line.promises, each.name) for each in fields(line.promises)},
    }


class ContractForm(LevelForm):
    """A draft's terms; its customer stays."""

    discount = forms.DecimalField(
        label=_("Parts discount (%)"), min_value=0, max_value=100, decimal_places=2, required=False
    )

    line = LineField(required=False)
    field_order = ("customer", "type", "starts_on", "ends_on", "line")

    class Meta(LevelForm.Meta):
        model = ServiceContract
        fields = (
            "type",
            "starts_on",
            "ends_on",
            "visits_per_year",
            "hours_per_year",
            "cases_per_year",
            "onsite_rate_per_hour",
            "discount",
            "value",
            "billing_rhythm",
            "billed_in_advance",
            "responsible",
            "note",
        )
        widgets = {
            **LevelForm.Meta.widgets,
            "starts_on": day_input(),
            "ends_on": day_input(),
            "responsible": forms.Select(attrs={"data-search": "yes"}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["value"].required = False
            self.initial["value"] = None
            for name in (*ALLOWANCES, "onsite_rate_per_hour", "discount", "value"):
                self.fields[name].help_text = _("Left empty, as the type has it.")
        people = Employee.objects.visible_to(user).active()
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["discount"] = (self.instance.parts_discount * HUNDRED).quantize(CENT)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "line" in values and values["line"] is None:
            values["line"] = self.usual(values.get("type"))
        if values.get("type") is not None and not self.instance.pk:
            self.take_from(values["type"], values)
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("It cannot end before it starts."))
        return values

    def take_from(self, of_type: ContractType, values: dict[str, Any]) -> None:
        """What was left empty in a new contract is as its type has it; the price by the days."""
        for name in (*ALLOWANCES, "onsite_rate_per_hour"):
            if values.get(name) is None:
                values[name] = getattr(of_type, name)
        if values.get("discount") is None and of_type.parts_discount is not None:
            values["discount"] = of_type.parts_discount * HUNDRED
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if "value" in values and values["value"] is None:
            values["value"] = (
                price_by_days(of_type.price_per_year, starts_on, ends_on)
                if of_type.price_per_year is not None and starts_on and ends_on
                else Decimal(0)
            )

    def usual(self, contract_type: ContractType | None) -> PromiseLine | None:
        """What the type promises, for a line that was left empty."""
        if contract_type is None or not contract_type.usual_promises:
            self.add_error("line", self.fields["line"].error_messages["required"])
            return None
        line = parse(contract_type.usual_promises, self.line_field.codes)
        self.promise(line)
        return line

    @property
    def values(self) -> dict[str, Any]:
        return as_share(super().values)

    @property
    def changed_values(self) -> dict[str, Any]:
        return as_share(super().changed_values)


class NewContractForm(ContractForm):
    class Meta(ContractForm.Meta):
        fields = ("customer", *ContractForm.Meta.fields)  # type: ignore[assignment]
        widgets = {**ContractForm.Meta.widgets, "customer": SearchSelect("customers:options")}

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        customers = Customer.objects.visible_to(user).living()
        self.fields["customer"].queryset = customers  # type: ignore[attr-defined]


def as_share(values: dict[str, Any]) -> dict[str, Any]:
    """The discount as the share that is kept: 12.5 per cent is 0.125."""
    if "discount" in values:
        values["parts_discount"] = (values.pop("discount") or Decimal(0)) / HUNDRED
    return values


def as_share_or_none(values: dict[str, Any]) -> dict[str, Any]:
    """The same for a type, which may leave it open."""
    if "discount" in values and values["discount"] is None:
        values["parts_discount"] = values.pop("discount")
    return as_share(values)


def price_by_days(a_year: Decimal, starts_on: date, ends_on: date) -> Decimal:
    """A yearly price for a period: whole years by their number, else by days of 365."""
    days = (ends_on - starts_on).days + 1
    next_day = ends_on + timedelta(days=1)
    if (next_day.month, next_day.day) == (starts_on.month, starts_on.day):
        return a_year * (next_day.year - starts_on.year)
    return (a_year * days / 365).quantize(CENT)


class LineForm(forms.Form):
    """One line: all of the customer, or one asset, model or site; its days narrow the whole."""

    everything = forms.BooleanField(label=_("All assets"), required=False)
    asset = forms.ModelChoiceField(
        label=_("Asset"),
        queryset=Asset.objects.none(),
        required=False,
        widget=SearchSelect("assets:options", sends=["customer"], preload=True),
    )
    asset_model = forms.ModelChoiceField(
        label=_("Model"),
        queryset=AssetModel.objects.all(),
        required=False,
        widget=forms.Select(attrs={"data-search": "yes"}),
    )
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        widget=SearchSelect("assets:site_options", sends=["customer"], preload=True),
    )
    starts_on = forms.DateField(label=_("From"), required=False, widget=day_input())
    ends_on = forms.DateField(label=_("Until"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(user)
        self.fields["asset"].queryset = Asset.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["site"].queryset = Site.objects.filter(customer__in=customers)  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            is_choice = isinstance(field.widget, forms.Select)
            look = "form-select" if is_choice else "form-control"
            field.widget.attrs["class"] = "form-check-input" if name == "everything" else look

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        named = [
            name for name in ("everything", "asset", "asset_model", "site") if values.get(name)
        ]
        if len(named) > 1:
            self.add_error(named[1], _("One line names one thing. Use another line."))
        elif not named and (values.get("starts_on") or values.get("ends_on")):
            self.add_error("asset", _("Say what these days are for."))
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("It cannot end before it starts."))
        return values

    def line(self) -> ContractLine | None:
        """The line that was typed, unsaved; None for an empty one."""
        values = self.cleaned_data
        what = {name: values.get(name) for name in ("asset", "asset_model", "site")}
        scopes = {"asset": LineScope.ASSET, "asset_model": LineScope.MODEL, "site": LineScope.SITE}
        scope = next((scopes[name] for name, chosen in what.items() if chosen), None)
        if scope is None and not values.get("everything"):
            return None
        days = {name: values.get(name) for name in ("starts_on", "ends_on")}
        return ContractLine(scope=scope or LineScope.CUSTOMER, **what, **days)


class LineFormSet(forms.BaseFormSet):
    def add_fields(self, form: LineForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Take away")
            form.fields["DELETE"].widget.attrs["class"] = "form-check-input"

    def clean(self) -> None:
        if any(self.errors):
            return
        seen = set()
        for form in self.kept:
            line = form.line()
            if line is None:
                continue
            key = (line.scope, line.asset_id, line.asset_model_id, line.site_id)
            if key in seen and line.scope in (LineScope.ASSET, LineScope.CUSTOMER):
                raise forms.ValidationError(_("The same thing is covered twice."))
            seen.add(key)

    @property
    def kept(self) -> list[LineForm]:
        return [form for form in self.forms if not form.cleaned_data.get("DELETE")]

    @property
    def lines(self) -> list[ContractLine]:
        """What is covered, unsaved."""
        return [line for form in self.kept if (line := form.line()) is not None]


def line_formset(
    user: Employee, data: Any = None, lines: Iterable[ContractLine] = ()
) -> LineFormSet:
    """The lines of a contract as forms, with blank ones below."""
    initial = [
        {
            "everything": line.scope == LineScope.CUSTOMER,
            "asset": line.asset_id,
            "asset_model": line.asset_model_id,
            "site": line.site_id,
            "starts_on": line.starts_on,
            "ends_on": line.ends_on,
        }
        for line in lines
    ]
    factory = forms.formset_factory(
        LineForm,
        formset=LineFormSet,
        extra=BLANK_LINES,
        can_delete=True,
        can_delete_extra=False,
        max_num=MOST_LINES,
        validate_max=True,
    )
    made = factory(data, initial=initial, prefix="lines", form_kwargs={"user": user})
    assert isinstance(made, LineFormSet)
    return made


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class SuspendForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    until = forms.DateField(
        label=_("Covers again from"),
        required=False,
        widget=day_input(),
        help_text=_("Left empty, until somebody resumes it."),
    )


class BeyondForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class BillingForm(DeskForm):
    billing_rhythm = forms.ChoiceField(label=_("Billed"), choices=Rhythm.choices)
    billed_in_advance = forms.BooleanField(label=_("Billed in advance"), required=False)


class InvoiceForm(DeskForm):
    invoice_no = forms.CharField(
        label=_("Invoice number"),
        max_length=40,
        required=False,
        help_text=_("Empty: the next number."),
    )
    invoiced_on = forms.DateField(label=_("Invoiced on"), widget=day_input())


class PayForm(DeskForm):
    paid_on = forms.DateField(label=_("Paid on"), widget=day_input())


class RenewForm(DeskForm):
    value = forms.DecimalField(
        label=_("Value"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("The suggestion of the renewal proposal; it can be changed in the draft."),
    )

    def __init__(self, *args: Any, with_value: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_value:
            del self.fields["value"]


class TerminateForm(DeskForm):
    on = forms.DateField(label=_("First day without cover"), widget=day_input())
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class AmendForm(DeskForm):
    from_on = forms.DateField(label=_("The new terms hold from"), widget=day_input())


class ContractTypeForm(DeskModelForm):
    includes = forms.MultipleChoiceField(
        label=_("Included"),
        choices=Service.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    charged = forms.MultipleChoiceField(
        label=_("Charged"),
        choices=Service.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    usual_promises = LineField(label=_("Usual promises"), required=False)
    discount = forms.DecimalField(
        label=_("Parts discount (%)"), min_value=0, max_value=100, decimal_places=2, required=False
    )

    class Meta:
        model = ContractType
        fields = (
            "code", "name_zh", "name_en", "description", "usual_promises", "includes", "charged",
            "visits_per_year", "hours_per_year", "cases_per_year",
            "onsite_rate_per_hour", "discount", "price_per_year",
            "eligible_tiers", "eligible_models",
        )  # fmt: skip
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "eligible_tiers": forms.CheckboxSelectMultiple,
            "eligible_models": forms.SelectMultiple(attrs={"data-search": "yes"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("eligible_tiers", "eligible_models"):
            self.fields[name].help_text = _("Nothing chosen means all.")
        field = self.fields["usual_promises"]
        assert isinstance(field, LineField)
        field.prepare()
        if self.instance.pk:
            self.initial["usual_promises"] = usual_line(self.instance)
            if self.instance.parts_discount is not None:
                self.initial["discount"] = (self.instance.parts_discount * HUNDRED).quantize(CENT)

    @property
    def values(self) -> dict[str, Any]:
        return as_share_or_none(super().values)

    @property
    def changed_values(self) -> dict[str, Any]:
        return as_share_or_none(super().changed_values)

    def clean_usual_promises(self) -> str:
        line: PromiseLine | None = self.cleaned_data["usual_promises"]
        return show(line, "en") if line else ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        both = set(values.get("includes", ())) & set(values.get("charged", ()))
        if both:
            self.add_error("charged", _("What is included is not charged."))
        return values


class DefaultPromiseForm(LevelForm):
    class Meta(LevelForm.Meta):
        model = DefaultPromise
        fields = ("cover", "tier")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Cover and tier are what a promise is of: they are said once, when it is made."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["cover"], self.fields["tier"]
