"""The clock's door."""

from celery import shared_task
from django.utils.timezone import localdate, now

from contracts import actions


@shared_task(ignore_result=True)
def turn() -> None:
    at = now()
    actions.turn(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_ends() -> None:
    at = now()
    actions.remind_of_ends(on=localdate(at), at=at)
