"""What warranty costs against the equipment bought within it (metrics.md), on both its edges."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.choices import PurchaseKind
from reports.periods import scope_of
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.requests import Asked
from tests.company import AT, SHANGHAI
from tests.factories.assets import AssetFactory
from tests.factories.customers import PurchaseFactory
from tests.factories.expenses import ExpenseLineFactory
from tests.factories.service_requests import ServiceRequestFactory

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 2, 4), date(2026, 3, 3)
SPELL = {"installed_on": FIRST, "delivered_on": None, "warranty_months": 13}


@pytest.fixture
def share(people):
    def ask(by=""):
        params = {"period": "custom", "from": "2026-03-01", "to": "2026-03-31"}
        scope = scope_of(params, today=date(2026, 4, 1), zone=SHANGHAI)
        answer = computed(CATALOGUE["cost"], Asked(scope, people.department_head, AT), by)
        values = [line.values["warranty_share"] for line in answer.lines]
        return answer.total.values["warranty_share"], values

    return ask


@pytest.fixture
def device(db):
    return AssetFactory(**SPELL)


def serve(device, on):
    service_request = ServiceRequestFactory(asset=device, customer=device.customer)
    ExpenseLineFactory(
        claim__approved=True,
        amount=Decimal(100),
        spent_on=on,
        service_request=service_request,
        customer=device.customer,
    )


@pytest.mark.parametrize(("served", "is_in"), [(LAST, True), (LAST + DAY, False)])
@pytest.mark.parametrize(
    ("bought", "counts"),
    [(FIRST, True), (LAST, True), (FIRST - DAY, False), (LAST + DAY, False)],
)
def test_the_spell_has_both_its_days(share, device, served, is_in, bought, counts):
    serve(device, served)
    PurchaseFactory(customer=device.customer, bought_on=bought, amount=Decimal(1000))

    assert share("customer")[0] == (0.1 if is_in and counts else None)


def test_only_equipment_of_customers_so_served_and_each_once(share, device):
    serve(device, LAST)
    serve(AssetFactory(customer=device.customer, **SPELL), LAST)
    PurchaseFactory(customer=device.customer, bought_on=LAST, amount=Decimal(1000))
    PurchaseFactory(customer=device.customer, bought_on=LAST, kind=PurchaseKind.PARTS)
    PurchaseFactory(customer=AssetFactory(**SPELL).customer, bought_on=LAST)

    assert share("customer") == (0.2, [0.2])
