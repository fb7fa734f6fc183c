"""The register of needs: noted by anybody, passed on, answered, and the customer told."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from customers.choices import NeedKind, NeedStatus, NeedTarget
from customers.models import Contact, Customer, Need
from customers.queries import day_of
from employees.models import Employee

SWEPT = 200


@transaction.atomic
def note_need(
    customer: Customer,
    *,
    kind: str,
    text: str,
    source: str = "",
    contact: Contact | None = None,
    by: Employee,
    at: datetime,
) -> Need:
    """Somebody heard, or saw, what would be wanted."""
    if customer.merged_into_id is not None:
        raise DomainError(_("This customer was joined to another one."), field="customer")
    need = Need.objects.create(
        customer=customer,
        contact=contact,
        kind=NeedKind(kind),
        text=demand(text, "text"),
        source=source.strip(),
        raised_by=by,
        raised_at=at,
    )
    tell(need, "customers.need_noted", by=by, at=at)
    return need


@transaction.atomic
def forward_need(
    need: Need, *, to: str, asked_of: Employee, due_on: date, by: Employee, at: datetime
) -> Need:
    """Somebody is to answer by a day; asked again, the earlier answer stays in the trail."""
    need = moved(need, NeedStatus.FORWARDED)
    if due_on < day_of(at):
        raise DomainError(_("This day is over."), field="due_on")
    need.forwarded_to, need.asked_of, need.due_on = NeedTarget(to), asked_of, due_on
    need.remind_on = due_on + timedelta(days=1)
    need.answer, need.answered_at = "", None
    need.save()
    tell(
        need, "customers.need_forwarded", by=by, at=at,
        who=asked_of.name, department=need.forwarded_to, due_on=due_on,
    )  # fmt: skip
    return need


@transaction.atomic
def answer_need(need: Need, *, answer: str, by: Employee, at: datetime) -> Need:
    """What comes of it; whoever noted it is told, and tells the customer."""
    need = moved(need, NeedStatus.ANSWERED)
    need.answer, need.answered_at, need.remind_on = demand(answer, "answer"), at, None
    need.save(update_fields=["status", "answer", "answered_at", "remind_on"])
    tell(need, "customers.need_answered", by=by, at=at, answer=need.answer)
    return need


@transaction.atomic
def close_need(need: Need, *, closing: str, by: Employee, at: datetime) -> Need:
    """The customer knows what comes of it."""
    need = moved(need, NeedStatus.CLOSED)
    need.closing, need.closed_at = demand(closing, "closing")[:300], at
    need.save(update_fields=["status", "closing", "closed_at"])
    tell(need, "customers.need_closed", by=by, at=at, closing=need.closing)
    return need


def remind_of_needs(*, on: date, at: datetime) -> int:
    """Speak of each answer that did not come in time, once."""
    due = Need.objects.to_remind(on).order_by("remind_on", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of_need, on=on, at=at)


@transaction.atomic
def remind_of_need(pk: int, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = Need.objects.to_remind(on).filter(pk=pk)
    need = due.described().first()
    if need is None or not due.update(remind_on=None):
        return False
    who = need.asked_of.name if need.asked_of else ""
    tell(need, "customers.need_unanswered", by=None, at=at, due_on=need.due_on, who=who)
    return True


def moved(need: Need, status: NeedStatus) -> Need:
    need = Need.objects.described().lock(need.pk)
    need.move_to(status)
    return need


def demand(text: str, field: str) -> str:
    if not text.strip():
        raise DomainError(_("Please write something here."), field=field)
    return text.strip()


def tell(need: Need, verb: str, *, by: Employee | None, at: datetime, **details: Any) -> None:
    record(
        need, verb, by=by, at=at, about=[need.customer, need.contact],
        title=need.title, customer=need.customer.name, **details,
    )  # fmt: skip
