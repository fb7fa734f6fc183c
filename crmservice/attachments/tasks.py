from celery import shared_task
from django.utils.timezone import now

from crmservice.attachments import keeping


@shared_task(ignore_result=True)
def clear_away() -> None:
    keeping.clear_away(at=now())
