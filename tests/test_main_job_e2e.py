"""The main job: one request from the log form to the closed file, desk and tablet side by side."""

import pytest
from playwright.sync_api import expect

from assets.models import Asset
from assets.queries import reindex
from dispatch.choices import Status as TaskStatus
from orders.choices import Status as OrderStatus
from orders.models import Order
from service_requests.choices import Status
from service_requests.models import ServiceRequest
from tests.dispatch import conftest as visits

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}

engineer, fault_code, machine, part, price_plan = (
    visits.engineer,
    visits.fault_code,
    visits.machine,
    visits.part,
    visits.price_plan,
)


@pytest.fixture
def window(new_context, live_server, client, settings):
    """`window(person)` is that person's browser, logged in."""

    def open_window(person, **screen):
        client.cookies.clear()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        context = new_context(
            base_url=live_server.url, locale="en", timezone_id="Asia/Shanghai", **screen
        )
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        return context.new_page()

    return open_window


def log(desk, machine, subject):
    """The form knows the machine; Enter in the subject saves."""
    desk.goto(f"/requests/new/?asset={machine.serial_no}")
    expect(desk.locator("#known")).to_contain_text("Response")
    desk.locator("#id_subject").fill(subject)
    desk.locator("#id_visit_promised").check()
    desk.locator("#id_subject").press("Enter")
    expect(desk.locator("h1")).to_contain_text(subject)


def plan(desk, engineer):
    desk.get_by_role("link", name="Plan a task").first.click()
    choice = desk.locator(f"input[name=offer][value^='{engineer.employee_no}@']")
    choice.check()
    desk.get_by_role("button", name="Plan", exact=True).click()
    expect(desk.locator("main")).to_contain_text("has not accepted it yet")


def visit(tablet, part, fault_code):
    """All taps of the engineer, to the signature."""
    tablet.goto("/tablet/")
    tablet.locator("a.job").first.tap()
    for step in ("Accept", "Set out", "I have arrived", "Start the work"):
        tablet.get_by_role("button", name=step, exact=True).first.tap()
    expect(tablet.get_by_role("link", name="Finish", exact=True)).to_be_visible()
    tablet.get_by_label("Another part").tap()
    tablet.keyboard.type(part.part_no)
    tablet.get_by_role("button", name=part.part_no).tap()
    expect(tablet.locator(".used-parts")).to_contain_text(part.part_no)
    tablet.get_by_role("link", name="Finish", exact=True).tap()
    tablet.get_by_label("What was found and done").fill("更换轴封，试车一小时正常。")
    tablet.get_by_label("Cause", exact=True).fill("密封老化")
    tablet.get_by_label("Fault code").select_option(str(fault_code.pk))
    tablet.locator(".ratings label").nth(4).tap()
    tablet.get_by_label("Name of who signs").fill("李娜")
    sign(tablet)
    tablet.get_by_role("button", name="Sign off: done").tap()
    expect(tablet.get_by_role("heading", name="Acceptance")).to_be_visible()


def sign(tablet):
    canvas = tablet.locator("canvas")
    canvas.scroll_into_view_if_needed()
    tablet.wait_for_function(
        "document.querySelector('canvas').width > 300 && !!window.SignaturePad"
    )
    box = canvas.bounding_box()
    tablet.mouse.move(box["x"] + 40, box["y"] + 80)
    tablet.mouse.down()
    for step in range(1, 6):
        tablet.mouse.move(box["x"] + 40 + step * 40, box["y"] + 80 + step % 2 * 60)
    tablet.mouse.up()


def approve(desk, order):
    desk.goto(f"/orders/{order.number}/")
    desk.get_by_role("link", name="Approve", exact=True).click()
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.locator(".state", has_text="Delivered").first).to_be_visible()  # by the visit


def close(desk, number):
    """Ask the customer first; then it is the next step."""
    desk.goto(f"/requests/{number}/")
    desk.get_by_role("link", name="Ask the customer").first.click()
    desk.locator("input[name=answer][value=satisfied]").check()
    desk.locator("main form button[type=submit]").last.click()
    next_step = desk.get_by_role("region", name="Next step")
    next_step.get_by_role("button", name="Close", exact=True).click()
    expect(desk.locator(".state", has_text="Closed").first).to_be_visible()


def test_from_the_telephone_to_the_closed_file(
    window, people, machine, engineer, part, price_plan, fault_code
):
    reindex(Asset.objects.all())
    desk, tablet = window(people.service_manager), window(engineer, **TABLET)

    log(desk, machine, "油泵漏油")
    desk.get_by_role("button", name="Accept", exact=True).click()
    expect(desk.locator(".state", has_text="In progress").first).to_be_visible()
    plan(desk, engineer)
    visit(tablet, part, fault_code)
    service_request, order = ServiceRequest.objects.get(), Order.objects.get()
    approve(desk, order)
    close(desk, service_request.number)

    service_request.refresh_from_db()
    order.refresh_from_db()
    assert service_request.status == Status.CLOSED
    assert service_request.tasks.get().status == TaskStatus.DONE
    assert order.status == OrderStatus.DELIVERED
    assert not service_request.sla_timers.filter(stopped_at=None).exists()
