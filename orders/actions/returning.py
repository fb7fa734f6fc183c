"""A customer gives something back: asked for, authorised, on its way, received.

Nothing changes in stock, and no device, before the goods are here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from assets.models import Asset, Part
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.search.index import index
from customers.models import Contact, Customer
from employees.models import Employee
from orders.actions.cases import DAY, decide, lines_of, locked, refuse_closed, step, tell, write
from orders.actions.exchanging import old_parts_came
from orders.actions.keeping import day_of, demand
from orders.actions.stocking import change, level_of
from orders.choices import Bin, MoveKind, ReturnStatus
from orders.models import OldPart, Order, OrderLine, ReturnCase, ReturnLine, StockLocation
from orders.queries import words_of_return
from service_requests.models import ServiceRequest
from service_requests.queries import survivor_of


@dataclass(frozen=True)
class Given:
    """What a customer wants to give back: pieces of a part, or a device."""

    part: Part | None = None
    asset: Asset | None = None
    quantity: int = 1
    serials: Sequence[str] = field(default_factory=tuple)
    order_line: OrderLine | None = None


@dataclass(frozen=True)
class Arrived:
    """What came of a line."""

    quantity: int
    serials: Sequence[str] = field(default_factory=tuple)


@transaction.atomic
def open_return(  # noqa: PLR0913  (a case has many particulars)
    customer: Customer,
    *,
    kind: str,
    depot: StockLocation,
    given: Sequence[Given],
    reason: str,
    contact: Contact | None = None,
    service_request: ServiceRequest | None = None,
    order: Order | None = None,
    is_consumer: bool = False,
    delivered_on: date | None = None,
    is_advance: bool = False,
    by: Employee,
    at: datetime,
) -> ReturnCase:
    """Somebody asks to give goods back.

    Raises DomainError for nothing, for another customer's device, request, order or contact, and
    for more than was sold on the order's line, what came back already counted.
    """
    if not given:
        raise DomainError(_("Say what is given back."))
    service_request = survivor_of(service_request) if service_request else None
    for source in (service_request, order):
        if source is not None and source.customer_id != customer.pk:
            raise DomainError(_("%(what)s is another customer's.") % {"what": source})
    if contact is not None and not contact.affiliations.filter(customer=customer).exists():
        raise DomainError(
            _("%(who)s is not a contact of this customer.") % {"who": contact}, field="contact"
        )
    if delivered_on is not None and delivered_on > day_of(at):
        raise DomainError(_("This day is still to come."), field="delivered_on")
    if depot.is_van:
        raise DomainError(_("Goods come back to a depot."), field="depot")
    due_on = day_of(at) + timedelta(days=settings.RETURN_ANSWER_DAYS)
    case = ReturnCase.objects.create(
        number=next_number("RT", at),
        kind=kind,
        customer=customer,
        contact=contact,
        service_request=service_request,
        order=order,
        depot=depot,
        reason=demand(reason, "reason"),
        is_consumer=is_consumer,
        delivered_on=delivered_on,
        is_advance=is_advance,
        due_on=due_on,
        remind_on=due_on + DAY,
        opened_by=by,
        opened_at=at,
    )
    if order is not None:
        Order.objects.lock(order.pk)  # two who give the same pieces back
    for each in given:
        write_line(case, each)
    tell(case, "orders.return_opened", by=by, at=at, kind=case.kind, reason=case.reason)
    index(**words_of_return(case))
    return case


def write_line(case: ReturnCase, given: Given) -> ReturnLine:
    asset, quantity = given.asset, given.quantity
    serials = list(dict.fromkeys(given.serials))
    if asset is not None:
        if asset.customer_id != case.customer_id:
            raise DomainError(_("%(what)s is another customer's.") % {"what": asset})
        quantity, serials = 1, [asset.serial_no]
    if quantity < 1 or len(serials) > quantity:
        raise DomainError(_("Each serial number once, and no more of them than pieces."))
    if given.order_line is not None:
        refuse_beyond_sold(given.order_line, quantity)
    return ReturnLine.objects.create(
        case=case,
        part=asset.part if asset else given.part,
        asset=asset,
        order_line=given.order_line,
        quantity=quantity,
        serials=serials,
    )


def refuse_beyond_sold(line: OrderLine, quantity: int) -> None:
    """No more of a sold line comes back than was sold, in all cases that were not called off."""
    others = line.return_lines.exclude(
        case__status__in=(ReturnStatus.CANCELLED, ReturnStatus.REFUSED)
    )
    left = int(line.quantity) - sum(others.values_list("quantity", flat=True))
    if quantity > left:
        raise DomainError(
            _("%(line)s: %(left)s can still be given back.")
            % {"line": line.text, "left": max(left, 0)}
        )


@transaction.atomic
def authorise(case: ReturnCase, *, note: str = "", by: Employee, at: datetime) -> ReturnCase:
    """Let the goods come; the customer is told the number and where to send them.

    Raises DomainError for whoever opened it, unless the customer has a right to it.
    """
    case = locked(case)
    if case.opened_by_id == by.pk and not case.verdict.is_right:
        raise DomainError(
            _("The customer has no right to it, and you opened it: somebody else decides.")
        )
    decide(case, note, by=by, at=at)
    case.due_on = day_of(at) + timedelta(days=settings.RETURN_ARRIVAL_DAYS)
    step(case, ReturnStatus.AUTHORISED, "decided_by", "decided_at", "decision")
    activity = tell(case, "orders.return_authorised", by=by, at=at, note=case.decision)
    write(case, activity, at=at)
    return case


@transaction.atomic
def refuse_return(case: ReturnCase, *, reason: str, by: Employee, at: datetime) -> ReturnCase:
    """Not taken back, with the reason, which the customer reads.

    Raises DomainError where the customer has a right to it.
    """
    case = locked(case)
    if case.verdict.is_right:
        raise DomainError(_("The customer has a right to it: it cannot be refused."))
    decide(case, demand(reason, "reason"), by=by, at=at)
    case.closed_at = at
    step(case, ReturnStatus.REFUSED, "decided_by", "decided_at", "decision", "closed_at")
    write(case, tell(case, "orders.return_refused", by=by, at=at, reason=case.decision), at=at)
    return case


@transaction.atomic
def note_sent(
    case: ReturnCase, *, carrier: str, tracking: str = "", by: Employee, at: datetime
) -> ReturnCase:
    """The customer has sent it."""
    case = locked(case)
    case.carrier, case.tracking = demand(carrier, "carrier"), tracking.strip()
    step(case, ReturnStatus.IN_TRANSIT, "carrier", "tracking")
    words = " ".join(filter(None, (case.carrier, case.tracking)))
    tell(case, "orders.return_sent", by=by, at=at, carrier=words)
    return case


@transaction.atomic
def receive_return(
    case: ReturnCase,
    *,
    arrived: Mapping[int, Arrived],
    note: str = "",
    by: Employee,
    at: datetime,
) -> ReturnCase:
    """What came, by the key of each line: it lies in the depot's faulty bin until it is inspected,
    and a device is out of use.

    Raises DomainError for nothing, for more than is still to come, and for a serial number that was
    not announced, unless the note says what is different.
    """
    case = locked(case)
    refuse_closed(case)
    found = {line.pk: line for line in lines_of(case)}
    arrived = {pk: came for pk, came in arrived.items() if pk in found and came.quantity}
    lines = [found[pk] for pk in arrived]
    if not lines:
        raise DomainError(_("Say what came, at least one piece."))
    for line in sorted(lines, key=lambda each: (each.part_id or 0, each.pk)):
        take_in(line, arrived[line.pk], note, by=by, at=at)
    case.closed_at = None
    if case.status != ReturnStatus.RECEIVED:
        case.due_on = day_of(at) + timedelta(days=settings.RETURN_REMEDY_DAYS)
        step(case, ReturnStatus.RECEIVED, "closed_at")
    else:
        step(case, None)
    count = sum(came.quantity for came in arrived.values())
    tell(case, "orders.return_received", by=by, at=at, count=count, note=note.strip())
    return case


def take_in(line: ReturnLine, came: Arrived, note: str, *, by: Employee, at: datetime) -> None:
    """What came of one line: into the stock, out of use, and its old part's clock stops."""
    strange, case = which_came(line, came, note), line.case
    line = still_to_come(line)
    if line.part is not None:
        change(
            level_of(case.depot, line.part, Bin.FAULTY),
            MoveKind.RETURNED,
            on_hand=came.quantity,
            serials=came.serials,
            about=case,
            reason=note if strange else "",
            by=by,
            at=at,
        )
    line.received += came.quantity
    line.received_serials = [*line.received_serials, *came.serials]
    if strange:
        words = {"serials": ", ".join(strange), "note": note.strip()}
        line.difference = (_("%(serials)s came: %(note)s") % words)[:300]
    line.save()
    take_out_of_use(line, came.serials, by=by, at=at)
    old_parts_came(case, line, came.quantity, came.serials, by=by, at=at)


