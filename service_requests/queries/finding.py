"""How a request is found in the search index."""

from collections.abc import Sequence
from typing import Any

from crmservice.search.index import Document, index_many
from service_requests.models import ServiceRequest

KIND = "request"


def search_words(
    service_request: ServiceRequest, outlets: Sequence[int] | None = None
) -> dict[str, Any]:
    """How a request is found: by number, serial, caller and text; used by verbs, imports and the
    rebuild alike. The outlets are read unless their keys are given.
    """
    if outlets is None:
        outlets = [outlet.pk for outlet in service_request.outlets.all()]
    asset = service_request.asset
    customer = service_request.customer
    return {
        "kind": KIND,
        "object_id": service_request.pk,
        "title": f"{service_request.number} {service_request.subject}",
        "subtitle": " · ".join(filter(None, [customer.name, asset.serial_no if asset else ""])),
        "badge": "",
        "url": service_request.get_absolute_url(),
        "rank_at": service_request.opened_at,
        "codes": [service_request.number, *([asset.serial_no] if asset else [])],
        "words": [customer.name, service_request.caller_name],
        "phones": [service_request.caller_phone] if service_request.caller_phone else [],
        "body": [service_request.description, service_request.resolution],
        "scope": [f"o{pk}" for pk in outlets],
    }


def rebuild_search() -> int:
    """Index every request anew, the oldest first."""
    rows = ServiceRequest.objects.select_related("customer", "asset").prefetch_related("outlets")
    return index_many(
        Document(**search_words(row))
        for row in rows.order_by("opened_at", "pk").iterator(chunk_size=1000)
    )
