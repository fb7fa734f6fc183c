"""Many requests judged at once by the contracts as they are now."""

from datetime import UTC, date, datetime
from time import process_time

import pytest
from django.urls import reverse

from assets.models import Asset
from contracts.choices import Cover, LineScope
from contracts.explaining import derivation
from contracts.models import ContractLine, ServiceContract
from customers.models import Customer
from service_requests.models import ServiceRequest
from service_requests.queries import covers_now
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory
from tests.factories.service_requests import ServiceRequestFactory
from tests.pages import whole_page

AT = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


def copies(row, count, **changes):
    """Unsaved rows like one, each with what `changes` gives it by its place."""
    model = type(row)
    names = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(row, name) for name in names}
    return [
        model(**values | {name: made(place) for name, made in changes.items()})
        for place in range(count)
    ]


def loaded():
    rows = ServiceRequest.objects.select_related("customer", "asset", "contract")
    return list(rows.prefetch_related("asset__model", "asset__part__fits_model"))


def test_a_thousand_requests_are_explained_within_a_second(db):
    first = CustomerFactory()
    for cover in (Cover.IN_WARRANTY, Cover.OUT_OF_WARRANTY):
        DefaultPromiseFactory(tier=first.tier, cover=cover)
    customers = Customer.objects.bulk_create(
        copies(first, 100, code=lambda n: f"M{n}", name=lambda n: f"客户{n}")
    )
    assets = Asset.objects.bulk_create(
        copies(
            AssetFactory(customer=first),
            1000,
            serial_no=lambda n: f"MANY-{n}",
            customer_id=lambda n: customers[n % 100].pk,
            root_id=lambda _n: None,
            site_id=lambda _n: None,
        )
    )
    contracts = ServiceContract.objects.bulk_create(
        copies(
            ServiceContractFactory(customer=first),
            300,
            number=lambda n: f"K-{n}",
            customer_id=lambda n: customers[n % 100].pk,
        )
    )
    ContractLine.objects.bulk_create(
        ContractLine(contract=contracts[n % 300], scope=LineScope.ASSET, asset=asset)
        for n, asset in enumerate(assets)
    )
    ServiceRequest.objects.bulk_create(
        copies(
            ServiceRequestFactory(customer=first, opened_at=AT),
            1000,
            number=lambda n: f"SR-{n}",
            customer_id=lambda n: customers[n % 100].pk,
            asset_id=lambda n: assets[n].pk,
        )
    )

    began = process_time()
    found = covers_now(loaded())
    words = [derivation(each) for each in found.values()]
    took = process_time() - began

    assert len(words) == 1001
    assert sum(each.cover == Cover.CONTRACT for each in found.values()) >= 1000
    assert took < 1, f"{took:.2f} s"


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_one_as_for_three(db, count, django_assert_num_queries):
    for _ in range(count):
        contract = ServiceContractFactory()
        ContractLineFactory(contract=contract)
        DefaultPromiseFactory(tier=contract.customer.tier)
        asset = AssetFactory(customer=contract.customer)
        ServiceRequestFactory(customer=contract.customer, asset=asset, opened_at=AT)
    requests = loaded()

    with django_assert_num_queries(5):
        found = covers_now(requests)

    assert {each.cover for each in found.values()} == {Cover.CONTRACT}


def test_a_contract_tells_which_open_requests_it_would_cover(client, people):
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    DefaultPromiseFactory(tier=contract.customer.tier)
    before = ServiceRequestFactory(customer=contract.customer, opened_at=AT)
    early = ServiceRequestFactory(
        customer=contract.customer, opened_at=datetime(2025, 12, 31, 2, 0, tzinfo=UTC)
    )
    client.force_login(people.service_manager)

    page = whole_page(client, contract)

    assert reverse("service_requests:check_cover", args=[before.number]) in page
    assert reverse("service_requests:check_cover", args=[early.number]) not in page
    assert contract.starts_on == date(2026, 1, 1)
