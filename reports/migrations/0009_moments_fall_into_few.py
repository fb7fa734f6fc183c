from django.db import migrations

MOMENTS = {
    "reports_requestfact": ("opened_at", "resolved_at"),
    "reports_surveyfact": ("sent_at", "answered_at"),
    "reports_scorefact": ("answered_at",),
}
BUCKETS = 400  # more than a report has months, weeks or days


def fall_into_few(apps, schema_editor):
    """Moments are grouped by the bucket that they fall into, never each by itself. PostgreSQL knows
    no buckets and would expect a group for every moment: it sorts millions of rows for the thirteen
    months of a year, one process for all.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in MOMENTS.items():
        for column in columns:
            schema_editor.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} SET (n_distinct = {BUCKETS})"
            )


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_work_lies_apart")]

    operations = [migrations.RunPython(fall_into_few, migrations.RunPython.noop)]
