import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0003_defects"),
    ]

    operations = [
        migrations.CreateModel(
            name="Procedure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, unique=True, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("onsite", "On-site visit"),
                            ("installation", "Installation"),
                            ("inspection", "Inspection"),
                            ("remote", "Remote support"),
                            ("care", "Care visit"),
                        ],
                        max_length=12,
                        verbose_name="kind of work",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="assets.assetmodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "procedure",
                "ordering": ("title", "pk"),
            },
        ),
        migrations.CreateModel(
            name="ProcedureLine",
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
                        choices=[
                            ("tick", "tick"),
                            ("number", "figure"),
                            ("text", "text"),
                            ("photo", "photo"),
                        ],
                        default="tick",
                        max_length=6,
                        verbose_name="answer",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                (
                    "low",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=12,
                        null=True,
                        verbose_name="at least",
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=12,
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit")),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="assets.procedure",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("low", None),
                            ("high", None),
                            ("high__gte", models.F("low")),
                            _connector="OR",
                        ),
                        name="procedureline_limits_are_in_order",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="planline",
            name="high",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=12, null=True, verbose_name="at most"
            ),
        ),
        migrations.AddField(
            model_name="planline",
            name="low",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=12, null=True, verbose_name="at least"
            ),
        ),
        migrations.AddField(
            model_name="planline",
            name="unit",
            field=models.CharField(blank=True, max_length=20, verbose_name="unit"),
        ),
        migrations.AlterField(
            model_name="planline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("tick", "tick"),
                    ("number", "figure"),
                    ("text", "text"),
                    ("photo", "photo"),
                ],
                default="tick",
                max_length=6,
                verbose_name="answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="planline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("low", None), ("high", None), ("high__gte", models.F("low")), _connector="OR"
                ),
                name="planline_limits_are_in_order",
            ),
        ),
    ]
