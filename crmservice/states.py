"""One step of a record's state, by the table of its app."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from crmservice.errors import DomainError


def step(record: Any, status: TextChoices, transitions: Mapping[Any, AbstractSet[Any]]) -> None:
    """Set the status of a numbered record.

    Raises DomainError where the table does not let it follow the present one.
    """
    now = type(status)(record.status)
    if status not in transitions[now]:
        raise DomainError(
            _("%(number)s is %(now)s, it cannot become %(then)s.")
            % {"number": record.number, "now": now.label, "then": status.label}
        )
    record.status = status
