"""Where parts are, what they are worth, and when one of them can be somewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import Part, PartCost
from crmservice.money import ZERO, money
from crmservice.web.text import day
from employees.choices import OutletKind
from employees.models import Employee
from employees.queries import work_calendar
from orders.choices import Bin, TransferStatus
from orders.models import (
    Replenishment,
    StockLevel,
    StockLevelQuerySet,
    StockLocation,
    StockTransferLine,
)

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Pieces that can be in a place from a day on, and why so in a line."""

    on: date
    quantity: int
    place: StockLocation
    why: str
    url: str = ""


def own_place(user: Employee) -> StockLocation | None:
    """The person's van, else the first depot of the outlet."""
    mine = StockLocation.objects.in_use().filter(employee=user).first()
    if mine or user.outlet_id is None:
        return mine
    depots = StockLocation.objects.in_use().filter(outlet=user.outlet_id, employee=None)
    return depots.select_related("outlet").order_by("code").first()


def find_levels(user: Employee) -> StockLevelQuerySet:
    """What this person may know of: partners their own outlet's; our own people all of our own
    places, whose pages they may not open.
    """
    levels = StockLevel.objects.select_related("location__outlet", "location__employee", "part")
    outlet = user.outlet
    if outlet is None or outlet.kind != OutletKind.OWN or not user.may("stock.view"):
        return levels.visible_to(user)
    seen = StockLocation.objects.visible_to(user)
    return levels.filter(Q(location__outlet__kind=OutletKind.OWN) | Q(location__in=seen))


def arrivals(
    parts: Iterable[Part], to: StockLocation, user: Employee, *, on: date
) -> dict[int, list[Arrival]]:
    """By the key of each part: what lies, travels or is ordered, the earliest first. Three queries,
    and one for each calendar.
    """
    keys = [part.pk for part in parts]
    found: dict[int, list[Arrival]] = {key: [] for key in keys}
    days = Days(on)
    levels = find_levels(user).good().filter(part__in=keys, on_hand__gt=F("allocated"))
    known: set[int] = {to.pk}
    for level in levels.filter(location__is_active=True):
        known.add(level.location_id)
        found[level.part_id].append(lying(level, to, days))
    visible = StockLocation.objects.visible_to(user)
    sent = StockTransferLine.objects.filter(
        part__in=keys, bin=Bin.GOOD, transfer__status=TransferStatus.SENT, transfer__to_location=to
    ).select_related("transfer__from_location")
    for line in sent:
        comes = max(line.transfer.expected_on, on)
        said = {"place": line.transfer.from_location, "number": line.transfer.number}
        why = _("on its way from %(place)s (%(number)s)") % said
        url = line.transfer.get_absolute_url()
        found[line.part_id].append(
            Arrival(on=comes, quantity=line.quantity, place=to, why=why, url=url)
        )
    ordered = Replenishment.objects.open().filter(part__in=keys, location__in=visible)
    for order in ordered.select_related("location__outlet"):
        found[order.part_id].append(coming(order, to, days))
    for rows in found.values():
        rows.sort(key=lambda each: rank(each, to))
    return found


def rank(arrival: Arrival, to: StockLocation) -> tuple[date, bool, bool, int, str]:
    """The earliest first: what is there, then from a depot, then out of somebody's van."""
    place = arrival.place
    return arrival.on, place.pk != to.pk, place.is_van, -arrival.quantity, place.code


def lying(level: StockLevel, to: StockLocation, days: "Days") -> Arrival:
    place, quantity = level.location, level.available
    if place.pk == to.pk:
        return Arrival(on=days.today, quantity=quantity, place=place, why=_("there already"))
    if place.outlet_id == to.outlet_id and not place.is_van:
        why = _("to be fetched at the depot of the outlet")
        return Arrival(on=days.today, quantity=quantity, place=place, why=why)
    comes = days.after(days.today, place.transit_days, place)
    days_text = ngettext(
        "sent today: %(days)s working day", "sent today: %(days)s working days", place.transit_days
    )
    why = days_text % {"days": place.transit_days}
    return Arrival(on=comes, quantity=quantity, place=place, why=why)


