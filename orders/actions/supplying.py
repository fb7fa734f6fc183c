"""Places, what is ordered for them, and what the books did not hold."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.activity.trail import changes, record
from crmservice.errors import DomainError
from employees.models import Employee
from orders.actions.keeping import day_of, demand
from orders.actions.stocking import change, level_of, refuse_none, tell
from orders.choices import DifferenceKind, MoveKind, PlaceKind
from orders.models import Replenishment, StockDifference, StockLocation, StockPiece, StockTransfer

PLACE_FIELDS = (
    "code", "name", "kind", "outlet", "employee", "address", "transit_days", "is_active",
)  # fmt: skip


@transaction.atomic
def add_place(values: dict[str, Any], *, by: Employee | None, at: datetime) -> StockLocation:
    place = StockLocation(**values)
    refuse_impossible(place)
    place.save()
    record(place, "orders.place_added", by=by, at=at)
    return place


@transaction.atomic
def change_place(
    place: StockLocation, values: dict[str, Any], *, by: Employee, at: datetime
) -> StockLocation:
    """Raises DomainError for a place that is given up while something lies in it."""
    before = StockLocation.objects.select_for_update().get(pk=place.pk)
    after = StockLocation.objects.get(pk=place.pk)
    for name, value in values.items():
        setattr(after, name, value)
    refuse_impossible(after)
    if not after.is_active and after.levels.filter(on_hand__gt=0).exists():
        raise DomainError(_("Something lies there still: send it away first."), field="is_active")
    coming = StockTransfer.objects.on_their_way().filter(
        Q(to_location=after) | Q(from_location=after)  # what is refused comes back
    )
    if not after.is_active and (transfer := coming.first()):
        raise DomainError(
            _("%(number)s is on its way: it has to arrive first.") % {"number": transfer.number},
            field="is_active",
        )
    after.version += 1
    after.save(update_fields=[*values, "version"])
    said = changes(before, after, PLACE_FIELDS)
    if said:
        record(after, "orders.place_changed", by=by, at=at, changes=said)
    return after


def refuse_impossible(place: StockLocation) -> None:
    if place.kind == PlaceKind.DEPOT:
        place.employee = None
        return
    if place.employee is None:
        raise DomainError(_("Whose van is it?"), field="employee")
    if place.employee.outlet_id != place.outlet_id:
        raise DomainError(_("This person belongs to another outlet."), field="employee")
    others = StockLocation.objects.in_use().filter(employee=place.employee).exclude(pk=place.pk)
    if place.is_active and others.exists():
        raise DomainError(_("This person has a van already."), field="employee")


@transaction.atomic
def replenish(
    location: StockLocation,
    *,
    part: Part,
    quantity: int,
    expected_on: date,
    supplier: str = "",
    by: Employee,
    at: datetime,
) -> Replenishment:
    """Pieces were ordered for a place, and are expected on a day."""
    refuse_none(quantity)
    if expected_on < day_of(at):
        raise DomainError(_("This day is over."), field="expected_on")
    level_of(location, part)  # so that it stands on the list of the place
    ordered = Replenishment.objects.create(
        location=location,
        part=part,
        quantity=quantity,
        expected_on=expected_on,
        supplier=supplier.strip(),
        ordered_by=by,
        ordered_at=at,
    )
    tell(location, "orders.stock_ordered", part, quantity, on=expected_on, by=by, at=at)
    return ordered


@transaction.atomic
def receive_ordered(
    ordered: Replenishment,
    *,
    quantity: int,
    serials: Sequence[str] = (),
    by: Employee,
    at: datetime,
) -> Replenishment:
    """What was ordered came, all of it or a part; it is in stock from now on."""
    ordered = locked(ordered)
    refuse_none(quantity)
    if quantity > ordered.open_quantity:
        raise DomainError(
            _("Only %(open)s are still to come.") % {"open": ordered.open_quantity},
            field="quantity",
        )
    ordered.received += quantity
    ordered.closed_at = at if ordered.received == ordered.quantity else None
    ordered.save(update_fields=["received", "closed_at"])
    change(
        level_of(ordered.location, ordered.part),
        MoveKind.RECEIVED,
        on_hand=quantity,
        serials=serials,
        about=ordered,
        reason=ordered.supplier,
        by=by,
        at=at,
    )
    tell(ordered.location, "orders.stock_received", ordered.part, quantity, by=by, at=at)
    return ordered


@transaction.atomic
def postpone_ordered(
    ordered: Replenishment, *, expected_on: date, by: Employee, at: datetime
) -> Replenishment:
    """It comes on another day."""
    ordered = locked(ordered)
    if expected_on < day_of(at):
        raise DomainError(_("This day is over."), field="expected_on")
    before, ordered.expected_on = ordered.expected_on, expected_on
    ordered.save(update_fields=["expected_on"])
    tell(
        ordered.location,
        "orders.stock_postponed",
        ordered.part,
        ordered.open_quantity,
        before_on=before,
        on=expected_on,
        by=by,
        at=at,
    )
    return ordered


@transaction.atomic
def give_up_ordered(
    ordered: Replenishment, *, reason: str, by: Employee, at: datetime
) -> Replenishment:
    """What is still to come will not come."""
    ordered = locked(ordered)
    ordered.closed_at, ordered.closed_reason = at, demand(reason, "reason")
    left = ordered.quantity - ordered.received
    ordered.save(update_fields=["closed_at", "closed_reason"])
    why = ordered.closed_reason
    tell(ordered.location, "orders.stock_given_up", ordered.part, left, reason=why, by=by, at=at)
    return ordered


def locked(ordered: Replenishment) -> Replenishment:
    rows = Replenishment.objects.select_for_update(of=("self",)).select_related("location", "part")
    ordered = rows.get(pk=ordered.pk)
    if ordered.closed_at:
        raise DomainError(_("Nothing of it is still to come."))
    return ordered


@transaction.atomic
def settle_difference(
    difference: StockDifference,
    *,
    location: StockLocation | None,
    note: str,
    by: Employee,
    at: datetime,
) -> StockDifference:
    """What was used came out of a place, what was missing is in one; or it is gone, says the
    note.
    """
    why = demand(note, "note")
    won = StockDifference.objects.open().filter(pk=difference.pk)
    if not won.update(settled_at=at, settled_by=by, note=why):
        raise DomainError(_("Somebody settled it already."))
    difference.settled_at, difference.settled_by, difference.note = at, by, why
    if location is not None:
        is_missing = difference.kind == DifferenceKind.MISSING
        level = level_of(location, difference.part, difference.bin)
        known = StockPiece.objects.filter(part=level.part, serial_no__in=difference.serials)
        named = known.filter(level=None if is_missing else level).values_list(
            "serial_no", flat=True
        )
        change(
            level,
            MoveKind.SETTLED,
            on_hand=difference.quantity if is_missing else -difference.quantity,
            serials=named if len(named) <= difference.quantity else (),
            about=difference,
            reason=why,
            by=by,
            at=at,
        )
    tell(
        difference.location,
        "orders.difference_settled",
        difference.part,
        difference.quantity,
        note=why,
        by=by,
        at=at,
    )
    return difference
