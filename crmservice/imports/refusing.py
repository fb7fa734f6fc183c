"""Rows that cannot be taken: each with its file, line, key and reason, on screen and as a file."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _


class RefusedError(Exception):
    """A reason, in the language of the person who imports, for which a row cannot be taken."""

    def __init__(self, reason: str) -> None:
        """`reason` is part of a sentence: "unknown customer C77777"."""
        super().__init__(reason)
        self.reason = reason


class Refusal(NamedTuple):
    file: str
    line: int
    key: str
    reason: str


def write_refusals(refusals: Iterable[Refusal], path: Path) -> None:
    """Write them as CSV that a spreadsheet opens; a cell cannot be taken for a formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_("file"), _("line"), _("key"), _("reason")])
        writer.writerows(map(_as_text, refusals))


def _as_text(refusal: Refusal) -> list[str | int]:
    return [as_cell(cell) for cell in refusal]


def as_cell(cell: Any) -> Any:
    """As a spreadsheet may open it: text that it would take for a formula is quoted."""
    return f"'{cell}" if _is_formula(cell) else cell


def _is_formula(cell: Any) -> bool:
    return isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t"}
