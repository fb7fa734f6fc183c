"""One task after another."""

from itertools import pairwise

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions, queries
from dispatch.choices import Status
from dispatch.models import SyncedAction, Task
from dispatch.notices.visits import who_plans
from tests.dispatch.conftest import HOUR, NINE
from tests.dispatch.test_syncing import Tablet
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(engineer):
    return TaskFactory(assigned=True, assignee=engineer, number="TK-A", title="拆泵")


@pytest.fixture
def second(first, engineer, dispatcher):
    task = TaskFactory(
        on_site=True,
        assignee=engineer,
        number="TK-B",
        created_by=dispatcher,
        planned_start=NINE + 3 * HOUR,
        planned_end=NINE + 4 * HOUR,
    )
    task.after.add(first)
    return task


@pytest.mark.parametrize(
    ("status", "may_begin"),
    [
        (Status.ASSIGNED, False),
        (Status.WORKING, False),
        (Status.NOT_SOLVED, False),
        (Status.DONE, True),
        (Status.CANCELLED, True),
    ],
)
def test_it_does_not_begin_before_what_comes_before_is_done(
    first, second, engineer, status, may_begin
):
    Task.objects.filter(pk=first.pk).update(status=status, finished_at=NINE)

    if may_begin:
        assert actions.start(second, by=engineer, at=NINE + HOUR).status == Status.WORKING
    else:
        with pytest.raises(DomainError, match="comes after TK-A “拆泵”"):
            actions.start(second, by=engineer, at=NINE + HOUR)


def test_the_tablet_hears_the_same_later(first, second, engineer, client):
    answer = Tablet(client, engineer).do("start", second)

    assert answer["status"] == 409
    assert "comes after TK-A" in answer["words"][0]
    assert SyncedAction.objects.get().outcome == "refused"


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_ring_is_refused(length, dispatcher):
    ring = [TaskFactory() for _ in range(length)]
    for before, after in pairwise(ring):
        actions.put_after(after, other=before, by=dispatcher, at=NINE)

    with pytest.raises(DomainError, match="wait for each other"):
        actions.put_after(ring[0], other=ring[-1], by=dispatcher, at=NINE)


@pytest.mark.parametrize(("hours", "is_warned"), [(1, True), (2, False)])
def test_the_board_warns_of_what_is_planned_before_it_can_be(
    first, second, engineer, hours, is_warned
):
    start = NINE + hours * HOUR

    found = [each["say"] for each in queries.warnings(second, engineer, start, start + HOUR)]

    assert ("dispatch.comes_after" in found) == is_warned


def test_what_comes_before_is_cancelled_and_the_dispatcher_decides(
    first, second, dispatcher, logged_in
):
    Task.objects.filter(pk=second.pk).update(status=Status.ASSIGNED)
    actions.cancel(first, reason="客户不要了", by=dispatcher, at=NINE)

    told = Activity.objects.get(verb="dispatch.cancelled_before")
    page = logged_in("department_head").get(second.get_absolute_url())
    assert (told.subject_id, list(who_plans(second, told))) == (second.pk, [dispatcher])
    assert "TK-A, after which this comes, is cancelled" in page.content.decode()


def test_what_was_not_solved_hands_its_turn_to_what_does_the_rest(
    working, sign_off, engineer, dispatcher, price_plan
):
    waits = TaskFactory()
    actions.put_after(waits, other=working, by=dispatcher, at=NINE)

    actions.not_solved(
        working, sign_off=sign_off_with(sign_off, remaining="换泵"), by=engineer, at=NINE + HOUR
    )

    assert waits.after.get().follow_up_of == working


def sign_off_with(sign_off, **changes):
    return sign_off.__class__(**{**sign_off.__dict__, **changes})


def test_the_pages_of_both_show_it_and_let_it_go(first, second, logged_in):
    client = logged_in("department_head")
    shown = [client.get(each.get_absolute_url()).content.decode() for each in (first, second)]
    Task.objects.filter(pk=second.pk).update(status=Status.ASSIGNED)
    freed = client.post(reverse("dispatch:free_of", args=["TK-B", "TK-A"]))
    put = client.post(reverse("dispatch:put_after", args=["TK-B"]), {"other": first.pk})

    assert ["TK-B" in shown[0], "TK-A" in shown[1]] == [True, True]
    assert (freed.status_code, put.status_code) == (302, 302)
    assert second.after.get() == first
