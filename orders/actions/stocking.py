"""Parts in and out of their places: each change of a level is one row of the journal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from employees.models import Employee
from orders.actions.keeping import demand
from orders.choices import Bin, DifferenceKind, MoveKind
from orders.models import (
    OldPart,
    Reservation,
    StockDifference,
    StockLevel,
    StockLocation,
    StockMove,
    StockPiece,
)

MOST_NAMED = 5
ABOUT = ("about_type", "about_id", "about_name", "about_url")
About = models.Model | None


def level_of(location: StockLocation, part: Part, bin: str = Bin.GOOD) -> StockLevel:  # noqa: A002
    """The level of a part in a bin of a place; made when there was none."""
    level, _made = StockLevel.objects.get_or_create(location=location, part=part, bin=bin)
    level.location, level.part = location, part
    return level


def change(  # noqa: PLR0913  (a row of the journal has many particulars)
    level: StockLevel,
    kind: MoveKind,
    *,
    on_hand: int = 0,
    allocated: int = 0,
    serials: Iterable[str] = (),
    other: StockLocation | None = None,
    about: About = None,
    reason: str = "",
    by: Employee | None,
    at: datetime,
) -> StockMove:
    """Change one level by the UPDATE that asks whether it can, and write its row of the journal.

    Raises DomainError when the level would be negative, or hold less than is promised of it, and
    for serial numbers that do not lie there or lie somewhere already.
    """
    can = StockLevel.objects.filter(
        pk=level.pk, allocated__gte=-allocated, on_hand__gte=F("allocated") + allocated - on_hand
    )
    if not can.update(on_hand=F("on_hand") + on_hand, allocated=F("allocated") + allocated):
        raise short(level, max(-on_hand, allocated, 1))
    level.refresh_from_db(fields=["on_hand", "allocated"])
    named = move_pieces(level, list(serials), on_hand)
    return StockMove.objects.create(
        level=level,
        location=level.location,
        part=level.part,
        bin=level.bin,
        kind=kind,
        on_hand=on_hand,
        allocated=allocated,
        on_hand_after=level.on_hand,
        other=other,
        serials=named,
        reason=reason.strip(),
        by=by,
        at=at,
        **said_of(about),
    )


def said_of(about: About) -> dict[str, Any]:
    """How a row keeps the record that it belongs to, which may stand on a higher floor."""
    if about is None:
        return {}
    if isinstance(about, Reservation | StockDifference | OldPart):
        return {name: getattr(about, name) for name in ABOUT}
    url = getattr(about, "get_absolute_url", None)
    return {
        "about_type": about._meta.label_lower,
        "about_id": about.pk,
        "about_name": str(about)[:200],
        "about_url": url() if url else "",
    }


def short(level: StockLevel, wanted: int) -> DomainError:
    level.refresh_from_db(fields=["on_hand", "allocated"])
    return DomainError(
        _("%(place)s has %(free)s of %(part)s to give, and %(wanted)s are wanted.")
        % {
            "place": level.location,
            "free": level.available,
            "part": level.part.part_no,
            "wanted": wanted,
        },
        field="quantity",
    )


def move_pieces(level: StockLevel, serials: list[str], on_hand: int) -> list[str]:
    """Put the named pieces where they are now: in the level, or out of it."""
    serials = [serial.strip() for serial in serials if serial.strip()]
    if len(set(serials)) != len(serials) or len(serials) > abs(on_hand):
        raise DomainError(
            _("Each serial number once, and no more of them than pieces."), field="serials"
        )
    if on_hand > 0:
        bring(level, serials)
    elif on_hand < 0:
        take(level, serials)
    return serials


def bring(level: StockLevel, serials: list[str]) -> None:
    """A piece that nobody knew is made first, then each is put where none lies: of two who receive
    the same one is told so.
    """
    StockPiece.objects.bulk_create(
        [StockPiece(part=level.part, serial_no=serial) for serial in sorted(serials)],
        ignore_conflicts=True,
    )
    pieces = StockPiece.objects.filter(part=level.part, serial_no__in=serials)
    lying = list(pieces.exclude(level=None).values_list("serial_no", flat=True))
    if lying or pieces.filter(level=None).update(level=level) != len(serials):
        said = ", ".join((lying or serials)[:MOST_NAMED])
        raise DomainError(_("%(serials)s: in stock already.") % {"serials": said}, field="serials")


def take(level: StockLevel, serials: list[str]) -> None:
    """Without a serial number only pieces leave that have none."""
    taken = StockPiece.objects.filter(level=level, serial_no__in=serials).update(level=None)
    if taken != len(serials):
        raise DomainError(
            _("%(serials)s: not in %(place)s.")
            % {"serials": ", ".join(serials[:MOST_NAMED]), "place": level.location},
            field="serials",
        )
    left = list(
        level.pieces.order_by("serial_no").values_list("serial_no", flat=True)[: level.on_hand + 1]
    )
    if len(left) > level.on_hand:
        raise DomainError(
            _("Say which pieces of %(part)s: %(serials)s.")
            % {"part": level.part.part_no, "serials": ", ".join(left[:MOST_NAMED])},
            field="serials",
        )


def refuse_none(quantity: int) -> None:
    if quantity < 1:
        raise DomainError(_("One piece at least."), field="quantity")


@transaction.atomic
def receive(  # noqa: PLR0913  (what came has many particulars)
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    bin: str = Bin.GOOD,  # noqa: A002
    serials: Sequence[str] = (),
    reason: str = "",
    about: models.Model | None = None,
    by: Employee,
    at: datetime,
) -> StockMove:
    """Parts came in from outside."""
    refuse_none(quantity)
    move = change(
        level_of(location, part, bin),
        MoveKind.RECEIVED,
        on_hand=quantity,
        serials=serials,
        about=about,
        reason=reason,
        by=by,
        at=at,
    )
    tell(location, "orders.stock_received", part, quantity, by=by, at=at)
    return move


@transaction.atomic
def take_out(  # noqa: PLR0913  (what leaves has many particulars)
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    bin: str = Bin.GOOD,  # noqa: A002
    serials: Sequence[str] = (),
    reason: str,
    by: Employee,
    at: datetime,
) -> StockMove:
    """Parts left for good: back to the supplier, scrapped, given away; with the reason."""
    refuse_none(quantity)
    move = change(
        level_of(location, part, bin),
        MoveKind.USED,
        on_hand=-quantity,
        serials=serials,
        reason=demand(reason, "reason"),
        by=by,
        at=at,
    )
    tell(location, "orders.stock_taken_out", part, quantity, by=by, at=at)
    return move


@transaction.atomic
def give_back(  # noqa: PLR0913  (what comes back has many particulars)
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    serials: Sequence[str] = (),
    about: models.Model | None = None,
    reason: str = "",
    by: Employee | None,
    at: datetime,
) -> StockMove:
    """What was taken was not used after all."""
    refuse_none(quantity)
    return change(
        level_of(location, part),
        MoveKind.GIVEN_BACK,
        on_hand=quantity,
        serials=serials,
        about=about,
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def reserve(
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    about: models.Model,
    by: Employee | None,
    at: datetime,
) -> Reservation:
    """Promise pieces of a place to a record. Raises DomainError when so many are not free."""
    refuse_none(quantity)
    level = level_of(location, part)
    change(level, MoveKind.RESERVED, allocated=quantity, about=about, by=by, at=at)
    return Reservation.objects.create(
        level=level, quantity=quantity, by=by, at=at, **said_of(about)
    )


@transaction.atomic
def release(
    reservation: Reservation, *, reason: str = "", by: Employee | None, at: datetime
) -> Reservation:
    """The pieces are free again; a second time it changes nothing."""
    if end(reservation, at=at):
        change(
            reservation.level,
            MoveKind.RELEASED,
            allocated=-reservation.quantity,
            about=reservation,
            reason=reason,
            by=by,
            at=at,
        )
    return reservation


def end(reservation: Reservation, *, at: datetime) -> bool:
    """Whether it was open until now: one winner."""
    ended = Reservation.objects.open().filter(pk=reservation.pk).update(ended_at=at)
    reservation.ended_at = reservation.ended_at or at
    return bool(ended)


@transaction.atomic
def release_all(about: models.Model, *, by: Employee | None, at: datetime) -> None:
    """What was promised to a record that is over."""
    for each in Reservation.objects.open().of(about).select_related("level__location"):
        release(each, by=by, at=at)


@transaction.atomic
def use(  # noqa: PLR0913  (what is used has many particulars)
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    serial_no: str = "",
    about: models.Model,
    promised_to: models.Model | None = None,
    by: Employee,
    at: datetime,
) -> int:
    """Take what was used out of a place; first what was promised to that record. Never refuses:
    returns how many pieces the place did not have to give.
    """
    level = (
        StockLevel.objects.select_related("location", "part")
        .select_for_update(of=("self",))
        .filter(location=location, part=part, bin=Bin.GOOD)
        .first()
    )
    if level is None:
        return quantity
    if promised_to is not None:
        for each in Reservation.objects.open().of(promised_to).filter(level=level):
            each.level = level
            release(each, by=by, at=at)
            level.refresh_from_db(fields=["on_hand", "allocated"])
    serials = level.pieces.filter(serial_no=serial_no) if serial_no else level.pieces.none()
    named = list(serials.values_list("serial_no", flat=True))
    unnamed = level.on_hand - level.pieces.count()
    found = min(quantity, level.available, len(named) or unnamed)
    if found > 0:
        change(level, MoveKind.USED, on_hand=-found, serials=named, about=about, by=by, at=at)
    return quantity - max(found, 0)


@transaction.atomic
def note_used_beyond(  # noqa: PLR0913  (a difference has many particulars)
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    held: int,
    serials: Sequence[str] = (),
    about: models.Model,
    by: Employee,
    at: datetime,
) -> StockDifference:
    """More was used than the place had by its books; the storekeeper hears of it."""
    noted = StockDifference.objects.create(
        kind=DifferenceKind.USED_BEYOND,
        location=location,
        part=part,
        quantity=quantity,
        held=held,
        serials=list(serials),
        by=by,
        at=at,
        **said_of(about),
    )
    record(
        location,
        "orders.used_beyond",
        by=by,
        at=at,
        part=in_both(part.__str__),
        used=quantity + held,
        held=held,
        record=str(about),
    )
    return noted


@transaction.atomic
def take_back_use(
    about: models.Model, *, part: Part, quantity: int, reason: str, by: Employee, at: datetime
) -> None:
    """Of what a record used: what was no stock is no difference any more, what was is back."""
    open_ones = StockDifference.objects.open().of(about).filter(part=part)
    for each in open_ones.order_by("pk"):
        undone = min(quantity, each.quantity)
        quantity -= undone
        if undone == each.quantity:
            words = {"settled_at": at, "settled_by": by, "note": reason}
            StockDifference.objects.filter(pk=each.pk).update(**words)
        elif undone:
            StockDifference.objects.filter(pk=each.pk).update(quantity=F("quantity") - undone)
    moved = StockMove.objects.of(about).filter(
        part=part, kind__in=(MoveKind.USED, MoveKind.GIVEN_BACK)
    )
    taken = moved.order_by().values("location").annotate(net=Sum("on_hand")).filter(net__lt=0)
    for row in taken:
        back = min(quantity, -row["net"])
        if back:
            place = StockLocation.objects.get(pk=row["location"])
            give_back(place, part=part, quantity=back, about=about, reason=reason, by=by, at=at)
            quantity -= back


@transaction.atomic
def set_reorder_point(
    level: StockLevel,
    *,
    reorder_point: int | None,
    target: int | None,
    by: Employee,
    at: datetime,
) -> StockLevel:
    """Below which number to order, and up to which; neither: nobody orders by number."""
    if reorder_point is None:
        target = None
    elif target is None or target < reorder_point:
        raise DomainError(_("Fill up at least to the reorder point."), field="target")
    level.reorder_point, level.target = reorder_point, target
    level.save(update_fields=["reorder_point", "target"])
    record(
        level.location,
        "orders.reorder_point_set" if reorder_point is not None else "orders.reorder_point_cleared",
        by=by,
        at=at,
        part=in_both(level.part.__str__),
        point=reorder_point,
        target=target,
    )
    return level


def tell(
    location: StockLocation,
    verb: str,
    part: Part,
    quantity: int,
    *,
    by: Employee,
    at: datetime,
    **more: Any,
) -> None:
    record(location, verb, by=by, at=at, part=in_both(part.__str__), quantity=quantity, **more)
