"""When parts of a contract's value are due, and what became of each: invoiced, paid."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.billing import Part, still_to_bill
from contracts.choices import INVOICES, Rhythm
from contracts.models import Instalment, ServiceContract
from contracts.queries import parts_of, whole_parts_of
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_free_number, take_number
from crmservice.web.text import in_both
from employees.models import Employee


def lay_out(contract: ServiceContract) -> None:
    """Write anew what is still to bill; what is invoiced stays, and with it what it bills.

    A contract that covers no longer from a day on is billed up to the day before; what was invoiced
    beyond is given back as a credit to the cent.
    """
    billed = [
        Part(each.first_on, each.last_on, each.due_on, each.amount)
        for each in contract.instalments.exclude(invoiced_on=None).order_by("pk")
    ]
    contract.instalments.open().delete()
    kept = {part.first: part for part in parts_of(contract)}
    rows = [
        still_to_bill(
            part,
            kept.get(part.first),
            [each for each in billed if part.first <= each.first <= part.last],
        )
        for part in whole_parts_of(contract)
    ]
    Instalment.objects.bulk_create(
        Instalment(
            contract=contract,
            first_on=part.first,
            last_on=part.last,
            due_on=part.due_on,
            amount=part.amount,
        )
        for part in rows
        if part is not None
    )


@transaction.atomic
def set_billing(
    contract: ServiceContract,
    *,
    billing_rhythm: str,
    billed_in_advance: bool,
    by: Employee,
    at: datetime,
) -> ServiceContract:
    """Bill what is left in another rhythm. Raises DomainError once something is invoiced in the
    present one, for then the spans would not meet.
    """
    contract = ServiceContract.objects.lock(contract.pk)
    was = (contract.billing_rhythm, contract.billed_in_advance)
    is_invoiced = contract.instalments.exclude(invoiced_on=None).exists()
    if is_invoiced and was != (billing_rhythm, billed_in_advance):
        raise DomainError(
            _("Something is invoiced in this rhythm already. Amend the contract to change it."),
            field="billing_rhythm",
        )
    contract.billing_rhythm, contract.billed_in_advance = billing_rhythm, billed_in_advance
    contract.version += 1
    contract.save(update_fields=["billing_rhythm", "billed_in_advance", "version"])
    lay_out(contract)
    record(
        contract,
        "contracts.billing_set",
        by=by,
        at=at,
        about=[contract.customer],
        rhythm=in_both(lambda: str(Rhythm(billing_rhythm).label)),
    )
    return contract


@transaction.atomic
def invoice(
    instalment: Instalment, *, invoice_no: str, invoiced_on: date, by: Employee, at: datetime
) -> Instalment:
    """Note under which number it was invoiced; without one it takes the next. A number is one
    contract's or one order's (ADR 0054).
    """
    instalment = locked(instalment)
    if instalment.invoiced_on is not None:
        raise DomainError(_("It is invoiced already."))
    number, owner = invoice_no.strip(), instalment.contract.number
    if not number:
        number = next_free_number(INVOICES, "INV", at, owner=owner)
    elif not take_number(INVOICES, number, owner=owner):
        raise DomainError(_("Another invoice has this number."), field="invoice_no")
    instalment.invoice_no, instalment.invoiced_on = number, invoiced_on
    instalment.save(update_fields=["invoice_no", "invoiced_on"])
    tell(instalment, "contracts.invoiced", by=by, at=at)
    return instalment


@transaction.atomic
def pay(instalment: Instalment, *, paid_on: date, by: Employee, at: datetime) -> Instalment:
    """The customer has paid it. Raises DomainError before it is invoiced."""
    instalment = locked(instalment)
    if instalment.invoiced_on is None:
        raise DomainError(_("It is not invoiced yet."))
    if instalment.paid_on is not None:
        raise DomainError(_("It is paid already."))
    if paid_on < instalment.invoiced_on:
        raise DomainError(_("It was invoiced later than this day."), field="paid_on")
    instalment.paid_on = paid_on
    instalment.save(update_fields=["paid_on"])
    tell(instalment, "contracts.instalment_paid", by=by, at=at)
    return instalment


def locked(instalment: Instalment) -> Instalment:
    ServiceContract.objects.lock(instalment.contract_id)
    return Instalment.objects.select_related("contract__customer").get(pk=instalment.pk)


def tell(instalment: Instalment, verb: str, *, by: Employee, at: datetime) -> None:
    contract = instalment.contract
    record(
        contract,
        verb,
        by=by,
        at=at,
        about=[contract.customer],
        number=instalment.invoice_no,
        first_on=instalment.first_on,
        last_on=instalment.last_on,
    )
