import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0002_plans"),
        ("contracts", "0005_ends_to_come"),
        ("customers", "0003_plans"),
        ("dispatch", "0007_acceptance"),
        ("employees", "0005_certificates_to_come"),
        ("employees", "__first__"),
        ("service_requests", "0006_recalculations"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChecklistItem",
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
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checklist",
                        to="dispatch.task",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="checklist_answer_says_who_and_when",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="task",
            name="occurrence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="assets.occurrence",
                verbose_name="planned maintenance",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="touch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="customers.caretouch",
                verbose_name="care touch",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="window_from",
            field=models.DateField(blank=True, null=True, verbose_name="not before"),
        ),
        migrations.AddField(
            model_name="task",
            name="window_until",
            field=models.DateField(blank=True, null=True, verbose_name="not after"),
        ),
        migrations.AddField(
            model_name="workreport",
            name="unchecked_reason",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="why the checklist is not complete"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("window_from", None),
                    ("window_until", None),
                    ("window_until__gte", models.F("window_from")),
                    _connector="OR",
                ),
                name="task_window_is_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("occurrence__isnull", False),
                    models.Q(("status__in", ["cancelled", "not_solved"]), _negated=True),
                ),
                fields=("occurrence",),
                name="one_living_task_per_planned_maintenance",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("touch__isnull", False),
                    models.Q(("status__in", ["cancelled", "not_solved"]), _negated=True),
                ),
                fields=("touch",),
                name="one_living_task_per_care_touch",
            ),
        ),
    ]
