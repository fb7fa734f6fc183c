"""Each customer of a tier is touched at its own time, once; who owes it is reminded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from customers import actions
from customers.choices import CareKind, OnHoliday, TouchStatus
from customers.models import CarePlan, CareTouch
from customers.queries import days_of, first_day
from tests.factories.customers import (
    AffiliationFactory,
    CarePlanFactory,
    CareTouchFactory,
    CustomerFactory,
    TierFactory,
)
from tests.factories.employees import EmployeeFactory, OutletFactory, WorkingCalendarFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture
def head(people):
    return people.department_head


def made(on=TODAY):
    actions.make_touches(on=on, at=AT)
    return CareTouch.objects.order_by("due_on", "pk")


def told(person, at=AT):
    tell_pending(at=at)
    notices = Notification.objects.filter(recipient=person).order_by("pk")
    return list(notices.values_list("activity__verb", flat=True))


# --- Plans and their touches ---------------------------------------------------------------------


def test_each_customer_has_its_own_day_within_the_first_interval(db):
    plan = CarePlanFactory()

    days = {first_day(plan, pk) for pk in range(200)}

    assert min(days) == date(2026, 1, 1)
    assert max(days) == date(2026, 1, 30)
    assert len(days) == 30


def test_touches_are_made_for_the_days_ahead_and_once(db):
    plan = CarePlanFactory(unit="day")
    customer = CustomerFactory(tier=plan.tier)
    CustomerFactory(tier=TierFactory(vip=True))
    CustomerFactory(tier=plan.tier, merged_into=customer)

    days = [touch.due_on for touch in made()]

    assert days == [TODAY + at * DAY for at in range(8)]
    assert made().count() == 8
    assert made(on=TODAY + DAY).count() == 9
    assert {touch.customer for touch in made()} == {customer}


def test_days_are_the_customers_own_days(db):
    plan = CarePlanFactory(every=2, unit="week")
    customer = CustomerFactory(tier=plan.tier)

    first, after = first_day(plan, customer.pk), date(2026, 2, 1)
    found = days_of(plan, customer.pk, after=after, until=date(2026, 3, 31))

    expected = [first + 14 * turn * DAY for turn in range(20)]
    assert found == [day for day in expected if after < day <= date(2026, 3, 31)]


def test_two_processes_make_them_once(db):
    plan = CarePlanFactory(unit="day")
    CustomerFactory(tier=plan.tier)
    stale = CarePlan.objects.get(pk=plan.pk)
    made()

    from customers.actions.caring import make_touches_of  # noqa: PLC0415

    assert make_touches_of(stale, on=TODAY, at=AT) is False
    assert CareTouch.objects.count() == 8


def test_a_birthday_is_the_contacts_and_greets_each_customer_once(db):
    plan = CarePlanFactory(birthday=True)
    born = AffiliationFactory(customer__tier=plan.tier)
    born.contact.birth_month, born.contact.birth_day = 3, 10
    born.contact.save()
    later = AffiliationFactory(customer__tier=plan.tier)
    later.contact.birth_month, later.contact.birth_day = 3, 11
    later.contact.save()

    touches = made()

    assert [(each.contact, each.due_on) for each in touches] == [(born.contact, date(2026, 3, 10))]
    assert made(on=TODAY + DAY).count() == 2


@pytest.mark.parametrize(
    ("holidays", "days"),
    [(OnHoliday.SKIP, 6), (OnHoliday.AFTER, 8), (OnHoliday.KEEP, 8)],
)
def test_a_weekend_is_left_out_or_moved(db, holidays, days):
    plan = CarePlanFactory(unit="day", holidays=holidays)
    outlet = OutletFactory(code="WH", calendar=WorkingCalendarFactory())
    CustomerFactory(tier=plan.tier, served_by=[outlet])

    touches = made()

    assert len(touches) == days
    free = [touch for touch in touches if touch.due_on.weekday() > 4]
    assert len(free) == (2 if holidays == OnHoliday.KEEP else 0)


def test_who_owes_it_is_the_account_manager_else_the_outlets_manager_else_the_head(people):
    plan = CarePlanFactory()
    mine = CustomerFactory(tier=plan.tier, account_manager=people.sales)
    served = CustomerFactory(tier=plan.tier, served_by=[people.service_manager.outlet])
    nobodys = CustomerFactory(tier=plan.tier)
    gone = CustomerFactory(tier=plan.tier, account_manager=EmployeeFactory(is_active=False))

    owners = {touch.customer: touch.owner for touch in made(on=TODAY + 30 * DAY)}

    assert owners[mine] == people.sales
    assert owners[served] == people.service_manager
    assert owners[nobodys] == owners[gone] == people.department_head


def test_a_plan_that_has_ended_makes_no_more(head):
    plan = CarePlanFactory(unit="day")
    CustomerFactory(tier=plan.tier)
    made()

    actions.end_care_plan(plan, ends_on=TODAY + DAY, reason="改版", by=head, at=AT)

    statuses = CareTouch.objects.values_list("due_on", "status")
    assert [status for day, status in statuses if day <= TODAY + DAY] == ["open", "open"]
    assert {status for day, status in statuses if day > TODAY + DAY} == {"skipped"}
    assert made(on=TODAY + 5 * DAY).count() == 8
    plan.refresh_from_db()
    assert plan.generate_on is None


def test_a_new_plan_begins_today(head):
    tier = TierFactory()
    CustomerFactory(tier=tier)
    values = {"tier": tier, "kind": "visit", "title": "回访", "every": 1, "unit": "day"}

    actions.add_care_plan({**values, "starts_on": date(2025, 1, 1)}, by=head, at=AT)

    assert made().first().due_on >= TODAY


def test_only_a_birthday_has_no_rhythm(head):
    values = {"tier": TierFactory(), "title": "回访", "starts_on": TODAY}

    with pytest.raises(DomainError) as no:
        actions.add_care_plan({**values, "kind": CareKind.CALL}, by=head, at=AT)
    assert no.value.field == "every"
    actions.add_care_plan({**values, "kind": CareKind.BIRTHDAY}, by=head, at=AT)


# --- Answers -------------------------------------------------------------------------------------


def test_a_touch_is_answered_once(head):
    touch = CareTouchFactory(remind_on=TODAY)

    actions.finish_touch(touch, outcome="已拜访", by=head, at=AT)

    touch.refresh_from_db()
    assert (touch.status, touch.done_on, touch.remind_on) == (TouchStatus.DONE, TODAY, None)
    with pytest.raises(DomainError):
        actions.finish_touch(touch, outcome="已拜访", by=head, at=AT)
    with pytest.raises(DomainError):
        actions.skip_touch(touch, reason="停产", by=head, at=AT)


@pytest.mark.parametrize(("days", "is_refused"), [(0, False), (1, True)])
def test_what_is_done_was_done_today_or_before(head, days, is_refused):
    touch = CareTouchFactory()

    def finish():
        actions.finish_touch(touch, done_on=TODAY + days * DAY, by=head, at=AT)

    if is_refused:
        with pytest.raises(DomainError) as no:
            finish()
        assert no.value.field == "done_on"
    else:
        finish()


def test_it_is_left_out_with_a_reason_only(head):
    with pytest.raises(DomainError) as no:
        actions.skip_touch(CareTouchFactory(), reason=" ", by=head, at=AT)
    assert no.value.field == "reason"


def test_joined_customers_are_owed_each_day_once(head):
    plan = CarePlanFactory()
    joined, kept = CustomerFactory(tier=plan.tier), CustomerFactory(tier=plan.tier)
    same = CareTouchFactory(plan=plan, customer=joined)
    CareTouchFactory(plan=plan, customer=kept)
    other = CareTouchFactory(plan=plan, customer=joined, due_on=date(2026, 4, 10))

    actions.join(joined, kept, by=head, at=AT)

    assert set(CareTouch.objects.filter(customer=kept).values_list("pk", flat=True)) >= {other.pk}
    same.refresh_from_db()
    assert (same.customer, same.status) == (joined, TouchStatus.SKIPPED)


# --- Reminders -----------------------------------------------------------------------------------


@pytest.fixture
def owed(people):
    """Due on the 10th, at the latest on the 15th; the owner is reminded on the 7th."""
    sales = people.sales
    sales.supervisor = people.department_head
    sales.save()
    return CareTouchFactory(owner=sales, remind_on=date(2026, 3, 7))


def remind(on):
    return actions.remind_of_touches(on=on, at=AT)


def test_the_owner_is_reminded_once_and_the_supervisor_once(owed, people):
    turns = [remind(date(2026, 3, day)) for day in (6, 7, 8, 15, 16, 17)]

    assert turns == [0, 1, 0, 0, 1, 0]
    assert told(people.sales) == ["customers.touch_due"]
    assert told(people.department_head) == ["customers.touch_overdue"]
    owed.refresh_from_db()
    assert owed.remind_on is None


def test_after_an_outage_only_the_latest_is_said(owed, people):
    assert [remind(date(2026, 3, 20)), remind(date(2026, 3, 20))] == [1, 0]

    assert told(people.sales) == []
    assert told(people.department_head) == ["customers.touch_overdue"]


def test_two_processes_remind_once(owed, people):
    from customers.actions.caring import remind_of_touch  # noqa: PLC0415

    first, second = (remind_of_touch(owed.pk, on=date(2026, 3, 7), at=AT) for _ in range(2))

    assert (first, second) == (True, False)


def test_what_is_answered_is_not_spoken_of_any_more(owed, people):
    remind(date(2026, 3, 7))
    actions.finish_touch(owed, outcome="已拜访", by=people.sales, at=AT)

    assert told(people.sales) == []
    assert remind(date(2026, 3, 20)) == 0


def test_without_a_supervisor_somebody_hears_of_it(people):
    CareTouchFactory(owner=people.sales, remind_on=TODAY, due_on=date(2026, 2, 1))

    remind(TODAY)

    told_of = Activity.objects.get(verb="customers.touch_overdue").details["told"]
    assert [each["id"] for each in told_of] == [people.department_head.pk]
