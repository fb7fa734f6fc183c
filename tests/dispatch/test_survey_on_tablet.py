"""How it was, tapped by the customer at the end of a visit."""

from dataclasses import replace

import pytest
from django.urls import reverse

from crmservice.errors import DomainError
from dispatch import actions
from dispatch.models import Task
from service_requests import actions as service_requests
from service_requests.choices import Status, SurveyChannel
from service_requests.models import CallBack, ServiceRequest, Survey
from tests.dispatch.conftest import HOUR, NINE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]
ENDED = NINE + 2 * HOUR


def solved(sign_off, fault_code, **more):
    told = {"resolves": True, "fault_code": fault_code, "cause": "密封老化"}
    return replace(sign_off, **(told | more))


def test_the_answer_is_a_survey_like_that_of_the_link(working, sign_off, engineer, fault_code):
    ends = solved(
        sign_off, fault_code, scores={"speed": 5, "knowledge": 4}, nps=9, customer_remarks="很好"
    )
    actions.complete(working, sign_off=ends, by=engineer, at=ENDED)

    survey = Survey.objects.get()
    assert (survey.channel, survey.answered_to) == (SurveyChannel.TABLET, engineer)
    assert (survey.answered_at, survey.nps, survey.comment) == (ENDED, 9, "很好")
    scores = survey.scores.order_by("dimension__code").values_list("dimension__code", "score")
    assert list(scores) == [("knowledge", 4), ("speed", 5)]
    with pytest.raises(DomainError, match="answered already"):
        service_requests.send_survey(ServiceRequest.objects.get(), by=engineer, at=ENDED)


def test_who_is_not_content_is_called(working, sign_off, engineer, fault_code):
    ends = solved(sign_off, fault_code, scores={"speed": 1})
    actions.complete(working, sign_off=ends, by=engineer, at=ENDED)

    assert CallBack.objects.get().survey == Survey.objects.get()


def test_without_a_tap_nothing_is_answered(working, sign_off, engineer, fault_code):
    actions.complete(working, sign_off=solved(sign_off, fault_code), by=engineer, at=ENDED)

    assert not Survey.objects.filter(answered_at__isnull=False).exists()


def test_it_counts_once_the_request_is_solved(working, sign_off, engineer):
    ends = replace(sign_off, nps=9, resolves=False)
    with pytest.raises(DomainError, match="when this solves the request"):
        actions.complete(working, sign_off=ends, by=engineer, at=ENDED)


def test_an_answer_that_stands_stays(working, sign_off, engineer, dispatcher, fault_code):
    request = ServiceRequest.objects.get()
    service_requests.resolve(request, resolution="好了", by=dispatcher, at=NINE)
    service_requests.survey_by_telephone(
        request, scores={"speed": 3}, nps=None, comment="", by=dispatcher, at=NINE
    )
    service_requests.reopen(ServiceRequest.objects.get(), reason="又坏", by=dispatcher, at=NINE)

    ends = solved(sign_off, fault_code, scores={"speed": 5})
    actions.complete(Task.objects.get(pk=working.pk), sign_off=ends, by=engineer, at=ENDED)

    assert Survey.objects.get().scores.get().score == 3
    assert ServiceRequest.objects.get().status == Status.RESOLVED


def test_the_questions_stand_on_the_page_until_they_are_answered(
    working, logged_in, dispatcher, engineer
):
    url = reverse("dispatch:complete", args=[working.number])
    page = logged_in("field_engineer").get(url).content.decode()
    assert 'name="score_speed"' in page
    assert page.count('name="nps"') == 11

    not_solved = reverse("dispatch:not_solved", args=[working.number])
    assert 'name="nps"' not in logged_in("field_engineer").get(not_solved).content.decode()
