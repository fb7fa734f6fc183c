"""What is worth ranking, found in bounded time however common the words are.

Three sources: objects that are called exactly so; the first thousand that match; and, where there
are more, some of the latest of each kind, so that a common word shows something of everything.
PostgreSQL has no cheap way to the latest hits of a word, so it looks through the latest entries;
and it does so at once for two letters or three digits: to gather all their hits takes too long.
"""

# ruff: noqa: S608  (only our own words are put together; what was typed goes in as parameters)

from collections.abc import Sequence
from typing import Any

from django.db import connection

from crmservice.search import ask
from crmservice.search.kinds import kind_token

MATCHED = 1_000
WHOLE = 20
LATEST_OF_A_KIND = 200
LOOKED_THROUGH = 1_000
ENOUGH = 20

_FTS5 = "SELECT rowid AS id FROM search_fts WHERE search_fts MATCH %s"
_GIN = "SELECT id FROM search_entry WHERE v @@ %s::tsquery"
_LATEST = f"""
    SELECT hit.id FROM unnest(%s) AS wanted(kind) CROSS JOIN LATERAL (
        SELECT id FROM (
            SELECT id, v FROM search_entry WHERE kind = wanted.kind
            ORDER BY object_id DESC LIMIT {LOOKED_THROUGH}
        ) latest_entry
        WHERE v @@ %s::tsquery LIMIT {LATEST_OF_A_KIND}
    ) hit
"""
_ALL = """
    candidates AS (
        SELECT id FROM whole UNION SELECT id FROM matched UNION SELECT id FROM latest
    )
"""


def candidates(
    question: ask.Question, node: ask.Node, seen: Sequence[ask.Node], kinds: Sequence[str]
) -> tuple[str, list[Any]]:
    """Common table expressions, the last of them `candidates(id)`, with their parameters.

    `seen` is what an entry must have beside `node`; `kinds` are those to be shown some of each.
    """
    whole = ask.both(ask.Term(f"x{question.whole}"), *seen)
    matched = ask.both(node, *seen)
    if connection.vendor == "sqlite":
        return _by_fts5(whole, matched, kinds)
    return _by_gin(whole, matched, kinds, is_short=question.is_short)


def _by_fts5(whole: ask.Node, matched: ask.Node, kinds: Sequence[str]) -> tuple[str, list[Any]]:
    of_a_kind = f"""
        SELECT id FROM (
            {_FTS5} AND (SELECT COUNT(*) FROM matched) >= {MATCHED}
            ORDER BY rowid DESC LIMIT {LATEST_OF_A_KIND}
        )
    """
    sql = f"""
        whole AS MATERIALIZED ({_FTS5} ORDER BY rowid DESC LIMIT {WHOLE}),
        matched AS MATERIALIZED ({_FTS5} ORDER BY rowid DESC LIMIT {MATCHED}),
        latest AS MATERIALIZED ({" UNION ALL ".join(of_a_kind for _ in kinds)}),
        {_ALL}
    """
    of_each_kind = [ask.both(matched, ask.Term(kind_token(kind))) for kind in kinds]
    return sql, [ask.to_fts5(node) for node in (whole, matched, *of_each_kind)]


def _by_gin(
    whole: ask.Node, matched: ask.Node, kinds: Sequence[str], *, is_short: bool
) -> tuple[str, list[Any]]:
    exactly, query = ask.to_tsquery(whole), ask.to_tsquery(matched)
    if is_short:
        sql = f"""
            latest AS MATERIALIZED ({_LATEST}),
            matched AS MATERIALIZED (
                {_GIN} AND (SELECT COUNT(*) FROM latest) < {ENOUGH} LIMIT {MATCHED}
            ),
        """
        params = [list(kinds), query, query]
    else:
        sql = f"""
            matched AS MATERIALIZED ({_GIN} LIMIT {MATCHED}),
            latest AS MATERIALIZED (
                {_LATEST} WHERE (SELECT COUNT(*) FROM matched) >= {MATCHED}
            ),
        """
        params = [query, list(kinds), query]
    return f"whole AS MATERIALIZED ({_GIN} LIMIT {WHOLE}), {sql} {_ALL}", [exactly, *params]
