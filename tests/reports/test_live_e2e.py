"""The dashboard on a screen that nobody touches."""

from contextlib import nullcontext

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories.service_requests import ServiceRequestFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SECOND = 1000


@pytest.mark.parametrize(("is_read", "shown"), [(False, "2"), (True, "1")])
def test_figures_stay_true_unless_somebody_reads_one(
    page, live_server, client, settings, people, is_read, shown
):
    ServiceRequestFactory()
    client.force_login(people.department_head)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.clock.install()
    page.goto(live_server.url + reverse("reports:dashboard"))
    figures = page.locator("[data-live]")
    number = figures.locator("a", has_text="Open").locator(".stat-value")
    expect(number).to_have_text("1")
    if is_read:
        figures.locator(".definition summary").first.click()
    ServiceRequestFactory()

    page.clock.run_for(59 * SECOND)
    expect(number).to_have_text("1")
    asked = nullcontext() if is_read else page.expect_response("**/reports/live/**")
    with asked:
        page.clock.run_for(2 * SECOND)

    expect(number).to_have_text(shown)
