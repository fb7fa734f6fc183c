"""Who is calling: any spelling, one, several or nobody (U-12), within what the reader may see."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.timezone import now

from customers import actions
from customers.actions import reindex
from tests.factories.customers import (
    AffiliationFactory,
    ContactFactory,
    ContactPhoneFactory,
    CustomerFactory,
)

SPELLINGS = [
    "13912345678",
    "139 1234 5678",
    "139-1234-5678",
    "+8613912345678",
    "+86 139 1234 5678",
    "008613912345678",
    "8613912345678",
    "１３９１２３４５６７８",
    "(+86)139-1234-5678",
    "13912345678转801",
]


@pytest.fixture
def caller(people):
    customer = CustomerFactory(served_by=[people.partner_coordinator.outlet])
    contact = ContactFactory()
    AffiliationFactory(contact=contact, customer=customer)
    ContactPhoneFactory(contact=contact, number="+8613912345678")
    reindex(customer)
    return contact, customer


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_spelling_lands_on_the_callers_page(logged_in, caller, spelling):
    contact, customer = caller
    answer = logged_in("service_manager").get("/intake/", {"phone": spelling})

    assert answer.status_code == 302
    address = urlsplit(answer.url)
    assert address.path == f"/customers/{customer.code}/"
    assert parse_qs(address.query) == {"contact": [contact.code], "phone": ["+8613912345678"]}


def test_the_page_shows_who_is_on_the_line_and_offers_to_log(logged_in, caller):
    contact, customer = caller
    page = logged_in("service_manager").get("/intake/", {"phone": "139 1234 5678"}, follow=True)

    assert page.context["caller"]["name"] == contact.name
    assert page.context["contacts"][0]["is_caller"]
    assert page.context["log_query"] == {
        "customer": customer.code,
        "contact": contact.code,
        "phone": "+8613912345678",
    }


def test_a_call_without_its_area_code_is_found_by_its_tail(logged_in, people):
    customer = CustomerFactory(phone="+862488112233", phone_typed="024-88112233")
    reindex(customer)
    answer = logged_in("service_manager").get("/intake/", {"phone": "88112233"})

    assert answer.status_code == 302
    assert answer.url.startswith(f"/customers/{customer.code}/")


def test_a_number_of_two_customers_is_a_list(logged_in, caller):
    contact, _customer = caller
    AffiliationFactory(contact=contact)
    page = logged_in("service_manager").get("/intake/", {"phone": "13912345678"})

    assert page.status_code == 200
    assert len(page.context["callers"]) == 2


def test_a_customer_and_its_contact_with_the_same_number_are_one_caller(logged_in, caller):
    _contact, customer = caller
    customer.phone = "+8613912345678"
    customer.save()

    assert logged_in("sales").get("/intake/", {"phone": "13912345678"}).status_code == 302


@pytest.mark.parametrize("typed", ["13800000000", "123", "", "nonsense", "\x00", "9" * 300, "%"])
def test_an_unknown_number_is_offered_to_be_logged(logged_in, people, typed):
    page = logged_in("service_manager").get("/intake/", {"phone": typed})

    assert page.status_code == 200
    assert page.context["callers"] == []


def test_a_partner_hears_nothing_of_strangers(logged_in, caller, people):
    other = CustomerFactory()
    stranger = ContactFactory()
    AffiliationFactory(contact=stranger, customer=other)
    ContactPhoneFactory(contact=stranger, number="+8613700000000")
    client = logged_in("partner_coordinator")

    assert client.get("/intake/", {"phone": "13912345678"}).status_code == 302
    page = client.get("/intake/", {"phone": "13700000000"})
    assert page.context["callers"] == []
    assert other.name not in page.content.decode()


def test_the_landing_takes_few_queries(logged_in, caller, django_assert_max_num_queries):
    client = logged_in("service_manager")
    with django_assert_max_num_queries(6):
        client.get("/intake/", {"phone": "13912345678"})


def test_a_joined_customers_number_leads_to_the_kept_one(logged_in, caller, people):
    _contact, customer = caller
    kept = CustomerFactory()
    actions.join(customer, kept, by=people.service_manager, at=now())
    answer = logged_in("service_manager").get("/intake/", {"phone": "13912345678"})

    assert answer.url.startswith(f"/customers/{kept.code}/")
