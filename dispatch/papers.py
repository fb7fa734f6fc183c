"""The acceptance form 验收单: a task's rows as what its PDF prints, in the language that is set.

Times are the clock's at the site. Prices stand on it only when they are asked for.
"""

from base64 import b64decode
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image

from assets.choices import ItemKind, ReadingSource
from assets.models import Defect, MeterReading
from crmservice import pdf
from crmservice.attachments.models import Attachment
from crmservice.web.text import amount, day, label_of, moment, percent
from dispatch.choices import Status
from dispatch.explaining import measured_in_words
from dispatch.models import ChecklistItem, Measurement, Task, WorkReport
from dispatch.queries import next_visit_of, zone_of
from orders import queries as orders
from orders.models import OrderLine
from service_requests.queries import day_of

MOST_PHOTOS = 9
PNG = "data:image/png;base64,"


def acceptance_form(task: Task, *, with_prices: bool = False) -> bytes:
    """The PDF of a task that has ended, in the language that is set."""
    with timezone.override(zone_of(task)):
        return pdf.pdf("acceptance", words_of(task, with_prices=with_prices))


def words_of(task: Task, *, with_prices: bool) -> dict[str, Any]:
    """Everything that is read on the form."""
    report, ended = task.work_report, task.finished_at
    assert ended is not None
    on = timezone.localdate(ended)
    language = get_language() or "en"
    is_chinese = language.startswith("zh")
    return {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": _("Acceptance form"),
        "subtitle": f"{label_of(task, 'kind')} · {task.title}",
        "number": task.number,
        "date": [on.year, on.month, on.day],
        "foot": _("Acceptance form %(number)s of %(day)s")
        % {"number": task.number, "day": day(on)},
        "facts": facts(task),
        "texts": texts(task, report),
        "tables": [each for each in tables(task, with_prices=with_prices) if each["rows"]],
        "photos": photos(task),
        "words": {
            "photos": _("Photos"),
            "engineer": _("Engineer"),
            "customer": _("Accepted by the customer") if signed(task) else "",
        },
        "engineer": person(task),
        "signature": signature(report),
        "signed": signed(task),
        "disagree": disagree_until(task),
    }


def facts(task: Task) -> list[dict[str, str]]:
    """Whose machine, where, and when; what is not known is left out."""
    service_request, asset, customer = task.service_request, task.asset, task.customer
    site = task.site
    place = (site.address if site else "") or (customer.address if customer else "")
    pairs = [
        (_("Customer"), customer.name if customer else ""),
        (_("Place"), " · ".join(filter(None, [site.name if site else "", place]))),
        (_("Device"), f"{asset.kind_name} · {asset.serial_no}" if asset else ""),
        (_("Service request"), service_request.number if service_request else ""),
        (_("Reported problem"), service_request.subject if service_request else ""),
        (_("Contract"), task.contract.number if task.contract else ""),
        (_("Arrived"), moment(task.arrived_at)),
        (_("Work began"), moment(task.working_at)),
        (_("Work ended"), moment(task.finished_at)),
        (_("Result"), _("Done") if task.status == Status.DONE else _("Not finished")),
    ]
    return [{"label": label, "text": text} for label, text in pairs if text]


def texts(task: Task, report: WorkReport) -> list[dict[str, str]]:
    """What was written; our own remarks are no business of the customer's."""
    rating = _("%(rating)s of 5") % {"rating": report.rating} if report.rating else ""
    pairs = [
        (_("Found and done"), report.result),
        (_("Readings"), readings(task, report)),
        (_("Meter readings"), meters(task)),
        (_("Still wrong with it"), defects(task)),
        (_("Still to do"), report.remaining if task.status == Status.NOT_SOLVED else ""),
        (_("Next visit"), next_visit(task)),
        (_("Why the checklist is not complete"), report.unchecked_reason),
        (_("Customer’s remarks"), report.customer_remarks),
        (_("Customer’s rating"), rating),
    ]
    return [{"label": label, "text": text} for label, text in pairs if text.strip()]


def readings(task: Task, report: WorkReport) -> str:
    """What was read or, on the bench, measured: the report keeps those as they were typed."""
    results = Measurement.objects.filter(repair__task=task)
    return "\n".join(map(measured_in_words, results)) or report.readings


def meters(task: Task) -> str:
    """What the device's meters showed when the work ended."""
    if task.device is None or task.finished_at is None:
        return ""
    read = MeterReading.objects.filter(
        asset=task.device, taken_at=task.finished_at, source=ReadingSource.VISIT
    )
    return "\n".join(
        f"{label_of(each, 'meter')}: {each.value.normalize():f}" for each in read.order_by("pk")
    )


def defects(task: Task) -> str:
    """What was left noted on the device, whatever has become of it since."""
    found = Defect.objects.filter(source=task.number).order_by("pk")
    return "\n".join(f"{each.text} ({label_of(each, 'gravity')})" for each in found)


def next_visit(task: Task) -> str:
    """As it was agreed when the customer signed."""
    asked = next_visit_of(task)
    if asked is None:
        return ""
    when = asked["wished"] or _("We agree the day with you.")
    return f"{when}\n{asked['what']}"


