"""Who is calling, what is known, what would be promised, and the log form's own doors."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from contracts.entitlement import from_json
from contracts.explaining import headline
from contracts.models import DefaultPromise
from customers import actions
from customers.models import Customer
from service_requests.choices import Status
from service_requests.models import ServiceRequest
from tests.factories.assets import AssetFactory
from tests.factories.customers import (
    AffiliationFactory,
    CustomerFactory,
    ServedCustomerFactory,
)
from tests.factories.orders import PricePlanFactory

pytestmark = pytest.mark.usefixtures("world")

LOG = "/requests/new/"


@pytest.fixture
def manager(logged_in):
    return logged_in("service_manager")


def wish(**values):
    return {
        "once": "k" * 20,
        "subject": "机封泄漏",
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
        "responded": "on",
    } | values


def test_a_call_of_a_contact_is_logged_with_its_cover(manager, people):
    place = AffiliationFactory()
    asset = AssetFactory(customer=place.customer)

    answer = manager.post(LOG, wish(caller=f"contact:{place.pk}", asset=asset.serial_no))

    service_request = ServiceRequest.objects.get()
    assert answer.url == service_request.get_absolute_url()
    assert (service_request.customer, service_request.contact) == (place.customer, place.contact)
    assert (service_request.asset, service_request.owner) == (asset, people.service_manager)
    assert service_request.status == Status.NEW
    assert service_request.responded_at is not None


def test_an_unknown_number_becomes_a_prospect(manager):
    manager.post(LOG, wish(caller="new:138 1234 5678", caller_name="王先生"))

    prospect = Customer.objects.get(is_prospect=True)
    assert (prospect.is_prospect, prospect.phone, prospect.name) == (
        True,
        "+8613812345678",
        "王先生",
    )
    assert ServiceRequest.objects.get().customer == prospect


def test_the_same_unknown_number_is_the_same_prospect(manager):
    manager.post(LOG, wish(caller="new:13812345678"))
    manager.post(LOG, wish(caller="new:138-1234-5678", once="another-key-of-20-chars"))

    assert Customer.objects.filter(is_prospect=True).count() == 1
    assert ServiceRequest.objects.count() == 2


def test_a_double_click_logs_once(manager):
    customer = CustomerFactory()
    first = manager.post(LOG, wish(caller=f"customer:{customer.code}"))
    second = manager.post(LOG, wish(caller=f"customer:{customer.code}"))

    assert first.url == second.url
    assert ServiceRequest.objects.count() == 1


@pytest.mark.parametrize(
    "caller", ["", "customer:nobody", "contact:999999", "contact:x", "new: ", "x"]
)
def test_a_caller_who_is_nobody_is_refused_and_the_text_is_kept(manager, caller):
    answer = manager.post(LOG, wish(caller=caller, description="持续滴漏"))

    assert answer.status_code == 422
    assert "持续滴漏" in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_another_customers_asset_is_refused(manager):
    customer, asset = CustomerFactory(), AssetFactory()

    answer = manager.post(LOG, wish(caller=f"customer:{customer.code}", asset=asset.serial_no))

    assert answer.status_code == 422
    assert not ServiceRequest.objects.exists()


def test_what_a_partner_may_not_see_it_cannot_name(logged_in):
    client = logged_in("outsider")
    customer = ServedCustomerFactory()
    asset = AssetFactory(customer=customer)

    refused = client.post(LOG, wish(caller=f"customer:{customer.code}", asset=asset.serial_no))
    known = client.get(reverse("service_requests:known"), {"caller": f"customer:{customer.code}"})

    assert refused.status_code == 422
    assert customer.name not in known.content.decode()


def test_beside_the_form_stands_what_saving_would_freeze(manager):
    customer = CustomerFactory()

    beside = manager.get(reverse("service_requests:known"), {"caller": f"customer:{customer.code}"})
    manager.post(LOG, wish(caller=f"customer:{customer.code}"))

    frozen = from_json(ServiceRequest.objects.get().entitlement)
    assert headline(frozen) in beside.content.decode()


def test_open_requests_of_the_caller_are_offered(manager):
    customer = CustomerFactory()
    manager.post(LOG, wish(caller=f"customer:{customer.code}"))

    beside = manager.get(reverse("service_requests:known"), {"caller": f"customer:{customer.code}"})

    assert ServiceRequest.objects.get().number in beside.content.decode()


def test_the_link_of_a_screen_pop_fills_the_form(manager):
    place = AffiliationFactory()

    page = manager.get(
        LOG,
        {"customer": place.customer.code, "contact": place.contact.code, "phone": "13800000000"},
    ).content.decode()

    assert f'value="contact:{place.pk}" selected' in page
    assert 'value="13800000000"' in page


def test_callers_are_found_by_name_and_somebody_new_is_always_offered(manager):
    actions.add_prospect("辽河水务", "", by=None, at=now())

    found = manager.get(reverse("service_requests:callers"), {"q": "辽河"}).json()

    assert [row["text"] for row in found] == ["辽河水务", "辽河"]
    assert found[-1]["value"] == "new:辽河"


def test_assets_are_those_of_the_chosen_caller(manager):
    asset, _other = AssetFactory(), AssetFactory()

    found = manager.get(
        reverse("service_requests:callers_assets"), {"caller": f"customer:{asset.customer.code}"}
    ).json()

    assert [row["value"] for row in found] == [asset.serial_no]


@pytest.mark.parametrize("role", ["sales", "storekeeper"])
def test_who_may_not_log_is_refused(logged_in, role):
    assert logged_in(role).get(LOG).status_code == 403


def test_the_rates_of_a_visit_stand_beside_the_form(manager):
    PricePlanFactory(rates={"onsite": 375}, call_out_fee=120)
    customer = CustomerFactory()

    beside = manager.get(reverse("service_requests:known"), {"caller": f"customer:{customer.code}"})

    page = beside.content.decode()
    assert "¥375.00" in page
    assert "¥120.00" in page


def test_a_company_without_promises_is_told_so(manager, world):
    service_request = world.log()
    DefaultPromise.objects.all().delete()

    page = manager.get(f"{service_request.get_absolute_url()}cover/")

    assert page.status_code == 200
    assert "no default promise" in page.content.decode()


def test_the_devices_model_goes_with_what_is_typed(manager):
    device = AssetFactory()
    component = AssetFactory(parent=device, component=True)
    for serial_no in (device.serial_no, component.serial_no):
        asked = {"caller": f"customer:{device.customer.code}", "asset": serial_no}
        beside = manager.get(reverse("service_requests:known"), asked).content.decode()
        assert f'name="model" value="{device.model.code}"' in beside

    page = manager.get(reverse("service_requests:log")).content.decode()
    assert 'hx-include="#id_subject, #id_description, #known-model"' in page
