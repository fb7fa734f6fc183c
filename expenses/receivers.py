"""What expenses and their cost show on the pages below, and what they do when customers join."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets import signals as assets
from assets.models import Asset
from contracts import signals as contracts
from contracts.models import ServiceContract
from contracts.renewal_price import Figure
from crmservice.errors import DomainError
from crmservice.web.panels import Panel
from crmservice.web.text import amount, day, label_of
from customers import signals as customers
from customers.models import Customer
from dispatch import signals as dispatch
from dispatch.models import Task, TimeEntry
from dispatch.signals import TabletVerb
from employees import signals as employees
from employees.models import Employee
from expenses import actions, policies
from expenses.choices import Category, Share
from expenses.forms import TabletOutlayForm
from expenses.models import ExpenseClaim, ExpenseLine
from expenses.queries import Period, cost_of
from service_requests import signals as service_requests
from service_requests.models import ServiceRequest
from service_requests.queries import day_of

SHOWN = 8
EXPENSES, COSTS = 80, 85


@receiver(customers.customers_joined)
def expenses_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return {"expenses.expenseline.customer": actions.move_customer(joined, kept)}


@receiver(service_requests.requests_merged)
def expenses_follow_request(
    origin: ServiceRequest,
    target: ServiceRequest,
    only: Mapping[str, list[int]] | None,
    **_asked: object,
) -> dict[str, list[int]]:
    return actions.follow_request(origin, target, only)


@receiver(service_requests.later_panels, sender=ServiceRequest)
def of_request(subject: ServiceRequest, user: Employee, **_asked: object) -> list[Panel]:
    query = f"request={subject.number}"
    return [
        *spent(user, query, {"service_request": subject}, f"?{query}"),
        *cost(user, subject, reverse("expenses:request_cost", args=[subject.number])),
    ]


@receiver(customers.later_panels, sender=Customer)
def of_customer(subject: Customer, user: Employee, **_asked: object) -> list[Panel]:
    query = f"customer={subject.code}"
    return [
        *spent(user, query, {"customer": subject}, f"?{query}"),
        *cost(user, subject, reverse("expenses:customer_cost", args=[subject.code])),
    ]


@receiver(customers.effort_asked, sender=Customer)
def effort_for_customer(
    customer: Customer, first: date, end: date, **_asked: object
) -> tuple[Decimal, Decimal]:
    """What serving it cost and how long it took."""
    worked = TimeEntry.objects.filter(
        task__customer=customer, worked_on__gte=first, worked_on__lt=end
    )
    hours = worked.aggregate(hours=Sum("hours"))["hours"] or Decimal(0)
    return cost_of(customer, Period(first, end)).total, hours


@receiver(assets.later_panels, sender=Asset)
def of_asset(subject: Asset, user: Employee, **_asked: object) -> list[Panel]:
    return cost(user, subject, reverse("expenses:asset_cost", args=[subject.serial_no]))


@receiver(contracts.later_panels, sender=ServiceContract)
def of_contract(subject: ServiceContract, user: Employee, **_asked: object) -> list[Panel]:
    return cost(user, subject, reverse("expenses:contract_cost", args=[subject.number]))


@receiver(contracts.service_asked, sender=ServiceContract)
def cost_in_period(
    contract: ServiceContract, user: Employee, first: date, end: date, **_asked: object
) -> list[Figure]:
    """What serving it cost in a period, for who may see costs."""
    if not policies.may_see_costs(user):
        return []
    found = cost_of(contract, Period(first, end))
    url = reverse("expenses:contract_cost", args=[contract.number])
    billed_url = f"{url}?part={Share.BILLED}"
    return [
        Figure(40, _("Cost to serve"), amount(found.total), url, cost=found.total),
        Figure(50, str(Share.BILLED.label), amount(found.billed), billed_url, billed=found.billed),
    ]


@receiver(dispatch.later_panels, sender=Task)
def of_task(subject: Task, user: Employee, at: datetime, **_asked: object) -> list[Panel]:
    del at
    query = f"task={subject.number}"
    return spent(user, query, {"task": subject}, f"?{query}")


@receiver(dispatch.tablet_verbs)
def of_tablet(**_asked: object) -> dict[str, TabletVerb]:
    """An outlay that is told from the work order becomes a draft of a claim."""
    return {
        "add_expense": TabletVerb(
            gettext_lazy("Expense"),
            lambda fields, _task, _user: TabletOutlayForm(fields),
            spend,
            reads_first=True,
        )
    }


def spend(
    task: Task, form: TabletOutlayForm, *, by: Employee, happened_at: datetime, at: datetime
) -> None:
    if not by.may("expenses.claim"):
        raise DomainError(_("You may not claim expenses."))
    values = {**form.values, "category": Category(form.cleaned_data["category"])}
    receipt = values.pop("receipt")
    receipts = [receipt] if receipt else []
    outlay = actions.Outlay(**values, receipts=receipts, spent_on=day_of(happened_at), task=task)
    actions.create(lines=[outlay], by=by, at=at)


@receiver(dispatch.tablet_panels, sender=Task)
def on_the_tablet(subject: Task, user: Employee, **_asked: object) -> Panel | None:
    if not user.may("expenses.claim"):
        return None
    url = f"{reverse('expenses:create')}?task={subject.number}"
    context = {"form": TabletOutlayForm(), "url": url}
    return Panel(order=EXPENSES, template="expenses/_tablet.html", context=context)


@receiver(employees.detail_panels, sender=Employee)
def of_employee(subject: Employee, user: Employee, **_asked: object) -> list[Panel]:
    """What the person claims; on one's own page with the way to the next."""
    query, where = f"claimant={subject.pk}", {"claim__claimant": subject}
    return spent(user, query, where, "?" if subject.pk == user.pk else "")


