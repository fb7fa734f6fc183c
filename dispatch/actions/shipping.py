"""Goods go back, or are struck off; and what the clock says of those that stay too long."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from assets.models import Asset
from crmservice.search.index import index_many
from crmservice.sweeping import claim_each
from customers.models import Customer
from dispatch.actions.goods import BESIDE, advance, lock_goods, refuse_unknown, tell_of
from dispatch.actions.keeping import demand, open_request
from dispatch.actions.writing import write_goods_shipped
from dispatch.choices import Stage
from dispatch.models import DepotRepair
from dispatch.queries import documents_of_goods
from employees.models import Employee
from employees.queries import Roster
from orders import actions as orders
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest

MANAGER_RING = 2
SWEPT = 500


@transaction.atomic
def ship(
    repair: DepotRepair,
    *,
    carrier: str,
    tracking: str = "",
    resolves: bool = False,
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """The goods are on their way back: the device is in use again, the customer is written to; with
    `resolves` the request is resolved by it.
    """
    if repair.asset_id is not None:
        Asset.objects.lock(repair.asset_id)
    repair = lock_goods(repair)
    refuse_unknown(repair)
    was_refused = repair.stage == Stage.REFUSED
    repair.carrier_out, repair.tracking_out = demand(carrier, "carrier"), tracking.strip()
    repair.shipped_at = at
    advance(
        repair,
        Stage.SHIPPED,
        "dispatch.goods_shipped",
        "carrier_out",
        "tracking_out",
        "shipped_at",
        by=by,
        at=at,
        carrier=repair.carrier_out,
        tracking=repair.tracking_out,
    )
    if repair.asset is not None and repair.asset.status == AssetStatus.IN_REPAIR:
        assets.put_in_use(repair.asset, by=by, at=at)
    assert repair.task is not None
    service_request = open_request(repair.task)
    if resolves and service_request is not None:
        service_requests.resolve(
            ServiceRequest.objects.get(pk=service_request.pk),
            resolution=resolution(repair, was_refused=was_refused),
            by=by,
            at=at,
        )
    write_goods_shipped(repair, by=by, at=at)
    end_return(repair, resolution(repair, was_refused=was_refused), by=by, at=at)
    return repair


def end_return(repair: DepotRepair, note: str, *, by: Employee, at: datetime) -> None:
    """What a customer gave back for repair left the depot, the last piece of its line."""
    line = repair.return_line
    if line is None:
        return
    here = line.repairs.exclude(stage__in=(Stage.SHIPPED, Stage.CLOSED))
    if not here.exclude(pk=repair.pk).exists():
        orders.end_repair(line, note=note, by=by, at=at)


def resolution(repair: DepotRepair, *, was_refused: bool) -> str:
    report = getattr(repair.task, "work_report", None)
    if report is not None:
        return str(report.result)
    return _("Sent back unrepaired.") if was_refused else _("Repaired and sent back.")


@transaction.atomic
def close_goods(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """The customer has it, it is scrapped, or it never came."""
    repair = lock_goods(repair)
    was_scrapped = repair.stage == Stage.SCRAPPED
    advance(repair, Stage.CLOSED, "dispatch.goods_closed", by=by, at=at)
    if was_scrapped:
        end_return(repair, _("It could not be repaired, and was scrapped."), by=by, at=at)
    return repair


@transaction.atomic
def move_goods(joined: Customer, kept: Customer) -> list[int]:
    """The goods of a customer that was joined with another are the other's."""
    moved = list(DepotRepair.objects.filter(customer=joined).values_list("pk", flat=True))
    DepotRepair.objects.filter(pk__in=moved).update(customer=kept)
    index_many(documents_of_goods(DepotRepair.objects.filter(pk__in=moved)))
    return moved


def goods_follow_request(
    origin: ServiceRequest, target: ServiceRequest, only: Mapping[str, list[int]] | None
) -> dict[str, list[int]]:
    """The goods of a request that was merged into another go on with that one; returns which."""
    moved = service_requests.repoint(DepotRepair.objects, origin, target, only)
    [keys] = moved.values()
    index_many(documents_of_goods(DepotRepair.objects.filter(pk__in=keys)))
    return moved


def tell_overdue_goods(*, at: datetime) -> int:
    """Tell a manager of the depot of each piece of goods that is not back by its promise, once."""
    due = DepotRepair.objects.to_warn(at).order_by("due_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), tell_of_overdue, at=at)


@transaction.atomic
def tell_of_overdue(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win, and only while it is still late."""
    due = DepotRepair.objects.to_warn(at).filter(pk=pk)
    repair = due.select_related(*BESIDE).first()
    if repair is None or not due.filter(due_at=repair.due_at).update(warned_at=at):
        return False
    told = Roster(at).tell(
        None,
        ring=MANAGER_RING,
        outlets=[repair.outlet_id],
        may_see=lambda person: may_see(person, repair),
    )
    tell_of(
        repair,
        "dispatch.goods_overdue",
        by=None,
        at=at,
        due_at=repair.due_at,
        told=[told.details] if told else [],
    )
    return True


def may_see(person: Employee, repair: DepotRepair) -> bool:
    return DepotRepair.objects.visible_to(person).filter(pk=repair.pk).exists()
