"""What to take along, against what the van holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.web.text import day
from dispatch.choices import Kind
from dispatch.models import Task
from employees.models import Employee
from orders.models import StockLevel, StockLocation
from orders.policies import may_work_in
from orders.queries import arrivals


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A part to take; `says` is where it is, empty where no stock is kept. `send_url` opens the
    transfer that would bring what is missing, for who may send it.
    """

    part: Part
    wanted: int
    in_van: int = 0
    says: str = ""
    nearest: str = ""
    kind: str = ""
    send_url: str = ""


def place_of_parts(task: Task, person: Employee | None) -> StockLocation | None:
    """Where the parts of a task come from: the person's van; of depot work the outlet's depot."""
    if person is None:
        return None
    places = StockLocation.objects.in_use().select_related("outlet", "employee")
    if task.kind == Kind.DEPOT:
        depots = places.filter(outlet=person.outlet_id, employee=None)
        return depots.order_by("code").first()
    return places.filter(employee=person.pk).first()


def pick_list(
    wanted: Sequence[tuple[Part, int | Decimal]],
    user: Employee,
    *,
    on: date,
    place: StockLocation | None,
) -> list[Pick]:
    """Each part with what the place holds of it, and where what is missing can come from. One
    query, and those of `arrivals` where something is missing.
    """
    pieces = [(part, whole(amount)) for part, amount in wanted]
    if place is None or not pieces:
        return [Pick(part=part, wanted=count) for part, count in pieces]
    held = free_in(place, [part for part, _count in pieces])
    short = [part for part, count in pieces if held.get(part.pk, 0) < count]
    found = arrivals(short, place, user, on=on) if short else {}
    picks = []
    for part, count in pieces:
        there = held.get(part.pk, 0)
        missing = max(count - there, 0)
        if not missing:
            says = _("%(count)s in the van") if place.is_van else _("%(count)s in the depot")
            picks.append(
                Pick(
                    part=part,
                    wanted=count,
                    in_van=there,
                    says=says % {"count": there},
                    kind="good",
                )
            )
            continue
        others = [each for each in found[part.pk] if each.place.pk != place.pk or each.url]
        first = next(iter(others), None)
        says = _("%(count)s in the van, %(missing)s missing")
        if not place.is_van:
            says = _("%(count)s in the depot, %(missing)s missing")
        send_url, nearest = "", _("No place has one, and none is ordered.")
        if first is not None:
            comes = _("today") if first.on == on else day(first.on)
            words = {"place": first.place.name, "day": comes, "why": first.why}
            nearest = _("Nearest: %(place)s, %(day)s (%(why)s)") % words
            if not first.url and may_work_in(user, first.place):
                asked = {"from": first.place.code, "to": place.code, "part": part.pk}
                asked["quantity"] = min(missing, first.quantity)
                send_url = f"{reverse('orders:send')}?{urlencode(asked)}"
        picks.append(
            Pick(
                part=part,
                wanted=count,
                in_van=there,
                says=says % {"count": there, "missing": missing},
                nearest=nearest,
                kind="warning" if first else "bad",
                send_url=send_url,
            )
        )
    return picks


def free_in(place: StockLocation, parts: Sequence[Part]) -> dict[int, int]:
    """By the key of each part, what is free in the place."""
    levels = StockLevel.objects.good().filter(location=place, part__in=parts)
    return {level.part_id: level.available for level in levels}


def whole(amount: int | Decimal) -> int:
    """Stock is in whole pieces: half a piece is taken as one."""
    return int(Decimal(amount).to_integral_value(ROUND_CEILING))
