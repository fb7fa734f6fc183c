"""What of a hit was typed: a text cut into parts, each marked or not. Pure."""

import re
from typing import NamedTuple

from crmservice.search import tokens

BETWEEN_DIGITS = r"[\s\-()]*"
SHORTEST_NUMBER = 3
MOST_WORDS = 12


class Part(NamedTuple):
    text: str
    is_marked: bool


def marked(text: str, typed: str) -> list[Part]:
    """`text` cut where words of `typed` stand in it; digits are found across blanks and dashes."""
    patterns = [_pattern(run) for run in _words(typed)]
    if not patterns:
        return [Part(text, is_marked=False)]
    pieces = re.split(f"({'|'.join(patterns)})", text, flags=re.IGNORECASE)
    return [Part(piece, bool(at % 2)) for at, piece in enumerate(pieces) if piece]


def _words(typed: str) -> list[str]:
    found = tokens.runs(typed[:200])[:MOST_WORDS]
    if found and all(run.isdecimal() for run in found):
        found.append("".join(found))
    return sorted(dict.fromkeys(found), key=len, reverse=True)


def _pattern(run: str) -> str:
    if run.isdecimal() and len(run) >= SHORTEST_NUMBER:
        return BETWEEN_DIGITS.join(run)
    return re.escape(run)
