import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_business_signals"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecoveryCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "trend",
                    models.CharField(
                        choices=[
                            ("rising", "Rising"),
                            ("steady", "Steady"),
                            ("declining", "Declining"),
                            ("lost", "Lost"),
                            ("new", "New"),
                        ],
                        max_length=10,
                        verbose_name="trend",
                    ),
                ),
                (
                    "recent",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="last months"
                    ),
                ),
                (
                    "before",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="months before"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("due_on", models.DateField(verbose_name="due")),
                ("remind_on", models.DateField(blank=True, null=True)),
                ("met_on", models.DateField(blank=True, null=True, verbose_name="meeting on")),
                ("present", models.CharField(blank=True, max_length=300, verbose_name="present")),
                ("causes", models.TextField(blank=True, verbose_name="causes")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("back", "Won back"),
                            ("partly", "Partly won back"),
                            ("gone", "Lost"),
                            ("not_needed", "It was no decline"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("result", models.TextField(blank=True, verbose_name="result")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_cases",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery case",
                "ordering": ("-opened_at", "-pk"),
                "indexes": [
                    models.Index(fields=["due_on", "id"], name="recovery_by_due"),
                    models.Index(
                        condition=models.Q(("remind_on__isnull", False)),
                        fields=["remind_on", "id"],
                        name="recovery_to_remind",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("customer",),
                        name="one_open_recovery_a_customer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("outcome", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("remind_on", None),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="closed_recovery_says_what_came_of_it",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryMeasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="measure")),
                ("due_on", models.DateField(verbose_name="due")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                ("result", models.CharField(blank=True, max_length=300, verbose_name="result")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="customers.recoverycase",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="does it",
                    ),
                ),
            ],
            options={
                "verbose_name": "measure",
                "ordering": ("due_on", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_on", None),
                            models.Q(("result", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="done_measure_says_what_came_of_it",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerTrend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "trend",
                    models.CharField(
                        choices=[
                            ("rising", "Rising"),
                            ("steady", "Steady"),
                            ("declining", "Declining"),
                            ("lost", "Lost"),
                            ("new", "New"),
                        ],
                        max_length=10,
                        verbose_name="trend",
                    ),
                ),
                (
                    "recent",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="last months"
                    ),
                ),
                (
                    "before",
                    models.DecimalField(
                        decimal_places=2, max_digits=16, verbose_name="months before"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trends",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "trend",
                "ordering": ("-month", "-pk"),
                "indexes": [models.Index(fields=["month", "trend"], name="trends_of_month")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "month"), name="one_trend_a_month")
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="trend",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rising", "Rising"),
                    ("steady", "Steady"),
                    ("declining", "Declining"),
                    ("lost", "Lost"),
                    ("new", "New"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="trend",
            ),
        ),
    ]
