import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0001_initial"),
        ("employees", "0005_certificates_to_come"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="MaintenancePlan",
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
                            ("inspection", "Inspection"),
                            ("onsite", "On-site visit"),
                            ("remote", "Remote support"),
                            ("depot", "Depot repair"),
                        ],
                        default="inspection",
                        max_length=12,
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
                            django.core.validators.MaxValueValidator(1000),
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
                    "meter",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hours", "Operating hours (h)"),
                            ("cycles", "Cycles"),
                            ("starts", "Starts"),
                            ("volume", "Volume (m³)"),
                            ("energy", "Energy (kWh)"),
                            ("distance", "Distance (km)"),
                        ],
                        max_length=12,
                        verbose_name="meter",
                    ),
                ),
                (
                    "meter_every",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="every so much use",
                    ),
                ),
                (
                    "is_rolling",
                    models.BooleanField(default=False, verbose_name="counts from when it was done"),
                ),
                (
                    "flexibility_days",
                    models.PositiveSmallIntegerField(
                        default=3,
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
                (
                    "covers_within_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="covers lesser plans within (days)",
                    ),
                ),
                (
                    "keeps_lines",
                    models.BooleanField(
                        default=True, verbose_name="its checklist goes along when covered"
                    ),
                ),
                (
                    "needs_contract",
                    models.BooleanField(
                        default=False, verbose_name="only while a contract covers it"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first due on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("turn", models.PositiveIntegerField(default=0)),
                ("counted_from", models.DateField(blank=True, null=True)),
                (
                    "meter_from",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=14),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="next due")),
                ("generate_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="assets.assetmodel",
                        verbose_name="model",
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
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applied",
                        to="assets.maintenanceplan",
                        verbose_name="made from",
                    ),
                ),
            ],
            options={
                "verbose_name": "maintenance plan",
                "ordering": ("title", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("generate_on__isnull", False)),
                        fields=["generate_on", "id"],
                        name="plans_to_generate",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asset__isnull", False), ("model", None)),
                            models.Q(("asset", None), ("model__isnull", False)),
                            _connector="OR",
                        ),
                        name="plan_is_of_a_device_or_a_model",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("every__gt", 0), ("meter_every__gt", 0), _connector="OR"
                        ),
                        name="plan_comes_back_by_calendar_or_meter",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("meter_every", None),
                            models.Q(
                                ("meter_every__gt", 0), models.Q(("meter", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="plan_names_its_meter",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("every", None), models.Q(("unit", ""), _negated=True), _connector="OR"
                        ),
                        name="plan_names_its_unit_of_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("generate_on", None),
                            models.Q(("asset__isnull", False), ("next_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="only_plans_of_devices_become_tasks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeterReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "meter",
                    models.CharField(
                        choices=[
                            ("hours", "Operating hours (h)"),
                            ("cycles", "Cycles"),
                            ("starts", "Starts"),
                            ("volume", "Volume (m³)"),
                            ("energy", "Energy (kWh)"),
                            ("distance", "Distance (km)"),
                        ],
                        max_length=12,
                        verbose_name="meter",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="reading"),
                ),
                ("taken_at", models.DateTimeField(verbose_name="read at")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("desk", "entered at the desk"),
                            ("visit", "read on a visit"),
                            ("customer", "told by the customer"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                (
                    "is_new_meter",
                    models.BooleanField(default=False, verbose_name="the meter was replaced"),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="assets.asset",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="read by",
                    ),
                ),
            ],
            options={
                "verbose_name": "meter reading",
                "ordering": ("-taken_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)), name="reading_not_negative"
                    ),
                    models.UniqueConstraint(
                        fields=("asset", "meter", "taken_at"), name="a_meter_is_read_once_at_a_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Occurrence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turn", models.PositiveIntegerField()),
                ("nominal_on", models.DateField()),
                ("due_on", models.DateField(verbose_name="due")),
                ("earliest_on", models.DateField(verbose_name="not before")),
                ("latest_on", models.DateField(verbose_name="not after")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Planned"),
                            ("done", "Done"),
                            ("missed", "Missed"),
                            ("covered", "Covered by another"),
                            ("skipped", "Left out"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("holiday", "a day without service"),
                            ("no_contract", "no contract covers it"),
                            ("by_hand", "left out by hand"),
                            ("ended", "the plan has ended"),
                        ],
                        max_length=12,
                        verbose_name="why not",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "covered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers",
                        to="assets.occurrence",
                        verbose_name="covered by",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occurrences",
                        to="assets.maintenanceplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned maintenance",
                "ordering": ("-due_on", "-pk"),
                "indexes": [
                    models.Index(fields=["due_on", "id"], name="occurrences_by_day"),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["latest_on", "id"],
                        name="occurrences_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "turn"), name="a_turn_falls_due_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("earliest_on__lte", models.F("due_on")),
                            ("latest_on__gte", models.F("due_on")),
                        ),
                        name="window_is_around_the_due_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("status", "done")),
                            models.Q(
                                models.Q(("status", "done"), _negated=True), ("done_on", None)
                            ),
                            _connector="OR",
                        ),
                        name="done_maintenance_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("covered_by__isnull", False), ("status", "covered")),
                            models.Q(
                                models.Q(("status", "covered"), _negated=True), ("covered_by", None)
                            ),
                            _connector="OR",
                        ),
                        name="covered_maintenance_says_by_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "skipped"), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="left_out_maintenance_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=200, verbose_name="what to check")),
                (
                    "kind",
                    models.CharField(
                        choices=[("tick", "tick"), ("number", "figure"), ("text", "text")],
                        default="tick",
                        max_length=6,
                        verbose_name="answer",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="assets.maintenanceplan",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PlanPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="quantity")),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="assets.maintenanceplan",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "part"), name="a_part_once_per_plan"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="plan_part_is_positive"
                    ),
                ],
            },
        ),
    ]
