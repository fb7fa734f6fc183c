"""Ask the customer how it was, by link, telephone or tablet: after a contact, or in a quarter’s
sample.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from crmservice import links
from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.delivery.writing import write_to
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from crmservice.web.text import day
from employees.models import Employee
from service_requests.actions.calling_back import open_call_back
from service_requests.actions.keeping import about, lock
from service_requests.choices import HIGHEST_SCORE, LOWEST_SCORE, Status, SurveyChannel
from service_requests.models import (
    ServiceRequest,
    Survey,
    SurveyDimension,
    SurveyRound,
    SurveyScore,
)
from service_requests.queries import Sampled, asked_lately, day_of, quarter_of, sample

LINK_VALID = timedelta(days=30)
CHANGEABLE = timedelta(days=7)
MAYBE_ASKED = (Status.RESOLVED, Status.CLOSED)
NPS_HIGHEST = 10
SWEPT = 200
BESIDE = ("service_request__customer", "service_request__contact", "customer", "contact", "round")


@transaction.atomic
def send_survey(
    service_request: ServiceRequest, *, by: Employee, at: datetime
) -> tuple[Survey, str]:
    """The survey of a resolved request and the token of its link, which nobody can read again.

    A second sending makes a new link; the earlier one ends. Raises DomainError for a request that
    is not resolved, a survey that was answered, and a person who was asked lately.
    """
    service_request = lock(service_request)
    survey = _askable(service_request)
    refuse_asked_lately(survey, at=at)
    token = make_link(survey, at=at)
    record(
        service_request, "service_requests.survey_sent", by=by, at=at, about=about(service_request)
    )
    return survey, token


@transaction.atomic
def invite(service_request: ServiceRequest, *, by: Employee, at: datetime) -> tuple[Survey, str]:
    """As `send_survey`, and the link goes to the contact by mail where there is an address."""
    survey, token = send_survey(service_request, by=by, at=at)
    mail(survey, "service_requests.survey_mailed", by=by, at=at)
    return survey, token


def ask_by_mail(service_request: ServiceRequest, *, by: Employee, at: datetime) -> bool:
    """Make the link for a mail that goes out now; False where there is nothing to ask."""
    if not may_ask(service_request, at=at):
        return False
    send_survey(service_request, by=by, at=at)
    return True


def ask_at_the_end(service_request: ServiceRequest, *, by: Employee, at: datetime) -> None:
    """When a request is closed: by mail, unless it was asked already or cannot be reached so."""
    contact = service_request.contact
    was_sent = Survey.objects.filter(service_request=service_request).exists()
    if contact and contact.email and not was_sent and may_ask(service_request, at=at):
        invite(service_request, by=by, at=at)


def may_ask(service_request: ServiceRequest, *, at: datetime) -> bool:
    if service_request.status not in MAYBE_ASKED:
        return False
    survey = Survey.objects.filter(service_request=service_request).first()
    if survey is not None and survey.answered_at is not None:
        return False
    return asked_lately(service_request.contact, besides=survey, at=at) is None


def refuse_asked_lately(survey: Survey, *, at: datetime) -> None:
    """One person is not asked again and again: once in SURVEY_EVERY_DAYS."""
    earlier = asked_lately(survey.asked_contact, besides=survey, at=at)
    if earlier is not None:
        raise DomainError(
            _("%(who)s was asked on %(day)s, and is asked once in %(days)s days.")
            % {
                "who": survey.asked_contact,
                "day": day(day_of(earlier.sent_at)),
                "days": settings.SURVEY_EVERY_DAYS,
            }
        )


def make_link(survey: Survey, *, at: datetime) -> str:
    contact = survey.asked_contact
    survey.sent_at, survey.expires_at = at, at + LINK_VALID
    remind_after = timedelta(days=settings.SURVEY_REMIND_AFTER_DAYS)
    survey.remind_at = at + remind_after if contact and contact.email else None
    token = survey.new_token()
    survey.channel, survey.token_hash = SurveyChannel.LINK, links.hashed(token)
    survey.save()
    return token


def mail(survey: Survey, verb: str, *, by: Employee | None, at: datetime) -> None:
    """The link to the contact, in the contact's language; nothing where there is no address."""
    contact = survey.asked_contact
    if contact is None or not contact.email:
        return
    told = record(survey, verb, by=by, at=at, about=whole_of(survey), to=contact.name)
    write_to(told, contact.email, language=contact.interface_language, at=at)


