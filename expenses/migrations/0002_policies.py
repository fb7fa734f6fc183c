from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_plans"),
        ("dispatch", "0014_day_plans"),
        ("expenses", "0001_initial"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExpensePolicy",
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
                        blank=True,
                        choices=[
                            ("transport", "Transport"),
                            ("mileage", "Mileage"),
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
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("service_manager", "Service manager"),
                            ("field_engineer", "Field engineer"),
                            ("depot_engineer", "Depot engineer"),
                            ("senior_engineer", "Senior engineer"),
                            ("storekeeper", "Storekeeper"),
                            ("department_head", "Department head"),
                            ("sales", "Sales"),
                            ("partner_coordinator", "Partner coordinator"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "city_class",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("first", "First-tier city"),
                            ("second", "Second-tier city"),
                            ("other", "Other place"),
                        ],
                        max_length=8,
                        verbose_name="place",
                    ),
                ),
                (
                    "per_line",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="limit per line",
                    ),
                ),
                (
                    "per_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="limit per day",
                    ),
                ),
                (
                    "per_month",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="limit per month",
                    ),
                ),
                (
                    "receipt_from",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="receipt needed from",
                    ),
                ),
                (
                    "late_after",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="late after (days)"
                    ),
                ),
                (
                    "mileage_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        verbose_name="rate per kilometre",
                    ),
                ),
                (
                    "blocks",
                    models.BooleanField(default=False, verbose_name="refuse, not only warn"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "expense policy",
                "ordering": ("category", "role", "city_class", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category", "role", "city_class"),
                        name="one_policy_per_category_role_and_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_line__isnull", False),
                            ("per_day__isnull", False),
                            ("per_month__isnull", False),
                            ("receipt_from__isnull", False),
                            ("mileage_rate__isnull", False),
                            ("late_after__isnull", False),
                            _connector="OR",
                        ),
                        name="policy_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("per_line", None), ("per_line__gt", 0), _connector="OR"),
                            models.Q(("per_day", None), ("per_day__gt", 0), _connector="OR"),
                            models.Q(("per_month", None), ("per_month__gt", 0), _connector="OR"),
                            models.Q(
                                ("receipt_from", None), ("receipt_from__gt", 0), _connector="OR"
                            ),
                            models.Q(
                                ("mileage_rate", None), ("mileage_rate__gt", 0), _connector="OR"
                            ),
                        ),
                        name="amounts_of_a_policy_are_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mileage_rate", None), ("category", "mileage"), _connector="OR"
                        ),
                        name="only_mileage_has_a_rate",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="expenseline",
            name="city_class",
            field=models.CharField(
                blank=True,
                choices=[
                    ("first", "First-tier city"),
                    ("second", "Second-tier city"),
                    ("other", "Other place"),
                ],
                max_length=8,
                verbose_name="place",
            ),
        ),
        migrations.AddField(
            model_name="expenseline",
            name="findings",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="expenseline",
            name="kilometres",
            field=models.DecimalField(
                blank=True, decimal_places=1, max_digits=7, null=True, verbose_name="kilometres"
            ),
        ),
        migrations.AddField(
            model_name="expenseline",
            name="km_rate",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=6,
                null=True,
                verbose_name="rate per kilometre",
            ),
        ),
        migrations.AlterField(
            model_name="expenseline",
            name="category",
            field=models.CharField(
                choices=[
                    ("transport", "Transport"),
                    ("mileage", "Mileage"),
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
        migrations.AddConstraint(
            model_name="expenseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category", "mileage"), ("kilometres__gt", 0), ("km_rate__gt", 0)),
                    models.Q(
                        models.Q(("category", "mileage"), _negated=True),
                        ("kilometres", None),
                        ("km_rate", None),
                    ),
                    _connector="OR",
                ),
                name="mileage_says_how_far_at_which_rate",
            ),
        ),
    ]
