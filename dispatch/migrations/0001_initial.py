import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
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
        ("orders", "0001_initial"),
        ("service_requests", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="task number"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("onsite", "On-site visit"),
                            ("depot", "Depot repair"),
                            ("remote", "Remote support"),
                            ("installation", "Installation"),
                            ("inspection", "Inspection"),
                            ("care", "Care visit"),
                            ("call_back", "Call-back"),
                            ("internal", "Internal"),
                        ],
                        default="onsite",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("assigned", "Assigned"),
                            ("accepted", "Accepted"),
                            ("travelling", "Travelling"),
                            ("on_site", "On site"),
                            ("working", "Working"),
                            ("done", "Done"),
                            ("not_solved", "Not solved"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("instructions", models.TextField(blank=True, verbose_name="instructions")),
                (
                    "planned_start",
                    models.DateTimeField(blank=True, null=True, verbose_name="planned start"),
                ),
                (
                    "planned_end",
                    models.DateTimeField(blank=True, null=True, verbose_name="planned end"),
                ),
                (
                    "conflict_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason for the overlap"
                    ),
                ),
                ("assigned_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("travelling_at", models.DateTimeField(blank=True, null=True)),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("working_at", models.DateTimeField(blank=True, null=True)),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "listed_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "planned_start", "created_at"
                        ),
                        output_field=models.DateTimeField(verbose_name="start"),
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="contracts.servicecontract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "follow_up_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="dispatch.task",
                        verbose_name="follow-up of",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="service_requests.servicerequest",
                        verbose_name="service request",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="customers.site",
                        verbose_name="site",
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
                "verbose_name": "task",
                "ordering": ("-listed_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-listed_at", "-id"], name="tasks_newest"),
                    models.Index(fields=["assignee", "planned_start"], name="tasks_of_engineer"),
                    models.Index(
                        condition=models.Q(
                            (
                                "status__in",
                                (
                                    "planned",
                                    "assigned",
                                    "accepted",
                                    "travelling",
                                    "on_site",
                                    "working",
                                ),
                            )
                        ),
                        fields=["listed_at", "id"],
                        name="tasks_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned_start", None),
                            ("planned_end", None),
                            ("planned_end__gt", models.F("planned_start")),
                            _connector="OR",
                        ),
                        name="task_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["planned", "cancelled"]),
                            ("assignee__isnull", False),
                            _connector="OR",
                        ),
                        name="task_beyond_planned_has_an_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["done", "not_solved"]), _negated=True),
                            ("finished_at__isnull", False),
                            _connector="OR",
                        ),
                        name="finished_task_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
                (
                    "serial_no",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="serial number of the new part"
                    ),
                ),
                ("used_on", models.DateField(verbose_name="day")),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="part_uses",
                        to="orders.orderline",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts_used",
                        to="dispatch.task",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="part_use_is_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeEntry",
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
                        choices=[("labour", "Labour"), ("travel", "Travel")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                (
                    "hours",
                    models.DecimalField(decimal_places=2, max_digits=6, verbose_name="hours"),
                ),
                ("worked_on", models.DateField(verbose_name="day")),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="time_entries",
                        to="orders.orderline",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="time_entries",
                        to="dispatch.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "time entry",
                "ordering": ("worked_on", "pk"),
                "indexes": [
                    models.Index(fields=["employee", "worked_on"], name="time_by_employee_and_day")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hours__gt", Decimal("0"))),
                        name="time_entry_is_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("result", models.TextField(blank=True, verbose_name="what was found and done")),
                ("readings", models.TextField(blank=True, verbose_name="readings")),
                ("remaining", models.TextField(blank=True, verbose_name="what is still to do")),
                ("remarks", models.TextField(blank=True, verbose_name="engineer's remarks")),
                (
                    "customer_remarks",
                    models.TextField(blank=True, verbose_name="customer's remarks"),
                ),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="customer's rating",
                    ),
                ),
                (
                    "travel_hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        verbose_name="travel (hours)",
                    ),
                ),
                (
                    "labour_hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        verbose_name="labour (hours)",
                    ),
                ),
                (
                    "signed_by",
                    models.CharField(blank=True, max_length=120, verbose_name="signed by"),
                ),
                ("signature", models.TextField(blank=True)),
                (
                    "unsigned_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="why nobody signed"),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work_report",
                        to="dispatch.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signature", ""),
                            models.Q(
                                models.Q(("signed_by", ""), _negated=True),
                                ("signed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="signature_says_whose_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rating", None),
                            models.Q(("rating__gte", 1), ("rating__lte", 5)),
                            _connector="OR",
                        ),
                        name="rating_is_1_to_5",
                    ),
                ],
            },
        ),
    ]
