"""A request that follows up another, or was split off one: what is known is filled in."""

import pytest
import time_machine

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from service_requests import actions
from service_requests.models import ServiceRequest
from tests.factories.customers import AffiliationFactory, CustomerFactory
from tests.factories.service_requests import HOUR, OPENED_AT

pytestmark = pytest.mark.django_db
LATER = OPENED_AT + HOUR


@pytest.fixture
def manager(logged_in):
    with time_machine.travel(LATER, tick=False):
        yield logged_in("service_manager")


@pytest.fixture
def earlier(world):
    place = AffiliationFactory(customer=world.customer)
    return world.log(contact=place.contact, caller_phone="13800138000")


def verbs(client, request):
    words = client.get(request.get_absolute_url()).context
    return {offer.verb for offer in [*words["offers"], *words["more_offers"]]}


def initial(client, url):
    return client.get(url, follow=True).context["form"].initial


def test_a_solved_one_is_followed_up_and_an_open_one_is_split(earlier, manager, people):
    assert {"split", "follow_up"} & verbs(manager, earlier) == {"split"}

    actions.resolve(earlier, resolution="更换", by=people.service_manager, at=LATER)

    assert {"split", "follow_up"} & verbs(manager, earlier) == {"follow_up"}


def test_the_form_is_filled_in_and_both_pages_lead_to_each_other(earlier, manager, people):
    actions.resolve(earlier, resolution="更换", by=people.service_manager, at=LATER)
    known = initial(manager, f"/requests/{earlier.number}/follow-up/")
    place = earlier.contact.affiliations.get()
    assert known == {
        "follow_up_of": earlier.number,
        "caller": f"contact:{place.pk}",
        "caller_name": earlier.caller_name,
        "caller_phone": "13800138000",
        "asset": earlier.asset.serial_no,
        "subject": earlier.subject,
        "kind": "fault",
    }

    sent = known | {"severity": "normal", "channel": "phone", "once": "k" * 20}
    page = manager.post("/requests/new/", sent, follow=True)

    follow_up = ServiceRequest.objects.get(follow_up_of=earlier)
    assert page.redirect_chain[-1][0] == follow_up.get_absolute_url()
    assert earlier.get_absolute_url() in page.content.decode()
    of_earlier = manager.get(earlier.get_absolute_url()).content.decode()
    assert follow_up.get_absolute_url() in of_earlier
    assert f"{follow_up.number}: logged the request" in of_earlier


def test_a_note_becomes_a_request_of_its_own(earlier, world, manager, people):
    by = {"by": people.service_manager, "at": LATER}
    actions.note(earlier, text="另外冷却泵也漏水", **by)
    actions.note(world.log(), text="不相干", **by)
    note, strange = Activity.objects.filter(verb="service_requests.noted").order_by("pk")
    url = f"/requests/new/?follow_up_of={earlier.number}&entry="

    page = manager.get(f"/requests/{earlier.number}/split/").content.decode()

    assert "另外冷却泵也漏水" in page
    assert "不相干" not in page
    taken = initial(manager, f"{url}{note.pk}")
    assert (taken["description"], taken["responded"]) == ("另外冷却泵也漏水", False)
    assert "subject" not in taken
    assert initial(manager, f"{url}{strange.pk}")["description"] == ""
    assert initial(manager, f"{url}nonsense")["description"] == ""


def test_nobody_follows_up_what_is_another_customers_or_out_of_sight(
    earlier, world, client, people
):
    other = CustomerFactory(tier=world.customer.tier)
    with pytest.raises(DomainError, match="another customer's"):
        world.log(customer=other, asset=None, follow_up_of=earlier)
    client.force_login(people.partner_coordinator)

    for url in ("follow-up", "split"):
        assert client.get(f"/requests/{earlier.number}/{url}/").status_code == 404
    assert "follow_up_of" not in initial(client, f"/requests/new/?follow_up_of={earlier.number}")
    client.force_login(people.sales)
    assert client.get(f"/requests/{earlier.number}/split/").status_code == 403
