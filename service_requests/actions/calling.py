"""Log what a caller wants, whoever it is: a customer, or somebody that we do not know yet."""

from datetime import datetime
from typing import Any

from django.db import transaction

from customers import actions as customers
from customers.models import Contact, Customer
from employees.models import Employee
from service_requests.actions.opening import log
from service_requests.models import ServiceRequest


@transaction.atomic
def log_call(
    *,
    customer: Customer | None,
    contact: Contact | None = None,
    caller_name: str = "",
    caller_phone: str = "",
    by: Employee,
    at: datetime,
    **wish: Any,
) -> ServiceRequest:
    """Log a request; an unknown caller becomes a prospect in the same transaction.

    `wish` is what `log` takes of the request itself. Raises DomainError for a caller with neither
    name nor number.
    """
    if customer is None:
        customer = customers.prospect_for(caller_name, caller_phone, by=by, at=at)
    return log(
        customer=customer,
        contact=contact,
        caller_name=caller_name or (contact.name if contact else ""),
        caller_phone=caller_phone,
        by=by,
        at=at,
        **wish,
    )
