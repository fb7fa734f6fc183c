import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0011_invoice_numbers_are_taken"),
        ("customers", "0008_usual_grades"),
        ("dispatch", "0017_goods_of_a_return"),
        ("expenses", "0005_payments_and_budgets"),
        ("orders", "0011_what_was_invoiced"),
        ("knowledge", "0003_rechecks_to_come"),
        ("reports", "0001_kept"),
        ("service_requests", "0011_facts_as_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaleFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("holder", models.CharField(max_length=8)),
                ("key", models.BigIntegerField()),
            ],
            options={
                "ordering": ("pk",),
            },
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
                ("resolved_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("is_merged", models.BooleanField()),
                ("lasted_long", models.BooleanField()),
                ("kind", models.CharField(max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("channel", models.CharField(max_length=10)),
                ("cover", models.CharField(max_length=20)),
                ("cause", models.CharField(max_length=120)),
                ("region", models.CharField(max_length=60)),
                ("repeat_of", models.BigIntegerField(null=True)),
                ("repeats", models.BigIntegerField(null=True)),
                ("highest_ring", models.PositiveSmallIntegerField(default=0)),
                ("transfers", models.PositiveSmallIntegerField(default=0)),
                ("spell", models.PositiveSmallIntegerField(default=0)),
                ("visits", models.PositiveSmallIntegerField(default=0)),
                ("took", models.BigIntegerField(null=True)),
                ("response", models.BigIntegerField(null=True)),
                ("arrival", models.BigIntegerField(null=True)),
                ("restore", models.BigIntegerField(null=True)),
                ("response_worked", models.BigIntegerField(null=True)),
                ("arrival_worked", models.BigIntegerField(null=True)),
                ("restore_worked", models.BigIntegerField(null=True)),
                ("clocks", models.PositiveSmallIntegerField(default=0)),
                ("response_kept", models.PositiveSmallIntegerField(default=0)),
                ("response_missed", models.PositiveSmallIntegerField(default=0)),
                ("response_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("response_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("response_due", models.DateTimeField(null=True)),
                ("arrival_kept", models.PositiveSmallIntegerField(default=0)),
                ("arrival_missed", models.PositiveSmallIntegerField(default=0)),
                ("arrival_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("arrival_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("arrival_due", models.DateTimeField(null=True)),
                ("restore_kept", models.PositiveSmallIntegerField(default=0)),
                ("restore_missed", models.PositiveSmallIntegerField(default=0)),
                ("restore_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("restore_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("restore_due", models.DateTimeField(null=True)),
                ("resolve_kept", models.PositiveSmallIntegerField(default=0)),
                ("resolve_missed", models.PositiveSmallIntegerField(default=0)),
                ("resolve_on_hold", models.PositiveSmallIntegerField(default=0)),
                ("resolve_cancelled", models.PositiveSmallIntegerField(default=0)),
                ("resolve_due", models.DateTimeField(null=True)),
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
                    models.Index(fields=["opened_at"], name="facts_by_opening"),
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", False)),
                        fields=["resolved_at"],
                        name="facts_by_end",
                    ),
                    models.Index(
                        condition=models.Q(("lasted_long", True)),
                        fields=["opened_at"],
                        name="facts_that_last",
                    ),
                ],
            },
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
                ("source", models.CharField(max_length=8)),
                ("row", models.BigIntegerField()),
                ("holder", models.BigIntegerField()),
                ("day", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("hours", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("kind", models.CharField(max_length=10)),
                ("category", models.CharField(max_length=16)),
                ("charged_to", models.CharField(max_length=20)),
                ("is_in_warranty", models.BooleanField()),
                ("request_kind", models.CharField(max_length=20)),
                ("region", models.CharField(max_length=60)),
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
                "indexes": [models.Index(fields=["source", "day"], name="work_facts_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("holder", "source", "row"), name="one_fact_a_row"
                    )
                ],
            },
        ),
    ]
