"""What the claimant does: write outlays down, change them, hand the claim in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import MINOR_DIGITS, money
from crmservice.numbers.models import next_number
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from expenses.actions.keeping import about, lock, move
from expenses.choices import Category, Status
from expenses.models import ExpenseClaim, ExpenseLine
from service_requests.models import ServiceRequest


@dataclass(frozen=True, kw_only=True)
class Outlay:
    """One line as it was typed; `pk` names a line that is there already.

    A task says the request and the customer by itself, a request the customer; without any of them
    it is general cost.
    """

    category: Category
    amount: Decimal
    spent_on: date
    text: str = ""
    task: Task | None = None
    service_request: ServiceRequest | None = None
    customer: Customer | None = None
    pk: int | None = None


@transaction.atomic
def create(
    *,
    lines: Sequence[Outlay],
    currency: str = settings.BASE_CURRENCY,
    rate: Decimal | None = None,
    note: str = "",
    by: Employee,
    at: datetime,
) -> ExpenseClaim:
    """A draft of one's own. Raises DomainError without lines and for outlays that cannot be."""
    claim = ExpenseClaim.objects.create(
        number=next_number("EX", at),
        claimant=by,
        currency=currency,
        rate=rate_of(currency, rate),
        note=note.strip(),
        created_at=at,
    )
    write_lines(claim, lines, at=at)
    record(claim, "expenses.created", by=by, at=at, about=about(claim))
    return claim


@transaction.atomic
def change(  # noqa: PLR0913  (the fields of the form, each by name)
    claim: ExpenseClaim,
    *,
    lines: Sequence[Outlay],
    currency: str,
    rate: Decimal | None = None,
    note: str = "",
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> ExpenseClaim:
    """Write the claim as it is typed now: lines that are not among `lines` are removed.

    A rejected claim becomes a draft again. Raises DomainError for somebody else's claim, one that
    is handed in, one that another window changed, and for outlays that cannot be.
    """
    claim = lock(claim)
    refuse_stranger(claim, by)
    if not claim.is_editable:
        raise DomainError(
            _("%(number)s is %(now)s; take it back first, then change it.")
            % {"number": claim.number, "now": claim.get_status_display()}
        )
    if version is not None and version != claim.version:
        raise DomainError(_("The claim was changed in another window. Load the page again."))
    before = claim.amount
    if claim.status == Status.REJECTED:
        claim.move_to(Status.DRAFT)
        claim.decided_by = claim.decided_at = None
        claim.decision = ""
    claim.currency, claim.rate, claim.note = currency, rate_of(currency, rate), note.strip()
    claim.version += 1
    claim.save()
    write_lines(claim, lines, at=at)
    record(claim, "expenses.changed", by=by, at=at, before=str(before), after=str(claim.amount))
    return claim


@transaction.atomic
def submit(claim: ExpenseClaim, *, by: Employee, at: datetime) -> ExpenseClaim:
    """Hand one's claim in. Raises DomainError for somebody else's and for an empty one."""
    claim = lock(claim)
    refuse_stranger(claim, by)
    if not claim.lines.exists():
        raise DomainError(_("A claim without lines cannot be submitted."))
    claim.submitted_at = at
    return move(claim, Status.SUBMITTED, "expenses.submitted", "submitted_at", by=by, at=at)


@transaction.atomic
def withdraw(claim: ExpenseClaim, *, by: Employee, at: datetime) -> ExpenseClaim:
    """Take one's claim back before somebody decides, to change it."""
    claim = lock(claim)
    refuse_stranger(claim, by)
    if claim.status != Status.SUBMITTED:
        raise DomainError(_("Only a submitted claim can be taken back."))
    claim.submitted_at = None
    return move(claim, Status.DRAFT, "expenses.withdrawn", "submitted_at", by=by, at=at)


def move_customer(joined: Customer, kept: Customer) -> list[int]:
    """Two customers are one: outlays for the joined one are the kept one's."""
    keys = list(ExpenseLine.objects.filter(customer=joined).values_list("pk", flat=True))
    ExpenseLine.objects.filter(pk__in=keys).update(customer=kept)
    return keys


def write_lines(claim: ExpenseClaim, lines: Sequence[Outlay], *, at: datetime) -> None:
    """Add the new ones, change those that are there, remove the others."""
    if not lines:
        raise DomainError(_("A claim needs a line: what was spent, and when."))
    known = {line.pk: line for line in claim.lines.all()}
    kept = []
    for number, outlay in enumerate(lines, start=1):
        refuse_impossible(outlay, number, claim.currency, at=at)
        line = known.get(outlay.pk or 0) or ExpenseLine(claim=claim)
        line.category, line.amount = outlay.category, outlay.amount
        line.spent_on, line.text = outlay.spent_on, outlay.text.strip()
        line.task = outlay.task
        line.service_request, line.customer = belongs_to(outlay, number)
        line.save()
        kept.append(line.pk)
    claim.lines.exclude(pk__in=kept).delete()


def refuse_impossible(outlay: Outlay, number: int, currency: str, *, at: datetime) -> None:
    if outlay.amount <= 0:
        raise DomainError(_("Line %(number)d: more than zero, please.") % {"number": number})
    if money(outlay.amount, currency) != outlay.amount:
        said = _("Line %(number)d: %(currency)s has no such fractions.")
        raise DomainError(said % {"number": number, "currency": currency})
    if outlay.spent_on > timezone.localtime(at, timezone.get_default_timezone()).date():
        raise DomainError(_("Line %(number)d: this day is still to come.") % {"number": number})


def belongs_to(outlay: Outlay, number: int) -> tuple[ServiceRequest | None, Customer | None]:
    """The request and the customer that follow from what is named; contradictions are refused."""
    task, service_request, customer = outlay.task, outlay.service_request, outlay.customer
    if task is not None:
        if service_request is not None and service_request.pk != task.service_request_id:
            said = _("Line %(number)d: the task belongs to another request.")
            raise DomainError(said % {"number": number})
        service_request = task.service_request
    implied = service_request.customer if service_request else task.customer if task else None
    if implied is not None and customer is not None and customer.pk != implied.pk:
        said = _("Line %(number)d: this belongs to another customer.")
        raise DomainError(said % {"number": number})
    return service_request, implied or customer


def rate_of(currency: str, rate: Decimal | None) -> Decimal:
    """One for the base currency; another currency needs its rate."""
    if currency not in MINOR_DIGITS:
        raise DomainError(_("This currency is not known."), field="currency")
    if currency == settings.BASE_CURRENCY:
        return Decimal(1)
    if rate is None or rate <= 0:
        said = _("How many %(base)s was one %(currency)s?")
        words = {"base": settings.BASE_CURRENCY, "currency": currency}
        raise DomainError(said % words, field="rate")
    return rate


def refuse_stranger(claim: ExpenseClaim, by: Employee) -> None:
    if claim.claimant_id != by.pk:
        raise DomainError(_("Only %(who)s can do this.") % {"who": claim.claimant})
