"""What contracts answer when customers and assets ask."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Value, When
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.queries import Cover
from assets.signals import covers_asked
from assets.signals import detail_panels as asset_panels
from contracts import actions, queries
from contracts.choices import Status
from contracts.explaining import derivation, headline, promise_line
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from crmservice.web.panels import Panel, of_record
from crmservice.web.text import day
from customers.models import Customer
from customers.signals import customer_indexed, customers_joined
from customers.signals import detail_panels as customer_panels
from employees import signals as employees
from employees.models import Employee

MOST_ROWS = 5
ORDER = 40
IMPORTANT_FIRST = Case(
    When(status=Status.ACTIVE, then=Value(0)),
    When(status__in=[Status.DRAFT, Status.IN_APPROVAL], then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@receiver(customer_panels, sender=Customer)
def contracts_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    if not user.may("contracts.view"):
        return None
    contracts = ServiceContract.objects.visible_to(user).filter(customer=subject).described()
    rows = list(contracts.order_by(IMPORTANT_FIRST, "-ends_on")[: MOST_ROWS + 1])
    add = reverse("contracts:create") + "?" + urlencode({"customer": subject.pk})
    return Panel(
        order=ORDER,
        template="contracts/_of_customer.html",
        context={
            "contracts": [row(contract) for contract in rows[:MOST_ROWS]],
            "url": reverse("contracts:index") + "?" + urlencode({"customer": subject.code}),
            "add_url": add if user.may("contracts.change") else "",
        },
    )


@receiver(employees.detail_panels, sender=Employee)
def contracts_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    contracts = ServiceContract.objects.visible_to(user).filter(responsible=subject).described()
    return of_record(
        contracts.order_by(IMPORTANT_FIRST, "-ends_on", "-pk"),
        order=ORDER,
        title=_("Responsible for"),
        symbol="file-text",
        heads=(_("Contract"), _("Customer"), _("Ends"), _("Status")),
        cells=lambda contract: [
            {
                "text": contract.number,
                "url": contract.get_absolute_url(),
                "sub": contract.type.name,
            },
            {"text": contract.customer.name},
            {"text": day(contract.ends_on)},
            {"text": contract.get_status_display(), "badge": contract.status},
        ],
        url=f"{reverse('contracts:index')}?responsible={subject.pk}",
    )


def row(contract: ServiceContract) -> dict[str, Any]:
    return {
        "number": contract.number,
        "url": contract.get_absolute_url(),
        "type": contract.type.name,
        "promises": promise_line(queries.level_of(contract).promises, contract.calendar.code),
        "period": f"{day(contract.starts_on)} – {day(contract.ends_on)}",
        "kind": contract.status,
        "status": contract.get_status_display(),
    }


@receiver(asset_panels, sender=Asset)
def cover_of_asset(subject: Asset, user: Employee, at: datetime, **_asked: object) -> Panel:
    """Which contract covers it today and why the others do not; what is free, what is charged."""
    today = timezone.localdate(at)
    try:
        judged = queries.entitlement_for(subject.customer, subject, today, subject.customer.tier)
    except DomainError as no:
        return Panel(ORDER, "contracts/_cover.html", {"no": no.message, "cover": None})
    url = ""
    if judged.contract_number and user.may("contracts.view"):
        url = reverse("contracts:detail", args=[judged.contract_number])
    return Panel(
        ORDER,
        "contracts/_cover.html",
        {
            "cover": {
                "kind": judged.cover if not judged.contract_number else "covered",
                "label": judged.cover.label,
                "number": judged.contract_number,
                "url": url,
                "line": headline(judged),
                "promises": promise_line(judged.promises, judged.calendar_code),
                "derivation": derivation(judged)[1:],
            },
            "no": "",
        },
    )


@receiver(covers_asked, sender=Asset)
def covers(
    customer: Customer, assets: Iterable[Asset], on: date, **_asked: object
) -> dict[int, Cover]:
    return queries.covers_of(customer, list(assets), on)


@receiver(customers_joined)
def contracts_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return {"contracts.servicecontract": actions.join_customers(joined, kept)}


@receiver(customer_indexed)
def contracts_of_customer_indexed(customer: Customer, **_asked: object) -> None:
    queries.reindex(ServiceContract.objects.filter(customer=customer))
