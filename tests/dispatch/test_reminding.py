"""Engineers are reminded once of what is ahead, in the words of their day; the dispatcher hears of
what nobody accepted.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import override as in_zone
from django.utils.translation import override

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.delivery.models import Delivery, Preference
from dispatch import actions, reminders, tasks
from dispatch.choices import Kind, Status
from dispatch.models import PartUse, Task
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.customers import SiteFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import AbsenceFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
EVENING_BEFORE = NINE - 15 * HOUR  # 18:00 in Shanghai


@pytest.fixture
def tomorrow(fault, engineer, dispatcher):
    """Assigned the day before at 09:00 for 09:00."""
    return assign(TaskFactory(service_request=fault, customer=fault.customer), engineer, dispatcher)


def assign(task, engineer, by, *, start=NINE, at=NINE - DAY):
    return actions.assign(
        task,
        engineer=engineer,
        planned_start=start,
        planned_end=start + 2 * HOUR,
        conflict_reason="急",
        by=by,
        at=at,
    )


def said(verb="dispatch.reminded"):
    return list(Activity.objects.filter(verb=verb).order_by("pk"))


def heard(person, at=NINE):
    tell_pending(at=at)
    told = Notification.objects.filter(recipient=person, read_at=None).order_by("pk")
    return list(told.values_list("activity__verb", flat=True))


def moment_of(task, name="remind_at"):
    return Task.objects.values_list(name, flat=True).get(pk=task.pk)


# --- When ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "way", "expected"),
    [
        pytest.param("Asia/Shanghai", 0, ["03-02 10:00", "03-03 00:00"], id="at home"),
        pytest.param("Asia/Shanghai", 90, ["03-02 10:00", "03-02 22:30"], id="a long way"),
        pytest.param("Asia/Shanghai", 120, ["03-02 10:00", "03-02 22:00"], id="the longest way"),
        pytest.param("Asia/Shanghai", 999, ["03-02 10:00", "03-02 22:00"], id="no drive"),
        pytest.param("America/New_York", 0, ["03-01 23:00", "03-03 00:00"], id="20:00 of the 2nd"),
        pytest.param("UTC", 0, ["03-02 18:00", "03-03 00:00"], id="another evening"),
    ],
)
def test_the_evening_before_and_an_hour_before_leaving(zone, way, expected):
    found = reminders.moments(
        NINE, evening=time(18), zone=zone, way=way * MINUTE, lead=timedelta(hours=1)
    )

    assert [f"{moment:%m-%d %H:%M}" for moment in found] == expected


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param(24 * HOUR, HOUR, id="tomorrow"),
        pytest.param(2 * HOUR, HOUR, id="in exactly twice the time"),
        pytest.param(2 * HOUR - MINUTE, HOUR - MINUTE / 2, id="sooner"),
        pytest.param(timedelta(), 5 * MINUTE, id="now"),
    ],
)
def test_an_answer_is_due_in_an_hour_or_half_way_to_the_start(start, due):
    found = reminders.accept_due_at(assigned_at=NINE, starts_at=NINE + start, usual=NINE + HOUR)

    assert found == NINE + due


def test_an_answer_at_night_is_due_in_service_hours_unless_the_start_is_near(
    fault, engineer, dispatcher, price_plan
):
    evening = NINE + 9 * HOUR  # 18:00, the outlet closes at 17:00
    far, near = (TaskFactory(customer=fault.customer) for _ in range(2))

    assign(far, engineer, dispatcher, start=evening + 3 * DAY, at=evening)
    assign(near, engineer, dispatcher, start=evening + 2 * HOUR, at=evening)

    calendar = engineer.outlet.calendar
    usual = evening + 16 * HOUR if calendar else evening + HOUR
    assert moment_of(far, "accept_due_at") == usual
    assert moment_of(near, "accept_due_at") == evening + HOUR


# --- Reminders -----------------------------------------------------------------------------------


def test_the_engineer_is_reminded_the_evening_before_and_before_leaving(tomorrow, engineer):
    moments = [EVENING_BEFORE, NINE - HOUR]
    counts = []
    for moment in moments:
        shifts = (-SECOND, timedelta(), SECOND)
        counts.append([actions.remind(at=moment + shift) for shift in shifts])
        tell_pending(at=moment)

    assert counts == [[0, 1, 0], [0, 1, 0]]
    assert [each.at for each in said()] == moments
    assert moment_of(tomorrow) is None
    assert heard(engineer) == ["dispatch.assigned", "dispatch.reminded"]


def test_the_way_from_home_comes_before_the_hour(tomorrow, engineer, dispatcher):
    engineer.base_latitude, engineer.base_longitude = Decimal("41.80000"), Decimal("123.00000")
    engineer.save()
    assign(tomorrow, engineer, dispatcher, at=NINE - 12 * HOUR)

    assert NINE - 2 * HOUR < moment_of(tomorrow) < NINE - HOUR - 30 * MINUTE


def test_another_site_is_another_way(tomorrow, engineer, dispatcher, machine):
    engineer.base_latitude, engineer.base_longitude = Decimal("41.80000"), Decimal("123.40000")
    engineer.save()
    far = SiteFactory(
        customer=machine.customer, latitude=Decimal("41.80000"), longitude=Decimal("123.80000")
    )

    actions.change(tomorrow, {"site": far}, by=dispatcher, at=EVENING_BEFORE)

    assert moment_of(tomorrow) < NINE - HOUR - 30 * MINUTE


def test_a_late_sweep_reminds_once_and_not_of_what_should_have_begun(
    fault, engineer, dispatcher, tomorrow
):
    today = assign(TaskFactory(customer=fault.customer), engineer, dispatcher, start=NINE - HOUR)

    assert actions.remind(at=NINE - MINUTE) == 1
    assert [each.subject_name for each in said()] == [tomorrow.number]
    assert [moment_of(today), moment_of(tomorrow)] == [None, None]


@pytest.mark.parametrize("late", [timedelta(), SECOND])
def test_nobody_is_reminded_of_what_begins_now(tomorrow, late):
    assert actions.remind(at=NINE + late) == 0
    assert said() == []


def test_what_moved_reminds_of_the_new_time_only(tomorrow, engineer, dispatcher):
    assign(tomorrow, engineer, dispatcher, start=NINE + DAY, at=NINE - 20 * HOUR)

    assert actions.remind(at=NINE - MINUTE) == 0
    assert actions.remind(at=EVENING_BEFORE + DAY) == 1


@pytest.mark.parametrize("verb", ["cancel", "unassign", "refuse"])
def test_what_was_taken_back_is_silent(tomorrow, engineer, dispatcher, verb):
    by = engineer if verb == "refuse" else dispatcher
    getattr(actions, verb)(tomorrow, reason="客户停产", by=by, at=NINE - 20 * HOUR)

    assert actions.remind(at=NINE - MINUTE) == 0
    assert actions.tell_unaccepted(at=NINE) == 0


def test_who_is_on_the_way_is_not_reminded(tomorrow, engineer):
    for verb in ("accept", "travel"):
        getattr(actions, verb)(tomorrow, by=engineer, at=NINE - 20 * HOUR)

    assert actions.remind(at=NINE - MINUTE) == 0


def test_an_accepted_task_is_still_reminded_of(tomorrow, engineer):
    actions.accept(tomorrow, by=engineer, at=NINE - 20 * HOUR)

    assert actions.remind(at=EVENING_BEFORE) == 1


def test_what_is_over_when_it_is_assigned_reminds_nobody(fault, engineer, dispatcher):
    past = assign(TaskFactory(customer=fault.customer), engineer, dispatcher, at=NINE + 2 * HOUR)

    assert (moment_of(past), moment_of(past, "accept_due_at")) == (None, None)


def test_imported_tasks_remind_nobody():
    TaskFactory(assigned=True)

    assert (actions.remind(at=NINE), actions.tell_unaccepted(at=NINE)) == (0, 0)


def test_the_reminder_is_told_only_while_its_time_holds(tomorrow, engineer, dispatcher):
    actions.remind(at=EVENING_BEFORE)
    assign(tomorrow, engineer, dispatcher, start=NINE + HOUR, at=EVENING_BEFORE + SECOND)

    assert "dispatch.reminded" not in heard(engineer)


def test_the_waiting_mail_of_an_old_time_is_taken_back(tomorrow, engineer, dispatcher, settings):
    settings.EMAIL_URL = "memorymail://"
    Preference.objects.create(user=engineer, quiet_from=time(17), quiet_until=time(7))
    actions.remind(at=EVENING_BEFORE)
    tell_pending(at=EVENING_BEFORE)
    waiting = Delivery.objects.filter(activity__verb="dispatch.reminded")
    assert waiting.get().due_at == NINE - 2 * HOUR  # 07:00

    actions.cancel(tomorrow, reason="客户停产", by=dispatcher, at=EVENING_BEFORE + HOUR)

    assert not waiting.exists()
    assert "dispatch.reminded" not in heard(engineer, at=EVENING_BEFORE + HOUR)


def test_a_mail_that_was_tried_is_not_taken_back(tomorrow, engineer, dispatcher, settings):
    settings.EMAIL_URL = "memorymail://"
    actions.remind(at=EVENING_BEFORE)
    tell_pending(at=EVENING_BEFORE)
    tried = Delivery.objects.filter(activity__verb="dispatch.reminded")
    tried.update(attempts=1)

    actions.cancel(tomorrow, reason="客户停产", by=dispatcher, at=EVENING_BEFORE + HOUR)

    assert tried.exists()


def test_one_bad_row_does_not_stop_the_others(tomorrow, fault, engineer, dispatcher, caplog):
    Preference.objects.create(user=engineer, time_zone="Nowhere/Nowhere")
    good = TaskFactory(customer=fault.customer)
    assign(good, dispatcher, dispatcher, start=NINE + MINUTE)

    assert actions.remind(at=EVENING_BEFORE) == 1
    assert [each.subject_name for each in said()] == [good.number]
    assert "remind_of" in caplog.text


def test_the_database_keeps_it_too(tomorrow):
    for values in ({"status": Status.TRAVELLING}, {"status": Status.DONE, "finished_at": NINE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=tomorrow.pk).update(**values)


# --- Words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (NINE - DAY, "tomorrow 09:00", "明天 09:00"),
        (NINE - HOUR, "today 09:00", "今天 09:00"),
        (NINE - 9 * HOUR - SECOND, "tomorrow 09:00", "明天 09:00"),
        (NINE - 6 * DAY, "Tuesday 3 Mar 2026 09:00", "2026年3月3日（星期二）09:00"),
        (NINE - 7 * DAY, "3 Mar 2026 09:00", "2026年3月3日 09:00"),
        (NINE + DAY, "3 Mar 2026 09:00", "2026年3月3日 09:00"),
    ],
)
def test_the_day_is_said_as_of_the_day_of_reading(tomorrow, at, english, chinese):
    actions.remind(at=EVENING_BEFORE)
    sentence = lambda: Activity.objects.get(pk=said()[0].pk).sentence.text  # noqa: E731
    customer = tomorrow.customer

    with time_machine.travel(at, tick=False):
        assert sentence() == f"{english} at {customer.name_en or customer.name}"
        with override("zh-hans"):
            assert sentence() == f"{chinese}，地点：{customer.name}"


def test_the_time_is_the_readers(tomorrow):
    actions.remind(at=EVENING_BEFORE)

    with time_machine.travel(NINE - 12 * HOUR, tick=False), in_zone("America/New_York"):
        assert said()[0].sentence.text.startswith("today 20:00 at ")


def test_parts_of_the_order_are_to_be_taken(fault, engineer, dispatcher, part):
    order = OrderFactory(customer=fault.customer, service_request=fault)
    OrderLineFactory(order=order, part=part, quantity=Decimal("2.00"), done_on=NINE.date())
    task = TaskFactory(service_request=fault, customer=fault.customer)
    assign(task, engineer, dispatcher)
    name = part.name_en or part.name_zh

    assert f", take 2 × {name}" in said("dispatch.assigned")[0].sentence.text


def test_otherwise_what_was_often_used_on_the_model_is_named(machine, engineer, dispatcher, part):
    done = TaskFactory(done=True, customer=machine.customer, asset=machine)
    PartUse.objects.create(task=done, part=part, used_on=NINE.date() - 30 * DAY)
    task = TaskFactory(customer=machine.customer, asset=machine)
    assign(task, engineer, dispatcher)

    text = said("dispatch.assigned")[0].sentence.text
    assert text.endswith(f"; often needed: {part.name_en or part.name_zh}")


def test_a_call_is_for_a_customer_not_at_one(fault, engineer, dispatcher):
    task = TaskFactory(kind=Kind.CALL_BACK, customer=fault.customer)
    assign(task, engineer, dispatcher)
    inside = TaskFactory(kind=Kind.INTERNAL, customer=None)
    assign(inside, engineer, dispatcher, start=NINE + DAY)

    with time_machine.travel(NINE - DAY, tick=False):
        first, second = (each.sentence.text for each in said("dispatch.assigned"))
    assert first.endswith(f"tomorrow 09:00 for {fault.customer.name_en or fault.customer.name}")
    assert second.endswith("for Wednesday 4 Mar 2026 09:00")


# --- Not accepted in time ------------------------------------------------------------------------


def test_who_assigned_it_hears_once_of_what_nobody_accepted(tomorrow, engineer, dispatcher):
    due = moment_of(tomorrow, "accept_due_at")
    counts = [actions.tell_unaccepted(at=due + shift) for shift in (-SECOND, timedelta(), HOUR)]

    assert counts == [0, 1, 0]
    assert heard(dispatcher, at=due) == ["dispatch.not_accepted"]
    assert heard(engineer, at=due) == ["dispatch.assigned"]
    sentence = said("dispatch.not_accepted")[0].sentence
    assert sentence.text.startswith(f"{engineer.name} has not accepted it: ")
    assert sentence.note == f"told {dispatcher.name}"


def test_who_stands_in_is_told_when_the_dispatcher_is_away(tomorrow, dispatcher):
    due = moment_of(tomorrow, "accept_due_at")
    AbsenceFactory(employee=dispatcher, starts_at=due - HOUR, ends_at=due + HOUR)

    actions.tell_unaccepted(at=due)

    told = said("dispatch.not_accepted")[0].details["told"][0]
    assert (told["place"], told["instead_of"]) == ("manager", dispatcher.name)
    assert heard(told["id"], at=due) == ["dispatch.not_accepted"]
    assert "dispatch.not_accepted" not in heard(dispatcher, at=due)


def test_what_was_accepted_in_time_is_silent(tomorrow, engineer):
    due = moment_of(tomorrow, "accept_due_at")
    actions.accept(tomorrow, by=engineer, at=due)

    assert actions.tell_unaccepted(at=due) == 0


def test_another_time_is_to_be_accepted_anew(tomorrow, engineer, dispatcher):
    due = moment_of(tomorrow, "accept_due_at")
    actions.tell_unaccepted(at=due)
    assign(tomorrow, engineer, dispatcher, start=NINE + DAY, at=due)

    assert actions.tell_unaccepted(at=moment_of(tomorrow, "accept_due_at")) == 1


# --- The sweep -----------------------------------------------------------------------------------


def test_the_doors_read_the_clock(tomorrow):
    with time_machine.travel(NINE - HOUR, tick=False):
        for _ in range(2):
            tasks.remind()
            tasks.tell_unaccepted()

    assert [len(said()), len(said("dispatch.not_accepted"))] == [1, 1]


@pytest.mark.parametrize("action", [actions.remind, actions.tell_unaccepted])
def test_a_sweep_that_is_killed_has_neither_claimed_nor_told(tomorrow, action):
    with pytest.raises(SystemExit), transaction.atomic():
        sys.exit(action(at=NINE - HOUR))

    assert [action(at=NINE - HOUR), action(at=NINE - HOUR)] == [1, 0]


@pytest.mark.parametrize(
    ("name", "question"), [("tasks_to_remind", "to_remind"), ("tasks_unaccepted", "unaccepted")]
)
def test_nothing_due_is_answered_by_an_index_of_what_waits(name, question, is_postgres):
    order = "remind_at" if question == "to_remind" else "accept_due_at"
    due = getattr(Task.objects, question)(NINE).order_by(order, "pk").values_list("pk")[:500]
    with connection.cursor() as cursor:
        if is_postgres:
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert name in due.explain()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweepers_at_once_remind_once(people):
    found = [TaskFactory() for _ in range(8)]
    for each in found:
        assign(each, people.field_engineer, people.service_manager)
    together = Barrier(4)

    def sweep(action):
        together.wait()
        action(at=NINE - HOUR)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, [actions.remind, actions.tell_unaccepted] * 2))

    numbers = sorted(each.number for each in found)
    assert sorted(each.subject_name for each in said()) == numbers
    assert sorted(each.subject_name for each in said("dispatch.not_accepted")) == numbers
