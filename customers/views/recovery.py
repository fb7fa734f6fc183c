"""Who buys more or less, month by month; and the cases of those that are to be kept."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, label_of
from crmservice.web.verbs import carry_out
from customers import actions, forms, policies
from customers.choices import GOING, Recovered, Trend
from customers.filters import RecoveryFilter, TrendFilter
from customers.models import Customer, CustomerTrend, RecoveryCase, RecoveryMeasure
from customers.queries import day_of

LOOKS = {
    Trend.RISING: "good",
    Trend.STEADY: "neutral",
    Trend.DECLINING: "warning",
    Trend.LOST: "bad",
    Trend.NEW: "info",
}
ENDS = {Recovered.BACK: "done", Recovered.PARTLY: "info", Recovered.GONE: "bad"}


def month_of(trend: CustomerTrend) -> str:
    return f"{trend.month:%Y-%m}"


def change_in_words(recent: Decimal, before: Decimal) -> str:
    """“+12 %” against the months before; a dash where there was nothing."""
    return f"{100 * (recent / before - 1):+.0f} %" if before > 0 else "–"


def customer_cell(row: CustomerTrend | RecoveryCase) -> Cell:
    customer = row.customer
    return Cell(customer.name, url=customer.get_absolute_url(), sub=customer.code)


def trend_cell(row: CustomerTrend | RecoveryCase) -> Cell:
    return Cell(label_of(row, "trend"), badge=LOOKS[Trend(row.trend)])


def case_cell(trend: Any) -> Cell:
    if trend.open_case:
        url = reverse("customers:recovery_case", args=[trend.open_case])
        return Cell(trend.open_case, url=url)
    if Trend(trend.trend) not in GOING:
        return Cell("")
    url = reverse("customers:open_recovery", args=[trend.customer.code])
    return Cell(_("Open a case"), url=url)


TRENDS = Listing(
    template="customers/trends.html",
    title=gettext_lazy("Trend watch"),
    columns=(
        Column("customer", gettext_lazy("Customer"), customer_cell, order="customer__name"),
        Column(
            "tier",
            gettext_lazy("Tier"),
            lambda t: Cell(t.customer.tier.name, badge=t.customer.tier.code),
            wide_only=True,
        ),
        Column("trend", gettext_lazy("Trend"), trend_cell),
        Column(
            "recent",
            gettext_lazy("Last months"),
            lambda t: amount(t.recent),
            order="recent",
            numeric=True,
        ),
        Column(
            "before",
            gettext_lazy("Months before"),
            lambda t: amount(t.before),
            order="before",
            numeric=True,
        ),
        Column(
            "change",
            gettext_lazy("Against before"),
            lambda t: change_in_words(t.recent, t.before),
            numeric=True,
        ),
        Column("case", gettext_lazy("Recovery case"), case_cell),
    ),
    default_order="-before",
    filterset=TrendFilter,
    empty_text=gettext_lazy(
        "No customer is judged yet: it is done on the first day of each month."
    ),
)


@require_safe
@allowed("customers.recover")
def trends(request: StaffRequest) -> HttpResponse:
    """The customers of a month, the newest unless the URL names one."""
    seen = CustomerTrend.objects.visible_to(request.user)
    newest = seen.aggregate(Max("month"))["month__max"]
    found = seen if request.GET.get("month") else seen.filter(month=newest)
    open_one = RecoveryCase.objects.open().filter(customer=OuterRef("customer"))
    found = found.annotate(open_case=Subquery(open_one.values("number")[:1]))
    return render_list(
        request,
        TRENDS,
        found.select_related("customer__tier"),
        month=request.GET.get("month", "")[:7] or (f"{newest:%Y-%m}" if newest else ""),
    )


def state_of(case: RecoveryCase) -> tuple[str, str]:
    if case.closed_at:
        outcome = Recovered(case.outcome)
        return ENDS.get(outcome, "cancelled"), str(outcome.label)
    if case.due_on < day_of(now()):
        return "overdue", _("Overdue")
    return "open", _("Open")


def state_cell(case: RecoveryCase) -> Cell:
    kind, text = state_of(case)
    return Cell(text, badge=kind, sub=case.result[:80])


CASES = Listing(
    template="customers/recovery_cases.html",
    title=gettext_lazy("Recovery cases"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda c: Cell(c.number, url=c.get_absolute_url()),
        ),
        Column("customer", gettext_lazy("Customer"), customer_cell, order="customer__name"),
        Column(
            "tier",
            gettext_lazy("Tier"),
            lambda c: Cell(c.customer.tier.name, badge=c.customer.tier.code),
        ),
        Column("trend", gettext_lazy("Trend"), trend_cell),
        Column(
            "change",
            gettext_lazy("Against before"),
            lambda c: Cell(
                change_in_words(c.recent, c.before), sub=amount(c.recent - c.before), numeric=True
            ),
            numeric=True,
        ),
        Column("owner", gettext_lazy("Owner"), lambda c: c.owner.name if c.owner else _("nobody")),
        Column("due", gettext_lazy("Due"), lambda c: day(c.due_on), order="due_on"),
        Column("state", gettext_lazy("State"), state_cell),
    ),
    default_order="due",
    filterset=RecoveryFilter,
    empty_text=gettext_lazy(
        "No case is open: the trend watch opens one when a customer begins to buy less."
    ),
    empty_action=gettext_lazy("Trend watch"),
    empty_symbol="chevron-right",
    empty_url_name="customers:trends",
)


@require_safe
@allowed("customers.recover")
def cases(request: StaffRequest) -> HttpResponse:
    return render_list(request, CASES, RecoveryCase.objects.visible_to(request.user).described())


def find(request: StaffRequest, number: str) -> RecoveryCase:
    seen = RecoveryCase.objects.visible_to(request.user).described()
    return get_object_or_404(seen, number=number)


@require_safe
@allowed("customers.recover")
def case(request: StaffRequest, number: str) -> HttpResponse:
    found, user = find(request, number), request.user
    kind, text = state_of(found)
    may_work = policies.may_recover(user, found)
    measures = list(found.measures.select_related("owner"))
    words = {
        "case": found,
        "badges": [
            {"kind": kind, "label": text},
            {"kind": LOOKS[Trend(found.trend)], "label": label_of(found, "trend")},
        ],
        "steps": steps(found, measures),
        "facts": facts(found),
        "heads": [
            {"label": label}
            for label in (_("What is done"), _("Who does it"), _("Due"), _("What came of it"))
        ],
        "rows": [measure_row(found, each, may_work=may_work) for each in measures],
        "may_work": may_work,
        "may_close": may_work and bool(found.causes) and all(each.done_on for each in measures),
        "activities": seen_by(user, timeline(found)),
    }
    return render(request, "customers/recovery_case.html", words)


def steps(case: RecoveryCase, measures: list[RecoveryMeasure]) -> list[dict[str, str]]:
    """From noticed to what came of it, the first that is missing is now."""
    done = [
        (_("Noticed"), day(day_of(case.opened_at)), True),
        (_("Meeting"), day(case.met_on), bool(case.met_on)),
        (
            _("Measures"),
            f"{sum(1 for each in measures if each.done_on)} / {len(measures)}" if measures else "",
            bool(measures) and all(each.done_on for each in measures),
        ),
        (_("What came of it"), str(case.get_outcome_display()), bool(case.closed_at)),
    ]
    first = next((place for place, (_label, _sub, is_done) in enumerate(done) if not is_done), -1)
    return [
        {
            "label": label,
            "sub": sub,
            "state": "done" if is_done else "skipped" if case.closed_at else (
                "now" if place == first else "todo"
            ),
        }
        for place, (label, sub, is_done) in enumerate(done)
    ]  # fmt: skip


def facts(case: RecoveryCase) -> list[dict[str, Any]]:
    customer, owner = case.customer, case.owner
    return [
        {
            "label": _("Customer"),
            "text": customer.name,
            "url": customer.get_absolute_url(),
            "sub": customer.tier.name,
        },
        {"label": _("Last months"), "text": amount(case.recent)},
        {
            "label": _("Months before"),
            "text": amount(case.before),
            "sub": change_in_words(case.recent, case.before),
        },
        {
            "label": _("Owner"),
            "text": owner.name if owner else _("nobody"),
            "url": owner.get_absolute_url() if owner else "",
        },
        {"label": _("Due"), "text": day(case.due_on)},
        {"label": _("Reason"), "text": case.reason or _("the trend watch")},
    ]


def measure_row(case: RecoveryCase, measure: RecoveryMeasure, *, may_work: bool) -> dict[str, Any]:
    url = reverse("customers:finish_measure", args=[case.number, measure.pk])
    open_cell = {"text": _("It is done"), "url": url} if may_work else {"text": "–"}
    is_late = measure.done_on is None and measure.due_on < day_of(now())
    return {
        "cells": [
            {"text": measure.text},
            {"text": measure.owner.name},
            {"text": day(measure.due_on), "badge": "overdue" if is_late else ""},
            {"text": measure.result, "sub": day(measure.done_on)} if measure.done_on else open_cell,
        ]
    }


# What is done about it


def workable(request: StaffRequest, number: str) -> RecoveryCase:
    found = find(request, number)
    if not policies.may_recover(request.user, found):
        raise PermissionDenied
    return found


@allowed("customers.recover")
def open_by_hand(request: StaffRequest, code: str) -> HttpResponse:
    seen = Customer.objects.visible_to(request.user)
    return carry_out(
        request,
        get_object_or_404(seen, code=code),
        forms.OpenRecoveryForm,
        actions.open_recovery,
        title=_("Open a recovery case"),
        submit=_("Open the case"),
        said=_("The case is open; its owner is told."),
        symbol="trending-down",
        given={"user": request.user, "initial": {"owner": request.user}},
    )


@allowed("customers.recover")
def meet(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    first = {"met_on": day_of(now()), "present": found.present, "causes": found.causes}
    return carry_out(
        request,
        found,
        forms.MeetingForm,
        actions.hold_meeting,
        title=_("Meeting"),
        submit=_("Save the meeting"),
        said=_("The causes are written down. What is done about them?"),
        about=found.customer.name,
        symbol="users",
        given={"initial": first},
    )


@allowed("customers.recover")
def add_measure(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    return carry_out(
        request,
        found,
        forms.MeasureForm,
        actions.add_measure,
        title=_("Add a measure"),
        submit=_("Add the measure"),
        said=_("Who does it is told."),
        about=found.customer.name,
        symbol="list-check",
        given={"user": request.user, "initial": {"owner": request.user, "due_on": found.due_on}},
    )


@allowed("customers.recover")
def finish_measure(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    found = workable(request, number)
    measure = get_object_or_404(found.measures.select_related("case"), pk=pk)
    return carry_out(
        request,
        measure,
        forms.MeasureDoneForm,
        actions.finish_measure,
        title=_("The measure is done"),
        submit=_("It is done"),
        said=_("It is written down."),
        about=measure.text,
        symbol="checks",
    )


@allowed("customers.recover")
def hand(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    return carry_out(
        request,
        found,
        forms.HandCaseForm,
        actions.hand_case,
        title=_("Hand the case over"),
        submit=_("Hand it over"),
        said=_("The new owner is told."),
        about=found.customer.name,
        symbol="transfer",
        given={"user": request.user},
    )


@allowed("customers.recover")
def close(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    return carry_out(
        request,
        found,
        forms.CloseCaseForm,
        actions.close_case,
        title=_("Close the recovery case"),
        submit=_("Close the case"),
        said=_("The case is closed."),
        about=found.customer.name,
        hint=_("Account manager and heads hear what came of it."),
        symbol="lock",
    )
