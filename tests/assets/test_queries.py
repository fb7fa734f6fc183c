from datetime import date

import pytest

from assets import queries
from assets.signals import covers_asked, faults_counted
from crmservice.search.models import Entry
from tests.factories.assets import AssetFactory, AssetModelFactory
from tests.factories.customers import CustomerFactory
from tests.factories.knowledge import FaultCodeFactory


@pytest.mark.django_db
def test_all_that_is_in_a_device_at_any_depth():
    device = AssetFactory()
    first = AssetFactory(component=True, parent=device)
    second = AssetFactory(component=True, parent=first)
    third = AssetFactory(component=True, parent=second)
    AssetFactory(component=True, parent=AssetFactory())

    assert [(a.pk, a.depth) for a in queries.below(device.pk)] == [
        (first.pk, 1),
        (second.pk, 2),
        (third.pk, 3),
    ]
    assert not queries.below(third.pk).exists()


@pytest.mark.django_db
def test_the_tree_is_the_same_from_each_of_its_assets():
    device = AssetFactory(serial_no="1")
    second = AssetFactory(component=True, parent=device, serial_no="3")
    first = AssetFactory(component=True, parent=device, serial_no="2")
    inner = AssetFactory(component=True, parent=second, serial_no="4")

    (top,) = queries.tree_of(inner)

    assert top.asset == device
    assert [branch.asset for branch in top.branches] == [first, second]
    (last,) = top.branches[1].branches
    assert last.is_here
    assert not top.is_here


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2025, 1, 31), "out_of_warranty"),
        (date(2025, 2, 1), "in_warranty"),
        (date(2026, 12, 2), "in_warranty"),
        (date(2026, 12, 3), "expiring"),
        (date(2027, 1, 31), "expiring"),
        (date(2027, 2, 1), "out_of_warranty"),
    ],
)
@pytest.mark.django_db
def test_the_words_of_a_warranty(on, kind):
    asset = AssetFactory(delivered_on=None, installed_on=date(2025, 2, 1))

    words = queries.warranty_words(asset, on)

    assert words.cover.kind == kind
    assert "31 Jan 2027" in words.line
    assert "24" in words.line
    assert len(words.derivation) == 3


@pytest.mark.django_db
def test_without_a_date_or_months_there_is_no_warranty():
    undated = AssetFactory(delivered_on=None, installed_on=None)
    unpromised = AssetFactory(model=AssetModelFactory(warranty_months=0))

    for asset in (undated, unpromised):
        words = queries.warranty_words(asset, date(2026, 1, 1))
        assert words.cover.kind == "out_of_warranty"
        assert words.derivation == []
    assert "installation" in queries.warranty_words(undated, date(2026, 1, 1)).line


@pytest.mark.django_db
def test_an_unknown_installation_counts_from_delivery():
    asset = AssetFactory(delivered_on=date(2025, 1, 10), installed_on=None)

    assert "delivered" in queries.warranty_words(asset, date(2026, 1, 1)).line


@pytest.mark.django_db
def test_higher_floors_say_what_covers_an_asset():
    first, second = AssetFactory.create_batch(2, customer=CustomerFactory())
    cover = queries.Cover("covered", "K1")

    def contracts(assets, **_asked):
        return {assets[0].pk: cover}

    covers_asked.connect(contracts)
    try:
        shown = queries.covers(first.customer, [first, second], date(2026, 1, 1))
    finally:
        covers_asked.disconnect(contracts)

    assert shown[first.pk] == cover
    assert shown[second.pk].kind == "in_warranty"


@pytest.mark.django_db
def test_faults_come_by_frequency(people):
    often, known, seldom = (FaultCodeFactory(code=code) for code in ("C", "A", "B"))
    model = AssetModelFactory(fault_codes=[known, often])

    def counted(**_asked):
        return {often.pk: 5, seldom.pk: 1}

    faults_counted.connect(counted)
    try:
        faults = queries.faults_of(model, people.service_manager)
    finally:
        faults_counted.disconnect(counted)

    assert [(f.fault_code.code, f.count) for f in faults] == [("C", 5), ("B", 1), ("A", 0)]


def test_an_asset_is_found_by_those_who_serve_its_customer(people):
    customer = CustomerFactory(served_by=[people.partner_coordinator.outlet])
    asset = AssetFactory(customer=customer, serial_no="TPPLC7260400008")
    queries.rebuild_search()

    assert queries.found("0400008", people.service_manager, 5) == [asset.pk]
    assert queries.found("0400008", people.partner_engineer, 5) == [asset.pk]
    assert queries.found("0400008", people.outsider, 5) == []


@pytest.mark.django_db
def test_one_entry_says_the_same_as_the_rebuilt_one():
    asset = AssetFactory(component=True, parent=AssetFactory())
    queries.rebuild_search()
    entry = Entry.objects.get(kind="asset", object_id=asset.pk)

    assert entry.title == queries.search_words(asset)["title"]
    assert entry.badge == asset.part.part_no
