"""What orders do when something happens below them, and what they show on the pages there."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assets import signals as assets
from assets.models import Asset, Part
from contracts import signals as contracts
from contracts.choices import Service
from contracts.entitlement import Entitlement
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from crmservice.web.panels import Panel, Step, of_record
from crmservice.web.text import amount, day, label_of, moment, percent
from customers import signals as customers
from customers.models import Customer
from employees import signals as employees
from employees.choices import AuthorityKind
from employees.models import AuthorityQuestion, Employee
from orders import actions, pricing, queries, signals
from orders.choices import WorkKind
from orders.models import Order, OrderLine, ReturnCase, ReturnLine, StockLevel
from service_requests import signals as service_requests
from service_requests.models import ServiceRequest
from service_requests.queries import day_of

SHOWN = 8
ORDER, STOCK, RETURNS = 60, 61, 62


@receiver(service_requests.price_terms)
def rates(entitlement: Entitlement, on: date, **_asked: object) -> list[tuple[str, str]]:
    """What would be charged for a visit on that day; nothing when no plan is valid."""
    try:
        pricer = queries.pricer(queries.case_of(entitlement, on))
        return list(terms_of(entitlement, pricer))
    except DomainError:
        return []


def terms_of(entitlement: Entitlement, pricer: queries.Pricer) -> Iterator[tuple[str, str]]:
    plan = pricer.rates_of(WorkKind.ONSITE)
    if Service.LABOUR in entitlement.charged and plan:
        rate, _reason = pricing.rate_of(WorkKind.ONSITE, entitlement, plan)
        yield _("Labour on site, per hour"), amount(rate, plan.currency)
    plan = pricer.rates_of(WorkKind.TRAVEL)
    if Service.TRAVEL in entitlement.charged and plan:
        yield _("Travel, per hour"), amount(plan.rates[WorkKind.TRAVEL], plan.currency)
    called = pricer.for_call_out()
    if Service.ONSITE_DISPATCH in entitlement.charged and called and called.call_out_fee:
        yield _("Call-out fee"), amount(called.call_out_fee, called.currency)
    if Service.PARTS in entitlement.charged:
        discount = percent(entitlement.parts_discount)
        yield _("Parts"), _("list price − %(discount)s") % {"discount": discount}


@receiver(employees.authority_granted)
def carry_out_what_was_granted(
    question: AuthorityQuestion, by: Employee, at: datetime, **_asked: object
) -> bool:
    """The price or the gift that somebody asked for, by the authority of who said yes."""
    line = OrderLine.objects.select_related("order").filter(pk=question.subject_id).first()
    if question.verb not in {"orders.set_price", "orders.give"} or line is None:
        return False
    reason = question.values["reason"]
    given: dict[str, Any] = {"granted_by": by, "by": question.asked_by, "at": at}
    if question.verb == "orders.give":
        actions.give(line, reason=reason, at_most=question.asks, **given)
    else:
        price = Decimal(question.values["unit_price"])
        actions.set_price(line, unit_price=price, reason=reason, **given)
    return True


@receiver(employees.authority_used)
def goodwill_used(employee: Employee, at: datetime, **_asked: object) -> dict[str, Decimal]:
    today = day_of(at)
    given = queries.goodwill_given(employee, today - actions.GOODWILL_WINDOW, today)
    return {AuthorityKind.GOODWILL: given}


@receiver(customers.customers_joined)
def orders_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return actions.move_customer(joined, kept)


@receiver(service_requests.requests_merged)
def orders_follow_request(
    origin: ServiceRequest,
    target: ServiceRequest,
    only: Mapping[str, list[int]] | None,
    **_asked: object,
) -> dict[str, list[int]]:
    return actions.follow_request(origin, target, only)


@receiver(service_requests.closing_checks)
def undecided_orders(service_request: ServiceRequest, **_asked: object) -> list[str]:
    """A request is not closed while what was used and done is not approved."""
    return [
        _("Order %(number)s is not approved (%(status)s).")
        % {"number": order.number, "status": order.get_status_display()}
        for order in queries.undecided_of(service_request)[:SHOWN]
    ]


@receiver(service_requests.closing_checks)
def open_returns(service_request: ServiceRequest, **_asked: object) -> list[str]:
    """Nor while something is on its way back, or waits for its remedy."""
    cases = ReturnCase.objects.open().filter(service_request=service_request).order_by("pk")
    return [
        _("Return %(number)s is not closed (%(status)s).")
        % {"number": case.number, "status": case.get_status_display()}
        for case in cases[:SHOWN]
    ]


@receiver(service_requests.next_steps, sender=ServiceRequest)
def order_to_decide(subject: ServiceRequest, user: Employee, **_asked: object) -> Step | None:
    """Where a resolved request waits for the approval of an order, that order."""
    if subject.is_open or not user.may("orders.view"):
        return None
    order = queries.undecided_of(subject).first()
    if order is None:
        return None
    text = _("Order %(number)s is not approved (%(status)s).")
    words = {"number": order.number, "status": order.get_status_display()}
    return Step(text % words, _("Look at the order"), order.get_absolute_url(), "package")


@receiver(service_requests.later_panels, sender=ServiceRequest)
def orders_of_request(subject: ServiceRequest, user: Employee, **_asked: object) -> Panel | None:
    add = f"?request={subject.number}" if subject.is_open else ""
    return panel_of(user, f"request={subject.number}", {"service_request": subject}, add)


@receiver(customers.later_panels, sender=Customer)
def orders_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    query = f"customer={subject.code}"
    return panel_of(user, query, {"customer": subject}, f"?customer={subject.pk}")


@receiver(assets.later_panels, sender=Asset)
def orders_of_asset(subject: Asset, user: Employee, **_asked: object) -> Panel | None:
    add = f"?customer={subject.customer_id}&asset={subject.pk}"
    query = f"asset={subject.serial_no}"
    if subject.parent_id is None:
        return panel_of(user, query, {"asset__root": subject}, add)
    return panel_of(user, query, {"asset": subject}, add)


@receiver(contracts.later_panels, sender=ServiceContract)
def orders_of_contract(subject: ServiceContract, user: Employee, **_asked: object) -> Panel | None:
    return panel_of(user, f"contract={subject.number}", {"contract": subject})


@receiver(employees.detail_panels, sender=Employee)
def orders_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    return panel_of(user, f"author={subject.pk}", {"author": subject})


@receiver(service_requests.later_panels, sender=ServiceRequest)
def returns_of_request(subject: ServiceRequest, user: Employee, **_asked: object) -> Panel | None:
    add = f"?request={subject.number}" if subject.is_open else ""
    return returns_panel(user, f"request={subject.number}", {"service_request": subject}, add)


@receiver(customers.later_panels, sender=Customer)
def returns_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    return returns_panel(user, f"customer={subject.code}", {"customer": subject})


@receiver(assets.later_panels, sender=Asset)
def returns_of_asset(subject: Asset, user: Employee, **_asked: object) -> Panel | None:
    where = {"pk__in": ReturnLine.objects.filter(asset=subject).values("case")}
    return returns_panel(user, f"asset={subject.serial_no}", where)


@receiver(signals.detail_panels, sender=Order)
def returns_of_order(subject: Order, user: Employee, **_asked: object) -> Panel | None:
    return returns_panel(user, f"order={subject.number}", {"order": subject})


@receiver(employees.detail_panels, sender=Employee)
def van_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    """What lies in the person's van."""
    if not user.may("stock.view"):
        return None
    levels = StockLevel.objects.visible_to(user).filter(
        location__employee=subject, location__is_active=True, on_hand__gt=0
    )
    found = list(levels.select_related("part", "location").order_by("part__part_no", "bin")[:SHOWN])
    if not found:
        return None
    url = f"{reverse('orders:stock')}?place={found[0].location.code}"
    return stock_panel(_("Van"), url, _("Part"), found, lambda level: str(level.part))


