import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "0008_authority_questions"),
        ("employees", "__first__"),
        ("expenses", "0004_two_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="budget"),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budgets",
                        to="employees.outlet",
                        verbose_name="outlet",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget",
                "ordering": ("-month", "outlet"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("outlet", "month"), name="one_budget_per_outlet_and_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="a_budget_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                ("claim_count", models.PositiveIntegerField(verbose_name="claims")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_runs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment run",
                "ordering": ("-made_at", "-pk"),
                "indexes": [models.Index(fields=["-made_at", "-id"], name="payment_runs_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("claim_count__gt", 0)),
                        name="a_run_pays_something",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="expenseclaim",
            name="payment_run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="expenses.paymentrun",
                verbose_name="payment run",
            ),
        ),
        migrations.AddIndex(
            model_name="expenseclaim",
            index=models.Index(
                condition=models.Q(("status", "approved")),
                fields=["currency", "decided_at"],
                name="claims_to_pay",
            ),
        ),
        migrations.AddConstraint(
            model_name="expenseclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("payment_run", None), ("status", "paid"), _connector="OR"),
                name="what_a_run_paid_is_paid",
            ),
        ),
    ]
