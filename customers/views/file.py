"""The lifetime file: everything that is known of a customer, on one page that can be printed."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.activity.models import Activity
from crmservice.activity.trail import seen_by, timeline
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import decode, encode, parsed
from crmservice.web.panels import Panel, collect
from crmservice.web.text import day, label_of, moment
from customers import policies, queries, signals
from customers.models import BusinessSignal, Customer, Need, RecoveryCase
from customers.views import grades, needs, recovery
from customers.views.page import badges, bought, contacts, facts
from employees.models import Employee

SHOWN = 50
HISTORY = 100


@require_safe
@allowed("customers.view")
def lifetime(request: StaffRequest, code: str) -> HttpResponse:
    """Each part in the reader's scope; `?before=` goes on to what is older."""
    seen = Customer.objects.visible_to(request.user)
    customer = get_object_or_404(
        seen.select_related("tier", "supplier", "parent", "account_manager", "account_team"),
        code=code,
    )
    user, at = request.user, now()
    may_see_value = policies.may_see_value(user)
    words: dict[str, Any] = {
        "customer": customer,
        "badges": badges(customer),
        "facts": facts(customer),
        "contacts": contacts(customer, None),
        "panels": panels(customer, user, at=at),
        "tables": tables(customer, user, may_see_value=may_see_value),
        "years": [],
        **history(customer, user, request.GET.get("before", "")),
    }
    if may_see_value:
        words |= bought(customer)
    return render(request, "customers/file.html", words)


def panels(customer: Customer, user: Employee, *, at: datetime) -> list[Panel]:
    """On paper nothing comes later."""
    at_once = collect(signals.detail_panels, customer, user=user, at=at, caller=None, phone="")
    return [*at_once, *collect(signals.later_panels, customer, user=user, at=at)]


def history(customer: Customer, user: Employee, asked: str) -> dict[str, Any]:
    """The newest entries, or those before the cursor's, and the way to older ones."""
    cursor = decode(asked)
    at = parsed(Activity, "at", cursor[0]) if cursor else None
    before = (at, cursor[1]) if cursor and at else None
    entries: list[Activity] = timeline(customer, limit=HISTORY + 1, before=before)
    more, entries = len(entries) > HISTORY, entries[:HISTORY]
    older = f"?before={encode(entries[-1].at, entries[-1].pk)}#history" if more else ""
    return {"activities": seen_by(user, entries), "more_url": older}


def tables(customer: Customer, user: Employee, *, may_see_value: bool) -> list[dict[str, Any]]:
    """How it stood with the customer over the years; what is empty is left out."""
    found = [
        table(_("Needs"), "notes", need_rows(customer, user)),
        table(_("Business signals"), "bulb", signal_rows(customer, user)),
    ]
    if may_see_value:
        found += [
            table(_("Tier history"), "crown", tier_rows(customer)),
            table(_("5A grades"), "star", grade_rows(customer)),
            table(_("Trend"), "chart-line", trend_rows(customer)),
            table(_("Recovery cases"), "trending-down", case_rows(customer, user)),
        ]
    return [each for each in found if each["rows"]]


def table(title: str, symbol: str, rows: list[list[dict[str, Any]]]) -> dict[str, Any]:
    heads = (_("When"), _("What"), _("State"))
    return {
        "title": title,
        "symbol": symbol,
        "heads": [{"label": label} for label in heads],
        "rows": [{"cells": cells} for cells in rows],
    }


def need_rows(customer: Customer, user: Employee) -> list[list[dict[str, Any]]]:
    rows = Need.objects.visible_to(user).filter(customer=customer)
    return [
        [
            {"text": moment(each.raised_at)},
            {"text": each.title, "url": each.get_absolute_url(), "sub": each.answer[:120]},
            {"text": (state := needs.state_of(each))[1], "badge": state[0]},
        ]
        for each in rows[:SHOWN]
    ]


def signal_rows(customer: Customer, user: Employee) -> list[list[dict[str, Any]]]:
    rows = BusinessSignal.objects.visible_to(user).filter(customer=customer)
    return [
        [
            {"text": moment(each.raised_at)},
            {"text": each.title, "url": each.get_absolute_url()},
            {"text": label_of(each, "status"), "badge": each.status},
        ]
        for each in rows[:SHOWN]
    ]


def tier_rows(customer: Customer) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": moment(each.changed_at)},
            {"text": queries.reason_in_words(each.reason)},
            {"text": each.after.name, "badge": each.after.code},
        ]
        for each in customer.tier_changes.select_related("after")[:SHOWN]
    ]


def grade_rows(customer: Customer) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": moment(each.graded_at)},
            {"text": each.reason[:120], "url": each.get_absolute_url()},
            {"text": grades.as_letters(each), "badge": "info", "sub": f"{each.mean}"},
        ]
        for each in customer.gradings.select_related("customer")[:SHOWN]
    ]


def trend_rows(customer: Customer) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": recovery.month_of(each)},
            {"text": recovery.change_in_words(each.recent, each.before)},
            recovery.trend_cell(each)._asdict(),
        ]
        for each in customer.trends.all()[:SHOWN]
    ]


def case_rows(customer: Customer, user: Employee) -> list[list[dict[str, Any]]]:
    rows = RecoveryCase.objects.visible_to(user).filter(customer=customer)
    return [
        [
            {"text": moment(each.opened_at), "sub": day(each.due_on)},
            {"text": each.number, "url": each.get_absolute_url(), "sub": each.causes[:120]},
            recovery.state_cell(each)._asdict(),
        ]
        for each in rows[:SHOWN]
    ]
