"""The next visit: asked for on the spot, planned by the desk, printed as it was agreed."""

from dataclasses import replace
from datetime import date, time

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from dispatch import actions, papers
from dispatch.actions import VisitWish
from dispatch.choices import Status
from dispatch.models import SyncedAction, Task
from tests.dispatch.conftest import HOUR, NINE
from tests.dispatch.test_syncing import NOON, Tablet

TENTH = date(2026, 3, 10)
WISH = VisitWish(what="装新油泵", on=TENTH, starts=time(9), ends=time(11))


def ask(task, by, wish=WISH, at=NOON):
    return actions.ask_for_next_visit(task, wish=wish, by=by, at=at)


def test_it_is_a_task_for_the_desk_with_the_wished_hours(working, engineer):
    follow_up = ask(working, engineer)

    assert (follow_up.status, follow_up.assignee) == (Status.PLANNED, None)
    assert follow_up.instructions == "装新油泵"
    assert follow_up.service_request == working.service_request
    assert follow_up.follow_up_of == working
    assert f"{follow_up.planned_start:%d %H:%M %z}" == "10 09:00 +0800"
    assert f"{follow_up.planned_end:%d %H:%M %z}" == "10 11:00 +0800"
    assert (follow_up.window_from, follow_up.window_until) == (TENTH, TENTH)


def test_a_day_without_hours_and_no_day_at_all_are_wishes_too(working, dispatcher, engineer):
    only_day = ask(working, engineer, VisitWish(what="装新油泵", on=TENTH))
    assert (only_day.planned_start, only_day.window_from) == (None, TENTH)
    actions.cancel(only_day, reason="?", by=dispatcher, at=NOON)

    no_day = ask(working, engineer, VisitWish(what="装新油泵"))

    assert (no_day.planned_start, no_day.window_from) == (None, None)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(WISH, what=" "), "what"),
        (replace(WISH, on=date(2026, 3, 2)), "on"),
        (replace(WISH, on=None), "on"),
        (replace(WISH, ends=None), "ends"),
        (replace(WISH, starts=None), "starts"),
        (replace(WISH, ends=time(9)), "ends"),
    ],
)
def test_what_is_no_wish_is_refused(working, engineer, wish, field):
    with pytest.raises(DomainError) as no:
        ask(working, engineer, wish)

    assert no.value.field == field
    assert not working.follow_ups.exists()


def test_today_is_not_over(working, engineer):
    assert ask(working, engineer, VisitWish(what="?", on=date(2026, 3, 3))).pk


def test_one_waits_at_a_time(working, engineer):
    follow_up = ask(working, engineer)

    with pytest.raises(DomainError, match=f"asked for already: {follow_up.number}"):
        ask(working, engineer)


def test_only_on_the_spot_and_only_the_own(visit, engineer, people):
    with pytest.raises(DomainError, match="on the spot"):
        ask(visit, engineer)
    with pytest.raises(DomainError, match="is not yours any more"):
        ask(visit, people.senior_engineer)


def test_whoever_planned_the_task_hears_of_it(working, engineer, dispatcher):
    follow_up = ask(working, engineer)

    activity = Activity.objects.get(verb="dispatch.next_visit")
    words = f"needs a next visit on 10 Mar 2026 09:00 – 11:00: 装新油泵 ({follow_up.number})"
    assert str(activity.sentence.text) == words
    tell_pending(at=NOON)
    assert Notification.objects.filter(activity=activity, recipient=dispatcher).exists()


def test_what_is_not_solved_then_is_left_to_the_same_visit(working, engineer, sign_off, price_plan):
    follow_up = ask(working, engineer)
    unsolved = replace(sign_off, remaining="等待油泵")

    actions.not_solved(working, sign_off=unsolved, by=engineer, at=NINE + 4 * HOUR)

    assert Task.objects.get(follow_up_of=working).instructions == "装新油泵\n等待油泵"
    assert follow_up.pk == working.follow_ups.get().pk


def test_it_stands_on_the_acceptance_form_as_it_was_agreed(
    working, engineer, dispatcher, sign_off, price_plan
):
    follow_up = ask(working, engineer)
    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 4 * HOUR)
    actions.cancel(follow_up, reason="?", by=dispatcher, at=NINE + 5 * HOUR)

    task = Task.objects.get(pk=working.pk)

    texts = {each["label"]: each["text"] for each in papers.texts(task, task.work_report)}
    assert texts["Next visit"] == "10 Mar 2026 09:00 – 11:00\n装新油泵"


def test_the_page_shows_what_was_asked_for(client, working, engineer):
    client.force_login(engineer)
    url = reverse("dispatch:ask_for_next_visit", args=[working.number])
    told = {"once": "k1", "what": "装新油泵"}

    assert client.post(url, {**told, "what": ""}).status_code == 422
    assert client.post(url, told).status_code == 302
    assert client.post(url, told).status_code == 302

    assert working.follow_ups.count() == 1
    page = client.get(reverse("dispatch:job", args=[working.number])).content.decode()
    assert "the desk agrees a day" in page
    assert "A next visit is needed" not in page
    end = client.get(reverse("dispatch:complete", args=[working.number]))
    assert end.context["form"].initial["resolves"] is False


def test_it_is_told_from_the_log_once(client, engineer, working):
    tablet = Tablet(client, engineer)
    fields = {"what": "装新油泵", "on": "2026-03-10", "starts": "09:00", "ends": "11:00"}
    action = tablet.action("ask_for_next_visit", working, NINE + HOUR, fields=fields)

    answers = [*tablet.tell(action), *tablet.tell(action)]

    assert [answer["outcome"] for answer in answers] == ["done", "done"]
    assert working.follow_ups.count() == 1
    assert Activity.objects.get(verb="dispatch.next_visit").at == NINE + HOUR


def test_a_no_is_kept_in_the_log(client, engineer, working):
    tablet = Tablet(client, engineer)
    fields = {"what": "装新油泵", "on": "2026-03-01"}

    answer = tablet.do("ask_for_next_visit", working, fields=fields)

    assert (answer["outcome"], answer["errors"]) == ("refused", {"on": ["This day is over."]})
    assert SyncedAction.objects.unapplied().count() == 1
