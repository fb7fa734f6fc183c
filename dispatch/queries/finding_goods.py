"""How goods in the depot are found: by their number, their serial number and whose they are."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from crmservice.search.index import Document, index_many
from dispatch.models import DepotRepair

GOODS = "goods"


def goods_words(repair: DepotRepair) -> dict[str, Any]:
    codes = [repair.number, repair.serial_no, repair.tracking_in, repair.tracking_out]
    if repair.service_request:
        codes.append(repair.service_request.number)
    customer = repair.customer.name if repair.customer else ""
    return {
        "title": f"{repair.number} {repair.serial_no}",
        "subtitle": " · ".join(filter(None, [customer, repair.outlet.name])),
        "url": repair.get_absolute_url(),
        "rank_at": repair.received_at or repair.created_at,
        "codes": [code for code in codes if code],
        "words": [customer] if customer else [],
        "body": [repair.condition],
        "scope": [f"o{repair.outlet_id}"],
    }


def documents_of_goods(repairs: QuerySet[DepotRepair]) -> Iterator[Document]:
    """The search entries of goods, the oldest first."""
    rows = repairs.select_related("customer", "outlet", "service_request")
    for repair in rows.order_by("created_at", "pk").iterator(chunk_size=1000):
        yield Document(kind=GOODS, object_id=repair.pk, **goods_words(repair))


def rebuild_goods() -> int:
    return index_many(documents_of_goods(DepotRepair.objects.all()))
