"""The doors of the clock: each calls its sweep with the time of now."""

import pytest
import time_machine

from crmservice.activity.models import Activity
from service_requests import tasks
from service_requests.choices import Status
from tests.factories.service_requests import HOUR, HandoverFactory, HoldFactory, SlaTimerFactory

pytestmark = pytest.mark.django_db


def verbs():
    return list(Activity.objects.values_list("verb", flat=True))


def test_what_is_due_is_recorded_as_overdue():
    timer = SlaTimerFactory()

    with time_machine.travel(timer.due_at, tick=False):
        tasks.record_breaches()
        tasks.record_breaches()

    assert verbs() == ["service_requests.response_overdue"]


def test_a_hold_whose_time_is_over_ends():
    hold = HoldFactory()

    with time_machine.travel(hold.expires_at + HOUR, tick=False):
        tasks.expire_holds()
        tasks.expire_holds()

    hold.refresh_from_db()
    assert hold.ends_at == hold.expires_at
    assert hold.service_request.__class__.objects.get().status == Status.IN_PROGRESS
    assert verbs() == ["service_requests.hold_expired"]


def test_an_answer_that_did_not_come_is_told():
    handover = HandoverFactory()

    with time_machine.travel(handover.due_at, tick=False):
        tasks.tell_overdue_handovers()
        tasks.tell_overdue_handovers()

    assert verbs() == ["service_requests.handover_overdue"]
