"""The acceptance form: made with the end of the work, disagreed with by the customer, answered."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice import links
from crmservice.delivery.writing import write_to
from crmservice.errors import DomainError
from crmservice.web.text import moment
from dispatch.actions.keeping import demand, lock, tell
from dispatch.actions.writing import SERVICE_WORK, reader_of
from dispatch.models import ACCEPTANCE as PURPOSE
from dispatch.models import Acceptance, Task
from employees.models import Employee
from service_requests import actions as service_requests
from service_requests.choices import Answer
from service_requests.choices import Status as RequestStatus


def issue(task: Task, *, at: datetime) -> Acceptance | None:
    """Make the form of work that has just ended, in its verb's transaction; None for what has no
    customer, or is no service work.
    """
    if task.customer_id is None or task.kind not in SERVICE_WORK:
        return None
    ends_at = at + timedelta(days=settings.DISAGREE_WITHIN_DAYS)
    acceptance = Acceptance(task=task, issued_at=at, ends_at=ends_at)
    acceptance.token_hash = links.hashed(links.derived(PURPOSE, acceptance.facts))
    acceptance.save(force_insert=True)
    return acceptance


@transaction.atomic
def disagree(acceptance: Acceptance, *, name: str, text: str, at: datetime) -> Acceptance:
    """The customer says that the form is not right, by its link; who planned, who worked and who
    owns the request are told, and a resolved request counts as not satisfied.

    Said again before it is answered, the new words replace the old ones. Raises DomainError when
    the time to disagree is over, and once it was answered.
    """
    task = lock(acceptance.task)
    acceptance = Acceptance.objects.select_for_update(of=("self",)).get(pk=acceptance.pk)
    if acceptance.answered_at is not None:
        raise DomainError(_("This was answered already. Please call us if it is still not right."))
    if at > acceptance.ends_at:
        raise DomainError(
            _("The time to disagree ended on %(moment)s. Please call us.")
            % {"moment": moment(acceptance.ends_at)}
        )
    acceptance.disagreed_by = demand(name, "name")
    acceptance.disagreement = demand(text, "text")
    acceptance.disagreed_at = at
    acceptance.save(update_fields=["disagreed_at", "disagreed_by", "disagreement"])
    tell(
        task,
        "dispatch.disagreed",
        by=None,
        at=at,
        text=acceptance.disagreement,
        name=acceptance.disagreed_by,
    )
    service_request = task.service_request
    if service_request is not None and service_request.status == RequestStatus.RESOLVED:
        service_requests.ask_customer(service_request, answer=Answer.NOT_SATISFIED, by=None, at=at)
    return acceptance


@transaction.atomic
def answer_disagreement(task: Task, *, answer: str, by: Employee, at: datetime) -> Task:
    """Say to the customer what is done about it; by mail where the contact has an address.

    Raises DomainError when nothing waits for an answer.
    """
    task = lock(task)
    waiting = Acceptance.objects.select_for_update(of=("self",)).filter(
        task=task, disagreed_at__isnull=False, answered_at=None
    )
    acceptance = waiting.first()
    if acceptance is None:
        raise DomainError(_("Nothing waits for an answer here."))
    acceptance.answer = demand(answer, "answer")
    acceptance.answered_at, acceptance.answered_by = at, by
    acceptance.save(update_fields=["answer", "answered_at", "answered_by"])
    told = tell(
        task,
        "dispatch.disagreement_answered",
        by=by,
        at=at,
        text=acceptance.answer,
        visible=True,
    )
    reader = reader_of(task)
    if reader is not None:
        write_to(told, reader.email, language=reader.interface_language, at=at)
    return task
