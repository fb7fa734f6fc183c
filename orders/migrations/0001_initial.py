import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0001_initial"),
        ("contracts", "0001_initial"),
        ("customers", "0001_initial"),
        ("employees", "0001_initial"),
        ("employees", "__first__"),
        ("service_requests", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="order number"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_approval", "In approval"),
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
                (
                    "currency",
                    models.CharField(default="CNY", max_length=3, verbose_name="currency"),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0"),
                        max_digits=5,
                        verbose_name="tax rate",
                    ),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="ordered at")),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "approver",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approved_orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approver",
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "billing_customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billed_orders",
                        to="customers.customer",
                        verbose_name="billing customer",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="contracts.servicecontract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
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
                        related_name="orders",
                        to="service_requests.servicerequest",
                        verbose_name="service request",
                    ),
                ),
            ],
            options={
                "ordering": ("-ordered_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-ordered_at", "-id"], name="order_newest"),
                    models.Index(fields=["customer", "-ordered_at"], name="orders_of_customer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "in_approval", "cancelled"]),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="approved_order_says_when",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
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
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="description")),
                (
                    "quantity",
                    models.DecimalField(decimal_places=2, max_digits=10, verbose_name="quantity"),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="minutes"),
                ),
                (
                    "list_price",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="list price"),
                ),
                (
                    "unit_price",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="unit price"),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                (
                    "charged_to",
                    models.CharField(
                        choices=[
                            ("billed", "Billed"),
                            ("contract", "Contract"),
                            ("warranty", "Warranty"),
                            ("goodwill", "Goodwill"),
                        ],
                        default="billed",
                        max_length=10,
                        verbose_name="charged to",
                    ),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="why this price")),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="cost"
                    ),
                ),
                (
                    "goodwill_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=14,
                        verbose_name="goodwill given",
                    ),
                ),
                ("goodwill_on", models.DateField(blank=True, null=True)),
                ("done_on", models.DateField(verbose_name="day of the work")),
                ("source", models.CharField(blank=True, max_length=60)),
                (
                    "engineer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_lines",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer",
                    ),
                ),
                (
                    "goodwill_by",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.order",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_lines",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["done_on", "kind"], name="order_lines_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("source",),
                        name="an_order_line_per_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="order_quantity_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charged_to", "billed"), ("amount", 0), _connector="OR"
                        ),
                        name="only_billed_lines_have_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("charged_to", "goodwill"), _negated=True),
                            models.Q(
                                ("goodwill_amount__gt", 0),
                                ("goodwill_by__isnull", False),
                                ("goodwill_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="goodwill_says_whose_and_how_much",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "part"), _negated=True),
                            ("part__isnull", False),
                            _connector="OR",
                        ),
                        name="part_line_names_its_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PricePlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(unique=True, verbose_name="valid from")),
                (
                    "currency",
                    models.CharField(default="CNY", max_length=3, verbose_name="currency"),
                ),
                (
                    "factor_normal",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=5,
                        verbose_name="normal factor",
                    ),
                ),
                (
                    "factor_evening",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=5,
                        verbose_name="evening factor",
                    ),
                ),
                (
                    "factor_weekend",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=5,
                        verbose_name="weekend factor",
                    ),
                ),
                (
                    "factor_holiday",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=5,
                        verbose_name="holiday factor",
                    ),
                ),
                (
                    "minimum_minutes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="minimum (minutes)"),
                ),
                (
                    "rounding_minutes",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="rounded up to (minutes)"
                    ),
                ),
                (
                    "call_out_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=10,
                        verbose_name="call-out fee",
                    ),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0"),
                        max_digits=5,
                        verbose_name="tax rate",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employees.workingcalendar",
                        verbose_name="normal working hours",
                    ),
                ),
            ],
            options={
                "ordering": ("-valid_from",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rounding_minutes__gte", 1)),
                        name="rounding_is_at_least_a_minute",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lt", 1)),
                        name="tax_rate_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabourRate",
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
                            ("onsite", "On site"),
                            ("depot", "Depot"),
                            ("remote", "Remote"),
                            ("travel", "Travel"),
                        ],
                        max_length=10,
                        verbose_name="kind of work",
                    ),
                ),
                (
                    "per_hour",
                    models.DecimalField(decimal_places=2, max_digits=10, verbose_name="per hour"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labour_rates",
                        to="orders.priceplan",
                    ),
                ),
            ],
            options={
                "ordering": ("kind",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "kind"), name="one_labour_rate_per_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_hour__gte", 0)), name="labour_rate_not_negative"
                    ),
                ],
            },
        ),
    ]
