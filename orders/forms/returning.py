"""What a person may type about goods that come back."""

from typing import Any, NamedTuple

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.models import Asset
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm
from crmservice.web.text import amount, day
from customers.models import Contact, Customer
from employees.models import Employee
from orders.actions import Arrived, Given
from orders.choices import Finding, ReturnKind
from orders.explaining import name_of
from orders.forms.ordering import CENT, DAY
from orders.forms.stocking import (
    SERIALS,
    dress,
    part_field,
    pieces_field,
    serials_field,
    serials_of,
)
from orders.models import Order, OrderLine, ReturnCase, ReturnLine, StockLocation
from service_requests.models import ServiceRequest

LINES = 5
PLAIN = (
    "customer",
    "contact",
    "kind",
    "reason",
    "asset",
    "depot",
    "delivered_on",
    "is_consumer",
    "is_advance",
)


class GivenRow(NamedTuple):
    """One row of what is given back, for the template."""

    part: forms.BoundField
    quantity: forms.BoundField
    serials: forms.BoundField


class ReturnForm(DeskForm):
    """What a customer wants to give back; of a request or an order, whose customer it takes."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        widget=SearchSelect("customers:options"),
    )
    contact = forms.ModelChoiceField(
        label=_("Contact"),
        queryset=Contact.objects.none(),
        required=False,
        widget=SearchSelect("customers:contact_options", sends=["customer"], preload=True),
        help_text=_("Is written to, in the language that is noted for the contact."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ReturnKind.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300)
    asset = forms.ModelChoiceField(
        label=_("Device"),
        queryset=Asset.objects.none(),
        required=False,
        widget=SearchSelect("assets:options", sends=["customer"], preload=True),
        help_text=_("Where a device of the customer comes back; else the parts below."),
    )
    depot = forms.ModelChoiceField(label=_("Comes back to"), queryset=StockLocation.objects.none())
    delivered_on = forms.DateField(
        label=_("Delivered on"),
        widget=DAY,
        required=False,
        help_text=_("From the day after it, a consumer has the legal period."),
    )
    is_consumer = forms.BooleanField(label=_("Bought as a consumer, at a distance"), required=False)
    is_advance = forms.BooleanField(
        label=_("Replacement first: the old part is due back by a day"), required=False
    )

    def __init__(
        self,
        *args: Any,
        user: Employee,
        service_request: ServiceRequest | None = None,
        order: Order | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.service_request, self.order = service_request, order
        sources: dict[str, Any] = {
            "customer": Customer.objects.visible_to(user).living(),
            "contact": Contact.objects.visible_to(user),
            "asset": Asset.objects.visible_to(user),
            "depot": StockLocation.objects.in_use().visible_to(user).filter(employee=None),
        }
        for name, rows in sources.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if self.source is not None:
            del self.fields["customer"]
            for name in ("contact", "asset"):
                self.fields[name].widget.sends = ()
            mine = {"customer": self.source.customer_id}
            self.fields["asset"].queryset = sources["asset"].filter(**mine)  # type: ignore[attr-defined]
        for row in range(LINES):
            self.fields[f"part_{row}"] = part_field(required=False)
            self.fields[f"quantity_{row}"] = pieces_field(required=False)
            self.fields[f"serials_{row}"] = forms.CharField(
                label=SERIALS, required=False, max_length=2000
            )
        rows = {name: field for name, field in self.fields.items() if name[-1].isdigit()}
        for field in rows.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    @property
    def source(self) -> ServiceRequest | Order | None:
        return self.order or self.service_request

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in PLAIN if name in self.fields]

    @property
    def rows(self) -> list[GivenRow]:
        names = ("part", "quantity", "serials")
        return [GivenRow(*(self[f"{name}_{row}"] for name in names)) for row in range(LINES)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for row in range(LINES):
            if values.get(f"part_{row}") and not values.get(f"quantity_{row}"):
                self.add_error(f"quantity_{row}", _now("How many?"))
        return values

    @property
    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        values = {name: typed[name] for name in PLAIN if name in typed and name != "asset"}
        if self.source is not None:
            values["customer"] = self.source.customer
        return values | {
            "service_request": self.service_request
            or (self.order.service_request if self.order else None),
            "order": self.order,
            "given": self.given,
        }

    @property
    def given(self) -> list[Given]:
        typed = self.cleaned_data
        sold = {}
        if self.order is not None:
            lines = self.order.lines.exclude(part=None).order_by("-pk")
            sold = {line.part_id: line for line in lines}
        device = [Given(asset=typed["asset"])] if typed.get("asset") else []
        return device + [
            Given(
                part=typed[f"part_{row}"],
                quantity=typed[f"quantity_{row}"],
                serials=serials_of(typed[f"serials_{row}"]),
                order_line=sold.get(typed[f"part_{row}"].pk),
            )
            for row in range(LINES)
            if typed.get(f"part_{row}")
        ]


class AuthoriseForm(DeskForm):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=_("The customer reads it.")
    )


class ParcelForm(DeskForm):
    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)


class ReceiveReturnForm(DeskForm):
    """What arrived of each line that is still to come."""

    note = forms.CharField(
        label=_("What is different"),
        required=False,
        max_length=300,
        help_text=_("Damage in transport, another serial number, something missing."),
    )

    def __init__(self, *args: Any, case: ReturnCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = case.lines.select_related("part", "asset__part", "asset__model")
        self.lines = [line for line in rows if line.open_quantity]
        for line in self.lines:
            missing = [each for each in line.serials if each not in line.received_serials]
            self.fields[f"arrived_{line.pk}"] = pieces_field(
                pgettext_lazy("stock", "Arrived"), least=0, initial=line.open_quantity
            )
            self.fields[f"serials_{line.pk}"] = forms.CharField(
                label=SERIALS, required=False, max_length=2000, initial=", ".join(missing)
            )
        dress(self)

    @property
    def rows(self) -> list[tuple[ReturnLine, forms.BoundField, forms.BoundField]]:
        return [
            (line, self[f"arrived_{line.pk}"], self[f"serials_{line.pk}"]) for line in self.lines
        ]

    @property
    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        arrived = {
            line.pk: Arrived(typed[f"arrived_{line.pk}"], serials_of(typed[f"serials_{line.pk}"]))
            for line in self.lines
        }
        return {"arrived": arrived, "note": typed["note"]}


class InspectForm(DeskForm):
    """What was found of all pieces, or of some, which are then a line of their own."""

    finding = forms.ChoiceField(label=_("What was found"), choices=Finding.choices)
    quantity = pieces_field(_("Of how many pieces"))
    serials = serials_field()
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        help_text=_("Needed for misuse, and where something is missing."),
    )

    def __init__(self, *args: Any, line: ReturnLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].initial = line.received
        if line.received == 1:
            del self.fields["quantity"], self.fields["serials"]
        elif not line.received_serials:
            del self.fields["serials"]

    @property
    def values(self) -> dict[str, Any]:
        typed = super().values
        return typed | {"serials": serials_of(typed.get("serials") or "")}


class ReplaceForm(DeskForm):
    """Out of which place the replacement comes, and how it goes."""

    location = forms.ModelChoiceField(
        label=pgettext_lazy("stock", "From"), queryset=StockLocation.objects.none()
    )
    serials = serials_field()
    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)

    def __init__(self, *args: Any, user: Employee, line: ReturnLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = StockLocation.objects.in_use().visible_to(user)
        levels = line.part.levels.good().filter(on_hand__gt=0) if line.part else None
        known = {each.location_id: each.available for each in levels} if levels else {}
        field: Any = self.fields["location"]
        field.queryset = places.filter(pk__in=known)
        field.label_from_instance = lambda place: (
            _now("%(place)s: %(free)s available") % {"place": place.name, "free": known[place.pk]}
        )

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "serials": serials_of(self.cleaned_data["serials"])}


class SendAheadForm(ReplaceForm):
    due_on = forms.DateField(label=_("Old part due back on"), widget=DAY)

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        if due_on <= localdate():
            raise forms.ValidationError(_now("This day is over."))
        return due_on


class ShipBackForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=250, help_text=_("The customer reads it.")
    )
    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)


class RefundForm(DeskForm):
    """With `sales` the order line is asked for, too: the case does not say it."""

    order_line = forms.ModelChoiceField(
        label=_("Sold with"),
        queryset=OrderLine.objects.none(),
        help_text=_("Its invoice is credited. What was shipped with these numbers comes first."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=250, help_text=_("It stands on the credit note.")
    )
    amount = forms.DecimalField(
        label=_("Amount, net"),
        required=False,
        min_value=CENT,
        max_digits=14,
        decimal_places=2,
        help_text=_("Only where not all of it is given back."),
    )

    def __init__(self, *args: Any, sales: list[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sales:
            del self.fields["order_line"]
            return
        field: Any = self.fields["order_line"]
        field.queryset = OrderLine.objects.filter(pk__in=[each.pk for each in sales])
        field.choices = [(each.pk, sale_words(each)) for each in sales]
        self.initial["order_line"] = sales[0].pk


def sale_words(line: OrderLine) -> str:
    words = {
        "order": line.order.number,
        "line": name_of(line),
        "count": f"{line.quantity.normalize():f}",
        "amount": amount(line.amount, line.order.currency),
        "on": day(line.done_on),
    }
    return _now("%(order)s, %(on)s: %(count)s × %(line)s, %(amount)s") % words


class NoteRefundForm(DeskForm):
    """Money that was given back where it was invoiced: not here."""

    document = forms.CharField(label=_("Number of the credit note there"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class CloseReturnForm(DeskForm):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        help_text=_("Needed where less came than was announced."),
    )
