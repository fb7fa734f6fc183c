"""Goods come in: expected, scanned, received, identified."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from assets.models import Asset
from crmservice.activity.changing import change as change_record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from customers.models import Customer
from dispatch.actions.goods import (
    about_goods,
    advance,
    index_goods,
    lock_goods,
    promise,
    refuse_not_here,
    tell_of,
    write_goods,
)
from dispatch.actions.keeping import demand
from dispatch.actions.planning import plan, refuse_finished, refuse_strangers
from dispatch.actions.writing import write_goods_received
from dispatch.choices import AHEAD, HERE, Kind, Stage, Status
from dispatch.models import DepotRepair, DepotStep, Task
from employees.models import Employee, Outlet
from orders import queries as orders
from orders.models import ReturnCase, ReturnLine, Shipment
from service_requests import actions as service_requests
from service_requests.choices import Channel
from service_requests.choices import Kind as RequestKind
from service_requests.models import ServiceRequest

LIVING = (Stage.EXPECTED, *HERE)
LONGEST_CODE = 80
BRINGS_GOODS = (RequestKind.RETURN, RequestKind.FAULT)
ADDRESS = re.compile(r"https?://[^/]+/(?:[^/?#]+/)*([^/?#]+)/?(?:[?#].*)?")


class Found(StrEnum):
    """What became of a scan."""

    RECEIVED = "received"
    ALREADY = "already"
    SEVERAL = "several"
    ANNOUNCED = "announced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scanned:
    """The answer to a scan: the goods that it led to, the return or shipment whose parcel it is,
    or the request that brings unknown ones.
    """

    found: Found
    code: str
    repair: DepotRepair | None = None
    service_request: ServiceRequest | None = None
    parcel: ReturnCase | Shipment | None = None


@transaction.atomic
def scan(*, code: str, by: Employee, at: datetime) -> Scanned:
    """Lead a serial number, a repair's or a request's number to the goods: what is expected, or is
    a device of ours, is received; what is here already is only found. What belongs to a return, or
    to a shipment of ours, is received there, where its pieces are counted.

    Raises DomainError for goods that are in another depot.
    """
    code = demand(cleaned(code), "code")[:LONGEST_CODE]
    return by_number(code, by=by, at=at) or by_serial(code, by=by, at=at)


def by_number(code: str, *, by: Employee, at: datetime) -> Scanned | None:
    """What a repair's, a request's, a return's or a shipment's number leads to."""
    visible = DepotRepair.objects.visible_to(by)
    known = visible.filter(number__iexact=code).first()
    if known is not None:
        return arrived(known, code, by=by, at=at)
    requests = ServiceRequest.objects.visible_to(by)
    service_request = requests.filter(number__iexact=code).select_related("asset").first()
    if service_request is not None:
        return arrived_for(service_request, code, by=by, at=at)
    parcel = orders.parcel_of(code, by)
    return Scanned(Found.ANNOUNCED, code, parcel=parcel) if parcel is not None else None


def by_serial(code: str, *, by: Employee, at: datetime) -> Scanned:
    """What a serial number leads to: goods that are expected or here, a return, a device."""
    visible = DepotRepair.objects.visible_to(by)
    serials = list({code, code.upper()})
    is_it = Q(serial_no__in=serials) | Q(asset__serial_no__in=serials)
    living = list(visible.filter(is_it, stage__in=LIVING).order_by("pk")[:2])
    if len(living) == 1:
        return arrived(living[0], code, by=by, at=at)
    if living:
        return Scanned(Found.SEVERAL, code, repair=living[0])
    parcel = orders.announced_by(code, by)
    if parcel is not None:
        return Scanned(Found.ANNOUNCED, code, parcel=parcel)
    assets_found = Asset.objects.visible_to(by).filter(serial_no__in=serials)
    asset = assets_found.order_by("pk").first()
    if asset is None:
        return Scanned(Found.UNKNOWN, code)
    repair = take_in_goods(serial_no=asset.serial_no, asset=asset, by=by, at=at)
    return Scanned(Found.RECEIVED, code, repair=repair)


def cleaned(code: str) -> str:
    """What a scanner typed: full-width signs made plain, of an address its last part."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKC", code).strip() if sign.isprintable()
    )
    address = ADDRESS.fullmatch(plain)
    return address[1] if address else plain


