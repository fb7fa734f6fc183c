import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0002_plans"),
        ("customers", "0003_plans"),
        ("dispatch", "0011_pauses"),
        ("employees", "0007_called_for"),
        ("employees", "__first__"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepotRepair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="repair number"),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("received", "Received"),
                            ("diagnosing", "In diagnosis"),
                            ("waiting", "Waiting"),
                            ("repairing", "In repair"),
                            ("testing", "In test"),
                            ("ready", "Ready"),
                            ("refused", "Goes back unrepaired"),
                            ("scrapped", "Scrapped"),
                            ("shipped", "Shipped"),
                            ("closed", "Closed"),
                        ],
                        default="expected",
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                ("stage_at", models.DateTimeField(verbose_name="since")),
                ("serial_no", models.CharField(max_length=80, verbose_name="serial number")),
                ("condition", models.TextField(blank=True, verbose_name="condition on arrival")),
                (
                    "accessories",
                    models.CharField(blank=True, max_length=300, verbose_name="accessories"),
                ),
                (
                    "place",
                    models.CharField(blank=True, max_length=60, verbose_name="place in the depot"),
                ),
                (
                    "carrier_in",
                    models.CharField(blank=True, max_length=80, verbose_name="carrier (in)"),
                ),
                (
                    "tracking_in",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="tracking number (in)"
                    ),
                ),
                (
                    "carrier_out",
                    models.CharField(blank=True, max_length=80, verbose_name="carrier"),
                ),
                (
                    "tracking_out",
                    models.CharField(blank=True, max_length=80, verbose_name="tracking number"),
                ),
                (
                    "received_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="received at"),
                ),
                (
                    "shipped_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="shipped at"),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="promised by")),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(verbose_name="entered at")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
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
                        related_name="repairs",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="employees.outlet",
                        verbose_name="depot",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="received by",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="service_requests.servicerequest",
                        verbose_name="service request",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repair",
                        to="dispatch.task",
                        verbose_name="task",
                    ),
                ),
            ],
            options={
                "verbose_name": "depot repair",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="repairs_newest"),
                    models.Index(fields=["stage", "stage_at", "id"], name="repairs_by_stage"),
                    models.Index(fields=["serial_no"], name="repairs_by_serial"),
                    models.Index(
                        condition=models.Q(
                            ("due_at__isnull", False),
                            (
                                "stage__in",
                                (
                                    "received",
                                    "diagnosing",
                                    "repairing",
                                    "testing",
                                    "waiting",
                                    "ready",
                                    "refused",
                                ),
                            ),
                            ("warned_at", None),
                        ),
                        fields=["due_at", "id"],
                        name="repairs_to_warn",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("asset__isnull", False),
                            (
                                "stage__in",
                                [
                                    "expected",
                                    "received",
                                    "diagnosing",
                                    "repairing",
                                    "testing",
                                    "waiting",
                                    "ready",
                                    "refused",
                                    "scrapped",
                                ],
                            ),
                        ),
                        fields=("asset",),
                        name="a_device_is_in_one_depot_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("asset", None),
                            (
                                "stage__in",
                                [
                                    "expected",
                                    "received",
                                    "diagnosing",
                                    "repairing",
                                    "testing",
                                    "waiting",
                                    "ready",
                                    "refused",
                                    "scrapped",
                                ],
                            ),
                        ),
                        fields=("outlet", "serial_no"),
                        name="unknown_goods_are_received_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["expected", "closed"]),
                            models.Q(
                                ("received_at__isnull", False), ("received_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="goods_that_came_say_when_and_to_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                ["expected", "received", "scrapped", "closed", "refused"],
                            ),
                            ("customer__isnull", False),
                            _connector="OR",
                        ),
                        name="goods_on_the_bench_are_somebodys",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "waiting"), _negated=True),
                            ("due_at", None),
                            _connector="OR",
                        ),
                        name="what_waits_is_not_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "shipped"), _negated=True),
                            ("shipped_at__isnull", False),
                            _connector="OR",
                        ),
                        name="shipped_goods_say_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shipped_at", None),
                            ("shipped_at__gte", models.F("received_at")),
                            _connector="OR",
                        ),
                        name="goods_are_shipped_after_they_came",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepotStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("received", "Received"),
                            ("diagnosing", "In diagnosis"),
                            ("waiting", "Waiting"),
                            ("repairing", "In repair"),
                            ("testing", "In test"),
                            ("ready", "Ready"),
                            ("refused", "Goes back unrepaired"),
                            ("scrapped", "Scrapped"),
                            ("shipped", "Shipped"),
                            ("closed", "Closed"),
                        ],
                        max_length=12,
                        verbose_name="stage",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="dispatch.depotrepair",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="DepotWait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[("customer", "the customer’s approval"), ("parts", "parts")],
                        max_length=10,
                        verbose_name="waiting for",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("began_at", models.DateTimeField(verbose_name="from")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waits",
                        to="dispatch.depotrepair",
                    ),
                ),
            ],
            options={
                "ordering": ("began_at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("repair",),
                        name="a_repair_waits_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("began_at")),
                            _connector="OR",
                        ),
                        name="waiting_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabourTimer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                (
                    "stopped_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="stopped at"),
                ),
                ("ask_at", models.DateTimeField(blank=True, null=True)),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timers",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="timer",
                        to="dispatch.timeentry",
                    ),
                ),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="timers",
                        to="dispatch.depotrepair",
                    ),
                ),
            ],
            options={
                "verbose_name": "labour timer",
                "ordering": ("started_at", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ask_at__isnull", False), ("stopped_at", None)),
                        fields=["ask_at", "id"],
                        name="timers_to_ask",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stopped_at", None)),
                        fields=("employee",),
                        name="a_person_has_one_running_timer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stopped_at", None),
                            ("stopped_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="timer_stops_after_it_started",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stopped_at", None), ("ask_at", None), _connector="OR"),
                        name="only_a_running_timer_is_asked_about",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="what was measured")),
                ("value", models.CharField(max_length=60, verbose_name="value")),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit")),
                ("limit", models.CharField(blank=True, max_length=60, verbose_name="limit")),
                ("passed", models.BooleanField(blank=True, null=True, verbose_name="passed")),
                ("at", models.DateTimeField(verbose_name="measured at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measurements",
                        to="dispatch.depotrepair",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
    ]