def tables(task: Task, *, with_prices: bool = False) -> list[dict[str, Any]]:
    """Parts, hours and, if wished, prices."""
    parts = {
        "label": _("Parts"),
        "heads": [_("Part number"), _("Description"), _("New serial"), _("Taken out"), _("Pieces")],
        "widths": [0, 1, 0, 0, 0],
        "right": [4],
        "rows": [
            [
                use.part.part_no,
                use.part.name,
                use.serial_no or "–",
                use.removed_serial_no or "–",
                str(use.quantity),
            ]
            for use in task.parts_used.select_related("part")
        ],
    }
    steps = {
        "label": _("Checklist"),
        "heads": [_("What to check"), _("Limits"), _("Answer")],
        "widths": [1, 0, 0],
        "right": [],
        "rows": [[item.text, item.limits or "–", answer_of(item)] for item in task.checklist.all()],
    }
    hours = {
        "label": _("Time"),
        "heads": [_("Kind"), _("Day"), _("Hours")],
        "widths": [1, 0, 0],
        "right": [2],
        "rows": [
            [label_of(entry, "kind"), day(entry.worked_on), f"{entry.hours}"]
            for entry in task.time_entries.all()
        ],
    }
    checked = [steps] if steps["rows"] else []
    filled = without_blanks(parts)
    return [*checked, filled, hours, *(prices(task) if with_prices else [])]


def without_blanks(table: dict[str, Any]) -> dict[str, Any]:
    """Without the columns in which nothing stands: no part had a serial number."""
    kept = [
        at
        for at in range(len(table["heads"]))
        if not table["rows"] or any(row[at] not in {"", "–"} for row in table["rows"])
    ]
    return {
        **table,
        "heads": [table["heads"][at] for at in kept],
        "widths": [table["widths"][at] for at in kept],
        "right": [kept.index(at) for at in table["right"] if at in kept],
        "rows": [[row[at] for at in kept] for row in table["rows"]],
    }


def answer_of(item: ChecklistItem) -> str:
    if not item.answer:
        return _("open")
    if item.kind == ItemKind.TICK:
        return _("done")
    if item.kind == ItemKind.PHOTO:
        return _("photo")
    outside = _("outside the limits") if item.is_outside else ""
    return " · ".join(filter(None, [item.measured, outside]))


def prices(task: Task) -> list[dict[str, Any]]:
    """What is charged for this work, with its tax, and what is covered."""
    lines = list(
        OrderLine.objects.filter(source__startswith=f"task:{task.number}:").select_related(
            "order", "part"
        )
    )
    if not lines:
        return []
    currency = lines[0].order.currency
    rows = [
        [
            str(line.part) if line.part else label_of(line, "kind"),
            quantity_of(line),
            amount(line.unit_price, currency) if line.is_billed else "–",
            amount(line.amount, currency) if line.is_billed else label_of(line, "charged_to"),
        ]
        for line in lines
    ]
    sums = orders.sums(lines[0].order, lines)
    tax = _("Tax %(rate)s") % {"rate": percent(lines[0].order.tax_rate, 0)}
    rows += [
        [_("Sum before tax"), "", "", amount(sums.net, currency)],
        [tax, "", "", amount(sums.tax, currency)],
        [_("Total"), "", "", amount(sums.gross, currency)],
    ]
    return [
        {
            "label": _("Prices"),
            "heads": [_("Description"), _("Quantity"), _("Unit price"), _("Amount")],
            "widths": [1, 0, 0, 0],
            "right": [1, 2, 3],
            "rows": rows,
            "sums": 3,
        }
    ]


def quantity_of(line: OrderLine) -> str:
    if line.minutes is None:
        return f"{line.quantity.normalize():f}"
    return _("%(hours)s h") % {"hours": f"{line.quantity.normalize():f}"}


def photos(task: Task) -> list[dict[str, str]]:
    """Those that may be shown to the customer, as their small copies."""
    found = []
    for each in Attachment.objects.of(task).photos().filter(visible=True)[:MOST_PHOTOS]:
        try:
            content = each.preview_file.read_bytes()
        except OSError:
            continue  # the form goes out without a picture that is lost
        caption = each.caption or moment(each.happened_at)
        found.append({"svg": drawn(content, "image/jpeg"), "caption": caption})
    return found


def drawn(content: bytes, content_type: str) -> str:
    with Image.open(BytesIO(content)) as image:
        width, height = image.size
    return pdf.picture(content, content_type, width=width, height=height)


def signature(report: WorkReport) -> str:
    if not report.signature:
        return ""
    try:
        return drawn(b64decode(report.signature.removeprefix(PNG)), "image/png")
    except (OSError, ValueError):
        return ""  # what was taken before pictures were read; the name stands below all the same


def signed(task: Task) -> str:
    """Who signed and when, or why nobody did; nothing where no customer stood beside it."""
    report = task.work_report
    if not task.is_at_the_customer and not report.signature:
        return ""
    if report.signature:
        return f"{report.signed_by} · {moment(report.signed_at)}"
    return _("Not signed: %(reason)s") % {"reason": report.unsigned_reason or "–"}


def person(task: Task) -> str:
    if task.assignee is None:
        return "–"
    is_chinese = (get_language() or "en").startswith("zh")
    people = (task.assignee, *task.crew.all())
    return ", ".join(each.name if is_chinese else each.name_en or each.name for each in people)


def disagree_until(task: Task) -> str:
    acceptance = getattr(task, "acceptance", None)
    if acceptance is None:
        return ""
    return _(
        "If anything here is not right, say so by the link that came with this form, until %(day)s."
    ) % {"day": day(day_of(acceptance.ends_at))}
