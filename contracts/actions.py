"""The verbs of contracts: draft, submit, approve, reject, amend, renew, terminate, expire."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.choices import DAYS_AHEAD, LineScope, Status
from contracts.models import ContractLine, ContractType, DefaultPromise, ServiceContract
from contracts.queries import reindex, search_words
from contracts.signals import contract_activated, contract_expired
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.ahead import next_day
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.search.index import index
from crmservice.sweeping import claim_each
from crmservice.web.text import listed
from customers.models import Customer
from employees.models import Employee

COPIED = (
    "customer",
    "type",
    "calendar",
    "response_minutes",
    "arrival_minutes",
    "arrival_next_business_day",
    "arrival_cut_off",
    "restore_minutes",
    "resolve_minutes",
    "onsite_rate_per_hour",
    "parts_discount",
    "currency",
    "value",
    "responsible",
    "note",
)

SWEPT = 500


@transaction.atomic
def draft(
    values: Mapping[str, Any], *, lines: Iterable[ContractLine], by: Employee, at: datetime
) -> ServiceContract:
    """A new draft with what it covers; `lines` are unsaved."""
    contract = ServiceContract(number=next_number("SC", at), drafted_by=by, **values)
    refuse_wrong_dates(contract)
    contract.save()
    write_lines(contract, list(lines))
    record(contract, "contracts.drafted", by=by, at=at, about=[contract.customer])
    index(**search_words(contract))
    return contract


@transaction.atomic
def change(
    contract: ServiceContract,
    values: Mapping[str, Any],
    *,
    lines: Iterable[ContractLine],
    by: Employee,
    at: datetime,
    version: int | None = None,
) -> ServiceContract:
    """Change a draft and what it covers. Raises DomainError when it is none, or for a conflict."""
    current = ServiceContract.objects.lock(contract.pk)
    if current.status != Status.DRAFT:
        raise DomainError(_("Only a draft can be changed. Amend the contract instead."))
    changed = changing.change(
        current,
        values,
        verb="contracts.changed",
        by=by,
        at=at,
        version=version,
        about=[contract.customer],
    )
    refuse_wrong_dates(changed)
    before = listed(saved_lines(changed), described, "; ")
    rows = list(lines)
    for line in rows:
        refuse_wrong_line(changed, line)
    after = listed(rows, described, "; ")
    if before != after:
        changed.lines.all().delete()
        write_lines(changed, rows)
        shown = {"lines": [before, after]}
        record(changed, "contracts.changed", by=by, at=at, changes=shown, version=changed.version)
    index(**search_words(changed))
    return changed


@transaction.atomic
def submit(contract: ServiceContract, *, by: Employee, at: datetime) -> ServiceContract:
    """To approval. Raises DomainError while it covers nothing."""
    contract = ServiceContract.objects.lock(contract.pk)
    contract.move_to(Status.IN_APPROVAL)
    if not contract.lines.exists():
        raise DomainError(_("Say first what the contract covers."))
    return settle(contract, "contracts.submitted", by=by, at=at)


@transaction.atomic
def withdraw(contract: ServiceContract, *, by: Employee, at: datetime) -> ServiceContract:
    """Take it back into a draft before it is decided upon."""
    return back_to_draft(contract, "contracts.withdrawn", by=by, at=at)


@transaction.atomic
def reject(
    contract: ServiceContract, *, reason: str, by: Employee, at: datetime
) -> ServiceContract:
    refuse_own(contract, by)
    return back_to_draft(contract, "contracts.rejected", by=by, at=at, reason=reason)


@transaction.atomic
def approve(contract: ServiceContract, *, by: Employee, at: datetime) -> ServiceContract:
    """Put it in force: it covers from its first day on, and what it renews or amends gives way."""
    contract = ServiceContract.objects.lock(contract.pk)
    refuse_own(contract, by)
    contract.move_to(Status.ACTIVE)
    today = timezone.localdate(at)
    if contract.ends_on < today:
        raise DomainError(_("Its last day is over already."))
    contract.approved_by = by
    contract.remind_on = next_day(contract.ends_on, DAYS_AHEAD, after=today)
    settle(contract, "contracts.approved", "approved_by", by=by, at=at)
    if contract.renews_id is not None:
        give_way(contract, by=by, at=at)
    contract_activated.send(ServiceContract, contract=contract, by=by, at=at)
    return contract


@transaction.atomic
def terminate(
    contract: ServiceContract, *, on: date, reason: str, by: Employee, at: datetime
) -> ServiceContract:
    """End it early: `on` is the first day without cover. Raises DomainError for a day outside."""
    contract = ServiceContract.objects.lock(contract.pk)
    contract.move_to(Status.TERMINATED)
    if not max(contract.starts_on, timezone.localdate(at)) <= on <= contract.ends_on:
        raise DomainError(_("The day has to be from today until its last day."), field="on")
    contract.terminated_on = on
    return settle(
        contract,
        "contracts.terminated",
        "terminated_on",
        by=by,
        at=at,
        on=on.isoformat(),
        reason=reason,
    )


@transaction.atomic
def renew(contract: ServiceContract, *, by: Employee, at: datetime) -> ServiceContract:
    """A draft for the next period of the same length, with the same promises and lines."""
    length = contract.ends_on - contract.starts_on
    starts_on = contract.ends_on + timedelta(days=1)
    ends_on = same_day_later(contract, starts_on, length)
    return successor(contract, starts_on, ends_on, "contracts.renewal_drafted", by=by, at=at)


@transaction.atomic
def amend(
    contract: ServiceContract, *, from_on: date, by: Employee, at: datetime
) -> ServiceContract:
    """A draft that takes its place from a day on; the old terms stay readable."""
    if not contract.starts_on < from_on <= contract.ends_on:
        raise DomainError(_("The day has to lie within the contract."), field="from_on")
    return successor(
        contract, from_on, contract.ends_on, "contracts.amendment_drafted", by=by, at=at
    )


def expire_ended(*, on: date, at: datetime) -> int:
    """Expire what has ended before a day; each contract once, however many ask."""
    return claim_each(ServiceContract.objects.ended(on), expire, on=on, at=at)


@transaction.atomic
def expire(contract: ServiceContract, *, on: date, at: datetime) -> bool:
    due = ServiceContract.objects.ended(on).filter(pk=contract.pk)
    won = due.update(status=Status.EXPIRED, remind_on=None, version=F("version") + 1)
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


@transaction.atomic
def join_customers(joined: Customer, kept: Customer) -> list[int]:
    """Move the contracts of one customer to the customer that it was joined with."""
    moved = list(ServiceContract.objects.filter(customer=joined).values_list("pk", flat=True))
    ServiceContract.objects.filter(pk__in=moved).update(customer=kept)
    reindex(ServiceContract.objects.filter(pk__in=moved))
    return moved


# Contract types and default promises


@transaction.atomic
def add_type(values: Mapping[str, Any], *, by: Employee, at: datetime) -> ContractType:
    of_type = ContractType.objects.create(**values)
    record(of_type, "contracts.type_added", by=by, at=at)
    return of_type


@transaction.atomic
def change_type(
    contract_type: ContractType, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> ContractType:
    """Change a type; requests that were judged by it keep what was frozen on them."""
    changed = changing.change(contract_type, values, verb="contracts.type_changed", by=by, at=at)
    if {"name_zh", "name_en", "code"} & set(values):
        reindex(ServiceContract.objects.filter(type=changed))
    return changed


@transaction.atomic
def set_default(
    promise: DefaultPromise | None, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> DefaultPromise:
    """Add a default promise or change it; what was promised before stays as it was."""
    if promise is None:
        promise = DefaultPromise.objects.create(**values)
        record(promise, "contracts.default_added", by=by, at=at)
        return promise
    return changing.change(promise, values, verb="contracts.default_changed", by=by, at=at)


# What the verbs share


def settle(
    contract: ServiceContract, verb: str, *fields: str, by: Employee, at: datetime, **details: Any
) -> ServiceContract:
    contract.version += 1
    contract.save(update_fields=["status", "remind_on", "version", *fields])
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


def give_way(contract: ServiceContract, *, by: Employee, at: datetime) -> None:
    """The contract before ends where this one begins, and says by what it was renewed."""
    assert contract.renews_id is not None
    before = ServiceContract.objects.lock(contract.renews_id)
    if before.status not in (Status.ACTIVE, Status.EXPIRED):
        return
    before.move_to(Status.RENEWED)
    if contract.starts_on <= before.ends_on:
        before.terminated_on = contract.starts_on
    settle(before, "contracts.renewed", "terminated_on", by=by, at=at, number=contract.number)


def successor(
    contract: ServiceContract,
    starts_on: date,
    ends_on: date,
    verb: str,
    *,
    by: Employee,
    at: datetime,
) -> ServiceContract:
    if contract.renewals.filter(status__in=[Status.DRAFT, Status.IN_APPROVAL]).exists():
        raise DomainError(_("There is a draft that follows it already."))
    values = {name: getattr(contract, name) for name in COPIED}
    new = ServiceContract.objects.create(
        number=next_number("SC", at),
        drafted_by=by,
        renews=contract,
        starts_on=starts_on,
        ends_on=ends_on,
        **values,
    )
    write_lines(new, [undated(line) for line in contract.lines.all()])
    record(new, verb, by=by, at=at, about=[contract, contract.customer], number=contract.number)
    index(**search_words(new))
    return new


def same_day_later(contract: ServiceContract, starts_on: date, length: timedelta) -> date:
    """A whole number of years stays one, whatever leap days lie in it."""
    years = starts_on.year - contract.starts_on.year
    is_whole = (starts_on.month, starts_on.day) == (
        contract.starts_on.month,
        contract.starts_on.day,
    )
    if years and is_whole:
        return starts_on.replace(year=starts_on.year + years) - timedelta(days=1)
    return starts_on + length


def undated(line: ContractLine) -> ContractLine:
    return ContractLine(
        scope=line.scope, asset=line.asset, asset_model=line.asset_model, site=line.site
    )


def write_lines(contract: ServiceContract, lines: Sequence[ContractLine]) -> None:
    for line in lines:
        refuse_wrong_line(contract, line)
        line.contract = contract
    ContractLine.objects.bulk_create(lines)


def saved_lines(contract: ServiceContract) -> Iterable[ContractLine]:
    return contract.lines.select_related("asset", "asset_model", "site")


def described(line: ContractLine) -> str:
    """A line in words, for the trail and for comparing."""
    what = line.asset or line.asset_model or line.site
    text = f"{LineScope(line.scope).label} {what}" if what else str(LineScope.CUSTOMER.label)
    days = [day.isoformat() if day else "…" for day in (line.starts_on, line.ends_on)]
    return f"{text} {days[0]}–{days[1]}" if line.starts_on or line.ends_on else text


def refuse_wrong_dates(contract: ServiceContract) -> None:
    if contract.ends_on < contract.starts_on:
        raise DomainError(_("It cannot end before it starts."), field="ends_on")


def refuse_wrong_line(contract: ServiceContract, line: ContractLine) -> None:
    """A device belongs to the customer or, where that is a dealer, to anybody; a site to the
    customer. The days lie within the contract's.
    """
    owned = line.site or (None if contract.customer.is_dealer else line.asset)
    if owned is not None and owned.customer_id != contract.customer_id:
        raise DomainError(_("%(what)s belongs to another customer.") % {"what": owned})
    first, last = line.starts_on or contract.starts_on, line.ends_on or contract.ends_on
    if not contract.starts_on <= first <= last <= contract.ends_on:
        raise DomainError(_("The days of a line have to lie within the contract's."))


def refuse_own(contract: ServiceContract, by: Employee) -> None:
    if contract.drafted_by_id == by.pk:
        raise DomainError(_("Somebody who did not draft it has to decide."))
