"""What should be known of a plan and stops nobody: hours, ways, promises; on both sides."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dispatch import actions, queries
from dispatch.choices import Status
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import CalendarDayFactory, WorkingCalendarFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said(task, engineer, starts=NINE, ends=NINE + HOUR):
    return [
        each["say"].partition(".")[2] for each in queries.warnings(task, engineer, starts, ends)
    ]


@pytest.fixture
def nine_to_five(engineer):
    engineer.outlet.calendar = WorkingCalendarFactory()
    engineer.outlet.save()


@pytest.mark.parametrize(
    ("starts", "ends", "is_off"),
    [
        (NINE, NINE + 8 * HOUR, False),
        (NINE - MINUTE, NINE + HOUR, True),
        (NINE + 7 * HOUR, NINE + 8 * HOUR + MINUTE, True),
        (NINE, NINE + DAY + HOUR, False),
        (NINE + 4 * DAY, NINE + 4 * DAY + HOUR, True),
    ],
)
def test_outside_the_service_hours_of_the_engineers_outlet(
    nine_to_five, engineer, starts, ends, is_off
):
    assert said(TaskFactory(), engineer, starts, ends) == ["is_off_hours"] * is_off


def test_without_a_calendar_one_is_always_at_work(engineer):
    assert said(TaskFactory(), engineer, NINE - 8 * HOUR, NINE - 7 * HOUR) == []


def test_a_holiday_is_outside_the_hours_and_a_lunch_break_is_not(engineer):
    week = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = WorkingCalendarFactory(code="lunch", weekly=week)
    engineer.outlet.calendar = calendar
    engineer.outlet.save()
    CalendarDayFactory(calendar=calendar, date="2026-03-04")

    assert said(TaskFactory(), engineer, NINE, NINE + 8 * HOUR) == []
    assert said(TaskFactory(), engineer, NINE + DAY, NINE + DAY + HOUR) == ["is_off_hours"]


def at_the_far_end(**fields):
    """Half a degree north, 72 km by road: 87 minutes."""
    return TaskFactory(
        customer__latitude=Decimal("42.30000"), customer__longitude=Decimal("123.40000"), **fields
    )


@pytest.mark.parametrize(
    ("minutes", "is_short"), [pytest.param(87, False, id="just"), pytest.param(86, True, id="not")]
)
@pytest.mark.parametrize("is_before", [True, False])
def test_the_way_from_the_task_before_and_to_the_one_after(engineer, is_before, minutes, is_short):
    here = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.40000"))
    gap = minutes * MINUTE
    starts = NINE - gap - HOUR if is_before else NINE + HOUR + gap
    at_the_far_end(
        assigned=True, assignee=engineer, planned_start=starts, planned_end=starts + HOUR
    )

    assert said(TaskFactory(customer=here), engineer) == ["way_is_short"] * is_short


def test_a_way_over_night_and_one_that_nobody_knows_are_not_reckoned(engineer):
    here = CustomerFactory(latitude=Decimal("41.80000"), longitude=Decimal("123.40000"))
    TaskFactory(assigned=True, assignee=engineer, planned_start=NINE - HOUR, planned_end=NINE)
    at_the_far_end(
        status=Status.CANCELLED,
        assignee=engineer,
        planned_start=NINE + HOUR,
        planned_end=NINE + 2 * HOUR,
    )

    assert said(TaskFactory(customer=here), engineer) == []


@pytest.mark.parametrize(("later", "is_missed"), [(0, False), (1, True)])
def test_the_promised_arrival(fault, engineer, dispatcher, later, is_missed):
    """Logged at 08:00 with two hours to arrive: ten o'clock."""
    task = actions.plan(title="更换轴封", service_request=fault, by=dispatcher, at=NINE - HOUR)
    starts = NINE + HOUR + later * MINUTE

    assert said(task, engineer, starts, starts + HOUR) == ["misses_promise"] * is_missed


def test_a_warning_stops_nobody(nine_to_five, engineer, dispatcher):
    task = actions.assign(
        TaskFactory(),
        engineer=engineer,
        planned_start=NINE - 2 * HOUR,
        planned_end=NINE - HOUR,
        by=dispatcher,
        at=NINE - 3 * HOUR,
    )

    assert (task.status, task.conflict_reason) == (Status.ASSIGNED, "")
