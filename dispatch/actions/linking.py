"""The secret address at which a person's own calendar program reads the tasks."""

from datetime import datetime

from django.db import transaction

from crmservice import links
from crmservice.activity.trail import record
from dispatch.models import CalendarLink
from employees.models import Employee


@transaction.atomic
def link_calendar(*, by: Employee, at: datetime) -> str:
    """A new address of the own tasks, which nobody can read again; an earlier one ends."""
    token = links.drawn()
    CalendarLink.objects.update_or_create(
        employee=by, defaults={"token_hash": links.hashed(token), "issued_at": at}
    )
    record(by, "dispatch.calendar_linked", by=by, at=at)
    return token


@transaction.atomic
def unlink_calendar(*, by: Employee, at: datetime) -> None:
    """The address leads nowhere from now on."""
    deleted, _rows = CalendarLink.objects.filter(employee=by).delete()
    if deleted:
        record(by, "dispatch.calendar_unlinked", by=by, at=at)
