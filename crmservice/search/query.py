"""Asking: typed text into one statement, with the same hits on both databases.

How it stays fast: kind and scope are tokens of the index, so nothing is filtered afterwards; only a
capped number of candidates, the latest written first, is ranked; and the ranking is plain
arithmetic over their tokens, not the database's own, which reads every hit of a common word.
"""

# ruff: noqa: S608, S611  (only our own words are put together; typed text goes in as parameters)

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from crmservice.search import ask
from crmservice.search.candidates import MATCHED, candidates
from crmservice.search.kinds import KINDS, Kind, every_token, kind_of, scope_token
from crmservice.search.models import Entry

SHOWN = ("kind", "object_id", "title", "subtitle", "url", "badge")

LEAST_SHARED = 1.0  # a word of the name, or some of the text
WHOLE = """
    CASE WHEN entry.tokens_a || ' ' LIKE %s THEN 8 WHEN entry.tokens_a LIKE %s THEN 4
    WHEN entry.tokens_a LIKE %s THEN 2 ELSE 0 END
"""
WORD = """
    CASE WHEN ' ' || entry.tokens_a LIKE %s THEN 1.0 ELSE
    (LENGTH(entry.tokens_b) - LENGTH(REPLACE(entry.tokens_b, %s, ''))) * 1.0
    / (LENGTH(entry.tokens_b) - LENGTH(REPLACE(entry.tokens_b, %s, ''))
       + %s * (1 + LENGTH(entry.tokens_b) / 1000.0)) END
"""

Scopes = Sequence[str] | None | Mapping[str, Sequence[str] | None]


@dataclass(frozen=True)
class Hit:
    """One thing found; `exact` is False when it only sounds or begins like what was typed."""

    kind: str
    object_id: int
    title: str
    subtitle: str
    url: str
    badge: str
    score: float
    exact: bool


def search(
    text: str,
    *,
    kinds: Collection[str],
    scopes: Scopes,
    limit: int = 50,
    per_kind: int | None = None,
) -> list[Hit]:
    """The best hits for a typed text, at most `limit` and at most `per_kind` of each kind.

    `scopes` are the tokens of which an entry must have one: None sees all, an empty sequence sees
    nothing; a mapping says it kind by kind (a kind it does not name is not seen). When nothing is
    found as typed, what sounds alike or begins alike is: those hits are not `exact`.
    """
    question = ask.understand(text)
    seen = _visible(kinds, scopes)
    if question is None or seen is None:
        return []
    for node in dict.fromkeys((question.exactly, question.roughly)):
        exact = node == question.exactly
        if found := _best(question, node, seen, kinds, limit, per_kind or limit, exact=exact):
            return found
    return []


def search_loosely(
    text: str, *, kinds: Collection[str], scopes: Scopes, limit: int = 50
) -> list[Hit]:
    """The hits that share most with a sentence; none that shares less than half of what the best
    does, for most words of a sentence say nothing.
    """
    question = ask.understand_loosely(text)
    seen = _visible(kinds, scopes)
    if question is None or seen is None:
        return []
    found = _best(question, question.exactly, seen, kinds, limit, limit, exact=False)
    least = max([LEAST_SHARED, *(hit.score / 2 for hit in found[:1])])
    return [hit for hit in found if hit.score >= least]


def _best(
    question: ask.Question,
    node: ask.Node,
    seen: list[ask.Node],
    kinds: Collection[str],
    limit: int,
    per_kind: int,
    *,
    exact: bool,
) -> list[Hit]:
    chosen, chosen_params = candidates(question, node, seen, list(kinds))
    sql, params = _ranked(chosen, question, limit, per_kind)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*chosen_params, *params])
        return [_hit(row, exact=exact) for row in cursor.fetchall()]


def matching_ids(
    kind: str, text: str, cap: int = MATCHED, *, scopes: Sequence[str] | None = None
) -> QuerySet[Entry, int]:
    """The object ids of a kind that match, the latest written first up to `cap`, as a subquery.

    For lists with a search field: `queryset.filter(pk__in=matching_ids("customer", text))`. Nothing
    to search for in the text means nothing found. `scopes` spares the cap for what may be seen.
    """
    question = ask.understand(text)
    seen = _visible([kind], {kind: scopes})
    if question is None or seen is None:
        return Entry.objects.none().values_list("object_id", flat=True)
    chosen, params = candidates(question, question.exactly, seen, [kind])
    ids = f"WITH {chosen} SELECT id FROM candidates ORDER BY id DESC LIMIT %s"
    matching = Entry.objects.filter(pk__in=RawSQL(ids, [*params, cap]))
    return matching.values_list("object_id", flat=True)


