"""Dead letters get another 72 hours: one by one, or all."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from crmservice.activity.models import TellingFailure
from crmservice.activity.trail import TELL, record
from crmservice.delivery.models import Delivery
from crmservice.delivery.writing import DELIVER
from crmservice.nudge import nudge
from crmservice.retrying import GIVE_UP_AFTER


@transaction.atomic
def retry_deliveries(pks: list[int] | None = None, *, by: Any, at: datetime) -> int:
    """Send these dead letters again (None: all); returns how many."""
    dead = chosen(Delivery.objects.dead().select_for_update().order_by("pk"), pks)
    for row in dead:
        record(row, "delivery.retried", by=by, at=at, error=row.last_error)
    again = Delivery.objects.filter(pk__in=[row.pk for row in dead])
    again.update(dead_at=None, due_at=at, give_up_at=at + GIVE_UP_AFTER, lease_until=None)
    nudge(DELIVER)
    return len(dead)


@transaction.atomic
def retry_tellings(pks: list[int] | None = None, *, by: Any, at: datetime) -> int:
    """Tell again what could not be told (None: all); returns how many."""
    failures = TellingFailure.objects.exclude(dead_at=None).select_for_update().order_by("pk")
    dead = chosen(failures, pks)
    for row in dead:
        record(row, "activity.retried", by=by, at=at, error=row.error)
    again = TellingFailure.objects.filter(pk__in=[row.pk for row in dead])
    again.update(dead_at=None, retry_at=at, give_up_at=at + GIVE_UP_AFTER)
    nudge(TELL)
    return len(dead)


def chosen(rows: models.QuerySet[Any], pks: list[int] | None) -> list[Any]:
    return list(rows if pks is None else rows.filter(pk__in=pks))
