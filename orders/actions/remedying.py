"""What returned goods turn out to be, and what becomes of them: inspected, then repaired, replaced,
refunded or sent back, line by line, until the case is closed.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from assets.models import Asset
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from employees.models import Employee
from orders import queries
from orders.actions.billing import credit_line
from orders.actions.cases import lines_of, locked, locked_line, step, tell, write
from orders.actions.exchanging import send_piece
from orders.actions.keeping import demand
from orders.actions.replacing import take_cost_back
from orders.actions.returning import refuse_beyond_sold
from orders.actions.stocking import change, level_of
from orders.choices import Bin, Finding, MoveKind, Remedy, ReturnStatus
from orders.models import OldPart, Order, OrderLine, ReturnCase, ReturnLine, StockLocation
from orders.signals import return_to_repair


@transaction.atomic
def inspect(
    line: ReturnLine,
    *,
    finding: str,
    quantity: int | None = None,
    serials: Sequence[str] = (),
    note: str = "",
    by: Employee,
    at: datetime,
) -> ReturnLine:
    """Say what was found of a line's pieces; of some only, then these are a line of their own.

    What is as new goes to the good ones. When all that came is inspected, so is the case.
    """
    case, line = locked_line(line)
    if not line.is_to_inspect:
        raise DomainError(_("There is nothing to inspect on this line."))
    if finding in {Finding.MISUSED, Finding.INCOMPLETE}:
        demand(note, "note")
    if quantity is not None and quantity != line.received:
        line = split(line, quantity, serials)
    line.finding, line.finding_note = finding, note.strip()
    line.inspected_by, line.inspected_at = by, at
    if line.part is not None and line.bin == Bin.GOOD:
        pieces = {"serials": line.received_serials, "about": case, "by": by, "at": at}
        faulty, good = (level_of(case.depot, line.part, each) for each in (Bin.FAULTY, Bin.GOOD))
        change(faulty, MoveKind.SORTED, on_hand=-line.received, **pieces)
        change(good, MoveKind.SORTED, on_hand=line.received, **pieces)
    if line.replaced:
        line.remedied_at = at  # the replacement is with the customer already
        retire_old(line, by=by, at=at)
    line.save()
    words = {"line": in_both(lambda: line.name), "finding": finding}
    tell(case, "orders.return_inspected", by=by, at=at, **words)
    come_on(case, by=by, at=at)
    return line


def split(line: ReturnLine, quantity: int, serials: Sequence[str]) -> ReturnLine:
    """Some of what came, as a line of its own; what is still to come stays where it was."""
    if line.replaced:
        raise DomainError(_("A replacement went for all of it: inspect all of it."))
    named = [each for each in line.received_serials if each in set(serials)]
    unnamed = line.received - len(line.received_serials)
    if not 0 < quantity < line.received:
        raise DomainError(_("%(count)s came.") % {"count": line.received}, field="quantity")
    if not quantity - unnamed <= len(named) <= quantity:
        raise DomainError(_("Say which pieces, by their serial numbers."), field="serials")
    line.quantity -= quantity
    line.received -= quantity
    line.received_serials = [each for each in line.received_serials if each not in named]
    line.serials = [each for each in line.serials if each not in named]
    line.save(update_fields=["quantity", "received", "received_serials", "serials"])
    part = ReturnLine(
        case=line.case,
        part=line.part,
        asset=line.asset,
        order_line=line.order_line,
        quantity=quantity,
        serials=named,
        received=quantity,
        received_serials=named,
        difference=line.difference,
    )
    part.save()
    return part


@transaction.atomic
def replace(
    line: ReturnLine,
    *,
    location: StockLocation,
    serials: Sequence[str] = (),
    carrier: str = "",
    tracking: str = "",
    by: Employee,
    at: datetime,
) -> ReturnLine:
    """The customer gets as many others out of a place."""
    case, line = to_remedy(line)
    send_piece(case, line, location, line.received, serials, by=by, at=at)
    retire_old(line, by=by, at=at)
    words = " ".join(filter(None, (carrier.strip(), tracking.strip())))
    return remedied(case, line, Remedy.REPLACE, words, "orders.return_replaced", by=by, at=at)


@transaction.atomic
def ship_back(
    line: ReturnLine,
    *,
    reason: str,
    carrier: str = "",
    tracking: str = "",
    by: Employee,
    at: datetime,
) -> ReturnLine:
    """The customer gets the same pieces again, with the reason why nothing is done for them."""
    case, line = to_remedy(line)
    why = demand(reason, "reason")
    leave(case, line, MoveKind.SENT_BACK, by=by, at=at)
    for asset in devices_of(line):
        if asset.status == AssetStatus.IN_REPAIR:
            assets.put_in_use(asset, by=by, at=at)
    words = " · ".join(filter(None, (why, carrier.strip(), tracking.strip())))
    return remedied(case, line, Remedy.SEND_BACK, words, "orders.return_sent_back", by=by, at=at)


@transaction.atomic
def refund(
    line: ReturnLine,
    *,
    reason: str,
    order_line: OrderLine | None = None,
    amount: Decimal | None = None,
    by: Employee,
    at: datetime,
) -> ReturnLine:
    """The customer gets the money back by credit notes, and the pieces stay with us; `amount`, net
    in the order's currency, where not all of it. `order_line` says with what they were sold, where
    the case was opened without it.

    Raises DomainError for what was sold with nothing, to somebody else, or is not invoiced.
    """
    case, line = to_remedy(line)
    if line.order_line is None:
        say_sold_with(case, line, order_line)
    assert line.order_line is not None
    why = f"{case.number} · {demand(reason, 'reason')}"
    quantity = Decimal(line.received)
    notes = credit_line(line.order_line, quantity, amount=amount, reason=why, by=by, at=at)
    retire_old(line, by=by, at=at)
    words = ", ".join(str(note) for note in notes)
    return remedied(case, line, Remedy.REFUND, words, "orders.return_refunded", by=by, at=at)


def say_sold_with(case: ReturnCase, line: ReturnLine, sold: OrderLine | None) -> None:
    """Note with which order line the pieces were sold; the caller saves the line."""
    if sold is None:
        raise DomainError(_("Say with which order it was sold."), field="order_line")
    order = Order.objects.lock(sold.order_id)
    if order.customer_id != case.customer_id or sold.part_id != line.part_id:
        raise DomainError(_("That order sold something else."), field="order_line")
    refuse_beyond_sold(sold, line.quantity)
    line.order_line = sold


@transaction.atomic
def note_refund(
    line: ReturnLine, *, document: str, reason: str, by: Employee, at: datetime
) -> ReturnLine:
    """The money was given back outside, by a `document` of there, since no order here sold it.

    Raises DomainError where one did: then it is credited on its invoice.
    """
    case, line = to_remedy(line)
    if line.order_line is not None or queries.sales_of(line):
        raise DomainError(_("An invoice here says its sale: credit it there."))
    words = f"{demand(document, 'document')} · {demand(reason, 'reason')}"
    retire_old(line, by=by, at=at)
    return remedied(case, line, Remedy.REFUND, words, "orders.return_refunded", by=by, at=at)


@transaction.atomic
def give_to_repair(line: ReturnLine, *, by: Employee, at: datetime) -> ReturnLine:
    """The depot repairs it; the line waits until the goods are shipped (`end_repair`).

    Raises DomainError for pieces without a serial number: a repair is of one known piece.
    """
    case, line = to_remedy(line)
    if len(line.received_serials) != line.received:
        raise DomainError(_("Only pieces with a serial number are repaired: note them first."))
    leave(case, line, MoveKind.TO_REPAIR, by=by, at=at)
    line.remedy = Remedy.REPAIR
    line.save(update_fields=["remedy"])
    tell(case, "orders.return_to_repair", by=by, at=at, line=in_both(lambda: line.name))
    return_to_repair.send(ReturnLine, line=line, by=by, at=at)
    return line


@transaction.atomic
def end_repair(line: ReturnLine, *, note: str, by: Employee, at: datetime) -> ReturnLine:
    """The goods of a line left the depot again; a second time it changes nothing."""
    case, line = locked_line(line)
    if line.remedy != Remedy.REPAIR or line.remedied_at is not None:
        return line
    return remedied(case, line, Remedy.REPAIR, note, "orders.return_repaired", by=by, at=at)


@transaction.atomic
def close_return(case: ReturnCase, *, note: str = "", by: Employee, at: datetime) -> ReturnCase:
    """The customer has what was promised.

    Raises DomainError while an old part is due and not charged, and without a note where less came
    than was announced.
    """
    case = locked(case)
    lines = lines_of(case)
    old_parts = OldPart.objects.open().filter(return_line__in=lines)
    if old_parts.filter(charged_at=None).exists():
        raise DomainError(_("An old part is still due: it comes, or it is charged."))
    if case.is_coming and not old_parts.exists():
        raise DomainError(_("Nothing has come yet. Cancel the case instead."))
    if any(line.open_quantity for line in lines):
        demand(note, "note")
    case.note, case.closed_at = note.strip(), at
    step(case, ReturnStatus.CLOSED, "note", "closed_at")
    write(case, tell(case, "orders.return_closed", by=by, at=at, note=case.note), at=at)
    return case


# In common


def to_remedy(line: ReturnLine) -> tuple[ReturnCase, ReturnLine]:
    """The line, inspected, with nothing that has become of it yet; DomainError otherwise."""
    case, line = locked_line(line)
    if not line.is_to_remedy:
        raise DomainError(_("It is not inspected yet, or something has become of it already."))
    return case, line


def leave(
    case: ReturnCase, line: ReturnLine, kind: MoveKind, *, by: Employee, at: datetime
) -> None:
    """The pieces leave the depot's stock."""
    if line.part is None:
        return
    change(
        level_of(case.depot, line.part, line.bin),
        kind,
        on_hand=-line.received,
        serials=line.received_serials,
        about=case,
        by=by,
        at=at,
    )


