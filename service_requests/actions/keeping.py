"""What every verb does first and last: take the request as it is now, write it; and the refusals
that many share.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from crmservice.search.index import index
from employees.models import Employee
from service_requests.choices import Status
from service_requests.models import ServiceRequest
from service_requests.queries import search_words, survivor_of

BESIDE = ("customer", "asset__root", "contract", "tier", "owner")


def lock(service_request: ServiceRequest) -> ServiceRequest:
    """The request as it is now, locked, with what the trail and the search entry name."""
    return ServiceRequest.objects.select_related(*BESIDE).lock(service_request.pk)


def lock_survivor(service_request: ServiceRequest) -> ServiceRequest:
    """As `lock`; of a merged one what it goes on in, for what comes late."""
    locked = lock(service_request)
    return lock(survivor_of(locked)) if locked.merged_into_id else locked


def reindex(service_request: ServiceRequest, outlets: Sequence[int] | None = None) -> None:
    """Write the search entry anew, after a change of what is found or of who may see it; `outlets`
    are the keys of those that see it, where they are known.
    """
    index(**search_words(service_request, outlets))


def about(service_request: ServiceRequest) -> Iterable[models.Model | None]:
    """The records on whose pages the request's verbs are told, too."""
    asset = service_request.asset
    return (
        service_request.customer,
        asset,
        asset.root if asset else None,
        service_request.contract,
    )


def demand(text: str, field: str) -> str:
    """The text without blanks around it; DomainError when nothing is left."""
    if not text.strip():
        raise DomainError(_("Please write something here."), field=field)
    return text.strip()


def refuse_before_opening(service_request: ServiceRequest, at: datetime) -> None:
    if at < service_request.opened_at:
        raise DomainError(_("This cannot have happened before the request was opened."), field="at")


def refuse_unless(service_request: ServiceRequest, *states: Status) -> None:
    """Raise DomainError in any other state, for verbs that share their end with another verb."""
    if service_request.status not in states:
        raise DomainError(
            _("%(number)s is %(now)s; this is possible only when it is %(states)s.")
            % {
                "number": service_request.number,
                "now": service_request.get_status_display(),
                "states": " / ".join(str(state.label) for state in states),
            }
        )


def refuse_unless_open(service_request: ServiceRequest) -> None:
    if not service_request.is_open:
        raise DomainError(
            _("%(number)s is %(now)s; this is possible only while it is open.")
            % {"number": service_request.number, "now": service_request.get_status_display()}
        )


def refuse_who_cannot_work(person: Employee) -> None:
    if not person.may("service_requests.work"):
        raise DomainError(
            _("%(person)s does not work on service requests.") % {"person": person}, field="to"
        )
