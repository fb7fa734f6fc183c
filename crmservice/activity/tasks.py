from celery import shared_task
from django.utils.timezone import now

from crmservice.activity import tell


@shared_task(ignore_result=True)
def tell_pending() -> None:
    tell.tell_pending(at=now())
