"""Back to a refused form opens it anew with what was typed, and sends nothing again."""

import pytest
from playwright.sync_api import expect

from customers.models import Customer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_back_to_a_refused_form_opens_it_with_what_was_typed(
    page, live_server, client, people, settings
):
    client.force_login(people.service_manager)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{live_server.url}/customers/new/")
    page.locator("#id_name").fill("辽河水务")
    page.locator("#id_is_end_user").uncheck()
    page.locator("#id_note").fill("先打电话")
    page.locator(".form-actions .btn-primary").click()
    expect(page.locator("[data-errors]")).to_be_visible()

    page.locator("nav a[href='/customers/']").click()
    expect(page).to_have_url(f"{live_server.url}/customers/")
    answer = page.go_back()

    assert asked == ["beforeunload"]
    assert (answer.request.method, answer.status) == ("GET", 200)
    expect(page.locator("#id_name")).to_have_value("辽河水务")
    expect(page.locator("#id_note")).to_have_value("先打电话")
    expect(page.locator("#id_is_end_user")).not_to_be_checked()
    assert not Customer.objects.filter(name="辽河水务").exists()
