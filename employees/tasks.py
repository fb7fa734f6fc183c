from celery import shared_task
from django.utils.timezone import localdate, now

from employees import actions


@shared_task(ignore_result=True)
def remind_of_omissions() -> None:
    actions.remind_of_omissions(at=now())


@shared_task(ignore_result=True)
def remind_of_certificates() -> None:
    at = now()
    actions.remind_of_certificates(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def pass_up_unanswered() -> None:
    actions.pass_up_unanswered(at=now())
