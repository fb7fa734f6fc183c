from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assets.actions.planning import Needed
from assets.choices import AssetStatus, Gravity, ItemKind, Meter, ReadingSource
from assets.models import Asset, AssetModel, Line, MaintenancePlan, Part, PlanPart, Procedure, Step
from crmservice.web.choosing import SearchSelect, SearchSelectMultiple
from crmservice.web.forms import DeskForm, DeskModelForm, MomentField, refuse_unseen
from customers.models import Customer, Site
from employees.models import Employee
from knowledge.models import Article

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AssetForm(DeskModelForm):
    """What is written about an asset; owner, place in a tree and status have their own verbs."""

    class Meta:
        model = Asset
        fields = (
            "site",
            "supplied_by",
            "delivered_on",
            "installed_on",
            "warranty_months",
            "software_version",
        )
        widgets = {
            "delivered_on": DAY,
            "installed_on": DAY,
            "supplied_by": SearchSelect("customers:options"),
        }
        help_texts = {
            "warranty_months": _(
                "Empty: as the model says. The warranty runs from installation, or delivery."
            ),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(user).living()
        self.fields["supplied_by"].queryset = customers  # type: ignore[attr-defined]
        if "customer" not in self.fields:
            sites = Site.objects.filter(customer=self.instance.customer_id)
            self.fields["site"].queryset = sites  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        delivered, installed = values.get("delivered_on"), values.get("installed_on")
        if delivered and installed and installed < delivered:
            self.add_error("installed_on", _("It cannot be installed before it is delivered."))
        return values


class NewAssetForm(AssetForm):
    """A device of a model, or a component that is a part; a component may say what it is in."""

    class Meta(AssetForm.Meta):
        fields = (  # type: ignore[assignment]
            "serial_no",
            "model",
            "part",
            "customer",
            "parent",
            *AssetForm.Meta.fields,
        )
        widgets = {
            **AssetForm.Meta.widgets,
            "model": forms.Select(attrs={"data-search": "yes"}),
            "part": SearchSelect("assets:part_options"),
            "customer": SearchSelect("customers:options"),
            "parent": SearchSelect("assets:options", sends=["customer"], preload=True),
            "site": SearchSelect("assets:site_options", sends=["customer"], preload=True),
        }
        help_texts = {
            **AssetForm.Meta.help_texts,
            "model": _("For a device."),
            "part": _("For a component."),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        customers = Customer.objects.visible_to(user).living()
        self.fields["customer"].queryset = customers  # type: ignore[attr-defined]
        self.fields["site"].queryset = Site.objects.filter(customer__in=customers)  # type: ignore[attr-defined]
        self.fields["parent"].queryset = Asset.objects.changeable_by(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if bool(values.get("model")) == bool(values.get("part")):
            self.add_error("model", _("Choose either a model (a device) or a part (a component)."))
        return values


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class TransferForm(DeskForm):
    to = forms.ModelChoiceField(
        label=_("New owner"),
        queryset=Customer.objects.none(),
        widget=SearchSelect("customers:options"),
    )
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        widget=SearchSelect("assets:site_options", sends=["to"], preload=True),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(user).living()
        self.fields["to"].queryset = customers  # type: ignore[attr-defined]
        self.fields["site"].queryset = Site.objects.filter(customer__in=customers)  # type: ignore[attr-defined]


class InstallForm(DeskForm):
    parent = forms.ModelChoiceField(
        label=_("Into"),
        queryset=Asset.objects.none(),
        widget=SearchSelect("assets:options", sends=["customer"], preload=True),
    )
    customer = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Employee, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = Asset.objects.changeable_by(user).filter(customer=asset.customer_id)
        self.fields["parent"].queryset = same.exclude(pk=asset.pk)  # type: ignore[attr-defined]
        self.initial["customer"] = asset.customer_id

    @property
    def values(self) -> dict[str, Any]:
        return {"parent": self.cleaned_data["parent"]}


class SwapForm(DeskForm):
    serial_no = forms.CharField(label=_("Serial number of the new one"), max_length=80)
    becomes = forms.ChoiceField(
        label=_("What becomes of the old one"),
        choices=[
            (AssetStatus.IN_REPAIR, _("It goes to repair")),
            (AssetStatus.RETIRED, _("It is retired")),
        ],
    )
    warranty_months = forms.IntegerField(
        label=_("Warranty of the new one (months)"),
        required=False,
        min_value=0,
        max_value=240,
        help_text=_("Empty: as the model says. It runs from today."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "becomes": AssetStatus(self.cleaned_data["becomes"])}


class SoftwareForm(DeskForm):
    software_version = forms.CharField(label=_("Software version"), max_length=40)


class ModelForm(DeskModelForm):
    articles = forms.ModelMultipleChoiceField(
        label=_("Articles"),
        queryset=Article.objects.none(),
        required=False,
        widget=SearchSelectMultiple("knowledge:options"),
        help_text=_("Known solutions for this model; they are suggested first."),
    )

    class Meta:
        model = AssetModel
        fields = (
            "code",
            "name_zh",
            "name_en",
            "make",
            "category",
            "skill",
            "warranty_months",
            "list_price",
            "articles",
            "fault_codes",
        )
        widgets = {"fault_codes": forms.SelectMultiple(attrs={"data-search": "yes"})}

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["articles"].queryset = Article.objects.visible_to(user)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["articles"] = list(self.instance.articles.all())


class PartForm(DeskModelForm):
    class Meta:
        model = Part
        fields = ("part_no", "name_zh", "name_en", "unit", "fits_model", "list_price")
        widgets = {"fits_model": forms.Select(attrs={"data-search": "yes"})}


class CostForm(DeskForm):
    cost = forms.DecimalField(label=_("Cost"), min_value=0, max_digits=14, decimal_places=2)
    valid_from = forms.DateField(label=_("Valid from"), widget=DAY)


class DefectForm(DeskForm):
    text = forms.CharField(label=_("What is wrong"), max_length=300)
    gravity = forms.ChoiceField(label=_("How grave"), choices=Gravity, initial=Gravity.SLIGHT)


class ClearForm(DeskForm):
    how = forms.CharField(label=_("What was done about it"), max_length=300)


# Maintenance


class MeterForm(DeskForm):
    meter = forms.ChoiceField(label=_("Meter"), choices=Meter.choices)
    value = forms.DecimalField(
        label=_("It shows"), min_value=0, max_digits=14, decimal_places=2, localize=False
    )
    taken_at = MomentField(label=_("Read at"))
    source = forms.ChoiceField(label=_("Source"), choices=ReadingSource.choices)
    is_new_meter = forms.BooleanField(
        label=_("The meter was replaced: this is the new one’s figure"), required=False
    )

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "is_new_meter": bool(self.cleaned_data["is_new_meter"])}


class BesideForm(DeskForm):
    """A form that takes a "yes, as well" once the plans that come back as often were shown."""

    is_wanted = forms.BooleanField(
        label=_("Make it as well"), required=False, widget=forms.HiddenInput
    )

    def ask(self) -> None:
        """Show the question; the field was hidden so far."""
        self.fields["is_wanted"].widget = forms.CheckboxInput()


class PlanForm(BesideForm, DeskModelForm):
    """A plan of a device, or the template of a model; which of them stays as it was made."""

    class Meta:
        model = MaintenancePlan
        fields = (
            "asset",
            "model",
            "title",
            "kind",
            "every",
            "unit",
            "meter",
            "meter_every",
            "starts_on",
            "ends_on",
            "is_rolling",
            "flexibility_days",
            "days_ahead",
            "holidays",
            "covers_within_days",
            "keeps_lines",
            "needs_contract",
            "skill",
            "instructions",
        )
        widgets = {
            "asset": SearchSelect("assets:options"),
            "model": forms.Select(attrs={"data-search": "yes"}),
            "starts_on": DAY,
            "ends_on": DAY,
            "instructions": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "asset": _("For one device."),
            "model": _("As a template for the devices of a model."),
            "meter_every": _("Due when the meter has counted so much, foreseen from its readings."),
            "is_rolling": _("Otherwise the days stand, whenever it was done."),
            "covers_within_days": _(
                "A plan of the same device that comes back more often is not done so near to this."
            ),
            "needs_contract": _("Without one on that day it is left out."),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["asset"], self.fields["model"]
            return
        living = Asset.objects.visible_to(user).exclude(status=AssetStatus.RETIRED)
        self.fields["asset"].queryset = living  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        has_one = bool(values.get("asset")) != bool(values.get("model"))
        if not self.instance.pk and not has_one:
            self.add_error("asset", _("Choose either a device or, for a template, a model."))
        if not values.get("every") and not values.get("meter_every"):
            self.add_error("every", _("Say how often: by time, by use, or both."))
        if values.get("every") and not values.get("unit"):
            self.add_error("unit", _("Days, weeks, months or years?"))
        if values.get("meter_every") is not None and not values.get("meter"):
            self.add_error("meter", _("Which meter?"))
        if values.get("meter_every") is not None and values["meter_every"] <= 0:
            self.add_error("meter_every", _("More than none."))
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("It cannot end before it starts."))
        return values

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "is_wanted"}

    @property
    def changed_values(self) -> dict[str, Any]:
        changed = super().changed_values.items()
        return {name: value for name, value in changed if name != "is_wanted"}


class EndForm(DeskForm):
    ends_on = forms.DateField(label=_("Last day"), widget=DAY)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ApplyForm(BesideForm):
    """Which devices get the template's plan, and from when."""

    first_on = forms.DateField(label=_("First due on"), widget=DAY)
    assets = forms.ModelMultipleChoiceField(
        label=_("Devices"),
        queryset=Asset.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, devices: QuerySet[Asset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assets"]
        field.queryset = devices.select_related("customer", "model").order_by("serial_no")
        field.label_from_instance = lambda asset: f"{asset.serial_no} · {asset.customer.name}"
        field.initial = [asset.pk for asset in field.queryset]


class ProcedureForm(DeskModelForm):
    class Meta:
        model = Procedure
        fields = ("title", "kind", "model", "is_active")
        widgets = {"model": forms.Select(attrs={"data-search": "yes"})}
        help_texts = {
            "kind": _("Nothing for all kinds."),
            "model": _("Nothing for all models."),
            "is_active": _("Tasks that are made from now on take it over."),
        }


class PlanLineForm(forms.Form):
    text = forms.CharField(label=_("What to check"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Answer"), choices=ItemKind.choices, required=False)
    is_required = forms.BooleanField(label=_("required"), required=False, initial=True)
    low = forms.DecimalField(
        label=_("at least"),
        max_digits=12,
        decimal_places=3,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": "≥", "step": "any"}),
    )
    high = forms.DecimalField(
        label=_("at most"),
        max_digits=12,
        decimal_places=3,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": "≤", "step": "any"}),
    )
    unit = forms.CharField(label=_("unit"), max_length=20, required=False)

    @property
    def of_figures(self) -> list[forms.BoundField]:
        return [self[name] for name in ("low", "high", "unit")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") != ItemKind.NUMBER:
            data |= {"low": None, "high": None, "unit": ""}
        low, high = data.get("low"), data.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("high", _("At most is less than at least."))
        return data


class PlanPartForm(forms.Form):
    part = forms.ModelChoiceField(
        label=_("Part"),
        queryset=Part.objects.all(),
        required=False,
        widget=SearchSelect("assets:part_options"),
    )
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=999, required=False, initial=1
    )


class PlanLines(forms.BaseFormSet):
    @property
    def lines(self) -> list[Line]:
        typed = [form.cleaned_data for form in self.forms]
        return [
            Line(
                row["text"].strip(),
                row["kind"] or ItemKind.TICK,
                row["is_required"],
                row["low"],
                row["high"],
                row["unit"].strip(),
            )
            for row in typed
            if row.get("text", "").strip()
        ]


class PlanParts(forms.BaseFormSet):
    def clean(self) -> None:
        chosen = [row["part"] for form in self.forms if (row := form.cleaned_data).get("part")]
        if len(chosen) != len(set(chosen)):
            raise forms.ValidationError(_("The same part stands here twice."))

    @property
    def parts(self) -> list[Needed]:
        typed = [form.cleaned_data for form in self.forms]
        return [Needed(row["part"], row["quantity"] or 1) for row in typed if row.get("part")]


def plainly(line: Line) -> dict[str, Any]:
    """As one would type it: limits without the zeros of the database."""
    limits = {
        name: f"{value.normalize():f}"
        for name in ("low", "high")
        if (value := getattr(line, name)) is not None
    }
    return {**line._asdict(), **limits}


def line_formset(data: Any = None, lines: Iterable[Step] = ()) -> Any:
    """The checklist as forms, with blank ones below; what is emptied goes."""
    known = [plainly(each.line) for each in lines]
    factory = forms.formset_factory(
        PlanLineForm, formset=PlanLines, extra=6, max_num=60, validate_max=True, absolute_max=60
    )
    return looking_like_the_desk(factory(data, initial=known, prefix="lines"))


def part_formset(data: Any = None, parts: Iterable[PlanPart] = ()) -> Any:
    known = [{"part": each.part_id, "quantity": each.quantity} for each in parts]
    factory = forms.formset_factory(
        PlanPartForm, formset=PlanParts, extra=3, max_num=30, validate_max=True, absolute_max=30
    )
    return looking_like_the_desk(factory(data, initial=known, prefix="parts"))


def looking_like_the_desk(formset: Any) -> Any:
    looks = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}
    for form in formset:
        for field in form.fields.values():
            look = next((css for kind, css in looks.items() if isinstance(field.widget, kind)), "")
            field.widget.attrs["class"] = look or "form-control"
            if not look:
                field.widget.attrs.setdefault("placeholder", field.label)
            refuse_unseen(field)
    return formset
