"""Who goes along: seen, told, counted as busy, with hours of the own; one answers for the work."""

from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions, dayplan, feed, queries
from dispatch.choices import Status, TimeKind
from dispatch.models import DayPlan, Task, TimeEntry
from dispatch.notices.visits import engineer_and_predecessor, who_goes_along
from employees.choices import Role
from orders.choices import Status as OrderStatus
from orders.models import Order, OrderLine
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.dispatch.test_syncing import Tablet
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import AbsenceFactory, CostRateFactory, EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def helper(people):
    """Of another outlet, without the skill."""
    person = EmployeeFactory(role=Role.FIELD_ENGINEER, employee_no="E900", name="帮手")
    CostRateFactory(employee=person, per_hour=Decimal("60.00"))
    return person


@pytest.fixture
def task(engineer):
    return TaskFactory(assigned=True, assignee=engineer, number="TK-1")


@pytest.fixture
def crewed(task, helper, dispatcher):
    return actions.add_to_crew(task, engineer=helper, by=dispatcher, at=NINE - HOUR)


def test_who_goes_along_is_told_and_sees_the_task_everywhere(crewed, helper, client):
    client.force_login(helper)
    with time_machine.travel(NINE - HOUR, tick=False):
        shown = queries.days_ahead(helper, at=NINE)
        page = client.get(reverse("dispatch:job", args=["TK-1"]))
        day = client.get(reverse("dispatch:my_day"))
        packed = client.get(reverse("dispatch:package")).json()["tasks"]
        desk = client.get(crewed.get_absolute_url())

    told = Activity.objects.get(verb="dispatch.crew_added")
    assert [person.pk for person in who_goes_along(crewed, told)] == [helper.pk]
    assert [each.number for each in shown[0].tasks] == ["TK-1"]
    assert (page.status_code, desk.status_code) == (200, 200)
    assert f"with {crewed.assignee}".encode() in day.content
    assert b'data-verb="accept"' not in page.content
    assert packed[0]["pages"] == [reverse("dispatch:job", args=["TK-1"])]
    entry = queries.feed_entries(helper, at=NINE)[0]
    assert isinstance(entry, feed.Entry)
    assert helper.name in entry.description


def test_who_goes_along_neither_accepts_nor_signs(crewed, helper):
    with pytest.raises(DomainError, match="not yours"):
        actions.accept(crewed, by=helper, at=NINE - HOUR)


@pytest.mark.parametrize(("starts", "is_free"), [(1, False), (2, True), (-2, True), (-1, False)])
def test_a_crewed_time_is_busy_for_the_crew(crewed, helper, dispatcher, starts, is_free):
    other = TaskFactory(number="TK-2")
    start = NINE + starts * HOUR

    found = queries.conflicts(other, helper, start, start + 2 * HOUR)

    assert [(each["engineer"], each["number"]) for each in found] == (
        [] if is_free else [("帮手", "TK-1")]
    )


def test_moving_a_task_names_the_one_of_the_crew_who_cannot(crewed, helper, engineer, dispatcher):
    TaskFactory(
        assigned=True,
        assignee=helper,
        number="TK-2",
        planned_start=NINE + 4 * HOUR,
        planned_end=NINE + 6 * HOUR,
    )

    def move(start, reason=""):
        return actions.assign(
            crewed,
            engineer=engineer,
            planned_start=start,
            planned_end=start + 2 * HOUR,
            conflict_reason=reason,
            by=dispatcher,
            at=NINE - HOUR,
        )

    with pytest.raises(DomainError, match="帮手 has TK-2"):
        move(NINE + 3 * HOUR)
    moved = move(NINE + 2 * HOUR)

    told = Activity.objects.filter(verb="dispatch.assigned").first()
    assert moved.status == Status.ASSIGNED
    assert helper.pk in {person.pk for person in engineer_and_predecessor(moved, told)}


@pytest.mark.parametrize(
    ("who", "words"), [("engineer", "on it already"), ("sales", "does not carry out")]
)
def test_only_who_can_goes_along(task, people, engineer, dispatcher, who, words):
    person = engineer if who == "engineer" else people.sales

    with pytest.raises(DomainError, match=words):
        actions.add_to_crew(task, engineer=person, by=dispatcher, at=NINE - HOUR)


def test_somebody_answers_for_it_first(helper, dispatcher):
    with pytest.raises(DomainError, match="who answers"):
        actions.add_to_crew(TaskFactory(), engineer=helper, by=dispatcher, at=NINE)


