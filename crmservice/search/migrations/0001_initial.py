from django.db import migrations, models

from crmservice.search import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=50, verbose_name="kind")),
                ("object_id", models.BigIntegerField(verbose_name="object")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("subtitle", models.CharField(blank=True, max_length=300, verbose_name="subtitle")),
                ("url", models.CharField(max_length=300, verbose_name="address")),
                ("badge", models.CharField(blank=True, max_length=50, verbose_name="badge")),
                ("rank_at", models.DateTimeField(verbose_name="date of reference")),
                ("tokens_a", models.TextField(blank=True, verbose_name="names and numbers")),
                ("tokens_b", models.TextField(blank=True, verbose_name="text")),
                ("scope", models.TextField(blank=True, verbose_name="who may see it")),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id"), name="search_has_one_entry_for_an_object"
                    )
                ],
            },
        ),
        migrations.RunPython(schema.install, schema.remove),
    ]
