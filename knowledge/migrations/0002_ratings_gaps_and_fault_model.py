import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "__first__"),
        ("knowledge", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=100, verbose_name="searched for")),
                ("key", models.CharField(max_length=100, unique=True)),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("last_at", models.DateTimeField(verbose_name="last")),
                ("set_aside_at", models.DateTimeField(blank=True, null=True)),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="knowledge.article",
                    ),
                ),
                (
                    "last_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_aside_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "gap",
                "ordering": ("-times", "-pk"),
                "indexes": [models.Index(fields=["-times", "-id"], name="gaps_by_times")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("set_aside_at", None), ("set_aside_by", None)),
                            models.Q(
                                ("set_aside_at__isnull", False), ("set_aside_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="gap_set_aside_says_by_whom",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Improvement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("remind_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("improved", "Improved"),
                            ("kept", "Stays as it is"),
                            ("retired", "Retired"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="improvements",
                        to="knowledge.article",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="improvements",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("due_at", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("remind_at__isnull", False)),
                        fields=["remind_at", "id"],
                        name="improvements_to_remind",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("article",),
                        name="one_open_improvement_per_article",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("opened_at"))),
                        name="improvement_is_due_after_it_is_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("remind_at", None),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ended_improvement_says_how_and_reminds_nobody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "kept"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_article_that_stays_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_helpful", models.BooleanField()),
                ("comment", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ratings",
                        to="knowledge.article",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(fields=("article", "by"), name="one_rating_per_reader"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_helpful", True),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="what_does_not_help_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Symptom",
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
                ("words", models.TextField(blank=True, verbose_name="other words for it")),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "symptom",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PossibleCause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_zh", models.CharField(max_length=300, verbose_name="check (Chinese)")),
                (
                    "check_en",
                    models.CharField(blank=True, max_length=300, verbose_name="check (English)"),
                ),
                ("remedy_zh", models.CharField(max_length=300, verbose_name="remedy (Chinese)")),
                (
                    "remedy_en",
                    models.CharField(blank=True, max_length=300, verbose_name="remedy (English)"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "fault_code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="possible_causes",
                        to="knowledge.faultcode",
                        verbose_name="fault code",
                    ),
                ),
                (
                    "symptom",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="causes",
                        to="knowledge.symptom",
                    ),
                ),
            ],
            options={
                "verbose_name": "possible cause",
                "ordering": ("symptom", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("symptom", "fault_code"),
                        name="a_cause_once_per_symptom",
                        violation_error_message="This symptom has this cause already.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="remind_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("remind_on__isnull", False)),
                fields=["remind_on", "id"],
                name="articles_to_remind",
            ),
        ),
    ]
