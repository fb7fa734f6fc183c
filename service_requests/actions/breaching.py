"""The sweep that records what was missed, with the due time by which it was."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F

from crmservice import faults
from crmservice.activity.models import Activity
from crmservice.activity.trail import draft
from employees.queries import Roster
from service_requests.actions.alerting import as_details, keepers
from service_requests.actions.sweeping import sweep
from service_requests.models import SlaTimer, SlaTimerQuerySet


def record_breaches(*, at: datetime) -> int:
    """Record every clock whose due time is at or before `at`, each once; returns how many."""
    return sweep(SlaTimer.objects.overdue(at), breach, by="due_at", at=at)


def breach(
    overdue: SlaTimerQuerySet, timers: Sequence[SlaTimer], roster: Roster
) -> Iterator[tuple[SlaTimer, Activity]]:
    claimed = overdue.filter(pk__in=[timer.pk for timer in timers])
    claimed.update(breached_at=F("due_at"), warns_at=None)
    faults.point("breaches.claimed")
    for timer in timers:
        told = as_details(keepers(timer.service_request, roster))
        at = timer.due_at or roster.at
        yield timer, draft(timer.service_request, overdue_verb(timer), by=None, at=at, told=told)


def overdue_verb(timer: SlaTimer) -> str:
    """One verb for each promise, so that each has its sentence in both languages."""
    return f"service_requests.{timer.target}_overdue"
