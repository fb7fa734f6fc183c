"""What was taken out of a device goes back to a depot: by a day, and somebody is reminded."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from crmservice.web.text import in_both
from employees.models import Employee
from orders.actions.exchanging import remind_customer
from orders.actions.keeping import day_of
from orders.actions.stocking import change, level_of, said_of
from orders.choices import Bin, MoveKind
from orders.models import OldPart, StockLocation, StockPiece, StockTransferLine

SWEPT = 200
AHEAD = timedelta(days=2)
AGAIN = timedelta(days=7)


@transaction.atomic
def lay_in(
    location: StockLocation,
    *,
    part: Part,
    serial_no: str,
    about: models.Model,
    holder: Employee,
    by: Employee,
    at: datetime,
) -> OldPart | None:
    """A part taken out of a device lies in the faulty bin; in a van its clock runs from now on."""
    level = level_of(location, part, Bin.FAULTY)
    lies_somewhere = StockPiece.objects.filter(part=part, serial_no=serial_no).exclude(level=None)
    named = [serial_no] if serial_no and not lies_somewhere.exists() else []
    change(level, MoveKind.TAKEN_OUT, on_hand=1, serials=named, about=about, by=by, at=at)
    if not location.is_van:
        return None
    due_on = day_of(at) + timedelta(days=settings.OLD_PART_RETURN_DAYS)
    return OldPart.objects.create(
        part=part,
        serial_no=serial_no,
        location=location,
        holder=holder,
        taken_out_at=at,
        due_on=due_on,
        remind_on=max(due_on - AHEAD, day_of(at) + timedelta(days=1)),
        **said_of(about),
    )


def come_home(
    location: StockLocation,
    line: StockTransferLine,
    serials: Collection[str],
    *,
    by: Employee,
    at: datetime,
) -> None:
    """A depot has received what lay in a van: the clocks of its serial numbers stop, and for the
    pieces without one those that run longest, but not of what still lies there.
    """
    running = OldPart.objects.open().in_vans().filter(location=location, part=line.part)
    keys = longest(running.filter(serial_no__in=serials), line.accepted or 0)
    still_there = StockPiece.objects.filter(
        part=line.part, level__location=location, level__bin=Bin.FAULTY
    )
    others = running.exclude(pk__in=keys).exclude(serial_no__in=still_there.values("serial_no"))
    others = others.exclude(serial_no__in=set(line.serials) - set(serials))  # lost on the way
    keys += longest(others, (line.accepted or 0) - len(keys))
    OldPart.objects.open().filter(pk__in=keys).update(
        received_at=at, received_by=by, remind_on=None
    )


def longest(running: models.QuerySet[OldPart], count: int) -> list[int]:
    return list(running.order_by("due_on", "pk").values_list("pk", flat=True)[:count])


@transaction.atomic
def receive_old_part(
    old_part: OldPart, depot: StockLocation, *, by: Employee, at: datetime
) -> OldPart:
    """Handed over at the counter: out of the van's faulty bin, into the depot's."""
    if old_part.return_line_id is not None:
        raise DomainError(_("It comes with its return: receive it there."))
    won = OldPart.objects.open().filter(pk=old_part.pk)
    if not won.update(received_at=at, received_by=by, remind_on=None):
        raise DomainError(_("It was received already."))
    old_part.received_at, old_part.received_by, old_part.remind_on = at, by, None
    van = level_of(old_part.location, old_part.part, Bin.FAULTY)
    lies_there = van.pieces.filter(serial_no=old_part.serial_no).exists()
    named = [old_part.serial_no] if lies_there else []
    if depot != old_part.location:
        change(
            van, MoveKind.SENT, on_hand=-1, serials=named, other=depot, about=old_part, by=by, at=at
        )
        change(
            level_of(depot, old_part.part, Bin.FAULTY),
            MoveKind.ACCEPTED,
            on_hand=1,
            serials=named,
            other=van.location,
            about=old_part,
            by=by,
            at=at,
        )
    record(
        depot,
        "orders.old_part_received",
        by=by,
        at=at,
        about=(old_part.location,),
        part=in_both(old_part.part.__str__),
        serial=old_part.serial_no,
        holder=old_part.holder.name,
    )
    return old_part


def remind_of_old_parts(*, on: date, at: datetime) -> int:
    """Tell the holder before it is due, the day after, and every week from then on; a customer who
    has the replacement is reminded before, and charged after.
    """
    due = OldPart.objects.to_remind(on).order_by("remind_on", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of, on=on, at=at)


@transaction.atomic
def remind_of(pk: int, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = OldPart.objects.to_remind(on).filter(pk=pk)
    old_part = due.select_related("part", "location", "holder", "return_line__case").first()
    if old_part is None:
        return False
    if old_part.return_line is not None:
        return remind_customer(old_part, on=on, at=at)
    is_overdue = old_part.due_on < on
    later = on + AGAIN if is_overdue else old_part.due_on + timedelta(days=1)
    if not due.update(remind_on=later):
        return False
    record(
        old_part.location,
        "orders.old_part_overdue" if is_overdue else "orders.old_part_due",
        by=None,
        at=at,
        part=in_both(old_part.part.__str__),
        serial=old_part.serial_no,
        due_on=old_part.due_on,
        holder=old_part.holder_id,
    )
    return True
