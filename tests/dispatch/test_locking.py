"""What was agreed with the customer stays, until somebody unlocks it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions
from dispatch.choices import Lock, Status
from dispatch.models import Task
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db
OF_LOCKS = ("dispatch.appointment_locked", "dispatch.appointment_unlocked")


def move(task, engineer, by, *, starts=NINE, ends=NINE + 2 * HOUR, reason=""):
    return actions.assign(
        task,
        engineer=engineer,
        planned_start=starts,
        planned_end=ends,
        conflict_reason=reason,
        by=by,
        at=NINE - HOUR,
    )


@pytest.mark.parametrize(
    ("what", "to_another", "to_later"),
    [
        (Lock.PERSON, False, True),
        (Lock.TIME, True, False),
        (Lock.BOTH, False, False),
    ],
)
def test_what_is_locked_is_not_moved_whatever_the_reason(
    visit, engineer, people, dispatcher, what, to_another, to_later
):
    actions.lock_appointment(visit, what=what, by=dispatcher, at=NINE - HOUR)
    another = people.senior_engineer

    for may, engineer_then, starts in (
        (to_another, another, NINE),
        (to_later, engineer, NINE + MINUTE),
    ):
        with transaction.atomic():
            if may:
                move(visit, engineer_then, dispatcher, starts=starts, reason="急")
                transaction.set_rollback(True)
            else:
                with pytest.raises(DomainError, match="is locked"):
                    move(visit, engineer_then, dispatcher, starts=starts, reason="急")


def test_another_end_is_no_other_appointment(visit, engineer, dispatcher):
    actions.lock_appointment(visit, what=Lock.BOTH, by=dispatcher, at=NINE - HOUR)

    task = move(visit, engineer, dispatcher, ends=NINE + 3 * HOUR)

    assert (task.planned_end, task.locked) == (NINE + 3 * HOUR, Lock.BOTH)


@pytest.mark.parametrize(("what", "is_refused"), [("person", True), ("time", False)])
def test_a_promised_engineer_is_not_taken_off_before_it_is_unlocked(
    visit, dispatcher, what, is_refused
):
    actions.lock_appointment(visit, what=what, by=dispatcher, at=NINE - HOUR)

    if is_refused:
        with pytest.raises(DomainError, match="Unlock it first"):
            actions.unassign(visit, reason="病假", by=dispatcher, at=NINE - HOUR)
        return
    task = actions.unassign(visit, reason="病假", by=dispatcher, at=NINE - HOUR)
    assert (task.assignee, task.locked) == (None, Lock.TIME)


@pytest.mark.parametrize(
    ("what", "left"), [(Lock.PERSON, ""), (Lock.TIME, Lock.TIME), (Lock.BOTH, Lock.TIME)]
)
def test_an_engineer_who_cannot_come_leaves_the_time_agreed(
    visit, engineer, dispatcher, what, left
):
    actions.lock_appointment(visit, what=what, by=dispatcher, at=NINE - HOUR)

    actions.refuse(visit, reason="车坏了", by=engineer, at=NINE - HOUR)

    assert Task.objects.get(pk=visit.pk).locked == left


def test_unlocked_it_is_moved_and_both_are_told(visit, engineer, dispatcher):
    locked = actions.lock_appointment(visit, what=Lock.BOTH, by=dispatcher, at=NINE - HOUR)
    assert locked.version == visit.version + 1

    actions.unlock_appointment(visit, by=dispatcher, at=NINE - HOUR)
    actions.unlock_appointment(visit, by=dispatcher, at=NINE - HOUR)

    assert move(visit, engineer, dispatcher, starts=NINE + HOUR).locked == ""
    verbs = Activity.objects.filter(verb__in=OF_LOCKS).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == list(OF_LOCKS)


@pytest.mark.parametrize(
    ("given", "what", "is_refused"),
    [
        ({}, Lock.TIME, True),
        ({"planned_start": NINE, "planned_end": NINE + HOUR}, Lock.TIME, False),
        ({"planned_start": NINE, "planned_end": NINE + HOUR}, Lock.PERSON, True),
        ({"assigned": True}, Lock.BOTH, False),
        ({"travelling": True}, Lock.TIME, True),
        ({"done": True}, Lock.TIME, True),
    ],
)
def test_only_what_is_planned_and_not_begun_is_locked(dispatcher, given, what, is_refused):
    task = TaskFactory(**given)

    if is_refused:
        with pytest.raises(DomainError):
            actions.lock_appointment(task, what=what, by=dispatcher, at=NINE)
    else:
        assert actions.lock_appointment(task, what=what, by=dispatcher, at=NINE).locked == what


def test_the_database_locks_nothing_that_is_not_planned():
    task = TaskFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(locked=Lock.TIME)


def test_on_the_page_it_is_locked_and_unlocked(visit, logged_in):
    client = logged_in("service_manager")
    page = reverse("dispatch:detail", args=[visit.number])
    lock, unlock = (reverse(f"dispatch:{verb}", args=[visit.number]) for verb in ("lock", "unlock"))
    assert lock in client.get(page).content.decode()

    assert client.post(lock, {"what": "nonsense", "once": "a"}).status_code == 422
    assert client.post(lock, {"what": "both", "once": "b"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "the engineer and the time" in shown
    assert unlock in shown
    assert lock not in shown

    assert client.post(unlock, {"once": "c"}).status_code == 302
    assert Task.objects.get(pk=visit.pk).locked == ""
    assert Task.objects.get(pk=visit.pk).status == Status.ASSIGNED


@pytest.mark.parametrize("name", ["lock", "unlock"])
def test_an_engineer_locks_nothing_and_a_stranger_finds_nothing(visit, logged_in, name):
    address = reverse(f"dispatch:{name}", args=[visit.number])

    assert logged_in("field_engineer").post(address).status_code == 403
    assert logged_in("outsider").post(address).status_code == 404
