"""What changed between two versions of a contract, and what the last period says for the next."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.allowances import year_of
from contracts.choices import AllowanceKind, LineScope
from contracts.explaining import promise_line, quantity
from contracts.models import AllowanceUse, ContractLine, ServiceContract
from contracts.queries.judging import level_of
from contracts.renewal_price import Figure, Step, suggest
from contracts.signals import service_asked
from crmservice.web.text import amount, day, percent
from employees.models import Employee

ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


def changes_between(
    before: ServiceContract, after: ServiceContract, *, with_value: bool
) -> list[Change]:
    """Field by field what the later version says otherwise, then its lines; two queries."""
    was, is_ = terms_of(before, with_value=with_value), terms_of(after, with_value=with_value)
    changed = [
        Change(label, old or "–", new or "–")
        for (label, old), (_label, new) in zip(was, is_, strict=True)
        if old != new
    ]
    covered, covers = lines_of(before), lines_of(after)
    gone = [line for line in covered if line not in covers]
    new_ones = [line for line in covers if line not in covered]
    changed += [Change(_("No longer covered"), line, "–") for line in gone]
    changed += [Change(_("Newly covered"), "–", line) for line in new_ones]
    return changed


def terms_of(contract: ServiceContract, *, with_value: bool) -> list[tuple[str, str]]:
    """What a contract says, in words."""
    allowances = contract.allowances
    words = [
        (_("Type"), contract.type.name),
        (_("Period"), f"{day(contract.starts_on)} – {day(contract.ends_on)}"),
        (_("Promises"), promise_line(level_of(contract).promises, contract.calendar.code)),
        *(
            (str(kind.label), quantity(allowances[kind]) if kind in allowances else "")
            for kind in AllowanceKind
        ),
        (
            _("On-site rate per hour"),
            amount(contract.onsite_rate_per_hour, contract.currency),
        ),
        (_("Parts discount"), percent(contract.parts_discount)),
        (_("Responsible"), contract.responsible.name if contract.responsible else ""),
        (_("Note"), contract.note),
    ]
    if with_value:
        billed = _("in advance") if contract.billed_in_advance else _("in arrears")
        words += [
            (_("Value"), amount(contract.value, contract.currency)),
            (_("Billing"), f"{contract.get_billing_rhythm_display()}, {billed}"),
        ]
    return words


def lines_of(contract: ServiceContract) -> list[str]:
    rows = contract.lines.select_related("asset", "asset_model", "site")
    return [line_text(line) for line in rows]


def line_text(line: ContractLine) -> str:
    """A line in words, with its own days if it has any."""
    what = line.asset or line.asset_model or line.site
    scope = LineScope(line.scope).label
    text = f"{scope}: {what}" if what else str(scope)
    if line.starts_on or line.ends_on:
        text += f" ({day(line.starts_on) or '…'} – {day(line.ends_on) or '…'})"
    return text


@dataclass(frozen=True)
class YearOfUse:
    """What was used of an allowance in one year of the contract."""

    kind: AllowanceKind
    first: date
    last: date
    amount: Decimal
    used: Decimal

    @property
    def unused(self) -> Decimal:
        return max(self.amount - self.used, ZERO)


@dataclass(frozen=True)
class Proposal:
    """What the period until now says for the next one; cost only for who may see it."""

    first: date
    until: date
    years: list[YearOfUse]
    figures: list[Figure]
    earned: Decimal
    cost: Decimal | None
    billed: Decimal
    steps: list[Step] = field(default_factory=list)

    @property
    def price(self) -> Decimal:
        return self.steps[-1].price if self.steps else ZERO

    @property
    def result(self) -> Decimal | None:
        """Profitability: value less the cost of service; what was billed beside it not counted."""
        return None if self.cost is None else self.earned - self.cost


def proposal_of(
    contract: ServiceContract, user: Employee, *, next_days: int, at: datetime
) -> Proposal:
    """Of a contract's days that have passed; the floors above say what was done in them."""
    today = timezone.localdate(at)
    until = min(max(today, contract.starts_on), contract.ends_on)
    days, past = contract.days_from(contract.starts_on), (until - contract.starts_on).days + 1
    asked: dict[str, Any] = {"user": user, "first": contract.starts_on, "end": until + ONE_DAY}
    answers = service_asked.send(ServiceContract, contract=contract, at=at, **asked)
    figures: list[Figure] = [figure for _receiver, told in answers for figure in told or ()]  # type: ignore[misc]
    figures.sort(key=lambda each: each.order)
    costs = [figure.cost for figure in figures if figure.cost is not None]
    cost = sum(costs, start=ZERO) if costs else None
    billed = sum((figure.billed for figure in figures if figure.billed), start=ZERO)
    years = years_of_use(contract, until)
    shares = [each.used / each.amount for each in years if each.amount]
    return Proposal(
        first=contract.starts_on,
        until=until,
        years=years,
        figures=figures,
        earned=(contract.value * past / days).quantize(Decimal("0.01")),
        cost=cost,
        billed=billed,
        steps=suggest(
            contract.value,
            days=days,
            next_days=next_days,
            past_days=past,
            cost=None if cost is None else max(cost - billed, ZERO),
            used=shares,
        ),
    )


def years_of_use(contract: ServiceContract, until: date) -> list[YearOfUse]:
    """Each year of the contract up to a day, with each allowance; one query."""
    amounts = contract.allowances
    if not amounts:
        return []
    rows = (
        AllowanceUse.objects.standing()
        .filter(contract=contract)
        .order_by()
        .values("kind", "year_from")
        .annotate(
            fitted=Sum("counted"),
            more=Sum(F("quantity") - F("counted"), filter=Q(is_approved=True)),
        )
    )
    used = {(row["kind"], row["year_from"]): row["fitted"] + (row["more"] or 0) for row in rows}
    found, on = [], contract.starts_on
    while on <= until:
        year = year_of(contract.starts_on, contract.ends_on, on)
        found += [
            YearOfUse(kind, *year, whole, used.get((kind, year.first), ZERO))
            for kind, whole in amounts.items()
        ]
        on = year.last + ONE_DAY
    return found
