"""Meters run forward; plans fall due once a turn, on both sides of each edge."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from assets import actions
from assets.actions.planning import Needed
from assets.choices import ItemKind, Meter, OccurrenceStatus, Why
from assets.models import Line, MaintenancePlan, Occurrence
from assets.queries import fitting, lesser_turns, lines_of
from crmservice.errors import DomainError
from customers.choices import OnHoliday
from tests.factories.assets import (
    AssetFactory,
    MaintenancePlanFactory,
    MeterReadingFactory,
    OccurrenceFactory,
    PartFactory,
    PlanLineFactory,
)
from tests.factories.employees import OutletFactory, WorkingCalendarFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture
def head(people):
    return people.department_head


def taken(plan, on, at=AT):
    plan.refresh_from_db()
    return actions.take_turn(plan, on=on, at=at)


def read(asset, value, days_ago=0, by=None, **more):
    return actions.read_meter(
        asset,
        meter=Meter.HOURS,
        value=Decimal(value),
        taken_at=AT - days_ago * DAY,
        by=by,
        at=AT,
        **more,
    )


# --- Meters --------------------------------------------------------------------------------------


def test_a_meter_may_stand_still_and_not_run_backwards(db):
    asset = AssetFactory()
    read(asset, 100, days_ago=2)

    read(asset, 100, days_ago=1)

    with pytest.raises(DomainError) as no:
        read(asset, "99.99")
    assert no.value.field == "value"


def test_a_reading_that_is_told_late_fits_between_its_neighbours(db):
    asset = AssetFactory()
    read(asset, 100, days_ago=4)
    read(asset, 200)

    read(asset, 200, days_ago=2)

    with pytest.raises(DomainError):
        read(asset, 201, days_ago=1)


def test_a_new_meter_begins_anew(db):
    asset = AssetFactory()
    read(asset, 5000, days_ago=1)

    read(asset, 3, is_new_meter=True)

    assert [each.value for each in asset.readings.all()] == [3, 5000]


def test_a_meter_is_not_read_in_the_future_nor_twice_at_once(db):
    asset = AssetFactory()
    read(asset, 5)

    for days_ago in (-1, 0):
        with pytest.raises(DomainError) as no:
            read(asset, 6, days_ago=days_ago)
        assert no.value.field == "taken_at"


# --- Plans ---------------------------------------------------------------------------------------


def monthly(asset, starts_on, by, **values):
    made = {"title": "保养", "every": 1, "unit": "month", "holidays": OnHoliday.KEEP, **values}
    return actions.add_plan({"asset": asset, "starts_on": starts_on, **made}, by=by, at=AT)


@pytest.mark.parametrize(
    ("starts_on", "next_on"),
    [
        (TODAY, TODAY),
        (TODAY - DAY, date(2026, 4, 2)),
        (date(2025, 1, 31), date(2026, 3, 31)),
        (date(2026, 6, 1), date(2026, 6, 1)),
    ],
)
def test_a_new_plan_is_due_for_the_first_time_from_today_on(head, starts_on, next_on):
    plan = monthly(AssetFactory(), starts_on, head)

    assert (plan.next_on, plan.generate_on) == (next_on, next_on - 7 * DAY)


def test_a_turn_is_taken_on_its_day_and_once(head):
    plan = monthly(AssetFactory(), date(2026, 3, 20), head)
    stale = MaintenancePlan.objects.get(pk=plan.pk)

    assert taken(plan, date(2026, 3, 12)) is None
    turn = taken(plan, date(2026, 3, 13))

    assert (turn.due_on, turn.earliest_on, turn.latest_on) == (
        date(2026, 3, 20),
        date(2026, 3, 17),
        date(2026, 3, 23),
    )
    assert actions.take_turn(stale, on=date(2026, 3, 13), at=AT) is None
    plan.refresh_from_db()
    assert plan.next_on == date(2026, 4, 20)


def test_a_month_end_comes_back_after_a_short_month(head):
    plan = monthly(AssetFactory(), date(2026, 3, 31), head)

    turns = [taken(plan, date(2026, month, 28)) for month in (3, 4, 5)]

    assert [turn.due_on for turn in turns] == [
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_a_rolling_plan_waits_for_its_work_and_counts_from_there(head):
    plan = monthly(AssetFactory(), date(2026, 3, 5), head, is_rolling=True)
    turn = taken(plan, TODAY)
    plan.refresh_from_db()
    assert (plan.next_on, plan.generate_on) == (None, None)

    actions.finish_turn(turn, done_on=date(2026, 3, 9), by=head, at=AT)

    plan.refresh_from_db()
    turn.refresh_from_db()
    assert (turn.status, turn.done_on) == (OccurrenceStatus.DONE, date(2026, 3, 9))
    assert plan.next_on == date(2026, 4, 9)


def test_a_fixed_plan_does_not_care_when_it_was_done(head):
    plan = monthly(AssetFactory(), date(2026, 3, 5), head)
    turn = taken(plan, TODAY)

    actions.finish_turn(turn, done_on=date(2026, 3, 30), by=head, at=AT)

    plan.refresh_from_db()
    assert plan.next_on == date(2026, 4, 5)


def test_a_plan_by_meter_is_due_when_the_use_will_be_enough(head):
    asset = AssetFactory()
    read(asset, 1000, days_ago=10)
    read(asset, 1100)

    plan = monthly(asset, TODAY, head, every=None, meter=Meter.HOURS, meter_every=Decimal(500))

    assert plan.next_on == TODAY + 50 * DAY


def test_a_new_reading_moves_what_is_foreseen(head):
    asset = AssetFactory()
    read(asset, 0, days_ago=20)
    plan = monthly(asset, TODAY, head, every=None, meter=Meter.HOURS, meter_every=Decimal(200))
    assert plan.next_on is None

    read(asset, 100)

    plan.refresh_from_db()
    assert plan.next_on == TODAY + 20 * DAY


@pytest.mark.parametrize(("hours", "next_on"), [(400, date(2026, 4, 5)), (5, TODAY + DAY)])
def test_of_calendar_and_meter_the_first_one_counts(head, hours, next_on):
    asset = AssetFactory()
    read(asset, 0, days_ago=20)
    read(asset, 100)
    plan = monthly(asset, date(2026, 4, 5), head, meter=Meter.HOURS, meter_every=Decimal(hours))

    later = max(next_on, plan.starts_on)

    assert plan.next_on == (later if hours == 5 else next_on)


def test_nobody_is_sent_to_what_is_retired(head):
    asset = AssetFactory()
    plan = monthly(asset, TODAY, head)

    actions.retire(asset, reason="停产", by=head, at=AT)

    plan.refresh_from_db()
    assert (plan.next_on, plan.generate_on) == (None, None)
    actions.put_in_use(asset, by=head, at=AT)
    plan.refresh_from_db()
    assert plan.next_on == TODAY


@pytest.mark.parametrize(
    ("holidays", "due_on", "status"),
    [
        (OnHoliday.KEEP, date(2026, 3, 7), OccurrenceStatus.OPEN),
        (OnHoliday.BEFORE, date(2026, 3, 6), OccurrenceStatus.OPEN),
        (OnHoliday.AFTER, date(2026, 3, 9), OccurrenceStatus.OPEN),
        (OnHoliday.SKIP, date(2026, 3, 7), OccurrenceStatus.SKIPPED),
    ],
)
def test_a_saturday_is_moved_or_left_out(head, holidays, due_on, status):
    calendar = WorkingCalendarFactory()
    asset = AssetFactory(customer__served_by=[OutletFactory(code="WH", calendar=calendar)])
    plan = monthly(asset, date(2026, 3, 7), head, holidays=holidays)

    turn = taken(plan, TODAY)

    assert (turn.due_on, turn.status) == (due_on, status)
    plan.refresh_from_db()
    assert plan.next_on == date(2026, 4, 7)


def test_what_nobody_made_in_time_was_missed_and_the_next_is_made(head):
    plan = monthly(AssetFactory(), date(2026, 3, 5), head)

    turns = [taken(plan, date(2026, 5, 10)) for _ in range(4)]

    assert [turn and turn.status for turn in turns] == ["missed", "missed", "open", None]


def test_an_end_is_an_end(head):
    plan = monthly(AssetFactory(), date(2026, 3, 5), head)
    turn = taken(plan, TODAY)

    actions.end_plan(plan, ends_on=date(2026, 3, 4), reason="合同到期", by=head, at=AT)

    turn.refresh_from_db()
    plan.refresh_from_db()
    assert (turn.status, turn.why, turn.reason) == ("skipped", Why.ENDED, "合同到期")
    assert plan.next_on is None


def test_the_last_day_still_counts(head):
    plan = monthly(AssetFactory(), date(2026, 3, 5), head, ends_on=date(2026, 4, 5))
    taken(plan, TODAY)

    assert taken(plan, date(2026, 4, 5)).due_on == date(2026, 4, 5)
    plan.refresh_from_db()
    assert plan.next_on is None


def test_by_hand_it_is_left_out_with_a_reason_only(head):
    turn = OccurrenceFactory()

    with pytest.raises(DomainError) as no:
        actions.skip_turn(turn, reason=" ", by=head, at=AT)
    assert no.value.field == "reason"

    actions.skip_turn(turn, reason="停机大修", by=head, at=AT)
    with pytest.raises(DomainError):
        actions.skip_turn(turn, reason="停机大修", by=head, at=AT)


# --- Overlap -------------------------------------------------------------------------------------


@pytest.fixture
def both(head):
    """A monthly plan due on the 5th, a quarterly one on the 9th that covers four days."""
    asset = AssetFactory()
    month = monthly(asset, date(2026, 3, 5), head, title="月检")
    quarter = monthly(asset, date(2026, 3, 9), head, every=3, title="季检", covers_within_days=4)
    PlanLineFactory(plan=month, text="擦拭")
    PlanLineFactory(plan=month, text="检查油位", position=1)
    PlanLineFactory(plan=quarter, text="检查油位")
    return month, quarter


def test_the_greater_plan_covers_the_lesser_nearby(both):
    month, quarter = both

    turn = taken(month, TODAY)

    assert turn.status == OccurrenceStatus.COVERED
    assert (turn.covered_by.plan, turn.covered_by.due_on) == (quarter, date(2026, 3, 9))
    assert [line[0] for line in lines_of(turn.covered_by)] == ["检查油位", "擦拭"]
    assert taken(quarter, TODAY) is None


def test_the_lesser_one_keeps_its_checklist_to_itself_if_it_is_to(both):
    month, _quarter = both
    MaintenancePlan.objects.filter(pk=month.pk).update(keeps_lines=False)

    turn = taken(month, TODAY)

    assert [line[0] for line in lines_of(turn.covered_by)] == ["检查油位"]


def test_a_day_farther_nothing_is_covered(both):
    month, quarter = both
    MaintenancePlan.objects.filter(pk=quarter.pk).update(covers_within_days=3)

    assert taken(month, TODAY).status == OccurrenceStatus.OPEN


def test_the_lesser_covers_nothing_and_another_device_neither(both):
    month, quarter = both
    MaintenancePlan.objects.filter(pk=month.pk).update(covers_within_days=30)
    stranger = OccurrenceFactory(plan__title="月检", due_on=date(2026, 3, 9))

    turn = taken(quarter, TODAY)

    assert turn.status == OccurrenceStatus.OPEN
    assert stranger not in lesser_turns(turn)


def test_a_lesser_turn_that_is_open_already_is_covered_later(head):
    asset = AssetFactory()
    month = monthly(asset, date(2026, 3, 5), head, title="月检")
    lesser = taken(month, TODAY)
    quarter = monthly(asset, date(2026, 3, 9), head, every=3, covers_within_days=4)

    turn = taken(quarter, TODAY)

    assert lesser_turns(turn) == [lesser]


# --- Templates -----------------------------------------------------------------------------------


def test_a_template_is_given_to_the_devices_of_its_model_once(head):
    one, part = AssetFactory(), PartFactory()
    other = AssetFactory(model=one.model)
    AssetFactory(parent=one, component=True)
    AssetFactory(model=one.model, status="retired")
    AssetFactory()
    template = actions.add_plan(
        {"model": one.model, "title": "年检", "every": 1, "unit": "year", "starts_on": TODAY},
        lines=[Line("检查油位", ItemKind.NUMBER, False)],
        parts=[Needed(part, 2)],
        by=head,
        at=AT,
    )
    assert (template.next_on, fitting(template)) == (None, [one, other])

    first_on = date(2026, 4, 1)
    for _time in range(2):
        actions.apply_template(template, assets=[one, other], first_on=first_on, by=head, at=AT)

    plans = MaintenancePlan.objects.filter(template=template)
    assert [plan.next_on for plan in plans] == [first_on, first_on]
    assert [(line.text, line.kind) for line in plans[0].lines.all()] == [("检查油位", "number")]
    assert [(each.part, each.quantity) for each in plans[1].parts.all()] == [(part, 2)]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"every": None}, "every"), ({"meter_every": Decimal(5)}, "meter")],
)
def test_a_plan_says_how_often(head, values, field):
    with pytest.raises(DomainError) as no:
        monthly(AssetFactory(), TODAY, head, **values)
    assert no.value.field == field


def test_compliance_counts_each_turn_once_and_each_on_its_side(db):
    plan = MaintenancePlanFactory()
    for turn, (status, done_on) in enumerate(
        [
            ("done", date(2026, 3, 8)),
            ("done", date(2026, 3, 9)),
            ("open", None),
            ("missed", None),
        ]
    ):
        OccurrenceFactory(plan=plan, turn=turn, status=status, done_on=done_on)
    OccurrenceFactory(plan=plan, turn=9, status="skipped", why=Why.HOLIDAY)
    turns = Occurrence.objects.all()

    def counted(on):
        return [
            turns.owed().count(),
            turns.done_in_time().count(),
            turns.done_late().count(),
            turns.missed(on).count(),
            turns.ahead(on).count(),
        ]

    assert counted(date(2026, 3, 8)) == [4, 1, 1, 1, 1]
    assert counted(date(2026, 3, 9)) == [4, 1, 1, 2, 0]


def test_readings_have_a_factory_of_their_own(db):
    assert MeterReadingFactory().asset.readings.count() == 1


def test_a_plan_that_waits_for_readings_leads_to_where_they_are_entered(head, logged_in):
    plan = MaintenancePlanFactory(every=None, meter="hours", meter_every=500)
    by_calendar = MaintenancePlanFactory()
    client = logged_in("service_manager")
    url = reverse("assets:read_meter", args=[plan.asset.serial_no])

    assert url in client.get(plan.get_absolute_url()).content.decode()
    assert "/readings/new/" not in client.get(by_calendar.get_absolute_url()).content.decode()
