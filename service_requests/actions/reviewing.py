"""Whether a request's record is complete once it is resolved; what is open is its owner's to do."""

from datetime import datetime

from django.urls import reverse

from employees import actions as employees
from employees.choices import CorrectionKind
from employees.models import Employee
from knowledge.models import FaultCode
from service_requests.choices import RECORD
from service_requests.models import ServiceRequest
from service_requests.queries import facts_of


def review(service_request: ServiceRequest, *, at: datetime) -> None:
    """Judge it, and note what its kind calls for and nobody has filled, in the transaction of its
    verb.
    """
    codes = reverse("service_requests:record_codes", args=[service_request.number])
    employees.review_record(
        facts_of(service_request), urls={"fault_code": codes, "cause": codes}, at=at
    )


def note_correction(
    service_request: ServiceRequest,
    before: tuple[FaultCode | None, str],
    *,
    by: Employee,
    at: datetime,
) -> None:
    """What stood in a resolved record is another now; filling what was empty corrects nothing."""
    fault_code, cause = before
    changed = []
    if fault_code is not None and fault_code != service_request.fault_code:
        changed.append(f"{fault_code.code} → {getattr(service_request.fault_code, 'code', '–')}")
    if cause and cause != service_request.cause:
        changed.append(f"{cause} → {service_request.cause or '–'}")
    if changed:
        employees.note_correction(
            facts_of(service_request),
            CorrectionKind.CORRECTED,
            reason="; ".join(changed),
            by=by,
            at=at,
        )


def forget_review(service_request: ServiceRequest) -> None:
    """It goes on, or is no longer wanted: nothing is missing yet, or any more."""
    employees.forget_record(service_request, situation=RECORD)
