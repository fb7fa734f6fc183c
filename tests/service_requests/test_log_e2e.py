"""U-11: log a call with 12 keystrokes at most besides text, no pointer, 25 s by keystroke level."""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from assets.models import Asset
from assets.queries import reindex
from customers import actions as customers
from service_requests.models import ServiceRequest
from tests.factories.assets import AssetFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

KEYSTROKE, MENTAL = 0.28, 1.35  # seconds, keystroke-level model (ux.md U-11)
MOST_KEYS, MOST_SECONDS = 12, 25


class Typist:
    """Types and presses, and counts both; the pointer stays where it is."""

    def __init__(self, page):
        self.page, self.keys, self.characters, self.thoughts = page, 0, 0, 0

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)
        self.keys += times * (2 if "+" in key else 1)

    def type(self, text):
        """Text that only the person can know, after a thought."""
        self.page.keyboard.type(text)
        self.characters += len(text)
        self.thoughts += 1

    @property
    def seconds(self):
        return (self.keys + self.characters) * KEYSTROKE + self.thoughts * MENTAL


@pytest.fixture
def desk(page, live_server, client, people, settings):
    """The service manager's browser at the queue."""
    client.force_login(people.service_manager)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/requests/")
    return page


@pytest.mark.parametrize("by", ["telephone tail", "initials of the name"])
def test_a_call_is_logged_within_the_budget(desk, world, people, by):
    caller = customers.create(
        values={"name": "辽河水务", "phone_typed": "139 8765 4321"},
        served_by=[],
        by=None,
        at=now(),
    )
    asset = AssetFactory(customer=caller)
    typist = Typist(desk)

    typist.press("n")
    expect(desk.locator("#id_caller-ts-control")).to_be_focused()
    typist.type("4321" if by == "telephone tail" else "lhsw")
    expect(desk.locator(".dropdown-active .option.active")).to_contain_text(caller.name)
    typist.press("Enter")
    expect(desk.locator("#known")).to_contain_text(caller.name)
    typist.press("Tab")
    expect(desk.locator(".dropdown-active .option.active")).to_contain_text(asset.serial_no)
    typist.press("Enter")
    expect(desk.locator("#known")).to_contain_text("Response")
    typist.press("Tab")
    typist.type("机封泄漏,停机")
    typist.press("Enter")

    expect(desk.locator("h1")).to_contain_text("机封泄漏")
    service_request = ServiceRequest.objects.get()
    assert (service_request.customer, service_request.asset) == (caller, asset)
    assert service_request.subject == "机封泄漏,停机"
    assert service_request.owner == people.service_manager
    assert typist.keys <= MOST_KEYS
    assert typist.seconds <= MOST_SECONDS


def test_an_unknown_caller_is_logged_as_quickly(desk, world):
    typist = Typist(desk)

    typist.press("n")
    expect(desk.locator("#id_caller-ts-control")).to_be_focused()
    typist.type("13512345678")
    expect(desk.locator(".dropdown-active .option.active")).to_contain_text("13512345678")
    typist.press("Enter")
    expect(desk.locator("#known")).to_contain_text("13512345678")
    typist.press("Tab", 2)
    typist.type("咨询报价")
    typist.press("Enter")

    expect(desk.locator("h1")).to_contain_text("咨询报价")
    assert ServiceRequest.objects.get().customer.phone == "+8613512345678"
    assert typist.keys <= MOST_KEYS
    assert typist.seconds <= MOST_SECONDS


def test_typing_narrows_the_choice_and_enter_takes_what_was_typed(desk, world):
    AssetFactory(customer=world.customer, serial_no="SFP220000000001")
    wanted = AssetFactory(customer=world.customer, serial_no="SFP220000000777")
    reindex(Asset.objects.all())
    caller = f"/requests/new/?customer={world.customer.code}"

    desk.goto(desk.url.replace("/requests/", caller))
    expect(desk.locator("#id_asset-ts-control")).to_be_focused()
    expect(desk.locator(".dropdown-active .option")).to_have_count(3)
    desk.keyboard.type("0777")
    expect(desk.locator(".dropdown-active .option")).to_have_count(1)
    desk.keyboard.press("Enter")

    expect(desk.locator("#id_asset")).to_have_value(wanted.serial_no)


def test_back_and_the_same_once_more_is_one_request_and_another_is_another(desk, world):
    desk.goto(f"{desk.url.partition('/requests/')[0]}/requests/new/?asset={world.asset.serial_no}")
    desk.locator("#id_subject").fill("主轴异响")

    def save(count):
        desk.locator(".form-actions .btn-primary").click()
        expect(desk.locator("h1")).not_to_have_text("Log a request")
        assert ServiceRequest.objects.count() == count

    save(1)
    desk.go_back()
    expect(desk.locator("#id_subject")).to_have_value("主轴异响")
    save(1)
    desk.go_back()
    desk.locator("#id_subject").fill("油温过高")
    save(2)


def test_a_second_click_logs_nothing_more(desk, world):
    """F-14: neither the impatient nor those who come back by the browser's button log it twice."""
    desk.goto(desk.url.replace("/requests/", f"/requests/new/?asset={world.asset.serial_no}"))
    expect(desk.locator("#known")).to_contain_text("Response")
    desk.locator("#id_subject").fill("Seal leaks")

    desk.get_by_role("button", name="Log").dblclick()
    expect(desk.locator("h1")).to_contain_text("Seal leaks")
    desk.go_back()
    expect(desk.locator("#id_subject")).to_have_value("Seal leaks")
    desk.locator("#id_subject").press("Enter")
    expect(desk.locator("h1")).to_contain_text("Seal leaks")

    assert ServiceRequest.objects.count() == 1