def test_one_who_is_busy_goes_along_only_with_a_reason(task, helper, dispatcher):
    TaskFactory(assigned=True, assignee=helper, number="TK-2")

    with pytest.raises(DomainError, match="TK-2"):
        actions.add_to_crew(task, engineer=helper, by=dispatcher, at=NINE - HOUR)
    crewed = actions.add_to_crew(
        task, engineer=helper, conflict_reason="两人一起去", by=dispatcher, at=NINE - HOUR
    )

    assert crewed.conflict_reason == "两人一起去"
    assert Activity.objects.get(verb="dispatch.crew_added_against_advice").details["reason"]


def test_who_answers_for_it_is_not_of_the_crew(crewed, helper, dispatcher):
    given = actions.assign(
        crewed,
        engineer=helper,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        by=dispatcher,
        at=NINE - HOUR,
    )

    assert given.people == [helper.pk]


def test_one_who_is_absent_does_not_go_along(crewed, helper, dispatcher):
    absence = AbsenceFactory(employee=helper, starts_at=NINE, ends_at=NINE + HOUR)

    actions.free_for_absence(absence, by=dispatcher, at=NINE - HOUR)

    crewed.refresh_from_db()
    assert (crewed.status, crewed.people) == (Status.ASSIGNED, [crewed.assignee_id])


def test_suggestion_and_plan_of_the_day_count_the_crew_as_busy(crewed, helper, people):
    booked, loads = queries.suggesting.booked_of([helper], wish_around(NINE), but=None)
    plan = DayPlan(on=NINE.date(), asked_by=people.department_head, moves_assigned=True)

    facts = queries.day_facts(plan, at=NINE - HOUR)

    assert [each.number for each in booked[helper.pk]] == ["TK-1"]
    assert loads[helper.pk] == (2.0, 2.0)
    mine = next(each for each in facts.day.engineers if each.id == helper.pk)
    assert [(stay.starts, stay.ends) for stay in mine.stays] == [(9 * 60, 11 * 60)]
    assert facts.kept == [crewed]
    assert isinstance(facts.day, dayplan.Day)


def wish_around(start):
    return queries.suggesting.suggestion.Wish(
        starts=start, length=HOUR, until=start + HOUR, on=start.date(), place=None, skill="",
        due_at=None, departs=start,
    )  # fmt: skip


def test_the_board_has_a_bar_for_each_and_only_the_first_is_dragged(crewed, helper, logged_in):
    with time_machine.travel(NINE - HOUR, tick=False):
        answer = logged_in("department_head").get(
            reverse("dispatch:board_feed", query={"on": "2026-03-03"})
        )

    bars = [(each["id"], each["who"], each["movable"]) for each in answer.json()["tasks"]]
    assert bars == [
        ("TK-1", crewed.assignee.employee_no, True),
        (f"TK-1+{helper.pk}", "E900", False),
    ]


def test_each_books_the_own_time_and_it_is_priced_and_costed(
    working, sign_off, engineer, dispatcher, helper, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)
    own = {"kind": TimeKind.LABOUR, "starts_at": NINE, "by": helper}
    actions.book_own_time(working, hours=Decimal("1.50"), at=NINE + 2 * HOUR, **own)
    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 2 * HOUR)
    actions.book_own_time(working, hours=Decimal("0.50"), at=NINE + 3 * HOUR, **own)

    entries = TimeEntry.objects.filter(employee=helper)
    assert [entry.hours for entry in entries] == [Decimal("1.50"), Decimal("0.50")]
    lines = OrderLine.objects.filter(engineer=helper)
    assert sum(line.cost for line in lines) == Decimal("120.00")  # 2 h at 60
    assert all(entry.order_line for entry in entries)


@pytest.mark.parametrize(
    ("hours", "at", "words"),
    [
        ("0", 2, "More than 0"),
        ("24.25", 30, "at most 24"),
        ("1.25", 1, "not over yet"),
    ],
)
def test_hours_that_cannot_have_been_are_refused(
    working, helper, dispatcher, hours, at, words, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)

    with pytest.raises(DomainError, match=words):
        actions.book_own_time(
            working, kind="labour", starts_at=NINE, hours=Decimal(hours), by=helper,
            at=NINE + at * HOUR,
        )  # fmt: skip


