import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="FaultCode",
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
            ],
            options={
                "verbose_name": "fault code",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("problem", models.TextField(verbose_name="problem")),
                (
                    "summary",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="solution in one sentence"
                    ),
                ),
                ("solution", models.TextField(blank=True, verbose_name="solution")),
                (
                    "language",
                    models.CharField(
                        choices=[("zh", "中文"), ("en", "English")],
                        default="zh",
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("internal", "Internal"),
                            ("partner", "Partners"),
                            ("customer", "Customers"),
                        ],
                        default="internal",
                        max_length=10,
                        verbose_name="audience",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("recheck_on", models.DateField(blank=True, null=True, verbose_name="re-check on")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "use_count",
                    models.PositiveIntegerField(default=0, verbose_name="solved with this"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="articles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "related",
                    models.ManyToManyField(
                        blank=True, to="knowledge.article", verbose_name="related articles"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviewed_articles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewer",
                    ),
                ),
                (
                    "fault_codes",
                    models.ManyToManyField(
                        blank=True,
                        related_name="articles",
                        to="knowledge.faultcode",
                        verbose_name="fault codes",
                    ),
                ),
            ],
            options={
                "ordering": ("-changed_at", "-pk"),
                "indexes": [models.Index(fields=["-changed_at", "-id"], name="article_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            models.Q(
                                ("published_at__isnull", False),
                                models.Q(("solution", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="published_article_says_when_and_how",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("problem", models.TextField()),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("solution", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="knowledge.article",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.UniqueConstraint(fields=("article", "version"), name="a_version_once")
                ],
            },
        ),
    ]
