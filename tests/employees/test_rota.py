"""Who is on call, and who is told when somebody is not there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from employees import actions
from employees.choices import Place, Role
from employees.models import OnCall
from employees.queries import Roster, told_in_words
from tests.factories.employees import (
    AbsenceFactory,
    EmployeeFactory,
    OnCallFactory,
    OutletFactory,
    WorkingCalendarFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
NIGHT = AT + timedelta(hours=12)
DAY = timedelta(days=1)


@pytest.fixture
def desk(people):
    """A desk of 5×8: the engineer with a backup, the manager, the head."""
    outlet = people.field_engineer.outlet
    outlet.calendar = WorkingCalendarFactory()
    outlet.save()
    people.field_engineer.backup = people.depot_engineer
    people.field_engineer.supervisor = people.senior_engineer
    people.field_engineer.save()
    return people


def tell(person, at=AT, ring=1, **given):
    outlets = [person.outlet_id] if person else []
    return Roster(at).tell(person, ring=ring, **{"outlets": outlets, **given})


def away(*people, at=AT):
    for person in people:
        AbsenceFactory(employee=person, starts_at=at - DAY, ends_at=at + DAY)


def test_who_is_there_is_told(desk):
    told = tell(desk.field_engineer)

    assert (told.person, told.place, told.why) == (desk.field_engineer, Place.PERSON, "")
    assert told_in_words(told.details) == f"told {desk.field_engineer.name}"


def test_the_chain_goes_on_until_somebody_is_there(desk):
    """Person, backup, on call, manager of the outlet, department head; at last the person all the
    same.
    """
    OnCallFactory(employee=desk.senior_engineer, starts_at=AT - DAY)
    chain = [
        (desk.field_engineer, Place.PERSON),
        (desk.depot_engineer, Place.BACKUP),
        (desk.senior_engineer, Place.ON_CALL),
        (desk.service_manager, Place.MANAGER),
        (desk.department_head, Place.HEAD),
    ]
    for person, place in chain:
        told = tell(desk.field_engineer)
        assert (told.person, told.place) == (person, place)
        away(person)

    assert tell(desk.field_engineer).person == desk.field_engineer
    assert tell(desk.field_engineer).why == "nobody"


def test_an_absence_counts_from_its_start_until_its_end(desk):
    AbsenceFactory(employee=desk.field_engineer, starts_at=AT, ends_at=AT + DAY)

    told = tell(desk.field_engineer)

    assert (told.person, told.why) == (desk.depot_engineer, "leave")
    assert told.until == AT + DAY
    for present in (AT - timedelta(seconds=1), AT + DAY):
        assert tell(desk.field_engineer, present).person == desk.field_engineer


def test_outside_service_hours_only_who_is_on_call_is_there(desk):
    assert tell(desk.field_engineer, NIGHT).why == "nobody"

    OnCallFactory(employee=desk.senior_engineer, starts_at=NIGHT)

    told = tell(desk.field_engineer, NIGHT)
    assert (told.person, told.place) == (desk.senior_engineer, Place.ON_CALL)
    assert told.why == "off_hours"


def test_a_duty_holds_for_its_ring_its_outlet_and_its_time(desk):
    elsewhere = OutletFactory(partner=True)
    line = OnCallFactory(employee=desk.senior_engineer, ring=2, starts_at=NIGHT)

    asked = {"outlets": [line.outlet_id], "ring": 2, "at": NIGHT}
    assert tell(None, **asked).person == desk.senior_engineer
    for other in ({"ring": 1}, {"outlets": [elsewhere.pk]}, {"at": line.ends_at}):
        assert tell(None, **asked | other).person != desk.senior_engineer


def test_the_outlets_own_duty_comes_before_that_of_all(desk):
    OnCallFactory(employee=desk.department_head, outlet=None, starts_at=AT - DAY)
    own = OnCallFactory(employee=desk.senior_engineer, starts_at=AT)

    assert tell(None, outlets=[own.outlet_id]).person == desk.senior_engineer
    assert tell(None, outlets=[]).person == desk.department_head


def test_nobody_is_told_twice_or_of_what_they_may_not_see(desk):
    manager = desk.service_manager

    told = tell(desk.field_engineer, but={desk.field_engineer.pk})
    assert told.person == desk.depot_engineer
    told = tell(desk.field_engineer, may_see=lambda each: each == manager)
    assert (told.person, told.place, told.instead_of) == (manager, Place.MANAGER, "")
    assert tell(desk.field_engineer, may_see=lambda _each: False) is None


def test_who_has_left_is_stood_in_for(desk):
    desk.field_engineer.is_active = False
    desk.field_engineer.save()

    told = tell(desk.field_engineer)

    assert (told.person, told.why) == (desk.depot_engineer, "left")


def test_the_ring_above_is_the_first_supervisor_who_stands_in_it(desk):
    top = EmployeeFactory(role=Role.DEPARTMENT_HEAD, ring=3)
    senior = desk.senior_engineer
    senior.ring, senior.supervisor = 2, top
    senior.save()
    roster = Roster(AT)

    assert roster.above(desk.field_engineer, 2) == senior
    assert roster.above(desk.field_engineer, 3) == top
    assert roster.above(top, 3) is None


def test_the_reason_is_said_in_both_languages(desk):
    away(desk.field_engineer)
    details = tell(desk.field_engineer).details
    person, backup = desk.field_engineer.name, desk.depot_engineer.name

    assert told_in_words(details) == (
        f"told {backup} (backup) instead of {person}: on leave until 3 Mar 2026 10:00"
    )
    with translation.override("zh-hans"):
        assert told_in_words(details) == (
            f"已通知{backup}（代理人），代替{person}：休假至 2026年3月3日 10:00"
        )


@pytest.mark.parametrize("more", [0, 20])
def test_the_roster_takes_three_queries_for_any_number_of_people(
    desk, django_assert_num_queries, more
):
    AbsenceFactory.create_batch(more, starts_at=AT, ends_at=AT + DAY)
    tell(desk.field_engineer)  # a calendar is worked out once per process

    with django_assert_num_queries(3):
        Roster(AT).tell(desk.field_engineer, ring=1, outlets=[desk.field_engineer.outlet_id])


# Written down.


def line(people, **given):
    return {
        "employee": people.senior_engineer,
        "outlet": people.senior_engineer.outlet,
        "ring": 2,
        "starts_at": AT,
        "ends_at": AT + DAY,
        **given,
    }


def test_who_is_put_on_call_hears_of_it(people):
    actions.put_on_call(values=line(people), by=people.service_manager, at=AT)

    tell_pending(at=AT)
    assert Notification.objects.get().recipient == people.senior_engineer


@pytest.mark.parametrize(
    ("given", "is_fine"),
    [
        ({}, False),
        ({"starts_at": AT + DAY, "ends_at": AT + 2 * DAY}, True),
        ({"starts_at": AT - DAY, "ends_at": AT + timedelta(seconds=1)}, False),
        ({"starts_at": AT - DAY, "ends_at": AT}, True),
        ({"ring": 3}, True),
        ({"outlet": None}, True),
    ],
)
def test_two_are_not_on_call_for_one_ring_and_outlet(people, given, is_fine):
    actions.put_on_call(values=line(people), by=people.service_manager, at=AT)
    other = line(people, employee=people.service_manager, **given)

    if is_fine:
        actions.put_on_call(values=other, by=people.service_manager, at=AT)
    else:
        with pytest.raises(DomainError):
            actions.put_on_call(values=other, by=people.service_manager, at=AT)

    assert OnCall.objects.count() == 1 + is_fine


def test_who_is_absent_is_not_put_on_call(people):
    AbsenceFactory(employee=people.senior_engineer, starts_at=AT - DAY, ends_at=AT + DAY)

    with pytest.raises(DomainError) as no:
        actions.put_on_call(values=line(people), by=people.service_manager, at=AT)

    assert no.value.field == "employee"


def test_a_duty_is_changed_and_struck_while_it_lasts(people):
    by = people.service_manager
    duty = actions.put_on_call(values=line(people), by=by, at=AT)

    later = {"ends_at": AT + 2 * DAY}
    duty = actions.change_on_call(duty, values=later, version=1, by=by, at=AT)
    assert duty.ends_at == AT + 2 * DAY
    with pytest.raises(DomainError):
        actions.take_off_call(duty, by=by, at=AT + 2 * DAY)
    actions.take_off_call(duty, by=by, at=AT + DAY)

    assert not OnCall.objects.exists()
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == [
        "put_on_call", "on_call_changed", "taken_off_call",
    ]  # fmt: skip


def test_the_rota_is_kept_on_its_page(logged_in, people):
    client = logged_in("service_manager")
    sent = {
        "employee": people.senior_engineer.pk,
        "ring": "2",
        "outlet": "",
        "starts_at": "2036-03-02T18:00",
        "ends_at": "2036-03-03T09:00",
    }

    assert client.post("/employees/rota/new/", sent).status_code == 302
    assert people.senior_engineer.name in client.get("/employees/rota/").text
    again = client.post("/employees/rota/new/", sent)
    assert again.status_code == 422
    assert "has ring 2 here" in again.text
    pk = OnCall.objects.get().pk
    edited = sent | {"ends_at": "2036-03-03T08:00", "version": "1"}
    assert client.post(f"/employees/rota/{pk}/edit/", edited).status_code == 302
    assert OnCall.objects.get().ends_at == datetime(2036, 3, 3, 0, tzinfo=UTC)
    assert client.post(f"/employees/rota/{pk}/remove/").status_code == 302
    assert not OnCall.objects.exists()