def whole_of(survey: Survey) -> list[models.Model | None]:
    """What a survey is about: its request and all that the request is about, or its customer."""
    if survey.service_request is None:
        return [survey.customer, survey.contact]
    return [survey.service_request, *about(survey.service_request)]


def remind_of_surveys(*, at: datetime) -> int:
    """Write once more to each who has not answered after some days, once."""
    due = Survey.objects.to_remind(at).order_by("remind_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of_survey, at=at)


@transaction.atomic
def remind_of_survey(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win. After its end nobody is bothered."""
    due = Survey.objects.to_remind(at).filter(pk=pk)
    survey = due.select_related(*BESIDE).first()
    if survey is None or not due.update(remind_at=None):
        return False
    if survey.answered_at is None and at < survey.expires_at:
        mail(survey, "service_requests.survey_reminded", by=None, at=at)
    return True


@transaction.atomic
def answer_survey(
    survey: Survey, *, scores: Mapping[str, int], nps: int | None, comment: str, at: datetime
) -> Survey:
    """The customer's answer by link; it may be changed for 7 days. Raises DomainError when late."""
    survey = Survey.objects.lock(survey.pk)
    changed = survey.answered_at is not None
    if at > survey.expires_at:
        raise DomainError(_("This survey has ended. Thank you all the same."))
    if survey.answered_at is not None and at > survey.answered_at + CHANGEABLE:
        raise DomainError(_("An answer can be changed for 7 days; this one stands."))
    first_at = survey.answered_at or at
    _write(survey, scores=scores, nps=nps, comment=comment, at=first_at)
    verb = "survey_changed" if changed else "survey_answered"
    tell_answer(survey, f"service_requests.{verb}", by=None, at=at)
    return survey


def tell_answer(survey: Survey, verb: str, *, by: Employee | None, at: datetime) -> None:
    """In the trail; and somebody calls when the customer is not content."""
    subject = survey.service_request or survey
    record(subject, verb, by=by, at=at, about=whole_of(survey), nps=survey.nps)
    open_call_back(survey, at=at)


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
    """The customer's answer, given to `by` on the telephone; raises as `send_survey` does, but for
    somebody who was asked lately: who talks to us is not bothered.
    """
    service_request = lock(service_request)
    survey = _askable(service_request)
    if survey.pk is None:
        survey.sent_at = at
    return _told(
        survey, SurveyChannel.TELEPHONE, scores=scores, nps=nps, comment=comment, by=by, at=at
    )


@transaction.atomic
def survey_on_tablet(
    service_request: ServiceRequest,
    *,
    scores: Mapping[str, int],
    nps: int | None,
    comment: str,
    by: Employee,
    at: datetime,
) -> Survey | None:
    """The customer's answer, tapped at the end of a visit on the tablet of `by`; None where an
    answer stands already. Raises DomainError for a request that is not resolved.
    """
    service_request = lock(service_request)
    if Survey.objects.filter(service_request=service_request, answered_at__isnull=False).exists():
        return None
    survey = _askable(service_request)
    if survey.pk is None:
        survey.sent_at = at
    at = max(at, survey.sent_at)
    return _told(
        survey, SurveyChannel.TABLET, scores=scores, nps=nps, comment=comment, by=by, at=at
    )


@transaction.atomic
def round_by_telephone(
    survey: Survey,
    *,
    scores: Mapping[str, int],
    nps: int | None,
    comment: str,
    by: Employee,
    at: datetime,
) -> Survey:
    """The same of a customer of a quarter's sample."""
    survey = Survey.objects.lock(survey.pk)
    if survey.answered_at is not None:
        raise DomainError(_("The customer has answered already."))
    return _told(
        survey, SurveyChannel.TELEPHONE, scores=scores, nps=nps, comment=comment, by=by, at=at
    )


def _told(
    survey: Survey,
    channel: SurveyChannel,
    *,
    scores: Mapping[str, int],
    nps: int | None,
    comment: str,
    by: Employee,
    at: datetime,
) -> Survey:
    survey.channel, survey.token_hash, survey.answered_to = channel, None, by
    survey.expires_at = at + LINK_VALID
    survey.save()
    _write(survey, scores=scores, nps=nps, comment=comment, at=at)
    tell_answer(survey, "service_requests.survey_answered", by=by, at=at)
    return survey


@transaction.atomic
def draw_round(*, size: int, by: Employee, at: datetime) -> SurveyRound:
    """Ask a sample of this quarter's customers, each tier by its share: by mail where there is an
    address, the others stand on the round's page to be called. Once in a quarter.
    """
    quarter = quarter_of(day_of(at))
    drawn, is_new = SurveyRound.objects.get_or_create(
        quarter=quarter, defaults={"size": size, "drawn_by": by, "drawn_at": at}
    )
    if not is_new:
        raise DomainError(_("The customers of %(quarter)s are drawn already.") % {"quarter": drawn})
    drawn_ones = sample(quarter, size, at=at)
    if not drawn_ones:
        raise DomainError(_("There is nobody to ask: all were asked lately, or have no contact."))
    drawn.size = len(drawn_ones)
    drawn.save(update_fields=["size"])
    record(drawn, "service_requests.round_drawn", by=by, at=at, count=drawn.size)
    for each in drawn_ones:
        ask_in_round(drawn, each, by=by, at=at)
    return drawn


def ask_in_round(drawn: SurveyRound, who: Sampled, *, by: Employee, at: datetime) -> None:
    survey = Survey(round=drawn, customer=who.customer, contact=who.contact)
    if who.contact.email:
        make_link(survey, at=at)
        mail(survey, "service_requests.survey_mailed", by=by, at=at)
        return
    survey.channel = SurveyChannel.TELEPHONE
    survey.sent_at, survey.expires_at = at, at + LINK_VALID
    survey.save()


def _askable(service_request: ServiceRequest) -> Survey:
    if service_request.status not in MAYBE_ASKED:
        raise DomainError(_("The customer is asked when the request is resolved."))
    survey = Survey.objects.filter(service_request=service_request).first()
    if survey and survey.answered_at:
        raise DomainError(_("The customer has answered already."))
    survey = survey or Survey(service_request=service_request)
    survey.service_request = service_request
    return survey


def _write(
    survey: Survey, *, scores: Mapping[str, int], nps: int | None, comment: str, at: datetime
) -> None:
    dimensions = SurveyDimension.objects.in_bulk(list(scores), field_name="code")
    if set(dimensions) != set(scores) or not all(
        LOWEST_SCORE <= score <= HIGHEST_SCORE for score in scores.values()
    ):
        raise DomainError(_("Each answer is 1 to 5."))
    if nps is not None and not 0 <= nps <= NPS_HIGHEST:
        raise DomainError(_("The recommendation is 0 to 10."), field="nps")
    if not scores and nps is None:
        raise DomainError(_("Please answer at least one question."))
    survey.answered_at, survey.nps, survey.comment = at, nps, comment.strip()
    survey.remind_at = None
    survey.save(update_fields=["answered_at", "nps", "comment", "remind_at"])
    survey.scores.all().delete()
    SurveyScore.objects.bulk_create(
        SurveyScore(survey=survey, dimension=dimensions[code], score=score)
        for code, score in scores.items()
    )


# What is asked


@transaction.atomic
def add_dimension(values: Mapping[str, object], *, by: Employee, at: datetime) -> SurveyDimension:
    """One more question of every survey from now on."""
    dimension = SurveyDimension(**values)
    if SurveyDimension.objects.filter(code=dimension.code).exists():
        raise DomainError(_("This code is taken."), field="code")
    dimension.save(force_insert=True)
    record(dimension, "service_requests.dimension_added", by=by, at=at)
    return dimension


@transaction.atomic
def change_dimension(
    dimension: SurveyDimension,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> SurveyDimension:
    """Department, weight and words hold for what was answered, too; a question that is asked no
    more keeps its answers.
    """
    return change(
        dimension,
        values,
        verb="service_requests.dimension_changed",
        version=version,
        by=by,
        at=at,
    )
