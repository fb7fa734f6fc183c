"""From untold activities to notifications: the outbox, worked off row by row."""

import logging
from datetime import datetime

from django.db import transaction

from crmservice.activity.models import Activity, Notification
from crmservice.activity.trail import subject_of
from crmservice.activity.wording import LISTENERS

log = logging.getLogger(__name__)


def tell_pending(*, at: datetime, limit: int = 500) -> int:
    """Tell whoever should hear of the oldest untold activities; one bad row stops no other."""
    told = 0
    for activity in Activity.objects.untold()[:limit]:
        try:
            told += tell(activity, at=at)
        except Exception:  # a batch goes on past a bad row; it is logged and tried again
            log.exception("activity %s could not be told", activity.pk)
    return told


@transaction.atomic
def tell(activity: Activity, *, at: datetime) -> bool:
    """Write the notifications of one activity; the conditional update lets one process win."""
    if not Activity.objects.filter(pk=activity.pk, told_at=None).update(told_at=at):
        return False
    listeners = LISTENERS.get(activity.verb, [])
    subject = subject_of(activity) if listeners else None
    if subject is not None:
        people = {person.pk for heard in listeners for person in heard(subject, activity) if person}
        people.discard(activity.by_id)
        Notification.objects.bulk_create(
            [Notification(activity=activity, recipient_id=pk) for pk in sorted(people)],
            ignore_conflicts=True,
        )
    return True
