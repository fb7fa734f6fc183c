"""Who will not be there goes nowhere: what is booked goes back to the desk."""

import pytest

from crmservice.activity.models import Notification
from crmservice.activity.tell import tell_pending
from dispatch import actions
from dispatch.choices import Lock, Status
from dispatch.models import Task
from employees import actions as employees
from employees.choices import AbsenceKind
from employees.models import Absence
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db


def absent(person, starts, ends, by):
    return employees.note_absence(
        person, kind=AbsenceKind.LEAVE, starts_at=starts, ends_at=ends, by=by, at=NINE - HOUR
    )


def told(person):
    tell_pending(at=NINE)
    notices = Notification.objects.filter(recipient=person)
    return set(notices.values_list("activity__verb", flat=True))


@pytest.mark.parametrize(
    ("starts", "ends", "is_freed"),
    [
        (NINE - HOUR, NINE, False),
        (NINE - HOUR, NINE + MINUTE, True),
        (NINE + 2 * HOUR, NINE + 3 * HOUR, False),
        (NINE + 2 * HOUR - MINUTE, NINE + 3 * HOUR, True),
    ],
)
@pytest.mark.parametrize("trait", ["assigned", "accepted"])
def test_an_absence_over_a_booking_returns_it_to_those_without_engineer(
    engineer, dispatcher, trait, starts, ends, is_freed
):
    task = TaskFactory(**{trait: True}, assignee=engineer)

    absent(engineer, starts, ends, dispatcher)

    task.refresh_from_db()
    assert (task.status == Status.PLANNED) == is_freed
    assert (task.assignee is None) == is_freed
    assert task.planned_start == NINE


@pytest.mark.parametrize("trait", ["travelling", "on_site", "working", "done"])
def test_what_has_begun_is_left_alone(engineer, dispatcher, trait):
    task = TaskFactory(**{trait: True}, assignee=engineer)

    absent(engineer, NINE, NINE + HOUR, dispatcher)

    assert Task.objects.get(pk=task.pk).assignee == engineer


def test_the_desk_and_the_engineer_are_told(visit, engineer, dispatcher, people):
    absent(engineer, NINE, NINE + HOUR, people.department_head)

    assert "dispatch.freed_by_absence" in told(dispatcher)
    assert "dispatch.freed_by_absence" in told(engineer)


def test_the_agreed_time_stays_agreed_and_another_one_goes(visit, engineer, dispatcher, people):
    actions.lock_appointment(visit, what=Lock.BOTH, by=dispatcher, at=NINE - HOUR)

    absent(engineer, NINE, NINE + HOUR, dispatcher)

    assert Task.objects.get(pk=visit.pk).locked == Lock.TIME


def test_somebody_elses_tasks_stay(engineer, people, dispatcher):
    task = TaskFactory(assigned=True, assignee=people.partner_engineer)

    absent(engineer, NINE, NINE + HOUR, dispatcher)

    assert Task.objects.get(pk=task.pk).status == Status.ASSIGNED


def test_when_a_task_cannot_be_freed_nobody_is_absent(engineer, dispatcher, monkeypatch):
    TaskFactory(assigned=True, assignee=engineer)

    def no(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("dispatch.actions.planning.tell", no)
    with pytest.raises(RuntimeError):
        absent(engineer, NINE, NINE + HOUR, dispatcher)

    assert not Absence.objects.exists()
    assert Task.objects.get().status == Status.ASSIGNED
