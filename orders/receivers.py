"""What orders do when something happens below them, and what they show on the pages there."""

from datetime import date
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from assets import signals as assets
from assets.models import Asset
from contracts import signals as contracts
from contracts.choices import Service
from contracts.entitlement import Entitlement
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from crmservice.web.panels import Panel, Step
from crmservice.web.text import amount, label_of, moment, percent
from customers import signals as customers
from customers.models import Customer
from employees import signals as employees
from employees.models import Employee
from orders import actions, pricing, queries
from orders.choices import WorkKind
from orders.models import Order
from service_requests import signals as service_requests
from service_requests.models import ServiceRequest

SHOWN = 8
ORDER = 60


@receiver(service_requests.price_terms)
def rates(entitlement: Entitlement, on: date, **_asked: object) -> list[tuple[str, str]]:
    """What would be charged for a visit on that day; nothing when no plan is valid."""
    try:
        _row, plan = queries.plan_on(on)
    except DomainError:
        return []
    terms: list[tuple[str, str]] = []
    if Service.LABOUR in entitlement.charged and WorkKind.ONSITE in plan.rates:
        rate, _reason = pricing.rate_of(WorkKind.ONSITE, entitlement, plan)
        terms.append((_("Labour on site, per hour"), amount(rate, plan.currency)))
    if Service.TRAVEL in entitlement.charged and WorkKind.TRAVEL in plan.rates:
        terms.append((_("Travel, per hour"), amount(plan.rates[WorkKind.TRAVEL], plan.currency)))
    if Service.ONSITE_DISPATCH in entitlement.charged and plan.call_out_fee:
        terms.append((_("Call-out fee"), amount(plan.call_out_fee, plan.currency)))
    if Service.PARTS in entitlement.charged:
        discount = percent(entitlement.parts_discount)
        terms.append((_("Parts"), _("list price − %(discount)s") % {"discount": discount}))
    return terms


@receiver(customers.customers_joined)
def orders_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return actions.move_customer(joined, kept)


@receiver(service_requests.closing_checks)
def undecided_orders(service_request: ServiceRequest, **_asked: object) -> list[str]:
    """A request is not closed while what was used and done is not approved."""
    return [
        _("Order %(number)s is not approved (%(status)s).")
        % {"number": order.number, "status": order.get_status_display()}
        for order in queries.unapproved_of(service_request)[:SHOWN]
    ]


@receiver(service_requests.next_steps, sender=ServiceRequest)
def order_to_decide(subject: ServiceRequest, user: Employee, **_asked: object) -> Step | None:
    """Where a resolved request waits for the approval of an order, that order."""
    if subject.is_open or not user.may("orders.view"):
        return None
    order = queries.unapproved_of(subject).first()
    if order is None:
        return None
    text = _("Order %(number)s is not approved (%(status)s).")
    words = {"number": order.number, "status": order.get_status_display()}
    return Step(text % words, _("Look at the order"), order.get_absolute_url(), "package")


@receiver(service_requests.detail_panels, sender=ServiceRequest)
def orders_of_request(subject: ServiceRequest, user: Employee, **_asked: object) -> Panel | None:
    add = f"?request={subject.number}" if subject.is_open else ""
    return panel_of(user, f"request={subject.number}", {"service_request": subject}, add)


@receiver(customers.detail_panels, sender=Customer)
def orders_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    query = f"customer={subject.code}"
    return panel_of(user, query, {"customer": subject}, f"?customer={subject.pk}")


@receiver(assets.detail_panels, sender=Asset)
def orders_of_asset(subject: Asset, user: Employee, **_asked: object) -> Panel | None:
    add = f"?customer={subject.customer_id}&asset={subject.pk}"
    query = f"asset={subject.serial_no}"
    if subject.parent_id is None:
        return panel_of(user, query, {"asset__root": subject}, add)
    return panel_of(user, query, {"asset": subject}, add)


@receiver(contracts.detail_panels, sender=ServiceContract)
def orders_of_contract(subject: ServiceContract, user: Employee, **_asked: object) -> Panel | None:
    return panel_of(user, f"contract={subject.number}", {"contract": subject})


@receiver(employees.detail_panels, sender=Employee)
def orders_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    return panel_of(user, f"author={subject.pk}", {"author": subject})


def panel_of(user: Employee, query: str, where: dict[str, Any], add: str = "") -> Panel | None:
    """The latest orders of a record, two queries; nothing for who may not see orders."""
    if not user.may("orders.view"):
        return None
    add_url = f"{reverse('orders:create')}{add}" if add and user.may("orders.change") else ""
    orders = Order.objects.visible_to(user).filter(**where).order_by("-ordered_at", "-pk")
    found = list(orders.prefetch_related("lines")[: SHOWN + 1])
    if not found and not add_url:
        return None
    context = {
        "heads": heads(),
        "rows": [row(order) for order in found[:SHOWN]],
        "count": len(found) if len(found) <= SHOWN else "",
        "url": f"{reverse('orders:index')}?{query}",
        "add_url": add_url,
    }
    return Panel(order=ORDER, template="orders/_of_record.html", context=context)


def heads() -> list[dict[str, Any]]:
    labels = (_("Number"), _("Ordered"), _("Status"), _("Net"))
    last = len(labels) - 1
    return [{"label": label, "numeric": at == last} for at, label in enumerate(labels)]


def row(order: Order) -> dict[str, Any]:
    url = order.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": order.number, "url": url},
            {"text": moment(order.ordered_at)},
            {"text": label_of(order, "status"), "badge": order.status},
            {"text": amount(order.net, order.currency), "numeric": True},
        ],
    }
