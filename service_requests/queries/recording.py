"""How the record of a request is judged once it is resolved."""

from collections.abc import Iterator
from datetime import datetime

from employees.situations import Facts
from service_requests.choices import RECORD, Status
from service_requests.models import ServiceRequest

AT_ONCE = 500


def facts_of(service_request: ServiceRequest) -> Facts:
    """A call is entered while it is held, and a resolution when it is one: neither can be late, so
    that neither is an event.
    """
    assert service_request.resolved_at is not None
    return Facts(
        subject=service_request,
        situation=RECORD,
        kind=service_request.kind,
        filled={
            "fault_code": service_request.fault_code_id is not None,
            "cause": bool(service_request.cause),
        },
        owner=service_request.owner,
        happened_at=service_request.resolved_at,
        entered_at=service_request.resolved_at,
    )


def facts_between(starts: datetime, ends: datetime, at: datetime) -> Iterator[Facts]:
    """Of the requests that were resolved in this time and are not open again."""
    del at
    found = ServiceRequest.objects.filter(
        status__in=(Status.RESOLVED, Status.CLOSED),
        resolved_at__gte=starts,
        resolved_at__lt=ends,
        owner__isnull=False,
    )
    narrow = found.select_related("owner").defer("entitlement", "description", "resolution")
    for service_request in narrow.order_by("pk").iterator(AT_ONCE):
        yield facts_of(service_request)
