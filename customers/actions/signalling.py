"""The verbs of business signals: anybody raises one, sales answers it, and wins or loses it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from customers.choices import SignalStatus
from customers.models import BusinessSignal, Customer
from employees.models import Employee
from employees.queries import work_calendar

SWEPT = 500


@transaction.atomic
def raise_signal(
    customer: Customer, *, text: str, source: str = "", by: Employee, at: datetime
) -> BusinessSignal:
    """Somebody noticed what may become business. Sales has some service hours to answer."""
    if customer.merged_into_id is not None:
        raise DomainError(_("This customer was joined to another one."), field="customer")
    if not text.strip():
        raise DomainError(_("Please write something here."), field="text")
    due_at = answer_due(by, at)
    signal = BusinessSignal.objects.create(
        customer=customer,
        text=text.strip(),
        source=source,
        raised_by=by,
        raised_at=at,
        due_at=due_at,
        remind_at=due_at,
    )
    tell(signal, "customers.signal_raised", by=by, at=at, due_at=due_at)
    return signal


def answer_due(by: Employee, at: datetime) -> datetime:
    within = timedelta(hours=settings.ANSWER_SIGNAL_WITHIN_HOURS)
    calendar = by.outlet.calendar_id
    return work_calendar(calendar).add(at, within) if calendar else at + within


@transaction.atomic
def take_signal(signal: BusinessSignal, *, by: Employee, at: datetime) -> BusinessSignal:
    """Somebody of sales follows it up."""
    signal = moved(signal, SignalStatus.TAKEN)
    signal.taken_by, signal.answered_at = by, at
    signal.save(update_fields=["status", "remind_at", "taken_by", "answered_at"])
    tell(signal, "customers.signal_taken", by=by, at=at)
    return signal


@transaction.atomic
def reject_signal(
    signal: BusinessSignal, *, reason: str, by: Employee, at: datetime
) -> BusinessSignal:
    """It is no business for us; the author hears why."""
    signal = moved(signal, SignalStatus.REJECTED)
    signal.reason, signal.answered_at, signal.settled_at = demand(reason), at, at
    signal.save(update_fields=["status", "remind_at", "reason", "answered_at", "settled_at"])
    tell(signal, "customers.signal_rejected", by=by, at=at, reason=signal.reason)
    return signal


@transaction.atomic
def win_signal(
    signal: BusinessSignal, *, amount: Decimal, by: Employee, at: datetime
) -> BusinessSignal:
    """It became business, which the author gets the credit for."""
    signal = moved(signal, SignalStatus.WON)
    if amount <= 0:
        raise DomainError(_("Say how much was won."), field="amount")
    signal.amount, signal.settled_at = amount, at
    signal.save(update_fields=["status", "amount", "settled_at"])
    tell(signal, "customers.signal_won", by=by, at=at, amount=f"{amount}")
    return signal


@transaction.atomic
def lose_signal(
    signal: BusinessSignal, *, reason: str, by: Employee, at: datetime
) -> BusinessSignal:
    """It came to nothing, for a reason."""
    signal = moved(signal, SignalStatus.LOST)
    signal.reason, signal.settled_at = demand(reason), at
    signal.save(update_fields=["status", "reason", "settled_at"])
    tell(signal, "customers.signal_lost", by=by, at=at, reason=signal.reason)
    return signal


def remind_of_signals(*, at: datetime) -> int:
    """Speak of each signal that nobody of sales answered in time, once."""
    due = BusinessSignal.objects.unanswered(at).order_by("remind_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of_signal, at=at)


@transaction.atomic
def remind_of_signal(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = BusinessSignal.objects.unanswered(at).filter(pk=pk)
    signal = due.described().first()
    if signal is None or not due.update(remind_at=None):
        return False
    tell(signal, "customers.signal_unanswered", by=None, at=at, due_at=signal.due_at)
    return True


def moved(signal: BusinessSignal, status: SignalStatus) -> BusinessSignal:
    signal = BusinessSignal.objects.described().lock(signal.pk)
    signal.move_to(status)
    return signal


def demand(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("Please write something here."), field="reason")
    return reason.strip()


def tell(
    signal: BusinessSignal, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    record(
        signal,
        verb,
        by=by,
        at=at,
        about=[signal.customer],
        title=signal.title,
        customer=signal.customer.name,
        **details,
    )
