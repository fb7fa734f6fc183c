"""Two entries become one customer: nothing is lost, and it can be looked up afterwards."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.search.query import search
from customers import actions, signals
from customers.models import Affiliation, Customer, Purchase, Site
from customers.views import page
from tests.factories.assets import AssetFactory
from tests.factories.customers import (
    AffiliationFactory,
    ContactFactory,
    CustomerFactory,
    PurchaseFactory,
    SiteFactory,
    TierChangeFactory,
    TierFactory,
)
from tests.factories.dispatch import TaskFactory
from tests.factories.service_requests import ServiceRequestFactory


@pytest.fixture
def two(people):
    joined = CustomerFactory(
        name="小李",
        prospect=True,
        phone="+8613912345678",
        phone_typed="13912345678",
        province="",
        city="",
    )
    kept = CustomerFactory(name="沈阳机床厂", province="", served_by=[people.sales.outlet])
    actions.reindex(joined, kept)
    return joined, kept


def join(joined, kept, people, **said):
    return actions.join(joined, kept, by=people.service_manager, at=now(), **said)


def test_everything_of_this_floor_moves(two, people):
    joined, kept = two
    SiteFactory(customer=joined)
    PurchaseFactory(customer=joined)
    TierChangeFactory(customer=joined)
    both = ContactFactory()
    AffiliationFactory(contact=both, customer=joined)
    AffiliationFactory(contact=both, customer=kept)
    AffiliationFactory(customer=joined)
    supplied = CustomerFactory(supplier=joined)
    subsidiary = CustomerFactory(parent=joined)
    kept.supplier = joined
    kept.save()

    join(joined, kept, people)

    for model in (Site, Purchase, Affiliation):
        assert not model.objects.filter(customer=joined).exists()
    assert kept.affiliations.count() == 2
    supplied.refresh_from_db()
    subsidiary.refresh_from_db()
    kept.refresh_from_db()
    assert (supplied.supplier, subsidiary.parent, kept.supplier) == (kept, kept, None)


def test_what_the_kept_one_lacks_is_filled_and_nothing_else(two, people):
    joined, kept = two
    joined.note, joined.name_en = "只在上午来电", "Xiao Li"
    joined.save()
    kept.note = "先问合同号"
    kept.save()

    join(joined, kept, people)
    kept.refresh_from_db()

    assert (kept.name, kept.note, kept.name_en) == ("沈阳机床厂", "先问合同号", "Xiao Li")
    assert kept.phone == "+8613912345678"
    assert not kept.is_prospect


def test_the_signpost_leads_on_and_tells_what_moved(two, people, logged_in):
    joined, kept = two
    site = SiteFactory(customer=joined)
    join(joined, kept, people, reason="同一个人")
    page = logged_in("service_manager").get(f"/customers/{joined.code}/")

    assert page.status_code == 200
    assert kept.get_absolute_url() in page.content.decode()
    activity = Activity.objects.get(verb="customers.joined")
    assert activity.details["moved"] == {"customers.site.customer": [site.pk]}
    assert activity.details["reason"] == "同一个人"
    assert activity in timeline(joined)
    assert activity in timeline(kept)


def test_the_history_of_both_is_on_the_kept_ones_page(people):
    TierFactory()
    joined = actions.add_prospect("小李", "13912345678", by=people.service_manager, at=now())
    kept = CustomerFactory()
    join(joined, kept, people)

    assert {each.verb for each in timeline(kept)} >= {"customers.created", "customers.joined"}


def test_the_joined_name_and_number_find_the_kept_one(two, people):
    joined, kept = two
    join(joined, kept, people)

    for typed in ("小李", "13912345678", joined.code):
        hits = search(typed, kinds=["customer"], scopes=None)
        assert [hit.object_id for hit in hits] == [kept.pk]


def test_the_tier_follows_from_all_purchases(two, people):
    joined, kept = two
    TierFactory(key=True)
    on = now().date().replace(day=1)
    for customer in two:
        PurchaseFactory(customer=customer, amount=60_000, bought_on=on.replace(year=on.year - 1))

    kept = join(joined, kept, people)
    kept.refresh_from_db()
    assert kept.tier.code == "key"


def test_nobody_is_joined_to_himself_or_twice(two, people):
    joined, kept = two
    with pytest.raises(DomainError):
        join(kept, kept, people)
    join(joined, kept, people)
    with pytest.raises(DomainError):
        join(joined, CustomerFactory(), people)
    with pytest.raises(DomainError):
        join(CustomerFactory(), joined, people)


def test_a_chain_of_joins_leads_to_the_last_one(two, people):
    joined, kept = two
    last = CustomerFactory()
    join(joined, kept, people)
    join(kept, last, people)

    joined.refresh_from_db()
    assert joined.merged_into == last


def test_a_floors_no_takes_everything_back(two, people):
    joined, kept = two
    SiteFactory(customer=joined)

    def refuse(**_):
        raise DomainError("no")

    signals.customers_joined.connect(refuse, sender=Customer)
    try:
        with pytest.raises(DomainError):
            join(joined, kept, people)
    finally:
        signals.customers_joined.disconnect(refuse, sender=Customer)

    assert Site.objects.get().customer == joined
    assert not Activity.objects.filter(verb="customers.joined").exists()


def test_every_floor_that_knows_customers_moves_its_rows():
    """Each app with a foreign key to a customer answers `customers_joined`."""
    owners = {
        relation.related_model._meta.app_label
        for relation in Customer._meta.related_objects
        if not relation.many_to_many
    } - {"customers"}
    receivers = {
        live().__module__.split(".")[0]
        for _key, live, *_ in signals.customers_joined.receivers
        if live()
    }
    assert receivers == owners


def test_the_page_joins(two, logged_in):
    joined, kept = two
    client = logged_in("service_manager")
    url = f"/customers/{joined.code}/join/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"kept": joined.pk}).status_code == 422
    assert client.post(url, {"kept": kept.pk}).status_code == 302
    assert client.get(url).status_code == 403

    joined.refresh_from_db()
    assert joined.merged_into == kept


def test_a_join_is_undone_as_it_was(two, people, logged_in, settings):
    joined, kept = two
    kept.supplier, kept.is_prospect = joined, True
    kept.save()
    joined.is_end_user = True
    joined.note = "只在上午来电"
    joined.save()
    joined.served_by.add(people.outsider.outlet)
    site, purchase = SiteFactory(customer=joined), PurchaseFactory(customer=joined)
    both = ContactFactory()
    for each in two:
        AffiliationFactory(contact=both, customer=each)
    device, request = AssetFactory(customer=joined), ServiceRequestFactory(customer=joined)
    task, first = TaskFactory(customer=joined), CustomerFactory(merged_into=joined)
    join(joined, kept, people)
    later = SiteFactory(customer=kept)
    kept.refresh_from_db()
    kept.phone_typed = "024-12345678"
    kept.save()
    url = f"/customers/{joined.code}/join/undo/"

    page = logged_in("service_manager").post(url, {"reason": "是两家", "once": "k" * 20})

    assert page.status_code == 302
    for row in (site, purchase, device, request, task):
        row.refresh_from_db()
        assert row.customer == joined
    for row in (joined, kept, first, later):
        row.refresh_from_db()
    assert (joined.merged_into, first.merged_into, later.customer) == (None, joined, kept)
    assert (kept.supplier, kept.note, kept.is_prospect) == (joined, "", True)
    assert kept.phone_typed == "024-12345678"
    assert joined.affiliations.get().contact == both
    assert people.outsider.outlet not in kept.served_by.all()
    hits = search(joined.code, kinds=["customer"], scopes=None)
    assert [hit.object_id for hit in hits] == [joined.pk]
    given = {"reason": "再", "by": people.service_manager}
    with pytest.raises(DomainError, match="was not joined"):
        actions.undo_join(joined, at=now(), **given)
    join(joined, kept, people)
    joined.refresh_from_db()
    with pytest.raises(DomainError, match="for 30 days"):
        actions.undo_join(joined, at=now() + timedelta(days=31), **given)


def test_what_moves_has_a_name_that_people_read():
    tables = {each.related_model._meta.label_lower for each in Customer._meta.related_objects}

    assert tables <= set(page.MOVED)
    assert page.kind_of("orders.order.customer") == "Orders"
    assert page.kind_of("orders.order.billing_customer").startswith("Orders · ")
