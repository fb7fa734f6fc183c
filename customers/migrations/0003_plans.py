import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_tier_reason_as_data"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarePlan",
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
                            ("inspection", "Inspection round"),
                            ("visit", "Visit"),
                            ("call", "Call"),
                            ("birthday", "Birthday"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("instructions", models.TextField(blank=True, verbose_name="instructions")),
                (
                    "every",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("day", "days"),
                            ("week", "weeks"),
                            ("month", "months"),
                            ("year", "years"),
                        ],
                        default="month",
                        max_length=6,
                        verbose_name="unit of time",
                    ),
                ),
                (
                    "flexibility_days",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="flexibility (± days)",
                    ),
                ),
                (
                    "days_ahead",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[django.core.validators.MaxValueValidator(120)],
                        verbose_name="becomes a task (days ahead)",
                    ),
                ),
                (
                    "holidays",
                    models.CharField(
                        choices=[
                            ("after", "the next working day"),
                            ("before", "the working day before"),
                            ("skip", "leave it out"),
                            ("keep", "on that day all the same"),
                        ],
                        default="after",
                        max_length=6,
                        verbose_name="on a day without service",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("generated_until", models.DateField()),
                ("generate_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_plans",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "verbose_name": "care plan",
                "ordering": ("tier__rank", "title", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("generate_on__isnull", False)),
                        fields=["generate_on", "id"],
                        name="care_plans_to_generate",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("every", None), ("kind", "birthday")),
                            models.Q(
                                models.Q(("kind", "birthday"), _negated=True),
                                ("every__gt", 0),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="care_comes_back_unless_it_is_a_birthday",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CareTouch",
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
                            ("inspection", "Inspection round"),
                            ("visit", "Visit"),
                            ("call", "Call"),
                            ("birthday", "Birthday"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("nominal_on", models.DateField()),
                ("due_on", models.DateField(verbose_name="due")),
                ("earliest_on", models.DateField(verbose_name="not before")),
                ("latest_on", models.DateField(verbose_name="not after")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Planned"), ("done", "Done"), ("skipped", "Left out")],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                ("outcome", models.CharField(blank=True, max_length=300, verbose_name="outcome")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("remind_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="touches",
                        to="customers.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="touches",
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
                        related_name="touches",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owes it",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="touches",
                        to="customers.careplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "care touch",
                "ordering": ("due_on", "pk"),
                "indexes": [
                    models.Index(fields=["due_on", "id"], name="touches_by_day"),
                    models.Index(
                        condition=models.Q(("remind_on__isnull", False)),
                        fields=["remind_on", "id"],
                        name="touches_to_remind",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("contact", None)),
                        fields=("plan", "customer", "nominal_on"),
                        name="a_customer_is_touched_once_a_turn",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("contact__isnull", False)),
                        fields=("plan", "customer", "contact", "nominal_on"),
                        name="a_contact_is_touched_once_a_turn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("earliest_on__lte", models.F("due_on")),
                            ("latest_on__gte", models.F("due_on")),
                        ),
                        name="touch_window_is_around_the_due_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("status", "done")),
                            models.Q(
                                models.Q(("status", "done"), _negated=True), ("done_on", None)
                            ),
                            _connector="OR",
                        ),
                        name="done_touch_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "skipped"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="skipped_touch_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("remind_on", None), ("status", "open"), _connector="OR"
                        ),
                        name="only_open_touches_are_reminded_of",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="birth_day",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="day of birth"
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="birth_month",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "January"),
                    (2, "February"),
                    (3, "March"),
                    (4, "April"),
                    (5, "May"),
                    (6, "June"),
                    (7, "July"),
                    (8, "August"),
                    (9, "September"),
                    (10, "October"),
                    (11, "November"),
                    (12, "December"),
                ],
                null=True,
                verbose_name="month of birth",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("birth_day", None), ("birth_month", None)),
                    models.Q(("birth_day__range", (1, 31)), ("birth_month__range", (1, 12))),
                    _connector="OR",
                ),
                name="birthday_has_a_month_and_a_day",
            ),
        ),
    ]
