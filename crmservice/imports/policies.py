"""Reading policies.json: what is missing or not understood is said with its place in the file."""

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from crmservice.imports.reading import UnreadableFileError, read_text

POLICIES = "policies.json"
LONGEST_CODE, LONGEST_NAME = 40, 120
MOST_AMOUNT = Decimal(9_999_999)

Value = TypeVar("Value")


class Section:
    """A part of the policies; `path` is its place, "default_promises[2]"."""

    def __init__(self, content: Any, path: str = "", family: "list[Section] | None" = None) -> None:
        """Raises UnreadableFileError where names and values are called for and not there.

        `family` are all sections of the file, so that what nobody asked for can be told.
        """
        self.path = path
        self._asked: set[str] = set()
        self._family = [] if family is None else family
        self._family.append(self)
        if not isinstance(content, dict):
            raise misunderstood(path or POLICIES, content)
        self._content: Mapping[str, Any] = content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def left_out(self) -> list[str]:
        """The places in the whole file that nobody has asked for."""
        return [place for section in self._family for place in section.unasked()]

    def unasked(self) -> list[str]:
        return [self.place(name) for name in self if name not in self._asked]

    def has(self, name: str) -> bool:
        self._asked.add(name)
        return self._content.get(name) is not None

    def section(self, name: str) -> "Section":
        return Section(self._value(name), self.place(name), self._family)

    def rows(self, name: str) -> list["Section"]:
        rows = self._value(name)
        if not isinstance(rows, list):
            raise misunderstood(self.place(name), rows)
        return [
            Section(row, f"{self.place(name)}[{at}]", self._family)
            for at, row in enumerate(rows, start=1)
        ]

    def code(self, name: str) -> str:
        return self.text(name, longest=LONGEST_CODE)

    def text(self, name: str, default: str | None = None, longest: int = LONGEST_NAME) -> str:
        if default is not None and not self.has(name):
            return default
        return self.read(name, lambda value: _text(value, longest))

    def amount(
        self,
        name: str,
        default: Decimal | None = None,
        *,
        most: Decimal = MOST_AMOUNT,
        places: int = 2,
    ) -> Decimal:
        """A number from 0 to `most`, written as a number or as text."""
        if default is not None and not self.has(name):
            return default
        return self.read(name, lambda value: _amount(value, most, places))

    def minutes(self, name: str, *, most: int) -> int | None:
        """A target; None is not promised."""
        return self.read(name, lambda value: _whole(value, 1, most)) if self.has(name) else None

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        return self.read(name, lambda value: _whole(value, least, most), default)

    def one_of(self, name: str, words: Mapping[str, Value]) -> Value:
        return self.read(name, lambda value: words[_text(value, LONGEST_NAME)])

    def words(self, name: str, known: Container[str]) -> list[str]:
        """A list of words that are all known; none where the list is not there."""
        return self.read(name, lambda value: _words(value, known), [])

    def read(
        self, name: str, reading: Callable[[Any], Value], default: Value | None = None
    ) -> Value:
        """What `reading` makes of a value; it may raise ValueError, LookupError and the like."""
        if default is not None and not self.has(name):
            return default
        value = self._value(name)
        try:
            return reading(value)
        except (ValueError, LookupError, TypeError, AttributeError, NotImplementedError) as error:
            raise misunderstood(self.place(name), value) from error

    def _value(self, name: str) -> Any:
        if not self.has(name):
            raise UnreadableFileError(
                _("%(file)s: %(place)s is missing.") % {"file": POLICIES, "place": self.place(name)}
            )
        return self._content[name]


def read_policies(folder: Path) -> Section:
    """The company's rules; raises UnreadableFileError."""
    try:
        return Section(json.loads(read_text(folder / POLICIES)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFileError(
            _("%(file)s is no JSON: %(reason)s") % {"file": POLICIES, "reason": error}
        ) from error


def misunderstood(place: str, value: Any) -> UnreadableFileError:
    return UnreadableFileError(
        _("%(file)s: %(place)s is not understood: %(value)s.")
        % {"file": POLICIES, "place": place, "value": json.dumps(value, ensure_ascii=False)[:100]}
    )


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value.strip()) > longest:
        raise ValueError(value)
    return value.strip()


def _amount(value: Any, most: Decimal, places: int) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(value) from error
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found <= most:
        raise ValueError(value)
    return found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _whole(value: Any, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", str(value)) or not least <= int(value) <= most:
        raise ValueError(value)
    return int(value)


def _words(value: Any, known: Container[str]) -> list[str]:
    if not isinstance(value, list) or not all(word in known for word in value):
        raise ValueError(value)
    return value
