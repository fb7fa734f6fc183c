"""The clock's doors: each reads the time and calls one action."""

from celery import shared_task
from django.utils.timezone import now

from customers import actions


@shared_task(ignore_result=True)
def recompute_tiers() -> None:
    actions.recompute_if_due(at=now())