def entries_of(
    keys: Collection[tuple[str, int]], may_see: Callable[[Kind], Sequence[str] | None]
) -> dict[tuple[str, int], Entry]:
    """The entries of these objects (model's label and key), as far as they may be seen.

    `may_see` gives the scopes of a kind, as `search` takes them; one query.
    """
    kinds = {model: kind for model in {model for model, _pk in keys} if (kind := kind_of(model))}
    named = Q(pk__in=())
    for model, kind in kinds.items():
        named |= Q(kind=kind.name, object_id__in={pk for label, pk in keys if label == model})
    models = {kind.name: model for model, kind in kinds.items()}
    granted = {kind.name: may_see(kind) for kind in kinds.values()}
    return {
        (models[entry.kind], entry.object_id): entry
        for entry in Entry.objects.filter(named)
        if _is_in(entry, granted[entry.kind])
    }


def _is_in(entry: Entry, scopes: Sequence[str] | None) -> bool:
    return scopes is None or not {*entry.scope.split()}.isdisjoint(map(scope_token, scopes))


def _visible(kinds: Collection[str], scopes: Scopes) -> list[ask.Node] | None:
    """What the entry must have beside the words, or None when nothing may be seen."""
    if not isinstance(scopes, Mapping):
        scopes = dict.fromkeys(kinds, scopes)
    groups: dict[tuple[str, ...] | None, list[str]] = {}
    for kind in sorted(kinds):
        granted = scopes.get(kind, ())
        groups.setdefault(None if granted is None else tuple(granted), []).append(kind)
    groups.pop((), None)
    if not groups:
        return None
    ways = [_way(granted, named) for granted, named in groups.items()]
    if len(ways) == 1:
        return ways[0]
    return [ask.either(ask.both(*way) for way in ways)]


def _way(granted: tuple[str, ...] | None, named: list[str]) -> list[ask.Node]:
    nodes = []
    if of_kind := every_token(named):
        nodes.append(ask.one_of(of_kind))
    if granted is not None:
        nodes.append(ask.one_of(map(scope_token, granted)))
    return nodes


def _ranked(
    candidates: str, question: ask.Question, limit: int, per_kind: int
) -> tuple[str, list[Any]]:
    score, params = _score(question)
    return (
        f"""
        WITH {candidates},
        scored AS (
            SELECT entry.id, entry.kind, entry.rank_at, {score} AS score
            FROM candidates JOIN search_entry entry ON entry.id = candidates.id
        ),
        placed AS (
            SELECT id, score, ROW_NUMBER() OVER (
                PARTITION BY kind ORDER BY score DESC, rank_at DESC, id DESC
            ) AS place
            FROM scored
        )
        SELECT {", ".join(f"entry.{name}" for name in SHOWN)}, placed.score
        FROM placed JOIN search_entry entry ON entry.id = placed.id
        WHERE placed.place <= %s
        ORDER BY placed.score DESC, entry.rank_at DESC, entry.id DESC LIMIT %s
        """,
        [*params, per_kind, limit],
    )


def _score(question: ask.Question) -> tuple[str, list[Any]]:
    """Arithmetic over the tokens, the same on both databases.

    A whole name or number 8, its beginning 4, somewhere in it 2; each word in a name 1; in the text
    less than 1, the more often the more, long texts slowly; times the weight of the kind.
    """
    whole = question.whole
    parts = [WHOLE]
    params: list[Any] = [f"x{whole} %", f"x{whole}%", f"%{whole}%"]
    for needle in question.needles:
        parts.append(WORD)
        params += [f"% {needle}%", needle, needle, len(needle)]
    weights = {kind.name: kind.weight for kind in KINDS.values() if kind.weight != 1}
    weight = "1.0"
    if weights:
        weight = f"CASE entry.kind {'WHEN %s THEN %s ' * len(weights)}ELSE 1.0 END"
        params += [value for pair in weights.items() for value in pair]
    return f"({' + '.join(parts)}) * {weight}", params


def _hit(row: Sequence[Any], *, exact: bool) -> Hit:
    shown = dict(zip(SHOWN, row, strict=False))
    return Hit(**shown, score=float(row[-1]), exact=exact)
