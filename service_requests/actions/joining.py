"""What happens to requests when two entries of one customer become one."""

from crmservice.search.index import Document, index_many
from customers.models import Customer
from service_requests.models import ServiceRequest, Survey
from service_requests.queries import search_words


def join_customers(joined: Customer, kept: Customer) -> dict[str, list[int]]:
    """Move the requests and surveys of `joined` to `kept`, in the transaction of the join; returns
    their keys by what was moved.

    Their covers stay as they were frozen; another one is offered when somebody checks. Where a
    quarter asked both, each keeps its answer.
    """
    moved = {}
    for field in ("customer", "billing_customer"):
        requests = ServiceRequest.objects.filter(**{field: joined})
        keys = list(requests.values_list("pk", flat=True))
        ServiceRequest.objects.filter(pk__in=keys).update(**{field: kept})
        moved[f"service_requests.servicerequest.{field}"] = keys
    asked = list(Survey.objects.filter(customer=kept).values_list("round", flat=True))
    surveys = Survey.objects.filter(customer=joined).exclude(round__in=asked)
    keys = list(surveys.values_list("pk", flat=True))
    Survey.objects.filter(pk__in=keys).update(customer=kept)
    moved["service_requests.survey.customer"] = keys
    own = moved["service_requests.servicerequest.customer"]
    rows = ServiceRequest.objects.filter(pk__in=own).select_related("customer", "asset")
    index_many(Document(**search_words(row)) for row in rows.prefetch_related("outlets"))
    return moved
