"""The clock's door."""

from celery import shared_task
from django.utils.timezone import localdate, now

from contracts import actions


@shared_task(ignore_result=True)
def expire_ended() -> None:
    at = now()
    actions.expire_ended(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_ends() -> None:
    at = now()
    actions.remind_of_ends(on=localdate(at), at=at)
