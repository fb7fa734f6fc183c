"""The life of a contract by the clock and by hand: begin, suspend, resume, remind, expire."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.actions.keeping import put_in_force, settle
from contracts.choices import DAYS_AHEAD, Status
from contracts.models import ServiceContract
from contracts.signals import contract_expired
from crmservice.activity.trail import record
from crmservice.ahead import next_day
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from employees.models import Employee

SWEPT = 500


def turn(*, on: date, at: datetime) -> int:
    """What the day brings: some begin, some cover again, some end. In this order, so that one that
    ends today's night gives way to what renews it.
    """
    begun = claim_each(list(ServiceContract.objects.to_begin(on)[:SWEPT]), begin, on=on, at=at)
    resumed = claim_each(
        list(ServiceContract.objects.to_resume(on)[:SWEPT]), resume_by_the_clock, on=on, at=at
    )
    return begun + resumed + expire_ended(on=on, at=at)


@transaction.atomic
def begin(contract: ServiceContract, *, on: date, at: datetime) -> bool:
    """An approved one on its first day; each once, however many ask."""
    due = ServiceContract.objects.to_begin(on).filter(pk=contract.pk)
    if not due.update(status=Status.ACTIVE):
        return False
    contract = ServiceContract.objects.lock(contract.pk)
    put_in_force(contract, "contracts.begun", by=None, at=at)
    return True


@transaction.atomic
def suspend(
    contract: ServiceContract,
    *,
    reason: str,
    until: date | None = None,
    by: Employee,
    at: datetime,
) -> ServiceContract:
    """No cover from today on, until it is resumed or, by itself, until a day. Its end stays.

    Raises DomainError for a day that is over or after its end.
    """
    contract = ServiceContract.objects.lock(contract.pk)
    contract.move_to(Status.SUSPENDED)
    today = timezone.localdate(at)
    if until is not None and not today < until <= contract.ends_on:
        raise DomainError(_("The day has to be after today and before its end."), field="until")
    contract.pauses = [*contract.pauses, [today.isoformat(), until.isoformat() if until else None]]
    contract.resumes_on = until
    return settle(
        contract,
        "contracts.suspended_until" if until else "contracts.suspended",
        "pauses",
        by=by,
        at=at,
        reason=reason,
        **({"until_on": until} if until else {}),
    )


@transaction.atomic
def resume(contract: ServiceContract, *, by: Employee, at: datetime) -> ServiceContract:
    """Cover again, from today on."""
    contract = ServiceContract.objects.lock(contract.pk)
    if contract.status != Status.SUSPENDED:
        raise DomainError(_("It is not suspended."))
    return cover_again(contract, timezone.localdate(at), by=by, at=at)


@transaction.atomic
def resume_by_the_clock(contract: ServiceContract, *, on: date, at: datetime) -> bool:
    """From the day that was said when it was suspended."""
    due = ServiceContract.objects.to_resume(on).filter(pk=contract.pk)
    if not due.update(version=F("version")):
        return False
    contract = ServiceContract.objects.lock(contract.pk)
    assert contract.resumes_on is not None
    cover_again(contract, contract.resumes_on, by=None, at=at)
    return True


def cover_again(
    contract: ServiceContract, on: date, *, by: Employee | None, at: datetime
) -> ServiceContract:
    contract.move_to(Status.ACTIVE)
    *before, (first, _until) = contract.pauses
    contract.pauses = [*before, [first, on.isoformat()]]
    if not contract.renewals.filter(status=Status.APPROVED).exists():
        contract.remind_on = next_day(contract.ends_on, DAYS_AHEAD, after=timezone.localdate(at))
    return settle(contract, "contracts.resumed", "pauses", by=by, at=at)


def expire_ended(*, on: date, at: datetime) -> int:
    """Expire what has ended before a day; each contract once, however many ask."""
    return claim_each(ServiceContract.objects.ended(on), expire, on=on, at=at)


@transaction.atomic
def expire(contract: ServiceContract, *, on: date, at: datetime) -> bool:
    due = ServiceContract.objects.ended(on).filter(pk=contract.pk)
    won = due.update(
        status=Status.EXPIRED, remind_on=None, resumes_on=None, version=F("version") + 1
    )
    if won:
        contract.refresh_from_db()
        record(contract, "contracts.expired", by=None, at=at, about=[contract.customer])
        contract_expired.send(ServiceContract, contract=contract, by=None, at=at)
    return bool(won)


def remind_of_ends(*, on: date, at: datetime) -> int:
    """Speak of each contract that ends in 90, 60 or 30 days, once; after an outage of the nearest
    only.
    """
    due = ServiceContract.objects.to_remind(on).order_by("remind_on", "pk")
    return claim_each(list(due[:SWEPT]), remind_of_end, on=on, at=at)


@transaction.atomic
def remind_of_end(contract: ServiceContract, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = ServiceContract.objects.to_remind(on).filter(pk=contract.pk)
    won = due.filter(remind_on=contract.remind_on).update(
        remind_on=next_day(contract.ends_on, DAYS_AHEAD, after=on)
    )
    if not won or contract.ends_on < on:
        return False
    record(
        contract,
        "contracts.ends_soon",
        by=None,
        at=at,
        about=[contract.customer],
        ends_on=contract.ends_on,
        days=(contract.ends_on - on).days,
    )
    return True
