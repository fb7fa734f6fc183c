"""The same fault on the same device too soon after a visit: a repeat visit, known by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from dispatch import actions
from dispatch.choices import Kind, Status
from dispatch.models import WorkReport
from employees.choices import Role
from service_requests import actions as service_requests
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.assets import AssetFactory
from tests.factories.dispatch import PartUseFactory, TaskFactory
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.knowledge import FaultCodeFactory
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]

DAY = timedelta(days=1)


@pytest.fixture
def known(fault, fault_code, dispatcher):
    """The fault, with its code."""
    service_requests.record_codes(
        fault, fault_code=fault_code, cause="", by=dispatcher, at=NINE - HOUR
    )
    fault.refresh_from_db()
    return fault


@pytest.fixture
def earlier(machine, engineer, fault_code):
    """A visit that was done, on the same device for the same fault; 90 days ago."""

    def make(ago=90 * DAY, asset=machine, code=fault_code, **values):
        request = ServiceRequestFactory(customer=asset.customer, asset=asset, fault_code=code)
        given = {"service_request": request, "asset": asset, "customer": asset.customer}
        given |= {"assignee": engineer, "kind": Kind.ONSITE, "finished_at": NINE - ago}
        return TaskFactory(done=True, **given | values)

    return make


@pytest.fixture
def plan(known, dispatcher):
    def make(**values):
        task = actions.plan(title="油泵", service_request=known, by=dispatcher, at=NINE, **values)
        task.refresh_from_db()
        return task

    return make


def told_of():
    return Activity.objects.filter(verb="dispatch.repeated")


@pytest.mark.parametrize(
    ("ago", "is_repeat"),
    [
        (timedelta(0), True),
        (90 * DAY, True),
        (90 * DAY + timedelta(seconds=1), False),
        (-timedelta(seconds=1), False),
    ],
)
def test_a_visit_repeats_one_of_the_90_days_before(earlier, plan, ago, is_repeat):
    before = earlier(ago)

    assert plan().repeat_of == (before if is_repeat else None)
    assert told_of().count() == is_repeat


def test_the_latest_of_several_counts(earlier, plan):
    earlier(80 * DAY)
    latest = earlier(10 * DAY)
    earlier(40 * DAY)

    assert plan().repeat_of == latest


def test_the_device_is_the_whole_tree(earlier, plan, machine):
    part = AssetFactory(parent=machine, component=True)
    type(part).objects.filter(pk=part.pk).update(root=machine)

    assert plan().repeat_of is None
    assert earlier(asset=part) == plan().repeat_of


@pytest.mark.parametrize(
    "what", ["another device", "another fault", "no fault", "not solved", "by telephone"]
)
def test_what_is_no_repetition(earlier, plan, what):
    others = {
        "another device": {"asset": AssetFactory()},
        "another fault": {"code": FaultCodeFactory(code="F-OTHER")},
        "no fault": {"code": None},
        "not solved": {"status": Status.NOT_SOLVED},
        "by telephone": {"kind": Kind.REMOTE},
    }
    earlier(**others[what])

    assert plan().repeat_of is None


def test_a_call_is_no_visit(earlier, plan):
    earlier()

    assert plan(kind=Kind.REMOTE).repeat_of is None


def test_the_fault_may_be_known_only_at_the_end(earlier, working, engineer, sign_off, fault_code):
    before = earlier()
    assert working.repeat_of is None

    done = replace(sign_off, resolves=True, fault_code=fault_code, cause="磨损")
    actions.complete(working, sign_off=done, by=engineer, at=NINE + HOUR)

    working.refresh_from_db()
    assert working.repeat_of == before
    assert told_of().count() == 1


def test_it_is_told_once_to_the_manager_of_the_outlet(earlier, plan, engineer, dispatcher, people):
    elsewhere = EmployeeFactory(role=Role.SERVICE_MANAGER, outlet=OutletFactory(code="FAR"))
    earlier()
    task = plan()

    for _turn in range(2):
        actions.assign(
            task,
            engineer=engineer,
            planned_start=NINE + HOUR,
            planned_end=NINE + 2 * HOUR,
            conflict_reason="x",
            by=dispatcher,
            at=NINE,
        )
    tell_pending(at=NINE)

    told = Notification.objects.filter(activity__verb="dispatch.repeated")
    people_told = {each.recipient for each in told}
    assert told_of().count() == 1
    assert all(each.outlet_id == engineer.outlet_id for each in people_told)
    assert people_told
    assert elsewhere not in people_told


def test_another_fault_at_the_end_takes_the_flag_away(earlier, working, engineer, sign_off):
    before = earlier()
    type(working).objects.filter(pk=working.pk).update(repeat_of=before)

    other = FaultCodeFactory(code="F-OTHER")
    done = replace(sign_off, resolves=True, fault_code=other, cause="磨损")
    actions.complete(working, sign_off=done, by=engineer, at=NINE + HOUR)

    working.refresh_from_db()
    assert working.repeat_of is None


def test_who_goes_there_reads_what_was_done_last_time(earlier, working, logged_in, part, machine):
    before = earlier()
    WorkReport.objects.create(task=before, result="上次更换了轴封")
    PartUseFactory(task=before, part=part, serial_no="LAST-1")
    type(working).objects.filter(pk=working.pk).update(repeat_of=before)

    for role, name in (("field_engineer", "job"), ("service_manager", "detail")):
        page = logged_in(role).get(reverse(f"dispatch:{name}", args=[working.number]))
        text = page.content.decode()
        assert "Repeat visit" in text
        assert "上次更换了轴封" in text
        assert "LAST-1" in text


def test_the_page_asks_as_much_for_three_parts_of_last_time_as_for_one(earlier, working, logged_in):
    before = earlier()
    type(working).objects.filter(pk=working.pk).update(repeat_of=before)
    client, counts = logged_in("field_engineer"), []
    for pieces in (1, 2):
        PartUseFactory.create_batch(pieces, task=before)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("dispatch:job", args=[working.number]))
        counts.append(len(queries))

    assert counts[0] == counts[1]