def coming(order: Replenishment, to: StockLocation, days: "Days") -> Arrival:
    place, expected = order.location, max(order.expected_on, days.today)
    if order.expected_on < days.today:
        why = _("ordered, and overdue since %(day)s") % {"day": day(order.expected_on)}
    else:
        why = _("ordered for %(day)s") % {"day": day(order.expected_on)}
    comes = expected
    if place.pk != to.pk and (place.outlet_id != to.outlet_id or place.is_van):
        comes = days.after(expected, place.transit_days, place)
        then = ngettext(
            "%(why)s, then %(days)s working day",
            "%(why)s, then %(days)s working days",
            place.transit_days,
        )
        why = then % {"why": why, "days": place.transit_days}
    url = order.get_absolute_url()
    return Arrival(on=comes, quantity=order.open_quantity, place=place, why=why, url=url)


class Days:
    """Working days by the calendar of each outlet; without one, Monday to Friday."""

    def __init__(self, today: date) -> None:
        self.today = today

    def after(self, start: date, count: int, place: StockLocation) -> date:
        for _day in range(count):
            start = self.next(start, place)
        return start

    def next(self, start: date, place: StockLocation) -> date:
        if place.outlet.calendar_id is not None:
            return work_calendar(place.outlet.calendar_id).next_working_day(start)
        start += timedelta(days=1)
        while start.weekday() >= SATURDAY:
            start += timedelta(days=1)
        return start


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would fill a level up: from a place that has more than it needs, else ordered."""

    level: StockLevel
    missing: int
    giver: StockLevel | None


def proposals(levels: Iterable[StockLevel]) -> list[Proposal]:
    """For levels of `below_reorder_point`; one query for all of them. A depot of the outlet gives
    first, and what one has given is not there for the next.
    """
    rows = list(levels)
    others = StockLevel.objects.good().filter(
        part__in={level.part_id for level in rows}, location__employee=None
    )
    by_part: dict[int, list[StockLevel]] = {}
    for other in others.select_related("location"):
        by_part.setdefault(other.part_id, []).append(other)
    spare = {
        other.pk: other.available - (other.reorder_point or 0)
        for rows_of_part in by_part.values()
        for other in rows_of_part
    }
    found = []
    for level in rows:
        missing = (level.target or 0) - level.expected  # type: ignore[attr-defined]
        can = [
            other
            for other in by_part.get(level.part_id, [])
            if other.location_id != level.location_id and spare[other.pk] >= missing
        ]
        outlet = level.location.outlet_id
        nearest = [other for other in can if other.location.outlet_id == outlet] or can
        giver = max(nearest, key=lambda other: spare[other.pk], default=None)
        if giver is not None:
            spare[giver.pk] -= missing
        found.append(Proposal(level=level, missing=missing, giver=giver))
    return found


def cost_today(on: date) -> Subquery:
    """What a level's part costs on a day."""
    costs = PartCost.objects.filter(part=OuterRef("part"), valid_from__lte=on)
    return Subquery(costs.order_by("-valid_from").values("cost")[:1])


def costs_today(parts: Iterable[int], on: date) -> dict[int, Decimal]:
    """By the key of each part; nothing where no cost is known."""
    rows = PartCost.objects.filter(part__in=list(parts), valid_from__lte=on)
    return dict(rows.order_by("valid_from").values_list("part", "cost"))


def value_by_place(levels: StockLevelQuerySet, on: date) -> dict[int, Decimal]:
    """What lies in the good bin of each place, at cost; for those who may see costs."""
    rows = levels.good().filter(on_hand__gt=0).annotate(cost=cost_today(on))
    values = rows.order_by().values("location").annotate(value=Sum(F("on_hand") * F("cost")))
    return {row["location"]: money(row["value"] or ZERO) for row in values}
