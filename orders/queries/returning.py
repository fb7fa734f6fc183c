"""Returns: how they are found, and why a customer may or may not give something back."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from crmservice.search.index import Document, index_many
from crmservice.web.text import day
from employees.models import Employee
from orders.choices import RECEIVING, UNDER_WAY
from orders.models import OrderLine, ReturnCase, ReturnLine, Shipment
from orders.return_period import Ground

RETURN = "return"
MOST_SALES = 50


def why(case: ReturnCase) -> str:
    """Whether the customer may give it back without our consent, in a sentence."""
    verdict = case.verdict
    words = {"day": day(verdict.last_on), "days": settings.LEGAL_RETURN_DAYS}
    texts = {
        Ground.OUR_MISTAKE: _("We delivered the wrong thing: we take it back at our cost."),
        Ground.IN_WARRANTY: _("In warranty until %(day)s: a fault is ours to mend."),
        Ground.OUT_OF_WARRANTY: _("The warranty ended on %(day)s: taking it back is goodwill."),
        Ground.NO_WARRANTY_KNOWN: _(
            "No device with a warranty is named: taking it back is goodwill."
        ),
        Ground.WITHIN: _(
            "Within the legal period of %(days)s days, until %(day)s: a consumer needs no reason."
        ),
        Ground.OVER: _(
            "The legal period of %(days)s days ended on %(day)s: taking it back is goodwill."
        ),
        Ground.DAY_UNKNOWN: _(
            "When it arrived is not known, so neither is the legal period: enter the day."
        ),
        Ground.NO_CONSUMER: _(
            "Not bought as a consumer at a distance: the law gives no period of %(days)s days; "
            "the contract or our goodwill decides."
        ),
    }
    return texts[verdict.ground] % words


def sales_of(line: ReturnLine) -> list[OrderLine]:
    """With what a line's pieces may have been sold to this customer, as far as it is invoiced and
    not credited: what was shipped with their serial numbers first, then the latest. Two queries.
    """
    if line.part_id is None:
        return []
    sold = OrderLine.objects.filter(
        part=line.part_id,
        order__customer=line.case.customer_id,
        invoice_lines__credited__lt=F("invoice_lines__quantity"),
    )
    latest = sold.distinct().select_related("order", "part").order_by("-done_on", "-pk")
    found = list(latest.prefetch_related("shipment_lines")[:MOST_SALES])
    came = set(line.received_serials)
    return sorted(found, key=lambda each: came.isdisjoint(serials_shipped(each)))


def serials_shipped(line: OrderLine) -> list[str]:
    return [serial for sent in line.shipment_lines.all() for serial in sent.serials]


def parcel_of(code: str, user: Employee) -> ReturnCase | Shipment | None:
    """What a scanned code announces to this person: a return by its number, its parcel's tracking
    number or a serial number that is still to come; a shipment by its number or its tracking
    number. At most three statements.
    """
    cases = ReturnCase.objects.visible_to(user)
    is_it = Q(number__iexact=code) | Q(tracking__iexact=code, status__in=RECEIVING)
    case = cases.filter(is_it).order_by("-pk").first()
    if case is not None:
        return case
    shipments = Shipment.objects.visible_to(user)
    is_it = Q(number__iexact=code) | Q(tracking_no__iexact=code, status__in=UNDER_WAY)
    return shipments.filter(is_it).order_by("-pk").first()


def announced_by(serial_no: str, user: Employee) -> ReturnCase | None:
    """The return that a device or a piece with this serial number is still to come with."""
    lines = ReturnLine.objects.filter(
        Q(asset__serial_no__iexact=serial_no) | Q(serials__icontains=serial_no),
        case__in=ReturnCase.objects.visible_to(user).filter(status__in=RECEIVING),
        received__lt=F("quantity"),
    )
    for line in lines.select_related("case").order_by("pk"):
        missing = {each.upper() for each in line.serials} - set(line.received_serials)
        if serial_no.upper() in missing:
            return line.case
    return None


def words_of_return(case: ReturnCase) -> dict[str, Any]:
    """How a return is found: by its number, its serial numbers, its order and request."""
    lines = list(case.lines.all())
    serials = {serial for line in lines for serial in (*line.serials, *line.received_serials)}
    named = [str(each) for each in (case.order, case.service_request) if each]
    return {
        "kind": RETURN,
        "object_id": case.pk,
        "title": case.number,
        "subtitle": case.customer.name,
        "badge": "",
        "url": case.get_absolute_url(),
        "rank_at": case.opened_at,
        "codes": [case.number, *filter(None, [case.tracking]), *sorted(serials), *named],
        "names": [case.customer.name],
        "scope": scopes_of_return(case),
    }


def scopes_of_return(case: ReturnCase) -> list[str]:
    """Who finds it: as ReturnCaseQuerySet.visible_to."""
    outlets = {case.depot.outlet_id}
    if case.service_request is not None:
        outlets |= {outlet.pk for outlet in case.service_request.outlets.all()}
    return [*(f"o{pk}" for pk in sorted(outlets)), f"u{case.opened_by_id}"]


def return_documents(cases: QuerySet[ReturnCase]) -> Iterator[Document]:
    """The search entries of returns, the oldest first."""
    rows = cases.select_related("customer", "depot", "service_request", "order")
    rows = rows.prefetch_related("lines", "service_request__outlets").order_by("opened_at", "pk")
    for case in rows.iterator(chunk_size=1000):
        yield Document(**words_of_return(case))


def rebuild_returns() -> int:
    return index_many(return_documents(ReturnCase.objects.all()))
