"""A report as a file: a sheet, a table of text, a document; the same figures as on the page."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crmservice import pdf
from crmservice.imports.refusing import as_cell
from crmservice.web.text import moment
from employees.models import Employee
from reports.choices import Chart, Unit
from reports.drawing import Series, chart
from reports.queries import telling, wording
from reports.queries.declaring import Computed, Line, Measure, Number
from reports.queries.requests import Asked

FORMATS = {
    Unit.SHARE: "0.0%",
    Unit.MONEY: "#,##0.00",
    Unit.HOURS: "#,##0.0",
    Unit.SPAN: "#,##0.0",
    Unit.SCORE: "0.00",
    Unit.POINTS: "0.0",
    Unit.OF_100: "0.0",
    Unit.COUNT: "#,##0",
    Unit.DAYS: "#,##0",
}
PORTRAIT = 6  # columns that stand beside each other on an upright page
MOST_COLUMNS, MOST_LINES = 11, 200
HOUR = 3600


def as_csv(answer: Computed, asked: Asked) -> bytes:
    """For a spreadsheet; no cell can be taken for a formula."""
    text = StringIO()
    writer = csv.writer(text)
    heads, *body = rows_of(answer)
    for row in (heads, *([note] for note in notes_of(answer, asked)), *body):
        writer.writerow(as_cell("" if value is None else value) for value in row)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(answer: Computed, asked: Asked) -> bytes:
    """Numbers as numbers, so that they can be reckoned with; texts stay texts (S-31)."""
    from openpyxl import Workbook  # noqa: PLC0415  (tens of MB that most processes never need)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(answer.report.title)[:31].replace("/", " "))
    sheet.column_dimensions["A"].width = 32
    sheet.freeze_panes = "B2"

    def written(value: Any, unit: str = "", *, bold: bool = False) -> Any:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif unit:
            cell.number_format = FORMATS.get(Unit(unit), "General")
        if bold:
            cell.font = Font(bold=True)
        return cell

    heads, *body = rows_of(answer)
    units = ["", *(str(each.unit) for each in answer.shown for _both in ("now", "before"))]
    sheet.append([written(head, bold=True) for head in heads])
    for row in body:
        sheet.append([written(value, unit) for value, unit in zip(row, units, strict=True)])
    about = book.create_sheet(_("About"))
    about.column_dimensions["A"].width = 36
    for line in about_lines(answer, asked):
        about.append([written(text) for text in line])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(answer: Computed) -> Iterator[list[Any]]:
    """Heads, lines, and the whole; each figure beside what it was in the period before."""
    heads = [str(answer.breakdown.label)]
    for each in answer.shown:
        label = f"{each.label} ({_('hours')})" if each.unit == Unit.SPAN else str(each.label)
        heads += [label, f"{label} · {_('before')}"]
    yield heads
    lines = [*answer.lines, answer.total] if answer.total.values else answer.lines
    for line in lines:
        yield [line.label, *(value for each in answer.shown for value in both(each, line))]


def both(measure: Measure, line: Line) -> tuple[Any, Any]:
    return machine(line.values.get(measure.key)), machine(line.before.get(measure.key))


def machine(value: Number) -> Any:
    """As a sheet reckons with it: spans in hours."""
    if isinstance(value, timedelta):
        return round(value.total_seconds() / HOUR, 4)
    return round(value, 6) if isinstance(value, float) else value


def notes_of(answer: Computed, asked: Asked) -> list[str]:
    """What is not in the table, and why."""
    filters = asked.scope.only(answer.report.filters).filters
    return list(filter(None, [wording.left_out_of(answer, filters)]))


def about_lines(answer: Computed, asked: Asked) -> Iterator[tuple[str, str]]:
    yield str(answer.report.title), str(answer.report.question)
    if not answer.report.is_now:
        yield _("Period"), wording.period_in_words(asked.scope.period)
        yield _("Before"), wording.period_in_words(asked.scope.period.before)
    for line in wording.filters_in_words(asked.scope.only(answer.report.filters)):
        yield _("Filter"), line
    for note in notes_of(answer, asked):
        yield _("Note"), note
    yield _("Made"), moment(asked.at)
    yield _("Made for"), asked.user.name
    yield from wording.definitions_of(answer.measures)


def as_pdf(answer: Computed, asked: Asked) -> bytes:
    return pdf.pdf("report", document(answer, asked))


def document(answer: Computed, asked: Asked) -> dict[str, Any]:
    drawn = picture_of(answer)
    period = "" if answer.report.is_now else wording.period_in_words(asked.scope.period)
    filters = wording.filters_in_words(asked.scope.only(answer.report.filters))
    return {
        **frame(str(answer.report.title), " · ".join(filter(None, [period, *filters])), asked.at),
        "is_wide": len(answer.shown) > PORTRAIT,
        "lead": str(answer.report.question),
        "stats": headlines(answer),
        "sections": [
            {
                "title": "",
                "text": notes_of(answer, asked),
                "chart": drawn,
                "table": table(answer),
            }
        ],
        "words": [
            {"label": label, "text": text}
            for label, text in wording.definitions_of(answer.measures)
        ],
        "counted": _("How this is counted"),
    }


def frame(title: str, subtitle: str, at: datetime) -> dict[str, Any]:
    """What every paper of ours says at its head and foot."""
    is_chinese = (get_language() or "en").startswith("zh")
    on = timezone.localtime(at).date()
    return {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": title,
        "subtitle": subtitle,
        "number": "",
        "date": [on.year, on.month, on.day],
        "foot": _("As of %(moment)s") % {"moment": moment(at)},
    }


def headlines(answer: Computed) -> list[dict[str, str]]:
    tiles = []
    for key in answer.report.headlines:
        measure = next((each for each in answer.measures if each.key == key), None)
        if measure is not None and answer.total.values:
            now, before = answer.total.values.get(key), answer.total.before.get(key)
            sub = wording.changed(measure, now, before) if answer.total.before else ""
            tiles.append(
                {
                    "label": str(measure.label),
                    "value": wording.said(measure.unit, now),
                    "sub": sub,
                }
            )
    return tiles


def table(answer: Computed) -> dict[str, Any]:
    shown = answer.shown[:MOST_COLUMNS]
    lines = answer.lines[:MOST_LINES]
    if len(lines) > 1 and answer.total.values:
        lines = [*lines, answer.total]
    return {
        "heads": [str(answer.breakdown.label), *(str(each.label) for each in shown)],
        "widths": [2.2, *([1] * len(shown))],
        "right": list(range(1, len(shown) + 1)),
        "rows": [
            [line.label, *(wording.said(m.unit, line.values.get(m.key)) for m in shown)]
            for line in lines
        ],
    }


def picture_of(answer: Computed) -> str:
    """The chart as SVG; nothing where there is nothing to draw, or only the browser draws it."""
    return drawn(wording.chart_of(answer))


def drawn(data: dict[str, Any] | None) -> str:
    if data is None or data["kind"] == Chart.MATRIX:
        return ""
    series = [Series(each["name"], each["values"]) for each in data["series"]]
    unit = " %" if data["unit"] == Unit.SHARE else ""
    return chart(data["kind"], data["categories"], series, unit=unit)


def month_paper(asked: Asked) -> dict[str, Any]:
    """The report of a month in the language that is set, to be kept; charts are drawn already."""
    period = asked.scope.period
    sections = telling.paper(asked)
    for each in sections[1:]:
        each["chart"] = drawn(each.pop("drawing"))
    title = _("Service report %(month)s") % {"month": f"{period.first:%Y-%m}"}
    subtitle = _("%(period)s, compared with %(before)s") % {
        "period": wording.period_in_words(period),
        "before": wording.period_in_words(period.before),
    }
    return {**frame(title, subtitle, asked.at), "sections": sections}


def readable(paper: dict[str, Any], user: Employee) -> dict[str, Any]:
    """Of a month's report what this person may read."""
    sections = [each for each in paper.get("sections", []) if user.may(each["permission"])]
    for each in sections:
        if "points" in each:
            each["points"] = [point for point in each["points"] if user.may(point["permission"])]
    return {**paper, "sections": sections}


def month_pdf(paper: dict[str, Any], *, version: int) -> bytes:
    """The PDF of what a person may read; the same bytes each time."""
    sections = []
    for each in paper["sections"]:
        text = each.get("text", [])
        if "points" in each:
            text = [f"{point['group']} – {point['text']}" for point in each["points"]]
        sections.append(
            {
                "title": each["title"],
                "text": text,
                "chart": each.get("chart", ""),
                "table": each.get("table"),
            }
        )
    document_ = {
        **paper,
        "number": _("Version %(version)s") % {"version": version},
        "is_wide": False,
        "lead": "",
        "stats": [],
        "sections": sections,
        "words": [],
        "counted": "",
    }
    return pdf.pdf("report", document_)
