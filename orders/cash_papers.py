"""Invoice 发票 and credit note 红字通知单 as what their PDFs print, in the language that is set."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crmservice import pdf
from crmservice.web.text import amount, day, percent
from orders.models import CreditNote, Invoice, Order


def invoice_document(invoice: Invoice) -> bytes:
    order = invoice.order
    rows = [
        [
            line.text,
            quantity(line.quantity, line.minutes),
            amount(line.unit_price, order.currency),
            amount(line.amount, order.currency),
        ]
        for line in invoice.lines.all()
    ]
    more = [(_("Due on"), day(invoice.due_on))]
    if invoice.replaces:
        more.append((_("Instead of"), invoice.replaces.number))
    texts = [{"label": _("Note"), "text": invoice.note}] if invoice.note else []
    return document(
        _("Invoice"), invoice, invoice, rows, more, invoice.invoiced_on, texts
    )  # fmt: skip


def credit_document(note: CreditNote) -> bytes:
    order = note.invoice.order
    rows = [
        [
            line.invoice_line.text,
            quantity(line.quantity, None),
            amount(line.invoice_line.unit_price, order.currency),
            amount(-line.amount, order.currency),
        ]
        for line in note.lines.select_related("invoice_line")
    ]
    more = [(_("For invoice"), note.invoice.number)]
    texts = [{"label": _("Reason"), "text": note.reason}]
    return document(_("Credit note"), note, note.invoice, rows, more, note.credited_on, texts)


def document(
    title: str,
    paper: Invoice | CreditNote,
    invoice: Invoice,
    rows: list[list[str]],
    more: list[tuple[str, str]],
    on: date,
    texts: list[dict[str, str]],
) -> bytes:
    is_chinese = (get_language() or "en").startswith("zh")
    foot = f"{title} {paper.number}"
    sign = 1 if paper is invoice else -1
    summed = [[label, "", "", text] for label, text in sums(paper, invoice.order, sign)]
    words = {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": title,
        "subtitle": f"{paper.number} · {day(on)}",
        "number": paper.number,
        "date": [on.year, on.month, on.day],
        "foot": foot,
        "facts": facts(invoice, more),
        "texts": texts,
        "tables": [
            {
                "label": _("Lines"),
                "heads": [_("What"), _("Quantity"), _("Unit price"), _("Amount")],
                "widths": [4, 1, 2, 2],
                "right": [1, 2, 3],
                "rows": [*rows, *summed],
                "sums": len(summed),
            }
        ],
    }
    return pdf.pdf("invoice", words)


def facts(invoice: Invoice, more: list[tuple[str, str]]) -> list[dict[str, str]]:
    order = invoice.order
    pairs = [
        (_("Billed to"), invoice.billed_to.name),
        (_("Customer number"), invoice.billed_to.code),
        (_("Order"), order.number),
        (_("Request"), order.service_request.number if order.service_request else ""),
        *more,
    ]
    return [{"label": label, "text": text} for label, text in pairs if text]


def sums(paper: Invoice | CreditNote, order: Order, sign: int) -> list[tuple[str, str]]:
    tax = _("Tax %(rate)s") % {"rate": percent(order.tax_rate)}
    return [
        (_("Net"), amount(sign * paper.net, order.currency)),
        (tax, amount(sign * paper.tax, order.currency)),
        (_("Total"), amount(sign * paper.gross, order.currency)),
    ]


def quantity(count: Decimal, minutes: int | None) -> str:
    if minutes is not None:
        return _("%(minutes)d min") % {"minutes": minutes}
    return f"{count.normalize():f}"
