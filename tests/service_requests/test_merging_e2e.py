"""A person merges two requests and undoes it, in a real browser, in both languages."""

import pytest
from playwright.sync_api import expect

from crmservice.activity.models import Activity
from service_requests.choices import Status
from tests.factories.dispatch import TaskFactory
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": ("Merge into another request", "Merge them", "Undo the merge"),
    "zh-hans": ("合并到其他请求", "合并", "撤销合并"),
}


@pytest.mark.parametrize("language", WORDS)
def test_two_requests_are_merged_and_are_two_again(page, live_server, people, client, language):
    merge, confirm, undo = WORDS[language]
    owner = people.service_manager
    survivor = ServiceRequestFactory(on_asset=True, accepted=True, owner=owner)
    same = {"customer": survivor.customer, "asset": survivor.asset}
    merged = ServiceRequestFactory(**same, accepted=True, owner=owner, subject="又响了")
    task = TaskFactory(service_request=merged, customer=merged.customer)
    client.force_login(owner)
    session = client.cookies["sessionid"].value
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": live_server.url}
            for name, value in (("sessionid", session), ("django_language", language))
        ]
    )

    page.goto(f"{live_server.url}{merged.get_absolute_url()}")
    page.locator(".offers summary").click()
    page.get_by_role("link", name=merge).click()
    page.get_by_role("link", name=survivor.number).click()
    page.locator("[name=reason]").fill("同一故障")
    page.locator("main form[method=post]").get_by_role("button", name=confirm).click()
    expect(page).to_have_url(f"{live_server.url}{survivor.get_absolute_url()}")
    task.refresh_from_db()
    assert task.service_request == survivor

    page.locator("aside").get_by_role("link", name=merged.number).click()
    page.get_by_role("link", name=undo).click()
    page.locator("[name=reason]").fill("是两回事")
    page.locator("main form[method=post]").get_by_role("button", name=undo).click()
    expect(page).to_have_url(f"{live_server.url}{merged.get_absolute_url()}")

    for row in (merged, task):
        row.refresh_from_db()
    assert (merged.status, task.service_request) == (Status.IN_PROGRESS, merged)
    assert Activity.objects.filter(verb="service_requests.merge_undone").count() == 1
