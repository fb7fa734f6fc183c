"""What the floors above have records of, and which of their fields can be called for.

An app registers its situation when it is loaded; which fields are called for is data
(`models.CalledFor`), kept by the department head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Situation:
    """`kinds` are (value, words) pairs, `fields` the words by the field's code."""

    code: str
    words: Words
    kinds: Sequence[tuple[str, Words]]
    fields: Mapping[str, Words]


SITUATIONS: dict[str, Situation] = {}


def register(situation: Situation) -> None:
    SITUATIONS[situation.code] = situation


def field_words(situation: str, field: str) -> str:
    """How a field is called; its code where the app that knew it is gone."""
    known = SITUATIONS.get(situation)
    return str(known.fields.get(field, field)) if known else field
