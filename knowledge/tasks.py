from celery import shared_task
from django.utils.timezone import localdate, now

from knowledge import actions


@shared_task(ignore_result=True)
def remind() -> None:
    at = now()
    actions.remind(on=localdate(at), at=at)
