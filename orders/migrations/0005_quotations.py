import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0008_allowances_and_billing"),
        ("customers", "0004_business_signals"),
        ("employees", "__first__"),
        ("orders", "0004_stock"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quotation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for the customer"),
                            ("accepted", "Accepted"),
                            ("partly", "Accepted in part"),
                            ("declined", "Declined"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                            ("superseded", "Replaced by a newer one"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("valid_until", models.DateField(verbose_name="valid until")),
                ("to_name", models.CharField(blank=True, max_length=100, verbose_name="for")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(default="zh-hans", max_length=10, verbose_name="language"),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("net", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="net")),
                ("tax", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="tax")),
                (
                    "accepted",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=14,
                        verbose_name="accepted",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_name",
                    models.CharField(blank=True, max_length=100, verbose_name="decided by"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotations",
                        to="orders.order",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-sent_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-sent_at", "-id"], name="quotations_newest"),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["valid_until"],
                        name="quotations_lapsing",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "version"), name="one_quotation_per_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("order",),
                        name="one_open_quotation_per_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("status__in", ["open"])),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_of_a_quotation_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted__gte", 0), ("accepted__lte", models.F("net"))
                        ),
                        name="no_more_is_accepted_than_was_offered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotationLine",
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
                            ("part", "Part"),
                            ("labour", "Labour"),
                            ("travel", "Travel"),
                            ("call_out", "Call-out fee"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10)),
                ("minutes", models.PositiveIntegerField(null=True)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reasons", models.JSONField(default=list)),
                ("is_accepted", models.BooleanField(default=False)),
                (
                    "order_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quoted_in",
                        to="orders.orderline",
                    ),
                ),
                (
                    "quotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.quotation",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="approved_order_says_when",
        ),
        migrations.AlterField(
            model_name="order",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_approval", "In approval"),
                    ("quoted", "Quoted"),
                    ("approved", "Approved"),
                    ("delivered", "Delivered"),
                    ("invoiced", "Invoiced"),
                    ("paid", "Paid"),
                    ("cancelled", "Cancelled"),
                ],
                default="draft",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "in_approval", "quoted", "cancelled"]),
                    ("approved_at__isnull", False),
                    _connector="OR",
                ),
                name="approved_order_says_when",
            ),
        ),
    ]
