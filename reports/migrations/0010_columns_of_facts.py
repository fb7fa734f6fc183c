from django.db import migrations, models


def keep_as_it_is(apps, schema_editor):
    """Numbers are packed already: to try it again takes longer than to read them."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE reports_factcolumn ALTER COLUMN data SET STORAGE EXTERNAL"
        )


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_moments_fall_into_few")]

    operations = [
        migrations.CreateModel(
            name="FactBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layout", models.CharField(max_length=10)),
                ("day", models.IntegerField()),
                ("rows", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("layout", "day"), name="one_block_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="FactColumn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("block", models.BigIntegerField()),
                ("name", models.CharField(max_length=20)),
                ("data", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("block", "name"), name="one_column_a_block")
                ],
            },
        ),
        migrations.RunPython(keep_as_it_is, migrations.RunPython.noop),
    ]
