"""The survey: sent by the desk, answered by link without log-in, or on the telephone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crmservice import links
from crmservice.web import bearer
from crmservice.web.access import allowed, public
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from service_requests import actions
from service_requests.forms.surveys import SurveyForm
from service_requests.models import ServiceRequest, Survey

PURPOSE = "survey"


@allowed("service_requests.survey")
@require_POST
def send(request: StaffRequest, number: str) -> HttpResponse:
    """Make the link and show it once, to be sent in the customer's own channel."""
    service_request = find(request, number)
    form = DeskForm(request.POST)
    outcome = attempt(request, form, actions.invite, service_request, by=request.user, at=now())
    context: dict[str, Any] = {
        "service_request": service_request,
        "form": form,
        "link": "",
        "mailed_to": "",
    }
    if outcome and outcome.value:
        _survey, token = outcome.value
        context["link"] = request.build_absolute_uri(
            reverse("service_requests:survey_link", args=[token])
        )
        contact = service_request.contact
        context["mailed_to"] = contact.email if contact and settings.EMAIL_URL else ""
    return render(
        request, "service_requests/survey_sent.html", context, status=200 if outcome else 422
    )


@allowed("service_requests.survey")
def by_telephone(request: StaffRequest, number: str) -> HttpResponse:
    """Ask on the telephone, and tick what the customer says."""
    service_request = find(request, number)
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and attempt(
        request,
        form,
        _by_telephone,
        service_request,
        answer=lambda: form.answer,
        by=request.user,
        at=now(),
    ):
        return redirect(service_request)
    status = 422 if form.is_bound else 200
    context = {
        "number": service_request.number,
        "sub": service_request.subject,
        "back_url": service_request.get_absolute_url(),
        "form": form,
    }
    return render(request, "service_requests/survey_telephone.html", context, status=status)


def _by_telephone(service_request: ServiceRequest, *, answer: dict[str, Any], **who: Any) -> Survey:
    return actions.survey_by_telephone(service_request, **answer, **who)


@public
@never_cache
def link(_request: HttpRequest, token: str) -> HttpResponse:
    """The link becomes a cookie and a clean address; nothing is counted by opening it."""
    survey = Survey.objects.filter(token_hash=links.hashed(token)).first() if token else None
    if survey is None:
        raise bearer.LinkEndedError
    return bearer.let_in(PURPOSE, survey.pk, to="service_requests:survey")


@public
@never_cache
def answer(request: HttpRequest) -> HttpResponse:
    """The questions; an answer counts when it is sent, and may be changed for 7 days."""
    survey = surveyed(request)
    form = SurveyForm(request.POST or None, survey=survey)
    if request.method == "POST" and attempt(
        request, form, _answer, survey, answer=lambda: form.answer, at=now()
    ):
        return bearer.guarded(
            render(request, "service_requests/survey_thanks.html", {"survey": survey})
        )
    status = 422 if form.is_bound else 200
    context = {"survey": survey, "form": form, "about": about(survey)}
    return bearer.guarded(render(request, "service_requests/survey.html", context, status=status))


def about(survey: Survey) -> str:
    """What it is asked of."""
    service_request = survey.service_request
    if service_request is None:
        return f"{survey.customer}"
    return f"{service_request.number} · {service_request.subject}"


def _answer(survey: Survey, *, answer: dict[str, Any], at: Any) -> Survey:
    return actions.answer_survey(survey, **answer, at=at)


def surveyed(request: HttpRequest) -> Survey:
    """The survey that the cookie names; 404 without one."""
    pk = bearer.let_in_as(request, PURPOSE)
    return get_object_or_404(Survey.objects.select_related("service_request", "customer"), pk=pk)


def find(request: StaffRequest, number: str) -> ServiceRequest:
    visible = ServiceRequest.objects.visible_to(request.user).select_related("customer", "contact")
    return get_object_or_404(visible, number=number)