def still_to_come(line: ReturnLine) -> ReturnLine:
    """The line itself, or, where what came of it is inspected already, a line of its own for the
    rest.
    """
    if not line.finding:
        return line
    missing = [each for each in line.serials if each not in line.received_serials]
    rest = ReturnLine.objects.create(
        case=line.case,
        part=line.part,
        order_line=line.order_line,
        quantity=line.open_quantity,
        serials=missing,
        replaced=max(line.replaced - line.received, 0),
        remedy=line.remedy if line.replaced else "",
    )
    line.quantity, line.replaced = line.received, min(line.replaced, line.received)
    line.serials = [each for each in line.serials if each not in missing]
    line.save(update_fields=["quantity", "replaced", "serials"])
    OldPart.objects.open().filter(return_line=line).update(return_line=rest)
    return rest


def which_came(line: ReturnLine, came: Arrived, note: str) -> list[str]:
    """The serial numbers among those that came that nobody announced."""
    if not 0 < came.quantity <= line.open_quantity:
        raise DomainError(
            _("%(line)s: only %(open)s are still to come.")
            % {"line": line.name, "open": line.open_quantity},
            field=f"arrived_{line.pk}",
        )
    missing = [each for each in line.serials if each not in line.received_serials]
    unnamed = line.open_quantity - len(missing)
    if not came.quantity - unnamed <= len(came.serials) <= came.quantity:
        raise DomainError(
            _("%(line)s: say the serial number of each piece that came.") % {"line": line.name},
            field=f"serials_{line.pk}",
        )
    strange = [each for each in came.serials if line.serials and each not in missing]
    if strange and not note.strip():
        raise DomainError(
            _("%(serials)s was not announced: refuse it, or write what is different.")
            % {"serials": ", ".join(strange)},
            field="note",
        )
    return strange


