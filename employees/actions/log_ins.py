"""Who may log in, and the one-time way in to an installation without people."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees import policies, queries
from employees.actions.hours import create_outlet
from employees.actions.people import create
from employees.choices import Role
from employees.models import (
    Employee,
    SetupLink,
)

SETUP_LINK_LASTS = timedelta(hours=24)
SETUP_SECRET_BYTES = 32


@transaction.atomic
def open_log_in(
    employee: Employee, *, password: str, by: Employee | None, at: datetime
) -> Employee:
    """The person may log in with this first password; whoever was logged in as it is logged out."""
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    employee.set_password(password)
    employee.is_active = True
    employee.save(update_fields=["password", "is_active"])
    record(employee, "employees.log_in_opened", by=by, at=at)
    return employee


@transaction.atomic
def close_log_in(employee: Employee, *, by: Employee, at: datetime) -> Employee:
    """End the person's sessions with the next click, and for good: the password goes too (S-11)."""
    if not policies.may_close_log_in(by, employee):
        raise DomainError(_("You cannot close your own log-in."))
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    employee.set_unusable_password()
    employee.is_active = False
    employee.save(update_fields=["password", "is_active"])
    record(employee, "employees.log_in_closed", by=by, at=at)
    return employee


@transaction.atomic
def end_log_ins(log_ins: Sequence[UserSession], *, by: Employee, at: datetime) -> int:
    """Log these devices of one's own out with their next click; how many there were."""
    for log_in in log_ins:
        log_in.end()
    if log_ins:
        record(by, "employees.log_ins_ended", by=by, at=at, count=len(log_ins))
    return len(log_ins)


@transaction.atomic
def make_setup_link(*, at: datetime) -> str:
    """The secret of a one-time set-up link, valid for 24 hours; older links are void.

    Raises DomainError once somebody can log in (trust.md S-22).
    """
    if not queries.awaits_setup():
        raise DomainError(_("This installation is set up already: somebody can log in."))
    secret = secrets.token_urlsafe(SETUP_SECRET_BYTES)
    SetupLink.objects.all().delete()
    SetupLink.objects.create(digest=digest(secret), expires_at=at + SETUP_LINK_LASTS)
    return secret


@transaction.atomic
def set_up(
    secret: str, *, outlet: Mapping[str, Any], administrator: Mapping[str, Any], at: datetime
) -> Employee:
    """Make the first outlet and the first administrator, once.

    Raises DomainError for a link that was used or is over.
    """
    won = SetupLink.objects.valid(at).filter(digest=digest(secret)).update(used_at=at)
    if not won or not queries.awaits_setup():
        raise DomainError(_("This link was used, or its 24 hours are over."))
    home = create_outlet(values=outlet, by=None, at=at)
    values = dict(administrator)
    password = values.pop("password")
    employee = create(values={**values, "role": Role.ADMINISTRATOR, "outlet": home}, by=None, at=at)
    employee = open_log_in(employee, password=password, by=None, at=at)
    record(employee, "employees.set_up", by=employee, at=at)
    return employee


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
