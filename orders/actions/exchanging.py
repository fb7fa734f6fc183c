"""The replacement first: it goes before the old part is here, which is then due back by a day.

The customer is reminded; what is not back is charged by the rules of prices, without any cover, and
the charge is given back when the part comes after all. The clock is that of every old part.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.models import Asset
from contracts.entitlement import refuse
from crmservice.errors import DomainError
from crmservice.money import ZERO
from crmservice.web.text import amount, in_both
from employees.models import Employee
from orders import queries
from orders.actions.adjusting import remove
from orders.actions.billing import credit_line, invoiced_of
from orders.actions.cases import DAY, locked, locked_line, step, tell, write
from orders.actions.keeping import day_of, move
from orders.actions.moving import cancel
from orders.actions.replacing import book_replacement
from orders.actions.stocking import change, level_of, said_of
from orders.actions.writing import add, create, price_of_part, terms_of
from orders.choices import TRANSITIONS, LineKind, MoveKind, Remedy, Status
from orders.models import OldPart, Order, ReturnCase, ReturnLine, StockLocation

AHEAD = timedelta(days=2)


@transaction.atomic
def send_ahead(  # noqa: PLR0913  (what goes has many particulars)
    line: ReturnLine,
    *,
    location: StockLocation,
    serials: Sequence[str] = (),
    carrier: str = "",
    tracking: str = "",
    due_on: date | None = None,
    by: Employee,
    at: datetime,
) -> ReturnLine:
    """The replacement goes before anything came; each old piece is due back by a day.

    Raises DomainError unless the case says replacement first, for a device that is in no stock, and
    for what was sent already.
    """
    case, line = locked_line(line)
    if not case.is_advance or not case.is_coming or line.replaced or line.received:
        raise DomainError(_("A replacement goes first only before the goods come, and once."))
    today = day_of(at)
    due_on = due_on or today + timedelta(days=settings.EXCHANGE_RETURN_DAYS)
    if due_on <= today:
        raise DomainError(_("This day is over."), field="due_on")
    send_piece(case, line, location, line.quantity, serials, by=by, at=at)
    line.remedy = Remedy.REPLACE
    line.remedy_note = " ".join(filter(None, (carrier.strip(), tracking.strip())))[:300]
    line.save()
    assert line.part is not None
    named = [*line.serials, *[""] * (line.quantity - len(line.serials))]
    OldPart.objects.bulk_create(
        OldPart(
            part=line.part,
            serial_no=serial,
            location=case.depot,
            holder=case.opened_by,
            return_line=line,
            taken_out_at=at,
            due_on=due_on,
            remind_on=max(due_on - AHEAD, today + DAY),
            **said_of(case),
        )
        for serial in named
    )
    case.due_on = due_on
    step(case, None)
    words = {"line": in_both(lambda: line.name), "due_on": due_on, "note": line.remedy_note}
    write(case, tell(case, "orders.return_sent_ahead", by=by, at=at, **words), at=at)
    return line


def send_piece(
    case: ReturnCase,
    line: ReturnLine,
    location: StockLocation,
    quantity: int,
    serials: Sequence[str],
    *,
    by: Employee,
    at: datetime,
) -> None:
    """As many others leave a place for the customer, whose devices they are from now on, and are
    cost of the case's request; the caller saves the line.
    """
    if line.part is None:
        raise DomainError(_("A device without a part number is in no stock: write an order."))
    change(
        level_of(location, line.part),
        MoveKind.REPLACED,
        on_hand=-quantity,
        serials=serials,
        about=case,
        by=by,
        at=at,
    )
    book_replacement(case, line, quantity, by=by, at=at)
    line.replaced += quantity
    line.replacement_serials = [*line.replacement_serials, *serials]
    if line.part.is_component:
        for serial in serials:
            enter(case, line, serial, by=by, at=at)


def enter(case: ReturnCase, line: ReturnLine, serial: str, *, by: Employee, at: datetime) -> None:
    known = Asset.objects.filter(serial_no=serial).select_related("customer").first()
    if known is not None:
        raise DomainError(
            _("%(serial)s is known as a device of %(customer)s.")
            % {"serial": serial, "customer": known.customer},
            field="serials",
        )
    values = {
        "serial_no": serial,
        "part": line.part,
        "customer": case.customer,
        "site": line.asset.site if line.asset else None,
        "delivered_on": day_of(at),
    }
    assets.add(values, by=by, at=at)


def old_parts_came(
    case: ReturnCase,
    line: ReturnLine,
    quantity: int,
    serials: Sequence[str],
    *,
    by: Employee,
    at: datetime,
) -> None:
    """The clocks of what came stop: those of its serial numbers, else those that run longest; what
    was charged for them is given back.
    """
    running = list(OldPart.objects.open().filter(return_line=line).order_by("due_on", "pk"))
    running.sort(key=lambda old: old.serial_no not in serials)
    for old in running[:quantity]:
        old.received_at, old.received_by, old.remind_on = at, by, None
        old.save(update_fields=["received_at", "received_by", "remind_on"])
        if old.charge_id is not None:
            give_back_charge(case, old, by=by, at=at)


@transaction.atomic
def remind_customer(old: OldPart, *, on: date, at: datetime) -> bool:
    """Before its day the customer is reminded, after it the part is charged; the conditional update
    lets one process win.
    """
    assert old.return_line is not None
    case = locked(old.return_line.case)
    due = OldPart.objects.to_remind(on).filter(pk=old.pk, remind_on=old.remind_on)
    is_overdue = old.due_on < on
    if not due.update(remind_on=None if is_overdue else old.due_on + DAY):
        return False
    if is_overdue:
        charge(case, old, by=None, at=at)
        return True
    words = {"part": in_both(old.part.__str__), "serial": old.serial_no, "due_on": old.due_on}
    write(case, tell(case, "orders.exchange_due", by=None, at=at, **words), at=at)
    return True


@transaction.atomic
def charge_old_parts(case: ReturnCase, *, by: Employee, at: datetime) -> ReturnCase:
    """The customer keeps what is due back, or it will not come: it is charged now.

    Raises DomainError where nothing is due that is not charged.
    """
    case = locked(case)
    due = OldPart.objects.open().filter(return_line__case=case, charged_at=None)
    old_parts = list(due.select_related("part", "return_line").order_by("due_on", "pk"))
    if not old_parts:
        raise DomainError(_("Nothing is due back that is not charged already."))
    for old in old_parts:
        old.remind_on = None
        old.save(update_fields=["remind_on"])
        charge(case, old, by=by, at=at)
    step(case, None)
    return case


def charge(case: ReturnCase, old: OldPart, *, by: Employee | None, at: datetime) -> None:
    """An order of its own, so that it can be taken back whole; somebody approves it as every
    order. It costs nothing: what the customer got instead is booked already.
    """
    request = case.service_request
    order = create(case.customer, service_request=request, note=case.number, by=by, at=at)
    terms = refuse(terms_of(order), _("The old part did not come back."))
    pricer = queries.pricer_of(order, terms, day_of(at), [old.part])
    price = price_of_part(pricer, old.part, 1, terms)
    line = add(
        order,
        price,
        kind=LineKind.PART,
        part=old.part,
        text=str(old.part),
        quantity=1,
        cost=ZERO,
        done_on=day_of(at),
        source=f"old-part:{old.pk}",
        by=by,
        at=at,
    )
    move(order, Status.IN_APPROVAL, "orders.submitted", by=by, at=at)
    old.charge, old.charged_at = line, at
    old.save(update_fields=["charge", "charged_at"])
    words = {
        "part": in_both(old.part.__str__),
        "serial": old.serial_no,
        "order": order.number,
        "amount": amount(line.amount, order.currency),
    }
    write(case, tell(case, "orders.exchange_charged", by=by, at=at, **words), at=at)


def give_back_charge(case: ReturnCase, old: OldPart, *, by: Employee, at: datetime) -> None:
    """What was charged for a part that came after all: the order is off, or what is invoiced is
    credited.
    """
    assert old.charge is not None
    order = Order.objects.lock(old.charge.order_id)
    words = {"order": order.number, "amount": amount(old.charge.amount, order.currency)}
    if Status.CANCELLED in TRANSITIONS[Status(order.status)] and order.lines.count() == 1:
        reason = _("The old part came: %(number)s") % {"number": case.number}
        cancel(order, reason=reason, by=by, at=at)
    elif order.is_editable:
        remove(old.charge, by=by, at=at)
    elif any(each.open_quantity for each in invoiced_of(old.charge)):
        credit_line(old.charge, Decimal(1), reason=case.number, by=by, at=at)
    else:
        tell(case, "orders.exchange_charge_stands", by=by, at=at, **words)
        return
    write(case, tell(case, "orders.exchange_charge_off", by=by, at=at, **words), at=at)
