from celery import shared_task

from crmservice.activity import tell
from crmservice.clock import database_now


@shared_task(ignore_result=True)
def tell_pending() -> None:
    tell.tell_pending(at=database_now())
