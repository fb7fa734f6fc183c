"""What was done, with which parts, and the customer's word on it: written down on the spot, then
signed off as a whole.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import Part
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from dispatch.actions.accepting import issue
from dispatch.actions.allowing import take_hours
from dispatch.actions.checking import carry_over
from dispatch.actions.fitting import fit_parts, lock_device, refuse_unfitting
from dispatch.actions.generating import settle_plans
from dispatch.actions.keeping import (
    after_pauses,
    demand,
    lock,
    open_request,
    refuse_outsiders,
    refuse_strangers,
    refuse_unless_under_way,
    tell,
    time_of_step,
    write,
)
from dispatch.actions.ordering import hand_on
from dispatch.actions.planning import plan
from dispatch.actions.repeating import flag_repeat
from dispatch.actions.returning import take_over
from dispatch.actions.reviewing import review
from dispatch.actions.stating import OfDevice, state_of_device
from dispatch.actions.stocking import take_from_stock
from dispatch.actions.writing import write_done
from dispatch.choices import OF_DEVICE, Kind, Status, TimeKind
from dispatch.models import PartUse, Task, TimeEntry, WorkReport
from dispatch.queries import hours_between, labour_hours
from dispatch.signals import task_finished
from employees.models import Employee
from knowledge.models import FaultCode
from orders import actions as orders
from orders.choices import WorkKind
from orders.models import Order
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest
from service_requests.queries import day_of

PRICED_AS: dict[str, WorkKind] = {
    Kind.ONSITE: WorkKind.ONSITE,
    Kind.INSTALLATION: WorkKind.ONSITE,
    Kind.INSPECTION: WorkKind.ONSITE,
    Kind.DEPOT: WorkKind.DEPOT,
    Kind.REMOTE: WorkKind.REMOTE,
}  # care visits, call-backs and internal work are given, not sold
DRAFTED = (
    "result",
    "readings",
    "remarks",
    "remaining",
    "customer_remarks",
    "rating",
    "travel_hours",
    "labour_hours",
    "signed_by",
    "signature",
    "unsigned_reason",
    "unchecked_reason",
)
PNG = "data:image/png;base64,"
LONGEST_SIGNATURE = 300_000
LONGEST_QUOTE = 120
MOST_HOURS = Decimal(24)
MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """What the engineer hands in at the end. Hours are decimal; None takes those between the
    stamps.

    `resolves` closes the matter for the customer: the request is resolved with `result`, code and
    cause, and the customer may say at once how it was: `scores` by dimension, and `nps`.
    """

    result: str
    readings: str = ""
    remarks: str = ""
    remaining: str = ""
    customer_remarks: str = ""
    rating: int | None = None
    travel_hours: Decimal | None = None
    labour_hours: Decimal | None = None
    signed_by: str = ""
    signature: str = ""
    unsigned_reason: str = ""
    unchecked_reason: str = ""
    works_again: bool = False
    resolves: bool = False
    fault_code: FaultCode | None = None
    cause: str = ""
    scores: Mapping[str, int] = field(default_factory=dict)
    nps: int | None = None
    of_device: OfDevice = field(default_factory=OfDevice)

    @property
    def report(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DRAFTED}


@transaction.atomic
def save_draft(task: Task, values: Mapping[str, Any], *, by: Employee, at: datetime) -> Task:
    """Keep what is typed so far on the server; nobody is told, and nothing of it counts until it is
    signed off.
    """
    del at
    task = lock(task)
    refuse_strangers(task, by)
    refuse_unless_under_way(task)
    drafted = {name: value for name, value in values.items() if name in DRAFTED}
    refuse_drawing(drafted.get("signature", ""))
    drafted["signature"] = ""  # a signature stands under the finished text only
    report, _made = WorkReport.objects.update_or_create(task=task, defaults=drafted)
    of_device = {name: values[name] for name in OF_DEVICE if name in values}
    if of_device:
        report.of_device |= of_device
        report.save(update_fields=["of_device"])
    return task


@transaction.atomic
def add_part(
    task: Task,
    *,
    part: Part,
    quantity: int = 1,
    serial_no: str = "",
    removed_serial_no: str = "",
    by: Employee,
    at: datetime,
) -> Task:
    """Note a part as used; the same again adds up, one with a serial number stands alone, of the
    new part or of the one taken out. Who goes along takes it out of the own van.

    Raises DomainError for serial numbers that the installed base would refuse when the work ends.
    """
    task = lock(task)
    refuse_outsiders(task, by)
    refuse_unless_under_way(task)
    if quantity < 1:
        raise DomainError(_("One piece at least."), field="quantity")
    serials = {
        "serial_no": serial_no.strip(),
        "removed_serial_no": removed_serial_no.strip(),
    }
    refuse_unfitting(
        task,
        part,
        quantity=quantity,
        serial_no=serials["serial_no"],
        removed_serial_no=serials["removed_serial_no"],
    )
    without = {"serial_no": "", "removed_serial_no": ""}
    whose = {"used_by": None if by.pk == task.assignee_id else by}
    same = (
        task.parts_used.filter(part=part, **serials, **whose).first()
        if serials == without
        else None
    )
    if same:
        same.quantity += quantity
        same.save(update_fields=["quantity"])
    else:
        PartUse.objects.create(
            task=task, part=part, quantity=quantity, used_on=day_of(at), **serials, **whose
        )
    tell(task, "dispatch.part_added", by=by, at=at, part=in_both(part.__str__), quantity=quantity)
    return task


@transaction.atomic
def remove_part(task: Task, *, part_use: PartUse, by: Employee, at: datetime) -> Task:
    """It was not used after all."""
    task = lock(task)
    refuse_outsiders(task, by)
    refuse_unless_under_way(task)
    part, quantity = in_both(part_use.part.__str__), part_use.quantity
    part_use.delete()
    tell(task, "dispatch.part_removed", by=by, at=at, part=part, quantity=quantity)
    return task


@transaction.atomic
def complete(
    task: Task,
    *,
    sign_off: SignOff,
    happened_at: datetime | None = None,
    by: Employee,
    at: datetime,
) -> Task:
    """Done: report, hours, parts, installed base, priced order lines and the request's clocks, all
    or nothing.

    What a plan wanted is done with it. Raises DomainError without a result, without a signature or
    the reason for its absence at a customer's, with required points of the checklist open and no
    reason, and for hours that cannot be.
    """
    lock_device(task)
    task = lock(task)
    refuse_unchecked(task, sign_off)
    refuse_early_survey(sign_off)
    finished_at = finish(task, Status.DONE, sign_off, happened_at, by=by, at=at)
    settle_plans(task, finished_at, by=by, at=at)
    tell(
        task, "dispatch.completed", by=by, at=finished_at, result=shortened(task.work_report.result)
    )
    service_request = open_request(task)
    if service_request is not None:
        moment = max(finished_at, service_request.opened_at)
        if sign_off.works_again:
            service_requests.restore(service_request, by=by, at=moment)
        if sign_off.resolves:
            service_request = service_requests.resolve(
                service_request,
                resolution=sign_off.result,
                fault_code=sign_off.fault_code,
                cause=sign_off.cause,
                by=by,
                at=moment,
            )
            take_survey(service_request, sign_off, by=by, at=moment)
        elif sign_off.fault_code or sign_off.cause:
            service_requests.record_codes(
                service_request,
                fault_code=sign_off.fault_code or service_request.fault_code,
                cause=sign_off.cause or service_request.cause,
                by=by,
                at=moment,
            )
    flag_repeat(task, at=finished_at)
    issue(task, at=at)
    review(task, at=at)
    write_done(task, by=by, at=at)
    task_finished.send(Task, task=task, by=by, at=finished_at)
    return task


@transaction.atomic
def not_solved(
    task: Task,
    *,
    sign_off: SignOff,
    happened_at: datetime | None = None,
    by: Employee,
    at: datetime,
) -> Task:
    """Worked, but it is not done: what remains becomes a planned task that the desk is told of.

    Raises DomainError when nobody says what remains, and for all that `complete` refuses.
    """
    remaining = demand(sign_off.remaining, "remaining")
    lock_device(task)
    task = lock(task)
    finished_at = finish(task, Status.NOT_SOLVED, sign_off, happened_at, by=by, at=at)
    follow_up = follow(task, remaining, by=by, at=at)
    tell(
        task,
        "dispatch.not_solved",
        by=by,
        at=finished_at,
        remaining=shortened(remaining),
        follow_up=follow_up.number,
    )
    service_request = open_request(task)
    if service_request is not None and sign_off.works_again:
        service_requests.restore(
            service_request, by=by, at=max(finished_at, service_request.opened_at)
        )
    flag_repeat(task, at=finished_at)
    issue(task, at=at)
    review(task, at=at)
    write_done(task, by=by, at=at)
    task_finished.send(Task, task=task, by=by, at=finished_at)
    return task


def take_survey(
    service_request: ServiceRequest, sign_off: SignOff, *, by: Employee, at: datetime
) -> None:
    """What the customer tapped at the end of the visit, with the written remarks as the comment."""
    if sign_off.scores or sign_off.nps is not None:
        service_requests.survey_on_tablet(
            service_request,
            scores=sign_off.scores,
            nps=sign_off.nps,
            comment=sign_off.customer_remarks,
            by=by,
            at=at,
        )


def finish(
    task: Task,
    status: Status,
    sign_off: SignOff,
    happened_at: datetime | None,
    *,
    by: Employee,
    at: datetime,
) -> datetime:
    """Write the end of the work with all that belongs to it; the task is locked. Returns when it
    ended.
    """
    refuse_strangers(task, by)
    finished_at = time_of_step(task, happened_at, at=at)
    task.move_to(status)
    refuse_unsigned(task, sign_off)
    finished_at = after_pauses(task, finished_at)
    task.finished_at, task.reported_at = finished_at, at
    task.pauses.filter(ends_at=None).update(ends_at=finished_at)
    write(task, "status", "finished_at", "reported_at")
    report = {**sign_off.report, "result": demand(sign_off.result, "result")}
    report["signed_at"] = finished_at if sign_off.signature else None
    report["of_device"] = {}
    task.work_report, _made = WorkReport.objects.update_or_create(task=task, defaults=report)
    order = order_for(task, by=by, at=at)
    book_time(task, TimeKind.TRAVEL, sign_off.travel_hours, order, by=by, at=at)
    book_time(task, TimeKind.LABOUR, sign_off.labour_hours, order, by=by, at=at)
    take_hours(task, by=by, at=at)
    if order is not None:
        book_parts(task, order, by=by, at=at)
    take_from_stock(task, by=by, at=finished_at)
    fit_parts(task, by=by, at=finished_at)
    state_of_device(task, sign_off.of_device, by=by, at=finished_at)
    return finished_at


def follow(task: Task, remaining: str, *, by: Employee, at: datetime) -> Task:
    """The task that does the rest: the same work at the same place, without engineer and time; the
    next visit if one was asked for.
    """
    asked = task.follow_ups.unfinished().first()
    if asked is not None:
        hand_on(task, asked)
        return take_over(task, asked, remaining)
    follow_up = plan(
        kind=task.kind,
        title=task.title,
        instructions=remaining,
        service_request=open_request(task),
        customer=task.customer,
        site=task.site,
        asset=task.asset,
        contract=task.contract,
        skill=task.skill,
        follow_up_of=task,
        occurrence=task.occurrence,
        touch=task.touch,
        window=window_of(task),
        with_procedure=False,  # what is open of it goes along
        by=by,
        at=at,
    )
    carry_over(task, follow_up)
    hand_on(task, follow_up)
    return follow_up


def window_of(task: Task) -> tuple[date, date] | None:
    if task.window_from is None or task.window_until is None:
        return None
    return task.window_from, task.window_until


def order_for(task: Task, *, by: Employee, at: datetime) -> Order | None:
    """Where hours and parts are priced: the request's order, or one of the customer's; None for
    what is given.
    """
    is_sold = task.kind in PRICED_AS or task.parts_used.exists()
    if not is_sold:
        return None
    if task.service_request is not None:
        return orders.order_of(task.service_request, by=by, at=at)
    if task.customer is not None:
        return orders.create(task.customer, asset=task.asset, by=by, at=at)
    return None


def book_time(
    task: Task,
    kind: TimeKind,
    typed: Decimal | None,
    order: Order | None,
    *,
    by: Employee,
    at: datetime,
) -> None:
    """Write the hours of travel or labour, and price them; no hours leave no entry."""
    starts_at = task.travelling_at if kind == TimeKind.TRAVEL else task.working_at
    hours = typed if typed is not None else stamped_hours(task, kind)
    if not hours:
        return
    if not 0 < hours <= MOST_HOURS:
        raise DomainError(_("More than 0 and at most 24 hours."), field=f"{kind}_hours")
    starts_at = starts_at or task.working_at or at
    entry = book_hours(task, kind, starts_at, hours, order, by=by, at=at)
    if order is None or task.kind not in PRICED_AS:
        return
    if kind == TimeKind.TRAVEL:
        orders.add_call_out(
            order,
            done_on=entry.worked_on,
            engineer=by,
            source=f"task:{task.number}:call-out",
            by=by,
            at=at,
        )


def book_hours(
    task: Task,
    kind: str,
    starts_at: datetime,
    hours: Decimal,
    order: Order | None,
    *,
    by: Employee,
    at: datetime,
) -> TimeEntry:
    """The entry of one person, priced where the work is sold."""
    entry = TimeEntry.objects.create(
        task=task,
        employee=by,
        kind=kind,
        starts_at=starts_at,
        hours=hours,
        worked_on=day_of(starts_at),
    )
    if order is None or task.kind not in PRICED_AS:
        return entry
    lines = orders.add_work(
        order,
        WorkKind.TRAVEL if kind == TimeKind.TRAVEL else PRICED_AS[task.kind],
        starts_at,
        starts_at + timedelta(hours=float(hours)),
        engineer=by,
        source=source_of(entry),
        by=by,
        at=at,
    )
    entry.order_line = lines[0]
    entry.save(update_fields=["order_line"])
    return entry


def source_of(entry: TimeEntry) -> str:
    """Their origin on the order's lines: who answers for the task books each kind once."""
    task = entry.task
    is_responsible = task.assignee_id == entry.employee_id
    return f"task:{task.number}:{entry.kind}" + ("" if is_responsible else f":{entry.pk}")


