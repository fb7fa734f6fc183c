"""What a person may type from the order to the money: packing, shipping, invoices, payments."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from crmservice.money import ZERO
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm
from customers.models import Customer
from employees.models import Employee
from orders.forms.ordering import CENT, DAY
from orders.forms.stocking import serials_of
from orders.models import Invoice, OrderLine, Shipment, StockLocation

PROMISED_IN, DUE_IN = timedelta(days=3), timedelta(days=30)


class Asked(NamedTuple):
    """A line of which a quantity is asked: at most `most`, filled in with `given`."""

    pk: int
    text: str
    most: Decimal
    given: Decimal


class QuantitiesForm(DeskForm):
    """One quantity a line; none is nothing of it."""

    def ask(self, lines: Iterable[Asked], *, whole: bool = False) -> None:
        self.asked = list(lines)
        for line in self.asked:
            field: Any = forms.IntegerField if whole else forms.DecimalField
            more: dict[str, Any] = {} if whole else {"max_digits": 10, "decimal_places": 2}
            most = int(line.most) if whole else line.most
            self.fields[f"line_{line.pk}"] = field(
                label=line.text,
                required=False,
                min_value=0,
                max_value=most,
                help_text=_("of %(most)s") % {"most": f"{line.most.normalize():f}"},
                initial=int(line.given) if whole else f"{line.given.normalize():f}",
                **more,
            )

    @property
    def quantities(self) -> dict[int, Any]:
        values = self.cleaned_data
        return {line.pk: values.get(f"line_{line.pk}") or 0 for line in self.asked}

    @property
    def values(self) -> dict[str, Any]:
        names = {f"line_{line.pk}" for line in self.asked}
        rest = {name: value for name, value in super().values.items() if name not in names}
        return {**rest, "quantities": self.quantities}


class PackForm(QuantitiesForm):
    location = forms.ModelChoiceField(
        label=_("From the place"), queryset=StockLocation.objects.none()
    )  # fmt: skip
    promised_on = forms.DateField(label=_("Promised for"), widget=DAY)

    def __init__(
        self, *args: Any, places: Any, lines: list[Asked], with_serials: set[int], **kwargs: Any
    ) -> None:
        """`with_serials` are the keys of the lines whose pieces have serial numbers somewhere."""
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
        self.initial.setdefault("promised_on", localdate() + PROMISED_IN)
        self.ask(lines, whole=True)
        self.with_serials = [line for line in lines if line.pk in with_serials]
        for line in self.with_serials:
            self.fields[f"serials_{line.pk}"] = forms.CharField(
                label=_("Serial numbers: %(line)s") % {"line": line.text},
                required=False,
                max_length=2000,
            )

    @property
    def values(self) -> dict[str, Any]:
        named = {line.pk: f"serials_{line.pk}" for line in self.with_serials}
        values = {k: v for k, v in super().values.items() if k not in named.values()}
        serials = {pk: serials_of(self.cleaned_data[name]) for pk, name in named.items()}
        return {**values, "serials": serials}


class ShipForm(DeskForm):
    carrier = forms.CharField(label=_("Carrier"), max_length=100)
    tracking_no = forms.CharField(label=_("Tracking number"), max_length=100, required=False)
    promised_on = forms.DateField(label=_("Promised for"), widget=DAY)


class ArrivedForm(QuantitiesForm):
    received_by = forms.CharField(label=_("Taken by"), max_length=100, required=False)

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = shipment.lines.select_related("order_line__part")
        lines = [
            Asked(row.pk, row.order_line.text, row.open_quantity, row.open_quantity)
            for row in rows
            if row.open_quantity
        ]
        self.ask(lines, whole=True)

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        return {"received_by": values["received_by"], "delivered": values["quantities"]}


class HandOverForm(DeskForm):
    received_by = forms.CharField(label=_("Taken by"), max_length=100, required=False)


class CameBackForm(DeskForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        max_length=4000,
        help_text=_("Only where a part of it did arrive: of the pieces that came back."),
    )

    @property
    def values(self) -> dict[str, Any]:
        return {
            "reason": self.cleaned_data["reason"],
            "serials": serials_of(self.cleaned_data["serials"]),
        }


class DirectForm(DeskForm):
    """Pieces that never lay in our stock."""

    quantity = forms.DecimalField(
        label=_("Quantity"), min_value=CENT, max_digits=10, decimal_places=2
    )  # fmt: skip
    reason = forms.CharField(
        label=_("How"), max_length=300, help_text=_("By the supplier, by hand, from elsewhere.")
    )


class BillForm(QuantitiesForm):
    invoiced_on = forms.DateField(label=_("Invoiced on"), widget=DAY)
    due_on = forms.DateField(label=_("Due on"), widget=DAY)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, lines: list[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = localdate()
        self.initial.setdefault("invoiced_on", today)
        self.initial.setdefault("due_on", today + DUE_IN)
        self.ask(Asked(line.pk, line.text, line.to_invoice, line.to_invoice) for line in lines)


class CorrectForm(DeskForm):
    """A wrong invoice as it should have been: the same lines, to whom, from when and how said."""

    billed_to = forms.ModelChoiceField(
        label=_("Billed to"),
        queryset=Customer.objects.none(),
        widget=SearchSelect("customers:options"),
    )
    invoiced_on = forms.DateField(label=_("Invoiced on"), widget=DAY)
    due_on = forms.DateField(label=_("Due on"), widget=DAY)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(
        label=_("What was wrong"), max_length=300, help_text=_("It stands on the credit note.")
    )

    def __init__(self, *args: Any, user: Employee, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(user).living()
        self.fields["billed_to"].queryset = customers  # type: ignore[attr-defined]
        today = localdate()
        term = invoice.due_on - invoice.invoiced_on
        self.initial = dict(self.initial) | {
            "billed_to": invoice.billed_to_id,
            "invoiced_on": today,
            "due_on": today + term,
            "language": invoice.language,
            "note": invoice.note,
        }


class MoneyForm(DeskForm):
    """Money that came, or that went back."""

    amount = forms.DecimalField(
        label=_("Amount"), min_value=CENT, max_digits=14, decimal_places=2
    )  # fmt: skip
    paid_on = forms.DateField(label=_("Paid on"), widget=DAY)
    reference = forms.CharField(
        label=_("Reference"), max_length=100, required=False, help_text=_("Of the bank, say.")
    )


class CreditForm(QuantitiesForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [line for line in invoice.lines.all() if line.open_quantity]
        self.ask(Asked(line.pk, line.text, line.open_quantity, ZERO) for line in lines)
