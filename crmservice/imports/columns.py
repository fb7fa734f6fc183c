"""What may stand in a cell: kinds of column, each from text to a value or a reason against it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crmservice.imports.reading import clean, header_key, narrow
from crmservice.imports.refusing import RefusedError
from crmservice.money import MINOR_DIGITS

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
CENTS = 2
LONGEST_EMAIL = 254
MOST_MONEY = Decimal(999_999_999)

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?!\d)")
_TIME = re.compile(
    r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,6})\d*)?)?[分秒]?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_DIGITS = re.compile(r"[+-]?\d{1,18}(\.0+)?")
_AMOUNT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?|[+-]?\.\d+")


@dataclass(frozen=True)
class Setting:
    """What reading needs to know of the company: its time zone, and by how much dates move."""

    zone: ZoneInfo
    shift: timedelta = timedelta()


Parse = Callable[[str, Setting], Any]


@dataclass(frozen=True)
class Column:
    """A column: its name in code, other headers for it, and how its text becomes a value.

    `needed` cells must not be empty; an empty cell of another column is `empty`. Of `further` ones
    exports need not know, so that nobody is told of their absence. Columns of `history` say when
    something happened; the last of their days is the last day of the export.
    """

    name: str
    parse: Parse
    aliases: tuple[str, ...] = ()
    needed: bool = False
    empty: Any = None
    optional: bool = False
    further: bool = False
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
        return short_enough(clean(cell), name, longest)

    return Column(name, parse, aliases, **{"empty": ""} | more)


def code(name: str, *aliases: str, longest: int = 40, **more: Any) -> Column:
    """A number or code that other rows refer to: full-width characters become plain ones."""

    def parse(cell: str, _setting: Setting) -> str:
        found = short_enough(narrow(cell), name, longest)
        if not found.isprintable():
            raise RefusedError(
                _("%(column)s “%(value)s” has signs that cannot be seen")
                % {"column": name, "value": found}
            )
        return found

    return Column(name, parse, aliases, **{"empty": ""} | more)


def whole(name: str, *aliases: str, least: int = 0, most: int = 10**9, **more: Any) -> Column:
    def parse(cell: str, _setting: Setting) -> int:
        found = narrow(cell)
        value = int(Decimal(found)) if _DIGITS.fullmatch(found) else None
        if value is None or not least <= value <= most:
            raise RefusedError(
                _("%(column)s “%(value)s” is no whole number from %(least)s to %(most)s")
                % {"column": name, "value": found, "least": least, "most": most}
            )
        return value

    return Column(name, parse, aliases, **more)


def amount(
    name: str,
    *aliases: str,
    least: Decimal = -MOST_MONEY,
    most: Decimal = MOST_MONEY,
    places: int = CENTS,
    **more: Any,
) -> Column:
    """A decimal number, thousands separated or not, rounded half up to so many places."""

    def parse(cell: str, _setting: Setting) -> Decimal:
        found = narrow(cell)
        if not _AMOUNT.fullmatch(found):
            raise RefusedError(
                _("%(column)s “%(value)s” is not a number") % {"column": name, "value": found}
            )
        value = Decimal(found.replace(",", ""))
        if not least <= value <= most:
            raise RefusedError(
                _("%(column)s %(value)s is out of range") % {"column": name, "value": found}
            )
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    return Column(name, parse, aliases, **more)


def degrees(name: str, *aliases: str, most: int) -> Column:
    """A coordinate; a row may do without."""
    return amount(name, *aliases, least=Decimal(-most), most=Decimal(most), places=5, optional=True)


def day(name: str, *aliases: str, **more: Any) -> Column:
    """A date; a time of day behind it does not matter."""

    def parse(cell: str, setting: Setting) -> date:
        found = narrow(cell)
        try:
            return _moment(found).date() + setting.shift
        except ValueError as error:
            raise RefusedError(
                _("%(column)s “%(value)s” is no date") % {"column": name, "value": found}
            ) from error

    return Column(name, parse, aliases, **more)


def moment(name: str, *aliases: str, **more: Any) -> Column:
    """Date and time; without an offset in the company's zone. The value is in UTC: two moments
    of one zone are compared and taken from each other by their wall clocks, not by what passed.
    """

    def parse(cell: str, setting: Setting) -> datetime:
        found = narrow(cell)
        try:
            read = _moment(found) + setting.shift
        except ValueError as error:
            raise RefusedError(
                _("%(column)s “%(value)s” is no date and time") % {"column": name, "value": found}
            ) from error
        return (read if read.tzinfo else read.replace(tzinfo=setting.zone)).astimezone(UTC)

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


def currency(name: str, *aliases: str, **more: Any) -> Column:
    return choice(name, *aliases, words={word.casefold(): word for word in MINOR_DIGITS}, **more)


def email(name: str, *aliases: str, **more: Any) -> Column:
    def parse(cell: str, _setting: Setting) -> str:
        found = narrow(cell)
        try:
            validate_email(found)
        except ValidationError as error:
            raise RefusedError(_("“%(value)s” is no e-mail address") % {"value": found}) from error
        return short_enough(found, name, LONGEST_EMAIL)

    return Column(name, parse, aliases, **{"empty": ""} | more)


def short_enough(words: str, column: str, longest: int) -> str:
    """The words themselves; raises RefusedError if they would have to be cut."""
    if len(words) > longest:
        raise RefusedError(
            _("%(column)s is longer than %(longest)s characters")
            % {"column": column, "longest": longest}
        )
    return words


def _moment(found: str) -> datetime:
    """A date with or without time and offset, in one of the spellings that mean one thing only."""
    on = _DAY.match(found)
    if on is None:
        raise ValueError(found)
    day = date(*(int(part) for part in on.groups() if part))
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(found)
    rest = found[on.end() :].strip().removeprefix("T")
    at = _TIME.fullmatch(rest or "00:00")
    if at is None:
        raise ValueError(found)
    hour, minute, second, fraction, offset = at.groups()
    clock = f"{int(hour):02}:{int(minute):02}:{int(second or 0):02}.{fraction or '0':0<6}"
    return datetime.fromisoformat(f"{day}T{clock}{offset or ''}")
