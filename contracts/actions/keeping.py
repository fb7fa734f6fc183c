"""What the verbs share: how a change of state is kept, and how a contract comes into force."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.actions.billing import lay_out
from contracts.choices import DAYS_AHEAD, Status
from contracts.models import ServiceContract
from contracts.signals import contract_activated
from crmservice.activity.trail import record
from crmservice.ahead import next_day
from crmservice.errors import DomainError
from employees.models import Employee


def put_in_force(
    contract: ServiceContract, verb: str, *fields: str, by: Employee | None, at: datetime
) -> ServiceContract:
    """Write an active contract down: what it renews or amends gives way."""
    contract.remind_on = next_day(contract.ends_on, DAYS_AHEAD, after=timezone.localdate(at))
    settle(contract, verb, *fields, by=by, at=at)
    if contract.renews_id is not None:
        give_way(contract, by=by, at=at)
    lay_out(contract)
    contract_activated.send(ServiceContract, contract=contract, by=by, at=at)
    return contract


def settle(
    contract: ServiceContract,
    verb: str,
    *fields: str,
    by: Employee | None,
    at: datetime,
    **details: Any,
) -> ServiceContract:
    contract.version += 1
    contract.save(update_fields=["status", "remind_on", "resumes_on", "version", *fields])
    record(contract, verb, by=by, at=at, about=[contract.customer], **details)
    return contract


def back_to_draft(
    contract: ServiceContract, verb: str, *, by: Employee, at: datetime, **details: Any
) -> ServiceContract:
    contract = ServiceContract.objects.lock(contract.pk)
    if contract.status != Status.IN_APPROVAL:
        raise DomainError(_("It is not in approval."))
    contract.move_to(Status.DRAFT)
    return settle(contract, verb, by=by, at=at, **details)


def give_way(contract: ServiceContract, *, by: Employee | None, at: datetime) -> None:
    """The contract before ends where this one begins, and says by what it was renewed."""
    assert contract.renews_id is not None
    before = ServiceContract.objects.lock(contract.renews_id)
    if before.status not in (Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED):
        return
    before.move_to(Status.RENEWED)
    if contract.starts_on <= before.ends_on:
        before.terminated_on = contract.starts_on
    lay_out(before)
    settle(before, "contracts.renewed", "terminated_on", by=by, at=at, number=contract.number)


def refuse_own(contract: ServiceContract, by: Employee) -> None:
    if contract.is_written_by(by):
        raise DomainError(_("Somebody who did not write it has to decide."))
