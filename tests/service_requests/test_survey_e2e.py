"""The customer answers in a real browser, which says where a form comes from."""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from service_requests import actions
from service_requests.models import Survey
from tests.factories.service_requests import ServiceRequestFactory, SurveyDimensionFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_an_answer_by_link_is_taken(page, live_server, people):
    SurveyDimensionFactory(code="speed")
    resolved = ServiceRequestFactory(resolved=True)
    _survey, token = actions.send_survey(resolved, by=people.service_manager, at=now())

    page.goto(f"{live_server.url}/survey/{token}/")
    page.locator("[name=score_speed][value='4']").check()
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Thank you")

    assert Survey.objects.get().answered_at is not None
