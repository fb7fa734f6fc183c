from celery import shared_task

from crmservice.clock import database_now
from crmservice.delivery import sending


@shared_task(ignore_result=True)
def deliver_due() -> None:
    sending.deliver_due(clock=database_now)
