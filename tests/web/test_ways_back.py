"""An address that something is only sent to leads back to its record when somebody opens it."""

import pytest
from django.urls import reverse

from tests.factories.dispatch import ChecklistItemFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("headers", "leads_back"), [({"sec-fetch-mode": "navigate"}, True), ({}, False)]
)
def test_opened_it_leads_to_the_record_above_it(logged_in, headers, leads_back):
    task = TaskFactory(working=True)
    item = ChecklistItemFactory(task=task)
    url = reverse("dispatch:answer_at_desk", args=[task.number, item.pk])

    answer = logged_in("service_manager").get(url, headers=headers)

    assert answer.status_code == (302 if leads_back else 405)
    assert answer.headers.get("Location") == (task.get_absolute_url() if leads_back else None)


def test_what_is_sent_goes_where_it_is_sent(logged_in):
    url = reverse("dispatch:index")

    answer = logged_in("service_manager").post(url, headers={"sec-fetch-mode": "navigate"})

    assert answer.status_code == 405
