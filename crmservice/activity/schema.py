"""What makes the trail unchangeable in the database itself (trust.md S-49): triggers.

Whoever alters these tables on SQLite must install the triggers again, because Django then makes the
table anew; a test asks each column.
"""

from typing import Any

MAY_CHANGE = {"activity_activity": ("told_at",), "activity_filing": ()}

REFUSE = """
    create function trail_is_kept() returns trigger language plpgsql as $$
    begin
        raise exception 'the trail is never changed' using errcode = 'restrict_violation';
    end $$
"""
POSTGRESQL = "for each row execute function trail_is_kept()"
SQLITE = "begin select raise(abort, 'the trail is never changed'); end"


def guards(apps: Any, vendor: str) -> list[str]:
    """The statements that refuse UPDATE, but of what the outbox notes, and DELETE."""
    body = POSTGRESQL if vendor == "postgresql" else SQLITE
    statements = [REFUSE] if vendor == "postgresql" else []
    for model in (apps.get_model("activity", "Activity"), apps.get_model("activity", "Filing")):
        table, columns = model._meta.db_table, [each.column for each in model._meta.concrete_fields]
        kept = ", ".join(column for column in columns if column not in MAY_CHANGE[table])
        for name, event in (("not_changed", f"update of {kept}"), ("not_deleted", "delete")):
            statements.append(f"create trigger {table}_{name} before {event} on {table} {body}")
    return statements


def without_guards(vendor: str) -> list[str]:
    """The statements that take them away again."""
    is_postgresql = vendor == "postgresql"
    statements = [
        f"drop trigger {table}_{name}" + (f" on {table}" if is_postgresql else "")
        for table in MAY_CHANGE
        for name in ("not_changed", "not_deleted")
    ]
    return [*statements, "drop function trail_is_kept()"] if is_postgresql else statements


def install(apps: Any, schema_editor: Any) -> None:
    for statement in guards(apps, schema_editor.connection.vendor):
        schema_editor.execute(statement)


def remove(_apps: Any, schema_editor: Any) -> None:
    for statement in without_guards(schema_editor.connection.vendor):
        schema_editor.execute(statement)
