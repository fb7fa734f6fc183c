"""Which outlets had to do with which requests, for many at once."""

from collections.abc import Iterable

from customers.models import Customer
from employees.models import Employee
from service_requests.models import ServiceRequest


def involve_many(pairs: Iterable[tuple[ServiceRequest, Employee | None]]) -> None:
    """Note that a person's outlet had to do with a request, and so serves its customer."""
    known = [(request, person.outlet_id) for request, person in pairs if person is not None]
    involved = ServiceRequest.outlets.through
    involved.objects.bulk_create(
        [involved(servicerequest_id=request.pk, outlet_id=outlet) for request, outlet in known],
        ignore_conflicts=True,
    )
    serving = Customer.served_by.through
    served = dict.fromkeys((request.customer_id, outlet) for request, outlet in known)
    serving.objects.bulk_create(
        [serving(customer_id=customer, outlet_id=outlet) for customer, outlet in served],
        ignore_conflicts=True,
    )
