"""A person's tasks for the own calendar program."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from crmservice.web.text import label_of
from dispatch import feed
from dispatch.choices import Status
from dispatch.models import USUAL_LENGTH, CalendarLink, Task
from dispatch.queries.scheduling import start_of
from employees.models import Employee
from service_requests.queries import day_of

FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=180)


def reader_of_feed(token_hash: str, *, at: datetime) -> Employee | None:
    """Whose calendar the address is; nobody's once the person has left or carries out no tasks."""
    found = CalendarLink.objects.select_related("employee").filter(token_hash=token_hash).first()
    if found is None:
        return None
    person = found.employee
    has_left = person.left_on is not None and person.left_on <= day_of(at)
    return None if has_left or not person.may("dispatch.carry_out") else person


def feed_entries(employee: Employee, *, at: datetime) -> list[feed.Entry]:
    """The person's tasks from 30 days back to 180 ahead, as whole days go; two queries."""
    today = day_of(at)
    found = (
        Task.objects.visible_to(employee)
        .involving([employee])
        .exclude(status=Status.CANCELLED)
        .filter(
            planned_start__gte=start_of(today - FEED_BACK),
            planned_start__lt=start_of(today + FEED_AHEAD + timedelta(days=1)),
        )
        .select_related("assignee", "customer", "site", "asset", "service_request")
        .prefetch_related("crew")
    )
    return [feed_entry(task) for task in found.order_by("planned_start", "pk")]


def people_of(task: Task) -> list[str]:
    """Who goes there, the responsible one first."""
    return [person.name for person in (task.assignee, *task.crew.all()) if person is not None]


def feed_entry(task: Task) -> feed.Entry:
    assert task.planned_start is not None
    customer, site, asset = task.customer, task.site, task.asset
    address = site.address if site else (customer.address if customer else "")
    place = [customer.name if customer else "", site.name if site else "", address]
    about = [
        label_of(task, "kind"),
        label_of(task, "status"),
        task.service_request.number if task.service_request else "",
        asset.serial_no if asset else "",
        " · ".join(people_of(task)) if task.crew.all() else "",
    ]
    return feed.Entry(
        uid=f"{task.number}@{urlsplit(settings.SITE_URL).hostname}",
        title=f"{task.number} {task.title}",
        starts_at=task.planned_start,
        ends_at=task.planned_end or task.planned_start + USUAL_LENGTH,
        changed_at=task.last_step_at or task.created_at,
        revision=task.version,
        place=" · ".join(filter(None, place)) if task.is_at_the_customer else "",
        description="\n".join(filter(None, about)),
        url=f"{settings.SITE_URL}{reverse('dispatch:job', args=[task.number])}",
        is_certain=task.status != Status.ASSIGNED,
    )
