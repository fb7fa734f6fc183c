"""What a person may type about outlays."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crmservice.attachments.checking import PDF, PICTURES
from crmservice.attachments.forms import FilesField, PictureAddressField, SeveralFiles
from crmservice.money import MINOR_DIGITS, ZERO, money
from crmservice.web.choosing import SearchSelect, is_key
from crmservice.web.forms import DeskForm, DeskModelForm, refuse_unseen
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from expenses.actions import Outlay, Verdict
from expenses.choices import Category, CityClass
from expenses.limits import Spending
from expenses.models import ExpenseClaim, ExpenseLine, ExpensePolicy
from service_requests.models import ServiceRequest

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_LINES = 50
CENT = Decimal("0.01")
TENTH = Decimal("0.1")
MOST_KILOMETRES = Decimal(9999)
PLACES = [("", "–"), *CityClass.choices]
RECEIPTS = ",".join((*PICTURES, PDF))


class TaskField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.title}"


class RequestField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.subject}"


class SaysHowMuch(forms.Form):
    """Mileage says how far, everything else how much."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        is_mileage = said.get("category") == Category.MILEAGE
        needed = "kilometres" if is_mileage else "amount"
        if said.get("category") and not said.get(needed) and needed not in self.errors:
            self.add_error(needed, _("How many kilometres?") if is_mileage else _("How much?"))
        return said


class LineForm(SaysHowMuch):
    """One outlay. What may be chosen is what the person sees."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=CENT, max_digits=12, decimal_places=2, required=False
    )
    spent_on = forms.DateField(label=_("Day"), widget=DAY)
    text = forms.CharField(label=_("Description"), max_length=200, required=False)
    kilometres = forms.DecimalField(
        label=_("Kilometres (mileage)"),
        min_value=TENTH,
        max_value=MOST_KILOMETRES,
        decimal_places=1,
        required=False,
    )
    city_class = forms.ChoiceField(label=_("Place"), choices=PLACES, required=False)
    receipts = FilesField(
        label=_("Receipts"),
        required=False,
        widget=SeveralFiles(attrs={"accept": RECEIPTS}),
    )
    task = TaskField(
        label=_("Task"),
        queryset=Task.objects.none(),
        required=False,
        widget=SearchSelect("dispatch:options", preload=True),
    )
    service_request = RequestField(
        label=_("Request"),
        queryset=ServiceRequest.objects.none(),
        required=False,
        widget=SearchSelect("service_requests:options"),
    )
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        widget=SearchSelect("customers:options"),
    )

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "task": Task.objects.visible_to(user),
            "service_request": ServiceRequest.objects.visible_to(user),
            "customer": Customer.objects.visible_to(user).living(),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        if not user.may("dispatch.view"):
            del self.fields["task"]

    @property
    def outlay(self) -> Outlay:
        values = {name: self.cleaned_data[name] for name in self.fields if name != "DELETE"}
        return Outlay(**{**values, "category": Category(values["category"])})

    def spending(
        self,
        rate: Decimal,
        rates: Callable[[date, str], Decimal | None],
        receipts: Collection[int],
    ) -> Spending | None:
        """As the policies see it; None for what is not whole yet. Of a file it is enough that one
        is chosen: while typing its name is sent, not the file.
        """
        said = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        if not said.get("category") or not said.get("spent_on"):
            return None
        amount = (said.get("amount") or ZERO) * rate
        if said["category"] == Category.MILEAGE:
            per_km = rates(said["spent_on"], said.get("city_class", "")) or ZERO
            amount = (said.get("kilometres") or ZERO) * per_km
        if amount <= 0:
            return None
        return Spending(
            category=said["category"],
            amount=money(amount),
            spent_on=said["spent_on"],
            city_class=said.get("city_class", ""),
            has_receipt=bool(self.data.get(self.add_prefix("receipts")))
            or said.get("pk") in receipts,
        )


class TabletOutlayForm(SaysHowMuch, DeskForm):
    """An outlay at the machine; the task says the rest."""

    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=CENT, max_digits=12, decimal_places=2, required=False
    )
    kilometres = forms.DecimalField(
        label=_("Kilometres (mileage)"),
        min_value=TENTH,
        max_value=MOST_KILOMETRES,
        decimal_places=1,
        required=False,
    )
    city_class = forms.ChoiceField(label=_("Place"), choices=PLACES, required=False)
    text = forms.CharField(label=_("Description"), max_length=200, required=False)
    receipt = PictureAddressField(label=_("Receipt"), required=False, widget=forms.HiddenInput)


class BaseLines(forms.BaseFormSet):
    @property
    def kept(self) -> list[LineForm]:
        """Those that are not marked to be removed."""
        return [form for form in self.forms if form not in self.deleted_forms]

    @property
    def kept_if_bound(self) -> list[LineForm]:
        """The same of what is not whole yet, by the marks as they were sent."""
        return [form for form in self.forms if not form.data.get(form.add_prefix("DELETE"))]

    @property
    def outlays(self) -> list[Outlay]:
        return [form.outlay for form in self.kept]


Lines = forms.formset_factory(
    LineForm,
    formset=BaseLines,
    extra=0,
    can_delete=True,
    max_num=MOST_LINES,
    validate_max=True,
    absolute_max=MOST_LINES,
)


class ClaimForm(DeskForm):
    """The claim with all its lines on one page; it is valid when they are."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[(code, code) for code in MINOR_DIGITS],
        initial=settings.BASE_CURRENCY,
    )
    rate = forms.DecimalField(
        label=_("Exchange rate"),
        required=False,
        min_value=Decimal("0.000001"),
        max_digits=12,
        decimal_places=6,
        help_text=_("For a foreign currency: what one unit of it cost."),
    )

    def __init__(
        self, *args: Any, user: Employee, outlays: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines: Any = Lines(
            self.data if self.is_bound else None,
            self.files if self.is_bound else None,
            initial=outlays,
            prefix="lines",
            form_kwargs={"user": user},
        )

    def is_multipart(self) -> bool:
        return True  # the receipts of the lines

    def is_valid(self) -> bool:
        are_valid = self.lines.is_valid()
        return super().is_valid() and are_valid

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "lines": self.lines.outlays}

    def spendings(
        self, rates: Callable[[date, str], Decimal | None], receipts: Collection[int]
    ) -> dict[int, Spending]:
        """What can be judged while it is being typed, by the number of its line: whole lines only.
        `rates` is asked for the rate of a kilometre, `receipts` are the lines that have one.
        """
        self.is_valid()
        known = getattr(self, "cleaned_data", {})
        rate = known.get("rate") or Decimal(1)
        return {
            number: spending
            for number, line in enumerate(self.lines.kept_if_bound)
            if (spending := line.spending(rate, rates, receipts))
        }


