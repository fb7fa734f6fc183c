"""Work on goods in the depot, from the diagnosis to the end of the test, and what ends it early."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.choices import AssetStatus
from crmservice.errors import DomainError
from dispatch.actions.carrying_out import accept, start
from dispatch.actions.goods import (
    advance,
    lock_goods,
    refuse_unknown,
    tell_of,
)
from dispatch.actions.keeping import demand, lock, tell, write
from dispatch.actions.planning import STAMPS, cancel, refuse_locked
from dispatch.actions.quoting import price_work
from dispatch.actions.reporting import SignOff, complete
from dispatch.actions.reviewing import forget_review
from dispatch.actions.timing import end_timers
from dispatch.choices import AHEAD, Stage, Status
from dispatch.explaining import measured_in_words
from dispatch.measuring import Value
from dispatch.models import DepotRepair, DepotWait, Measurement, Task
from employees.models import Employee


@transaction.atomic
def diagnose(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """Begin to look for the fault, or go on with it; whoever begins has the task."""
    repair = lock_goods(repair)
    refuse_unknown(repair)
    take_task(repair, by=by, at=at)
    advance(repair, Stage.DIAGNOSING, "dispatch.goods_diagnosed", by=by, at=at)
    return repair


@transaction.atomic
def wait(
    repair: DepotRepair, *, reason: str, note: str = "", by: Employee, at: datetime
) -> DepotRepair:
    """Nothing can be done until the customer approves or the parts are there; the promise does not
    run meanwhile.
    """
    repair = lock_goods(repair)
    refuse_unknown(repair)
    advance(
        repair, Stage.WAITING, "dispatch.goods_wait", by=by, at=at, reason=reason, note=note.strip()
    )
    DepotWait.objects.create(repair=repair, reason=reason, note=note.strip(), began_at=at)
    return repair


@transaction.atomic
def repair_goods(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """Begin the repair, go on after waiting, or repair again what failed its test."""
    repair = lock_goods(repair)
    refuse_unknown(repair)
    advance(repair, Stage.REPAIRING, "dispatch.goods_repaired", by=by, at=at)
    return repair


@transaction.atomic
def test_goods(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """The repair is done as far as anybody knows; it is measured whether it works."""
    repair = lock_goods(repair)
    refuse_unknown(repair)
    advance(repair, Stage.TESTING, "dispatch.goods_tested", by=by, at=at)
    return repair


@transaction.atomic
def enter_results(
    repair: DepotRepair, *, values: Iterable[Value], by: Employee, at: datetime
) -> DepotRepair:
    """Keep what was measured, on the bench only."""
    repair = lock_goods(repair)
    if not repair.is_on_the_bench:
        raise DomainError(
            _("%(number)s is “%(now)s”: nothing is measured now.")
            % {"number": repair.number, "now": repair.get_stage_display()}
        )
    rows = [
        Measurement(
            repair=repair,
            name=each.name,
            value=each.value,
            unit=each.unit,
            limit=each.limit,
            passed=each.passed,
            by=by,
            at=at,
        )
        for each in values
    ]
    if not rows:
        raise DomainError(_("Please write something here."), field="text")
    Measurement.objects.bulk_create(rows)
    failed = sum(row.passed is False for row in rows)
    verb = "dispatch.results_failed" if failed else "dispatch.results_entered"
    tell_of(repair, verb, by=by, at=at, count=len(rows), failed=failed)
    return repair


@transaction.atomic
def finish_goods(
    repair: DepotRepair,
    *,
    result: str,
    labour_hours: Decimal | None = None,
    despite: str = "",
    by: Employee,
    at: datetime,
) -> DepotRepair:
    """It works again: the task is completed with its report, and the goods can go back.
    `labour_hours` are those that no timer has.

    Raises DomainError while somebody else's timer runs on it, and where the last value of something
    that was measured failed and nobody says why it may go (`despite`).
    """
    repair = lock_goods(repair)
    refuse_unknown(repair)
    result = demand(result, "result")
    refuse_failed(repair, despite)
    advance(repair, Stage.READY, "dispatch.goods_ready", by=by, at=at)
    end_work(repair, result, labour_hours, despite=despite, by=by, at=at)
    return repair


@transaction.atomic
def send_back_unrepaired(
    repair: DepotRepair, *, reason: str, by: Employee, at: datetime
) -> DepotRepair:
    """The customer does not want the repair, or it cannot be done: the goods go back as
    they are.
    """
    repair = lock_goods(repair)
    why = demand(reason, "reason")
    advance(repair, Stage.REFUSED, "dispatch.goods_refused", by=by, at=at, reason=why)
    give_up(repair, why, by=by, at=at)
    return repair


@transaction.atomic
def scrap(repair: DepotRepair, *, reason: str, by: Employee, at: datetime) -> DepotRepair:
    """The goods are not worth it, and do not go back; the device is retired."""
    repair = lock_goods(repair)
    why = demand(reason, "reason")
    advance(repair, Stage.SCRAPPED, "dispatch.goods_scrapped", by=by, at=at, reason=why)
    give_up(repair, why, by=by, at=at)
    if repair.asset is not None and repair.asset.status != AssetStatus.RETIRED:
        assets.retire(repair.asset, reason=why, by=by, at=at)
    return repair


def give_up(repair: DepotRepair, why: str, *, by: Employee, at: datetime) -> None:
    """End the task of goods that are not repaired: cancelled, or done as far as it went."""
    task = repair.task
    if task is None or not task.is_unfinished:
        end_timers(repair, by=by, at=at)
    elif task.status == Status.WORKING:
        result = _("Not repaired: %(reason)s") % {"reason": why}
        end_work(repair, result, None, despite="", by=by, at=at)
    else:
        cancel(task, reason=why, by=by, at=at)


def end_work(
    repair: DepotRepair,
    result: str,
    labour_hours: Decimal | None,
    *,
    despite: str,
    by: Employee,
    at: datetime,
) -> None:
    """Complete the task as the one who ends the work; the hours of the timers are priced, too."""
    end_timers(repair, by=by, at=at)
    task = take_task(repair, by=by, at=at)
    sign_off = SignOff(
        result=result,
        readings="\n".join(map(in_a_line, repair.measurements.all())),
        remarks=despite.strip(),
        travel_hours=Decimal(0),
        labour_hours=labour_hours or Decimal(0),
    )
    price_work(complete(task, sign_off=sign_off, by=by, at=at), by=by, at=at)


def take_task(repair: DepotRepair, *, by: Employee, at: datetime) -> Task:
    """The task is the one's who works on the goods now; it begins where it has not begun.

    Raises DomainError for who carries out no tasks, and where somebody else was agreed with the
    customer.
    """
    assert repair.task is not None
    task = lock(repair.task)
    if not by.may("dispatch.carry_out"):
        raise DomainError(_("%(person)s does not carry out tasks.") % {"person": by})
    if task.assignee_id != by.pk and task.is_unfinished:
        refuse_locked(task, by, task.planned_start)
        before = task.assignee
        if task.status != Status.WORKING:
            task.move_to(Status.ASSIGNED)
            task.assigned_at, task.accepted_at = at, None
        forget_review(task)
        task.assignee, task.conflict_reason = by, ""
        write(task, "status", "assignee", "conflict_reason", *STAMPS)
        tell(task, "dispatch.taken", by=by, at=at, before=before.name if before else None)
    if task.status == Status.ASSIGNED:
        task = accept(task, by=by, at=at)
    if task.status in AHEAD:
        task = start(task, by=by, at=at)
    repair.task = task
    return task


def refuse_failed(repair: DepotRepair, despite: str) -> None:
    """What failed last is repaired again, or somebody says why the goods may go."""
    last = {each.name: each for each in repair.measurements.all()}
    failed = [each for each in last.values() if each.passed is False]
    if failed and not despite.strip():
        raise DomainError(
            _("%(result)s does not keep its limit. Repair it again, or say why it may go.")
            % {"result": measured_in_words(failed[0])},
            field="despite",
        )


def in_a_line(result: Measurement) -> str:
    """“Insulation 512 MΩ (>=100)”: in no language, since it is kept."""
    value = " ".join(filter(None, [result.name, result.value, result.unit]))
    return f"{value} ({result.limit})" if result.limit else value
