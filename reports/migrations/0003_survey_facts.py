import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_usual_grades"),
        ("reports", "0002_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurveyFact",
            fields=[
                ("survey", models.BigIntegerField(primary_key=True, serialize=False)),
                ("answered_at", models.DateTimeField()),
                ("scores", models.PositiveSmallIntegerField(default=0)),
                ("sum", models.PositiveIntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["answered_at"], name="survey_facts_by_answer")],
            },
        ),
    ]
