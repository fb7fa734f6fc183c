"""Whether a request's record is complete once it is resolved; what is open is its owner's to do."""

from datetime import datetime

from django.urls import reverse

from employees import actions as employees
from service_requests.choices import RECORD
from service_requests.models import ServiceRequest


def review(service_request: ServiceRequest, *, at: datetime) -> None:
    """Note what its kind calls for and nobody has filled, in the transaction of its verb."""
    codes = reverse("service_requests:record_codes", args=[service_request.number])
    employees.review_record(
        service_request,
        situation=RECORD,
        kind=service_request.kind,
        filled={
            "fault_code": service_request.fault_code_id is not None,
            "cause": bool(service_request.cause),
        },
        urls={"fault_code": codes, "cause": codes},
        owner=service_request.owner,
        happened_at=service_request.resolved_at or at,
        at=at,
    )


def forget_review(service_request: ServiceRequest) -> None:
    """It goes on, or is no longer wanted: nothing is missing yet, or any more."""
    employees.forget_record(service_request, situation=RECORD)
