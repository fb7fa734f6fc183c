"""A visit on the tablet, from the log-in to the signature, its taps counted (U-20, U-21)."""

import pytest

from dispatch.choices import Status
from dispatch.models import Task
from orders.models import OrderLine
from service_requests.choices import Status as RequestStatus

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet_end"),
]
TABLET = {"width": 768, "height": 1024}
MOST_TAPS = 15
SMALLEST_TARGET = 48


class Finger:
    """Taps and counts; typing is free (U-11 counts text apart)."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, target):
        target.tap()
        self.taps += 1

    def button(self, name):
        self.tap(self.page.get_by_role("button", name=name, exact=True).first)

    def link(self, name):
        self.tap(self.page.get_by_role("link", name=name, exact=True))

    def sign(self):
        """One stroke of the finger."""
        canvas = self.page.locator("canvas")
        canvas.scroll_into_view_if_needed()
        self.page.wait_for_function(
            "() => document.querySelector('canvas').width > 300 && !!window.SignaturePad"
        )
        box = canvas.bounding_box()
        self.page.mouse.move(box["x"] + 40, box["y"] + 80)
        self.page.mouse.down()
        for step in range(1, 6):
            self.page.mouse.move(box["x"] + 40 + step * 40, box["y"] + 80 + (step % 2) * 60)
        self.page.mouse.up()
        self.taps += 1


@pytest.fixture
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "viewport": TABLET,
        "has_touch": True,
        "locale": "en",
        "timezone_id": "Asia/Shanghai",
    }


def log_in(page, live_server, person):
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill(person.employee_no)
    page.locator("input[name=password]").fill("correct horse battery")
    page.locator("form button[type=submit]:visible").last.click()
    page.wait_for_url("**/tablet/")


def small_targets(page):
    """What a glove would miss: visible links and buttons lower than 48 px, but for the skip link
    and text in a sentence.
    """
    return page.evaluate(
        """(smallest) => [...document.querySelectorAll(
            "main :is(a, button, input:not([type=hidden]), select, textarea, summary), .btn"
        )]
        .filter((e) => e.checkVisibility() && !e.closest("p, .ratings label, .form-check, label"))
        .map((e) => [e.outerHTML.slice(0, 80), Math.round(e.getBoundingClientRect().height)])
        .filter(([, height]) => height < smallest)""",
        SMALLEST_TARGET,
    )


def is_as_wide_as_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def is_problem(line):
    """What htmx had asked for when the page was left is none."""
    return line.type == "error" and not line.text.startswith("htmx:")


def test_a_visit_takes_fifteen_taps_at_most(page, live_server, todays_visit, engineer, fault_code):
    problems = []
    page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
    log_in(page, live_server, engineer)
    finger = Finger(page)

    finger.tap(page.locator("a.job").first)
    for step in ("Accept", "Set out", "I have arrived", "Start the work"):
        page.get_by_role("button", name=step, exact=True).first.wait_for()
        assert small_targets(page) == []
        assert is_as_wide_as_the_screen(page)
        finger.button(step)
    page.locator("a[href='tel:13800138000']").wait_for()
    finger.button("GEN-025 Shaft seal")
    page.get_by_text("1 × GEN-025").wait_for()
    finger.link("Finish")
    page.get_by_label("What was found and done").fill("更换轴封，试车一小时正常。")
    page.get_by_label("Cause", exact=True).fill("密封老化")
    page.get_by_label("Fault code").select_option(str(fault_code.pk))
    finger.taps += 2
    page.get_by_text("Kept on the server").wait_for()
    assert small_targets(page) == []
    assert is_as_wide_as_the_screen(page)
    finger.tap(page.locator(".ratings label").nth(4))
    finger.sign()
    finger.button("Sign off: done")

    page.get_by_role("heading", name="Acceptance").wait_for()
    assert page.get_by_role("img", name="Signature of 李娜").is_visible()
    task = Task.objects.get(pk=todays_visit.pk)
    assert task.status == Status.DONE
    assert task.service_request.status == RequestStatus.RESOLVED
    assert OrderLine.objects.filter(kind="part", part__part_no="GEN-025").count() == 1
    assert problems == []
    print(f"\ntaps of a standard visit: {finger.taps}")  # noqa: T201
    assert finger.taps <= MOST_TAPS


@pytest.mark.parametrize("size", [(1024, 768), (390, 844)])
def test_it_fits_the_screen_lying_down_and_on_a_telephone(
    page, live_server, working, engineer, size
):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    log_in(page, live_server, engineer)

    for address in (
        "/tablet/",
        f"/tablet/{working.number}/",
        f"/tablet/{working.number}/complete/",
    ):
        page.goto(live_server.url + address)
        assert is_as_wide_as_the_screen(page)
        assert small_targets(page) == []


def test_a_part_is_used_with_a_search_and_one_tap(page, live_server, working, engineer, part):
    log_in(page, live_server, engineer)
    page.goto(f"{live_server.url}/tablet/{working.number}/")
    finger = Finger(page)

    finger.tap(page.get_by_label("Another part"))
    page.keyboard.type("025")
    finger.button("GEN-025 Shaft seal")

    page.get_by_text("1 × GEN-025").wait_for()
    assert finger.taps <= 3
