"""What goes to accounting: each invoice and each credit note once, of orders and of contracts, in a
file that is kept.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Instalment
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.imports.refusing import as_cell
from crmservice.money import money
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders.models import AccountingRun, CreditNote, Invoice
from orders.queries import rate_on

# docs/accounting-export.md says what each holds; the words stay, whatever the language.
COLUMNS = (
    "run", "document", "number", "date", "due_date", "order", "refers_to", "customer_no",
    "customer", "currency", "exchange_rate", "net", "tax_rate", "tax", "gross", "net_base",
    "tax_base", "gross_base", "reason", "contract", "period_from", "period_to",
)  # fmt: skip
OF_ORDERS = (Invoice, CreditNote)


@transaction.atomic
def export_to_accounting(*, by: Employee, at: datetime) -> AccountingRun:
    """Write what is in no file yet; of two who do it at once each document is in one of the files.

    Raises DomainError when there is nothing new.
    """
    run = AccountingRun.objects.create(number=next_number("AX", at), by=by, at=at)
    count = sum(model.objects.filter(run=None).update(run=run) for model in OF_ORDERS)
    count += Instalment.objects.to_export().update(accounting_run=run.number)
    if not count:
        raise DomainError(_("There is nothing new for accounting."))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows_of(run))
    run.count, run.content = count, text.getvalue()
    run.save(update_fields=["count", "content"])
    record(run, "orders.exported", by=by, at=at, count=count, number=run.number)
    return run


def rows_of(run: AccountingRun) -> Iterator[list[str]]:
    """The invoices, then the credit notes below zero, each in the order of writing; then those of
    contracts.
    """
    invoices = run.invoices.select_related("order", "billed_to").order_by("pk")
    for bill in invoices:
        yield row_of(run, "invoice", bill, bill, 1)
    notes = run.credit_notes.select_related("invoice__order", "invoice__billed_to").order_by("pk")
    for note in notes:
        yield row_of(run, "credit", note, note.invoice, -1)
    instalments = Instalment.objects.filter(accounting_run=run.number)
    rates: dict[tuple[str, date], Decimal] = {}
    beside = instalments.select_related("contract__customer")
    for instalment in beside.order_by("invoiced_on", "pk"):
        assert instalment.invoiced_on is not None
        case = (instalment.contract.currency, instalment.invoiced_on)
        if case not in rates:
            rates[case] = rate_on(*case)
        yield row_of_contract(run, instalment, rates[case])


def row_of(
    run: AccountingRun, kind: str, document: Invoice | CreditNote, bill: Invoice, sign: int
) -> list[str]:
    order, is_invoice = bill.order, isinstance(document, Invoice)
    net, tax = sign * document.net, sign * document.tax
    net_base, gross_base = in_base(net, order.rate), in_base(net + tax, order.rate)
    dated = document.invoiced_on if isinstance(document, Invoice) else document.credited_on
    return [
        run.number,
        kind,
        as_cell(document.number),
        dated.isoformat(),
        bill.due_on.isoformat() if is_invoice else "",
        as_cell(order.number),
        "" if is_invoice else as_cell(bill.number),
        as_cell(bill.billed_to.code),
        as_cell(bill.billed_to.name),
        order.currency,
        f"{order.rate.normalize():f}",
        str(net),
        f"{order.tax_rate.normalize():f}",
        str(tax),
        str(net + tax),
        str(net_base),
        str(gross_base - net_base),
        str(gross_base),
        as_cell(getattr(document, "reason", "")),
        "",
        "",
        "",
    ]


def row_of_contract(run: AccountingRun, instalment: Instalment, rate: Decimal) -> list[str]:
    """A contract knows no tax: its columns stay empty, accounting puts the tax to it."""
    contract = instalment.contract
    assert instalment.invoiced_on is not None
    return [
        run.number,
        "credit" if instalment.is_credit else "invoice",
        as_cell(instalment.invoice_no),
        instalment.invoiced_on.isoformat(),
        "" if instalment.is_credit else instalment.due_on.isoformat(),
        "",
        "",
        as_cell(contract.customer.code),
        as_cell(contract.customer.name),
        contract.currency,
        f"{rate.normalize():f}",
        str(instalment.amount),
        "",
        "",
        "",
        str(in_base(instalment.amount, rate)),
        "",
        "",
        "",
        as_cell(contract.number),
        instalment.first_on.isoformat(),
        instalment.last_on.isoformat(),
    ]


def in_base(value: Decimal, rate: Decimal) -> Decimal:
    return money(value * rate, settings.BASE_CURRENCY)