def test_nobody_books_before_the_work_began_or_on_what_is_not_theirs(crewed, helper, people):
    hours = {"kind": "labour", "starts_at": NINE, "hours": Decimal(1), "at": NINE + 2 * HOUR}

    with pytest.raises(DomainError, match="once the work has begun"):
        actions.book_own_time(crewed, by=helper, **hours)
    with pytest.raises(DomainError, match="only who goes along"):
        actions.book_own_time(crewed, by=crewed.assignee, **hours)


def test_the_own_time_comes_from_the_tablet_without_a_network(
    working, helper, dispatcher, client, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)
    typed = {"kind": "labour", "starts_at": "2026-03-03T09:00", "hours": "1.50"}

    answer = Tablet(client, helper).do("book_own_time", working, fields=typed)

    assert answer["status"] == 200
    assert TimeEntry.objects.get(employee=helper).hours == Decimal("1.50")


def test_own_time_is_taken_back_with_its_lines_by_whom_it_is(
    working, sign_off, engineer, dispatcher, helper, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)
    own = {"kind": TimeKind.LABOUR, "starts_at": NINE, "by": helper, "at": NINE + 2 * HOUR}
    actions.book_own_time(working, hours=Decimal("1.50"), **own)
    actions.book_own_time(working, hours=Decimal("0.50"), **own)
    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 2 * HOUR)
    first, kept = TimeEntry.objects.filter(employee=helper)
    signed = TimeEntry.objects.filter(employee=engineer).first()

    for entry, who in ((first, engineer), (signed, engineer), (signed, helper)):
        with pytest.raises(DomainError, match="Only one's own time"):
            actions.take_back_own_time(working, entry=entry, by=who, at=NINE + 3 * HOUR)
    actions.take_back_own_time(working, entry=first, by=helper, at=NINE + 3 * HOUR)

    assert list(TimeEntry.objects.filter(employee=helper)) == [kept]
    assert sum(line.cost for line in OrderLine.objects.filter(engineer=helper)) == Decimal("30.00")


def test_what_the_order_was_approved_with_is_not_taken_back(
    working, sign_off, engineer, dispatcher, helper, people, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)
    own = {"kind": TimeKind.LABOUR, "starts_at": NINE, "hours": Decimal(1), "by": helper}
    actions.book_own_time(working, **own, at=NINE + 2 * HOUR)
    entry = TimeEntry.objects.get(employee=helper)
    Order.objects.update(status=OrderStatus.APPROVED, approved_at=NINE)

    with pytest.raises(DomainError):
        actions.take_back_own_time(working, entry=entry, by=helper, at=NINE + 3 * HOUR)

    assert TimeEntry.objects.filter(pk=entry.pk).exists()


def test_own_time_is_taken_back_from_the_tablet_once(
    working, helper, dispatcher, client, price_plan
):
    actions.add_to_crew(working, engineer=helper, by=dispatcher, at=NINE)
    tablet = Tablet(client, helper)
    typed = {"kind": "labour", "starts_at": "2026-03-03T09:00", "hours": "1.50"}
    tablet.do("book_own_time", working, fields=typed)
    entry = {"entry": str(TimeEntry.objects.get(employee=helper).pk)}

    answers = [tablet.do("take_back_own_time", working, fields=entry) for _ in range(2)]

    assert [each["status"] for each in answers] == [200, 200]
    assert not TimeEntry.objects.exists()


def test_the_task_page_and_the_board_change_the_crew(task, helper, logged_in, people):
    client = logged_in("department_head")
    with time_machine.travel(NINE - HOUR, tick=False):
        added = client.post(reverse("dispatch:board_crew", args=["TK-1"]), {"engineer": "E900"})
        gone = client.post(reverse("dispatch:remove_from_crew", args=["TK-1", "E900"]))
        again = client.post(reverse("dispatch:add_to_crew", args=["TK-1"]), {"engineer": "E900"})
        TaskFactory(assigned=True, assignee=people.field_engineer, number="TK-3",
                    planned_start=NINE + MINUTE, planned_end=NINE + HOUR)  # fmt: skip
        busy = client.post(reverse("dispatch:board_crew", args=["TK-3"]), {"engineer": "E900"})

    assert (added.status_code, gone.status_code, again.status_code) == (200, 302, 302)
    assert Task.objects.get(number="TK-1").crew.get() == helper
    assert (busy.status_code, len(busy.json()["against"])) == (422, 1)
