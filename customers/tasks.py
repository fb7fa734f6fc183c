"""The clock's doors: each reads the time and calls one action."""

from celery import shared_task
from django.utils.timezone import localdate, now

from customers import actions


@shared_task(ignore_result=True)
def recompute_tiers() -> None:
    actions.recompute_if_due(at=now())


@shared_task(ignore_result=True)
def watch() -> None:
    actions.watch_if_due(at=now())


@shared_task(ignore_result=True)
def remind_of_cases() -> None:
    at = now()
    actions.remind_of_cases(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_reviews() -> None:
    at = now()
    actions.remind_of_reviews(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_needs() -> None:
    at = now()
    actions.remind_of_needs(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def make_touches() -> None:
    at = now()
    actions.make_touches(on=localdate(at), at=at)


@shared_task(ignore_result=True)
def remind_of_signals() -> None:
    actions.remind_of_signals(at=now())


@shared_task(ignore_result=True)
def remind_of_touches() -> None:
    at = now()
    actions.remind_of_touches(on=localdate(at), at=at)
