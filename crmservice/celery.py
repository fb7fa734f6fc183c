"""The Celery app and the beat table: every duty that the clock drives, and how often.

A duty asks the database what is due and does it once, so a lost message or a second beat does no
harm. No task is sent with a delay, and after a start each duty has its turn at once: beat forgets,
the database does not.
"""

import os
from datetime import timedelta
from typing import TypedDict

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmservice.settings")


class Duty(TypedDict):
    task: str
    schedule: timedelta
    options: dict[str, float]


def every(period: timedelta, task: str) -> Duty:
    """A line of the beat table; a message that waited for two periods is dropped."""
    return {
        "task": task,
        "schedule": period,
        "options": {"expires": 2 * period.total_seconds()},
    }


DUTIES: dict[str, Duty] = {
    "tell": every(timedelta(seconds=5), "crmservice.activity.tasks.tell_pending"),
    "deliver": every(timedelta(seconds=5), "crmservice.delivery.tasks.deliver_due"),
    "tiers": every(timedelta(minutes=5), "customers.tasks.recompute_tiers"),
    "breaches": every(timedelta(seconds=5), "service_requests.tasks.record_breaches"),
    "warnings": every(timedelta(seconds=5), "service_requests.tasks.warn"),
    "rings": every(timedelta(seconds=5), "service_requests.tasks.climb"),
    "holds": every(timedelta(seconds=5), "service_requests.tasks.expire_holds"),
    "handovers": every(timedelta(seconds=30), "service_requests.tasks.tell_overdue_handovers"),
    "recalculations": every(
        timedelta(seconds=10), "service_requests.tasks.carry_on_recalculations"
    ),
    "reminders": every(timedelta(seconds=30), "dispatch.tasks.remind"),
    "acceptances": every(timedelta(seconds=30), "dispatch.tasks.tell_unaccepted"),
    "contracts": every(timedelta(minutes=10), "contracts.tasks.expire_ended"),
    "contract_ends": every(timedelta(minutes=10), "contracts.tasks.remind_of_ends"),
    "certificates": every(timedelta(minutes=10), "employees.tasks.remind_of_certificates"),
}

app = Celery("crmservice", task_cls="crmservice.alone:LoneTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = DUTIES
app.conf.beat_scheduler = "crmservice.beat:CatchUp"
app.conf.imports = ("crmservice.heartbeats",)
app.autodiscover_tasks()
