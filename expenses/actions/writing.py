"""What the claimant does: write outlays down, change them, hand the claim in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.attachments import keeping
from crmservice.attachments.checking import Checked
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from crmservice.money import MINOR_DIGITS, ZERO, money
from crmservice.numbers.models import next_number
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from expenses import explaining, policies, queries
from expenses.actions.keeping import BEGUN_AGAIN, about, begin_again, lock, move
from expenses.actions.reviewing import review
from expenses.choices import Category, Status
from expenses.models import ExpenseClaim, ExpenseLine
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest
from service_requests.queries import survivor_of


@dataclass(frozen=True, kw_only=True)
class Outlay:
    """One line as it was typed; `pk` names a line that is there already.

    A task says the request and the customer by itself, a request the customer; without any of them
    it is general cost. Mileage says its kilometres, and the rate says the amount. `receipts` are
    added to those that are there.
    """

    category: Category
    amount: Decimal | None = None
    spent_on: date
    text: str = ""
    city_class: str = ""
    kilometres: Decimal | None = None
    receipts: Sequence[Checked] = ()
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
    write_lines(claim, lines, by=by, at=at)
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
        begin_again(claim)
    claim.currency, claim.rate, claim.note = currency, rate_of(currency, rate), note.strip()
    claim.version += 1
    claim.save()
    write_lines(claim, lines, by=by, at=at)
    record(claim, "expenses.changed", by=by, at=at, before=str(before), after=str(claim.amount))
    return claim


@transaction.atomic
def submit(claim: ExpenseClaim, *, by: Employee, at: datetime) -> ExpenseClaim:
    """Hand one's claim in.

    Raises DomainError for somebody else's, for an empty one, and for one that a policy refuses,
    line by line.
    """
    claim = lock(claim)
    refuse_stranger(claim, by)
    lines = judge(claim, at=at)
    if not lines:
        raise DomainError(_("A claim without lines cannot be submitted."))
    refused = refusals(lines)
    if refused:
        raise DomainError(" ".join(refused))
    claim.submitted_at = at
    claim = move(claim, Status.SUBMITTED, "expenses.submitted", "submitted_at", by=by, at=at)
    review(claim, at=at)
    return claim


@transaction.atomic
def withdraw(claim: ExpenseClaim, *, by: Employee, at: datetime) -> ExpenseClaim:
    """Take one's claim back before somebody decides, to change it."""
    claim = lock(claim)
    refuse_stranger(claim, by)
    if not claim.is_waiting:
        raise DomainError(_("Only a submitted claim can be taken back."))
    begin_again(claim)
    return move(claim, Status.DRAFT, "expenses.withdrawn", *BEGUN_AGAIN, by=by, at=at)


def move_customer(joined: Customer, kept: Customer) -> list[int]:
    """Two customers are one: outlays for the joined one are the kept one's."""
    keys = list(ExpenseLine.objects.filter(customer=joined).values_list("pk", flat=True))
    ExpenseLine.objects.filter(pk__in=keys).update(customer=kept)
    return keys


def follow_request(
    origin: ServiceRequest, target: ServiceRequest, only: Mapping[str, list[int]] | None
) -> dict[str, list[int]]:
    """Outlays for a request that was merged into another are that one's; returns which."""
    return service_requests.repoint(ExpenseLine.objects, origin, target, only)


@transaction.atomic
def attach_receipts(
    line: ExpenseLine, *, files: Sequence[Checked], by: Employee, at: datetime
) -> ExpenseLine:
    """A receipt may follow until somebody has decided; then it raises DomainError."""
    claim = lock(line.claim)
    refuse_stranger(claim, by)
    if not policies.may_attach(by, claim):
        raise DomainError(_("This claim is decided; its receipts stay as they are."))
    keeping.attach_all(line, files, about=[claim], by=by, at=at)
    judge(claim, at=at)
    review(claim, at=at)
    return line


@transaction.atomic
def detach_receipt(line: ExpenseLine, *, receipt: Attachment, by: Employee, at: datetime) -> None:
    """Take a receipt off a draft; from what is handed in nothing is taken away (DomainError)."""
    claim = lock(line.claim)
    refuse_stranger(claim, by)
    if not claim.is_editable:
        raise DomainError(_("Take the claim back first; then its receipts can be changed."))
    keeping.remove(receipt, line, about=[claim], by=by, at=at)
    judge(claim, at=at)


