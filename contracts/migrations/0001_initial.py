import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0001_initial"),
        ("customers", "0001_initial"),
        ("employees", "0001_initial"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractType",
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
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("includes", models.JSONField(blank=True, default=list, verbose_name="included")),
                ("charged", models.JSONField(blank=True, default=list, verbose_name="charged")),
            ],
            options={
                "verbose_name": "contract type",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceContract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "response_minutes",
                    models.PositiveIntegerField(verbose_name="response (minutes)"),
                ),
                (
                    "arrival_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="arrival (minutes)"
                    ),
                ),
                (
                    "arrival_next_business_day",
                    models.BooleanField(default=False, verbose_name="arrival next business day"),
                ),
                (
                    "arrival_cut_off",
                    models.TimeField(blank=True, null=True, verbose_name="called by"),
                ),
                (
                    "restore_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="restore (minutes)"
                    ),
                ),
                (
                    "resolve_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="resolve (minutes)"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="contract number"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_approval", "In approval"),
                            ("active", "Active"),
                            ("expired", "Expired"),
                            ("terminated", "Terminated"),
                            ("renewed", "Renewed"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("ends_on", models.DateField(verbose_name="ends on")),
                (
                    "terminated_on",
                    models.DateField(blank=True, null=True, verbose_name="terminated on"),
                ),
                (
                    "onsite_rate_per_hour",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="on-site rate per hour",
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
                (
                    "currency",
                    models.CharField(default="CNY", max_length=3, verbose_name="currency"),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="value"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employees.workingcalendar",
                        verbose_name="service hours",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drafted by",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="contracts.servicecontract",
                        verbose_name="renews",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="contracts.contracttype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "ordering": ("-ends_on", "-pk"),
                "indexes": [
                    models.Index(fields=["ends_on", "id"], name="contracts_by_end"),
                    models.Index(
                        fields=["customer", "starts_on", "ends_on"], name="contracts_of_customer"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="contract_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("response_minutes__gt", 0),
                            models.Q(
                                ("arrival_minutes", None),
                                ("arrival_minutes__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("restore_minutes", None),
                                ("restore_minutes__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("resolve_minutes", None),
                                ("resolve_minutes__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="contract_promises_are_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parts_discount__gte", 0), ("parts_discount__lte", 1)),
                        name="contract_discount_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)), name="contract_value_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            ("drafted_by", None),
                            models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_the_own_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "terminated"), _negated=True),
                            ("terminated_on__isnull", False),
                            _connector="OR",
                        ),
                        name="terminated_contract_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("customer", "All assets of the customer"),
                            ("site", "Site"),
                            ("model", "Model"),
                            ("asset", "Asset"),
                        ],
                        max_length=10,
                        verbose_name="covers",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="starts on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contract_lines",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "asset_model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.assetmodel",
                        verbose_name="model",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contract_lines",
                        to="customers.site",
                        verbose_name="site",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="contracts.servicecontract",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("asset", None),
                                ("asset_model", None),
                                ("scope", "customer"),
                                ("site", None),
                            ),
                            models.Q(
                                ("asset__isnull", False),
                                ("asset_model", None),
                                ("scope", "asset"),
                                ("site", None),
                            ),
                            models.Q(
                                ("asset", None),
                                ("asset_model__isnull", False),
                                ("scope", "model"),
                                ("site", None),
                            ),
                            models.Q(
                                ("asset", None),
                                ("asset_model", None),
                                ("scope", "site"),
                                ("site__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="contract_line_names_what_it_covers",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("asset__isnull", False)),
                        fields=("contract", "asset"),
                        name="an_asset_once_per_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DefaultPromise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "response_minutes",
                    models.PositiveIntegerField(verbose_name="response (minutes)"),
                ),
                (
                    "arrival_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="arrival (minutes)"
                    ),
                ),
                (
                    "arrival_next_business_day",
                    models.BooleanField(default=False, verbose_name="arrival next business day"),
                ),
                (
                    "arrival_cut_off",
                    models.TimeField(blank=True, null=True, verbose_name="called by"),
                ),
                (
                    "restore_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="restore (minutes)"
                    ),
                ),
                (
                    "resolve_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="resolve (minutes)"
                    ),
                ),
                (
                    "cover",
                    models.CharField(
                        choices=[
                            ("in_warranty", "In warranty"),
                            ("out_of_warranty", "Out of warranty"),
                        ],
                        max_length=20,
                        verbose_name="cover",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employees.workingcalendar",
                        verbose_name="service hours",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="default_promises",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "ordering": ("cover", "tier"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cover", "tier"), name="one_default_promise_per_cover_and_tier"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("response_minutes__gt", 0),
                            models.Q(
                                ("arrival_minutes", None),
                                ("arrival_minutes__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("restore_minutes", None),
                                ("restore_minutes__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("resolve_minutes", None),
                                ("resolve_minutes__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="default_promises_are_positive",
                    ),
                ],
            },
        ),
    ]
