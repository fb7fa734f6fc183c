from django.db import migrations

TABLE = "reports_workfact"
SOURCES = ("labour", "parts", "billed", "outlays")


def lie_apart(apps, schema_editor):
    """On PostgreSQL each source has a part of the table of its own (ADR 0086)."""
    if schema_editor.connection.vendor != "postgresql":
        return
    parts = (
        f"CREATE TABLE {TABLE}_{each} PARTITION OF {TABLE} FOR VALUES IN ('{each}')"
        for each in SOURCES
    )
    for statement in (
        f"CREATE TABLE parted (LIKE {TABLE} INCLUDING DEFAULTS) PARTITION BY LIST (source)",
        f"DROP TABLE {TABLE}",
        f"ALTER TABLE parted RENAME TO {TABLE}",
        f"CREATE SEQUENCE {TABLE}_number OWNED BY {TABLE}.id",
        f"ALTER TABLE {TABLE} ALTER COLUMN id SET DEFAULT nextval('{TABLE}_number')",
        *parts,
        f"CREATE TABLE {TABLE}_others PARTITION OF {TABLE} DEFAULT",
        f'ALTER TABLE {TABLE} ADD CONSTRAINT one_fact_a_row UNIQUE (holder, source, "row")',
        f"CREATE INDEX work_facts_by_day ON {TABLE} (source, day)",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_columns_in_the_order_of_asking")]

    operations = [migrations.RunPython(lie_apart, migrations.RunPython.noop)]
