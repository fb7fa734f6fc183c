from datetime import date

import pytest
from django.urls import reverse

from assets.models import Asset
from contracts import queries
from contracts.choices import LineScope, Status
from contracts.models import ContractLine
from contracts.queries import covered_by, covers_of, would_cover
from tests.factories.assets import AssetFactory, AssetModelFactory, PartFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory, SiteFactory

TODAY = date(2026, 6, 1)


@pytest.fixture
def customer(db):
    customer = CustomerFactory()
    for cover in ("in_warranty", "out_of_warranty"):
        DefaultPromiseFactory(cover=cover, tier=customer.tier)
    return customer


@pytest.fixture
def world(customer):
    """A device at a site with a component of two levels, and another model's device."""
    site = SiteFactory(customer=customer)
    model = AssetModelFactory()
    device = AssetFactory(customer=customer, site=site, model=model, serial_no="1")
    part = AssetFactory(component=True, parent=device, serial_no="2")
    inner = AssetFactory(
        component=True, parent=part, serial_no="3", part=PartFactory(fits_model=model)
    )
    other = AssetFactory(customer=customer, serial_no="4")
    AssetFactory(serial_no="5")
    AssetFactory(customer=customer, serial_no="6", status="retired")
    return {"site": site, "model": model, "device": device, "part": part, "inner": inner} | {
        "other": other
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"scope": LineScope.CUSTOMER}, {"1", "2", "3", "4"}),
        ({"scope": LineScope.ASSET, "asset": "device"}, {"1", "2", "3"}),
        ({"scope": LineScope.ASSET, "asset": "part"}, {"2", "3"}),
        ({"scope": LineScope.ASSET, "asset": "inner"}, {"3"}),
        ({"scope": LineScope.SITE, "site": "site"}, {"1"}),
        ({"scope": LineScope.MODEL, "asset_model": "model"}, {"1", "3"}),
    ],
)
def test_whom_a_line_covers(customer, world, line, expected):
    named = {name: world[what] if name != "scope" else what for name, what in line.items()}

    found = covered_by(customer, [ContractLine(**named)])

    assert {asset.serial_no for asset in found} == expected
    assert not covered_by(customer, [])


def test_the_cover_of_many_assets_is_that_of_each(customer, world):
    contract = ServiceContractFactory(customer=customer)
    ContractLineFactory(contract=contract, asset=world["device"])
    assets = [world[name] for name in ("device", "part", "inner", "other")]

    shown = covers_of(customer, assets, TODAY)

    for asset in assets:
        single = queries.entitlement_for(customer, asset, TODAY, customer.tier)
        assert (asset.pk in shown) is (single.contract_number == contract.number)
    assert set(shown) == {world[name].pk for name in ("device", "part", "inner")}
    assert contract.number in shown[world["inner"].pk].text


