"""Reading a file of an export: its encoding and its delimiter are found out, not asked for."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", ";", "\t")
BLANKS = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
SAMPLE = 4096

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")


class UnreadableFileError(Exception):
    """A file that is missing or cannot be what its name says; the message is for a person."""


class Line(NamedTuple):
    """One row with the number of the line on which it begins, as an editor counts."""

    number: int
    cells: list[str]


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or GB18030. Raises UnreadableFileError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("%(file)s cannot be read: %(reason)s")
            % {"file": path.name, "reason": error.strerror or error}
        ) from error
    for encoding in _candidates(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        _("%(file)s is neither UTF-8 nor UTF-16 nor GB18030.") % {"file": path.name}
    )


def read_lines(path: Path) -> Iterator[Line]:
    """The rows of a CSV file, blank ones left out. Raises UnreadableFileError."""
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(
                _("%(file)s, line %(line)s, is no CSV: %(reason)s")
                % {"file": path.name, "line": begins, "reason": error}
            ) from error
        if cells is None:
            return
        if any(cell.strip(BLANKS) for cell in cells):
            yield Line(begins, cells)
        begins = reader.line_num + 1


def delimiter_of(text: str) -> str:
    """Comma, semicolon or tabulator: what stands most often in the header."""
    header = re.sub(r'"[^"]*"', "", text.lstrip(BLANKS).partition("\n")[0])
    return max(DELIMITERS, key=header.count)


def clean(cell: str) -> str:
    """Without blanks of any width around it and without characters that nobody sees."""
    return _INVISIBLE.sub("", cell).strip(BLANKS)


def narrow(cell: str) -> str:
    """Cleaned, and full-width letters, digits and signs turned into plain ones."""
    return unicodedata.normalize("NFKC", clean(cell))


def header_key(text: str) -> str:
    """How headers are compared: width, case, blanks and hyphens do not matter."""
    return re.sub(r"[\s\-/]+", "_", narrow(text).casefold())


def _candidates(content: bytes) -> list[str]:
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return [encoding]
    sample = content[:SAMPLE]
    if 0 in sample:  # in no text but UTF-16, where it is half of every comma
        little = sample[1::2].count(0) > sample[::2].count(0)
        return ["utf-16-le" if little else "utf-16-be"]
    return list(ENCODINGS)
