from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.choices import AssetStatus
from assets.models import Asset, AssetModel, Part
from crmservice.web.choosing import SearchSelect, SearchSelectMultiple
from crmservice.web.forms import DeskForm, DeskModelForm
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
