from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from assets import actions
from assets.choices import AssetStatus
from assets.models import Asset
from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.search.models import Entry
from tests.factories.assets import AssetFactory, AssetModelFactory, PartFactory
from tests.factories.customers import CustomerFactory, SiteFactory

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def by(people):
    return people.service_manager


def entered(by, **values):
    given = {"serial_no": "A/B 1", "model": AssetModelFactory(), "customer": CustomerFactory()}
    return actions.add({**given, **values}, by=by, at=AT)


def test_a_device_is_its_own_root_and_found_by_serial(by):
    asset = entered(by, installed_on=date(2026, 1, 31))

    assert asset.root == asset
    assert asset.warranty_until == date(2028, 1, 30)
    assert Entry.objects.get(kind="asset").object_id == asset.pk


def test_a_component_stands_where_its_device_stands(by):
    site = SiteFactory()
    device = AssetFactory(customer=site.customer, site=site)

    part = entered(by, model=None, part=PartFactory(), customer=site.customer, parent=device)

    assert (part.root, part.site) == (device, site)


def test_nothing_is_installed_before_delivery(by):
    same_day = {"delivered_on": date(2026, 1, 2), "installed_on": date(2026, 1, 2)}
    assert entered(by, **same_day).pk

    with pytest.raises(DomainError) as no:
        entered(by, serial_no="X", delivered_on=date(2026, 1, 2), installed_on=date(2026, 1, 1))
    assert no.value.field == "installed_on"


def test_a_site_of_another_customer_is_refused(by):
    with pytest.raises(DomainError) as no:
        entered(by, site=SiteFactory())

    assert no.value.field == "site"


def test_other_dates_move_the_end_of_the_warranty(by):
    asset = AssetFactory(delivered_on=None, installed_on=date(2025, 2, 1))
    assert asset.warranty_until == date(2027, 1, 31)

    actions.change(asset, {"installed_on": date(2025, 3, 1)}, by=by, at=AT)
    asset.refresh_from_db()
    assert asset.warranty_until == date(2027, 2, 28)

    actions.change(asset, {"warranty_months": 0}, by=by, at=AT)
    asset.refresh_from_db()
    assert asset.warranty_until is None


def test_two_people_who_change_the_same_field_are_told(by, people):
    asset = AssetFactory()
    actions.change(asset, {"software_version": "2.0"}, version=1, by=by, at=AT)

    with pytest.raises(DomainError):
        actions.change(
            asset, {"software_version": "3.0"}, version=1, by=people.senior_engineer, at=AT
        )


def test_a_transferred_device_takes_all_with_it_and_keeps_its_history(by):
    device = AssetFactory()
    part = AssetFactory(component=True, parent=device)
    inner = AssetFactory(component=True, parent=part)
    before, after = device.customer, SiteFactory(name="新厂").customer
    site = after.sites.get()

    actions.transfer(device, to=after, site=site, reason="转让", by=by, at=AT)

    for asset in (device, part, inner):
        asset.refresh_from_db()
        assert (asset.customer, asset.site) == (after, site)
    (activity,) = Activity.objects.filter(verb="assets.transferred")
    assert activity in timeline(before)
    assert activity in timeline(after)
    assert activity in timeline(device)
    assert activity.details["before"] == before.name


def test_a_component_is_not_transferred_alone(by):
    part = AssetFactory(component=True, parent=AssetFactory())

    with pytest.raises(DomainError):
        actions.transfer(part, to=CustomerFactory(), site=None, reason="–", by=by, at=AT)


def test_a_transfer_goes_to_another_customer_and_its_own_site(by):
    device = AssetFactory()

    with pytest.raises(DomainError) as same:
        actions.transfer(device, to=device.customer, site=None, reason="–", by=by, at=AT)
    with pytest.raises(DomainError) as foreign:
        actions.transfer(device, to=CustomerFactory(), site=SiteFactory(), reason="–", by=by, at=AT)

    assert (same.value.field, foreign.value.field) == ("to", "site")


def test_a_moved_branch_gets_the_root_of_its_new_device(by):
    old, new = AssetFactory(), None
    new = AssetFactory(customer=old.customer)
    part = AssetFactory(component=True, parent=old)
    inner = AssetFactory(component=True, parent=part)

    actions.install(part, parent=new, by=by, at=AT)

    for asset in (part, inner):
        asset.refresh_from_db()
        assert asset.root == new
    assert part.parent == new
    (activity,) = Activity.objects.filter(verb="assets.installed")
    assert activity in timeline(old)
    assert activity in timeline(new)


def test_nothing_is_put_into_itself_at_any_depth(by):
    device = AssetFactory()
    part = AssetFactory(component=True, parent=device)
    inner = AssetFactory(component=True, parent=part)

    for place in (device, part, inner):
        with pytest.raises(DomainError) as no:
            actions.install(device, parent=place, by=by, at=AT)
        assert no.value.field == "parent"
    sibling = AssetFactory(component=True, parent=device)
    assert actions.install(part, parent=sibling, by=by, at=AT).parent == sibling


def test_what_belongs_to_others_or_is_retired_takes_nothing_in(by):
    part = AssetFactory(component=True, parent=AssetFactory())

    with pytest.raises(DomainError):
        actions.install(part, parent=AssetFactory(), by=by, at=AT)
    retired = AssetFactory(customer=part.customer, status=AssetStatus.RETIRED)
    with pytest.raises(DomainError):
        actions.install(part, parent=retired, by=by, at=AT)


