import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("customers", "0004_business_signals"),
        ("employees", "__first__"),
        ("orders", "0008_price_plans_are_numbered"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="return number"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "Return"),
                            ("exchange", "Exchange"),
                            ("warranty", "Warranty return"),
                            ("wrong_delivery", "Wrong delivery"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("authorised", "Authorised"),
                            ("in_transit", "On its way"),
                            ("received", "Received"),
                            ("inspected", "Inspected"),
                            ("remedied", "Remedied"),
                            ("closed", "Closed"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="requested",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "is_consumer",
                    models.BooleanField(
                        default=False, verbose_name="bought as a consumer, at a distance"
                    ),
                ),
                (
                    "delivered_on",
                    models.DateField(blank=True, null=True, verbose_name="delivered on"),
                ),
                (
                    "is_advance",
                    models.BooleanField(default=False, verbose_name="replacement first"),
                ),
                ("due_on", models.DateField(verbose_name="next step due")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="decision")),
                ("carrier", models.CharField(blank=True, max_length=80, verbose_name="carrier")),
                (
                    "tracking",
                    models.CharField(blank=True, max_length=80, verbose_name="tracking number"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="customers.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="customers.customer",
                        verbose_name="customer",
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
                        verbose_name="decided by",
                    ),
                ),
                (
                    "depot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="orders.stocklocation",
                        verbose_name="comes to",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="service_requests.servicerequest",
                        verbose_name="service request",
                    ),
                ),
            ],
            options={
                "verbose_name": "return case",
                "ordering": ("due_on", "pk"),
                "indexes": [
                    models.Index(fields=["due_on", "id"], name="returns_by_due_day"),
                    models.Index(fields=["customer", "-opened_at"], name="returns_of_customer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["requested", "cancelled"]),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_return_says_by_whom_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("decision", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refused_return_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("status__in", ["closed", "cancelled", "refused"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("status__in", ["closed", "cancelled", "refused"]),
                                    _negated=True,
                                ),
                                ("closed_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="only_a_closed_return_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
                ("serials", models.JSONField(blank=True, default=list)),
                ("received", models.PositiveIntegerField(default=0, verbose_name="received")),
                ("received_serials", models.JSONField(blank=True, default=list)),
                (
                    "difference",
                    models.CharField(blank=True, max_length=300, verbose_name="difference"),
                ),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("as_new", "As new, can be sold"),
                            ("faulty", "Fault confirmed"),
                            ("no_fault", "No fault found"),
                            ("misused", "Damaged by misuse"),
                            ("incomplete", "Incomplete"),
                        ],
                        max_length=12,
                        verbose_name="found",
                    ),
                ),
                ("finding_note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("inspected_at", models.DateTimeField(blank=True, null=True)),
                (
                    "remedy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("repair", "Repair"),
                            ("replace", "Replace"),
                            ("refund", "Refund"),
                            ("send_back", "Send back as it is"),
                        ],
                        max_length=12,
                        verbose_name="remedy",
                    ),
                ),
                ("remedy_note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("remedied_at", models.DateTimeField(blank=True, null=True)),
                ("replaced", models.PositiveIntegerField(default=0, verbose_name="replaced")),
                ("replacement_serials", models.JSONField(blank=True, default=list)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_lines",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.returncase",
                    ),
                ),
                (
                    "inspected_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="return_lines",
                        to="orders.orderline",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_lines",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("part__isnull", False),
                            models.Q(("asset__isnull", False), ("quantity", 1)),
                            _connector="OR",
                        ),
                        name="a_return_line_names_a_part_or_a_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0), ("received__lte", models.F("quantity"))
                        ),
                        name="no_more_comes_back_than_was_announced",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaced__lte", models.F("quantity"))),
                        name="no_more_is_replaced_than_comes_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finding", ""), ("inspected_at", None), ("inspected_by", None)
                            ),
                            models.Q(
                                models.Q(("finding", ""), _negated=True),
                                ("inspected_at__isnull", False),
                                ("inspected_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="what_was_found_says_by_whom_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("remedied_at", None),
                            models.Q(
                                models.Q(("remedy", ""), _negated=True),
                                models.Q(("finding", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_remedied_says_how",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="oldpart",
            name="charge",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="old_part",
                to="orders.orderline",
            ),
        ),
        migrations.AddField(
            model_name="oldpart",
            name="charged_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stocklocation",
            name="address",
            field=models.CharField(blank=True, max_length=300, verbose_name="address"),
        ),
        migrations.AlterField(
            model_name="stockmove",
            name="kind",
            field=models.CharField(
                choices=[
                    ("imported", "Opening stock"),
                    ("received", "Received"),
                    ("used", "Used"),
                    ("taken_out", "Taken out of a device"),
                    ("given_back", "Given back"),
                    ("sent", "Sent"),
                    ("accepted", "Accepted"),
                    ("came_back", "Came back"),
                    ("counted", "Counted"),
                    ("settled", "Difference settled"),
                    ("reserved", "Reserved"),
                    ("released", "Released"),
                    ("returned", "Came back from a customer"),
                    ("sorted", "Sorted after the inspection"),
                    ("to_repair", "Given to repair"),
                    ("replaced", "Sent as replacement"),
                    ("sent_back", "Sent back to the customer"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="oldpart",
            name="return_line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="old_parts",
                to="orders.returnline",
            ),
        ),
        migrations.AddConstraint(
            model_name="oldpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("charged_at", None), ("return_line__isnull", False), _connector="OR"
                ),
                name="only_customers_are_charged_for_old_parts",
            ),
        ),
    ]
