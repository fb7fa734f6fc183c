"""S-14: whichever write fails, the whole verb leaves nothing behind; through its own page."""

import re

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from customers import actions as customers
from service_requests import actions as service_requests
from service_requests.choices import Answer
from tests.dispatch.conftest import (  # noqa: F401  (fixtures)
    DOT,
    HOUR,
    MINUTE,
    NINE,
    dispatcher,
    engineer,
    fault,
    fault_code,
    machine,
    part,
    price_plan,
    visit,
    working,
)
from tests.factories.assets import AssetFactory, DefectFactory, MeterReadingFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import (
    AffiliationFactory,
    ContactPhoneFactory,
    CustomerFactory,
    PurchaseFactory,
    SiteFactory,
)
from tests.factories.dispatch import PartUseFactory, TaskFactory
from tests.factories.expenses import ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

CHANGE = re.compile(r"""\s*(?:insert\s+into|update|delete\s+from)\s+["`]?(\w+)""", re.IGNORECASE)
SESSION = "django_session"  # how long a log-in lasts is no part of the verb


class DiskFullError(Exception):
    """Comes after the write of that number, as if the next were not possible."""


class FailingAfter:
    """For `connection.execute_wrapper`: lets `number` writes through."""

    def __init__(self, number):
        self.number = number
        self.tables = []

    def __call__(self, execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        found = CHANGE.match(sql)
        if found and found.group(1) != SESSION:
            self.tables.append(found.group(1))
            if len(self.tables) == self.number:
                raise DiskFullError
        return answer


def everything():
    """All rows of all tables."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != SESSION:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def fail_at_each_write(client, url, typed):
    """POST until no write is left to fail; the tables that the whole verb wrote, one a write."""
    before = everything()
    number = 1
    while True:
        failing = FailingAfter(number)
        try:
            with connection.execute_wrapper(failing):
                answer = client.post(url, typed)
        except DiskFullError:
            assert everything() == before, f"write {number}, to {failing.tables[-1]}"
            number += 1
        else:
            break
    assert answer.status_code == 302, answer.content.decode()
    assert len(failing.tables) == number - 1
    assert everything() != before
    return failing.tables


@pytest.fixture
def at_ten():
    with time_machine.travel(NINE + HOUR, tick=False):
        yield


def test_log_a_call(logged_in, machine, at_ten):  # noqa: F811
    typed = {
        "once": "key",
        "caller": f"customer:{machine.customer.code}",
        "asset": machine.serial_no,
        "subject": "No pressure",
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
        "responded": "on",
        "visit_promised": "on",
    }

    written = fail_at_each_write(logged_in("service_manager"), "/requests/new/", typed)

    assert set(written) >= {
        "web_submission",
        "service_requests_servicerequest",
        "service_requests_slatimer",
        "activity_activity",
        "search_entry",
    }


def test_log_a_call_of_somebody_new(logged_in, machine, at_ten):  # noqa: F811
    typed = {
        "once": "key",
        "caller": "new:Wang",
        "caller_phone": "13912345678",
        "subject": "An offer, please",
        "kind": "enquiry",
        "severity": "normal",
        "channel": "phone",
    }

    written = fail_at_each_write(logged_in("service_manager"), "/requests/new/", typed)

    assert set(written) >= {"customers_customer", "service_requests_servicerequest"}


def test_complete_a_visit(
    logged_in,
    working,  # noqa: F811
    machine,  # noqa: F811
    price_plan,  # noqa: F811
    part,  # noqa: F811
    fault_code,  # noqa: F811
    at_ten,
):
    AssetFactory(parent=machine, component=True, part=part, serial_no="A-1")
    PartUseFactory(task=working, part=part, serial_no="N-1", removed_serial_no="A-1")
    MeterReadingFactory(asset=machine)
    defect = DefectFactory(asset=machine)
    typed = {
        "once": "key",
        "result": "Shaft seal replaced",
        "travel_hours": "0.5",
        "labour_hours": "1",
        "works_again": "on",
        "resolves": "on",
        "fault_code": fault_code.pk,
        "cause": "Worn",
        "rating": "5",
        "signed_by": "Li Na",
        "signature": DOT,
        "meter_hours": "120.5",
        "software_version": "5.1",
        "device_status": "in_repair",
        "defect": "Belt worn",
        "defect_gravity": "grave",
        "cleared": defect.pk,
    }
    url = reverse("dispatch:complete", args=[working.number])

    written = fail_at_each_write(logged_in("field_engineer"), url, typed)

    assert set(written) >= {
        "assets_asset",
        "assets_defect",
        "assets_meterreading",
        "dispatch_task",
        "dispatch_timeentry",
        "dispatch_workreport",
        "orders_order",
        "orders_orderline",
        "service_requests_servicerequest",
        "service_requests_slatimer",
    }


def test_approve_an_order(logged_in, fault, price_plan, at_ten):  # noqa: F811
    order = OrderFactory(service_request=fault, in_approval=True)
    OrderLineFactory.create_batch(2, order=order)
    url = reverse("orders:approve", args=[order.number])
    typed = {"once": "key", "version": order.version}

    written = fail_at_each_write(logged_in("department_head"), url, typed)

    assert set(written) >= {"orders_order", "activity_activity", "search_entry"}


def test_close(logged_in, fault, dispatcher, fault_code, at_ten):  # noqa: F811
    at = NINE + HOUR
    service_requests.resolve(
        fault, resolution="Seal", fault_code=fault_code, cause="Worn", by=dispatcher, at=at
    )
    service_requests.ask_customer(fault, answer=Answer.SATISFIED, by=dispatcher, at=at)
    url = reverse("service_requests:close", args=[fault.number])

    written = fail_at_each_write(logged_in("service_manager"), url, {"once": "key"})

    assert set(written) >= {"service_requests_servicerequest", "activity_activity"}


def test_merge_customers(logged_in, fault, at_ten):  # noqa: F811
    joined, kept = fault.customer, CustomerFactory()
    ContactPhoneFactory(contact=AffiliationFactory(customer=joined).contact)
    for make in (SiteFactory, PurchaseFactory, AssetFactory, ServiceContractFactory, TaskFactory):
        make(customer=joined)
    OrderFactory(customer=joined)
    ExpenseLineFactory(customer=joined)
    customers.reindex(joined, kept)
    url = reverse("customers:join", args=[joined.code])
    typed = {"once": "key", "kept": kept.pk, "reason": "The same"}

    written = fail_at_each_write(logged_in("service_manager"), url, typed)

    assert set(written) >= {
        "customers_customer",
        "customers_affiliation",
        "assets_asset",
        "contracts_servicecontract",
        "service_requests_servicerequest",
        "orders_order",
        "dispatch_task",
        "expenses_expenseline",
    }
