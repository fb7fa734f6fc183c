"""From what was delivered to the money: invoices, payments, credit notes.

An order line is invoiced by quantity, as often as something of it was delivered. Each part of it is
what the rounded share up to it is more than what stands on invoices already, so that all parts add
up to the line; so does the tax.

A credit note gives something back. The one of a wrong invoice that is written again (`correct`)
gives nothing back: what it takes off the old invoice stands on the new one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from contracts.choices import INVOICES
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import ZERO, money, total
from crmservice.numbers.models import next_free_number
from crmservice.web.text import amount
from customers.models import Customer
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
from orders.queries import in_base


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
    lines = {line.pk: line for line in order.lines.select_related("part")}
    wanted = quantities
    if wanted is None:
        wanted = {pk: line.to_invoice for pk, line in lines.items()}
    written = write_invoice(
        order,
        [(lines[pk], quantity) for pk, quantity in wanted.items() if quantity],
        billed_to=order.billing_customer or order.customer,
        language=language,
        invoiced_on=invoiced_on,
        due_on=due_on,
        note=note,
        by=by,
        at=at,
    )
    follow(order, by=by, at=at)
    return written


def write_invoice(  # noqa: PLR0913  (an invoice has these parts)
    order: Order,
    wanted: Iterable[tuple[OrderLine, Decimal]],
    *,
    billed_to: Customer,
    language: str,
    invoiced_on: date,
    due_on: date,
    note: str,
    replaces: Invoice | None = None,
    by: Employee,
    at: datetime,
) -> Invoice:
    """The invoice of so much of each line; the caller has locked the order and follows it."""
    if order.status not in SOLD:
        raise DomainError(_("Only what is approved is invoiced."))
    if invoiced_on > day_of(at):
        raise DomainError(_("This day is still to come."), field="invoiced_on")
    if due_on < invoiced_on:
        raise DomainError(_("It is due on its own day at the earliest."), field="due_on")
    parts = [part_of(line, quantity) for line, quantity in wanted]
    with override(language):  # a part has a name in either
        parts = [part._replace(text=name_of(part.order_line)[:200]) for part in parts]
    net = total((part.amount for part in parts), order.currency)
    if not net:
        raise DomainError(_("There is nothing to invoice: nothing is delivered that is billed."))
    tax = tax_of(order, net)
    written = Invoice.objects.create(
        number=next_free_number(INVOICES, "INV", at, owner=str(order)),
        order=order,
        billed_to=billed_to,
        language=language,
        invoiced_on=invoiced_on,
        due_on=due_on,
        net=net,
        tax=tax,
        gross=net + tax,
        note=note.strip(),
        replaces=replaces,
        by=by,
        at=at,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=written, **part._asdict()) for part in parts
    )
    for part in parts:
        part.order_line.invoiced += part.quantity
        part.order_line.save(update_fields=["invoiced"])
    said = amount(written.gross, order.currency)
    tell(written, "orders.invoice_written", by=by, at=at, amount=said)
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
    worth = share_of(line, line.invoiced + quantity) - worth_on_invoices(line)
    is_whole = quantity == line.quantity
    minutes = line.minutes if is_whole else None
    return Part(line, line.text, quantity, minutes, line.unit_price, worth)


def share_of(line: OrderLine, quantity: Decimal) -> Decimal:
    """What so much of a line is worth."""
    return money(line.amount * quantity / line.quantity, line.order.currency)


def worth_on_invoices(line: OrderLine) -> Decimal:
    """What of a line stands on invoices, credited or not; what was taken off to be written again
    does not.
    """
    said = line.invoice_lines.aggregate(sum=Sum("amount"))["sum"] or ZERO
    taken_off = CreditNoteLine.objects.filter(
        invoice_line__order_line=line, credit_note__is_correction=True
    )
    return said - (taken_off.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def tax_of(order: Order, net: Decimal) -> Decimal:
    """The tax of the next invoice: all that stand bear together the tax of their sum."""
    before = order.invoices.aggregate(net=Sum("net"), tax=Sum("tax"))
    taken_off = CreditNote.objects.filter(invoice__order=order, is_correction=True)
    off = taken_off.aggregate(net=Sum("net"), tax=Sum("tax"))
    stands = (before["net"] or ZERO) - (off["net"] or ZERO)
    known = (before["tax"] or ZERO) - (off["tax"] or ZERO)
    return money((stands + net) * order.tax_rate, order.currency) - known


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
    payment = put_money(bill, signed, paid_on, reference.strip(), by=by, at=at)
    verb = "orders.payment_noted" if signed > 0 else "orders.payback_noted"
    tell(bill, verb, by=by, at=at, amount=words_of(amount, order))
    follow(order, by=by, at=at)
    return payment


def put_money(
    bill: Invoice, amount: Decimal, paid_on: date, reference: str, *, by: Employee, at: datetime
) -> Payment:
    bill.paid += amount
    balance(bill, at=at)
    return Payment.objects.create(
        invoice=bill, amount=amount, paid_on=paid_on, reference=reference, by=by, at=at
    )


@transaction.atomic
def reverse_payment(payment: Payment, *, reason: str, by: Employee, at: datetime) -> Payment:
    """It did not come after all, or belongs to another invoice; with the reason. The row stays.
    What was carried over to the invoice in its place goes back as a whole.

    Raises DomainError when it is reversed already, and while money that went back leans on it.
    """
    order, bill = locked(payment.invoice)
    payment = bill.payments.get(pk=payment.pk)
    why = demand(reason, "reason")
    if payment.reversed_at is not None:
        raise DomainError(_("It is reversed already."))
    carried = carried_with(bill, payment)
    take_back(bill, payment, why, by=by, at=at)
    if carried is not None:
        other = Invoice.objects.lock(carried.invoice_id)
        other.order = order
        take_back(other, carried, why, by=by, at=at)
    follow(order, by=by, at=at)
    return payment


def carried_with(bill: Invoice, payment: Payment) -> Payment | None:
    """The other half of what was carried over between an invoice and the one in its place."""
    beside = Q(invoice__replaces=bill) | Q(invoice__replaced_by=bill)
    halves = Payment.objects.filter(beside, reversed_at=None, amount=-payment.amount)
    return halves.filter(reference=bill.number, invoice__number=payment.reference).first()


def take_back(bill: Invoice, payment: Payment, why: str, *, by: Employee, at: datetime) -> None:
    if not 0 <= bill.paid - payment.amount <= bill.gross:
        raise DomainError(_("Money went back since. Reverse that first."))
    payment.reversed_by, payment.reversed_at, payment.reason = by, at, why
    payment.save(update_fields=["reversed_by", "reversed_at", "reason"])
    bill.paid -= payment.amount
    balance(bill, at=at)
    said = words_of(payment.amount, bill.order)
    tell(bill, "orders.payment_reversed", by=by, at=at, reason=why, amount=said)


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
    note = write_credit(
        bill,
        quantities,
        amounts or {},
        credited_on=credited_on or day_of(at),
        reason=reason,
        by=by,
        at=at,
    )
    follow(order, by=by, at=at)
    return note


def write_credit(  # noqa: PLR0913  (a credit note has these parts)
    bill: Invoice,
    quantities: Mapping[int, Decimal],
    amounts: Mapping[int, Decimal],
    *,
    credited_on: date,
    reason: str,
    is_correction: bool = False,
    by: Employee,
    at: datetime,
) -> CreditNote:
    """The credit note; the caller has locked the order and its invoice, and follows the order."""
    order, why = bill.order, demand(reason, "reason")
    lines = {line.pk: line for line in bill.lines.select_related("order_line")}
    given = [
        (lines[pk], quantity, worth_of(lines[pk], quantity, amounts.get(pk), order))
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
        credited_on=credited_on,
        net=net,
        tax=tax,
        gross=net + tax,
        reason=why,
        is_correction=is_correction,
        by=by,
        at=at,
    )
    CreditNoteLine.objects.bulk_create(
        CreditNoteLine(credit_note=note, invoice_line=line, quantity=quantity, amount=worth)
        for line, quantity, worth in given
    )
    for line, _quantity, _worth in given:
        note_given_back(line.order_line, order)
    bill.credited += note.gross
    balance(bill, at=at)
    tell(bill, "orders.credited", by=by, at=at, reason=why, credit=note.number,
         amount=words_of(note.gross, order))  # fmt: skip
    return note


def note_given_back(line: OrderLine, order: Order) -> None:
    """What credit notes gave back of an order line by now, in base currency."""
    given = CreditNoteLine.objects.filter(
        invoice_line__order_line=line, credit_note__is_correction=False
    )
    back = given.aggregate(sum=Sum("amount"))["sum"] or ZERO
    OrderLine.objects.filter(pk=line.pk).update(credited_base=in_base(back, order))


@transaction.atomic
def correct(  # noqa: PLR0913  (an invoice has these parts)
    invoice: Invoice,
    *,
    reason: str,
    billed_to: Customer,
    invoiced_on: date,
    due_on: date,
    language: str = "zh-hans",
    note: str = "",
    by: Employee,
    at: datetime,
) -> Invoice:
    """A wrong invoice written again: a credit note of all that is open of its lines, and another
    invoice of the same lines. What was paid of the old one counts for the new one.

    Raises DomainError when nothing of it is open, so never twice, and as `credit` and `invoice`.
    """
    order, bill = locked(invoice)
    lines = list(bill.lines.select_related("order_line__part"))
    wanted = {line.pk: line.open_quantity for line in lines if line.open_quantity}
    if not wanted:
        raise DomainError(_("All of it is credited already: there is nothing to write again."))
    write_credit(
        bill,
        wanted,
        {},
        credited_on=invoiced_on,
        reason=reason,
        is_correction=True,
        by=by,
        at=at,
    )
    again = []
    for line in lines:
        if line.pk in wanted:
            line.order_line.order = order
            line.order_line.invoiced -= wanted[line.pk]
            again.append((line.order_line, wanted[line.pk]))
    written = write_invoice(
        order,
        again,
        billed_to=billed_to,
        language=language,
        invoiced_on=invoiced_on,
        due_on=due_on,
        note=note,
        replaces=bill,
        by=by,
        at=at,
    )
    carry_over(bill, written, by=by, at=at)
    follow(order, by=by, at=at)
    return written


def carry_over(bill: Invoice, written: Invoice, *, by: Employee, at: datetime) -> None:
    """What was paid of an invoice that is no more owed counts for the one in its place; what is
    more than that is to be paid back.
    """
    owed = min(-bill.open_amount, written.gross)
    if owed > 0:
        put_money(bill, -owed, day_of(at), written.number, by=by, at=at)
        put_money(written, owed, day_of(at), bill.number, by=by, at=at)


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
