"""Parts sent from one place to another: in nobody's stock until somebody has counted them there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders.actions.keeping import demand
from orders.actions.old_parts import come_home
from orders.actions.stocking import change, level_of, refuse_none
from orders.choices import Bin, DifferenceKind, MoveKind, TransferStatus
from orders.models import StockDifference, StockLocation, StockTransfer, StockTransferLine


@dataclass(frozen=True)
class Packed:
    """One kind of piece in a transfer."""

    part: Part
    quantity: int
    bin: str = Bin.GOOD
    serials: Sequence[str] = field(default_factory=tuple)


@transaction.atomic
def send(
    from_location: StockLocation,
    to_location: StockLocation,
    packed: Sequence[Packed],
    *,
    expected_on: date,
    note: str = "",
    by: Employee,
    at: datetime,
) -> StockTransfer:
    """Send parts away. Raises DomainError when the place does not have them to give."""
    if from_location == to_location:
        raise DomainError(_("It is there already."), field="to_location")
    if not packed:
        raise DomainError(_("Say which parts, and how many."))
    transfer = StockTransfer.objects.create(
        number=next_number("ST", at),
        from_location=from_location,
        to_location=to_location,
        expected_on=expected_on,
        note=note.strip(),
        sent_by=by,
        sent_at=at,
    )
    levels = [(level_of(from_location, each.part, each.bin), each) for each in packed]
    for level, each in sorted(levels, key=lambda pair: pair[0].pk):
        refuse_none(each.quantity)
        move = change(
            level,
            MoveKind.SENT,
            on_hand=-each.quantity,
            serials=each.serials,
            other=to_location,
            about=transfer,
            by=by,
            at=at,
        )
        StockTransferLine.objects.create(
            transfer=transfer,
            part=each.part,
            bin=each.bin,
            quantity=each.quantity,
            serials=move.serials,
        )
    record(
        transfer,
        "orders.stock_sent",
        by=by,
        at=at,
        about=(from_location, to_location),
        to=to_location.name,
    )
    return transfer


@transaction.atomic
def accept(
    transfer: StockTransfer,
    *,
    arrived: Mapping[int, int] | None = None,
    came: Mapping[int, Collection[str]] | None = None,
    reason: str = "",
    by: Employee,
    at: datetime,
) -> StockTransfer:
    """Put what arrived into stock: all of it, or what was counted by the key of each line, with the
    serial numbers that came where not all of them did.

    What is missing becomes a difference that somebody settles. Raises DomainError without a reason
    for what is missing, and while it is not said which pieces it is.
    """
    transfer = under_way(transfer)
    lines = list(transfer.lines.select_related("part"))
    counted = {line.pk: line.quantity for line in lines} | dict(arrived or {})
    is_short = any(counted[line.pk] < line.quantity for line in lines)
    if is_short and not reason.strip():
        raise DomainError(_("Less than was sent: say why."), field="reason")
    if not any(counted[line.pk] for line in lines):
        raise DomainError(_("Nothing arrived? Then refuse the transfer."), field="reason")
    close(transfer, TransferStatus.ACCEPTED, reason, by=by, at=at)
    to_location = transfer.to_location
    levels = [(level_of(to_location, line.part, line.bin), line) for line in lines]
    for level, line in sorted(levels, key=lambda pair: pair[0].pk):
        line.accepted = counted[line.pk]
        if line.accepted > line.quantity or line.accepted < 0:
            raise DomainError(_("No more can arrive than was sent."))
        line.save(update_fields=["accepted"])
        known = which_came(line, (came or {}).get(line.pk, ()))
        if line.accepted:
            change(
                level,
                MoveKind.ACCEPTED,
                on_hand=line.accepted,
                serials=known,
                other=transfer.from_location,
                about=transfer,
                by=by,
                at=at,
            )
        if line.bin == Bin.FAULTY and not to_location.is_van:
            come_home(transfer.from_location, line, known, by=by, at=at)
        if line.accepted < line.quantity:
            miss(transfer, line, known, by=by, at=at)
    record(
        transfer,
        "orders.stock_accepted_short" if is_short else "orders.stock_accepted",
        by=by,
        at=at,
        about=(transfer.from_location, to_location),
        reason=reason.strip(),
    )
    return transfer


def which_came(line: StockTransferLine, came: Collection[str]) -> list[str]:
    """The serial numbers of what arrived of a line; DomainError when they do not tell."""
    accepted = line.accepted or 0
    if accepted == line.quantity:
        return list(line.serials)
    named = [serial for serial in line.serials if serial in set(came)]
    unnamed = line.quantity - len(line.serials)
    if not accepted - unnamed <= len(named) <= accepted:
        raise DomainError(
            _("%(part)s: tick the serial numbers of the %(count)s that arrived.")
            % {"part": line.part.part_no, "count": accepted},
            field=f"came_{line.pk}",
        )
    return named


@transaction.atomic
def refuse(transfer: StockTransfer, *, reason: str, by: Employee, at: datetime) -> StockTransfer:
    """Nothing of it is taken: all is back in the stock that it came from."""
    transfer = under_way(transfer)
    why = demand(reason, "reason")
    close(transfer, TransferStatus.REFUSED, why, by=by, at=at)
    lines = transfer.lines.select_related("part")
    levels = [(level_of(transfer.from_location, line.part, line.bin), line) for line in lines]
    for level, line in sorted(levels, key=lambda pair: pair[0].pk):
        change(
            level,
            MoveKind.CAME_BACK,
            on_hand=line.quantity,
            serials=line.serials,
            other=transfer.to_location,
            about=transfer,
            reason=why,
            by=by,
            at=at,
        )
    about = (transfer.from_location, transfer.to_location)
    record(transfer, "orders.stock_refused", by=by, at=at, about=about, reason=why)
    return transfer


def under_way(transfer: StockTransfer) -> StockTransfer:
    transfer = StockTransfer.objects.lock(transfer.pk)
    if not transfer.is_on_its_way:
        raise DomainError(
            _("%(number)s is %(now)s already.")
            % {"number": transfer.number, "now": transfer.get_status_display()}
        )
    return transfer


def close(
    transfer: StockTransfer, status: TransferStatus, reason: str, *, by: Employee, at: datetime
) -> None:
    transfer.status, transfer.reason = status, reason.strip()
    transfer.ended_by, transfer.ended_at = by, at
    transfer.save(update_fields=["status", "reason", "ended_by", "ended_at"])


def miss(
    transfer: StockTransfer,
    line: StockTransferLine,
    known: Collection[str],
    *,
    by: Employee,
    at: datetime,
) -> None:
    """Pieces that nobody has: the sender's outlet answers for them until it is settled."""
    StockDifference.objects.create(
        kind=DifferenceKind.MISSING,
        location=transfer.from_location,
        part=line.part,
        bin=line.bin,
        quantity=line.quantity - (line.accepted or 0),
        held=line.quantity,
        serials=[serial for serial in line.serials if serial not in known],
        about_type=transfer._meta.label_lower,
        about_id=transfer.pk,
        about_name=transfer.number,
        about_url=transfer.get_absolute_url(),
        by=by,
        at=at,
    )
