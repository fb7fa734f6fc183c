"""Who is not content is called: a low score opens a call-back with a clock of its own."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from customers.queries import calendar_of
from employees.models import Employee
from employees.queries import Roster
from service_requests.actions.keeping import about, demand
from service_requests.choices import DETRACTOR, CallBackOutcome
from service_requests.models import CallBack, Survey

SWEPT = 200
SUPERVISORS = 2  # the ring that calls: not who did the work that was not liked


def open_call_back(survey: Survey, *, at: datetime) -> CallBack | None:
    """For an answer with a low score, or of somebody who would not recommend us; once a survey,
    however often the answer is changed. Call it in the transaction of the answer.
    """
    low = low_scores(survey)
    if not low or CallBack.objects.filter(survey=survey).exists():
        return None
    customer = survey.asked_customer
    calendar = calendar_of(customer)
    within = timedelta(hours=settings.CALL_BACK_WITHIN_HOURS)
    call_back = CallBack.objects.create(
        survey=survey,
        low=low,
        owner=who_calls(survey, at=at),
        opened_at=at,
        due_at=calendar.add(at, within) if calendar else at + within,
    )
    tell(call_back, "service_requests.call_back_opened", by=None, at=at, due_at=call_back.due_at)
    return call_back


def low_scores(survey: Survey) -> dict[str, int]:
    """By the code of what was asked; the recommendation as "nps"."""
    rows = survey.scores.filter(score__lte=settings.SURVEY_LOW_SCORE)
    low = dict(rows.order_by("dimension__position").values_list("dimension__code", "score"))
    if survey.nps is not None and survey.nps <= DETRACTOR:
        low["nps"] = survey.nps
    return low


def who_calls(survey: Survey, *, at: datetime) -> Employee | None:
    """The supervisor of who had the request; of a quarter's sample, the account manager."""
    service_request, customer = survey.service_request, survey.asked_customer
    roster, never = Roster(at), []
    if service_request is None:
        wanted = customer.account_manager
        outlets = list(customer.served_by.values_list("pk", flat=True))
    else:
        owner = service_request.owner
        wanted = roster.above(owner, SUPERVISORS) if owner else None
        never = [owner.pk] if owner else []
        outlets = list(service_request.outlets.values_list("pk", flat=True))
    told = roster.tell(
        wanted,
        ring=SUPERVISORS,
        outlets=outlets,
        but=never,
        may_see=lambda person: Survey.objects.visible_to(person).filter(pk=survey.pk).exists(),
    )
    return told.person if told else None


@transaction.atomic
def call_back(
    call_back: CallBack, *, outcome: str, said: str, by: Employee, at: datetime
) -> CallBack:
    """The customer was called. Who was not reached is to be called again: the clock goes on."""
    call_back = CallBack.objects.lock(call_back.pk)
    if call_back.done_at is not None:
        raise DomainError(_("The customer was called already."))
    told = demand(said, "said")
    if outcome == CallBackOutcome.NOT_REACHED:
        call_back.attempts += 1
        call_back.save(update_fields=["attempts"])
        tell(call_back, "service_requests.call_back_tried", by=by, at=at, said=told)
        return call_back
    record_overdue(call_back.pk, at=at)
    call_back.refresh_from_db(fields=["overdue_at"])
    call_back.outcome, call_back.said = CallBackOutcome(outcome), told
    call_back.done_by, call_back.done_at = by, at
    call_back.save(update_fields=["outcome", "said", "done_by", "done_at"])
    tell(call_back, f"service_requests.called_back_{outcome}", by=by, at=at, said=told)
    return call_back


def record_overdue_call_backs(*, at: datetime) -> int:
    """Tell of each call that was not made in time, once; returns how many."""
    due = CallBack.objects.overdue(at).order_by("due_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), record_overdue, at=at)


@transaction.atomic
def record_overdue(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    found = CallBack.objects.overdue(at).filter(pk=pk)
    won = found.update(overdue_at=models.F("due_at"))
    if won:
        call_back = CallBack.objects.described().get(pk=pk)
        tell(call_back, "service_requests.call_back_overdue", by=None, at=call_back.due_at)
    return bool(won)


def tell(
    call_back: CallBack, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    survey = call_back.survey
    whole = (
        [survey.service_request, *about(survey.service_request)]
        if (survey.service_request)
        else [survey.customer, survey.contact]
    )
    record(
        call_back, verb, by=by, at=at, about=whole,
        customer=survey.asked_customer.name, **details,
    )  # fmt: skip