@receiver(assets.detail_panels, sender=Part)
def stock_of_part(subject: Part, user: Employee, **_asked: object) -> Panel | None:
    """In which places it lies."""
    if not user.may("stock.view"):
        return None
    levels = StockLevel.objects.visible_to(user).filter(part=subject, on_hand__gt=0)
    found = list(levels.select_related("part", "location").order_by("-on_hand", "pk")[:SHOWN])
    url = reverse("orders:stock_of_part", args=[subject.part_no])
    if not found:
        return None
    return stock_panel(
        _("Stock"), url, pgettext("stock", "Place"), found, lambda level: level.location.name
    )


def stock_panel(
    title: str,
    url: str,
    label: str,
    levels: list[StockLevel],
    name: Callable[[StockLevel], str],
) -> Panel:
    labels = (label, _("Bin"), _("On hand"), pgettext("stock", "Available"))
    context = {
        "title": title,
        "symbol": "packages",
        "heads": [{"label": each, "numeric": at > 1} for at, each in enumerate(labels)],
        "rows": [
            {
                "url": level.get_absolute_url(),
                "cells": [
                    {"text": name(level), "url": level.get_absolute_url()},
                    {"text": label_of(level, "bin")},
                    {"text": str(level.on_hand)},
                    {"text": str(level.available)},
                ],
            }
            for level in levels
        ],
        "count": len(levels) if len(levels) < SHOWN else "",
        "url": url,
    }
    return Panel(STOCK, "components/of_record.html", context)


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


def returns_panel(user: Employee, query: str, where: dict[str, Any], add: str = "") -> Panel | None:
    """What was given back of a record; without any, for who opens some, the way to open one."""
    if not user.may("orders.view"):
        return None
    cases = ReturnCase.objects.visible_to(user).filter(**where).order_by("-opened_at", "-pk")
    panel = of_record(
        cases,
        order=RETURNS,
        title=_("Returns and exchanges"),
        symbol="arrows-exchange",
        heads=(_("Number"), _("Kind"), _("Status"), _("Due")),
        cells=return_cells,
        url=f"{reverse('orders:returns')}?{query}",
    )
    if panel is not None or not add or not user.may("orders.change"):
        return panel
    context = {"add_url": f"{reverse('orders:open_return')}{add}"}
    return Panel(RETURNS, "orders/_no_return.html", context, column="side")


def return_cells(case: ReturnCase) -> list[dict[str, Any]]:
    return [
        {"text": case.number, "url": case.get_absolute_url()},
        {"text": label_of(case, "kind")},
        {"text": label_of(case, "status"), "badge": case.status},
        {"text": day(case.due_on) if case.is_open else ""},
    ]


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
