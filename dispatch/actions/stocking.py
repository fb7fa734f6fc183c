"""A visit and the stock of the vans: what was used leaves one, what was taken out lies in it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from dispatch.actions.keeping import demand, lock, tell
from dispatch.choices import CARRIED_OUT
from dispatch.models import PartUse, Task
from dispatch.queries import place_of_parts
from employees.models import Employee
from orders import actions as orders


def take_from_stock(task: Task, *, by: Employee, at: datetime) -> None:
    """In the transaction that ends the work, before the installed base follows. What the place did
    not have never stops the engineer: it becomes a difference for the storekeeper. Each takes from
    the own van; who has none takes nothing out of it.
    """
    uses = task.parts_used.select_related("part", "used_by")
    places = {use.used_by: place_of_parts(task, use.used_by or by) for use in uses}
    for use in uses:
        place = places[use.used_by]
        if place is None:
            continue
        missing = orders.use(
            place,
            part=use.part,
            quantity=use.quantity,
            serial_no=use.serial_no,
            about=task,
            promised_to=task,
            by=by,
            at=at,
        )
        if missing:
            serials = [use.serial_no] if use.serial_no else []
            orders.note_used_beyond(
                place,
                part=use.part,
                quantity=missing,
                held=use.quantity - missing,
                serials=serials,
                about=task,
                by=by,
                at=at,
            )
        if use.removed_serial_no:
            old = Asset.objects.select_related("part").filter(serial_no=use.removed_serial_no)
            known = old.first()
            orders.lay_in(
                place,
                part=(known.part if known else None) or use.part,
                serial_no=use.removed_serial_no,
                about=task,
                holder=use.used_by or by,
                by=by,
                at=at,
            )
    if place_of_parts(task, by) is not None:
        orders.release_all(task, by=by, at=at)


@transaction.atomic
def undo_part(task: Task, *, part_use: PartUse, reason: str, by: Employee, at: datetime) -> Task:
    """After the work ended: it was not used after all. It is off the order, and back in the place
    that it was taken from.

    Raises DomainError where the installed base followed it, and where the order's lines stand.
    """
    task = lock(task)
    why = demand(reason, "reason")
    if task.status not in CARRIED_OUT:
        raise DomainError(_("While the work goes on, the engineer takes it off."))
    part_use = task.parts_used.select_related("part", "order_line").get(pk=part_use.pk)
    if part_use.serial_no or part_use.removed_serial_no:
        raise DomainError(_("The device follows its serial numbers: undo the swap there first."))
    if part_use.order_line is not None:
        orders.remove(part_use.order_line, by=by, at=at)
    part, quantity = part_use.part, part_use.quantity
    part_use.delete()
    orders.take_back_use(task, part=part, quantity=quantity, reason=why, by=by, at=at)
    tell(
        task,
        "dispatch.part_undone",
        by=by,
        at=at,
        part=in_both(part.__str__),
        quantity=quantity,
        reason=why,
    )
    return task