def judge(claim: ExpenseClaim, *, at: datetime) -> list[ExpenseLine]:
    """Write down what the policies have against each line, on the day on which it is handed in."""
    lines = list(claim.lines.all())
    found: dict[int, list[dict[str, Any]]] = {}
    for finding in queries.findings_of(claim, lines, on=queries.day_of(claim.submitted_at or at)):
        found.setdefault(finding.line, []).append(explaining.as_data(finding))
    changed = []
    for number, line in enumerate(lines):
        now = found.get(number, [])
        if line.findings != now:
            line.findings = now
            changed.append(line)
    ExpenseLine.objects.bulk_update(changed, ["findings"])
    return lines


def judge_imported(lines: Sequence[ExpenseLine]) -> None:
    """The same for lines of the history that wait for a decision, each a claim of its own."""
    for line, found in zip(lines, queries.findings_of_each(lines), strict=True):
        line.findings = [explaining.as_data(finding) for finding in found]
    against = [line for line in lines if line.findings]
    ExpenseLine.objects.bulk_update(against, ["findings"], batch_size=500)


def refusals(lines: Iterable[ExpenseLine]) -> list[str]:
    """Why these lines cannot be handed in, in words, line by line."""
    blocking = [[each for each in line.findings if each["blocks"]] for line in lines]
    return [
        explaining.sentence(number, findings)
        for number, findings in enumerate(blocking, start=1)
        if findings
    ]


def write_lines(
    claim: ExpenseClaim, lines: Sequence[Outlay], *, by: Employee, at: datetime
) -> None:
    """Add the new ones, change those that are there, remove the others with their receipts."""
    if not lines:
        raise DomainError(_("A claim needs a line: what was spent, and when."))
    known = {line.pk: line for line in claim.lines.all()}
    kept = []
    for number, outlay in enumerate(lines, start=1):
        line = known.get(outlay.pk or 0) or ExpenseLine(claim=claim, entered_at=at)
        line.kilometres, line.km_rate = distance(outlay, number, line, claim)
        line.category, line.amount = outlay.category, amount_of(outlay, line)
        refuse_impossible(line.amount, outlay.spent_on, number, claim.currency, at=at)
        line.spent_on, line.text = outlay.spent_on, outlay.text.strip()
        line.city_class, line.task = outlay.city_class, outlay.task
        line.service_request, line.customer = belongs_to(outlay, number)
        line.save()
        keeping.attach_all(line, outlay.receipts, about=[claim], by=by, at=at)
        kept.append(line.pk)
    for gone in known.keys() - set(kept):
        for receipt in Attachment.objects.of(known[gone]):
            keeping.remove(receipt, known[gone], about=[claim], by=by, at=at)
    claim.lines.exclude(pk__in=kept).delete()
    judge(claim, at=at)


def distance(
    outlay: Outlay, number: int, line: ExpenseLine, claim: ExpenseClaim
) -> tuple[Decimal | None, Decimal | None]:
    """Kilometres and rate of mileage, nothing for all else.

    A line keeps the rate at which it was first written.
    """
    if outlay.category != Category.MILEAGE:
        return None, None
    if outlay.kilometres is None or outlay.kilometres <= 0:
        raise DomainError(_("Line %(number)d: how many kilometres?") % {"number": number})
    if claim.currency != settings.BASE_CURRENCY:
        said = _("Line %(number)d: mileage is paid in %(base)s; it needs a claim of its own.")
        raise DomainError(said % {"number": number, "base": settings.BASE_CURRENCY})
    rate = line.km_rate or queries.mileage_rate_of(
        claim.claimant, outlay.spent_on, outlay.city_class
    )
    if rate is None:
        said = _("Line %(number)d: the policies have no rate per kilometre for you yet.")
        raise DomainError(said % {"number": number})
    return outlay.kilometres, rate


def amount_of(outlay: Outlay, line: ExpenseLine) -> Decimal:
    """What was typed; of mileage the kilometres at their rate."""
    if line.kilometres is not None and line.km_rate is not None:
        return money(line.kilometres * line.km_rate)
    return outlay.amount or ZERO


def refuse_impossible(
    amount: Decimal, spent_on: date, number: int, currency: str, *, at: datetime
) -> None:
    if amount <= 0:
        raise DomainError(_("Line %(number)d: more than zero, please.") % {"number": number})
    if money(amount, currency) != amount:
        said = _("Line %(number)d: %(currency)s has no such fractions.")
        raise DomainError(said % {"number": number, "currency": currency})
    if spent_on > queries.day_of(at):
        raise DomainError(_("Line %(number)d: this day is still to come.") % {"number": number})


def belongs_to(outlay: Outlay, number: int) -> tuple[ServiceRequest | None, Customer | None]:
    """The request and the customer that follow from what is named; contradictions are refused."""
    task, service_request, customer = outlay.task, outlay.service_request, outlay.customer
    if service_request is not None:
        service_request = survivor_of(service_request)
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