@pytest.mark.parametrize(
    ("on", "is_covered"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_cover_of_many_on_both_ends(customer, world, on, is_covered):
    ContractLineFactory(contract=ServiceContractFactory(customer=customer))

    assert (world["device"].pk in covers_of(customer, [world["device"]], on)) is is_covered


def test_the_covers_of_a_customer_cost_the_same_for_one_asset_and_three(
    customer, world, django_assert_num_queries
):
    ContractLineFactory(contract=ServiceContractFactory(customer=customer))
    assets = [world["device"], world["other"]]
    covers_of(customer, assets, TODAY)

    with django_assert_num_queries(4):
        covers_of(customer, assets[:1], TODAY)
    with django_assert_num_queries(4):
        covers_of(customer, assets, TODAY)


def test_who_would_be_covered_by_a_draft(customer, world):
    better = ServiceContractFactory(customer=customer)
    ContractLineFactory(contract=better, asset=world["device"])
    draft = ServiceContractFactory(customer=customer, draft=True, starts_on=date(2026, 7, 1))

    found = would_cover(draft, [ContractLine(scope=LineScope.CUSTOMER)], TODAY, 10)

    judged = {each.asset.serial_no: (each.wins, each.instead) for each in found}
    assert judged["4"] == (True, draft.number)
    assert judged["1"] == (False, better.number)
    assert judged["2"] == (False, better.number)


def test_a_contract_covers_the_devices_of_others_that_it_names_and_no_more(customer, world):
    dealer = CustomerFactory()
    held = ServiceContractFactory(customer=dealer)
    ContractLineFactory(contract=held, asset=world["device"])
    ContractLineFactory(contract=held)
    ContractLineFactory(contract=held, asset_model=world["other"].model)
    assets = [world[name] for name in ("device", "part", "inner", "other")]
    named = {world[name].pk for name in ("device", "part", "inner")}
    book = queries.CoverBook()

    shown = covers_of(customer, assets, TODAY)
    found = would_cover(held, list(held.lines.all()), TODAY, 10)

    assert set(shown) == named
    assert {each.asset.pk for each in found if each.wins} == named
    for asset in assets:
        single = queries.entitlement_for(customer, asset, TODAY, customer.tier)
        facts = queries.asset_facts(asset, TODAY, queries.parents_of(asset))
        assert (single.contract_number == held.number) is (asset.pk in named)
        assert book.entitle(customer.pk, TODAY, customer.tier_id, facts) == single


def test_the_better_of_the_owners_and_the_dealers_contract_wins(customer, world):
    own, held = (
        ServiceContractFactory(customer=customer, response_minutes=60),
        ServiceContractFactory(response_minutes=15),
    )
    ContractLineFactory(contract=own, asset=world["device"])
    line = ContractLineFactory(contract=held, asset=world["device"])

    def winner():
        judged = queries.entitlement_for(customer, world["device"], TODAY, customer.tier)
        return judged.contract_number

    assert winner() == held.number
    line.delete()
    assert winner() == own.number


def test_a_renewal_is_not_beaten_by_what_it_renews(customer, world):
    old = ServiceContractFactory(customer=customer)
    line = ContractLineFactory(contract=old, asset=world["device"])
    new = ServiceContractFactory(
        customer=customer, draft=True, renews=old, response_minutes=60, ends_on=date(2027, 12, 31)
    )
    lines = [ContractLine(scope=LineScope.ASSET, asset=line.asset)]

    assert would_cover(new, lines, TODAY, 10)[0].wins


def test_the_chain_of_renewals(db):
    first = ServiceContractFactory(status=Status.RENEWED)
    second = ServiceContractFactory(renews=first, customer=first.customer)
    third = ServiceContractFactory(renews=second, customer=first.customer, draft=True)

    for contract in (first, second, third):
        assert queries.chain_of(contract) == [first, second, third]


def test_a_contract_is_found_by_number_and_scope(people):
    served = CustomerFactory(served_by=[people.field_engineer.outlet])
    contract = ServiceContractFactory(customer=served, number="K00421")
    other = ServiceContractFactory(number="K00422")
    queries.rebuild_search()

    assert set(queries.found("K0042", people.service_manager, 5)) == {contract.pk, other.pk}
    assert queries.found("K0042", people.field_engineer, 5) == [contract.pk]
    assert queries.found("K0042", people.partner_coordinator, 5) == []


@pytest.mark.parametrize("owners", [1, 3])
def test_who_would_be_covered_costs_the_same_for_one_owner_and_three(
    db, owners, django_assert_num_queries
):
    contract = ServiceContractFactory(draft=True)
    DefaultPromiseFactory(tier=contract.customer.tier)
    lines = [
        ContractLineFactory.build(contract=contract, asset=AssetFactory()) for _ in range(owners)
    ]

    with django_assert_num_queries(7):
        found = queries.would_cover(contract, lines, TODAY, limit=10)

    assert [each.wins for each in found] == [True] * owners


def test_the_covered_assets_come_page_by_page(client, people):
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    DefaultPromiseFactory(tier=contract.customer.tier)
    like = AssetFactory(customer=contract.customer, site=None)
    names = [field.attname for field in Asset._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(like, name) for name in names} | {"root_id": None}
    Asset.objects.bulk_create(Asset(**values | {"serial_no": f"MANY-{n:03d}"}) for n in range(120))
    client.force_login(people.service_manager)
    url = reverse("contracts:covered", args=[contract.number])

    first = client.get(url)
    second = client.get(first.context["next_url"])

    pages = [[row["serial_no"] for row in page.context["rows"]] for page in (first, second)]
    assert [len(page) for page in pages] == [50, 50]
    assert not set(pages[0]) & set(pages[1])
    assert second.context["first_url"] == url
