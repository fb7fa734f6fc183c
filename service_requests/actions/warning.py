"""The sweep that warns before a promise is missed: each share of each clock once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from crmservice.activity.models import Activity
from crmservice.activity.trail import draft
from employees.queries import Roster
from service_requests.actions.alerting import as_details, keepers
from service_requests.actions.sweeping import sweep
from service_requests.models import Hold, SlaTimer, SlaTimerQuerySet
from service_requests.promises import Alert, warnings_of
from service_requests.queries import hold_spans, hours_of, warning_percents


def warn(*, at: datetime) -> int:
    """Give every warning that is due at or before `at`; returns how many clocks were looked at.

    A late sweep gives the highest one only. A clock whose due time has come is left to
    `record_breaches`.
    """
    return sweep(SlaTimer.objects.to_warn(at), warn_of, by="warns_at", at=at)


def warn_of(
    due: SlaTimerQuerySet, timers: Sequence[SlaTimer], roster: Roster
) -> Iterator[tuple[SlaTimer, Activity]]:
    percents = warning_percents()
    given = list(passed(timers, percents, at=roster.at))
    due.bulk_update(timers, ["warned", "warns_at"])
    for timer, alert in given:
        yield timer, warning(timer, alert, percents, roster)


def passed(
    timers: Sequence[SlaTimer], percents: Mapping[str, list[int]], *, at: datetime
) -> Iterator[tuple[SlaTimer, Alert]]:
    """Set on each clock what it has warned of and when it warns next; gives the warnings to be
    given.
    """
    holds = defaultdict(list)
    requests = {timer.service_request_id for timer in timers}
    for hold in Hold.objects.filter(service_request__in=requests).select_related("reason"):
        holds[hold.service_request_id].append(hold)
    for timer in timers:
        spans = hold_spans(holds[timer.service_request_id], timer.target)
        shares = percents.get(timer.target, [])
        alerts = warnings_of(timer, hours_of(timer), spans, shares)
        coming = [alert for alert in alerts if alert.at > at]
        timer.warns_at = coming[0].at if coming else None
        if len(alerts) > len(coming):
            highest = alerts[len(alerts) - len(coming) - 1]
            timer.warned = highest.percent
            yield timer, highest


def warning(
    timer: SlaTimer, alert: Alert, percents: Mapping[str, list[int]], roster: Roster
) -> Activity:
    """To the owner, and with the last one to the supervisor, too."""
    is_last = alert.percent == max(percents[timer.target])
    return draft(
        timer.service_request,
        f"service_requests.{timer.target}_warned",
        by=None,
        at=alert.at,
        percent=alert.percent,
        due_at=timer.due_at,
        told=as_details(keepers(timer.service_request, roster, supervisor=is_last)),
    )
