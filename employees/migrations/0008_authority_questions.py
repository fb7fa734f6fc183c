import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "0007_called_for"),
    ]

    operations = [
        migrations.AlterField(
            model_name="authority",
            name="limit",
            field=models.DecimalField(decimal_places=4, max_digits=14, verbose_name="limit"),
        ),
        migrations.CreateModel(
            name="AuthorityQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("discount", "Discount"),
                            ("goodwill", "Goodwill in 30 days"),
                            ("free_part", "Part free of charge"),
                            ("free_visit", "Work free of charge"),
                            ("expense", "Expense claim"),
                        ],
                        max_length=20,
                        verbose_name="what for",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("record_type", models.CharField(max_length=60)),
                ("record_id", models.BigIntegerField()),
                ("subject_name", models.CharField(max_length=200, verbose_name="about")),
                ("subject_url", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=60)),
                (
                    "values",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                (
                    "asks",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="asked for"),
                ),
                ("tier_code", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("due_at", models.DateTimeField(verbose_name="answer due")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="answer")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions_answered",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions_asked",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "asked_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions_to_answer",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked of",
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["-asked_at", "-id"], name="questions_newest"),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["due_at", "id"],
                        name="questions_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["asked_of"],
                        name="questions_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("subject_type", "subject_id", "verb"),
                        name="asked_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "granted"), _negated=True),
                            models.Q(("answered_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_grants_what_he_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None), ("answered_by", None), ("status", "open")
                            ),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_answer_says_whose_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_refusal_says_why",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="authority",
            name="one_limit_per_role_and_kind",
        ),
        migrations.AddField(
            model_name="authority",
            name="employee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="authorities",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="authority",
            name="tier_code",
            field=models.CharField(blank=True, max_length=20, verbose_name="tier"),
        ),
        migrations.AlterField(
            model_name="authority",
            name="kind",
            field=models.CharField(
                choices=[
                    ("discount", "Discount"),
                    ("goodwill", "Goodwill in 30 days"),
                    ("free_part", "Part free of charge"),
                    ("free_visit", "Work free of charge"),
                    ("expense", "Expense claim"),
                ],
                max_length=20,
                verbose_name="what for",
            ),
        ),
        migrations.AlterField(
            model_name="authority",
            name="role",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.UniqueConstraint(
                condition=models.Q(("employee", None)),
                fields=("role", "kind", "tier_code"),
                name="one_limit_per_role_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.UniqueConstraint(
                condition=models.Q(("employee__isnull", False)),
                fields=("employee", "kind", "tier_code"),
                name="one_limit_per_person_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employee__isnull", False), ("role", "")),
                    models.Q(models.Q(("role", ""), _negated=True), ("employee", None)),
                    _connector="OR",
                ),
                name="a_limit_is_of_a_role_or_of_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit__gte", 0)), name="a_limit_is_not_negative"
            ),
        ),
    ]
