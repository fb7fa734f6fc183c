"""Open clocks follow a changed calendar or default promise: asked for once, done in chunks.

Nothing follows by itself. Each changed request says in its trail what moved; a clock that was
breached stays as it was promised.
"""

from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from contracts.entitlement import to_json
from contracts.models import DefaultPromise
from contracts.queries import level_of
from crmservice.activity.trail import record
from employees.models import Employee, WorkingCalendar
from service_requests.actions.keeping import about, lock
from service_requests.actions.opening import restart_clocks
from service_requests.actions.timing import PLACE, derive, settle
from service_requests.choices import Target
from service_requests.models import Recalculation, ServiceRequest
from service_requests.queries import frozen_entitlement, to_recalculate

CHUNK = 100


@transaction.atomic
def recalculate(
    *,
    calendar: WorkingCalendar | None = None,
    promise: DefaultPromise | None = None,
    by: Employee,
    at: datetime,
) -> Recalculation:
    """Let the open clocks follow the calendar, or the default promise, as it is now.

    A small number is done at once, the rest by the clock's duty. One that is under way for the same
    is given back instead.
    """
    under_way = Recalculation.objects.unfinished().filter(calendar=calendar, promise=promise)
    recalculation = under_way.first()
    if recalculation is not None:
        return recalculation
    recalculation = Recalculation(calendar=calendar, promise=promise, asked_by=by, asked_at=at)
    recalculation.total = to_recalculate(recalculation).count()
    recalculation.save()
    record(
        recalculation.subject,
        "service_requests.recalculation_asked",
        by=by,
        at=at,
        count=recalculation.total,
    )
    do_chunk(recalculation.pk, at=at)
    recalculation.refresh_from_db()
    return recalculation


def carry_on(*, at: datetime) -> None:
    """Do what is left of every recalculation that was asked for."""
    for pk in list(Recalculation.objects.unfinished().values_list("pk", flat=True)):
        while do_chunk(pk, at=at):
            pass


@transaction.atomic
def do_chunk(pk: int, *, at: datetime) -> bool:
    """Do the next requests and say how far it is, in one transaction; whether there is more.

    Another process that has it in hand goes on alone.
    """
    recalculation = (
        Recalculation.objects.unfinished()
        .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .filter(pk=pk)
        .first()
    )
    if recalculation is None:
        return False
    left = to_recalculate(recalculation).filter(pk__gt=recalculation.reached).order_by("pk")
    chunk = list(left[:CHUNK])
    recalculation.changed += sum(follow(each, recalculation, at=at) for each in chunk)
    recalculation.looked_at += len(chunk)
    if chunk:
        recalculation.reached = chunk[-1].pk
    if len(chunk) < CHUNK:
        recalculation.finished_at = at
        record(
            recalculation.subject,
            "service_requests.recalculation_finished",
            by=None,
            at=at,
            count=recalculation.looked_at,
            changed=recalculation.changed,
        )
    recalculation.save(update_fields=["changed", "looked_at", "reached", "finished_at"])
    return recalculation.finished_at is None


def follow(service_request: ServiceRequest, recalculation: Recalculation, *, at: datetime) -> bool:
    """Let one request's clocks follow; whether a due time moved."""
    service_request = lock(service_request)
    settle(service_request, at=at)
    before = due_times(service_request)
    if recalculation.promise is not None:
        follow_promise(service_request, recalculation.promise)
    else:
        follow_calendars(service_request)
    derive(service_request)
    service_request.save(update_fields=["entitlement", *PLACE])
    after = due_times(service_request)
    moved = [
        {
            "say": f"service_requests.{target}_moved",
            "before_at": before.get(target),
            "after_at": after.get(target),
        }
        for target in Target
        if before.get(target) != after.get(target)
    ]
    if moved:
        record(
            service_request,
            "service_requests.recalculated",
            by=recalculation.asked_by,
            at=at,
            about=about(service_request),
            reasons=moved,
            since=recalculation.subject_names,
        )
    return bool(moved)


def follow_calendars(service_request: ServiceRequest) -> None:
    """From now on the clocks count in the hours that their calendars have."""
    behind = service_request.sla_timers.movable().behind().select_related("calendar")
    for timer in behind:
        timer.calendar_version = timer.calendar.version
        timer.save(update_fields=["calendar_version"])


def follow_promise(service_request: ServiceRequest, promise: DefaultPromise) -> None:
    """Freeze the promise as it is now, with all else that was frozen."""
    level = level_of(promise)
    frozen = frozen_entitlement(service_request)
    if (frozen.promises, frozen.calendar_id) == (level.promises, level.calendar_id):
        return
    entitlement = replace(
        frozen,
        promises=level.promises,
        calendar_id=level.calendar_id,
        calendar_code=level.calendar_code,
    )
    service_request.entitlement = to_json(entitlement)
    restart_clocks(service_request, entitlement)


def due_times(service_request: ServiceRequest) -> dict[str, datetime | None]:
    """When what can move is due; on hold it is not."""
    movable = service_request.sla_timers.movable()
    return dict(movable.values_list("target", "due_at"))
