"""What tasks and requests take of a contract's allowances, and what becomes of more than there is.

The account never goes below zero: what does not fit waits for the head's decision, and what is
given back goes first to what waits.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.allowances import fitting, year_of
from contracts.choices import AllowanceKind
from contracts.models import AllowanceUse, ServiceContract
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from employees.models import Employee

SAYS_WHY = 300


@transaction.atomic
def take(  # noqa: PLR0913  (a row of the account has many particulars)
    contract: ServiceContract | None,
    kind: AllowanceKind,
    *,
    source: str,
    source_url: str,
    quantity: Decimal | int = 1,
    on: date,
    by: Employee | None,
    at: datetime,
) -> AllowanceUse | None:
    """Take of the allowance of the contract's year; once for each source, however often it asks.

    None where the contract counts no such thing. What does not fit waits for a decision.
    """
    amount = contract.allowance(kind) if contract else None
    if contract is None or amount is None or quantity <= 0:
        return None
    contract = ServiceContract.objects.lock(contract.pk)
    known = contract.allowance_uses.standing().filter(kind=kind, source=source).first()
    if known is not None:
        return known
    first = year_of(contract.starts_on, contract.ends_on, on).first
    wanted = Decimal(quantity)
    use = AllowanceUse(
        contract=contract,
        kind=kind,
        year_from=first,
        source=source,
        source_url=source_url,
        quantity=wanted,
        counted=fitting(amount, counted_in(contract, kind, first), wanted),
        taken_on=on,
    )
    use.save(force_insert=True)
    told(use, "contracts.beyond_allowance" if use.beyond else "contracts.allowance_taken", by, at)
    return use


@transaction.atomic
def give_back(source: str, *, by: Employee | None, at: datetime) -> int:
    """What a source took is there again; what waits takes of it first. Returns how many rows."""
    uses = AllowanceUse.objects.standing().filter(source=source)
    contracts = sorted(set(uses.values_list("contract", flat=True)))
    for pk in contracts:
        ServiceContract.objects.lock(pk)
    found = list(uses.select_related("contract__customer").order_by("pk"))
    for use in found:
        use.given_back_at = at
        use.save(update_fields=["given_back_at"])
        told(use, "contracts.allowance_given_back", by, at)
        let_in(use.contract, use.kind, use.year_from)
    return len(found)


@transaction.atomic
def approve_beyond(use: AllowanceUse, *, reason: str, by: Employee, at: datetime) -> AllowanceUse:
    """The contract covers it all the same. Raises DomainError when nothing waits."""
    return decide(use, "contracts.beyond_approved", reason=reason, by=by, at=at, is_approved=True)


@transaction.atomic
def refuse_beyond(use: AllowanceUse, *, reason: str, by: Employee, at: datetime) -> AllowanceUse:
    """It is charged. Raises DomainError when nothing waits."""
    return decide(use, "contracts.beyond_refused", reason=reason, by=by, at=at, is_approved=False)


def decide(
    use: AllowanceUse, verb: str, *, reason: str, by: Employee, at: datetime, is_approved: bool
) -> AllowanceUse:
    ServiceContract.objects.lock(use.contract_id)
    use = AllowanceUse.objects.select_related("contract__customer").get(pk=use.pk)
    if not use.is_waiting:
        raise DomainError(_("It is decided already."))
    use.is_approved, use.decided_by, use.decided_at = is_approved, by, at
    use.reason = reason.strip()[:SAYS_WHY]
    use.save(update_fields=["is_approved", "decided_by", "decided_at", "reason"])
    told(use, verb, by, at, reason=use.reason)
    return use


def let_in(contract: ServiceContract, kind: str, first: date) -> None:
    """What waits takes what has become free, the oldest first."""
    amount = contract.allowance(kind)
    if amount is None:
        return
    for use in AllowanceUse.objects.of_year(contract, kind, first).waiting():
        more = fitting(amount, counted_in(contract, kind, first), use.beyond)
        if not more:
            return
        use.counted += more
        use.save(update_fields=["counted"])


def counted_in(contract: ServiceContract, kind: str, first: date) -> list[Decimal]:
    uses = AllowanceUse.objects.of_year(contract, kind, first)
    return list(uses.values_list("counted", flat=True))


def told(use: AllowanceUse, verb: str, by: Employee | None, at: datetime, **details: Any) -> None:
    record(
        use.contract,
        verb,
        by=by,
        at=at,
        about=[use.contract.customer],
        source=use.source,
        quantity=f"{use.quantity.normalize():f}",
        beyond=f"{use.beyond.normalize():f}",
        kind=in_both(lambda: str(AllowanceKind(use.kind).label)),
        **details,
    )
