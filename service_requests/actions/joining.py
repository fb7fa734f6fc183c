"""What happens to requests when two entries of one customer become one."""

from crmservice.search.index import Document, index_many
from customers.models import Customer
from service_requests.models import ServiceRequest
from service_requests.queries import search_words


def join_customers(joined: Customer, kept: Customer) -> list[int]:
    """Move the requests of `joined` to `kept`, in the transaction of the join; returns their keys.

    Their covers stay as they were frozen; another one is offered when somebody checks.
    """
    moved = list(ServiceRequest.objects.filter(customer=joined).values_list("pk", flat=True))
    ServiceRequest.objects.filter(customer=joined).update(customer=kept)
    ServiceRequest.objects.filter(billing_customer=joined).update(billing_customer=kept)
    rows = ServiceRequest.objects.filter(pk__in=moved).select_related("customer", "asset")
    index_many(Document(**search_words(row)) for row in rows.prefetch_related("outlets"))
    return moved
