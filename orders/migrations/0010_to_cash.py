import django.db.models.deletion
import django.db.models.expressions
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("customers", "0008_usual_grades"),
        ("employees", "__first__"),
        ("orders", "0009_return_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                ("at", models.DateTimeField(verbose_name="written")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="documents")),
                ("content", models.TextField(blank=True)),
                (
                    "by",
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
                "verbose_name": "accounting export",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="invoice number"),
                ),
                (
                    "language",
                    models.CharField(default="zh-hans", max_length=10, verbose_name="language"),
                ),
                ("invoiced_on", models.DateField(verbose_name="invoiced on")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("net", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="net")),
                ("tax", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="tax")),
                (
                    "gross",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="total"),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="paid"
                    ),
                ),
                (
                    "credited",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=14,
                        verbose_name="credited",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("at", models.DateTimeField(verbose_name="written")),
                (
                    "billed_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="customers.customer",
                        verbose_name="billed to",
                    ),
                ),
                (
                    "by",
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
                        related_name="invoices",
                        to="orders.order",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="orders.accountingrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice",
                "ordering": ("due_on", "pk"),
                "indexes": [
                    models.Index(fields=["due_on", "id"], name="invoices_by_due_day"),
                    models.Index(
                        condition=models.Q(("run", None)), fields=["id"], name="invoices_to_export"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("tax")
                                ),
                            ),
                            ("net__gt", 0),
                            ("tax__gte", 0),
                        ),
                        name="invoice_is_net_and_tax",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid__gte", 0),
                            ("paid__lte", models.F("gross")),
                            ("credited__gte", 0),
                            ("credited__lte", models.F("gross")),
                        ),
                        name="no_more_is_paid_or_credited_than_invoiced",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at", None),
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("paid"), "+", models.F("credited")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="settled_invoice_has_nothing_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                ("credited_on", models.DateField(verbose_name="credited on")),
                ("net", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="net")),
                ("tax", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="tax")),
                (
                    "gross",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="total"),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="written")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="orders.accountingrun",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="orders.invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit note",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("run", None)),
                        fields=["id"],
                        name="credit_notes_to_export",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("tax")
                                ),
                            ),
                            ("net__gt", 0),
                            ("tax__gte", 0),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="credit_note_is_net_and_tax",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10)),
                ("minutes", models.PositiveIntegerField(null=True)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                (
                    "credited",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=10),
                ),
                (
                    "credited_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=14,
                        verbose_name="credited",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.invoice",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invoice", "order_line"), name="an_order_line_once_in_an_invoice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credited__gte", 0),
                            ("credited__lte", models.F("quantity")),
                            ("credited_amount__gte", 0),
                            ("credited_amount__lte", models.F("amount")),
                        ),
                        name="no_more_is_credited_than_invoiced",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10)),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.creditnote",
                    ),
                ),
                (
                    "invoice_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_lines",
                        to="orders.invoiceline",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("credit_note", "invoice_line"),
                        name="an_invoice_line_once_in_a_credit_note",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("quantity__gt", 0)),
                        name="credited_quantity_is_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                ("paid_on", models.DateField(verbose_name="paid on")),
                (
                    "reference",
                    models.CharField(blank=True, max_length=100, verbose_name="reference"),
                ),
                ("at", models.DateTimeField()),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.invoice",
                    ),
                ),
                (
                    "reversed_by",
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
                "verbose_name": "payment",
                "ordering": ("paid_on", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="a_payment_is_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("reversed_at", None), ("reversed_by", None)),
                            models.Q(
                                ("reversed_at__isnull", False),
                                ("reversed_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_reversal_says_who_when_and_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("packed", "Packed"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("returned", "Came back"),
                            ("dropped", "Put back"),
                        ],
                        default="packed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("promised_on", models.DateField(verbose_name="promised for")),
                ("carrier", models.CharField(blank=True, max_length=100, verbose_name="carrier")),
                (
                    "tracking_no",
                    models.CharField(blank=True, max_length=100, verbose_name="tracking number"),
                ),
                ("packed_at", models.DateTimeField(verbose_name="packed")),
                ("shipped_at", models.DateTimeField(blank=True, null=True, verbose_name="shipped")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "received_by",
                    models.CharField(blank=True, max_length=100, verbose_name="taken by"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="orders.stocklocation",
                        verbose_name="from",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="orders.order",
                    ),
                ),
                (
                    "packed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shipped_by",
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
                "verbose_name": "shipment",
                "ordering": ("promised_on", "pk"),
                "indexes": [
                    models.Index(fields=["promised_on", "id"], name="shipments_by_promise")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shipped_at", None), ("shipped_by", None)),
                            models.Q(("shipped_at__isnull", False), ("shipped_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="shipped_says_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["shipped", "delivered", "returned"]), _negated=True
                            ),
                            ("shipped_at__isnull", False),
                            _connector="OR",
                        ),
                        name="what_is_shipped_has_left",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("ended_by", None),
                                ("status__in", ["packed", "shipped"]),
                            ),
                            models.Q(
                                models.Q(("status__in", ["packed", "shipped"]), _negated=True),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ended_shipment_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("serials", models.JSONField(blank=True, default=list)),
                ("delivered", models.PositiveIntegerField(default=0, verbose_name="delivered")),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipment_lines",
                        to="orders.orderline",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.shipment",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shipment", "order_line"), name="an_order_line_once_in_a_shipment"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered__lte", models.F("quantity")), ("quantity__gt", 0)
                        ),
                        name="no_more_is_delivered_than_was_shipped",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="orderline",
            name="delivered",
            field=models.DecimalField(
                decimal_places=2, default=Decimal("0"), max_digits=10, verbose_name="delivered"
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="invoiced",
            field=models.DecimalField(
                decimal_places=2, default=Decimal("0"), max_digits=10, verbose_name="invoiced"
            ),
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
                    ("shipped", "Shipped"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered__gte", 0),
                    ("delivered__lte", models.F("quantity")),
                    ("invoiced__gte", 0),
                    ("invoiced__lte", models.F("delivered")),
                ),
                name="no_more_is_delivered_or_invoiced_than_ordered",
            ),
        ),
    ]
