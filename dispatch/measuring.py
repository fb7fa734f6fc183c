"""Test results as they are pasted from a test bench: one value a line, judged by its limit. Pure:
no ORM, no clock, no Django.

A line is `name;value;unit;limit`; a tab or a full-width semicolon separates as well. A limit is
`10..12` (or `10-12`, `10~12`), `<=5`, `>=5`, `<5`, `>5`, `10±0.5`, or a word such as `OK` that the
value has to be.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

LONGEST = {"name": 120, "value": 60, "unit": 20, "limit": 60}
MOST_LINES = 200
FIELDS = ("name", "value", "unit", "limit")

_SEPARATOR = re.compile("[;\uff1b\t]")
_NUMBER = r"[-+\u2212]?[0-9]+(?:[.,][0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:\.\.|\u2026|~|\u2013|\u2014|-|to)\s*({_NUMBER})")
_AROUND = re.compile(rf"({_NUMBER})\s*(?:\u00b1|\+/-)\s*({_NUMBER})")
_BOUND = re.compile(rf"(<=|>=|<|>|\u2264|\u2265)\s*({_NUMBER})")


class Sign(StrEnum):
    """How a limit judges a value."""

    WORD = "word"
    RANGE = "range"
    AROUND = "around"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    BELOW = "below"
    ABOVE = "above"


SIGNS = {
    "<=": Sign.AT_MOST,
    "\u2264": Sign.AT_MOST,
    ">=": Sign.AT_LEAST,
    "\u2265": Sign.AT_LEAST,
    "<": Sign.BELOW,
    ">": Sign.ABOVE,
}


class Fault(StrEnum):
    """What can be wrong with a line; the form has its own words for each."""

    NO_NAME = "no_name"
    NO_VALUE = "no_value"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    TOO_MANY_LINES = "too_many_lines"


@dataclass(frozen=True)
class Value:
    """One measured value; `passed` is None where no limit judges it."""

    name: str
    value: str
    unit: str = ""
    limit: str = ""
    passed: bool | None = None


@dataclass(frozen=True)
class Bad:
    """A line that cannot be read: which (from 1), and why."""

    line: int
    fault: Fault


def read(text: str) -> tuple[list[Value], list[Bad]]:
    """The values of a pasted text and the lines that are none; empty lines are passed over."""
    values: list[Value] = []
    bad: list[Bad] = []
    for number, line in lines_of(text):
        if number > MOST_LINES:
            return values, [*bad, Bad(number, Fault.TOO_MANY_LINES)]
        found = value_of(line)
        if isinstance(found, Value):
            values.append(found)
        else:
            bad.append(Bad(number, found))
    return values, bad


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line


def value_of(line: str) -> Value | Fault:
    said = [each.strip() for each in _SEPARATOR.split(line.strip(" \r\n"))]
    while len(said) > len(FIELDS) and not said[-1]:
        said.pop()
    if len(said) > len(FIELDS):
        return Fault.TOO_MANY
    fields = dict(zip(FIELDS, [*said, "", "", ""], strict=False))
    if not fields["name"]:
        return Fault.NO_NAME
    if not fields["value"]:
        return Fault.NO_VALUE
    if any(len(fields[name]) > most for name, most in LONGEST.items()):
        return Fault.TOO_LONG
    try:
        passed = judged(fields["value"], fields["limit"])
    except InvalidOperation:
        return Fault.NO_NUMBER
    return Value(**fields, passed=passed)


def judged(value: str, limit: str) -> bool | None:
    """Whether the value keeps the limit; None without one. Raises InvalidOperation for a value that
    is no number where the limit asks for one.
    """
    sign, bound, other = limit_of(limit)
    if not bound:
        return None
    if sign == Sign.WORD:
        return value.casefold() == bound.casefold()
    if sign == Sign.RANGE:
        return number(bound) <= number(value) <= number(other)
    if sign == Sign.AROUND:
        return abs(number(value) - number(bound)) <= number(other)
    return within(number(value), sign, number(bound))


def limit_of(limit: str) -> tuple[Sign, str, str]:
    """What kind of limit it is, with its figures or its word; blank without one."""
    limit = unicodedata.normalize("NFKC", limit).strip()
    if found := _RANGE.fullmatch(limit):
        return Sign.RANGE, found[1], found[2]
    if found := _AROUND.fullmatch(limit):
        return Sign.AROUND, found[1], found[2]
    if found := _BOUND.fullmatch(limit):
        return SIGNS[found[1]], found[2], ""
    return Sign.WORD, limit, ""


def within(value: Decimal, sign: Sign, bound: Decimal) -> bool:
    if sign == Sign.AT_MOST:
        return value <= bound
    if sign == Sign.AT_LEAST:
        return value >= bound
    return value < bound if sign == Sign.BELOW else value > bound


def number(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace(",", ".").strip()
    found = Decimal(plain)
    if not found.is_finite():
        raise InvalidOperation
    return found
