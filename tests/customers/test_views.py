"""The list, the page and the forms of customers, contacts and sites."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions, signals
from customers.forms import AffiliationForm, CustomerForm, JoinForm
from customers.models import Contact, Customer, Site, TierChange
from customers.queries.finding import plain_name
from tests.factories.customers import (
    AffiliationFactory,
    ContactPhoneFactory,
    CustomerFactory,
    PurchaseFactory,
    ServedCustomerFactory,
    SiteFactory,
    TierChangeFactory,
    TierFactory,
)

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def names(page):
    return [row.cells[0].text for row in page.context["page"].rows]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, people, django_assert_num_queries, count
):
    CustomerFactory.create_batch(count, account_manager=people.sales)
    client = logged_in("service_manager")
    client.get("/customers/")

    with django_assert_num_queries(4):
        client.get("/customers/")


def test_the_list_is_filtered_sorted_and_searched(logged_in, people):
    dealer = CustomerFactory(name="大连经销", dealer=True, city="大连市", purchases_24_months=5)
    user = CustomerFactory(name="沈阳机床", supplier=dealer, account_manager=people.sales)
    prospect = CustomerFactory(name="小李", prospect=True, tier=TierFactory(vip=True))
    actions.reindex(dealer, user, prospect)
    client = logged_in("service_manager")

    def shown(**asked):
        return names(client.get("/customers/", asked))

    assert shown(kind="dealer") == ["大连经销"]
    assert shown(kind="prospect") == ["小李"]
    assert shown(tier="vip") == ["小李"]
    assert shown(city="大连") == ["大连经销"]
    assert shown(supplier=dealer.code) == ["沈阳机床"]
    assert shown(account_manager=people.sales.pk) == ["沈阳机床"]
    assert shown(q="syjc") == ["沈阳机床"]
    assert shown(sort="-purchases")[0] == "大连经销"
    assert set(shown(kind="nonsense", tier="x", supplier="y")) == {"大连经销", "沈阳机床", "小李"}


def test_purchases_are_hidden_from_those_who_may_not_see_them(logged_in, people):
    customer = ServedCustomerFactory(purchases_24_months=Decimal("412000.00"))
    PurchaseFactory(customer=customer, amount=Decimal("412000.00"))
    TierChangeFactory(customer=customer, purchases=Decimal("412000.00"))
    client = logged_in("partner_coordinator")

    for url in ("/customers/", "/customers/?sort=-purchases", customer.get_absolute_url()):
        assert "412,000" not in client.get(url).content.decode()


def test_a_partner_sees_the_customers_that_its_outlet_serves(logged_in, people):
    own, other = ServedCustomerFactory(), CustomerFactory()
    client = logged_in("partner_coordinator")

    assert names(client.get("/customers/")) == [own.name]
    assert client.get(own.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


@time_machine.travel(NOW, tick=False)
def test_the_page_explains_the_tier(logged_in, people):
    TierFactory(vip=True)
    key = TierFactory(key=True)
    customer = CustomerFactory(tier=key)
    PurchaseFactory(customer=customer, amount=Decimal("412000.00"), bought_on=date(2024, 11, 20))
    PurchaseFactory(customer=customer, amount=Decimal("999999.00"), bought_on=date(2024, 11, 19))
    page = logged_in("service_manager").get(customer.get_absolute_url())

    assert page.context["tier"]["line"] == "Key: ¥412,000 in 24 months, VIP from ¥500,000"
    assert [row["is_reached"] for row in page.context["tier"]["thresholds"]] == [False, True]


def test_the_page_shows_what_is_directly_related(logged_in, people, django_assert_max_num_queries):
    top = CustomerFactory(dealer=True, name="总代理")
    dealer = CustomerFactory(dealer=True, supplier=top, name="代理")
    customer = CustomerFactory(supplier=dealer, note="先问安全码")
    CustomerFactory(parent=customer, name="子公司")
    SiteFactory(customer=customer)
    contact = AffiliationFactory(customer=customer).contact
    ContactPhoneFactory(contact=contact)
    PurchaseFactory(customer=customer)
    client = logged_in("department_head")
    client.get(customer.get_absolute_url())

    with django_assert_max_num_queries(40):
        page = client.get(customer.get_absolute_url())

    words = page.context
    assert [(each["name"], each["depth"]) for each in words["suppliers"]] == [
        ("代理", 1),
        ("总代理", 2),
    ]
    assert [each["name"] for each in words["subsidiaries"]] == ["子公司"]
    assert words["notices"][0].text == "先问安全码"
    assert words["years"][0]["total"] == "¥10,000.00"
    supplied = client.get(top.get_absolute_url()).context["supplied"]
    assert [(each["name"], each["depth"]) for each in supplied] == [("代理", 1), (customer.name, 2)]
    assert 'href="tel:+86' in page.content.decode()


@pytest.mark.parametrize("contacts", [1, 3])
def test_the_page_costs_the_same_for_one_contact_and_three(
    logged_in, people, django_assert_num_queries, contacts
):
    customer = CustomerFactory()
    for each in AffiliationFactory.create_batch(contacts, customer=customer):
        ContactPhoneFactory(contact=each.contact)
    client = logged_in("service_manager")
    url = customer.get_absolute_url()
    client.get(url)
    others = signals.detail_panels.receivers, signals.caller_notices.receivers
    signals.detail_panels.receivers, signals.caller_notices.receivers = [], []
    signals.detail_panels.sender_receivers_cache.clear()
    signals.caller_notices.sender_receivers_cache.clear()
    try:
        with django_assert_num_queries(15):
            client.get(url)
    finally:
        signals.detail_panels.receivers, signals.caller_notices.receivers = others


# Entering and changing


def form_for(**changes):
    return {"name": "上海星辰电梯有限公司", "is_end_user": "on", **changes}


def test_a_customer_is_entered(logged_in, people):
    TierFactory()
    TierFactory(vip=True)
    outlet = people.partner_coordinator.outlet
    answer = logged_in("sales").post(
        "/customers/new/", form_for(phone_typed="０２１-6888 9999", served_by=[outlet.pk])
    )
    customer = Customer.objects.get()

    assert answer.url == customer.get_absolute_url()
    assert (customer.phone, customer.tier.code) == ("+862168889999", "small")
    assert list(customer.served_by.all()) == [outlet]
    assert Activity.objects.get().verb == "customers.created"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("上海星辰电梯有限公司", "上海星辰电梯"),
        ("（上海）星辰电梯 股份有限公司", "上海星辰电梯"),
        ("上海星辰電梯", "上海星辰電梯"),
        ("ＡＢＣ Co., Ltd.", "abc"),
        ("公司", "公司"),
    ],
)
def test_names_are_compared_without_signs_and_legal_form(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(form_for(name="上海星辰电梯股份有限公司"), id="name"),
        pytest.param(form_for(name="别名", phone_typed="+86 21 6888 9999"), id="phone"),
        pytest.param(form_for(name="别名", email="Info@xc.example"), id="e-mail"),
        pytest.param(form_for(name="别名", address="工业园路1号"), id="address"),
        pytest.param(form_for(name="别名", phone_typed="13912345678"), id="a contact's phone"),
    ],
)
def test_a_likely_duplicate_is_shown_before_saving(logged_in, people, typed):
    known = CustomerFactory(
        name="上海星辰电梯有限公司",
        phone="+862168889999",
        phone_typed="021-68889999",
        email="info@xc.example",
        address="工业园路1号",
    )
    contact = AffiliationFactory(customer=known).contact
    ContactPhoneFactory(contact=contact, number="+8613912345678")
    actions.reindex(known)
    client = logged_in("sales")

    page = client.post("/customers/new/", typed)
    assert page.status_code == 422
    assert [each.customer for each in page.context["alike"]] == [known]
    assert known.get_absolute_url() in page.content.decode()

    assert client.post("/customers/new/", typed | {"is_new": "on"}).status_code == 302
    assert Customer.objects.count() == 2


def test_an_unlike_customer_is_saved_at_once(logged_in, people):
    actions.reindex(CustomerFactory(name="上海星辰电梯有限公司"))

    assert (
        logged_in("sales").post("/customers/new/", form_for(name="大连造船厂")).status_code == 302
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (form_for(is_end_user=""), "is_end_user"),
        (form_for(name=""), "name"),
        (form_for(phone_typed="无"), "phone_typed"),
        (form_for(email="x"), "email"),
        (form_for(latitude="91"), "latitude"),
    ],
)
def test_a_customer_that_cannot_be_is_refused_where_it_was_typed(logged_in, people, typed, field):
    TierFactory()
    page = logged_in("sales").post("/customers/new/", typed)

    assert page.status_code == 422
    assert field in page.context["form"].errors or "__all__" in page.context["form"].errors


def test_two_peoples_changes_to_other_fields_both_stay(logged_in, people):
    customer = CustomerFactory(name="上海星辰电梯有限公司", province="", city="", industry="")
    client = logged_in("sales")
    url = f"/customers/{customer.code}/edit/"
    assert client.get(url).status_code == 200
    client.post(url, form_for(version=1, city="上海"))
    client.post(url, form_for(version=1, industry="电梯"))

    customer.refresh_from_db()
    assert (customer.city, customer.industry, customer.version) == ("上海", "电梯", 3)


def test_nobody_supplies_in_a_circle(logged_in, people):
    one = CustomerFactory()
    two = CustomerFactory(supplier=one)
    three = CustomerFactory(supplier=two)
    page = logged_in("sales").post(
        f"/customers/{one.code}/edit/", form_for(name=one.name, supplier=three.pk, version=1)
    )
    assert page.status_code == 422
    assert page.context["form"].errors["supplier"]


def test_an_odd_number_has_a_page(logged_in, people):
    customer = CustomerFactory(code="A/B #1?")
    url = reverse("customers:detail", args=["A/B #1?"])

    assert logged_in("sales").get(url).status_code == 200
    assert customer.get_absolute_url() == url


def test_who_may_not_change_gets_403(logged_in, people):
    customer = ServedCustomerFactory()
    client = logged_in("partner_coordinator")

    for verb in ("edit", "join", "tier", "contacts/new", "sites/new"):
        assert client.get(f"/customers/{customer.code}/{verb}/").status_code == 403


# Tiers by hand


@time_machine.travel(NOW, tick=False)
def test_a_tier_is_set_by_hand_and_lifted(logged_in, people):
    TierFactory()
    vip = TierFactory(vip=True)
    customer = CustomerFactory()
    client = logged_in("department_head")
    url = f"/customers/{customer.code}/tier/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"tier": vip.pk, "reason": ""}).status_code == 422
    assert (
        client.post(url, {"tier": vip.pk, "reason": "x", "until": "2026-11-19"}).status_code == 422
    )

    client.post(url, {"tier": vip.pk, "reason": "董事长的朋友", "until": "2026-11-20"})
    customer.refresh_from_db()
    assert customer.tier == vip
    assert "董事长的朋友" in client.get(customer.get_absolute_url()).context["tier"]["line"]

    client.post(f"/customers/{customer.code}/tier/lift/")
    customer.refresh_from_db()
    assert (customer.tier.code, customer.tier_override) == ("small", None)
    assert TierChange.objects.count() == 2


@pytest.mark.parametrize(("hours", "tier"), [(13, "vip"), (14, "small")])
def test_a_tier_by_hand_ends_with_its_last_day(people, hours, tier):
    TierFactory()
    customer = CustomerFactory()
    actions.override_tier(
        customer,
        tier=TierFactory(vip=True),
        reason="x",
        until=date(2026, 11, 20),
        by=people.department_head,
        at=NOW,
    )
    later = NOW + timedelta(hours=hours)
    actions.recompute_if_due(at=later)

    customer.refresh_from_db()
    assert customer.tier.code == tier


def test_tiers_are_recomputed_once_a_day_and_made_good(people):
    assert actions.recompute_if_due(at=NOW)
    assert not actions.recompute_if_due(at=NOW + timedelta(hours=13, minutes=59))
    assert actions.recompute_if_due(at=NOW + timedelta(hours=14))
    assert actions.recompute_if_due(at=NOW + timedelta(days=9))
    assert not actions.recompute_if_due(at=NOW + timedelta(days=8))


# Contacts and sites


def test_a_contact_is_entered_with_several_numbers(logged_in, people):
    customer = CustomerFactory()
    typed = {
        "name": "王工",
        "position": "设备科长",
        "phones": "139 1234 5678\n021-68889999\n\n13912345678",
        "preferred_channel": "phone",
        "language": "zh",
    }
    client = logged_in("sales")
    url = f"/customers/{customer.code}/contacts/new/"
    assert client.get(url).status_code == 200
    client.post(url, typed)

    contact = Contact.objects.get()
    assert [phone.number for phone in contact.phones.all()] == ["+8613912345678", "+862168889999"]
    assert contact.affiliations.get().position == "设备科长"
    assert client.get(contact.get_absolute_url()).status_code == 200


def test_a_contact_whose_number_is_known_is_shown_before_saving(logged_in, people):
    known = AffiliationFactory().contact
    ContactPhoneFactory(contact=known, number="+8613912345678")
    typed = {
        "name": "王工",
        "phones": "13912345678",
        "preferred_channel": "phone",
        "language": "zh",
    }
    client = logged_in("sales")
    url = f"/customers/{CustomerFactory().code}/contacts/new/"

    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"is_new": "on"}).status_code == 302


def test_a_contact_is_changed_field_by_field(logged_in, people):
    contact = AffiliationFactory().contact
    ContactPhoneFactory(contact=contact, number="+8613912345678")
    url = f"/contacts/{contact.code}/edit/"
    client = logged_in("sales")
    assert client.get(url).status_code == 200
    typed = {"name": contact.name, "preferred_channel": "wechat", "language": "zh", "version": 1}
    client.post(url, typed | {"phones": "139 1234 5678\n+44 20 7946 0018"})

    contact.refresh_from_db()
    assert contact.preferred_channel == "wechat"
    assert [phone.number for phone in contact.phones.all()] == ["+8613912345678", "+442079460018"]
    details = [each.details["changes"] for each in Activity.objects.order_by("pk")]
    assert [list(each) for each in details] == [["preferred_channel"], ["phones"]]


@pytest.mark.parametrize("typed", ["无", "x", "12"])
def test_what_is_no_number_is_refused(logged_in, people, typed):
    customer = CustomerFactory()
    form = {"name": "王工", "phones": typed, "preferred_channel": "phone", "language": "zh"}
    page = logged_in("sales").post(f"/customers/{customer.code}/contacts/new/", form)

    assert page.status_code == 422
    assert page.context["form"].errors["phones"]


def test_a_contact_works_for_several_customers(logged_in, people):
    place = AffiliationFactory()
    other = CustomerFactory()
    client = logged_in("sales")
    url = f"/contacts/{place.contact.code}/customers/"
    part = f"{url}{place.pk}/part/"

    client.post(part)
    assert place.contact.affiliations.count() == 1
    client.post(url, {"customer": other.pk, "position": "顾问"})
    assert client.post(url, {"customer": other.pk}).status_code == 422
    client.post(part)
    assert place.contact.affiliations.get().customer == other


def test_sites_are_entered_and_changed(logged_in, people):
    customer = CustomerFactory()
    client = logged_in("service_manager")
    typed = {"name": "二厂", "address": "铁西区2号", "time_zone": "Asia/Urumqi"}
    client.post(f"/customers/{customer.code}/sites/new/", typed)
    site = Site.objects.get()
    url = f"/customers/{customer.code}/sites/{site.pk}/edit/"
    assert client.get(url).status_code == 200
    client.post(url, typed | {"access_notes": "门岗登记", "version": 1})

    site.refresh_from_db()
    assert (site.access_notes, site.version) == ("门岗登记", 2)
    assert client.post(url, typed | {"time_zone": "Mars"}).status_code == 422
    assert client.get(customer.get_absolute_url()).status_code == 200


# Choices


def test_options_answer_by_part_pinyin_and_number_within_the_scope(logged_in, people):
    own, other = ServedCustomerFactory(name="沈阳机床厂"), CustomerFactory(name="沈阳水泵厂")
    actions.reindex(own, other)

    answer = logged_in("service_manager").get("/customers/options/", {"q": "沈阳"}).json()
    assert {row["value"] for row in answer} == {str(own.pk), str(other.pk)}
    client = logged_in("partner_coordinator")
    answer = client.get("/customers/options/", {"q": "shenyang"}).json()
    assert answer == [{"value": str(own.pk), "text": own.name, "hint": answer[0]["hint"]}]
    assert client.get("/customers/options/", {"q": ""}).json() == []
    assert client.get("/customers/codes/", {"q": own.code}).json()[0]["value"] == own.code


def test_contacts_answer_by_customer_and_name(logged_in, people):
    place = AffiliationFactory(customer=ServedCustomerFactory(), contact__name="魏淑芬")
    stranger = AffiliationFactory(contact__name="钱建国")
    actions.reindex(place.customer, stranger.customer)
    client = logged_in("partner_coordinator")

    def keys(**asked):
        return [row["value"] for row in client.get("/contacts/options/", asked).json()]

    assert keys(customer=place.customer.pk) == [str(place.contact_id)]
    assert keys(customer=stranger.customer.pk) == []
    assert keys(q=place.contact.name) == [str(place.contact_id)]
    assert keys(q=stranger.contact.name) == []
    rows = client.get(f"/customers/{place.customer.code}/contacts.json").json()
    assert [row["code"] for row in rows] == [place.contact.code]
    assert client.get(f"/customers/{stranger.customer.code}/contacts.json").status_code == 404


def test_a_form_takes_no_customer_or_person_out_of_scope(people):
    """S-07: the choices of a form are those that the person may see."""
    stranger = CustomerFactory()
    user = people.partner_coordinator
    typed = form_for(
        supplier=stranger.pk,
        parent=stranger.pk,
        account_manager=people.sales.pk,
        served_by=[people.sales.outlet.pk],
    )
    errors = CustomerForm(typed, user=user).errors
    assert {"supplier", "parent", "account_manager", "served_by"} <= set(errors)
    assert "customer" in AffiliationForm({"customer": stranger.pk}, user=user).errors
    own = ServedCustomerFactory()
    assert "kept" in JoinForm({"kept": stranger.pk}, user=user, joined=own).errors


def test_a_prospect_needs_a_name_or_a_number(people):
    TierFactory()
    by = people.partner_coordinator
    with pytest.raises(DomainError):
        actions.add_prospect(" ", "", by=by, at=NOW)
    customer = actions.add_prospect("", "13912345678", by=by, at=NOW)

    assert (customer.name, customer.phone, customer.is_prospect) == (
        "13912345678",
        "+8613912345678",
        True,
    )
    assert customer in Customer.objects.visible_to(by)