def take_out_of_use(
    line: ReturnLine, serials: Iterable[str], *, by: Employee, at: datetime
) -> None:
    """A device of the customer that came is out of its machine, and in use no more."""
    of_line = models.Q(serial_no__in=list(serials), customer=line.case.customer_id)
    same = models.Q(part=line.part_id) if line.part_id else models.Q(pk=line.asset_id)
    for asset in Asset.objects.filter(of_line & same).order_by("pk"):
        if asset.parent_id is not None:
            assets.remove(asset, by=by, at=at)
        if asset.status == AssetStatus.IN_USE:
            reason = _("Given back: %(number)s") % {"number": line.case.number}
            assets.send_to_repair(asset, reason=reason, by=by, at=at)


@transaction.atomic
def cancel_return(case: ReturnCase, *, reason: str, by: Employee, at: datetime) -> ReturnCase:
    """The customer keeps it. Raises DomainError once something came, or a replacement went."""
    case = locked(case)
    if any(line.received or line.replaced for line in lines_of(case)):
        raise DomainError(_("Something came or went already: bring the case to its end."))
    case.note, case.closed_at = demand(reason, "reason"), at
    step(case, ReturnStatus.CANCELLED, "note", "closed_at")
    tell(case, "orders.return_cancelled", by=by, at=at, reason=case.note)
    return case
