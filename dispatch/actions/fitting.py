"""What was put into the device and what was taken out of it: noted part by part, and the installed
base follows when the work ends.
"""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from assets.models import Asset, Part
from crmservice.errors import DomainError
from dispatch.models import PartUse, Task
from employees.models import Employee
from service_requests.queries import day_of

MOST_NAMED = 5


def lock_device(task: Task) -> None:
    """The device's rows lie on a lower floor than the task and its request: they are locked
    first.
    """
    device = Task.objects.select_related("asset__root").get(pk=task.pk).device
    if device is not None:
        Asset.objects.lock_tree(device)


def refuse_unfitting(
    task: Task,
    part: Part,
    *,
    quantity: int,
    serial_no: str,
    removed_serial_no: str,
    use: PartUse | None = None,
) -> None:
    """What the installed base would have to refuse is refused while it can still be put right.

    Without a device on the task its serial numbers are noted, and nothing is kept of them.
    """
    if (serial_no or removed_serial_no) and quantity > 1:
        raise DomainError(
            _("A serial number is one piece’s; enter the pieces one by one."), field="quantity"
        )
    if serial_no and serial_no == removed_serial_no:
        raise DomainError(
            _("%(serial)s cannot be put in and taken out at once.") % {"serial": serial_no},
            field="serial_no",
        )
    others = task.parts_used.exclude(pk=use.pk) if use else task.parts_used.all()
    refuse_twice(others, "serial_no", serial_no)
    refuse_twice(others, "removed_serial_no", removed_serial_no)
    device = task.device
    if device is None:
        return
    if removed_serial_no:
        refuse_absent(device, removed_serial_no)
    if serial_no:
        refuse_elsewhere(device, part, serial_no)


def refuse_twice(uses: QuerySet[PartUse], name: str, serial: str) -> None:
    if serial and uses.filter(**{name: serial}).exists():
        raise DomainError(
            _("%(serial)s stands on this task already.") % {"serial": serial}, field=name
        )


def refuse_absent(device: Asset, serial: str) -> None:
    """What is taken out is a component of this device."""
    inside = Asset.objects.within(device).exclude(pk=device.pk).filter(part__isnull=False)
    if inside.filter(serial_no=serial).exists():
        return
    known = list(inside.order_by("serial_no").values_list("serial_no", flat=True)[:MOST_NAMED])
    said = {"serial": serial, "device": device.serial_no, "known": ", ".join(known)}
    if known:
        text = _("%(serial)s is no component of %(device)s. In it are: %(known)s.") % said
    else:
        text = (
            _(
                "%(serial)s is no component of %(device)s: none is recorded there."
                " Leave this empty, and write it in the remarks."
            )
            % said
        )
    raise DomainError(text, field="removed_serial_no")


def refuse_elsewhere(device: Asset, part: Part, serial: str) -> None:
    """A known one that is put in lies free, is the same part, and is this customer's."""
    known = Asset.objects.select_related("parent", "customer").filter(serial_no=serial).first()
    if known is None:
        return
    is_same = known.part_id == part.pk and known.customer_id == device.customer_id
    is_free = known.parent_id is None and known.status != AssetStatus.RETIRED
    if is_same and is_free:
        return
    said = {"serial": serial, "parent": known.parent.serial_no if known.parent else ""}
    text = (
        _("%(serial)s is in %(parent)s; a serial number is in one place only.")
        if known.parent
        else _("%(serial)s is the serial number of something else already.")
    )
    raise DomainError(text % said, field="serial_no")


def fit_parts(task: Task, *, by: Employee, at: datetime) -> None:
    """The installed base follows what was used: in the transaction that ends the work.

    A component that was taken out is swapped, or taken off when nothing with a serial number came
    in its place; it goes to repair. A new one that is known, or that is made for a model, is
    installed. `at` is when the work ended.
    """
    if task.asset is None:
        return
    for use in task.parts_used.select_related("part").exclude(serial_no="", removed_serial_no=""):
        refuse_unfitting(
            task,
            use.part,
            quantity=use.quantity,
            serial_no=use.serial_no,
            removed_serial_no=use.removed_serial_no,
            use=use,
        )
        new = fit(task, use, by=by, at=at)
        if new is not None and new.status == AssetStatus.IN_REPAIR:
            assets.put_in_use(new, by=by, at=at)


def fit(task: Task, use: PartUse, *, by: Employee, at: datetime) -> Asset | None:
    """What this use put in, if the installed base keeps it."""
    assert task.asset is not None
    if use.removed_serial_no:
        old = Asset.objects.get(serial_no=use.removed_serial_no)
        if not use.serial_no:
            take_out(old, task, by=by, at=at)
            return None
        return assets.swap(
            old,
            serial_no=use.serial_no,
            becomes=AssetStatus.IN_REPAIR,
            warranty_months=None,
            reason=task.number,
            part=use.part if use.part_id != old.part_id else None,
            by=by,
            at=at,
        )
    known = Asset.objects.filter(serial_no=use.serial_no).first()
    if known is None and not use.part.is_component:
        return None
    return assets.install(known or enter(task, use, by=by, at=at), parent=task.asset, by=by, at=at)


def take_out(old: Asset, task: Task, *, by: Employee, at: datetime) -> None:
    assets.remove(old, by=by, at=at)
    if old.status != AssetStatus.IN_REPAIR:
        assets.send_to_repair(old, reason=task.number, by=by, at=at)


def enter(task: Task, use: PartUse, *, by: Employee, at: datetime) -> Asset:
    """A new component of the customer's; its warranty runs from the day."""
    assert task.asset is not None
    values = {
        "serial_no": use.serial_no,
        "part": use.part,
        "customer": task.asset.customer,
        "site": task.asset.site,
        "delivered_on": day_of(at),
        "installed_on": day_of(at),
    }
    return assets.add(values, by=by, at=at)
