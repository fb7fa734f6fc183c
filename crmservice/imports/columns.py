"""What may stand in a cell: kinds of column, each from text to a value or a reason against it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crmservice.imports.reading import clean, header_key, narrow
from crmservice.imports.refusing import RefusedError

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DIGITS = re.compile(r"[+-]?\d+")
_AMOUNT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


@dataclass(frozen=True)
class Setting:
    """What reading needs to know of the company: its time zone, and by how much dates move."""

    zone: ZoneInfo
    shift: timedelta = timedelta()


Parse = Callable[[str, Setting], Any]


@dataclass(frozen=True)
class Column:
    """A column: its name in code, other headers for it, and how its text becomes a value.

    `needed` cells must not be empty; an empty cell of another column is `empty`. Columns of
    `history` say when something happened; the last of their days is the last day of the export.
    """

    name: str
    parse: Parse
    aliases: tuple[str, ...] = ()
    needed: bool = False
    empty: Any = None
    optional: bool = False
    history: bool = False

    @property
    def headers(self) -> set[str]:
        return {header_key(header) for header in (self.name, *self.aliases)}

    def value(self, cell: str, setting: Setting) -> Any:
        """The value of a cell; raises RefusedError with the reason."""
        if not clean(cell):
            if self.needed:
                raise RefusedError(_("%(column)s is missing") % {"column": self.name})
            return self.empty
        return self.parse(cell, setting)


def text(name: str, *aliases: str, longest: int = 200, **more: Any) -> Column:
    """Words, kept as they are but for blanks around them."""

    def parse(cell: str, _setting: Setting) -> str:
        words = clean(cell)
        if len(words) > longest:
            raise RefusedError(
                _("%(column)s is longer than %(longest)s characters")
                % {"column": name, "longest": longest}
            )
        return words

    return Column(name, parse, aliases, **{"empty": ""} | more)


def code(name: str, *aliases: str, **more: Any) -> Column:
    """A number or code that other rows refer to: full-width characters become plain ones."""
    return Column(name, lambda cell, _setting: narrow(cell), aliases, **{"empty": ""} | more)


def whole(name: str, *aliases: str, least: int = 0, most: int = 10**9, **more: Any) -> Column:
    def parse(cell: str, _setting: Setting) -> int:
        found = narrow(cell)
        if not _DIGITS.fullmatch(found) or not least <= int(found) <= most:
            raise RefusedError(
                _("%(column)s “%(value)s” is no whole number from %(least)s to %(most)s")
                % {"column": name, "value": found, "least": least, "most": most}
            )
        return int(found)

    return Column(name, parse, aliases, **more)


def amount(
    name: str, *aliases: str, least: Decimal | None = None, most: Decimal | None = None, **more: Any
) -> Column:
    """A decimal number, thousands separated or not."""

    def parse(cell: str, _setting: Setting) -> Decimal:
        found = narrow(cell)
        try:
            value = Decimal(found.replace(",", "")) if _AMOUNT.fullmatch(found) else None
        except InvalidOperation:
            value = None
        if value is None:
            raise RefusedError(
                _("%(column)s “%(value)s” is not a number") % {"column": name, "value": found}
            )
        if (least is not None and value < least) or (most is not None and value > most):
            raise RefusedError(
                _("%(column)s %(value)s is out of range") % {"column": name, "value": found}
            )
        return value

    return Column(name, parse, aliases, **more)


def day(name: str, *aliases: str, **more: Any) -> Column:
    def parse(cell: str, setting: Setting) -> date:
        found = narrow(cell)
        try:
            return _day(found) + setting.shift
        except ValueError as error:
            raise RefusedError(
                _("%(column)s “%(value)s” is no date") % {"column": name, "value": found}
            ) from error

    return Column(name, parse, aliases, **more)


def moment(name: str, *aliases: str, **more: Any) -> Column:
    """Date and time; without an offset in the company's zone. The value is aware."""

    def parse(cell: str, setting: Setting) -> datetime:
        found = narrow(cell)
        try:
            return _moment(found, setting)
        except ValueError as error:
            raise RefusedError(
                _("%(column)s “%(value)s” is no date and time") % {"column": name, "value": found}
            ) from error

    return Column(name, parse, aliases, **more)


def choice(name: str, *aliases: str, words: Mapping[str, Any], **more: Any) -> Column:
    """One of some words, in the ways that `words` (casefolded) spells them."""

    def parse(cell: str, _setting: Setting) -> Any:
        found = narrow(cell)
        if found.casefold() not in words:
            raise RefusedError(
                _("%(column)s “%(value)s” is unknown") % {"column": name, "value": found}
            )
        return words[found.casefold()]

    return Column(name, parse, aliases, **more)


def email(name: str, *aliases: str, **more: Any) -> Column:
    def parse(cell: str, _setting: Setting) -> str:
        found = narrow(cell)
        try:
            validate_email(found)
        except ValidationError as error:
            raise RefusedError(_("“%(value)s” is no e-mail address") % {"value": found}) from error
        return found

    return Column(name, parse, aliases, **{"empty": ""} | more)


def _day(found: str) -> date:
    match = _DAY.fullmatch(found)
    if match is None:
        raise ValueError(found)
    return date(*map(int, match.groups()))


def _moment(found: str, setting: Setting) -> datetime:
    match = _DAY.match(found)
    if match is None:
        raise ValueError(found)
    year, month, of_month = map(int, match.groups())
    rest = found[match.end() :].strip(" T") or "00:00"
    if ":" in rest and rest.index(":") == 1:
        rest = f"0{rest}"
    read = datetime.fromisoformat(f"{year:04}-{month:02}-{of_month:02}T{rest}")
    if read.tzinfo is None:
        return (read + setting.shift).replace(tzinfo=setting.zone)
    return read + setting.shift
