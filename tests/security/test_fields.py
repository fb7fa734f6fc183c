"""S-08: what a role may not read of a record that it does see: costs, margins, purchases, prices,
others' expenses; and what customers never read, our internal notes.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from pypdf import PdfReader

from assets import actions as assets
from crmservice.search.kinds import KINDS
from employees.choices import OutletKind, Role
from employees.permissions import PERMISSIONS, Scope
from service_requests import actions
from tests.factories.assets import AssetFactory, PartFactory
from tests.factories.contracts import ContractLineFactory, ServiceContractFactory
from tests.factories.customers import AffiliationFactory, CustomerFactory, PurchaseFactory
from tests.factories.dispatch import PartUseFactory, TaskFactory, TimeEntryFactory
from tests.factories.employees import CostRateFactory, EmployeeFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory, PricePlanFactory
from tests.factories.service_requests import ServiceRequestFactory
from tests.security.routes import ours
from tests.security.world import page_of

DAY = date(2026, 3, 3)
NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOTE = "Qznote: they have not paid since spring"
APART = {"expenses.view"}  # of this, an outlet sees only its own people's
# Figures that stand nowhere else, each with the row of the permission table that shows it.
FIGURES = {
    "cost of a part": ("costs.view", "71317.19"),
    "cost of an order line": ("costs.view", "47131.17"),
    "margin of an order": ("costs.view", "16420.06"),
    "cost of an hour": ("costs.view", "31973.00"),
    "what the customer bought": ("customers.view_value", "765432.19"),
    "value of the contract": ("customers.view_value", "54321.77"),
    "price in an order": ("orders.view", "63551.23"),
    "another's outlay": ("expenses.view", "86423.71"),
}


@pytest.fixture
def books(people):
    """One of each noun, headquarters' and the partner's; the outlay is headquarters' alone."""
    head, outlets = people.department_head, [people.sales.outlet, people.partner_engineer.outlet]
    customer = CustomerFactory(served_by=outlets)
    PurchaseFactory(customer=customer, bought_on=DAY, amount=Decimal("765432.19"))
    device = AssetFactory(customer=customer)
    contract = ServiceContractFactory(customer=customer, value=Decimal("54321.77"))
    ContractLineFactory(contract=contract)
    PricePlanFactory()
    part = PartFactory()
    assets.set_cost(part, cost=Decimal("71317.19"), valid_from=DAY, by=head, at=NOON)
    service_request = ServiceRequestFactory(
        customer=customer, asset=device, contract=contract, outlets=outlets, resolved=True
    )
    engineer = people.field_engineer
    CostRateFactory(employee=engineer, per_hour=Decimal("31973.00"))
    task = TaskFactory(
        done=True,
        assignee=engineer,
        customer=customer,
        asset=device,
        service_request=service_request,
        contract=contract,
    )
    TimeEntryFactory(task=task, hours=Decimal(1))
    order = OrderFactory(service_request=service_request, author=people.storekeeper)
    line = OrderLineFactory(
        order=order, part=part, list_price=Decimal("63551.23"), cost=Decimal("47131.17")
    )
    PartUseFactory(task=task, part=part, order_line=line)
    colleague = EmployeeFactory(role=Role.FIELD_ENGINEER)
    claim = ExpenseClaimFactory(claimant=colleague, submitted=True)
    ExpenseLineFactory(claim=claim, task=task, amount=Decimal("86423.71"))
    actions.note(service_request, text=NOTE, by=people.service_manager, at=NOON)
    for kind in KINDS.values():
        kind.rebuild()
    return {
        "customer": customer, "contact": AffiliationFactory(customer=customer).contact,
        "asset": device, "model": device.model, "contract": contract, "part": part,
        "request": service_request, "task": task, "order": order, "claim": claim,
        "employee": engineer,
    }  # fmt: skip


def pages(client, books, role):
    """Every page that opens for the role: its name, and its text without signs of thousands."""
    for route in ours():
        if route.permission == "everybody" or role in PERMISSIONS.get(route.permission, {}):
            url = page_of(route, books)
            for asked in ({}, {"q": books["customer"].name, "status": "all"}):
                answer = client.get(url, asked) if url else None
                if answer and answer.status_code == 200:
                    yield route.name, read(answer).replace(",", "")
                if route.arguments:
                    break


def read(answer):
    """What is read on a page, or in a document."""
    if answer["Content-Type"] != "application/pdf":
        return answer.content.decode()
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def is_shown_to(person, permission):
    """A partner sees the outlays of its own people, most others only their own."""
    scope = PERMISSIONS[permission].get(person.role)
    is_far = person.outlet.kind == OutletKind.PARTNER
    return scope == Scope.ALL or (scope == Scope.OUTLET and not (permission in APART and is_far))


@pytest.mark.parametrize("role", Role)
def test_a_figure_is_read_by_the_roles_of_its_row_and_by_nobody_else(client, people, books, role):
    person = getattr(people, role.value)
    client.force_login(person)

    found = {what: set() for what in FIGURES}
    for name, text in pages(client, books, role):
        for what, (_permission, figure) in FIGURES.items():
            if figure in text:
                found[what].add(name)

    shown = {what for what, (permission, _) in FIGURES.items() if is_shown_to(person, permission)}
    assert {what: names for what, names in found.items() if names and what not in shown} == {}
    assert {what for what, names in found.items() if names} == shown


def test_whoever_is_granted_the_costs_reads_them(client, people, books):
    person = people.storekeeper
    person.granted = {"costs.view": "all"}
    person.save()
    client.force_login(person)

    assert FIGURES["margin of an order"][1] in text_of(client, books["order"])
    assert FIGURES["cost of a part"][1] in text_of(client, books["part"])


def text_of(client, record):
    return client.get(record.get_absolute_url()).content.decode().replace(",", "")


def test_an_internal_note_is_on_no_page_of_the_customer(client, people, books):
    ours = client_of(people.sales)
    _survey, token = actions.send_survey(books["request"], by=people.service_manager, at=now())

    theirs = client.get(reverse("service_requests:survey_link", args=[token]), follow=True)

    assert books["request"].number in theirs.content.decode()
    assert NOTE not in theirs.content.decode()
    assert NOTE in ours.get(books["request"].get_absolute_url()).content.decode()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client