def test_what_is_taken_out_is_its_own_root(by):
    device = AssetFactory()
    part = AssetFactory(component=True, parent=device)
    inner = AssetFactory(component=True, parent=part)

    actions.remove(part, by=by, at=AT)

    for asset in (part, inner):
        asset.refresh_from_db()
        assert asset.root == part
    with pytest.raises(DomainError):
        actions.remove(part, by=by, at=AT)


def swapped(part, by, **values):
    given = {"serial_no": "NEW-1", "becomes": AssetStatus.IN_REPAIR, "warranty_months": None}
    return actions.swap(part, **{**given, **values}, reason="漏油", by=by, at=AT)


def test_a_swap_puts_a_new_one_in_the_place_of_the_old(by):
    device = AssetFactory()
    old = AssetFactory(component=True, parent=device)

    new = swapped(old, by, warranty_months=6)

    old.refresh_from_db()
    assert (old.parent, old.root, old.status) == (None, old, AssetStatus.IN_REPAIR)
    assert (new.parent, new.root, new.part) == (device, device, old.part)
    assert new.installed_on == date(2026, 3, 10)
    assert new.warranty_until == date(2026, 9, 9)
    assert {a.verb for a in timeline(device)} == {"assets.swapped_out", "assets.swapped_in"}
    assert timeline(old)[0].verb == "assets.swapped_out"
    assert timeline(new)[0].details["old"] == old.serial_no


def test_a_known_free_one_of_the_same_kind_is_taken(by):
    device = AssetFactory()
    old = AssetFactory(component=True, parent=device)
    spare = AssetFactory(component=True, parent=device, part=old.part, serial_no="SPARE")
    actions.remove(spare, by=by, at=AT)

    assert swapped(old, by, serial_no="SPARE") == spare


def test_a_known_one_that_does_not_fit_is_refused(by):
    device = AssetFactory()
    old = AssetFactory(component=True, parent=device)
    AssetFactory(component=True, parent=device, part=old.part, serial_no="USED")
    AssetFactory(customer=device.customer, serial_no="OTHER")
    AssetFactory(serial_no="FOREIGN")

    for serial_no in ("USED", "OTHER", "FOREIGN", old.serial_no):
        with pytest.raises(DomainError) as no:
            swapped(old, by, serial_no=serial_no)
        assert no.value.field == "serial_no"


def test_a_device_is_not_swapped(by):
    with pytest.raises(DomainError):
        swapped(AssetFactory(), by)


def test_what_retires_takes_its_components_along(by):
    device = AssetFactory()
    part = AssetFactory(component=True, parent=device)

    actions.retire(device, reason="报废", by=by, at=AT)

    part.refresh_from_db()
    assert part.status == AssetStatus.RETIRED
    with pytest.raises(DomainError):
        actions.set_software(device, software_version="2", by=by, at=AT)
    with pytest.raises(DomainError):
        actions.retire(device, reason="–", by=by, at=AT)


def test_the_way_through_repair(by):
    asset = AssetFactory()

    assert (
        actions.send_to_repair(asset, reason="异响", by=by, at=AT).status == AssetStatus.IN_REPAIR
    )
    assert actions.put_in_use(asset, by=by, at=AT).status == AssetStatus.IN_USE
    with pytest.raises(DomainError):
        actions.put_in_use(asset, by=by, at=AT)


def test_the_software_version_is_kept_with_its_history(by):
    asset = AssetFactory(software_version="1.0")

    assert (
        actions.set_software(asset, software_version="1.1", by=by, at=AT).software_version == "1.1"
    )

    (activity,) = Activity.objects.filter(verb="assets.software_set")
    assert activity.details["changes"] == {"software_version": ["1.0", "1.1"]}


def test_other_months_of_a_model_move_its_assets(by):
    model = AssetModelFactory(warranty_months=12)
    plain = AssetFactory(model=model, installed_on=date(2026, 1, 1), delivered_on=None)
    agreed = AssetFactory(
        model=model, installed_on=date(2026, 1, 1), delivered_on=None, warranty_months=6
    )

    actions.change_model(model, {"warranty_months": 24}, by=by, at=AT)

    assert Asset.objects.get(pk=plain.pk).warranty_until == date(2027, 12, 31)
    assert Asset.objects.get(pk=agreed.pk).warranty_until == date(2026, 6, 30)


def test_a_cost_is_set_per_day_and_kept_off_the_trail(by):
    part = PartFactory()

    actions.set_cost(part, cost=Decimal("80.00"), valid_from=date(2026, 1, 1), by=by, at=AT)
    actions.set_cost(part, cost=Decimal("81.00"), valid_from=date(2026, 1, 1), by=by, at=AT)

    assert [row.cost for row in part.costs.all()] == [Decimal("81.00")]
    assert "81" not in str(Activity.objects.filter(verb="assets.cost_set").values_list("details"))


def test_joined_customers_share_their_assets(by):
    asset = AssetFactory(supplied_by=CustomerFactory())
    joined, kept = asset.customer, CustomerFactory()

    assert actions.join_customers(joined, kept)["assets.asset.customer"] == [asset.pk]
    actions.join_customers(asset.supplied_by, kept)

    asset.refresh_from_db()
    assert (asset.customer, asset.supplied_by) == (kept, kept)
