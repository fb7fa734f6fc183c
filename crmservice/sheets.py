"""A table as a file for a spreadsheet; no cell can be taken for a formula (trust.md S-31)."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpResponse

from crmservice.imports.refusing import as_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(as_cell("" if value is None else value) for value in row)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, rows: Iterable[Sequence[Any]]) -> bytes:
    """Numbers as numbers, so that they can be reckoned with; texts stay texts. The first row is of
    heads.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (tens of MB that most processes never need)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31].replace("/", " "))
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                cell.data_type = "s"
            if not number:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def answer(name: str, kind: str, title: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The download, as `csv` or `xlsx`."""
    is_csv = kind == "csv"
    content = as_csv(rows) if is_csv else as_xlsx(title, rows)
    response = HttpResponse(content, content_type="text/csv" if is_csv else XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