def typed(data: QueryDict) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What stands in the form, taken as it is: to show it again with another line."""
    count = data.get("lines-TOTAL_FORMS", "0")
    numbers = range(min(int(count), MOST_LINES) if is_key(count) else 0)
    names = [*LineForm.base_fields]
    lines = [
        {name: data.get(f"lines-{number}-{name}", "") for name in names}
        for number in numbers
        if not data.get(f"lines-{number}-DELETE")
    ]
    claim = {name: data[name] for name in ClaimForm.base_fields if name in data}
    return claim, lines


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ApproveForm(DeskForm):
    """Carries the version that was looked at, and for each line what is left of it and why."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, claim: ExpenseClaim, lines: Sequence[ExpenseLine], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"version": claim.version}
        super().__init__(*args, **kwargs)
        self.keys = [line.pk for line in lines]
        for line in lines:
            self.fields[f"amount_{line.pk}"] = forms.DecimalField(
                label=_("Approved amount"),
                min_value=ZERO,
                max_digits=12,
                decimal_places=2,
                required=False,
                initial=line.counted,
            )
            reason = forms.CharField(
                label=_("Reason, if it is less"),
                max_length=200,
                required=False,
                initial=line.verdict,
            )
            refuse_unseen(reason)
            self.fields[f"reason_{line.pk}"] = reason

    @property
    def verdicts(self) -> dict[int, Verdict]:
        """A line without an amount is left as it is."""
        said = self.cleaned_data
        return {
            key: Verdict(said[f"amount_{key}"], said[f"reason_{key}"])
            for key in self.keys
            if said[f"amount_{key}"] is not None
        }


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReceiptsForm(DeskForm):
    uploads = FilesField(
        label=_("Receipts"),
        widget=SeveralFiles(attrs={"accept": RECEIPTS}),
        help_text=_("Photos or PDF, 15 MB each at most."),
    )


class PolicyForm(DeskModelForm):
    rule_says_it_better = True

    class Meta:
        model = ExpensePolicy
        fields = (
            "category",
            "role",
            "city_class",
            "per_line",
            "per_day",
            "per_month",
            "receipt_from",
            "late_after",
            "mileage_rate",
            "blocks",
            "is_active",
        )
        help_texts = {
            "category": _("Empty: all categories."),
            "role": _("Only claims of this role; empty: of everybody."),
            "city_class": _("Only outlays in such a place; empty: everywhere."),
            "per_line": _("In %(base)s, like all amounts here; empty: no limit.")
            % {"base": settings.BASE_CURRENCY},
            "per_day": _("All that one person spends on a day under this policy."),
            "per_month": _("All that one person spends in a month under this policy."),
            "receipt_from": _("From this amount on a line needs its receipt."),
            "late_after": _("Days between the outlay and the day on which the claim is handed in."),
            "mileage_rate": _("Only for mileage: what a kilometre is worth."),
            "blocks": _("Refused when the claim is handed in; otherwise the approver is warned."),
        }


class KeysField(forms.TypedMultipleChoiceField):
    """The keys of rows on the page; whether they still may be chosen is the action's to say."""

    def __init__(self, **words: Any) -> None:
        super().__init__(coerce=int, required=False, **words)

    def valid_value(self, value: Any) -> bool:
        return is_key(str(value))


class PaymentForm(DeskForm):
    """Which of the claims that are shown are paid."""

    claims = KeysField(label=_("Claims"))

    @property
    def keys(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["claims"]
        return chosen


class BudgetForm(DeskForm):
    amount = forms.DecimalField(
        label=_("Budget"), min_value=ZERO, max_digits=14, decimal_places=2, required=False
    )
