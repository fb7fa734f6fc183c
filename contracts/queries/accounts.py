"""What a contract's allowances gave and what is left of them, and what is billed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts import billing
from contracts.allowances import Year, year_of
from contracts.choices import AllowanceKind, Rhythm
from contracts.entitlement import Entitlement, Left, beyond
from contracts.explaining import quantity
from contracts.models import AllowanceUse, Instalment, ServiceContract
from crmservice.web.panels import Panel
from employees.models import Employee

ZERO = Decimal(0)
OF_TASK = "task:"
BEYOND = 5  # the place of the panel


@dataclass(frozen=True)
class Account:
    """An allowance in one year of its contract; `beyond` was approved, `waiting` is not decided."""

    kind: AllowanceKind
    amount: Decimal
    counted: Decimal
    beyond: Decimal
    waiting: Decimal
    year: Year

    @property
    def left(self) -> Decimal:
        return max(self.amount - self.counted, ZERO)

    @property
    def used(self) -> Decimal:
        return self.counted + self.beyond


def accounts_of(contract: ServiceContract, on: date) -> list[Account]:
    """Its allowances in the year of a day; one query, none where nothing is counted."""
    amounts = contract.allowances
    if not amounts:
        return []
    year = year_of(contract.starts_on, contract.ends_on, on)
    excess = F("quantity") - F("counted")
    sums = {
        row["kind"]: row
        for row in AllowanceUse.objects.standing()
        .filter(contract=contract, year_from=year.first)
        .order_by()
        .values("kind")
        .annotate(
            counted_sum=Sum("counted"),
            beyond_sum=Sum(excess, filter=Q(is_approved=True)),
            waiting_sum=Sum(excess, filter=Q(is_approved=None)),
        )
    }
    nothing: dict[str, Decimal | None] = {}
    return [
        Account(
            kind,
            amount,
            counted=sums.get(kind, nothing).get("counted_sum") or ZERO,
            beyond=sums.get(kind, nothing).get("beyond_sum") or ZERO,
            waiting=sums.get(kind, nothing).get("waiting_sum") or ZERO,
            year=year,
        )
        for kind, amount in amounts.items()
    ]


def left_of(contract: ServiceContract, on: date) -> tuple[Left, ...]:
    """For the entitlement of a day."""
    return tuple(
        Left(str(account.kind), f"{account.left.normalize():f}", f"{account.amount.normalize():f}")
        for account in accounts_of(contract, on)
    )


def within_allowance(terms: Entitlement, source: str) -> Entitlement:
    """What holds for the work of a task, `source` being like "task:TK-2026-0001:labour".

    A visit that is more than the contract gives, and that nobody approved, is charged. One query,
    where the contract counts visits.
    """
    if not source.startswith(OF_TASK) or not any(
        left.kind == AllowanceKind.VISITS for left in terms.left
    ):
        return terms
    number = source.removeprefix(OF_TASK).split(":")[0]
    is_charged = (
        AllowanceUse.objects.standing()
        .filter(
            Q(is_approved=None) | Q(is_approved=False),
            source=number,
            kind=AllowanceKind.VISITS,
            counted__lt=F("quantity"),
        )
        .exists()
    )
    return beyond(terms) if is_charged else terms


def beyond_words(use: AllowanceUse, contract: ServiceContract) -> dict[str, Any]:
    """That something is beyond an allowance, how that was decided, and where to decide."""
    kind, label = state_of(use)
    arguments = [contract.number, use.pk]
    text = _("%(source)s is beyond the allowance (%(kind)s: %(quantity)s).") % {
        "source": use.source,
        "kind": AllowanceKind(use.kind).label,
        "quantity": quantity(use.beyond),
    }
    return {
        "text": text,
        "kind": kind,
        "label": label,
        "reason": use.reason,
        "is_waiting": use.is_waiting,
        "approve_url": reverse("contracts:approve_beyond", args=arguments),
        "refuse_url": reverse("contracts:refuse_beyond", args=arguments),
    }


def beyond_panel(source: str, contract: ServiceContract | None, user: Employee) -> Panel | None:
    """On the page of a task or request: what of it is beyond the contract's allowances; one query,
    where the contract counts any.
    """
    if contract is None or not contract.allowances:
        return None
    rows = contract.allowance_uses.standing().filter(source=source, counted__lt=F("quantity"))
    found = [beyond_words(use, contract) for use in rows.order_by("pk")]
    if not found:
        return None
    return Panel(
        BEYOND,
        "contracts/_beyond.html",
        {
            "rows": found,
            "may_decide": user.may("contracts.approve"),
            "contract": contract.number,
            "url": contract.get_absolute_url() if user.may("contracts.view") else "",
        },
        column="side",
    )


def state_of(use: AllowanceUse) -> tuple[str, str]:
    """How a row of the account stands, as a kind of kinds.py and in words."""
    if use.given_back_at:
        return "cancelled", _("Given back")
    if use.is_waiting:
        return "waiting", _("Waits for a decision")
    if use.beyond and use.is_approved is not None:
        return ("approved", _("Approved")) if use.is_approved else ("rejected", _("Charged"))
    return "covered", _("Counted")


def bill_state(instalment: Instalment, today: date) -> tuple[str, str]:
    """How a part of the billing stands, as a kind of kinds.py and in words."""
    if instalment.paid_on:
        return "paid", _("Paid back") if instalment.is_credit else _("Paid")
    if instalment.invoiced_on:
        return "invoiced", _("Credited") if instalment.is_credit else _("Invoiced")
    if instalment.due_on <= today:
        said = _("To be credited now") if instalment.is_credit else _("To be invoiced now")
        return "overdue", said
    return "planned", _("To come")


def parts_of(contract: ServiceContract, until: date | None = None) -> list[billing.Part]:
    """The parts as they follow from the contract's terms, `until` the first day without cover;
    none without a value.
    """
    until = until or contract.terminated_on
    parts = whole_parts_of(contract)
    if until is None:
        return parts
    cut = [billing.cut(part, until, contract.currency) for part in parts]
    return [part for part in cut if part is not None]


def whole_parts_of(contract: ServiceContract) -> list[billing.Part]:
    """The parts as if the contract covered until its own last day."""
    if not contract.value:
        return []
    return billing.schedule(
        contract.value,
        contract.currency,
        contract.starts_on,
        contract.ends_on,
        Rhythm(contract.billing_rhythm),
        in_advance=contract.billed_in_advance,
    )
