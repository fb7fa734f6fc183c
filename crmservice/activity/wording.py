"""How a verb is worded, and who hears of it: registries that each app's `notices.py` fills."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crmservice.activity.choices import NoticeKind
from crmservice.web.text import day, in_language, moment

Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Wording:
    text: str | Promise | Words
    icon: str
    kind: str
    note: Words | None


@dataclass(frozen=True)
class Sentence:
    text: str
    icon: str
    kind: str
    note: str = ""


People = Callable[..., Iterable[Any]]


@dataclass(frozen=True)
class Listener:
    """`people(subject, activity)` are told of the verb, as a notice of this kind."""

    people: People
    kind: NoticeKind


WORDINGS: dict[str, Wording] = {}
LISTENERS: dict[str, list[Listener]] = defaultdict(list)


def say(
    verb: str,
    text: str | Promise | Words,
    *,
    icon: str = "point",
    kind: str = "muted",
    note: Words | None = None,
) -> None:
    """Register the words of a verb; `text` may name details as `%(name)s` or put them in words
    itself, `note` says more of them in a line of its own.
    """
    WORDINGS[verb] = Wording(text, icon, kind, note)


def heard_by(verb: str, kind: NoticeKind = NoticeKind.NEWS) -> Callable[[People], People]:
    """Register `people(subject, activity)`: who is told of this verb, and what it is to them."""

    def register(people: People) -> People:
        LISTENERS[verb].append(Listener(people, kind))
        return people

    return register


class _Details(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def sentence(verb: str, details: Mapping[str, Any]) -> Sentence:
    """The words for a verb with its details; an unregistered verb is shown by its own name."""
    wording = WORDINGS.get(verb)
    if wording is None:
        return Sentence(verb.rpartition(".")[2].replace("_", " "), "point", "muted")
    note = wording.note(details) if wording.note else ""
    if callable(wording.text):
        return Sentence(wording.text(details), wording.icon, wording.kind, note)
    text = str(wording.text) % _Details(in_words(details))
    return Sentence(text, wording.icon, wording.kind, note)


def in_words(details: Mapping[str, Any]) -> dict[str, Any]:
    return {key: detail(key, value) for key, value in details.items()}


def phrases(reasons: Iterable[Mapping[str, Any]]) -> str:
    """Sentences in a row; each names its own wording as `say`."""
    return " ".join(sentence(reason["say"], reason).text for reason in reasons)


def detail(key: str, value: Any) -> Any:
    """A detail in the reader's language: `_at` is a moment, `_on` and `_until` a day, `names` are
    in both languages, and `reasons` are sentences themselves.
    """
    if value is None:
        return _("none")
    if isinstance(value, list) and key == "reasons":
        return phrases(value)
    if isinstance(value, dict) and value.keys() == {"en", "zh"}:
        return in_language(value)
    kind = key.rpartition("_")[2]
    if kind == "at":
        return moment(value if isinstance(value, datetime) else parse_datetime(value))
    if kind in {"on", "until"}:
        on = value if isinstance(value, date) else parse_date(str(value))
        return day(on) if on else value
    return value
