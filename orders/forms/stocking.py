"""What a person may type about parts in stock."""

from typing import Any, NamedTuple

from django import forms
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from assets.models import Part
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, DeskModelForm
from employees.models import Employee
from orders.choices import Bin
from orders.forms.ordering import DAY
from orders.models import (
    StockCount,
    StockCountLine,
    StockLevel,
    StockLocation,
    StockTransfer,
    StockTransferLine,
)

MOST_PIECES = 100_000
LINES = 8
SERIALS = _("Serial numbers")


def part_field(**words: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Part"),
        queryset=Part.objects.all(),
        widget=SearchSelect("assets:part_options"),
        **words,
    )


def pieces_field(label: Any = "", least: int = 1, **words: Any) -> forms.IntegerField:
    label = label or _("Quantity")
    return forms.IntegerField(label=label, min_value=least, max_value=MOST_PIECES, **words)


def serials_field() -> forms.CharField:
    return forms.CharField(
        label=SERIALS,
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, or with commas between; only where the pieces have some."),
    )


def serials_of(text: str) -> list[str]:
    """As typed: one a line, or with commas between, also those of a Chinese keyboard."""
    named = text.translate({ord(","): "\n", 0xFF0C: "\n", ord(";"): "\n"}).split("\n")
    return [each.strip() for each in named if each.strip()]


def dress(form: forms.Form) -> None:
    """For forms that are laid out by hand: what crispy would put on each field."""
    for field in form.fields.values():
        is_choice = isinstance(field.widget, forms.Select)
        field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")


class PlaceForm(DeskModelForm):
    """A depot, or somebody's van."""

    class Meta:
        model = StockLocation
        fields = (
            "code", "name", "kind", "outlet", "employee", "address", "transit_days", "is_active",
        )  # fmt: skip
        widgets = {"employee": SearchSelect("employees:options")}
        help_texts = {
            "employee": _("Only of a van."),
            "address": _("Customers send what they give back there."),
            "transit_days": _("How long a piece is under way that is sent from here."),
        }

    rule_says_it_better = True


class PieceForm(DeskForm):
    """Parts in or out of a place."""

    part = part_field()
    quantity = pieces_field(initial=1)
    bin = forms.ChoiceField(label=_("Bin"), choices=Bin.choices, initial=Bin.GOOD)
    serials = serials_field()
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "serials": serials_of(self.cleaned_data["serials"])}


class ReorderForm(DeskForm):
    reorder_point = pieces_field(
        _("Reorder point"),
        least=0,
        required=False,
        help_text=_("Fewer than these, with what is to come: order. Empty: nobody orders."),
    )
    target = pieces_field(_("Fill up to"), least=0, required=False)


class OrderPartForm(DeskForm):
    """Pieces that were ordered for a place."""

    location = forms.ModelChoiceField(label=_("For"), queryset=StockLocation.objects.none())
    part = part_field()
    quantity = pieces_field()
    expected_on = forms.DateField(label=_("Expected on"), widget=DAY)
    supplier = forms.CharField(label=_("Supplier"), required=False, max_length=200)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = StockLocation.objects.in_use().visible_to(user)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]


class ReceivedForm(DeskForm):
    quantity = pieces_field(_("How many came"))
    serials = serials_field()

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "serials": serials_of(self.cleaned_data["serials"])}


class PostponeForm(DeskForm):
    expected_on = forms.DateField(label=_("Expected on"), widget=DAY)


class SettleForm(DeskForm):
    """Where the pieces came from or are; nowhere: they are gone."""

    location = forms.ModelChoiceField(
        label=pgettext_lazy("stock", "Place"), queryset=StockLocation.objects.none(), required=False
    )
    note = forms.CharField(label=_("What became clear"), max_length=300)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = StockLocation.objects.in_use().workable_by(user)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]


