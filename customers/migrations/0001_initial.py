import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("employees", "0001_initial"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(max_length=40, unique=True, verbose_name="contact number"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "preferred_channel",
                    models.CharField(
                        choices=[("phone", "Telephone"), ("email", "E-mail"), ("wechat", "WeChat")],
                        default="phone",
                        max_length=10,
                        verbose_name="preferred channel",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("zh", "Chinese"), ("en", "English")],
                        default="zh",
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Tier",
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
                ("rank", models.PositiveSmallIntegerField(unique=True, verbose_name="rank")),
                (
                    "purchases_from",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, verbose_name="purchases from"
                    ),
                ),
                (
                    "parts_discount",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0"),
                        max_digits=5,
                        verbose_name="parts discount",
                    ),
                ),
            ],
            options={
                "ordering": ("rank",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("parts_discount__gte", 0), ("parts_discount__lte", 1)),
                        name="tier_discount_is_a_share",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(max_length=40, unique=True, verbose_name="customer number"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=200, verbose_name="English name"),
                ),
                ("is_end_user", models.BooleanField(default=True, verbose_name="end user")),
                ("is_dealer", models.BooleanField(default=False, verbose_name="dealer")),
                ("is_prospect", models.BooleanField(default=False, verbose_name="prospect")),
                ("industry", models.CharField(blank=True, max_length=60, verbose_name="industry")),
                ("province", models.CharField(blank=True, max_length=60, verbose_name="province")),
                ("city", models.CharField(blank=True, max_length=60, verbose_name="city")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="latitude",
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="longitude",
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True, db_index=True, max_length=20, verbose_name="telephone"
                    ),
                ),
                (
                    "phone_typed",
                    models.CharField(blank=True, max_length=60, verbose_name="telephone as typed"),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "tier_override_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
                (
                    "tier_override_until",
                    models.DateField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "purchases_24_months",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=16,
                        verbose_name="purchases in 24 months",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "account_manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account manager",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="customers.customer",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidiaries",
                        to="customers.customer",
                        verbose_name="parent company",
                    ),
                ),
                (
                    "served_by",
                    models.ManyToManyField(
                        blank=True,
                        related_name="customers",
                        to="employees.outlet",
                        verbose_name="served by",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplied",
                        to="customers.customer",
                        verbose_name="supplied by",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                ),
                (
                    "tier_override",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.tier",
                        verbose_name="tier set by hand",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "indexes": [
                    models.Index(fields=["name", "id"], name="customer_by_name"),
                    models.Index(
                        fields=["-purchases_24_months", "-id"], name="customer_by_purchases"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_end_user", True),
                            ("is_dealer", True),
                            ("is_prospect", True),
                            _connector="OR",
                        ),
                        name="customer_is_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supplier", None),
                            models.Q(("supplier", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_supplies_himself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="customer_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tier_override", None),
                            models.Q(("tier_override_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="customer_tier_override_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latitude", None),
                            models.Q(("latitude__gte", -90), ("latitude__lte", 90)),
                            _connector="OR",
                        ),
                        name="customer_latitude_on_earth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("longitude", None),
                            models.Q(("longitude__gte", -180), ("longitude__lte", 180)),
                            _connector="OR",
                        ),
                        name="customer_longitude_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("address", models.CharField(max_length=300, verbose_name="address")),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="latitude",
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="longitude",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(blank=True, max_length=40, verbose_name="time zone"),
                ),
                (
                    "travel_zone",
                    models.CharField(blank=True, max_length=40, verbose_name="travel zone"),
                ),
                ("access_notes", models.TextField(blank=True, verbose_name="access notes")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sites",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="TierChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("purchases", models.DecimalField(decimal_places=2, max_digits=16)),
                ("reason", models.CharField(max_length=300)),
                (
                    "after",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.tier",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.tier",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tier_changes",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ("-changed_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ContactPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(db_index=True, max_length=20, verbose_name="telephone"),
                ),
                (
                    "typed",
                    models.CharField(blank=True, max_length=60, verbose_name="telephone as typed"),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phones",
                        to="customers.contact",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "number"), name="a_number_once_per_contact"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.CharField(blank=True, max_length=60, verbose_name="position")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="affiliations",
                        to="customers.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="affiliations",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "customer"), name="one_affiliation_per_customer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Purchase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document_no",
                    models.CharField(max_length=40, unique=True, verbose_name="document number"),
                ),
                ("bought_on", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("equipment", "Equipment"),
                            ("parts", "Parts"),
                            ("service", "Service"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=16, verbose_name="amount"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchases",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ("-bought_on", "-pk"),
                "indexes": [
                    models.Index(fields=["customer", "bought_on"], name="purchases_of_customer")
                ],
            },
        ),
    ]
