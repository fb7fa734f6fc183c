"""What a person may type about price plans, exchange rates and journeys."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assets.choices import category_name
from assets.models import Part
from contracts.models import ServiceContract
from crmservice.money import MINOR_DIGITS, ZERO
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from employees.models import Employee
from orders import queries
from orders.actions import Prices
from orders.choices import WorkKind
from orders.forms.ordering import DAY
from orders.models import SCOPE, PricePlan
from orders.pricing import Zone

MOST_LINES = 2000
MOST_PRICE = Decimal(10) ** 9
FACTORS = ("factor_normal", "factor_evening", "factor_weekend", "factor_holiday")
LIMITS = {"call_out_fee": ZERO, "per_kilometre": ZERO, "rounding_minutes": 1}


def currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in MINOR_DIGITS]


class PricePlanForm(DeskModelForm):
    """A price plan: for whom, when, and what it says. What is left empty another plan answers."""

    rule_says_it_better = True

    contract = forms.ModelChoiceField(
        label=_("Contract"),
        queryset=ServiceContract.objects.none(),
        required=False,
        widget=SearchSelect("contracts:options"),
        help_text=_("With none of these, from here to the tier, it is for everybody."),
    )
    category = forms.ChoiceField(label=_("Product family"), required=False)
    discount_percent = forms.DecimalField(
        label=_("Discount on all other parts (per cent)"),
        required=False,
        min_value=ZERO,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text=_("In the place of what tier or contract give."),
    )
    tax_percent = forms.DecimalField(
        label=_("Tax (per cent)"),
        required=False,
        min_value=ZERO,
        max_value=99,
        max_digits=4,
        decimal_places=2,
        help_text=_("The tax of the plan for everybody holds."),
    )
    zone_lines = forms.CharField(
        label=_("Travel zones"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: name, price of a journey, up to how many kilometres."),
    )
    part_lines = forms.CharField(
        label=_("Prices of parts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One a line: part number, price. Two columns of a spreadsheet can be pasted."),
    )

    class Meta:
        model = PricePlan
        fields = (
            "name", "valid_from", "valid_until", "currency", "contract", "contract_type", "model",
            "category", "tier", "calendar", *FACTORS, "minimum_minutes", "rounding_minutes",
            "call_out_fee", "per_kilometre",
        )  # fmt: skip
        widgets = {"valid_from": DAY, "valid_until": DAY}
        help_texts = {
            "calendar": _("Its hours are normal time; after them it is evening."),
            "rounding_minutes": _("A begun step counts."),
            "call_out_fee": _("Empty: this plan says nothing to it."),
        }

    def __init__(
        self, *args: Any, user: Employee, changes: PricePlan | None = None, **kwargs: Any
    ) -> None:
        """`changes` is the plan that this one follows: for whom it is stays."""
        super().__init__(*args, **kwargs)
        self.changes = changes
        for name, limit in {**dict.fromkeys(FACTORS, ZERO), **LIMITS}.items():
            self.fields[name].validators.append(MinValueValidator(limit))
        for kind in WorkKind:
            self.fields[f"rate_{kind}"] = forms.DecimalField(
                label=_("%(kind)s, per hour") % {"kind": kind.label},
                required=False,
                min_value=ZERO,
                max_digits=10,
                decimal_places=2,
            )
        if changes is not None:
            for name in ("currency", *SCOPE):
                del self.fields[name]
        else:
            self._offer_scope(user)
        self.order_fields(
            ["name", "valid_from", "valid_until", "currency", *SCOPE]
            + [f"rate_{kind}" for kind in WorkKind]
        )

    @property
    def helper(self) -> FormHelper:
        """In groups: for whom and when, work, its time, fees, parts."""
        helper = super().helper
        groups = (
            (_now("For whom, and when"), ["name", "valid_from", "valid_until", "currency", *SCOPE]),
            (_now("Work"), [f"rate_{kind}" for kind in WorkKind]),
            (_now("Time"), ["calendar", *FACTORS, "minimum_minutes", "rounding_minutes"]),
            (_now("Fees and tax"), ["call_out_fee", "per_kilometre", "tax_percent"]),
            (_now("Parts and journeys"), ["discount_percent", "zone_lines", "part_lines"]),
        )
        known = {name for _title, names in groups for name in names}
        rest = [name for name in self.fields if name not in known]
        helper.layout = Layout(
            *rest,
            *(
                Fieldset(title, *names, css_class="field-grid")
                for title, names in (
                    (title, [name for name in names if name in self.fields])
                    for title, names in groups
                )
                if names
            ),
        )
        return helper

    def _offer_scope(self, user: Employee) -> None:
        fields: dict[str, Any] = self.fields
        fields["contract"].queryset = ServiceContract.objects.visible_to(user)
        families = [(each, category_name(each)) for each in queries.families()]
        fields["category"].choices = [("", "–"), *families]
        fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=currencies, initial=settings.BASE_CURRENCY
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.changes is None:
            if values.get("contract") and values.get("contract_type"):
                self.add_error("contract_type", _now("A contract has its type already."))
            if values.get("model") and values.get("category"):
                self.add_error("category", _now("A model has its family already."))
            is_general = not any(values.get(name) for name in SCOPE)
        else:
            is_general = self.changes.is_general
        if is_general:
            for name in [f"rate_{kind}" for kind in WorkKind] + ["tax_percent"]:
                if values.get(name) is None and name not in self.errors:
                    self.add_error(name, _now("The plan for everybody says this."))
        for name, read in (("zone_lines", self._zones), ("part_lines", self._parts)):
            try:
                values[name] = read(values.get(name, ""))
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        return values

    def _zones(self, text: str) -> list[Zone]:
        zones: dict[str, Zone] = {}
        for line, (name, price, *reach) in rows(text, least=2, most=3):
            kilometres = whole(reach[0], line) if reach else None
            zones[name[:40]] = Zone(name[:40], decimal(price, line), kilometres)
        return list(zones.values())

    def _parts(self, text: str) -> dict[Part, Decimal]:
        typed = {number: decimal(price, line) for line, (number, price) in rows(text, 2, 2)}
        known = {part.part_no: part for part in Part.objects.filter(part_no__in=typed)}
        missing = [number for number in typed if number not in known]
        if missing:
            said = _now("Unknown part numbers: %(numbers)s")
            raise forms.ValidationError(said % {"numbers": ", ".join(missing[:5])})
        return {known[number]: price for number, price in typed.items()}

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        rates = {kind: values.pop(f"rate_{kind}") for kind in WorkKind}
        tax, discount = values.pop("tax_percent"), values.pop("discount_percent")
        prices = Prices(
            rates={kind: rate for kind, rate in rates.items() if rate is not None},
            zones=values.pop("zone_lines"),
            parts=values.pop("part_lines"),
        )
        return {
            **values,
            "prices": prices,
            "tax_rate": (tax or ZERO) / 100,
            "parts_discount": None if discount is None else discount / 100,
        }


def rows(text: str, least: int, most: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of a pasted table with their numbers; cells by tabs, semicolons or blanks."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if len(lines) > MOST_LINES:
        raise forms.ValidationError(_now("At most %(most)d lines.") % {"most": MOST_LINES})
    for number, line in lines:
        cells = line.replace("\t", " ").replace(";", " ").replace("；", " ").split()
        if not least <= len(cells) <= most:
            raise forms.ValidationError(_now("Line %(line)d cannot be read.") % {"line": number})
        yield number, cells


def decimal(text: str, line: int) -> Decimal:
    try:
        price = Decimal(text.replace(",", ""))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 <= price < MOST_PRICE or price != round(price, 2):
        raise forms.ValidationError(_now("Line %(line)d: no price.") % {"line": line})
    return price


def whole(text: str, line: int) -> int:
    if not text.isdecimal() or len(text) > 6:  # noqa: PLR2004  (a million kilometres)
        raise forms.ValidationError(_now("Line %(line)d: no kilometres.") % {"line": line})
    return int(text)


class EndPlanForm(DeskForm):
    valid_until = forms.DateField(label=_("Last day"), widget=DAY)


class RateForm(DeskForm):
    currency = forms.ChoiceField(label=_("Currency"))
    valid_from = forms.DateField(label=_("Valid from"), widget=DAY)
    rate = forms.DecimalField(
        label=_("Exchange rate"), max_digits=12, decimal_places=6, min_value=Decimal("0.000001")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        foreign = [pair for pair in currencies() if pair[0] != settings.BASE_CURRENCY]
        self.fields["currency"].choices = foreign  # type: ignore[attr-defined]
        said = _("What one unit is worth in %(currency)s.") % {"currency": settings.BASE_CURRENCY}
        self.fields["rate"].help_text = said


class JourneyForm(DeskForm):
    """By zone or by distance."""

    done_on = forms.DateField(label=_("Day of the visit"), widget=DAY)
    zone = forms.ChoiceField(label=_("Travel zone"), required=False)
    kilometres = forms.DecimalField(
        label=_("Distance (km)"), required=False, min_value=ZERO, max_digits=7, decimal_places=1,
        help_text=_("In the place of a zone."),
    )  # fmt: skip
    engineer = forms.ModelChoiceField(
        label=_("Engineer"),
        queryset=Employee.objects.none(),
        required=False,
        widget=SearchSelect("employees:options"),
    )

    def __init__(self, *args: Any, user: Employee, zones: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", "–"), *((name, name) for name in zones)]  # type: ignore[attr-defined]
        people = Employee.objects.visible_to(user)
        self.fields["engineer"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if bool(values.get("zone")) == (values.get("kilometres") is not None):
            self.add_error("zone", _now("Either a zone or the kilometres."))
        return values
