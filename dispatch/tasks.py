from celery import shared_task
from django.utils.timezone import now

from dispatch import actions


@shared_task(ignore_result=True)
def remind() -> None:
    actions.remind(at=now())


@shared_task(ignore_result=True)
def tell_unaccepted() -> None:
    actions.tell_unaccepted(at=now())
