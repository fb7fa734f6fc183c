from celery import shared_task
from django.utils.timezone import now

from service_requests import actions


@shared_task(ignore_result=True)
def record_breaches() -> None:
    actions.record_breaches(at=now())


@shared_task(ignore_result=True)
def warn() -> None:
    actions.warn(at=now())


@shared_task(ignore_result=True)
def climb() -> None:
    actions.climb_due(at=now())


@shared_task(ignore_result=True)
def expire_holds() -> None:
    actions.expire_holds(at=now())


@shared_task(ignore_result=True)
def tell_overdue_handovers() -> None:
    actions.tell_overdue_handovers(at=now())


@shared_task(ignore_result=True)
def remind_of_surveys() -> None:
    actions.remind_of_surveys(at=now())


@shared_task(ignore_result=True)
def record_overdue_call_backs() -> None:
    actions.record_overdue_call_backs(at=now())


@shared_task(ignore_result=True)
def record_late_complaints() -> None:
    actions.record_late_complaints(at=now())


@shared_task(ignore_result=True)
def carry_on_recalculations() -> None:
    actions.carry_on(at=now())
