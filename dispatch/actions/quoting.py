"""What a repair costs so far: used parts and hours as lines of the request's order."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from dispatch.actions.goods import lock_goods, refuse_unknown, tell_of
from dispatch.actions.reporting import PRICED_AS, book_parts
from dispatch.choices import TimeKind
from dispatch.models import DepotRepair, Task, TimeEntry
from employees.models import Employee
from orders import actions as orders
from orders.choices import Status
from orders.models import Order


@transaction.atomic
def quote(repair: DepotRepair, *, by: Employee, at: datetime) -> Order:
    """The draft with all parts and hours so far; what stands on an order already stays there, and
    without anything new that order is the answer.

    Raises DomainError where nothing was used yet.
    """
    repair = lock_goods(repair)
    refuse_unknown(repair)
    assert repair.task is not None
    if is_priced(repair.task):
        order = latest_order(repair.task)
        if order is None:
            raise DomainError(_("No parts and no hours yet: there is nothing to quote."))
        return order
    order = price_work(repair.task, by=by, at=at)
    assert order is not None
    tell_of(repair, "dispatch.goods_quoted", by=by, at=at, order=order.number)
    return orders.hand_on(order, by=by, at=at)


def price_work(task: Task, *, by: Employee, at: datetime) -> Order | None:
    """Put unpriced parts and hours on the request's draft; None where there are none.

    The hours of a person and a day are one piece of work from the first start: many short runs of
    the timer are not rounded up one by one.
    """
    if is_priced(task) or task.service_request is None:
        return None
    order = orders.order_of(task.service_request, by=by, at=at)
    book_parts(task, order, by=by, at=at)
    for entries in runs_of(unpriced(task)):
        first = entries[0]
        assert first.starts_at is not None
        hours = float(sum(each.hours for each in entries))
        lines = orders.add_work(
            order,
            PRICED_AS[task.kind],
            first.starts_at,
            first.starts_at + timedelta(hours=hours),
            engineer=first.employee,
            source=f"task:{task.number}:timed:{first.pk}",
            by=by,
            at=at,
        )
        for each in entries:
            each.order_line = lines[0]
            each.save(update_fields=["order_line"])
    return order


def is_priced(task: Task) -> bool:
    return not unpriced(task) and not task.parts_used.filter(order_line=None).exists()


def unpriced(task: Task) -> list[TimeEntry]:
    entries = task.time_entries.filter(
        kind=TimeKind.LABOUR, order_line=None, starts_at__isnull=False
    )
    return list(entries.select_related("employee").order_by("starts_at", "pk"))


def runs_of(entries: Iterable[TimeEntry]) -> Iterable[list[TimeEntry]]:
    """Those of one person on one day together, the first to start first."""
    together: dict[tuple[int, date], list[TimeEntry]] = defaultdict(list)
    for each in entries:
        together[each.employee_id, each.worked_on].append(each)
    return together.values()


def latest_order(task: Task) -> Order | None:
    if task.service_request is None:
        return None
    living = Order.objects.filter(service_request=task.service_request)
    return living.exclude(status=Status.CANCELLED).order_by("-pk").first()
