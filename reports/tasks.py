"""The clock's doors: each reads the time and calls one action."""

from celery import shared_task
from django.utils.timezone import localdate, now

from reports import actions


@shared_task(ignore_result=True)
def send_reports() -> None:
    at = now()
    actions.send_due(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def make_monthly_report() -> None:
    at = now()
    actions.make_month_if_due(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def keep_facts() -> None:
    actions.keep_facts()


@shared_task(ignore_result=True)
def keep_columns() -> None:
    actions.keep_columns()
