import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("dispatch", "0001_initial"),
        ("employees", "__first__"),
        ("service_requests", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExpenseClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="claim number"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("paid", "Paid"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "currency",
                    models.CharField(default="CNY", max_length=3, verbose_name="currency"),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6,
                        default=Decimal("1"),
                        max_digits=12,
                        verbose_name="exchange rate",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("created_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "claimant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_claims",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="claimant",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_claims",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approver",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="claims_newest"),
                    models.Index(fields=["claimant", "-created_at"], name="claims_of_claimant"),
                    models.Index(
                        condition=models.Q(("status", "submitted")),
                        fields=["submitted_at"],
                        name="claims_to_decide",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("claimant")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_decides_his_own_claim",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "rejected"), _negated=True),
                            models.Q(("decision", ""), _negated=True),
                            ("decided_by", None),
                            _connector="OR",
                        ),
                        name="rejected_claim_says_why_or_is_imported",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None), ("decided_at__isnull", False), _connector="OR"
                        ),
                        name="whoever_decided_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="exchange_rate_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpenseLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("transport", "Transport"),
                            ("lodging", "Lodging"),
                            ("meals", "Meals"),
                            ("freight", "Freight"),
                            ("outside_service", "Outside service"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                        verbose_name="category",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount"),
                ),
                ("spent_on", models.DateField(verbose_name="day")),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="description")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="expenses.expenseclaim",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_lines",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_lines",
                        to="service_requests.servicerequest",
                        verbose_name="service request",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_lines",
                        to="dispatch.task",
                        verbose_name="task",
                    ),
                ),
            ],
            options={
                "ordering": ("spent_on", "pk"),
                "indexes": [models.Index(fields=["spent_on", "category"], name="expenses_by_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="expense_is_positive"
                    )
                ],
            },
        ),
    ]
