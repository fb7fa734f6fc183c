"""A contract's end is spoken of 90, 60 and 30 days ahead, each once, to whoever sees to it."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from contracts import actions, tasks
from contracts.choices import DAYS_AHEAD, Status
from contracts.models import ServiceContract
from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.ahead import next_day
from tests.factories.contracts import ContractLineFactory, ServiceContractFactory
from tests.factories.employees import AbsenceFactory

pytestmark = pytest.mark.django_db
ENDS_ON = date(2026, 12, 31)
DAY = timedelta(days=1)


def before(days):
    return ENDS_ON - days * DAY


def at(on):
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


@pytest.fixture
def contract(people):
    """In force since the beginning of the year, approved then."""
    contract = ContractLineFactory(
        contract__status=Status.IN_APPROVAL,
        contract__starts_on=date(2026, 1, 1),
        contract__ends_on=ENDS_ON,
        contract__responsible=people.sales,
    ).contract
    return actions.approve(contract, by=people.department_head, at=at(date(2026, 1, 1)))


def remind(on):
    return actions.remind_of_ends(on=on, at=at(on))


def told():
    said = Activity.objects.filter(verb="contracts.ends_soon").order_by("pk")
    return [each.details["days"] for each in said]


def heard(on):
    tell_pending(at=at(on))
    said = Notification.objects.filter(activity__verb="contracts.ends_soon")
    return [each.recipient for each in said]


@pytest.mark.parametrize(
    ("after", "day"),
    [
        pytest.param(before(91), before(90), id="the day before the first"),
        pytest.param(before(90), before(60), id="on the first"),
        pytest.param(before(60), before(30), id="on the second"),
        pytest.param(before(31), before(30), id="the day before the last"),
        pytest.param(before(30), None, id="on the last"),
    ],
)
def test_the_next_day_is_later_than_today(after, day):
    assert next_day(ENDS_ON, DAYS_AHEAD, after=after) == day


def test_each_of_the_three_days_is_told_once(contract):
    days = [91, 90, 90, 89, 61, 60, 31, 30, 29, 0]

    assert [remind(before(each)) for each in days] == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0]
    assert told() == [90, 60, 30]


def test_after_an_outage_only_the_nearest_is_told(contract):
    assert [remind(before(20)), remind(before(19))] == [1, 0]
    assert told() == [20]


@pytest.mark.parametrize(("days", "count"), [(0, 1), (-1, 0)])
def test_the_last_day_is_still_spoken_of_the_day_after_is_not(contract, days, count):
    assert remind(before(days)) == count
    assert remind(before(days)) == 0


def test_a_sweep_that_is_killed_has_neither_claimed_nor_told(contract):
    with pytest.raises(SystemExit), transaction.atomic():
        sys.exit(remind(before(90)))

    assert [remind(before(90)), told()] == [1, [90]]


def test_an_expired_contract_is_silent(contract):
    actions.expire_ended(on=before(-1), at=at(before(-1)))

    assert ServiceContract.objects.get().remind_on is None
    assert remind(before(-1)) == 0


def test_a_terminated_contract_is_silent(contract, people):
    actions.terminate(
        contract, on=before(95), reason="停产", by=people.department_head, at=at(before(100))
    )

    assert remind(before(90)) == 0


def test_a_renewed_contract_is_silent_and_its_renewal_waits_for_its_own_end(contract, people):
    new = actions.renew(contract, by=people.service_manager, at=at(before(120)))
    actions.submit(new, by=people.service_manager, at=at(before(120)))
    assert remind(before(90)) == 1  # nobody has decided yet
    new = actions.approve(new, by=people.department_head, at=at(before(80)))

    assert remind(before(30)) == 0
    actions.turn(on=new.starts_on, at=at(new.starts_on))
    new.refresh_from_db()
    assert new.remind_on == new.ends_on - 90 * DAY


def test_one_that_begins_shortly_before_its_end_waits_for_the_next_day(contract, people):
    ServiceContract.objects.update(status=Status.IN_APPROVAL, remind_on=None)

    approved = actions.approve(contract, by=people.department_head, at=at(before(60)))

    assert approved.remind_on == before(30)


def test_who_is_responsible_hears_of_it(contract, people):
    remind(before(90))

    assert heard(before(90)) == [people.sales]


def test_when_the_responsible_person_has_left_the_account_manager_hears(contract, people):
    people.sales.is_active = False
    people.sales.save()
    contract.customer.account_manager = people.service_manager
    contract.customer.save()
    remind(before(90))

    assert heard(before(90)) == [people.service_manager]


def test_without_anybody_the_department_heads_hear(contract, people):
    ServiceContract.objects.update(responsible=None, drafted_by=None)
    contract.customer.account_manager = None
    contract.customer.save()
    remind(before(90))

    assert heard(before(90)) == [people.department_head]


def test_the_door_reads_the_day_of_the_company(contract):
    shanghai_midnight = datetime(2026, 10, 1, 16, tzinfo=UTC)
    assert before(90) == date(2026, 10, 2)
    for moment in (shanghai_midnight - timedelta(seconds=1), shanghai_midnight, shanghai_midnight):
        with time_machine.travel(moment, tick=False):
            tasks.remind_of_ends()

    assert Activity.objects.get(verb="contracts.ends_soon").at == shanghai_midnight


def test_imported_contracts_without_a_day_are_silent():
    ServiceContractFactory(ends_on=ENDS_ON)

    assert remind(before(30)) == 0


def test_the_database_keeps_it_too(contract):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceContract.objects.update(status=Status.EXPIRED)


def test_nothing_due_is_answered_by_an_index_of_what_waits(is_postgres):
    if is_postgres:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    due = ServiceContract.objects.to_remind(ENDS_ON).order_by("remind_on", "pk")[:500]

    assert "contracts_to_remind" in due.explain()


@pytest.mark.parametrize(
    ("backup", "stand_in"),
    [("senior_engineer", "senior_engineer"), ("partner_coordinator", "department_head")],
)
def test_while_who_sees_to_it_is_absent_a_stand_in_who_may_see_contracts_hears_of_it(
    contract, people, backup, stand_in
):
    keeper = people.sales
    keeper.backup = getattr(people, backup)
    keeper.save()
    ServiceContract.objects.update(responsible=keeper)
    moment = at(before(90))
    AbsenceFactory(employee=keeper, starts_at=moment - DAY, ends_at=moment + DAY)
    remind(before(90))

    assert {each.employee_no for each in heard(before(90))} == {"sales", stand_in}
