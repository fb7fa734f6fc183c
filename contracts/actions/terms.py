"""What a contract says: draft, change, submit, approve, reject, amend, renew, terminate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset
from contracts.actions.billing import lay_out
from contracts.actions.keeping import back_to_draft, put_in_force, refuse_own, settle
from contracts.choices import RUNNING, TO_COME, LineScope, Status
from contracts.models import ContractLine, ServiceContract
from contracts.queries import model_ids, parts_of, reindex, search_words
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import total
from crmservice.numbers.models import next_number
from crmservice.search.index import index
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
    "billing_rhythm",
    "billed_in_advance",
    "visits_per_year",
    "hours_per_year",
    "cases_per_year",
    "responsible",
    "note",
)


@transaction.atomic
def draft(
    values: Mapping[str, Any], *, lines: Iterable[ContractLine], by: Employee, at: datetime
) -> ServiceContract:
    """A new draft with what it covers; `lines` are unsaved."""
    contract = ServiceContract(number=next_number("SC", at), drafted_by=by, **values)
    refuse_wrong_dates(contract)
    contract.save()
    write_lines(contract, rows := list(lines))
    refuse_ineligible(contract, rows)
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
    refuse_ineligible(changed, rows)
    after = listed(rows, described, "; ")
    if before != after:
        changed.lines.all().delete()
        write_lines(changed, rows)
        shown = {"lines": [before, after]}
        record(changed, "contracts.changed", by=by, at=at, changes=shown, version=changed.version)
    if before != after or changed.version != current.version:
        changed.editors.add(by)
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
    """It covers from its first day on: at once, or when the clock comes to that day.

    What it renews or amends gives way on that day. Raises DomainError for its author, and for terms
    that its type is not for.
    """
    contract = ServiceContract.objects.lock(contract.pk)
    refuse_own(contract, by)
    today = timezone.localdate(at)
    is_to_come = contract.starts_on > today
    contract.move_to(Status.APPROVED if is_to_come else Status.ACTIVE)
    if contract.ends_on < today:
        raise DomainError(_("Its last day is over already."))
    refuse_ineligible(contract, saved_lines(contract))
    contract.approved_by = by
    if is_to_come:
        settle(contract, "contracts.approved_ahead", "approved_by", by=by, at=at)
        make_room(contract)
        lay_out(contract)
        return contract
    return put_in_force(contract, "contracts.approved", "approved_by", by=by, at=at)


@transaction.atomic
def terminate(
    contract: ServiceContract, *, on: date, reason: str, by: Employee, at: datetime
) -> ServiceContract:
    """End it early: `on` is the first day without cover. Raises DomainError for a day outside."""
    contract = ServiceContract.objects.lock(contract.pk)
    contract.move_to(Status.TERMINATED)
    last = contract.terminated_on or contract.ends_on  # what follows it begins on the former
    if not max(contract.starts_on, timezone.localdate(at)) <= on <= last:
        raise DomainError(_("The day has to be from today until its last day."), field="on")
    if contract.renews_id is not None and on == contract.starts_on:
        give_room_back(contract)
    contract.terminated_on = on
    lay_out(contract)
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
def renew(
    contract: ServiceContract, *, value: Decimal | None = None, by: Employee, at: datetime
) -> ServiceContract:
    """A draft for the next period of the same length, with the same promises and lines; without a
    `value` for the same price.
    """
    starts_on, ends_on = next_period(contract)
    return successor(
        contract,
        starts_on,
        ends_on,
        "contracts.renewal_drafted",
        by=by,
        at=at,
        **({} if value is None else {"value": value}),
    )


@transaction.atomic
def amend(
    contract: ServiceContract, *, from_on: date, by: Employee, at: datetime
) -> ServiceContract:
    """A draft that takes its place from a day on; the old terms stay readable.

    Its value is the share of the value that falls on its days: what the old terms bill no more.
    """
    contract = ServiceContract.objects.lock(contract.pk)
    if contract.status not in RUNNING:
        raise DomainError(_("Only a contract that is in force is amended."))
    if not contract.starts_on < from_on <= contract.last_on:
        raise DomainError(_("The day has to lie within the contract."), field="from_on")
    kept, whole = (
        total((part.amount for part in parts_of(contract, until)), contract.currency)
        for until in (from_on, None)
    )
    return successor(
        contract,
        from_on,
        contract.last_on,
        "contracts.amendment_drafted",
        value=whole - kept,
        by=by,
        at=at,
    )


@transaction.atomic
def join_customers(joined: Customer, kept: Customer) -> list[int]:
    """Move the contracts of one customer to the customer that it was joined with."""
    moved = list(ServiceContract.objects.filter(customer=joined).values_list("pk", flat=True))
    ServiceContract.objects.filter(pk__in=moved).update(customer=kept)
    reindex(ServiceContract.objects.filter(pk__in=moved))
    return moved


def successor(
    contract: ServiceContract,
    starts_on: date,
    ends_on: date,
    verb: str,
    *,
    by: Employee,
    at: datetime,
    **terms: Any,
) -> ServiceContract:
    """The next version with the same terms but for those that are given."""
    if contract.renewals.filter(status__in=TO_COME).exists():
        raise DomainError(_("There is a draft that follows it already."))
    values = {name: getattr(contract, name) for name in COPIED} | terms
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


def make_room(contract: ServiceContract) -> None:
    """What it follows covers until the day before, and its end is spoken of no more."""
    if contract.renews_id is None:
        return
    before = ServiceContract.objects.lock(contract.renews_id)
    if before.status not in RUNNING:
        return
    before.remind_on = None
    if contract.starts_on <= before.ends_on:
        before.terminated_on = contract.starts_on
    before.version += 1
    before.save(update_fields=["remind_on", "terminated_on", "version"])
    lay_out(before)


def give_room_back(contract: ServiceContract) -> None:
    """What it was to follow covers until its own end after all."""
    assert contract.renews_id is not None
    before = ServiceContract.objects.lock(contract.renews_id)
    if before.status not in RUNNING:
        return
    if before.terminated_on == contract.starts_on:
        before.terminated_on = None
    before.version += 1
    before.save(update_fields=["terminated_on", "version"])
    lay_out(before)


def next_period(contract: ServiceContract) -> tuple[date, date]:
    """The first and the last day of a renewal."""
    length = contract.ends_on - contract.starts_on
    starts_on = contract.ends_on + timedelta(days=1)
    return starts_on, same_day_later(contract, starts_on, length)


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


def refuse_ineligible(contract: ServiceContract, lines: Iterable[ContractLine]) -> None:
    """A type may be for some tiers and models only. Sites and all of the customer may be covered:
    what stands there and is not of such a model is told by the preview.
    """
    of_type = contract.type
    tiers = {tier.pk: tier for tier in of_type.eligible_tiers.all()}
    if tiers and contract.customer.tier_id not in tiers:
        raise DomainError(
            _("%(type)s is for customers of tier %(tiers)s, not for %(tier)s.")
            % {
                "type": of_type.name,
                "tiers": listed(tiers.values(), str, ", "),
                "tier": contract.customer.tier,
            },
            field="type",
        )
    models = {model.pk for model in of_type.eligible_models.all()}
    if not models:
        return
    for line in lines:
        named = line_models(line)
        if named and not models & named:
            raise DomainError(
                _("%(type)s is not for %(what)s.")
                % {"type": of_type.name, "what": line.asset or line.asset_model}
            )


def line_models(line: ContractLine) -> set[int]:
    """The models that a line names: its own, or its device's."""
    if line.asset_model_id is not None:
        return {line.asset_model_id}
    if line.asset_id is None:
        return set()
    asset = Asset.objects.select_related("part").get(pk=line.asset_id)
    return set(model_ids(asset))
