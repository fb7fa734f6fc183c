"""A certificate's end is spoken of 60, 30 and 7 days ahead, to its holder and the manager."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from employees import actions, tasks
from employees.actions import SkillLevel
from employees.models import EmployeeSkill
from tests.factories.employees import AbsenceFactory, SkillFactory

pytestmark = pytest.mark.django_db
ENDS_ON = date(2026, 12, 31)
DAY = timedelta(days=1)


def before(days):
    return ENDS_ON - days * DAY


def at(on):
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


@pytest.fixture
def welder(people):
    """A certificate that was noted half a year before its end."""
    return certify(people.field_engineer, people, ends_on=ENDS_ON, on=before(180))


def certify(person, people, *, ends_on, on, level=3):
    held = EmployeeSkill.objects.first()
    levels = [SkillLevel(held.skill if held else SkillFactory(), level, ends_on)]
    return actions.set_skills(person, levels=levels, by=people.administrator, at=at(on))


def remind(on):
    return actions.remind_of_certificates(on=on, at=at(on))


def told():
    said = Activity.objects.filter(verb="employees.certificate_ends").order_by("pk")
    return [each.details["days"] for each in said]


def heard(on):
    tell_pending(at=at(on))
    said = Notification.objects.filter(activity__verb="employees.certificate_ends")
    return {each.recipient.employee_no for each in said}


def test_each_of_the_three_days_is_told_once(welder):
    days = [61, 60, 60, 31, 30, 8, 7, 6]

    assert [remind(before(each)) for each in days] == [0, 1, 0, 0, 1, 0, 1, 0]
    assert told() == [60, 30, 7]


def test_after_an_outage_only_the_nearest_is_told(welder):
    assert [remind(before(3)), remind(before(3))] == [1, 0]
    assert told() == [3]


@pytest.mark.parametrize(("days", "count"), [(0, 1), (-1, 0)])
def test_what_has_ended_is_not_spoken_of(welder, days, count):
    assert remind(before(days)) == count


def test_a_renewed_certificate_is_silent_until_its_own_days(welder, people):
    certify(welder, people, ends_on=ENDS_ON + 365 * DAY, on=before(61))

    assert remind(before(7)) == 0
    assert EmployeeSkill.objects.get().remind_on == ENDS_ON + 305 * DAY


def test_another_level_repeats_nothing_and_loses_nothing(welder, people):
    remind(before(60))
    certify(welder, people, ends_on=ENDS_ON, on=before(60), level=4)
    assert remind(before(60)) == 0

    certify(welder, people, ends_on=ENDS_ON, on=before(30), level=5)
    assert remind(before(30)) == 1


def test_a_skill_without_an_end_is_silent(people):
    certify(people.field_engineer, people, ends_on=None, on=before(180))

    assert remind(before(7)) == 0


def test_the_holder_and_the_supervisor_hear_of_it(welder, people):
    welder.supervisor = people.senior_engineer
    welder.save()
    remind(before(60))

    assert heard(before(60)) == {"field_engineer", "senior_engineer"}


@pytest.mark.parametrize(
    ("until", "stand_in"),
    [(timedelta(), set()), (timedelta(seconds=1), {"sales"})],
)
def test_while_the_supervisor_is_absent_the_stand_in_hears_of_it_too(
    welder, people, until, stand_in
):
    boss = people.senior_engineer
    boss.backup = people.sales
    boss.save()
    welder.supervisor = boss
    welder.save()
    moment = at(before(60))
    AbsenceFactory(employee=boss, starts_at=moment - DAY, ends_at=moment + until)
    remind(before(60))

    assert heard(before(60)) == {"field_engineer", "senior_engineer"} | stand_in


@pytest.mark.parametrize("has_left", [True, False])
def test_without_a_supervisor_who_manages_the_outlet_hears_of_it(welder, people, has_left):
    if has_left:
        welder.supervisor = people.senior_engineer
        welder.save()
        people.senior_engineer.is_active = False
        people.senior_engineer.save()
    remind(before(60))

    assert heard(before(60)) == {"field_engineer", "service_manager"}


def test_nobody_is_told_of_one_who_has_left(welder):
    welder.is_active = False
    welder.save()

    assert [remind(before(60)), told()] == [0, []]


def test_the_words_name_the_skill_in_the_readers_language(welder):
    remind(before(60))
    skill = EmployeeSkill.objects.get().skill

    assert Activity.objects.get(verb="employees.certificate_ends").sentence.text == (
        f"the certificate for {skill.name_en} ends on 31 Dec 2026, in 60 days"
    )


def test_the_door_reads_the_day_of_the_company(welder):
    for moment in (at(before(61)), at(before(60)), at(before(60))):
        with time_machine.travel(moment, tick=False):
            tasks.remind_of_certificates()

    assert told() == [60]


def test_nothing_due_is_answered_by_an_index_of_what_waits(is_postgres):
    if is_postgres:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    due = EmployeeSkill.objects.to_remind(ENDS_ON).order_by("remind_on", "pk")[:500]

    assert "certificates_to_remind" in due.explain()
