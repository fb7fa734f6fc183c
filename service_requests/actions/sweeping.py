"""How the duties take the clocks that are due: in chunks, each claimed and told in one transaction.

A process that is killed loses no more than to do its chunk again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from crmservice.activity.models import Activity, Filing
from crmservice.activity.trail import filings
from employees.queries import Roster
from service_requests.actions.keeping import BESIDE, about
from service_requests.models import SlaTimer, SlaTimerQuerySet

CHUNK = 200
OF_ITS_REQUEST = tuple(f"service_request__{name}" for name in (*BESIDE, "owner__supervisor"))

Told = Iterable[tuple[SlaTimer, Activity]]
Claim = Callable[[SlaTimerQuerySet, Sequence[SlaTimer], Roster], Told]


def sweep(due: SlaTimerQuerySet, claim: Claim, *, by: str, at: datetime) -> int:
    """`claim` all that is due, in the order of the moment `by`; returns how many it was given.

    `claim(due, timers, roster)` changes the locked timers so that they are due no more, and gives
    what is to be written of which.
    """
    taken, roster = 0, None
    pks = due.order_by(by, "pk").values_list("pk", flat=True)
    while chunk := list(pks[:CHUNK]):
        roster = roster or Roster(at)
        won = take(due.filter(pk__in=chunk), claim, roster)
        taken += won
        if not won:  # another process has them in hand
            break
    return taken


@transaction.atomic
def take(due: SlaTimerQuerySet, claim: Claim, roster: Roster) -> int:
    """What another process took meanwhile is not seen here any more."""
    timers = list(
        due.select_related(*OF_ITS_REQUEST)
        .prefetch_related("service_request__outlets")
        .select_for_update(
            of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .order_by("pk")
    )
    told = list(claim(due, timers, roster))
    written = Activity.objects.bulk_create([activity for _timer, activity in told])
    Filing.objects.bulk_create(
        filing
        for (timer, _draft), activity in zip(told, written, strict=True)
        for filing in filings(activity, [timer.service_request, *about(timer.service_request)])
    )
    return len(timers)
