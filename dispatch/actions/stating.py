"""What the engineer says of the device at the end: what its meters show, its software, whether it
is in use, what is still wrong with it, and what of that is put right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from assets import actions as assets
from assets.choices import AssetStatus, Gravity, ReadingSource
from assets.models import Asset, Defect
from crmservice.errors import DomainError
from dispatch.models import Task
from employees.models import Employee


@dataclass(frozen=True)
class Shown:
    """What a meter shows; `is_new_meter` when it is another meter than before."""

    value: Decimal
    is_new_meter: bool = False


@dataclass(frozen=True, kw_only=True)
class OfDevice:
    """Empty says nothing: nobody read it, or it stays as it was."""

    meters: Mapping[str, Shown] = field(default_factory=dict)
    software_version: str = ""
    status: str = ""
    defect: str = ""
    gravity: str = Gravity.SLIGHT
    cleared: tuple[Defect, ...] = ()


def state_of_device(task: Task, said: OfDevice, *, by: Employee, at: datetime) -> None:
    """Write it down in the transaction that ends the work; `at` is when that was.

    Meters are the whole device's; software, status and defects are those of the asset that the
    task names. Raises DomainError at the field where a meter runs backwards.
    """
    device = task.device
    if task.asset is None or device is None:
        return
    for meter, shown in said.meters.items():
        read(device, meter, shown, by=by, at=at)
    asset = Asset.objects.get(pk=task.asset.pk)
    version = said.software_version.strip()
    if version and version != asset.software_version:
        assets.set_software(asset, software_version=version, by=by, at=at)
    if said.defect.strip():
        assets.note_defect(
            asset, text=said.defect, gravity=said.gravity, source=task.number, by=by, at=at
        )
    for defect in Defect.objects.open().filter(pk__in=[each.pk for each in said.cleared]):
        assets.clear_defect(defect, how=task.number, by=by, at=at)
    if said.status == AssetStatus.IN_USE != asset.status:
        assets.put_in_use(asset, by=by, at=at)
    elif said.status == AssetStatus.IN_REPAIR != asset.status:
        assets.send_to_repair(asset, reason=task.number, by=by, at=at)


def read(device: Asset, meter: str, shown: Shown, *, by: Employee, at: datetime) -> None:
    try:
        assets.read_meter(
            device,
            meter=meter,
            value=shown.value,
            taken_at=at,
            source=ReadingSource.VISIT,
            is_new_meter=shown.is_new_meter,
            by=by,
            at=at,
        )
    except DomainError as no:
        raise DomainError(str(no), field=f"meter_{meter}") from no
