"""A sign of life of each duty of the beat table, and the health that follows from them (R-20).

Celery imports this module when a worker starts (`imports` in celery.py), so that a task needs no
line of its own to leave its heartbeat.
"""

import os
from datetime import datetime

from celery import Task
from celery.signals import task_success
from django.utils.timezone import now

from crmservice.activity.models import Heartbeat
from crmservice.celery import DUTIES

PATIENCE = 3


class Watch:
    """Since when silence counts: the start of this process, not of the one before the fork."""

    def __init__(self) -> None:
        self.since = now()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self.since = now()


watch = Watch()


@task_success.connect
def leave_heartbeat(sender: Task, **_: object) -> None:
    """Note that a duty was done; called by Celery after each task that did not fail.

    What a nudge woke proves nothing of beat.
    """
    if (sender.request.headers or {}).get("nudge"):
        return
    for name in names_of(sender.name):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now()})


def ages(*, at: datetime) -> dict[str, float | None]:
    """Seconds since each duty was last done, None for one that never was."""
    last = dict(Heartbeat.objects.filter(name__in=DUTIES).values_list("name", "at"))
    return {
        name: round((at - last[name]).total_seconds(), 1) if name in last else None
        for name in DUTIES
    }


def silent(*, at: datetime, since: datetime) -> list[str]:
    """The duties that were not done for three of their periods, none of it before `since`."""
    watched = (at - since).total_seconds()
    return [
        name
        for name, age in ages(at=at).items()
        if min(watched, watched if age is None else age)
        > PATIENCE * DUTIES[name]["schedule"].total_seconds()
    ]


def names_of(task: str) -> list[str]:
    return [name for name, duty in DUTIES.items() if duty["task"] == task]
