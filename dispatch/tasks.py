from celery import shared_task
from django.utils.timezone import localdate, now

from dispatch import actions


@shared_task(ignore_result=True)
def remind() -> None:
    actions.remind(at=now())


@shared_task(ignore_result=True)
def tell_unaccepted() -> None:
    actions.tell_unaccepted(at=now())


@shared_task(ignore_result=True)
def plan_due_work() -> None:
    at = now()
    actions.plan_due_work(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def note_unreported() -> None:
    actions.note_unreported(at=now())


@shared_task(ignore_result=True)
def tell_overdue_goods() -> None:
    actions.tell_overdue_goods(at=now())


@shared_task(ignore_result=True)
def ask_about_timers() -> None:
    actions.ask_about_timers(at=now())


@shared_task(ignore_result=True)
def reckon_day_plans() -> None:
    actions.reckon_day_plans(at=now())
