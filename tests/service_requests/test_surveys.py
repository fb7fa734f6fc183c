"""One answer by link, changeable for 7 days; nothing is counted by opening it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from crmservice import links
from crmservice.errors import DomainError
from service_requests import actions
from service_requests.models import Survey
from tests.factories.service_requests import ServiceRequestFactory, SurveyDimensionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def resolved(people):
    SurveyDimensionFactory(code="speed")
    return ServiceRequestFactory(resolved=True)


def score(survey):
    return {s.dimension.code: s.score for s in survey.scores.all()}


def test_the_token_is_stored_hashed_only(resolved, people):
    survey, token = actions.send_survey(resolved, by=people.service_manager, at=now())

    assert len(token) >= 43  # 256 bits
    assert survey.token_hash == links.hashed(token) != token


def test_a_second_link_ends_the_first(resolved, people, client):
    _survey, first = actions.send_survey(resolved, by=people.service_manager, at=now())
    actions.send_survey(resolved, by=people.service_manager, at=now())

    assert client.get(f"/survey/{first}/").status_code == 404


@pytest.mark.parametrize(
    "url", ["/survey/nothing/", "/offer/nothing/", "/acceptance/nothing/", "/survey/"]
)
def test_a_link_that_has_ended_says_how_to_go_on(client, url):
    page = client.get(url)

    assert page.status_code == 404
    assert "Answer our message or call us" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"


def test_an_answer_that_took_longer_than_its_page_is_kept_and_sent_again(resolved, people, client):
    _survey, token = actions.send_survey(resolved, by=people.service_manager, at=now())
    answer = {"score_speed": "2", "comment": "等得太久", "once": "a" * 20}

    late = client.post("/survey/", answer)
    client.get(f"/survey/{token}/")
    client.post("/survey/", answer)

    assert late.status_code == 410
    assert '<input type="hidden" name="comment" value="等得太久">' in late.content.decode()
    assert Survey.objects.get().comment == "等得太久"


def test_an_open_request_is_not_surveyed(people):
    with pytest.raises(DomainError, match="resolved"):
        actions.send_survey(ServiceRequestFactory(), by=people.service_manager, at=now())


def test_the_customer_answers_without_log_in(resolved, people):
    _survey, token = actions.send_survey(resolved, by=people.service_manager, at=now())
    client = Client()

    link = client.get(f"/survey/{token}/")
    page = client.get(link.url)
    thanks = client.post(
        link.url, {"score_speed": "4", "nps": "9", "comment": "很好", "once": "a" * 20}
    )

    survey = Survey.objects.get()
    assert (link.url, page.status_code, thanks.status_code) == ("/survey/", 200, 200)
    assert (score(survey), survey.nps, survey.comment) == ({"speed": 4}, 9, "很好")
    assert "no-store" in thanks["Cache-Control"]


def test_opening_the_link_counts_nothing(resolved, people):
    _survey, token = actions.send_survey(resolved, by=people.service_manager, at=now())
    for _ in range(3):
        Client().get(f"/survey/{token}/", follow=True)

    assert Survey.objects.get().answered_at is None


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00"])
def test_a_guessed_token_is_nothing(client, token):
    assert client.get(f"/survey/{token}/").status_code == 404


def test_without_the_cookie_there_is_no_survey(client):
    assert client.get("/survey/").status_code == 404


@pytest.mark.parametrize(
    ("after", "is_changed"), [(7 * DAY, True), (7 * DAY + timedelta(seconds=1), False)]
)
def test_an_answer_can_be_changed_for_seven_days(resolved, people, after, is_changed):
    at = now()
    survey, _token = actions.send_survey(resolved, by=people.service_manager, at=at)
    survey = actions.answer_survey(survey, scores={"speed": 2}, nps=3, comment="", at=at)

    try:
        actions.answer_survey(survey, scores={"speed": 5}, nps=9, comment="", at=at + after)
    except DomainError:
        assert not is_changed

    survey = Survey.objects.get()
    assert (survey.nps, survey.answered_at) == (9 if is_changed else 3, at)


@pytest.mark.parametrize(
    ("after", "is_taken"), [(30 * DAY, True), (30 * DAY + timedelta(seconds=1), False)]
)
def test_a_link_ends_after_thirty_days(resolved, people, after, is_taken):
    at = now()
    survey, _token = actions.send_survey(resolved, by=people.service_manager, at=at)

    try:
        actions.answer_survey(survey, scores={}, nps=7, comment="", at=at + after)
    except DomainError:
        assert not is_taken

    assert (Survey.objects.get().nps is not None) == is_taken


@pytest.mark.parametrize(
    ("scores", "nps"),
    [({"speed": 0}, 5), ({"speed": 6}, 5), ({"nothing": 3}, 5), ({}, 11), ({}, None)],
)
def test_answers_out_of_range_are_refused(resolved, people, scores, nps):
    survey, _token = actions.send_survey(resolved, by=people.service_manager, at=now())

    with pytest.raises(DomainError):
        actions.answer_survey(survey, scores=scores, nps=nps, comment="", at=now())


def test_by_telephone_it_is_answered_once(resolved, people):
    manager = people.service_manager
    answer = {"scores": {"speed": 5}, "nps": 10, "comment": "", "by": manager, "at": now()}

    survey = actions.survey_by_telephone(resolved, **answer)

    assert (survey.channel, survey.answered_to) == ("telephone", manager)
    with pytest.raises(DomainError, match="already"):
        actions.survey_by_telephone(resolved, **answer)


def test_the_cookie_ends_after_half_an_hour(resolved, people):
    at = now()
    _survey, token = actions.send_survey(resolved, by=people.service_manager, at=at)
    client = Client()
    with time_machine.travel(at, tick=False):
        client.get(f"/survey/{token}/")
    with time_machine.travel(at + timedelta(minutes=31), tick=False):
        assert client.get("/survey/").status_code == 404
