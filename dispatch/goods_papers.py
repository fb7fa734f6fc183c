"""Papers of goods in the depot: the label that is stuck on them, and the repair report."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crmservice import pdf
from crmservice.barcode import bars
from crmservice.web.text import day, label_of, moment
from dispatch.explaining import limit_in_words
from dispatch.models import DepotRepair
from dispatch.papers import person, tables


def label(repair: DepotRepair) -> bytes:
    """A small label, 62 × 40 mm, in the language that is set."""
    return pdf.pdf("label", label_words(repair))


def label_words(repair: DepotRepair) -> dict[str, Any]:
    asset = repair.asset
    lines = [
        f"{asset.kind_name}" if asset else "",
        repair.customer.name if repair.customer else _("Nobody knows whose it is"),
        _("Received %(day)s") % {"day": day(local_day(repair))} if repair.received_at else "",
        _("Accessories: %(text)s") % {"text": repair.accessories} if repair.accessories else "",
    ]
    return {
        **language(),
        "number": repair.number,
        "serial": repair.serial_no,
        "bars": bars(repair.number),
        "lines": [line for line in lines if line],
    }


def repair_report(repair: DepotRepair) -> bytes:
    """What was found, done and measured, in the language that is set."""
    return pdf.pdf("repair", report_words(repair))


def report_words(repair: DepotRepair) -> dict[str, Any]:
    task = repair.task
    report = getattr(task, "work_report", None)
    on = local_day(repair)
    texts = [
        (_("Condition on arrival"), repair.condition),
        (_("Reported problem"), repair.service_request.subject if repair.service_request else ""),
        (_("Found and done"), report.result if report else ""),
    ]
    found = [*(tables(task) if task else []), measured(repair)]
    return {
        **language(),
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": _("Repair report"),
        "subtitle": f"{repair.serial_no} · {label_of(repair, 'stage')}",
        "number": repair.number,
        "date": [on.year, on.month, on.day],
        "foot": _("Repair report %(number)s") % {"number": repair.number},
        "facts": facts(repair),
        "texts": [{"label": name, "text": text} for name, text in texts if text.strip()],
        "tables": [each for each in found if each["rows"]],
    }


def language() -> dict[str, str]:
    is_chinese = (get_language() or "en").startswith("zh")
    return {"lang": "zh" if is_chinese else "en", "region": "CN" if is_chinese else "GB"}


def local_day(repair: DepotRepair) -> Any:
    return timezone.localdate(repair.received_at or repair.created_at)


def facts(repair: DepotRepair) -> list[dict[str, str]]:
    asset, customer, task = repair.asset, repair.customer, repair.task
    pairs = [
        (_("Customer"), customer.name if customer else ""),
        (_("Device"), asset.kind_name if asset else ""),
        (_("Serial number"), repair.serial_no),
        (_("Service request"), repair.service_request.number if repair.service_request else ""),
        (_("Received"), moment(repair.received_at)),
        (_("Shipped"), moment(repair.shipped_at)),
        (_("Accessories"), repair.accessories),
        (_("Engineer"), person(task) if task else ""),
    ]
    return [{"label": name, "text": text} for name, text in pairs if text]


def measured(repair: DepotRepair) -> dict[str, Any]:
    verdict = {True: _("within the limit"), False: _("beyond the limit"), None: "–"}
    return {
        "label": _("Test results"),
        "heads": [_("Measured"), _("Measured value"), _("Limit"), _("Result")],
        "widths": [1, 0, 0, 0],
        "right": [1],
        "rows": [
            [
                each.name,
                " ".join(filter(None, [each.value, each.unit])),
                limit_in_words(each) or "–",
                verdict[each.passed],
            ]
            for each in repair.measurements.all()
        ],
    }
