import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("employees", "0001_initial"),
        ("knowledge", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssetModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=120, verbose_name="English name")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                (
                    "make",
                    models.CharField(
                        choices=[("own", "Own make"), ("third", "Third party")],
                        default="own",
                        max_length=10,
                        verbose_name="make",
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=40, verbose_name="category")),
                (
                    "warranty_months",
                    models.PositiveSmallIntegerField(default=0, verbose_name="warranty (months)"),
                ),
                (
                    "list_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="list price",
                    ),
                ),
                (
                    "articles",
                    models.ManyToManyField(
                        blank=True,
                        related_name="asset_models",
                        to="knowledge.article",
                        verbose_name="articles",
                    ),
                ),
                (
                    "fault_codes",
                    models.ManyToManyField(
                        blank=True,
                        related_name="asset_models",
                        to="knowledge.faultcode",
                        verbose_name="fault codes",
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="employees.skill",
                        verbose_name="skill needed",
                    ),
                ),
            ],
            options={
                "verbose_name": "model",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=120, verbose_name="English name")),
                (
                    "part_no",
                    models.CharField(max_length=60, unique=True, verbose_name="part number"),
                ),
                ("unit", models.CharField(default="件", max_length=20, verbose_name="unit")),
                (
                    "list_price",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="list price"),
                ),
                (
                    "fits_model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="assets.assetmodel",
                        verbose_name="fits model",
                    ),
                ),
            ],
            options={
                "ordering": ("part_no",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("list_price__gte", 0)), name="part_price_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Asset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "serial_no",
                    models.CharField(max_length=80, unique=True, verbose_name="serial number"),
                ),
                (
                    "delivered_on",
                    models.DateField(blank=True, null=True, verbose_name="delivered on"),
                ),
                (
                    "installed_on",
                    models.DateField(blank=True, null=True, verbose_name="installed on"),
                ),
                (
                    "warranty_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="warranty (months)"
                    ),
                ),
                (
                    "warranty_until",
                    models.DateField(editable=False, null=True, verbose_name="warranty until"),
                ),
                (
                    "software_version",
                    models.CharField(blank=True, max_length=40, verbose_name="software version"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("in_use", "In use"),
                            ("in_repair", "In repair"),
                            ("retired", "Retired"),
                        ],
                        default="in_use",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assets",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="components",
                        to="assets.asset",
                        verbose_name="part of",
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tree",
                        to="assets.asset",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assets",
                        to="customers.site",
                        verbose_name="site",
                    ),
                ),
                (
                    "supplied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplied_assets",
                        to="customers.customer",
                        verbose_name="supplied by",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assets",
                        to="assets.assetmodel",
                        verbose_name="model",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assets",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
            ],
            options={
                "ordering": ("serial_no",),
                "indexes": [
                    models.Index(fields=["customer", "serial_no"], name="assets_of_customer"),
                    models.Index(fields=["warranty_until", "id"], name="assets_by_end_of_warranty"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("model__isnull", False), ("part", None)),
                            models.Q(("model", None), ("part__isnull", False)),
                            _connector="OR",
                        ),
                        name="asset_is_a_device_or_a_component",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("installed_on", None),
                            ("delivered_on", None),
                            ("installed_on__gte", models.F("delivered_on")),
                            _connector="OR",
                        ),
                        name="asset_installed_after_delivery",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="asset_is_not_in_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartCost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("cost", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="cost")),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="costs",
                        to="assets.part",
                    ),
                ),
            ],
            options={
                "ordering": ("-valid_from",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("part", "valid_from"), name="one_part_cost_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", Decimal("0"))),
                        name="part_cost_not_negative",
                    ),
                ],
            },
        ),
    ]
