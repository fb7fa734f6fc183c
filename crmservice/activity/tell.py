"""From untold activities to notifications: the outbox, worked off row by row."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from crmservice import faults
from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity, TellingFailure
from crmservice.activity.trail import subject_of
from crmservice.activity.wording import LISTENERS
from crmservice.delivery.writing import notify
from crmservice.retrying import GIVE_UP_AFTER, next_try

log = logging.getLogger(__name__)

OVERLOOKED = timedelta(seconds=30)  # several turns of the duty


def tell_pending(*, at: datetime, limit: int = 500) -> int:
    """Tell whoever should hear of the oldest untold activities; one bad row stops no other.

    What has waited for long may be what killed the process before this one: its try is noted
    first, so that it, too, comes back ever more rarely and lets the others pass.
    """
    told = 0
    for activity in Activity.objects.to_tell(at)[:limit]:
        noted = note_try(activity, at=at) if at - activity.entered_at >= OVERLOOKED else None
        try:
            told += tell(activity, at=at)
        except Exception as error:  # a batch goes on past a bad row; it is tried again later
            log.exception("activity %s could not be told", activity.pk)
            (noted or note_try(activity, at=at)).fail_with(error)
    TellingFailure.objects.filter(activity__told_at__isnull=False).delete()
    return told


@transaction.atomic
def tell(activity: Activity, *, at: datetime) -> bool:
    """Write the notifications of one activity; the conditional update lets one process win."""
    if not Activity.objects.filter(pk=activity.pk, told_at=None).update(told_at=at):
        return False
    faults.point("tell.claimed")
    notify(activity, who_hears(activity), at=at)
    return True


def who_hears(activity: Activity) -> dict[int, NoticeKind]:
    """The people to tell, each with the most urgent kind that the activity has for the person."""
    listeners = LISTENERS.get(activity.verb, [])
    subject = subject_of(activity) if listeners else None
    heard: dict[int, NoticeKind] = {}
    if subject is not None:
        for listener in sorted(listeners, key=lambda one: one.kind.rank):
            for person in filter(None, listener.people(subject, activity)):
                heard.setdefault(person.pk, listener.kind)
    if activity.by_id:
        heard.pop(activity.by_id, None)
    return heard


@transaction.atomic
def note_try(activity: Activity, *, at: datetime) -> TellingFailure:
    """Set the next try apart from the trail, which is never edited; after the last it is dead."""
    resting = {"retry_at": at, "give_up_at": at + GIVE_UP_AFTER}
    failure, _ = TellingFailure.objects.get_or_create(activity=activity, defaults=resting)
    failure.attempts += 1
    failure.retry_at = next_try(failure.attempts, at=at)
    failure.dead_at = at if at >= failure.give_up_at else None
    failure.save()
    return failure