def arrived(repair: DepotRepair, code: str, *, by: Employee, at: datetime) -> Scanned:
    if repair.stage != Stage.EXPECTED:
        return Scanned(Found.ALREADY, code, repair=repair)
    return Scanned(Found.RECEIVED, code, repair=receive(repair, by=by, at=at))


def arrived_for(
    service_request: ServiceRequest, code: str, *, by: Employee, at: datetime
) -> Scanned:
    """The goods that a request brings: those that are expected for it, else its device."""
    service_request = service_requests.lock_survivor(service_request)
    visible = DepotRepair.objects.visible_to(by).filter(service_request=service_request)
    living = list(visible.filter(stage__in=LIVING).order_by("pk")[:2])
    if len(living) > 1:
        return Scanned(Found.SEVERAL, code, repair=living[0], service_request=service_request)
    if living:
        return arrived(living[0], code, by=by, at=at)
    asset = service_request.asset
    if asset is None or not service_request.is_open:
        return Scanned(Found.UNKNOWN, code, service_request=service_request)
    repair = take_in_goods(
        serial_no=asset.serial_no, asset=asset, service_request=service_request, by=by, at=at
    )
    return Scanned(Found.RECEIVED, code, repair=repair)


@transaction.atomic
def expect(
    service_request: ServiceRequest,
    *,
    outlet: Outlet,
    serial_no: str,
    carrier_in: str = "",
    tracking_in: str = "",
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """The customer sends something in: the depot waits for it.

    Raises DomainError for a finished request, and for goods that are expected or here already.
    """
    service_request = ServiceRequest.objects.select_related("customer", "asset").lock(
        service_request.pk
    )
    refuse_finished(service_request)
    serial_no = demand(cleaned(serial_no), "serial_no")
    own = Asset.objects.filter(customer=service_request.customer)
    asset = own.filter(serial_no=serial_no).first()
    repair = create(
        outlet=outlet,
        serial_no=serial_no,
        asset=asset,
        customer=service_request.customer,
        service_request=service_request,
        carrier_in=carrier_in.strip(),
        tracking_in=tracking_in.strip(),
        by=by,
        at=at,
    )
    service_requests.involve(service_request, outlet=outlet, by=by, at=at)
    tell_of(repair, "dispatch.goods_expected", by=by, at=at, outlet=outlet.name)
    return repair


@transaction.atomic
def take_in_goods(  # noqa: PLR0913  (the fields of the receipt, each by name)
    *,
    serial_no: str,
    asset: Asset | None = None,
    customer: Customer | None = None,
    service_request: ServiceRequest | None = None,
    return_line: ReturnLine | None = None,
    condition: str = "",
    accessories: str = "",
    place: str = "",
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """Receive what nobody announced, in the depot of the person's outlet; without customer it
    waits until somebody says whose it is.
    """
    serial_no = demand(cleaned(serial_no), "serial_no")
    if asset is not None:
        asset = Asset.objects.lock(asset.pk)
        customer = asset.customer
    if service_request is not None:
        customer = service_request.customer
    refuse_strangers(customer, asset=asset, site=None)
    repair = create(
        outlet=by.outlet,
        serial_no=serial_no,
        asset=asset,
        customer=customer,
        service_request=service_request,
        return_line=return_line,
        condition=condition.strip(),
        accessories=accessories.strip(),
        place=place.strip(),
        by=by,
        at=at,
    )
    return receive(repair, by=by, at=at)


@transaction.atomic
def receive(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """It is here: its promise runs, its device is out of use, and there is a task for it."""
    repair = lock_goods(repair)
    if repair.stage == Stage.EXPECTED and repair.outlet_id != by.outlet_id:
        repair.outlet = by.outlet
    repair.received_at, repair.received_by = at, by
    promise(repair)
    advance(
        repair,
        Stage.RECEIVED,
        "dispatch.goods_received",
        "outlet",
        "received_at",
        "received_by",
        by=by,
        at=at,
        outlet=repair.outlet.name,
    )
    if repair.customer is not None:
        prepare(repair, by=by, at=at)
    return repair


@transaction.atomic
def identify(
    repair: DepotRepair,
    *,
    customer: Customer,
    asset: Asset | None = None,
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """Say whose unknown goods are. Raises DomainError for a stranger's device, and where it was
    said already.
    """
    if asset is not None:
        asset = Asset.objects.lock(asset.pk)
    repair = lock_goods(repair)
    refuse_not_here(repair)
    if repair.customer is not None:
        raise DomainError(
            _("%(number)s is known: it is of %(customer)s.")
            % {"number": repair.number, "customer": repair.customer}
        )
    refuse_strangers(customer, asset=asset, site=None)
    refuse_elsewhere(asset)
    repair.customer, repair.asset = customer, asset
    write_goods(repair, "customer", "asset")
    tell_of(repair, "dispatch.goods_identified", by=by, at=at, customer=customer.name)
    prepare(repair, by=by, at=at)
    return repair


@transaction.atomic
def describe(
    repair: DepotRepair,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """Condition, accessories and place, as they were written down."""
    repair = lock_goods(repair)
    return change_record(
        repair,
        values,
        verb="dispatch.goods_described",
        version=version,
        by=by,
        at=at,
        about=about_goods(repair),
    )


def create(*, by: Employee, at: datetime, **fields: Any) -> DepotRepair:
    """The row of goods that are expected; DomainError when they are expected or here already."""
    refuse_elsewhere(fields["asset"])
    try:
        with transaction.atomic():
            repair = DepotRepair.objects.create(
                number=next_number("DR", at), stage_at=at, created_by=by, created_at=at, **fields
            )
    except IntegrityError:
        raise DomainError(
            _("%(serial)s is expected or in the depot already.") % {"serial": fields["serial_no"]},
            field="serial_no",
        ) from None
    DepotStep.objects.create(repair=repair, stage=Stage.EXPECTED, by=by, at=at)
    index_goods(repair)
    return repair


def refuse_elsewhere(asset: Asset | None) -> None:
    """Raise DomainError when the device is expected or stands in a depot."""
    living = DepotRepair.objects.filter(asset=asset, stage__in=LIVING).select_related("outlet")
    other = living.first() if asset is not None else None
    if other is not None:
        raise DomainError(
            _("%(serial)s is expected or in the depot of %(outlet)s already: %(number)s.")
            % {"serial": other.serial_no, "outlet": other.outlet.name, "number": other.number},
            field="serial_no",
        )


def prepare(repair: DepotRepair, *, by: Employee, at: datetime) -> None:
    """What known goods need: a request with its frozen cover, a task, a device out of use."""
    assert repair.customer is not None
    service_request = repair.service_request
    if service_request is None or not service_request.is_open:
        service_request = request_of(repair) or log_request(repair, by=by, at=at)
    service_requests.involve(service_request, outlet=repair.outlet, by=by, at=at)
    repair.service_request = service_request
    repair.task = waiting_task(repair) or plan(
        kind=Kind.DEPOT,
        title=service_request.subject,
        instructions=repair.condition,
        service_request=service_request,
        asset=repair.asset,
        by=by,
        at=at,
    )
    write_goods(repair, "service_request", "task")
    if repair.asset is not None and repair.asset.status == AssetStatus.IN_USE:
        reason = _("In the depot: %(number)s") % {"number": repair.number}
        assets.send_to_repair(repair.asset, reason=reason, by=by, at=at)
    write_goods_received(repair, by=by, at=at)


def request_of(repair: DepotRepair) -> ServiceRequest | None:
    """The open return or fault of the device; the newest of several."""
    asset = repair.asset
    if asset is None:
        return None
    found = ServiceRequest.objects.open().filter(
        customer=repair.customer,
        kind__in=BRINGS_GOODS,
        asset__in=Asset.objects.within(asset.root or asset),
    )
    return found.order_by("-opened_at", "-pk").first()


def log_request(repair: DepotRepair, *, by: Employee, at: datetime) -> ServiceRequest:
    """The goods themselves are the word of the customer; nobody has answered it yet."""
    assert repair.customer is not None
    return service_requests.log(
        customer=repair.customer,
        channel=Channel.VISIT,
        kind=RequestKind.RETURN,
        subject=_("Sent in for repair: %(serial)s") % {"serial": repair.serial_no},
        description=repair.condition,
        asset=repair.asset,
        responded=False,
        by=by,
        at=at,
    )


def waiting_task(repair: DepotRepair) -> Task | None:
    """A depot task that was planned for the request and has no goods yet."""
    planned = Task.objects.filter(
        service_request=repair.service_request,
        kind=Kind.DEPOT,
        status__in=(Status.PLANNED, *AHEAD),
        repair=None,
    )
    return planned.order_by("pk").first()
