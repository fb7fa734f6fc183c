import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0005_trends_and_recovery"),
        ("employees", "__first__"),
        ("service_requests", "0008_surveys_and_call_backs"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("report", models.CharField(max_length=40, verbose_name="report")),
                ("query", models.CharField(blank=True, max_length=600)),
                ("is_shared", models.BooleanField(default=False, verbose_name="others may use it")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved report",
                "ordering": ("name", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="a_person_saves_a_name_once",
                        violation_error_message="You have saved a report under this name already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="saved_report_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("daily", "daily"),
                            ("weekly", "every Monday"),
                            ("monthly", "on the first of a month"),
                        ],
                        default="weekly",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                ("send_on", models.DateField(verbose_name="next on")),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
                (
                    "saved",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="reports.savedreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "scheduled report",
                "ordering": ("saved", "pk"),
                "indexes": [models.Index(fields=["send_on", "id"], name="subscriptions_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("saved", "recipient"),
                        name="a_person_gets_a_report_once",
                        violation_error_message="This person gets this report already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(unique=True, verbose_name="month")),
                ("size", models.PositiveSmallIntegerField(verbose_name="customers")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sample of return visits",
                "ordering": ("-month",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1)), name="sample_is_of_somebody"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnVisit",
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
                        choices=[
                            ("complaint", "Complaint"),
                            ("low_score", "Not content"),
                            ("missed", "Missed promise"),
                            ("repeat", "Repeat fault"),
                            ("declining", "Declining or lost"),
                            ("sample", "Sample of the others"),
                        ],
                        max_length=12,
                        verbose_name="why",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("spoken", "Spoken with"),
                            ("not_reached", "Not reached"),
                            ("no_wish", "No wish to talk"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[("person", "In person"), ("phone", "Telephone")],
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="satisfaction (1–5)"
                    ),
                ),
                ("said", models.TextField(blank=True, verbose_name="what was said")),
                ("agreed", models.TextField(blank=True, verbose_name="what was agreed")),
                ("visited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_visits",
                        to="customers.customer",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="service_requests.servicerequest",
                    ),
                ),
                (
                    "visited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="reports.visitsample",
                    ),
                ),
            ],
            options={
                "verbose_name": "return visit",
                "ordering": ("sample", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sample", "customer"), name="a_customer_is_drawn_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None),
                            models.Q(("score__gte", 1), ("score__lte", 5)),
                            _connector="OR",
                        ),
                        name="visit_score_is_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", ""), ("visited_at", None), ("visited_by", None)),
                            models.Q(
                                models.Q(("result", ""), _negated=True),
                                ("visited_at__isnull", False),
                                ("visited_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="visited_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("papers", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "monthly service report",
                "ordering": ("-month", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "version"), name="a_month_has_each_version_once"
                    )
                ],
            },
        ),
    ]
