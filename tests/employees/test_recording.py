"""What records call for: noted with the record's verb, brought back to its owner, filled."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from employees import actions
from employees.models import CalledFor, Omission
from employees.situations import SITUATIONS, Facts, field_words
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
SITUATION = "service_requests.servicerequest"


@pytest.fixture
def subject(people):
    return ServiceRequestFactory(owner=people.field_engineer)


def review(subject, owner, *, at=AT, kind="fault", **filled):
    facts = Facts(
        subject=subject,
        situation=SITUATION,
        kind=kind,
        filled={"fault_code": False, "cause": False} | filled,
        owner=owner,
        happened_at=AT,
    )
    return actions.review_record(facts, urls={"fault_code": "/codes/", "cause": "/codes/"}, at=at)


def open_fields():
    return sorted(Omission.objects.open().values_list("field", flat=True))


def test_what_is_called_for_and_not_filled_is_noted_until_it_is(subject, people):
    assert review(subject, people.field_engineer) == ["cause", "fault_code"]
    assert review(subject, people.field_engineer, cause=True) == ["fault_code"]
    assert open_fields() == ["fault_code"]

    filled = Omission.objects.get(field="cause")
    assert (filled.filled_at, filled.remind_at) == (AT, None)


def test_what_its_kind_does_not_call_for_is_not_missing(subject, people):
    assert review(subject, people.field_engineer, kind="enquiry") == []
    assert open_fields() == []


def test_a_record_without_an_owner_has_nobody_to_fill_it(subject):
    review(subject, None)

    assert open_fields() == []


def test_what_is_emptied_again_is_open_again_and_counts_from_then(subject, people):
    review(subject, people.field_engineer)
    review(subject, people.field_engineer, cause=True)

    review(subject, people.field_engineer, at=AT + DAY)

    assert open_fields() == ["cause", "fault_code"]


def test_another_owner_has_the_open_ones(subject, people):
    review(subject, people.field_engineer)
    review(subject, people.service_manager)

    assert {each.owner for each in Omission.objects.all()} == {people.service_manager}


def test_a_record_that_is_forgotten_keeps_what_was_filled(subject, people):
    review(subject, people.field_engineer)
    review(subject, people.field_engineer, cause=True)

    actions.forget_record(subject, situation=SITUATION)

    assert list(Omission.objects.values_list("field", flat=True)) == ["cause"]


# reminding


@pytest.mark.parametrize(("early", "told"), [(SECOND, 0), (timedelta(), 1)])
def test_an_owner_is_reminded_of_all_when_the_agreed_hours_are_over(subject, people, early, told):
    review(subject, people.field_engineer)

    assert actions.remind_of_omissions(at=AT + DAY - early) == told
    assert actions.remind_of_omissions(at=AT + DAY - early) == 0

    said = Activity.objects.filter(verb="employees.omissions_reminded")
    assert [each.details["count"] for each in said] == [2] * told


def test_the_reminder_reaches_its_owner_and_names_the_record_once(subject, people):
    review(subject, people.field_engineer)
    actions.remind_of_omissions(at=AT + DAY)
    tell_pending(at=AT + DAY)

    notice = Notification.objects.get(activity__verb="employees.omissions_reminded")
    assert notice.recipient == people.field_engineer
    assert notice.activity.sentence.text == f"2 things are still to be entered: {subject.number}"


@pytest.mark.parametrize(("days", "told"), [(3, 1), (2, 0)])
def test_it_is_said_again_after_three_days_and_no_more_when_filled(subject, people, days, told):
    review(subject, people.field_engineer)
    actions.remind_of_omissions(at=AT + DAY)

    assert actions.remind_of_omissions(at=AT + DAY + days * DAY) == told

    review(subject, people.field_engineer, cause=True, fault_code=True)
    assert actions.remind_of_omissions(at=AT + 100 * DAY) == 0


def test_who_has_left_is_not_reminded_and_others_are(subject, people):
    people.field_engineer.is_active = False
    people.field_engineer.save()
    review(subject, people.field_engineer)
    review(ServiceRequestFactory(), people.service_manager)

    assert actions.remind_of_omissions(at=AT + DAY) == 1


# rules


def test_the_rules_of_the_beginning_name_what_is_registered():
    for rule in CalledFor.objects.all():
        situation = SITUATIONS[rule.situation]
        assert rule.kind in dict(situation.kinds), rule
        assert rule.field in situation.fields, rule


def test_a_field_that_is_no_longer_called_for_is_no_omission(subject, people):
    review(subject, people.field_engineer)

    actions.call_for(SITUATION, [("fault", "cause")], by=people.department_head, at=AT)

    assert open_fields() == ["cause"]
    assert review(subject, people.field_engineer) == ["cause"]


def test_what_nobody_registered_is_passed_over(people):
    actions.call_for(
        SITUATION, [("fault", "password"), ("none", "cause")], by=people.department_head, at=AT
    )

    assert not CalledFor.objects.current().filter(situation=SITUATION).exists()


def test_a_field_of_an_app_that_is_gone_is_called_by_its_code():
    assert field_words("gone.thing", "depth") == "depth"


def test_the_page_of_the_rules_saves_them_once(logged_in):
    client, url = logged_in("department_head"), reverse("employees:called_for")
    box = f"{SITUATION}|enquiry|cause"

    page = client.get(url).content.decode()
    for _time in range(2):
        client.post(url, {box: "on", "once": "1"})

    assert f'name="{box}"' in page
    current = CalledFor.objects.current().filter(situation=SITUATION)
    pairs = current.values_list("kind", "field")
    assert list(pairs) == [("enquiry", "cause")]
    assert Activity.objects.filter(verb="employees.called_for_changed").count() == 2  # and tasks


@pytest.mark.parametrize("person", ["service_manager", "field_engineer", "sales"])
def test_the_rules_are_the_heads(logged_in, person):
    assert logged_in(person).get(reverse("employees:called_for")).status_code == 403


# the list


@pytest.mark.parametrize(
    ("person", "query", "seen"),
    [
        ("field_engineer", {}, ["mine"]),
        ("field_engineer", {"show": "all"}, ["mine"]),
        ("department_head", {}, []),
        ("department_head", {"show": "all"}, ["mine", "partners"]),
        ("service_manager", {"show": "all"}, ["mine"]),
    ],
)
def test_everybody_sees_the_own_and_the_head_everybodys(logged_in, people, person, query, seen):
    mine, partners = ServiceRequestFactory(), ServiceRequestFactory()
    review(mine, people.field_engineer)
    review(partners, people.partner_engineer)

    page = logged_in(person).get(reverse("employees:omissions"), query).content.decode()

    numbers = {"mine": mine.number, "partners": partners.number}
    assert [name for name, number in numbers.items() if number in page] == seen


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, people, count, django_assert_max_num_queries
):
    for _each in range(count):
        review(ServiceRequestFactory(), people.field_engineer)
    client = logged_in("department_head")

    with django_assert_max_num_queries(8):
        page = client.get(reverse("employees:omissions"), {"show": "all"})

    assert page.content.decode().count("<tr data-row") == 2 * count
