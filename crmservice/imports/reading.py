"""Reading a file of an export: its encoding and its delimiter are found out, not asked for."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", ";", "\t", "|")
BLANKS = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
SAMPLE = 4096
FEWEST_ZEROS = 50  # of UTF-16 at least one byte in fifty is zero; in other text a zero is dirt
LONGEST_CELL = 10**8
END = "end of file"  # read as a row of its own, unless a quotation mark is still open

_INVISIBLE = re.compile("[\0-\x08\x0e-\x1f\x7f\u200b-\u200d\u2060\ufeff]")


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
    lines = chain(io.StringIO(text, newline=""), [END])
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter_of(text))
    opened = begins = 1
    for cells in reader:
        if cells == [END]:
            return
        if any(clean(cell) for cell in cells):
            yield Line(begins, cells)
        opened, begins = begins, reader.line_num + 1
    raise UnreadableFileError(
        _("%(file)s: a quotation mark that opens in the row on line %(line)s never closes.")
        % {"file": path.name, "line": opened}
    )


def delimiter_of(text: str) -> str:
    """Comma, semicolon, tabulator or bar: what stands most often in the header."""
    header = re.sub(r'"[^"]*"', "", re.split(r"[\r\n]", text.lstrip(BLANKS), maxsplit=1)[0])
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
    if sample.count(0) * FEWEST_ZEROS > len(sample):
        little = sample[1::2].count(0) > sample[::2].count(0)
        return ["utf-16-le" if little else "utf-16-be"]
    return list(ENCODINGS)
