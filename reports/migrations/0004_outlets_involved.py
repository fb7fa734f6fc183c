import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "0010_how_good_records_are"),
        ("reports", "0003_survey_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Involved",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField(unique=True)),
                ("outlets", models.ManyToManyField(related_name="+", to="employees.outlet")),
            ],
        ),
        migrations.AddField(
            model_name="requestfact",
            name="involved",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="reports.involved",
            ),
        ),
    ]
