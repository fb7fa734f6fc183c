"""From untold activities to notifications: the outbox, worked off row by row."""

import logging
from datetime import datetime

from django.db import transaction

from crmservice.activity.choices import NoticeKind
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
    Notification.objects.bulk_create(
        [
            Notification(activity=activity, recipient_id=pk, kind=kind)
            for pk, kind in sorted(who_hears(activity).items())
        ],
        ignore_conflicts=True,
    )
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
