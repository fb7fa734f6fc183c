"""Who is not content is called in time; nobody is asked too often; a quarter asks a fair sample."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.delivery.models import Delivery
from crmservice.errors import DomainError
from service_requests import actions, notices, queries
from service_requests.models import CallBack, Survey, SurveyDimension
from service_requests.queries.sampling import allotted
from tests.factories.customers import AffiliationFactory, ContactFactory, CustomerFactory
from tests.factories.service_requests import (
    CallBackFactory,
    ServiceRequestFactory,
    SurveyDimensionFactory,
    SurveyFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FINE = {"speed": 3}


@pytest.fixture
def survey(people):
    SurveyDimensionFactory(code="speed")
    engineer = people.field_engineer
    engineer.supervisor = people.service_manager
    engineer.save()
    request = ServiceRequestFactory(
        resolved=True, owner=engineer, outlets=[engineer.outlet], opened_at=AT
    )
    return SurveyFactory(service_request=request, sent_at=AT, expires_at=AT + 30 * DAY)


def say(survey, *, scores=FINE, nps=None, at=AT + HOUR):
    return actions.answer_survey(survey, scores=scores, nps=nps, comment="", at=at)


@pytest.mark.parametrize(
    ("scores", "nps", "low"),
    [
        ({"speed": 3}, 7, None),
        ({"speed": 2}, 7, {"speed": 2}),
        ({"speed": 3}, 6, {"nps": 6}),
        ({}, 0, {"nps": 0}),
    ],
)
def test_a_low_score_opens_one_call_with_a_clock(survey, people, scores, nps, low):
    say(survey, scores=scores, nps=nps)
    say(survey, scores={"speed": 1}, nps=0, at=AT + 2 * HOUR) if low else None

    found = CallBack.objects.all()
    assert [each.low for each in found] == ([low] if low else [])
    if low:
        (call,) = found
        assert (call.owner, call.opened_at) == (people.service_manager, AT + HOUR)
        assert call.due_at > call.opened_at
        told = Activity.objects.get(verb="service_requests.call_back_opened")
        assert list(notices.who_calls(call, told)) == [people.service_manager]


def test_a_late_call_is_told_once_and_stays_late(survey, people):
    call = CallBackFactory(survey=survey, owner=people.service_manager)

    assert actions.record_overdue_call_backs(at=call.due_at - HOUR / 60) == 0
    actions.call_back(
        call, outcome="not_reached", said="无人接听", by=people.service_manager, at=call.due_at
    )
    done = actions.call_back(
        call, outcome="content", said="已道歉", by=people.service_manager, at=call.due_at + HOUR
    )

    assert (done.attempts, done.overdue_at) == (1, call.due_at)
    assert actions.record_overdue_call_backs(at=call.due_at + DAY) == 0
    with pytest.raises(DomainError, match="called already"):
        actions.call_back(call, outcome="content", said="再", by=people.service_manager, at=AT)


def test_nobody_is_asked_again_within_the_days_and_who_is_silent_is_reminded_once(people, settings):
    settings.EMAIL_URL = "smtp://"
    contact = ContactFactory(email="li@example.com")
    first, second = ServiceRequestFactory.create_batch(2, resolved=True, contact=contact)
    manager = people.service_manager
    survey, _token = actions.invite(first, by=manager, at=AT)

    with pytest.raises(DomainError, match="once in 30 days"):
        actions.send_survey(second, by=manager, at=AT + 30 * DAY - HOUR)
    assert not actions.ask_by_mail(second, by=manager, at=AT + DAY)
    reminded = [actions.remind_of_surveys(at=AT + 7 * DAY) for _ in range(2)]
    assert reminded == [1, 0]
    assert Delivery.objects.filter(address="li@example.com").count() == 2
    assert notices.asking(survey, "?").url == reverse(
        "service_requests:survey_link", args=[survey.token]
    )
    actions.send_survey(second, by=manager, at=AT + 30 * DAY)


@pytest.mark.parametrize(
    ("size", "there", "shares"),
    [
        (10, {1: 90, 2: 9, 3: 1}, {1: 8, 2: 1, 3: 1}),
        (200, {1: 90, 2: 9}, {1: 90, 2: 9}),
        (2, {1: 50, 2: 50, 3: 50}, {1: 1, 2: 1, 3: 0}),
        (0, {1: 3}, {1: 0}),
    ],
)
def test_each_tier_has_its_share(size, there, shares):
    assert allotted(size, there) == shares


def test_a_quarter_asks_a_sample_once_by_mail_or_telephone(people, logged_in, settings):
    settings.EMAIL_URL = "smtp://"
    for number in range(3):
        customer = CustomerFactory()
        email = "" if number else "wang@example.com"
        AffiliationFactory(customer=customer, contact=ContactFactory(email=email))
    CustomerFactory()  # has no contact
    client = logged_in("department_head")

    preview = client.post(reverse("service_requests:draw_round"), {"size": 9, "preview": "yes"})
    assert (preview.status_code, Survey.objects.count()) == (200, 0)
    page = client.post(reverse("service_requests:draw_round"), {"size": 9, "once": "k" * 20})
    again = client.post(reverse("service_requests:draw_round"), {"size": 9, "once": "l" * 20})

    assert (page.status_code, again.status_code, Survey.objects.count()) == (302, 422, 3)
    assert Delivery.objects.filter(address="wang@example.com").count() == 1
    called = Survey.objects.filter(channel="telephone").first()
    said = {"nps": "2", "comment": "太慢", "once": "m" * 20}
    client.post(reverse("service_requests:round_by_telephone", args=[called.pk]), said)
    call = CallBack.objects.get(survey=called)
    assert call.low == {"nps": 2}
    listed = client.get(page.url).content.decode()
    assert "太慢" in listed
    assert client.get(call.get_absolute_url()).status_code == 200
    assert not queries.sample("2026-Q4", 9, at=Survey.objects.first().sent_at)


def test_what_is_asked_is_kept_by_the_head(people, logged_in):
    client = logged_in("department_head")
    words = {
        "code": "clean", "name_zh": "整洁", "name_en": "Tidy", "department": "service",
        "weight": "2", "importance": "0.8", "position": "9", "is_active": "on",
    }  # fmt: skip

    client.post(reverse("service_requests:add_dimension"), words)
    asked = SurveyDimension.objects.get(code="clean")
    refused = client.post(asked.get_absolute_url(), {**words, "weight": "0", "version": 1})
    client.post(asked.get_absolute_url(), {**words, "weight": "3", "version": 1, "is_active": ""})

    asked.refresh_from_db()
    assert (refused.status_code, asked.weight, asked.is_active) == (422, 3, False)
    assert client.get(reverse("service_requests:dimensions")).status_code == 200
    assert logged_in("service_manager").get(asked.get_absolute_url()).status_code == 403
