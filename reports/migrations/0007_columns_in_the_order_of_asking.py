import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Facts are derived from other rows, so they are made anew with columns in a better order."""

    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0013_accounting_has_them"),
        ("customers", "0008_usual_grades"),
        ("knowledge", "0003_rechecks_to_come"),
        ("reports", "0006_what_was_said"),
        ("service_requests", "0013_open_ones_carried_along"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(
            name="RequestFact",
        ),
        migrations.CreateModel(
            name="RequestFact",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="service_requests.servicerequest",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("is_merged", models.BooleanField()),
                ("lasted_long", models.BooleanField()),
                ("highest_ring", models.PositiveSmallIntegerField(default=0)),
                ("transfers", models.PositiveSmallIntegerField(default=0)),
                ("spell", models.PositiveSmallIntegerField(default=0)),
                ("visits", models.PositiveSmallIntegerField(default=0)),
                ("clocks", models.PositiveSmallIntegerField(default=0)),
                ("response_kept", models.PositiveSmallIntegerField(default=0)),
                ("response_missed", models.PositiveSmallIntegerField(default=0)),
                ("response_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("response_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("arrival_kept", models.PositiveSmallIntegerField(default=0)),
                ("arrival_missed", models.PositiveSmallIntegerField(default=0)),
                ("arrival_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("arrival_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("restore_kept", models.PositiveSmallIntegerField(default=0)),
                ("restore_missed", models.PositiveSmallIntegerField(default=0)),
                ("restore_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("restore_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("resolve_kept", models.PositiveSmallIntegerField(default=0)),
                ("resolve_missed", models.PositiveSmallIntegerField(default=0)),
                ("resolve_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("resolve_cancelled", models.PositiveSmallIntegerField(default=0)),
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
                ("resolved_at", models.DateTimeField(null=True)),
                ("response_due", models.DateTimeField(null=True)),
                ("arrival_due", models.DateTimeField(null=True)),
                ("restore_due", models.DateTimeField(null=True)),
                ("resolve_due", models.DateTimeField(null=True)),
                ("took", models.BigIntegerField(null=True)),
                ("response", models.BigIntegerField(null=True)),
                ("arrival", models.BigIntegerField(null=True)),
                ("restore", models.BigIntegerField(null=True)),
                ("response_worked", models.BigIntegerField(null=True)),
                ("arrival_worked", models.BigIntegerField(null=True)),
                ("restore_worked", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
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
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contracts.servicecontract",
                    ),
                ),
                (
                    "fault_code",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="knowledge.faultcode",
                    ),
                ),
                (
                    "solved_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="knowledge.article",
                    ),
                ),
                ("repeat_of", models.BigIntegerField(null=True)),
                ("repeats", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("cover", models.CharField(max_length=20)),
                ("region", models.CharField(max_length=60)),
                ("cause", models.CharField(max_length=120)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["opened_at"], include=("is_merged",), name="facts_of_opened"
                    ),
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", False)),
                        fields=["resolved_at"],
                        include=("took", "highest_ring"),
                        name="facts_of_resolved",
                    ),
                    models.Index(
                        condition=models.Q(("lasted_long", True)),
                        fields=["opened_at"],
                        name="facts_that_last",
                    ),
                ],
            },
        ),
        migrations.DeleteModel(
            name="WorkFact",
        ),
        migrations.CreateModel(
            name="WorkFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.BigIntegerField()),
                ("holder", models.BigIntegerField()),
                ("cents", models.BigIntegerField()),
                ("day", models.DateField()),
                ("is_in_warranty", models.BooleanField()),
                ("source", models.CharField(max_length=8)),
                ("kind", models.CharField(max_length=10)),
                ("hours", models.IntegerField(null=True)),
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
                (
                    "engineer",
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
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contracts.servicecontract",
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
                ("category", models.CharField(max_length=16)),
                ("charged_to", models.CharField(max_length=20)),
                ("request_kind", models.CharField(max_length=20)),
                ("region", models.CharField(max_length=60)),
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
                    "part",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assets.part",
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                (
                    "fault_code",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="knowledge.faultcode",
                    ),
                ),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
            ],
            options={
                "indexes": [models.Index(fields=["source", "day"], name="work_facts_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("holder", "source", "row"), name="one_fact_a_row"
                    )
                ],
            },
        ),
        migrations.DeleteModel(
            name="SurveyFact",
        ),
        migrations.CreateModel(
            name="SurveyFact",
            fields=[
                ("survey", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("scores", models.PositiveSmallIntegerField(default=0)),
                ("sum", models.PositiveIntegerField()),
                ("nps", models.PositiveSmallIntegerField(null=True)),
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
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("region", models.CharField(max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["answered_at"], name="survey_facts_by_answer"),
                    models.Index(fields=["sent_at"], name="survey_facts_by_sending"),
                ],
            },
        ),
        migrations.DeleteModel(
            name="ScoreFact",
        ),
        migrations.CreateModel(
            name="ScoreFact",
            fields=[
                ("row", models.BigIntegerField(primary_key=True, serialize=False)),
                ("survey", models.BigIntegerField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("score", models.PositiveSmallIntegerField(default=0)),
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
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("region", models.CharField(max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["answered_at"], name="score_facts_by_answer"),
                    models.Index(fields=["survey"], name="score_facts_of_survey"),
                ],
            },
        ),
    ]
