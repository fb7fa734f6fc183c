"""What the floors above have records of, and which of their fields can be called for.

An app registers its situation when it is loaded; which fields are called for is data
(`models.CalledFor`), kept by the department head.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from employees.choices import TO_MEND

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a record says of itself, from which it is judged.

    `filled` are the fields that can be called for, `events` those that were to be entered in time
    (none where nobody knows when that was), `entered_at` when they were: not yet while it is None.
    Where each has a moment of its own, `in_time` says how many of them were.
    """

    subject: Any
    situation: str
    kind: str
    filled: Mapping[str, bool]
    owner: Any
    happened_at: datetime
    entered_at: datetime | None = None
    events: int = 0
    in_time: int | None = None


@dataclass(frozen=True)
class Situation:
    """`kinds` are (value, words) pairs, `fields` the words by the field's code.

    `model` is the label of the records, `facts(starts, ends, at)` those of the records that
    happened in a time, from which their judgements are made anew.
    """

    code: str
    words: Words
    kinds: Sequence[tuple[str, Words]]
    fields: Mapping[str, Words]
    model: str
    facts: Callable[[datetime, datetime, datetime], Iterable[Facts]]


SITUATIONS: dict[str, Situation] = {}


def register(situation: Situation) -> None:
    SITUATIONS[situation.code] = situation


def field_words(situation: str, field: str) -> str:
    """How a field is called; its code where the app that knew it is gone."""
    if field == TO_MEND:
        return str(_("Sent back: to be mended"))
    known = SITUATIONS.get(situation)
    return str(known.fields.get(field, field)) if known else field


def situation_words(situation: str) -> str:
    known = SITUATIONS.get(situation)
    return str(known.words) if known else situation


def kind_words(situation: str, kind: str) -> str:
    known = SITUATIONS.get(situation)
    return str(dict(known.kinds).get(kind, kind)) if known else kind
