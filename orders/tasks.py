from celery import shared_task
from django.utils.timezone import localdate, now

from orders import actions


@shared_task(ignore_result=True)
def remind_of_old_parts() -> None:
    at = now()
    actions.remind_of_old_parts(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_returns() -> None:
    at = now()
    actions.remind_of_returns(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def lapse_offers() -> None:
    at = now()
    actions.lapse_offers(on=localdate(at), at=at)