def stamped_hours(task: Task, kind: str) -> Decimal | None:
    """The hours between the stamps: setting out and arriving, or beginning and finishing."""
    if kind == TimeKind.TRAVEL:
        hours = hours_between(task.travelling_at, task.arrived_at)
    else:
        hours = labour_hours(task, task.finished_at)
    return None if hours is None else rounded(hours)


def rounded(hours: float) -> Decimal:
    return Decimal(str(hours)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def book_parts(task: Task, order: Order, *, by: Employee, at: datetime) -> None:
    """Price each part that was used."""
    for part_use in task.parts_used.select_related("part").filter(order_line=None):
        part_use.order_line = orders.add_part(
            order,
            part_use.part,
            part_use.quantity,
            done_on=part_use.used_on,
            engineer=by,
            source=f"task:{task.number}:part:{part_use.pk}",
            by=by,
            at=at,
        )
        part_use.save(update_fields=["order_line"])


def refuse_unchecked(task: Task, sign_off: SignOff) -> None:
    """What is required is answered, or the engineer says why it is not."""
    left = [item.text for item in task.checklist.filter(is_required=True, answer="")]
    if left and not sign_off.unchecked_reason.strip():
        named = _(", ").join(f"“{text}”" for text in left[:MOST_NAMED])
        raise DomainError(
            ngettext(
                "This point of the checklist is open: %(named)s. Answer it, or say why not.",
                "%(count)s points of the checklist are open: %(named)s%(more)s."
                " Answer them, or say why not.",
                len(left),
            )
            % {"count": len(left), "named": named, "more": "…" if len(left) > MOST_NAMED else ""},
            field="unchecked_reason",
        )


def refuse_early_survey(sign_off: SignOff) -> None:
    """The customer says how it was once it is solved."""
    if (sign_off.scores or sign_off.nps is not None) and not sign_off.resolves:
        raise DomainError(
            _("The customer’s answers count when this solves the request: tick it, or clear them."),
            field="resolves",
        )


def refuse_unsigned(task: Task, sign_off: SignOff) -> None:
    """At a customer's somebody signs with name, or the engineer says why nobody did."""
    refuse_drawing(sign_off.signature)
    if sign_off.signature and not sign_off.signed_by.strip():
        raise DomainError(_("Whose signature is it?"), field="signed_by")
    if not task.is_at_the_customer or sign_off.signature:
        return
    if not sign_off.unsigned_reason.strip():
        raise DomainError(
            _("Let the customer sign, or say why nobody signs."), field="unsigned_reason"
        )


def refuse_drawing(signature: str) -> None:
    """Only a PNG picture of a reasonable size is a signature."""
    if not signature:
        return
    try:
        drawn = b64decode(signature.removeprefix(PNG), validate=True)
    except NotBase64:
        drawn = b""
    is_png = signature.startswith(PNG) and drawn.startswith(b"\x89PNG\r\n")
    if not is_png or len(signature) > LONGEST_SIGNATURE:
        raise DomainError(_("This is not a signature; please sign again."), field="signature")


def shortened(text: str) -> str:
    """The first line, for a sentence of the trail; the whole stands in the report."""
    first = text.splitlines()[0][:LONGEST_QUOTE]
    return first if first == text else f"{first}…"
