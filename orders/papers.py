"""Papers in the language that is set: the quotation 报价单, the labels of a return and of a
shipment.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crmservice import pdf
from crmservice.barcode import bars
from crmservice.web.text import amount, day, percent
from orders.explaining import to_customer
from orders.models import Quotation, QuotationLine, ReturnCase, Shipment
from service_requests.queries import day_of


def quotation_document(quotation: Quotation) -> bytes:
    return pdf.pdf("contract", words_of(quotation))


def words_of(quotation: Quotation) -> dict[str, Any]:
    is_chinese = (get_language() or "en").startswith("zh")
    order, on = quotation.order, day_of(quotation.sent_at)
    until = day(quotation.valid_until)
    return {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": _("Quotation"),
        "subtitle": _("Version %(version)s · valid until %(day)s")
        % {"version": quotation.version, "day": until},
        "number": str(quotation),
        "date": [on.year, on.month, on.day],
        "foot": _("Quotation %(number)s, valid until %(day)s")
        % {"number": str(quotation), "day": until},
        "facts": facts(quotation),
        "texts": [{"label": _("Note"), "text": quotation.note}] if quotation.note else [],
        "tables": [table(quotation)],
        "words": {
            "us": _("For us"),
            "customer": _("For the customer"),
            "signed": _("Name, day, signature"),
        },
        "organisation_name": str(settings.ORGANISATION_NAME),
        "customer": order.customer.name,
    }


def facts(quotation: Quotation) -> list[dict[str, str]]:
    order = quotation.order
    currency, asset = order.currency, order.asset
    pairs = [
        (_("Customer"), order.customer.name),
        (_("Addressed to"), quotation.to_name),
        (_("Device"), f"{asset.kind_name} · {asset.serial_no}" if asset else ""),
        (_("Request"), order.service_request.number if order.service_request else ""),
        (_("Valid until"), day(quotation.valid_until)),
        (_("Net"), amount(quotation.net, currency)),
        (_("Tax %(rate)s") % {"rate": percent(order.tax_rate)}, amount(quotation.tax, currency)),
        (_("Total"), amount(quotation.gross, currency)),
    ]
    return [{"label": label, "text": text} for label, text in pairs if text]


def table(quotation: Quotation) -> dict[str, Any]:
    currency = quotation.order.currency
    return {
        "label": _("Lines"),
        "heads": [_("What"), _("Why this price"), _("Quantity"), _("Unit price"), _("Amount")],
        "widths": [3, 3, 1, 2, 2],
        "right": [2, 3, 4],
        "rows": [cells(line, currency) for line in quotation.lines.all()],
    }


def cells(line: QuotationLine, currency: str) -> list[str]:
    return [
        line.text,
        to_customer(line.reasons, currency),
        quantity(line),
        amount(line.unit_price, currency),
        amount(line.amount, currency),
    ]


def quantity(line: QuotationLine) -> str:
    if line.minutes is not None:
        return _("%(minutes)d min") % {"minutes": line.minutes}
    return f"{line.quantity.normalize():f}"


def return_label(case: ReturnCase) -> bytes:
    """What is stuck on the parcel, 62 × 40 mm: the number as bars, and where it goes."""
    is_chinese = (get_language() or "en").startswith("zh")
    pieces = sum(line.quantity for line in case.lines.all())
    words = {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "number": case.number,
        "serial": _("Pieces: %(count)s") % {"count": pieces},
        "bars": bars(case.number),
        "lines": [
            _("From: %(who)s") % {"who": case.customer.name},
            _("To: %(who)s") % {"who": f"{settings.ORGANISATION_NAME} · {case.depot.name}"},
            *([case.depot.address] if case.depot.address else []),
        ],
    }
    return pdf.pdf("label", words)


def shipment_label(shipment: Shipment) -> bytes:
    """What is stuck on a parcel of ours, as that of a return: a parcel that comes back says whose
    it was.
    """
    is_chinese = (get_language() or "en").startswith("zh")
    order = shipment.order
    site = order.asset.site if order.asset else None
    pieces = sum(line.quantity for line in shipment.lines.all())
    us = settings.ORGANISATION_NAME
    sent = " ".join(filter(None, (shipment.carrier, shipment.tracking_no)))
    words = {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "number": shipment.number,
        "serial": _("Pieces: %(count)s") % {"count": pieces},
        "bars": bars(shipment.number),
        "lines": [
            _("From: %(who)s") % {"who": f"{us} · {shipment.location.name}"},
            _("To: %(who)s") % {"who": order.customer.name},
            *([site.address] if site and site.address else []),
            *([sent] if sent else []),
        ],
    }
    return pdf.pdf("label", words)
