"""The secret address at which a person's own calendar program reads the tasks."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from crmservice.activity.trail import record
from dispatch.models import CalendarLink
from employees.models import Employee

TOKEN_BYTES = 32  # 256 bits; trust.md S-23 asks for 128


def hashed(token: str) -> str:
    """What is stored of an address."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def link_calendar(*, by: Employee, at: datetime) -> str:
    """A new address of the own tasks, which nobody can read again; an earlier one ends."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarLink.objects.update_or_create(
        employee=by, defaults={"token_hash": hashed(token), "issued_at": at}
    )
    record(by, "dispatch.calendar_linked", by=by, at=at)
    return token


@transaction.atomic
def unlink_calendar(*, by: Employee, at: datetime) -> None:
    """The address leads nowhere from now on."""
    deleted, _rows = CalendarLink.objects.filter(employee=by).delete()
    if deleted:
        record(by, "dispatch.calendar_unlinked", by=by, at=at)
