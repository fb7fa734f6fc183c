import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_business_signals"),
        ("employees", "__first__"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("low", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(verbose_name="answered")),
                ("due_at", models.DateTimeField(verbose_name="call by")),
                ("overdue_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, verbose_name="tried in vain"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("content", "Content now"),
                            ("remains", "Something is still to be done"),
                            ("not_reached", "Not reached"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("said", models.TextField(blank=True, verbose_name="what was said")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_backs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="calls",
                    ),
                ),
                (
                    "survey",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="call_back",
                        to="service_requests.survey",
                    ),
                ),
            ],
            options={
                "verbose_name": "call-back",
                "ordering": ("due_at", "pk"),
                "indexes": [
                    models.Index(fields=["due_at", "id"], name="call_backs_by_due"),
                    models.Index(
                        condition=models.Q(("done_at", None), ("overdue_at", None)),
                        fields=["due_at"],
                        name="call_backs_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("opened_at"))),
                        name="call_back_due_after_the_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("outcome", "")),
                            models.Q(
                                ("done_at__isnull", False),
                                ("done_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("said", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="done_call_back_says_who_and_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=7, unique=True, verbose_name="quarter")),
                ("size", models.PositiveIntegerField(verbose_name="customers asked")),
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
                "verbose_name": "quarterly survey",
                "ordering": ("-quarter",),
            },
        ),
        migrations.AlterModelOptions(
            name="surveydimension",
            options={"ordering": ("position",), "verbose_name": "survey question"},
        ),
        migrations.AddField(
            model_name="survey",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="surveys",
                to="customers.contact",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="surveys",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="remind_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="surveydimension",
            name="importance",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=3,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(Decimal("0")),
                    django.core.validators.MaxValueValidator(Decimal("1")),
                ],
                verbose_name="importance (0–1)",
            ),
        ),
        migrations.AddField(
            model_name="surveydimension",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="survey",
            name="service_request",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="survey",
                to="service_requests.servicerequest",
            ),
        ),
        migrations.AlterField(
            model_name="surveydimension",
            name="weight",
            field=models.DecimalField(
                decimal_places=2,
                default=1,
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="weight",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="round",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="surveys",
                to="service_requests.surveyround",
            ),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)),
                fields=["remind_at", "id"],
                name="surveys_to_remind",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("contact", None),
                        ("customer", None),
                        ("round", None),
                        ("service_request__isnull", False),
                    ),
                    models.Q(
                        ("customer__isnull", False),
                        ("round__isnull", False),
                        ("service_request", None),
                    ),
                    _connector="OR",
                ),
                name="survey_is_of_a_request_or_of_a_round",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.UniqueConstraint(
                fields=("round", "customer"), name="a_customer_is_asked_once_a_round"
            ),
        ),
    ]