class ReserveForm(DeskForm):
    """Where the pieces lie that are promised; each place says how many it can give."""

    location = forms.ModelChoiceField(
        label=pgettext_lazy("stock", "Place"), queryset=StockLocation.objects.none()
    )
    quantity = pieces_field()

    def __init__(self, *args: Any, user: Employee, part: Part, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = StockLevel.objects.visible_to(user).good().filter(part=part)
        free = levels.filter(on_hand__gt=F("allocated"), location__is_active=True)
        known = {level.location_id: level.available for level in free}
        field: Any = self.fields["location"]
        field.queryset = StockLocation.objects.filter(pk__in=known)
        field.label_from_instance = lambda place: (
            _now("%(place)s: %(free)s available")
            % {
                "place": place.name,
                "free": known[place.pk],
            }
        )


class ToDepotForm(DeskForm):
    depot = forms.ModelChoiceField(label=_("Depot"), queryset=StockLocation.objects.none())

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        depots = StockLocation.objects.in_use().workable_by(user).filter(employee=None)
        self.fields["depot"].queryset = depots  # type: ignore[attr-defined]


class Line(NamedTuple):
    """One row of the form of a transfer, for the template."""

    part: forms.BoundField
    quantity: forms.BoundField
    bin: forms.BoundField
    serials: forms.BoundField


class SendForm(DeskForm):
    """A transfer with a few rows of parts."""

    from_location = forms.ModelChoiceField(
        label=pgettext_lazy("stock", "From"), queryset=StockLocation.objects.none()
    )
    to_location = forms.ModelChoiceField(
        label=pgettext_lazy("stock", "To"), queryset=StockLocation.objects.none()
    )
    expected_on = forms.DateField(label=_("Expected on"), widget=DAY)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = StockLocation.objects.in_use()
        giving = places.workable_by(user).order_by("kind", "code")
        self.fields["from_location"].queryset = giving  # type: ignore[attr-defined]
        taking = places.visible_to(user).order_by("kind", "code")
        self.fields["to_location"].queryset = taking  # type: ignore[attr-defined]
        for row in range(LINES):
            choose = SearchSelect("orders:stock_options", sends=["from_location"], preload=True)
            self.fields[f"part_{row}"] = part_field(required=row == 0)
            self.fields[f"part_{row}"].widget = choose
            choose.choices = self.fields[f"part_{row}"].choices  # type: ignore[attr-defined]
            self.fields[f"quantity_{row}"] = pieces_field(required=False)
            self.fields[f"bin_{row}"] = forms.ChoiceField(
                label=_("Bin"), choices=Bin.choices, required=False, initial=Bin.GOOD
            )
            self.fields[f"serials_{row}"] = forms.CharField(
                label=SERIALS, required=False, max_length=2000
            )
        if not self.is_bound:
            self.initial.setdefault("expected_on", localdate())
        dress(self)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("from_location", "to_location", "expected_on", "note")]

    @property
    def lines(self) -> list[Line]:
        names = ("part", "quantity", "bin", "serials")
        return [Line(*(self[f"{name}_{row}"] for name in names)) for row in range(LINES)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        seen: set[tuple[int, str]] = set()
        for row in range(LINES):
            part, quantity = values.get(f"part_{row}"), values.get(f"quantity_{row}")
            if part is None:
                continue
            if not quantity:
                self.add_error(f"quantity_{row}", _now("How many?"))
            key = (part.pk, values.get(f"bin_{row}") or Bin.GOOD)
            if key in seen:
                self.add_error(f"part_{row}", _now("This part stands there already."))
            seen.add(key)
        return values

    @property
    def rows(self) -> list[dict[str, Any]]:
        values = self.cleaned_data
        return [
            {
                "part": values[f"part_{row}"],
                "quantity": values[f"quantity_{row}"],
                "bin": values[f"bin_{row}"] or Bin.GOOD,
                "serials": serials_of(values[f"serials_{row}"]),
            }
            for row in range(LINES)
            if values.get(f"part_{row}")
        ]


class AcceptTransferForm(DeskForm):
    """What arrived of each line."""

    reason = forms.CharField(label=_("Why less arrived"), required=False, max_length=300)

    def __init__(self, *args: Any, transfer: StockTransfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(transfer.lines.select_related("part"))
        for line in self.lines:
            self.fields[f"arrived_{line.pk}"] = forms.IntegerField(
                label=pgettext("stock", "Arrived"),
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
            )
            if line.serials:
                self.fields[f"came_{line.pk}"] = forms.MultipleChoiceField(
                    label=_("Which arrived"),
                    choices=[(serial, serial) for serial in line.serials],
                    initial=line.serials,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
        dress(self)

    @property
    def rows(self) -> list[tuple[StockTransferLine, forms.BoundField, forms.BoundField | None]]:
        return [
            (line, self[f"arrived_{line.pk}"], self[f"came_{line.pk}"] if line.serials else None)
            for line in self.lines
        ]

    @property
    def came(self) -> dict[int, list[str]]:
        """The ticked serial numbers of each line that has any."""
        return {
            line.pk: self.cleaned_data[f"came_{line.pk}"] for line in self.lines if line.serials
        }

    @property
    def arrived(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data[f"arrived_{line.pk}"] for line in self.lines}


class CountStartForm(DeskForm):
    bin = forms.ChoiceField(label=_("Bin"), choices=Bin.choices, initial=Bin.GOOD)
    parts_from = forms.CharField(
        label=_("Part numbers beginning with"),
        required=False,
        max_length=60,
        help_text=_("Empty: all that the books have in this place."),
    )


class CountForm(DeskForm):
    """What was counted: a number and a reason for each line; empty where nobody has looked yet."""

    def __init__(self, *args: Any, count: StockCount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[StockCountLine] = list(count.lines.select_related("level__part"))
        for line in self.lines:
            level: StockLevel = line.level
            self.fields[f"counted_{line.pk}"] = pieces_field(
                str(level.part), least=0, required=False, initial=line.counted
            )
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                label=_("Reason"), required=False, max_length=300, initial=line.reason
            )
        dress(self)

    @property
    def counted(self) -> dict[int, int | None]:
        return {line.pk: self.cleaned_data[f"counted_{line.pk}"] for line in self.lines}

    @property
    def reasons(self) -> dict[int, str]:
        return {line.pk: self.cleaned_data[f"reason_{line.pk}"] for line in self.lines}
