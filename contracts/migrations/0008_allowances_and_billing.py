import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0007_suspended_and_eligible"),
        ("customers", "0003_plans"),
        ("employees", "0007_called_for"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="AllowanceUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visits", "Visits"),
                            ("hours", "Hours of work"),
                            ("cases", "Service requests"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("year_from", models.DateField()),
                ("source", models.CharField(max_length=40)),
                ("source_url", models.CharField(max_length=200)),
                (
                    "quantity",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="quantity"),
                ),
                ("counted", models.DecimalField(decimal_places=2, max_digits=8)),
                ("taken_on", models.DateField(verbose_name="day")),
                ("is_approved", models.BooleanField(null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("given_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowance_uses",
                        to="contracts.servicecontract",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(fields=["contract", "kind", "year_from"], name="uses_by_account"),
                    models.Index(fields=["source"], name="uses_by_source"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("given_back_at", None)),
                        fields=("contract", "kind", "source"),
                        name="a_source_takes_of_an_allowance_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted__gte", 0),
                            ("counted__lte", models.F("quantity")),
                            ("quantity__gt", 0),
                        ),
                        name="no_more_is_counted_than_was_taken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", None), ("is_approved", None)
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("is_approved__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_on_an_allowance_says_whose_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="until")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                (
                    "invoice_no",
                    models.CharField(blank=True, max_length=40, verbose_name="invoice number"),
                ),
                (
                    "invoiced_on",
                    models.DateField(blank=True, null=True, verbose_name="invoiced on"),
                ),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="paid on")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instalments",
                        to="contracts.servicecontract",
                    ),
                ),
            ],
            options={
                "ordering": ("due_on", "pk"),
                "indexes": [models.Index(fields=["due_on", "id"], name="instalments_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contract", "first_on"), name="a_day_is_billed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="instalment_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("invoice_no", ""), ("invoiced_on", None)),
                            models.Q(
                                ("invoiced_on__isnull", False),
                                models.Q(("invoice_no", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoiced_instalment_says_its_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_on", None), ("invoiced_on__isnull", False), _connector="OR"
                        ),
                        name="paid_instalment_was_invoiced",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="contracttype",
            name="cases_per_year",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="service requests a year"
            ),
        ),
        migrations.AddField(
            model_name="contracttype",
            name="hours_per_year",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=8,
                null=True,
                verbose_name="hours of work a year",
            ),
        ),
        migrations.AddField(
            model_name="contracttype",
            name="visits_per_year",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="visits a year"),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="billed_in_advance",
            field=models.BooleanField(default=True, verbose_name="billed in advance"),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="billing_rhythm",
            field=models.CharField(
                choices=[
                    ("once", "Once"),
                    ("monthly", "Monthly"),
                    ("quarterly", "Quarterly"),
                    ("half_yearly", "Half-yearly"),
                    ("yearly", "Yearly"),
                ],
                default="once",
                max_length=12,
                verbose_name="billed",
            ),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="cases_per_year",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="service requests a year"
            ),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="hours_per_year",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=8,
                null=True,
                verbose_name="hours of work a year",
            ),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="visits_per_year",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="visits a year"),
        ),
        migrations.AddConstraint(
            model_name="servicecontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hours_per_year", None), ("hours_per_year__gte", 0), _connector="OR"
                ),
                name="contract_hours_not_negative",
            ),
        ),
    ]
