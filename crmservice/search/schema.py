"""The text index in each database's own words: FTS5 with triggers, or a tsvector with GIN.

Both take our tokens as they stand: FTS5's "ascii" tokeniser splits at blanks only (its `tokenchars`
admits "=" and "."), and a cast to tsvector does not parse. So the same text gives the same hits.
Neither keeps positions: a longer Chinese word is the AND of its pairs, which is nearly as exact and
makes the index a third as large.
"""

from typing import Any

POSTGRESQL = (
    """
    alter table search_entry add column v tsvector
    generated always as ((tokens_a || ' ' || tokens_b || ' ' || scope)::tsvector) stored
    """,
    "create index search_entry_v on search_entry using gin (v)",
)

SQLITE = (
    """
    create virtual table search_fts using fts5(
        tokens_a, tokens_b, scope, content='search_entry', content_rowid='id',
        tokenize="ascii tokenchars '=._'", prefix='2 3 4 6 8', detail='none', columnsize=0
    )
    """,
    """
    create trigger search_entry_added after insert on search_entry begin
        insert into search_fts(rowid, tokens_a, tokens_b, scope)
        values (new.id, new.tokens_a, new.tokens_b, new.scope);
    end
    """,
    """
    create trigger search_entry_removed after delete on search_entry begin
        insert into search_fts(search_fts, rowid, tokens_a, tokens_b, scope)
        values ('delete', old.id, old.tokens_a, old.tokens_b, old.scope);
    end
    """,
    """
    create trigger search_entry_changed after update of tokens_a, tokens_b, scope on search_entry
    when old.tokens_a is not new.tokens_a or old.tokens_b is not new.tokens_b
        or old.scope is not new.scope
    begin
        insert into search_fts(search_fts, rowid, tokens_a, tokens_b, scope)
        values ('delete', old.id, old.tokens_a, old.tokens_b, old.scope);
        insert into search_fts(rowid, tokens_a, tokens_b, scope)
        values (new.id, new.tokens_a, new.tokens_b, new.scope);
    end
    """,
)


def install(_apps: Any, schema_editor: Any) -> None:
    """Add the index to the table; for `RunPython` of a migration."""
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if on_postgresql else SQLITE:
        schema_editor.execute(statement)


def remove(_apps: Any, schema_editor: Any) -> None:
    """Take the index away again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("alter table search_entry drop column v")
        return
    for trigger in ("added", "removed", "changed"):
        schema_editor.execute(f"drop trigger search_entry_{trigger}")
    schema_editor.execute("drop table search_fts")