def devices_of(line: ReturnLine) -> list[Asset]:
    """What we know of the pieces as the customer's devices."""
    found = Asset.objects.filter(
        serial_no__in=line.received_serials, customer=line.case.customer_id
    )
    return list(found.order_by("pk"))


def retire_old(line: ReturnLine, *, by: Employee, at: datetime) -> None:
    """What was given back for good is the customer's no more, and, as new, no cost."""
    take_cost_back(line)
    for asset in devices_of(line):
        if asset.status != AssetStatus.RETIRED:
            reason = _("Given back: %(number)s") % {"number": line.case.number}
            assets.retire(asset, reason=reason, by=by, at=at)


def remedied(
    case: ReturnCase,
    line: ReturnLine,
    remedy: Remedy,
    note: str,
    verb: str,
    *,
    by: Employee,
    at: datetime,
) -> ReturnLine:
    line.remedy, line.remedy_note, line.remedied_at = remedy, note[:300], at
    line.save()
    write(case, tell(case, verb, by=by, at=at, line=in_both(lambda: line.name), note=note), at=at)
    come_on(case, by=by, at=at)
    return line


def come_on(case: ReturnCase, *, by: Employee, at: datetime) -> None:
    """The case is as far as the last of its lines that came."""
    came = [line for line in lines_of(case) if line.received]
    if case.status == ReturnStatus.RECEIVED and not any(line.is_to_inspect for line in came):
        step(case, ReturnStatus.INSPECTED)
    is_done = all(line.remedied_at is not None for line in came)
    if case.status == ReturnStatus.INSPECTED and is_done:
        step(case, ReturnStatus.REMEDIED)
        tell(case, "orders.return_remedied", by=by, at=at)
