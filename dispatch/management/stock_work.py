"""The sample's stock in motion: on its way, on order, to settle, to return."""

from datetime import datetime, timedelta

from django.db import transaction

from assets.models import Part
from crmservice.imports.models import Source
from dispatch.choices import CARRIED_OUT
from dispatch.models import Task
from employees.choices import Role
from employees.models import Employee
from orders import actions as orders
from orders.models import StockLevel, StockLocation
from service_requests.queries import day_of

STOCK_WORK = "sample company: stock"
DAY = timedelta(days=1)


@transaction.atomic
def move_stock(people: list[Employee], at: datetime) -> None:
    """By the verbs that all use; once, wholly or not at all. Without the places nothing."""
    if Source.objects.filter(name=STOCK_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    engineer, keeper = by_role[Role.FIELD_ENGINEER], by_role[Role.STOREKEEPER]
    van = StockLocation.objects.filter(employee=engineer).first()
    depot = StockLocation.objects.filter(outlet=keeper.outlet_id, employee=None).first()
    done = Task.objects.filter(assignee=engineer, status__in=CARRIED_OUT).order_by("-finished_at")
    visits = list(done[:3])
    if van is None or depot is None or not visits:
        return
    plenty = StockLevel.objects.good().filter(location=depot, on_hand__gte=8, pieces=None)
    first, second, *_others = [level.part for level in plenty.select_related("part")[:3]]
    who = {"by": keeper, "at": at}
    packed = [orders.Packed(first, 2), orders.Packed(second, 1)]
    orders.send(depot, van, packed, expected_on=day_of(at + DAY), **who)  # type: ignore[arg-type]
    order_parts(depot, keeper, at)
    old = list(Part.objects.exclude(fits_model=None).order_by("part_no")[:2])
    for number, (part, visit, days) in enumerate(zip(old, visits, (20, 3), strict=False), 1):
        orders.lay_in(
            van,
            part=part,
            serial_no=f"OLD-{visit.number}-{number}",
            about=visit,
            holder=engineer,
            by=engineer,
            at=at - days * DAY,
        )
    orders.note_used_beyond(
        van, part=old[0], quantity=1, held=0, about=visits[-1], by=engineer, at=at - DAY
    )
    plan_parts(engineer, keeper, first, at)
    Source.objects.create(name=STOCK_WORK, shift_days=0, begun_at=at, finished_at=at)


def order_parts(depot: StockLocation, keeper: Employee, at: datetime) -> None:
    """One that is overdue, one that comes."""
    low = StockLevel.objects.good().filter(location=depot).select_related("part")
    for level, ordered, expected in zip(
        low.order_by("on_hand", "pk")[:2], (12, 4), (-2, 5), strict=False
    ):
        orders.replenish(
            depot,
            part=level.part,
            quantity=6,
            expected_on=day_of(at + expected * DAY),
            supplier="盛丰配件厂",
            by=keeper,
            at=at - ordered * DAY,
        )


def plan_parts(engineer: Employee, keeper: Employee, part: Part, at: datetime) -> None:
    """The next visit wants more of a part than the van has."""
    next_visit = Task.objects.of(engineer).unfinished().exclude(service_request=None)
    visit = next_visit.order_by("planned_start").first()
    if visit is not None and visit.service_request is not None:
        order = orders.order_of(visit.service_request, by=keeper, at=at)
        orders.add_part(order, part, 6, done_on=day_of(at), by=keeper, at=at)
