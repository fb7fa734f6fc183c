"""Writing entries: one inside an action, many inside an import or a rebuild."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db import transaction

from crmservice import phones as numbers_of
from crmservice.search import tokens
from crmservice.search.kinds import kind_token, scope_token
from crmservice.search.models import Entry

CHUNK = 2_000
LONGEST_BODY = 50_000
LONGEST = {"title": 200, "subtitle": 300, "url": 300, "badge": 50}
_CONTENT = (*LONGEST, "rank_at", "tokens_a", "tokens_b", "scope")
_SCOPE = re.compile(r"[a-z0-9._]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")

Texts = str | Iterable[str]


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is to be found of one object, and how it is shown.

    `names` are found by part, by pinyin, by initials and by sound; `codes` (serial, part and
    document numbers) and `phones` by any fragment; `words` and the title by word; `body` and the
    subtitle too, but rank lower. `scope` says who may see it, "o3" or "u17"; without any, only
    those who may see all of the kind.
    """

    kind: str
    object_id: int
    title: str
    url: str
    rank_at: datetime
    subtitle: str = ""
    badge: str = ""
    words: Texts = ()
    names: Texts = ()
    codes: Texts = ()
    phones: Texts = ()
    body: Texts = ()
    scope: Iterable[str] = ()


def index(kind: str, object_id: int, **content: Any) -> None:
    """Write the entry of one object anew; takes the fields of `Document` by keyword."""
    _write([Document(kind=kind, object_id=object_id, **content)])


def index_many(documents: Iterable[Document]) -> int:
    """Write many entries in chunks, each its own transaction unless one is open; returns how many.

    Give the oldest first: where a word is very common, the latest written are looked at first.
    """
    coming = iter(documents)
    written = 0
    while chunk := list(islice(coming, CHUNK)):
        with transaction.atomic():
            written += _write(chunk)
    return written


def forget(kind: str, object_id: int) -> None:
    """Take the entry of one object away; nothing happens when there is none."""
    Entry.objects.filter(kind=kind, object_id=object_id).delete()


def _write(documents: list[Document]) -> int:
    latest = {(document.kind, document.object_id): document for document in documents}
    Entry.objects.bulk_create(
        [_entry(document) for document in latest.values()],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=_CONTENT,
    )
    return len(latest)


def _entry(document: Document) -> Entry:
    shown = {name: _shown(getattr(document, name))[:longest] for name, longest in LONGEST.items()}
    return Entry(
        kind=document.kind,
        object_id=document.object_id,
        rank_at=document.rank_at,
        tokens_a=tokens.joined(_tokens_a(document)),
        tokens_b=" ".join(_tokens_b(document)),
        scope=" ".join([kind_token(document.kind), *map(_scope, document.scope)]),
        **shown,
    )


def _tokens_a(document: Document) -> Iterator[str]:
    whole = tokens.compact(document.title)
    return chain(
        [f"x{whole}"] if whole else [],
        chain.from_iterable(map(tokens.names, _texts(document.names))),
        chain.from_iterable(map(tokens.codes, _texts(document.codes))),
        chain.from_iterable(map(numbers_of.fragments, _texts(document.phones))),
        tokens.words(document.title),
        chain.from_iterable(map(tokens.words, _texts(document.words))),
    )


def _tokens_b(document: Document) -> Iterator[str]:
    body = " ".join(_texts(document.body))[:LONGEST_BODY]
    return chain(tokens.words(document.subtitle), tokens.words(body))


def _texts(texts: Texts) -> Iterable[str]:
    return [texts] if isinstance(texts, str) else texts


def _scope(scope: str) -> str:
    if not _SCOPE.fullmatch(scope):
        raise ValueError(f"{scope!r} is no scope: small letters, digits, dots and underscores.")
    return scope_token(scope)


def _shown(text: object) -> str:
    return _UNPRINTABLE.sub(" ", str(text))
