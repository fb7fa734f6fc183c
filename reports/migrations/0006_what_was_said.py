import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("customers", "0008_usual_grades"),
        ("reports", "0005_indexes_carry_along"),
        ("service_requests", "0013_open_ones_carried_along"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="SurveyFact"),
        migrations.CreateModel(
            name="ScoreFact",
            fields=[
                ("answered_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("region", models.CharField(max_length=60)),
                ("row", models.BigIntegerField(primary_key=True, serialize=False)),
                ("survey", models.BigIntegerField()),
                ("score", models.PositiveSmallIntegerField(default=0)),
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
                (
                    "dimension",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="service_requests.surveydimension",
                    ),
                ),
                (
                    "involved",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="reports.involved",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assets.assetmodel",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="service_requests.servicerequest",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.tier",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["answered_at"], name="score_facts_by_answer"),
                    models.Index(fields=["survey"], name="score_facts_of_survey"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyFact",
            fields=[
                ("answered_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("region", models.CharField(max_length=60)),
                ("survey", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField()),
                ("nps", models.PositiveSmallIntegerField(null=True)),
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
                (
                    "involved",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="reports.involved",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assets.assetmodel",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="service_requests.servicerequest",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.tier",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["answered_at"], name="survey_facts_by_answer"),
                    models.Index(fields=["sent_at"], name="survey_facts_by_sending"),
                ],
            },
        ),
        migrations.AddField(
            "workfact",
            "severity",
            models.CharField(default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            "workfact",
            "channel",
            models.CharField(default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            "workfact",
            "involved",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="reports.involved",
            ),
        ),
    ]
