"""What serving a request, customer, asset or contract cost: the sums and the rows of each."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assets.models import Asset
from contracts.models import ServiceContract
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, changed, paginate
from crmservice.web.text import amount, day, label_of
from customers.models import Customer
from expenses import queries
from expenses.choices import Share
from expenses.filters import PeriodForm
from expenses.queries import Cost, Period, Subject
from orders.explaining import name_of
from service_requests.models import ServiceRequest

ONE_DAY = timedelta(days=1)


def cents(row: Any) -> Cell:
    return Cell(amount(Decimal(row.cents) / 100))


def task_cell(row: Any) -> Cell:
    return Cell(row.task.number, url=row.task.get_absolute_url(), sub=row.task.title)


def order_cell(row: Any) -> Cell:
    return Cell(row.order.number, url=row.order.get_absolute_url())


def claim_cell(row: Any) -> Cell:
    return Cell(row.claim.number, url=row.claim.get_absolute_url(), sub=row.claim.claimant.name)


def outlay_cell(row: Any) -> Cell:
    return Cell(label_of(row, "category"), sub=row.text)


def hours_cell(row: Any) -> Cell:
    return Cell(f"{row.hours} × {amount(row.rate)}")


def sold_cell(row: Any) -> Cell:
    return Cell(name_of(row), sub=label_of(row, "kind"))


def part_cost(row: Any) -> Cell:
    """What came back as new is no cost: said below it."""
    back = _("%(amount)s came back as new") % {"amount": amount(row.cost_back)}
    return Cell(cents(row).text, sub=back if row.cost_back else "")


def billed_cell(row: Any) -> Cell:
    given = _("%(amount)s credited") % {"amount": amount(row.credited_base)}
    return Cell(cents(row).text, sub=given if row.credited_base else "")


COST = Column("cost", gettext_lazy("Cost"), cents, numeric=True)
SPENT = (
    Column("day", gettext_lazy("Day"), lambda row: day(row.spent_on), order="spent_on"),
    Column("claim", gettext_lazy("Claim"), claim_cell),
    Column("what", gettext_lazy("Category"), outlay_cell),
    COST,
)
DONE = (
    Column("day", gettext_lazy("Day"), lambda row: day(row.done_on), order="done_on"),
    Column("order", gettext_lazy("Order"), order_cell),
    Column("what", gettext_lazy("What"), sold_cell),
    Column(
        "quantity",
        gettext_lazy("Quantity"),
        lambda row: Cell(f"{row.quantity.normalize():f}"),
        numeric=True,
    ),
)
COLUMNS: dict[Share, tuple[Column, ...]] = {
    Share.LABOUR: (
        Column("day", gettext_lazy("Day"), lambda row: day(row.worked_on), order="worked_on"),
        Column("task", gettext_lazy("Task"), task_cell),
        Column("who", gettext_lazy("Engineer"), lambda row: row.employee.name),
        Column("kind", gettext_lazy("Kind"), lambda row: label_of(row, "kind")),
        Column("hours", gettext_lazy("Hours × rate"), hours_cell, numeric=True),
        COST,
    ),
    Share.PARTS: (*DONE, Column("cost", gettext_lazy("Cost"), part_cost, numeric=True)),
    Share.EXPENSES: SPENT,
    Share.OUTSIDE: SPENT,
    Share.BILLED: (*DONE, Column("amount", gettext_lazy("Amount"), billed_cell, numeric=True)),
}
BESIDE: dict[Share, tuple[str, ...]] = {
    Share.LABOUR: ("task", "employee"),
    Share.PARTS: ("order", "part"),
    Share.EXPENSES: ("claim__claimant",),
    Share.OUTSIDE: ("claim__claimant",),
    Share.BILLED: ("order", "part"),
}


@require_safe
@allowed("costs.view")
def of_request(request: StaffRequest, key: str) -> HttpResponse:
    visible = ServiceRequest.objects.visible_to(request.user)
    return cost_page(request, get_object_or_404(visible, number=key))


@require_safe
@allowed("costs.view")
def of_customer(request: StaffRequest, key: str) -> HttpResponse:
    visible = Customer.objects.visible_to(request.user)
    return cost_page(request, get_object_or_404(visible, code=key))


@require_safe
@allowed("costs.view")
def of_asset(request: StaffRequest, key: str) -> HttpResponse:
    visible = Asset.objects.visible_to(request.user)
    return cost_page(request, get_object_or_404(visible, serial_no=key))


@require_safe
@allowed("costs.view")
def of_contract(request: StaffRequest, key: str) -> HttpResponse:
    visible = ServiceContract.objects.visible_to(request.user)
    return cost_page(request, get_object_or_404(visible, number=key))


def cost_page(request: StaffRequest, subject: Any) -> HttpResponse:
    """The sums of a period, and the rows of the one that `?part=` names."""
    form = PeriodForm(request.GET)
    period = period_of(form)
    asked = request.GET.get("part", "")
    share = Share(asked) if asked in Share.values else Share.LABOUR
    cost = queries.cost_of(subject, period)
    listing = Listing(
        template="expenses/cost.html",
        title=share.label,
        columns=COLUMNS[share],
        default_order="-day",
        empty_text=gettext_lazy("Nothing of this in the period."),
    )
    words = {
        "subject": subject,
        "form": form,
        "facts": facts(cost, request),
        "rows_title": share.label,
        "page": paginate(request, listing, rows_of(share, subject, period)),
    }
    return render(request, listing.template, words)


def rows_of(share: Share, subject: Subject, period: Period) -> QuerySet[Any]:
    return queries.rows_of(share, subject, period).select_related(*BESIDE[share])


def period_of(form: forms.Form) -> Period:
    """Both days typed are included; nonsense counts as open."""
    form.is_valid()
    last = form.cleaned_data.get("until")
    return Period(form.cleaned_data.get("since"), last + ONE_DAY if last else None)


def facts(cost: Cost, request: HttpRequest) -> list[dict[str, Any]]:
    """Each number with the address of its rows."""
    parts = {
        share: {
            "label": share.label,
            "text": amount(getattr(cost, share)),
            "url": changed(request.GET, part=share.value, after=None, before=None, sort=None),
        }
        for share in Share
    }
    return [
        *(fact for share, fact in parts.items() if share != Share.BILLED),
        {"label": _("Cost to serve"), "text": amount(cost.total)},
        parts[Share.BILLED],
        {"label": _("Billed less cost"), "text": amount(cost.result)},
    ]
