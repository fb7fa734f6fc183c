"""The desk's pages: what they cost, who may see them, planning and assigning in one go."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dispatch import actions as dispatch
from dispatch.choices import Status
from dispatch.models import Task
from service_requests import actions as service_requests
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.dispatch import (
    PartUseFactory,
    TaskFactory,
    TimeEntryFactory,
    WorkReportFactory,
)
from tests.factories.employees import AbsenceFactory
from tests.factories.service_requests import HoldFactory

pytestmark = pytest.mark.django_db


def url(name, *args, **query):
    return reverse(f"dispatch:{name}", args=args, query=query or None)


def post(client, address, **values):
    return client.post(address, {"once": f"key-{Task.objects.count()}-{len(values)}", **values})


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    TaskFactory.create_batch(count, assigned=True)
    client = logged_in("service_manager")

    with django_assert_max_num_queries(8) as captured:
        page = client.get(url("index"))

    assert page.status_code == 200
    assert page.content.decode().count("<tr data-row") == count
    assert len(captured) <= 8


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "unfinished"}, {"planned", "assigned"}),
        ({"status": "unassigned"}, {"planned"}),
        ({"status": "done"}, {"done"}),
        ({"kind": "depot"}, {"planned"}),
        ({"engineer": "nonsense"}, {"planned", "assigned", "done"}),
        ({"outlet": "SY"}, {"done"}),
        ({"first": "2026-03-03", "last": "2026-03-03"}, {"assigned", "done"}),
        ({"first": "2026-03-04"}, set()),
        ({"last": "2026-03-02"}, {"planned"}),
        ({"customer": "c1"}, {"planned"}),
        ({"request": "SR-9"}, set()),
    ],
)
def test_the_filters(logged_in, people, query, found):
    TaskFactory(title="planned", kind="depot", customer__code="C1")
    TaskFactory(title="assigned", assigned=True, assignee=people.field_engineer)
    TaskFactory(title="done", done=True, assignee=people.partner_engineer)

    page = logged_in("service_manager").get(url("index"), query).content.decode()

    assert {title for title in ("planned", "assigned", "done") if f">{title}</a>" in page} == found


def test_the_tasks_of_one_engineer_whom_the_filter_names(logged_in, people):
    TaskFactory(title="meine", assigned=True, assignee=people.field_engineer)
    TaskFactory(title="fremde", assigned=True, assignee=people.depot_engineer)
    mine = people.field_engineer

    page = logged_in("service_manager").get(url("index"), {"engineer": mine.pk}).content.decode()

    assert "meine" in page
    assert "fremde" not in page
    assert f'<option value="{mine.pk}" selected>{mine.name}</option>' in page
    assert f'data-url="{reverse("employees:options")}"' in page


def test_a_task_is_found_by_a_fragment_of_what_it_is_about(visit, logged_in):
    page = logged_in("service_manager").get(url("index"), {"q": "轴封"}).content.decode()

    assert visit.number in page


@pytest.mark.parametrize("count", [0, 3])
def test_a_tasks_page_costs_the_same_however_much_belongs_to_it(
    visit, logged_in, count, django_assert_max_num_queries, part
):
    PartUseFactory.create_batch(count, task=visit, part=part)
    for _ in range(count):
        done = TaskFactory(
            done=True, asset=visit.asset, customer=visit.customer, follow_up_of=visit
        )
        WorkReportFactory(task=done)
        TimeEntryFactory(task=done)

    client = logged_in("service_manager")
    with django_assert_max_num_queries(23):
        page = client.get(url("detail", visit.number))

    assert page.status_code == 200


def test_an_assigned_task_says_what_is_next(visit, logged_in, engineer):
    page = logged_in("service_manager").get(url("detail", visit.number)).content.decode()
    assert "has not accepted it yet" in page

    page = logged_in("field_engineer").get(url("detail", visit.number)).content.decode()
    assert url("job", visit.number) in page


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("service_manager", "index", 200),
        ("partner_coordinator", "plan", 200),
        ("field_engineer", "plan", 403),
        ("sales", "index", 403),
        ("storekeeper", "index", 200),
        ("storekeeper", "plan", 403),
        ("sales", "my_day", 403),
        ("field_engineer", "my_day", 200),
        ("field_engineer", "suggestions", 403),
    ],
)
def test_who_may_open_what(logged_in, role, name, status):
    assert logged_in(role).get(url(name)).status_code == status


@pytest.mark.parametrize("name", ["detail", "edit", "assign", "unassign", "cancel"])
def test_another_outlets_task_is_not_found(visit, logged_in, name):
    assert logged_in("outsider").get(url(name, visit.number)).status_code == 404


# --- Planning ------------------------------------------------------------------------------------


@pytest.fixture
def at_eight():
    with time_machine.travel(NINE - HOUR, tick=False):
        yield


def test_the_plan_page_offers_the_best_first_and_names_who_is_left_out(
    fault, engineer, logged_in, at_eight
):
    answer = logged_in("service_manager").get(url("plan", request=fault.number))
    page = " ".join(answer.content.decode().split())

    assert 'value="油泵漏油"' in page
    assert f'value="{engineer.employee_no}@2026-03-03T00:30:00+00:00" checked' in page
    assert "has Pumps level 3" in page
    assert "does not have Pumps" in page


def test_one_keystroke_plans_and_assigns_the_best(fault, engineer, logged_in, at_eight):
    client = logged_in("service_manager")
    address = url("plan", request=fault.number)
    page = client.get(address)
    form = page.context["form"]

    answer = post(
        client,
        address,
        kind="onsite",
        title=form["title"].value(),
        earliest="2026-03-03T08:30",
        minutes="120",
        offer=page.context["offers"]["chosen"],
    )

    task = Task.objects.get()
    assert answer.url == task.get_absolute_url()
    assert (task.status, task.assignee, task.service_request) == (Status.ASSIGNED, engineer, fault)
    assert (task.planned_start, task.planned_end) == (NINE - 30 * MINUTE, NINE + 90 * MINUTE)


def test_two_clicks_plan_one_task(fault, engineer, logged_in, at_eight):
    client = logged_in("service_manager")
    values = {
        "once": "the same",
        "kind": "onsite",
        "title": "x",
        "earliest": "2026-03-03T09:00",
        "minutes": "60",
        "offer": "",
    }

    first = client.post(url("plan", request=fault.number), values)
    second = client.post(url("plan", request=fault.number), values)

    assert first.url == second.url
    assert Task.objects.count() == 1


def test_a_task_may_wait_for_its_engineer(fault, engineer, logged_in, at_eight):
    post(
        logged_in("service_manager"),
        url("plan", request=fault.number),
        kind="onsite",
        title="x",
        earliest="2026-03-03T09:00",
        minutes="60",
        offer="",
    )

    assert Task.objects.get().status == Status.PLANNED


def test_resolving_begins_with_what_the_latest_visit_reported(fault, logged_in):
    client = logged_in("service_manager")
    resolve = reverse("service_requests:resolve", args=[fault.number])

    def begins_with():
        return client.get(resolve).context["form"]["resolution"].initial

    assert begins_with() == ""
    for hours, result in ((1, "已调整间隙"), (3, "更换轴封"), (2, "已检查")):
        task = TaskFactory(done=True, service_request=fault, finished_at=NINE + hours * HOUR)
        WorkReportFactory(task=task, result=result)
    late = NINE + 4 * HOUR
    unsolved = TaskFactory(not_solved=True, service_request=fault, finished_at=late)
    WorkReportFactory(task=unsolved, result="缺备件")

    assert begins_with() == "更换轴封"


def test_another_outlets_request_is_not_planned_for(fault, logged_in):
    assert logged_in("outsider").get(url("plan", request=fault.number)).status_code == 404


def test_the_offers_follow_the_time(fault, engineer, logged_in):
    AbsenceFactory(employee=engineer, starts_at=NINE, ends_at=NINE + 2 * HOUR)

    fragment = logged_in("service_manager").get(
        url("suggestions"),
        {
            "request": fault.number,
            "kind": "onsite",
            "earliest": "2026-03-03T09:00",
            "minutes": "60",
        },
        headers={"HX-Request": "true"},
    )

    text = fragment.content.decode()
    assert "free from 11:00" in text
    assert "<html" not in text


@pytest.mark.parametrize("earliest", ["", "nonsense", "2026-13-45T99:99"])
def test_without_a_time_nobody_is_offered(fault, logged_in, earliest):
    answer = logged_in("service_manager").get(
        url("suggestions"), {"request": fault.number, "earliest": earliest, "minutes": "60"}
    )

    assert answer.status_code == 200
    assert "Say first" in answer.content.decode()


# --- Assigning -----------------------------------------------------------------------------------


def test_a_conflict_is_said_and_asks_for_the_reason(visit, engineer, logged_in, at_eight):
    task = TaskFactory(title="另一个")
    client = logged_in("service_manager")
    values = {"earliest": "2026-03-03T09:00", "minutes": "60", "offer": engineer.employee_no}

    answer = post(client, url("assign", task.number), **values)
    assert answer.status_code == 422
    assert visit.number in answer.content.decode()
    assert 'name="conflict_reason"' in answer.content.decode()

    answer = post(client, url("assign", task.number), **values, conflict_reason="客户停产")
    task.refresh_from_db()
    assert (answer.status_code, task.assignee) == (302, engineer)


@pytest.mark.parametrize("offer", ["", "nobody", "sales", "field_engineer@nonsense"])
def test_only_people_who_are_offered_are_taken(logged_in, people, offer, at_eight):
    task = TaskFactory()

    answer = post(
        logged_in("service_manager"),
        url("assign", task.number),
        earliest="2026-03-03T09:00",
        minutes="60",
        offer=offer,
    )

    assert answer.status_code == (302 if offer.endswith("nonsense") else 422)


def test_a_late_change_explains_itself(logged_in, engineer):
    task = TaskFactory(working=True, assignee=engineer)

    answer = post(logged_in("service_manager"), url("cancel", task.number), reason="x")

    assert answer.status_code == 422
    assert "is Working" in answer.content.decode()


def test_taking_back_and_cancelling(visit, logged_in):
    client = logged_in("service_manager")

    post(client, url("unassign", visit.number), reason="客户改期")
    visit.refresh_from_db()
    assert visit.status == Status.PLANNED

    client.post(url("cancel", visit.number), {"reason": "不需要了", "once": "another"})
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_two_people_who_change_different_fields_both_keep_theirs(visit, logged_in):
    client = logged_in("service_manager")
    form = client.get(url("edit", visit.number)).context["form"]
    values = {name: form[name].value() or "" for name in form.fields if name != "once"}

    client.post(url("edit", visit.number), {**values, "title": "新标题"})
    client.post(url("edit", visit.number), {**values, "instructions": "带梯子"})

    visit.refresh_from_db()
    assert (visit.title, visit.instructions) == ("新标题", "带梯子")


def test_the_days_of_the_filter_include_the_last_one(logged_in):
    TaskFactory(
        title="spät", assigned=True, planned_start=NINE + 14 * HOUR, planned_end=NINE + 15 * HOUR
    )
    client = logged_in("service_manager")

    assert "spät" in client.get(url("index"), {"last": "2026-03-03"}).content.decode()
    tomorrow = NINE + 15 * HOUR
    Task.objects.update(planned_start=tomorrow, planned_end=tomorrow + timedelta(hours=1))
    assert "spät" not in client.get(url("index"), {"last": "2026-03-03"}).content.decode()


# The next step of the request.


def step_of(client, request):
    return client.get(request.get_absolute_url()).context["step"]


@pytest.fixture
def taken(fault, dispatcher):
    """The manager has taken the request and spoken to the customer."""
    return service_requests.accept(fault, by=dispatcher, at=NINE - HOUR)


def test_a_promised_visit_without_a_task_is_planned_first(logged_in, taken):
    client = logged_in("service_manager")

    assert step_of(client, taken).label == "Resolve"
    taken.visit_promised = True
    taken.save(update_fields=["visit_promised"])

    step = step_of(client, taken)
    assert (step.label, step.url) == ("Plan a task", url("plan", request=taken.number))


def test_a_visit_that_was_made_is_not_planned_again(logged_in, taken):
    taken.visit_promised = True
    taken.save(update_fields=["visit_promised"])
    TaskFactory(service_request=taken, done=True)

    assert step_of(logged_in("service_manager"), taken).label == "Resolve"


@pytest.mark.parametrize(
    ("state", "text", "label"),
    [
        ("planned", "Nobody has T yet.", "Assign"),
        ("assigned", "%(who)s has T and has not accepted it yet.", "Look at the task"),
        ("accepted", "%(who)s has accepted T.", "Look at the task"),
        ("travelling", "%(who)s is on the way with T.", "Look at the task"),
        ("on_site", "%(who)s is at work on T.", "Look at the task"),
        ("working", "%(who)s is at work on T.", "Look at the task"),
        ("done", "Solve the problem, then write down how.", "Resolve"),
        ("cancelled", "Solve the problem, then write down how.", "Resolve"),
    ],
)
def test_work_under_way_comes_before_resolving(logged_in, taken, people, state, text, label):
    taken_by = {"assignee": people.field_engineer} if state not in {"planned", "cancelled"} else {}
    trait = {} if state == "planned" else {state: True}
    TaskFactory(number="T", service_request=taken, **taken_by, **trait)

    step = step_of(logged_in("service_manager"), taken)

    assert (step.text, step.label) == (text % {"who": people.field_engineer}, label)


def test_who_has_the_task_is_sent_to_the_work_order(logged_in, taken, visit):
    step = step_of(logged_in("field_engineer"), taken)

    assert step.url == url("job", visit.number)


def test_a_wait_comes_before_the_work(logged_in, taken, visit):
    HoldFactory(service_request=taken)
    type(taken).objects.filter(pk=taken.pk).update(status="waiting")

    assert step_of(logged_in("service_manager"), taken).label == "Resume"


def test_two_who_assign_one_task_are_told(logged_in, people, visit, dispatcher):
    client, address = logged_in("service_manager"), url("assign", visit.number)
    seen = client.get(address).context["form"]["version"].value()
    chosen = {"earliest": "2026-03-03T14:00", "minutes": "60", "conflict_reason": "急"}
    chosen |= {"offer": people.field_engineer.employee_no}
    dispatch.assign(
        visit,
        engineer=people.senior_engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        conflict_reason="熟悉",
        by=dispatcher,
        at=NINE - HOUR,
    )

    refused = post(client, address, **chosen, version=seen)
    now_seen = refused.context["form"]["version"].value()
    again = post(client, address, **chosen, version=now_seen, minute="")

    assert refused.status_code == 422
    assert people.senior_engineer.name in refused.content.decode()
    assert again.status_code == 302
    assert Task.objects.get(pk=visit.pk).assignee == people.field_engineer
