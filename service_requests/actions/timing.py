"""The clocks of a request: what every verb that touches time calls.

Due times are derived, never adjusted: `derive` computes every undecided clock again from its start,
its promise and the holds. `settle` comes first in each verb, for what the clock should have done
before: a late beat hides nothing.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from crmservice.activity.trail import record
from crmservice.delivery.writing import withdraw
from employees.queries import Roster
from service_requests.actions.alerting import as_details, keepers
from service_requests.actions.breaching import overdue_verb
from service_requests.actions.climbing import catch_up, coming_steps
from service_requests.actions.keeping import about, lock
from service_requests.choices import Status, Target
from service_requests.models import Hold, ServiceRequest, SlaTimer
from service_requests.promises import judge, next_of, watch
from service_requests.queries import hold_spans, hours_of, warning_percents

DERIVED = (
    "due_at", "risk_at", "warns_at", "remaining", "stopped_at", "cancelled", "breached_at",
    "late_by",
)  # fmt: skip
PLACE = ("queue_at", "next_due_at", "next_risk_at", "next_target", "climbs_at")
MOST_HOLDS = 1_000


def settle(service_request: ServiceRequest, *, at: datetime) -> None:
    """Do what was due before `at` and not done yet: end an expired hold, record the breaches, climb
    the rings.
    """
    hold = service_request.holds.expired(at).first()
    if hold:
        end_expired(service_request, hold)
    for timer in service_request.sla_timers.undecided().filter(breached_at=None, due_at__lt=at):
        SlaTimer.objects.filter(pk=timer.pk).update(breached_at=timer.due_at, warns_at=None)
        record(
            service_request,
            overdue_verb(timer),
            by=None,
            at=timer.due_at or at,
            about=about(service_request),
            told=as_details(keepers(service_request, Roster(at))),
        )
    catch_up(service_request, at=at)


def derive(service_request: ServiceRequest) -> None:
    """Compute every undecided clock anew from the holds, write it, and set the request's place in
    the queue.

    A clock that was breached stays so, with the due time by which it was. The caller saves `PLACE`.
    """
    timers = list(service_request.sla_timers.undecided().select_for_update(of=("self",)))
    holds = list(service_request.holds.select_related("reason"))
    percents = warning_percents()
    for timer in timers:
        if timer.breached_at is None:
            calendar, spans = hours_of(timer), hold_spans(holds, timer.target)
            judge(timer, calendar, holds=spans)
            watch(timer, calendar, spans, percents.get(timer.target, []))
    SlaTimer.objects.bulk_update(timers, DERIVED)
    place(service_request, timers, holds)


def place(
    service_request: ServiceRequest, timers: Collection[SlaTimer], holds: Collection[Hold]
) -> None:
    """What is next, and where the request stands in the queue: see ServiceRequest."""
    coming = next_of(timers)
    looked_at = [hold.expires_at for hold in holds if hold.ends_at is None]
    service_request.next_target = coming.target
    service_request.next_due_at = coming.due_at
    service_request.next_risk_at = coming.risk_at
    service_request.queue_at = (
        coming.due_at or min(looked_at, default=None) or service_request.place_without_due
    )
    steps = coming_steps(service_request, timers, holds)
    service_request.climbs_at = steps[0].at if steps else None


def stop(service_request: ServiceRequest, target: Target, *, at: datetime) -> bool:
    """Stop the clock of a promise of this spell: met, and late if it is; False when none runs.

    An event that is entered late counts from when it happened: stopped in time, it was never a
    breach.
    """
    timer = (
        service_request.sla_timers.undecided()
        .select_for_update(of=("self",))
        .filter(target=target, spell=service_request.spell)
        .first()
    )
    if timer is None:
        return False
    holds = list(service_request.holds.select_related("reason"))
    if timer.breached_at and at <= timer.breached_at:
        timer.breached_at = None
    stopped_at = max(at, timer.started_at)
    judge(
        timer,
        hours_of(timer),
        stopped_at=stopped_at,
        holds=hold_spans(holds, target, until=stopped_at),
    )
    timer.save(update_fields=DERIVED)
    if timer.warned:
        withdraw(service_request, f"service_requests.{target}_warned", at=at)
    return True


def cancel_clocks(service_request: ServiceRequest, *, at: datetime) -> None:
    """Cancel what is undecided; a breach stays a breach."""
    holds = list(service_request.holds.select_related("reason"))
    timers = list(service_request.sla_timers.undecided().select_for_update(of=("self",)))
    for timer in timers:
        judge(
            timer,
            hours_of(timer),
            holds=hold_spans(holds, timer.target, until=at),
            cancelled_at=at,
        )
    SlaTimer.objects.bulk_update(timers, DERIVED)


def end_hold(service_request: ServiceRequest, *, at: datetime) -> Hold | None:
    """End the open hold; the caller derives the clocks and saves."""
    hold = service_request.holds.open().first()
    if hold is not None:
        hold.ends_at = max(at, hold.starts_at)
        hold.save(update_fields=["ends_at"])
    return hold


def expire_holds(*, at: datetime) -> int:
    """End every hold whose time is over, at the moment it was over; returns how many."""
    expired = Hold.objects.expired(at).order_by("expires_at", "pk")
    ended = 0
    for hold in expired.select_related("service_request")[:MOST_HOLDS]:
        with transaction.atomic():
            service_request = lock(hold.service_request)
            ended += end_expired(service_request, hold)
    return ended


def end_expired(service_request: ServiceRequest, hold: Hold) -> bool:
    """End one hold at its expiry; the conditional update lets one process win."""
    won = Hold.objects.open().filter(pk=hold.pk).update(ends_at=F("expires_at"))
    if not won:
        return False
    if service_request.status == Status.WAITING:
        service_request.move_to(Status.IN_PROGRESS)
    derive(service_request)
    service_request.save(update_fields=["status", *PLACE])
    record(
        service_request,
        "service_requests.hold_expired",
        by=None,
        at=hold.expires_at,
        about=about(service_request),
        reason=hold.reason.names,
    )
    return True
