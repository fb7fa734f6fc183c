import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_trends_and_recovery"),
        ("employees", "0009_asked_once_each"),
        ("employees", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountTeam",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("goal", models.TextField(blank=True, verbose_name="what it wants to reach")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "executive",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_teams_bound",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="executive bound to it",
                    ),
                ),
            ],
            options={
                "verbose_name": "account team",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Leads the team"),
                            ("sales", "Sales"),
                            ("service", "Service"),
                            ("engineer", "Engineer"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_team_places",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="customers.accountteam",
                    ),
                ),
            ],
            options={
                "verbose_name": "team member",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "employee"), name="once_in_an_account_team"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead")),
                        fields=("team",),
                        name="one_leads_an_account_team",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="tier_review_on",
            field=models.DateField(blank=True, null=True, verbose_name="review on"),
        ),
        migrations.AddField(
            model_name="tier",
            name="executive",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tiers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="executive bound to it",
            ),
        ),
        migrations.AddField(
            model_name="tier",
            name="package_en",
            field=models.TextField(
                blank=True, db_default="", verbose_name="service package (English)"
            ),
        ),
        migrations.AddField(
            model_name="tier",
            name="package_zh",
            field=models.TextField(
                blank=True, db_default="", verbose_name="service package (Chinese)"
            ),
        ),
        migrations.AddField(
            model_name="tier",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="customer",
            name="account_team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="customers",
                to="customers.accountteam",
                verbose_name="account team",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("tier_review_on__isnull", False)),
                fields=["tier_review_on", "id"],
                name="customer_tiers_to_review",
            ),
        ),
    ]
