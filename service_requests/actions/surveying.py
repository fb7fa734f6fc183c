"""Ask the customer how it was: by link, or by telephone."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee
from service_requests.actions.keeping import about, lock
from service_requests.choices import Status, SurveyChannel
from service_requests.models import ServiceRequest, Survey, SurveyDimension, SurveyScore

LINK_VALID = timedelta(days=30)
CHANGEABLE = timedelta(days=7)
SALT = "service_requests.survey"
MAYBE_ASKED = (Status.RESOLVED, Status.CLOSED)
LOWEST, HIGHEST, NPS_HIGHEST = 1, 5, 10


def hashed(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(survey: Survey) -> str:
    """The token of the link that was sent last, worked out anew from the secret key: 256 bits.

    So a mail words its link when it goes, and the token is stored nowhere. Nothing when there is no
    such link, or its key is gone.
    """
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    tokens = (_token(survey, key) for key in keys)
    return next((token for token in tokens if hashed(token) == survey.token_hash), "")


def _token(survey: Survey, key: str) -> str:
    sent = f"{survey.service_request_id}:{survey.sent_at.astimezone(UTC):%Y%m%d%H%M%S%f}"
    digest = salted_hmac(SALT, sent, secret=key, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@transaction.atomic
def send_survey(
    service_request: ServiceRequest, *, by: Employee, at: datetime
) -> tuple[Survey, str]:
    """The survey of a resolved request and the token of its link, which nobody can read again.

    A second sending makes a new link; the earlier one ends. Raises DomainError for a request that
    is not resolved, or a survey that was answered.
    """
    service_request = lock(service_request)
    survey = _askable(service_request)
    survey.sent_at, survey.expires_at = at, at + LINK_VALID
    token = _token(survey, settings.SECRET_KEY)
    survey.channel, survey.token_hash = SurveyChannel.LINK, hashed(token)
    survey.save()
    record(
        service_request, "service_requests.survey_sent", by=by, at=at, about=about(service_request)
    )
    return survey, token


def ask_by_mail(service_request: ServiceRequest, *, by: Employee, at: datetime) -> bool:
    """Make the link for a mail that goes out now; False where there is nothing to ask."""
    if service_request.status not in MAYBE_ASKED:
        return False
    answered = Survey.objects.filter(service_request=service_request, answered_at__isnull=False)
    if answered.exists():
        return False
    send_survey(service_request, by=by, at=at)
    return True


@transaction.atomic
def answer_survey(
    survey: Survey, *, scores: Mapping[str, int], nps: int | None, comment: str, at: datetime
) -> Survey:
    """The customer's answer by link; it may be changed for 7 days. Raises DomainError when late."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    changed = survey.answered_at is not None
    if at > survey.expires_at:
        raise DomainError(_("This survey has ended. Thank you all the same."))
    if survey.answered_at is not None and at > survey.answered_at + CHANGEABLE:
        raise DomainError(_("An answer can be changed for 7 days; this one stands."))
    first_at = survey.answered_at or at
    _write(survey, scores=scores, nps=nps, comment=comment, at=first_at)
    verb = "survey_changed" if changed else "survey_answered"
    subject = survey.service_request
    record(subject, f"service_requests.{verb}", by=None, at=at, about=about(subject), nps=nps)
    return survey


@transaction.atomic
def survey_by_telephone(
    service_request: ServiceRequest,
    *,
    scores: Mapping[str, int],
    nps: int | None,
    comment: str,
    by: Employee,
    at: datetime,
) -> Survey:
    """The customer's answer, given to `by` on the telephone; raises as `send_survey` does."""
    service_request = lock(service_request)
    survey = _askable(service_request)
    survey.channel, survey.token_hash, survey.answered_to = SurveyChannel.TELEPHONE, None, by
    if survey.pk is None:
        survey.sent_at = at
    survey.expires_at = at + LINK_VALID
    survey.save()
    _write(survey, scores=scores, nps=nps, comment=comment, at=at)
    record(
        service_request,
        "service_requests.survey_answered",
        by=by,
        at=at,
        about=about(service_request),
        nps=nps,
    )
    return survey


def _askable(service_request: ServiceRequest) -> Survey:
    if service_request.status not in MAYBE_ASKED:
        raise DomainError(_("The customer is asked when the request is resolved."))
    survey = Survey.objects.filter(service_request=service_request).first()
    if survey and survey.answered_at:
        raise DomainError(_("The customer has answered already."))
    return survey or Survey(service_request=service_request)


def _write(
    survey: Survey, *, scores: Mapping[str, int], nps: int | None, comment: str, at: datetime
) -> None:
    dimensions = SurveyDimension.objects.in_bulk(list(scores), field_name="code")
    if set(dimensions) != set(scores) or not all(
        LOWEST <= score <= HIGHEST for score in scores.values()
    ):
        raise DomainError(_("Each answer is 1 to 5."))
    if nps is not None and not 0 <= nps <= NPS_HIGHEST:
        raise DomainError(_("The recommendation is 0 to 10."), field="nps")
    if not scores and nps is None:
        raise DomainError(_("Please answer at least one question."))
    survey.answered_at, survey.nps, survey.comment = at, nps, comment.strip()
    survey.save(update_fields=["answered_at", "nps", "comment"])
    survey.scores.all().delete()
    SurveyScore.objects.bulk_create(
        SurveyScore(survey=survey, dimension=dimensions[code], score=score)
        for code, score in scores.items()
    )
