"""Open clocks and a changed calendar or default promise: nothing follows by itself, all is shown
before, and what follows says so.
"""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from contracts.actions import set_default
from contracts.models import DefaultPromise
from contracts.queries import level_of
from crmservice.activity.models import Activity
from employees import actions as employees
from employees import queries as employees_queries
from employees.models import CalendarEdition, WorkingCalendar
from service_requests import actions, queries
from service_requests.actions import recalculating
from service_requests.models import Recalculation
from tests.factories.employees import WorkingCalendarFactory
from tests.factories.service_requests import HOUR, OPENED_AT, RecalculationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(OPENED_AT + HOUR, tick=False):
        yield


TUESDAY = date(2026, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture
def head(people):
    return people.department_head


def close_tuesday(by):
    return employees.set_day(
        WorkingCalendar.objects.get(), date=TUESDAY, kind="closure", spans=[], by=by, at=OPENED_AT
    )


def due(service_request, target="resolve"):
    return service_request.sla_timers.get(target=target).due_at


def test_a_changed_calendar_holds_for_new_requests_only(world, head):
    before = world.log()
    promised = due(before)

    close_tuesday(head)
    actions.put_on_hold(before, reason=world.waiting, by=head, at=OPENED_AT + HOUR)
    actions.resume(before, by=head, at=OPENED_AT + 3 * HOUR)

    assert due(before) == promised + 2 * HOUR
    assert due(world.log()) == promised + DAY
    assert CalendarEdition.objects.get().version == 1


def test_open_clocks_follow_when_they_are_told_to(world, head):
    request, old = world.log(), world.log()
    promised = due(request)
    late = world.log()
    actions.resolve(old, resolution="换轴承", by=head, at=OPENED_AT + HOUR)
    late.sla_timers.filter(target="resolve").update(
        breached_at=OPENED_AT, due_at=OPENED_AT, warns_at=None
    )
    calendar = close_tuesday(head)

    done = actions.recalculate(calendar=calendar, by=head, at=OPENED_AT + HOUR)

    request.refresh_from_db()
    assert due(request) == promised + DAY
    assert due(late) == OPENED_AT
    assert (done.looked_at, done.changed, done.finished_at) == (2, 2, OPENED_AT + HOUR)
    told = Activity.objects.get(verb="service_requests.recalculated", subject_id=request.pk)
    assert told.by == head
    with translation.override("en"):
        assert told.sentence.text == (
            "recalculated the clocks, since 5x8 was changed."
            " Restore: 3 Mar 2026 10:00 → 4 Mar 2026 10:00."
            " Resolution: 5 Mar 2026 10:00 → 6 Mar 2026 10:00."
        )
    assert request.next_due_at == min(
        timer.due_at for timer in request.sla_timers.undecided() if timer.due_at
    )
    assert queries.shifts_behind([calendar], at=OPENED_AT).total == 0


def test_holds_are_kept_and_an_open_one_goes_on_holding(world, head):
    held, resumed = world.log(), world.log()
    for request in (held, resumed):
        actions.put_on_hold(request, reason=world.waiting, by=head, at=OPENED_AT + HOUR)
    actions.resume(resumed, by=head, at=OPENED_AT + 2 * HOUR)
    promised = due(resumed)
    left = held.sla_timers.get(target="resolve").remaining

    actions.recalculate(calendar=close_tuesday(head), by=head, at=OPENED_AT + 3 * HOUR)

    assert due(resumed) == promised + DAY
    assert due(held) is None
    assert held.sla_timers.get(target="resolve").remaining == left


def test_what_was_killed_goes_on_and_does_nothing_twice(world, head, monkeypatch):
    monkeypatch.setattr(recalculating, "CHUNK", 2)
    requests = [world.log() for _ in range(5)]
    promised = due(requests[0])

    begun = actions.recalculate(calendar=close_tuesday(head), by=head, at=OPENED_AT + HOUR)

    assert (begun.looked_at, begun.total, begun.finished_at) == (2, 5, None)
    again = actions.recalculate(calendar=begun.calendar, by=head, at=OPENED_AT + HOUR)
    assert again.pk == begun.pk
    for _ in range(2):
        actions.carry_on(at=OPENED_AT + 2 * HOUR)
    begun.refresh_from_db()
    assert (begun.looked_at, begun.changed) == (5, 5)
    assert {due(request) for request in requests} == {promised + DAY}
    assert Activity.objects.filter(verb="service_requests.recalculated").count() == 5


def test_the_children_of_a_calendar_follow_it(world, head):
    WorkingCalendar.objects.update(parent=WorkingCalendarFactory(code="CN", name="中国"))
    request = world.log()
    promised = due(request)
    parent = WorkingCalendar.objects.get(code="CN")

    parent = employees.set_day(
        parent, date=TUESDAY, kind="holiday", spans=[], name="厂庆", by=head, at=OPENED_AT
    )
    actions.recalculate(calendar=parent, by=head, at=OPENED_AT + HOUR)

    assert due(request) == promised + DAY


def test_shifts_are_counted_before_anything_is_saved(world, head):
    one, two = world.log(), world.log()
    calendar = WorkingCalendar.objects.get()
    longer = {day: ["09:00-21:00"] for day in ("mon", "tue", "wed", "thu", "fri")}

    proposed = employees_queries.proposed(calendar, {"weekly": longer}, [])
    found = queries.calendar_shifts(proposed, at=OPENED_AT + DAY)

    # Restore comes from Tuesday 10:00 to Monday 18:00, resolve from Thursday to Wednesday 10:00.
    assert (found.total, found.looked_at, found.earlier, found.later) == (4, 4, 4, 0)
    assert {shift.timer.service_request_id for shift in found.extremes} == {one.pk, two.pk}
    assert found.overdue_at_once == 2
    assert queries.calendar_shifts(proposed, at=OPENED_AT).overdue_at_once == 0
    assert WorkingCalendar.objects.get().version == 1


def test_a_default_promise_holds_for_new_requests_until_open_ones_are_told(world, head):
    request = world.log()
    promised = due(request)
    promise = DefaultPromise.objects.get(cover=request.cover, tier=request.tier)
    values = {"resolve_minutes": 960, "restore_minutes": None}

    promise = set_default(promise, values, by=head, at=OPENED_AT)
    level = level_of(promise)
    found = queries.promise_shifts(promise, level, at=OPENED_AT)

    assert due(request) == promised
    assert (found.total, found.earlier, found.other) == (1, 1, 1)
    done = actions.recalculate(promise=promise, by=head, at=OPENED_AT + HOUR)
    request.refresh_from_db()
    assert due(request) == promised - DAY
    assert not request.sla_timers.filter(target="restore").exists()
    assert request.entitlement["promises"]["resolve_minutes"] == 960
    assert done.changed == 1
    assert not queries.promise_shifts(promise, level, at=OPENED_AT).shifts


def test_a_cancelled_clock_gives_way_to_the_one_that_is_promised_now(world, head):
    request = world.log()
    request.sla_timers.filter(target="resolve").update(
        cancelled=True, stopped_at=OPENED_AT, warns_at=None
    )
    promise = DefaultPromise.objects.get(cover=request.cover, tier=request.tier)
    promise = set_default(promise, {"resolve_minutes": 960}, by=head, at=OPENED_AT)

    actions.recalculate(promise=promise, by=head, at=OPENED_AT + HOUR)

    assert request.sla_timers.get(target="resolve").minutes == 960


def test_the_page_of_a_calendar_offers_to_recalculate_and_does_so(world, head, logged_in):
    request = world.log()
    promised = due(request)
    client = logged_in("department_head")
    calendar = close_tuesday(head)
    page = client.get(calendar.get_absolute_url())

    (panel,) = page.context["panels"]
    assert not panel.context["is_preview"]
    assert request.number in page.content.decode()
    answer = client.post(panel.context["url"], follow=True)

    assert answer.redirect_chain[0][0] == Recalculation.objects.get().get_absolute_url()
    assert due(request) == promised + DAY
    assert not client.get(calendar.get_absolute_url()).context["panels"]


def test_the_form_of_a_week_shows_what_it_would_change_and_saves_nothing(world, logged_in):
    request = world.log()
    promised = due(request)
    calendar = WorkingCalendar.objects.get()
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-13:00")
    values = {"name": "5×8", "time_zone": "Asia/Shanghai", **week, "version": 1}
    edit = reverse("employees:edit_calendar", args=[calendar.code])
    client = logged_in("department_head")

    page = client.post(edit, {**values, "preview": "yes"})

    (panel,) = page.context["panels"]
    assert panel.context["is_preview"]
    assert request.number in page.content.decode()
    assert WorkingCalendar.objects.get().version == 1
    assert client.post(edit, values).status_code == 302
    assert due(request) == promised
    assert WorkingCalendar.objects.get().version == 2


def test_the_form_of_a_default_promise_shows_what_it_would_change(world, logged_in):
    request = world.log()
    promise = DefaultPromise.objects.get(cover=request.cover, tier=request.tier)
    edit = reverse("contracts:edit_default", args=[promise.pk])
    values = {"line": "4 h response · 8 h resolve · 5x8", "version": 1}
    client = logged_in("department_head")

    page = client.post(edit, {**values, "preview": "yes"})

    assert page.status_code == 200
    assert request.number in page.content.decode()
    assert DefaultPromise.objects.get(pk=promise.pk).resolve_minutes == 1440
    assert client.post(edit, values).status_code == 302
    meanwhile = {"line": "1 h response · 5x8", "version": 1}
    assert client.post(edit, meanwhile).status_code == 422
    page = client.get(edit)
    (panel,) = page.context["panels"]
    client.post(panel.context["url"])
    assert due(request) == OPENED_AT + DAY


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_costs_the_same_for_one_clock_and_three(
    world, head, count, django_assert_max_num_queries
):
    for _ in range(count):
        world.log()
    calendar = close_tuesday(head)

    with django_assert_max_num_queries(9):
        queries.shifts_behind([calendar], at=OPENED_AT)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_recalculation_says_how_far_it_is(logged_in, language):
    client = logged_in("administrator")
    client.cookies["django_language"] = language
    under_way = RecalculationFactory(total=8, looked_at=2)
    done = RecalculationFactory(total=8, looked_at=8, finished_at=OPENED_AT)

    assert client.get(under_way.get_absolute_url()).context["text"] == "2 / 8"
    assert client.get(done.get_absolute_url()).context["is_finished"]
