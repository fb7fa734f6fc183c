"""From what was delivered to the money: invoices, payments, credit notes.

An order line is invoiced by quantity, as often as something of it was delivered. Each part of it is
the difference of two rounded shares, so that all parts add up to the line; so does the tax.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from contracts.choices import INVOICES
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import ZERO, money, total
from crmservice.numbers.models import next_free_number
from crmservice.web.text import amount
from employees.models import Employee
from orders.actions.following import follow
from orders.actions.keeping import about, day_of, demand
from orders.choices import SOLD
from orders.explaining import name_of
from orders.models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
)


@transaction.atomic
def invoice(  # noqa: PLR0913  (an invoice has these parts)
    order: Order,
    *,
    quantities: Mapping[int, Decimal] | None = None,
    invoiced_on: date,
    due_on: date,
    language: str = "zh-hans",
    note: str = "",
    by: Employee,
    at: datetime,
) -> Invoice:
    """Write an invoice of what was delivered and done: all that is open, or so much of each line by
    its key.

    Raises DomainError for an order that nobody approved, more than is delivered and not invoiced,
    nothing at all, and a due day before the invoice's.
    """
    order = Order.objects.lock(order.pk)
    if order.status not in SOLD:
        raise DomainError(_("Only what is approved is invoiced."))
    if invoiced_on > day_of(at):
        raise DomainError(_("This day is still to come."), field="invoiced_on")
    if due_on < invoiced_on:
        raise DomainError(_("It is due on its own day at the earliest."), field="due_on")
    lines = {line.pk: line for line in order.lines.select_related("part")}
    wanted = quantities
    if wanted is None:
        wanted = {pk: line.to_invoice for pk, line in lines.items()}
    parts = [part_of(lines[pk], quantity) for pk, quantity in wanted.items() if quantity]
    with override(language):  # a part has a name in either
        parts = [part._replace(text=name_of(part.order_line)[:200]) for part in parts]
    net = total((part.amount for part in parts), order.currency)
    if not net:
        raise DomainError(_("There is nothing to invoice: nothing is delivered that is billed."))
    tax = tax_of(order, net)
    written = Invoice.objects.create(
        number=next_free_number(INVOICES, "INV", at, owner=str(order)),
        order=order,
        billed_to=order.billing_customer or order.customer,
        language=language,
        invoiced_on=invoiced_on,
        due_on=due_on,
        net=net,
        tax=tax,
        gross=net + tax,
        note=note.strip(),
        by=by,
        at=at,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=written, **part._asdict()) for part in parts
    )
    for part in parts:
        part.order_line.invoiced += part.quantity
        part.order_line.save(update_fields=["invoiced"])
    tell(
        written,
        "orders.invoice_written",
        by=by,
        at=at,
        amount=amount(written.gross, order.currency),
    )
    follow(order, by=by, at=at)
    return written


class Part(NamedTuple):
    """What an invoice says of an order line."""

    order_line: OrderLine
    text: str
    quantity: Decimal
    minutes: int | None
    unit_price: Decimal
    amount: Decimal


def part_of(line: OrderLine, quantity: Decimal) -> Part:
    if quantity < 0 or quantity > line.to_invoice:
        raise DomainError(
            _("“%(line)s”: %(open)s are delivered and not yet invoiced.")
            % {"line": line.text, "open": f"{line.to_invoice.normalize():f}"},
            field=f"line_{line.pk}",
        )
    worth = share_of(line, line.invoiced + quantity) - share_of(line, line.invoiced)
    is_whole = quantity == line.quantity
    minutes = line.minutes if is_whole else None
    return Part(line, line.text, quantity, minutes, line.unit_price, worth)


def share_of(line: OrderLine, quantity: Decimal) -> Decimal:
    """What so much of a line is worth."""
    return money(line.amount * quantity / line.quantity, line.order.currency)


def tax_of(order: Order, net: Decimal) -> Decimal:
    """The tax of the next invoice: all of them together bear the tax of their sum."""
    before = list(order.invoices.values_list("net", "tax"))
    whole = net + sum((each for each, _tax in before), ZERO)
    known = sum((tax for _net, tax in before), ZERO)
    return money(whole * order.tax_rate, order.currency) - known


@transaction.atomic
def pay(
    invoice: Invoice,
    *,
    amount: Decimal,
    paid_on: date,
    reference: str = "",
    by: Employee,
    at: datetime,
) -> Payment:
    """Note money that came, in part or in full; after a credit of what was paid, the money that
    went back.

    Raises DomainError for nothing, more than is open, and a day that is still to come.
    """
    order, bill = locked(invoice)
    open_amount = bill.open_amount
    if amount <= 0:
        raise DomainError(_("An amount is more than zero."), field="amount")
    if amount > abs(open_amount):
        said = _("%(open)s is open: more cannot be paid.")
        raise DomainError(said % {"open": words_of(abs(open_amount), order)}, field="amount")
    if paid_on > day_of(at):
        raise DomainError(_("This day is still to come."), field="paid_on")
    signed = amount if open_amount > 0 else -amount
    payment = Payment.objects.create(
        invoice=bill, amount=signed, paid_on=paid_on, reference=reference.strip(), by=by, at=at
    )
    bill.paid += signed
    balance(bill, at=at)
    verb = "orders.payment_noted" if signed > 0 else "orders.payback_noted"
    tell(bill, verb, by=by, at=at, amount=words_of(amount, order))
    follow(order, by=by, at=at)
    return payment


@transaction.atomic
def reverse_payment(payment: Payment, *, reason: str, by: Employee, at: datetime) -> Payment:
    """It did not come after all, or belongs to another invoice; with the reason. The row stays.

    Raises DomainError when it is reversed already, and while money that went back leans on it.
    """
    order, bill = locked(payment.invoice)
    payment = bill.payments.get(pk=payment.pk)
    why = demand(reason, "reason")
    if payment.reversed_at is not None:
        raise DomainError(_("It is reversed already."))
    if not 0 <= bill.paid - payment.amount <= bill.gross:
        raise DomainError(_("Money went back since. Reverse that first."))
    payment.reversed_by, payment.reversed_at, payment.reason = by, at, why
    payment.save(update_fields=["reversed_by", "reversed_at", "reason"])
    bill.paid -= payment.amount
    balance(bill, at=at)
    tell(bill, "orders.payment_reversed", by=by, at=at, reason=why,
         amount=words_of(payment.amount, order))  # fmt: skip
    follow(order, by=by, at=at)
    return payment


@transaction.atomic
def credit(
    invoice: Invoice,
    *,
    quantities: Mapping[int, Decimal],
    amounts: Mapping[int, Decimal] | None = None,
    credited_on: date | None = None,
    reason: str,
    by: Employee,
    at: datetime,
) -> CreditNote:
    """Give back so much of each line of an invoice (`quantities` by the keys of its lines), with
    the reason; `amounts` where less than its share is given back, net in the order's currency.

    What was paid beyond what is left is then owed to the customer (`Invoice.open_amount` below
    zero) until it is paid back. Raises DomainError without a reason, for nothing, and for more than
    was invoiced and not yet credited.
    """
    order, bill = locked(invoice)
    why = demand(reason, "reason")
    lines = {line.pk: line for line in bill.lines.select_related("order_line")}
    given = [
        (lines[pk], quantity, worth_of(lines[pk], quantity, (amounts or {}).get(pk), order))
        for pk, quantity in quantities.items()
        if quantity
    ]
    net = total((worth for _line, _quantity, worth in given), order.currency)
    if not net:
        raise DomainError(_("Say what is credited, and how much of it."))
    for line, quantity, worth in given:
        line.credited += quantity
        line.credited_amount += worth
        line.save(update_fields=["credited", "credited_amount"])
    credited = total((line.credited_amount for line in lines.values()), order.currency)
    tax = money(bill.tax * credited / bill.net, order.currency) - total(
        (note.tax for note in bill.credit_notes.all()), order.currency
    )
    note = CreditNote.objects.create(
        number=next_free_number(INVOICES, "CR", at, owner=str(order)),
        invoice=bill,
        credited_on=credited_on or day_of(at),
        net=net,
        tax=tax,
        gross=net + tax,
        reason=why,
        by=by,
        at=at,
    )
    CreditNoteLine.objects.bulk_create(
        CreditNoteLine(credit_note=note, invoice_line=line, quantity=quantity, amount=worth)
        for line, quantity, worth in given
    )
    bill.credited += note.gross
    balance(bill, at=at)
    tell(bill, "orders.credited", by=by, at=at, reason=why, credit=note.number,
         amount=words_of(note.gross, order))  # fmt: skip
    follow(order, by=by, at=at)
    return note


@transaction.atomic
def credit_line(
    line: OrderLine,
    quantity: Decimal,
    *,
    amount: Decimal | None = None,
    reason: str,
    by: Employee,
    at: datetime,
) -> list[CreditNote]:
    """Credit so much of an order line on whatever invoices it stands, the latest first: for goods
    that came back. `amount`, net in the order's currency, where not all of it is given back.

    Returns the credit notes, one an invoice. Raises DomainError as `credit`, and for more than is
    invoiced and not yet credited.
    """
    Order.objects.lock(line.order_id)
    invoiced = [each for each in invoiced_of(line) if each.open_quantity]
    if quantity <= 0 or quantity > sum((each.open_quantity for each in invoiced), ZERO):
        said = _("“%(line)s”: only what is invoiced and not yet credited is credited.")
        raise DomainError(said % {"line": line.text}, field="quantity")
    notes, left, left_amount = [], quantity, amount
    for each in invoiced:
        taken = min(left, each.open_quantity)
        if not taken:
            break
        amounts = None
        if amount is not None and left_amount is not None:
            part = money(left_amount * taken / left, line.order.currency)
            amounts, left_amount = {each.pk: part}, left_amount - part
        notes.append(
            credit(
                each.invoice, quantities={each.pk: taken}, amounts=amounts, reason=reason, by=by,
                at=at,
            )
        )  # fmt: skip
        left -= taken
    return notes


def invoiced_of(line: OrderLine) -> Sequence[InvoiceLine]:
    rows = line.invoice_lines.select_related("invoice", "order_line")
    return list(rows.order_by("-invoice__invoiced_on", "-pk"))


def worth_of(line: InvoiceLine, quantity: Decimal, asked: Decimal | None, order: Order) -> Decimal:
    """What so much of an invoice's line is worth, or the part of it that is given back."""
    if quantity < 0 or quantity > line.open_quantity:
        raise DomainError(
            _("“%(line)s”: %(open)s can still be credited.")
            % {"line": line.text, "open": f"{line.open_quantity.normalize():f}"},
            field=f"line_{line.pk}",
        )
    before, after = (
        money(line.amount * each / line.quantity, order.currency)
        for each in (line.credited, line.credited + quantity)
    )
    whole = min(after - before, line.amount - line.credited_amount)
    if asked is None:
        return whole
    if not 0 <= asked <= whole:
        said = _("“%(line)s”: at most %(most)s of it.")
        words = {"line": line.text, "most": words_of(whole, order)}
        raise DomainError(said % words, field=f"line_{line.pk}")
    return asked


def locked(invoice: Invoice) -> tuple[Order, Invoice]:
    """The order, then its invoice, as they are now."""
    order = Order.objects.lock(invoice.order_id)
    bill = Invoice.objects.lock(invoice.pk)
    bill.order = order
    return order, bill


def balance(bill: Invoice, *, at: datetime) -> None:
    """It is settled as soon as nothing is open, and open again when something is."""
    bill.settled_at = None if bill.open_amount else bill.settled_at or at
    bill.save(update_fields=["paid", "credited", "settled_at"])


def words_of(value: Decimal, order: Order) -> str:
    return amount(value, order.currency)


def tell(bill: Invoice, verb: str, *, by: Employee, at: datetime, **details: Any) -> None:
    """In the trail of the invoice and of its order."""
    beside = [bill.order, *about(bill.order)]
    record(bill, verb, by=by, at=at, about=beside, number=bill.number, **details)
