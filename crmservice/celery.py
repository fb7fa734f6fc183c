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


BACKUP_EVERY = timedelta(hours=int(os.environ.get("BACKUP_EVERY_HOURS", "1")))


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
    "surveys": every(timedelta(minutes=10), "service_requests.tasks.remind_of_surveys"),
    "call_backs": every(timedelta(seconds=30), "service_requests.tasks.record_overdue_call_backs"),
    "complaints": every(timedelta(seconds=30), "service_requests.tasks.record_late_complaints"),
    "recalculations": every(
        timedelta(seconds=10), "service_requests.tasks.carry_on_recalculations"
    ),
    "reminders": every(timedelta(seconds=30), "dispatch.tasks.remind"),
    "acceptances": every(timedelta(seconds=30), "dispatch.tasks.tell_unaccepted"),
    "touches": every(timedelta(minutes=10), "customers.tasks.make_touches"),
    "touch_reminders": every(timedelta(minutes=10), "customers.tasks.remind_of_touches"),
    "trends": every(timedelta(minutes=10), "customers.tasks.watch"),
    "recovery": every(timedelta(minutes=10), "customers.tasks.remind_of_cases"),
    "tier_reviews": every(timedelta(minutes=10), "customers.tasks.remind_of_reviews"),
    "needs": every(timedelta(minutes=10), "customers.tasks.remind_of_needs"),
    "signals": every(timedelta(minutes=1), "customers.tasks.remind_of_signals"),
    "planned_work": every(timedelta(minutes=5), "dispatch.tasks.plan_due_work"),
    "contracts": every(timedelta(minutes=10), "contracts.tasks.turn"),
    "contract_ends": every(timedelta(minutes=10), "contracts.tasks.remind_of_ends"),
    "omissions": every(timedelta(minutes=5), "employees.tasks.remind_of_omissions"),
    "articles": every(timedelta(minutes=10), "knowledge.tasks.remind"),
    "offers": every(timedelta(minutes=10), "orders.tasks.lapse_offers"),
    "questions": every(timedelta(minutes=1), "employees.tasks.pass_up_unanswered"),
    "day_plans": every(timedelta(seconds=5), "dispatch.tasks.reckon_day_plans"),
    "unreported": every(timedelta(minutes=5), "dispatch.tasks.note_unreported"),
    "backup": every(BACKUP_EVERY, "crmservice.backups.tasks.back_up"),
    "goods": every(timedelta(minutes=1), "dispatch.tasks.tell_overdue_goods"),
    "timers": every(timedelta(minutes=1), "dispatch.tasks.ask_about_timers"),
    "old_parts": every(timedelta(minutes=10), "orders.tasks.remind_of_old_parts"),
    "returns": every(timedelta(minutes=10), "orders.tasks.remind_of_returns"),
    "attachments": every(timedelta(hours=1), "crmservice.attachments.tasks.clear_away"),
    "facts": every(timedelta(seconds=10), "reports.tasks.keep_facts"),
    "columns": every(timedelta(seconds=10), "reports.tasks.keep_columns"),
    "reports": every(timedelta(minutes=5), "reports.tasks.send_reports"),
    "monthly_report": every(timedelta(minutes=10), "reports.tasks.make_monthly_report"),
    "certificates": every(timedelta(minutes=10), "employees.tasks.remind_of_certificates"),
}

app = Celery("crmservice", task_cls="crmservice.alone:LoneTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = DUTIES
app.conf.beat_scheduler = "crmservice.beat:CatchUp"
app.conf.imports = ("crmservice.heartbeats",)
app.autodiscover_tasks()
