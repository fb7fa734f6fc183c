"""What goes to accounting: each invoice and each credit note once, in a file that is kept."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.imports.refusing import as_cell
from crmservice.money import money
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders.models import AccountingRun, CreditNote, Invoice

# docs/accounting-export.md says what each holds; the words stay, whatever the language.
COLUMNS = (
    "run", "document", "number", "date", "due_date", "order", "refers_to", "customer_no",
    "customer", "currency", "exchange_rate", "net", "tax_rate", "tax", "gross", "net_base",
    "tax_base", "gross_base", "reason",
)  # fmt: skip


@transaction.atomic
def export_to_accounting(*, by: Employee, at: datetime) -> AccountingRun:
    """Write what is in no file yet; of two who do it at once each document is in one of the files.

    Raises DomainError when there is nothing new.
    """
    run = AccountingRun.objects.create(number=next_number("AX", at), by=by, at=at)
    count = sum(model.objects.filter(run=None).update(run=run) for model in (Invoice, CreditNote))
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
    """The invoices, then the credit notes below zero, each in the order of writing."""
    invoices = run.invoices.select_related("order", "billed_to").order_by("pk")
    for bill in invoices:
        yield row_of(run, "invoice", bill, bill, 1)
    notes = run.credit_notes.select_related("invoice__order", "invoice__billed_to").order_by("pk")
    for note in notes:
        yield row_of(run, "credit", note, note.invoice, -1)


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
    ]


def in_base(value: Decimal, rate: Decimal) -> Decimal:
    return money(value * rate, settings.BASE_CURRENCY)
