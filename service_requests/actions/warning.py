"""The sweep that warns before a promise is missed: each share of each clock once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from crmservice.activity.models import Activity, Filing
from crmservice.activity.trail import draft, filings
from employees.queries import Roster
from service_requests.actions.alerting import as_details, keepers
from service_requests.actions.keeping import about
from service_requests.actions.timing import CHUNK, OF_ITS_REQUEST
from service_requests.models import Hold, SlaTimer
from service_requests.promises import Alert, warnings_of
from service_requests.queries import hold_spans, hours_of, warning_percents


def warn(*, at: datetime) -> int:
    """Give every warning that is due at or before `at`; returns how many clocks were looked at.

    A late sweep gives the highest one only. A clock whose due time has come is left to
    `record_breaches`. In chunks of one transaction each.
    """
    seen, roster = 0, None
    due = SlaTimer.objects.to_warn(at).order_by("warns_at", "pk").values_list("pk", flat=True)
    while chunk := list(due[:CHUNK]):
        roster = roster or Roster(at)
        won = warn_chunk(chunk, roster)
        seen += won
        if not won:  # another process has them in hand
            break
    return seen


@transaction.atomic
def warn_chunk(pks: Sequence[int], roster: Roster) -> int:
    """Lock, claim by the update, and tell; what another process took meanwhile is not seen here any
    more.
    """
    due = SlaTimer.objects.to_warn(roster.at).filter(pk__in=pks)
    timers = list(
        due.select_related(*OF_ITS_REQUEST)
        .prefetch_related("service_request__outlets")
        .select_for_update(
            of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .order_by("pk")
    )
    percents = warning_percents()
    given = list(passed(timers, percents, at=roster.at))
    due.bulk_update(timers, ["warned", "warns_at"])
    tell(given, percents, roster)
    return len(timers)


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


def tell(
    given: Sequence[tuple[SlaTimer, Alert]], percents: Mapping[str, list[int]], roster: Roster
) -> None:
    """Write each warning down: to the owner, and with the last one to the supervisor, too."""
    written = Activity.objects.bulk_create(
        draft(
            timer.service_request,
            f"service_requests.{timer.target}_warned",
            by=None,
            at=alert.at,
            percent=alert.percent,
            due_at=timer.due_at,
            told=as_details(
                keepers(
                    timer.service_request,
                    roster,
                    supervisor=alert.percent == max(percents[timer.target]),
                )
            ),
        )
        for timer, alert in given
    )
    Filing.objects.bulk_create(
        filing
        for (timer, _alert), activity in zip(given, written, strict=True)
        for filing in filings(activity, [timer.service_request, *about(timer.service_request)])
    )