def spent(user: Employee, query: str, where: dict[str, Any], add: str) -> list[Panel]:
    """The latest outlays of a record whose claims this person sees; one query.

    A new claim begins with what `add` says ("?" for nothing); with "" it is not offered.
    """
    if not user.may("expenses.view"):
        return []
    claims = ExpenseClaim.objects.visible_to(user)
    lines = ExpenseLine.objects.filter(**where, claim__in=claims).order_by("-spent_on", "-pk")
    found = list(lines.select_related("claim__claimant")[: SHOWN + 1])
    may_claim = bool(add) and user.may("expenses.claim")
    if not found and not may_claim:
        return []
    context = {
        "heads": heads(),
        "rows": [row(line) for line in found[:SHOWN]],
        "count": len(found) if len(found) <= SHOWN else "",
        "url": f"{reverse('expenses:index')}?{query}",
        "add_url": f"{reverse('expenses:create')}{add}" if may_claim else "",
    }
    return [Panel(order=EXPENSES, template="expenses/_of_record.html", context=context)]


def heads() -> list[dict[str, Any]]:
    labels = (_("Day"), _("Category"), _("Expense claim"), _("Status"), _("Amount"))
    last = len(labels) - 1
    return [{"label": label, "numeric": at == last} for at, label in enumerate(labels)]


def row(line: ExpenseLine) -> dict[str, Any]:
    claim = line.claim
    url = claim.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": day(line.spent_on)},
            {"text": label_of(line, "category"), "sub": line.text},
            {"text": claim.number, "url": url, "sub": claim.claimant.name},
            {"text": label_of(claim, "status"), "badge": claim.status},
            {"text": amount(line.counted, claim.currency), "numeric": True},
        ],
    }


def cost(user: Employee, subject: Any, url: str) -> list[Panel]:
    """Cost to serve in its four parts with what was billed; only for those who may see costs."""
    if not policies.may_see_costs(user):
        return []
    found = cost_of(subject)
    facts = [
        {"label": share.label, "text": amount(getattr(found, share)), "url": f"{url}?part={share}"}
        for share in Share
        if share != Share.BILLED
    ]
    facts += [
        {"label": _("Cost to serve"), "text": amount(found.total), "url": url},
        {
            "label": Share.BILLED.label,
            "text": amount(found.billed),
            "url": f"{url}?part={Share.BILLED}",
        },
        {"label": _("Billed less cost"), "text": amount(found.result)},
    ]
    context = {"facts": facts, "url": url}
    return [Panel(order=COSTS, template="expenses/_cost.html", context=context, column="side")]
