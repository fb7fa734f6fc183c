import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0001_initial"),
        ("contracts", "0001_initial"),
        ("customers", "0001_initial"),
        ("employees", "0002_on_call"),
        ("employees", "__first__"),
        ("knowledge", "0001_initial"),
        ("service_requests", "0003_figures_from_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="EscalationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("time_used", "Share of the promise used"),
                            ("repeat", "Fault repeated on the same device"),
                            ("complaint", "Complaint"),
                            ("tier", "Customer of this tier"),
                            ("holds_expired", "Holds that outlived their expiry"),
                            ("held", "Hours on hold, all together"),
                            ("transfers", "Transfers"),
                            (
                                "unanswered",
                                "Hours that a hand-over is unanswered after its due time",
                            ),
                        ],
                        max_length=15,
                        verbose_name="what happens",
                    ),
                ),
                (
                    "threshold",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="threshold"
                    ),
                ),
                (
                    "ring",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="to ring",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("response", "Response"),
                            ("arrival", "Arrival"),
                            ("restore", "Restore"),
                            ("resolve", "Resolve"),
                        ],
                        max_length=10,
                        verbose_name="clock",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("normal", "Normal"),
                            ("low", "Low"),
                        ],
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "tier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "ordering": ("ring", "trigger", "threshold", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ring__gte", 2), ("ring__lte", 3)),
                        name="rule_lifts_to_ring_2_or_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target", ""), ("trigger", "time_used"), _connector="OR"
                        ),
                        name="only_used_time_is_of_a_clock",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("trigger", "tier"), _negated=True),
                            ("tier__isnull", False),
                            _connector="OR",
                        ),
                        name="rule_of_a_tier_names_it",
                    ),
                    models.UniqueConstraint(
                        fields=("trigger", "ring", "target", "severity", "tier"),
                        name="one_rule_per_case_and_ring",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("tier", None)),
                        fields=("trigger", "ring", "target", "severity"),
                        name="one_rule_per_case_and_ring_of_all_tiers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("response", "Response"),
                            ("arrival", "Arrival"),
                            ("restore", "Restore"),
                            ("resolve", "Resolve"),
                        ],
                        max_length=10,
                        unique=True,
                        verbose_name="clock",
                    ),
                ),
                (
                    "percents",
                    models.JSONField(blank=True, default=list, verbose_name="warn at (per cent)"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.RemoveIndex(
            model_name="servicerequest",
            name="request_resolved",
        ),
        migrations.AddField(
            model_name="escalation",
            name="spell",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="climbs_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="highest_ring",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="highest ring"),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="rules_met",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="slatimer",
            name="warned",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="slatimer",
            name="warns_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="reason"),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("new", "in_progress", "waiting")), ("climbs_at__isnull", False)
                ),
                fields=["climbs_at", "id"],
                name="request_climbing",
            ),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                fields=["resolved_at", "opened_at", "highest_ring", "id"], name="request_resolved"
            ),
        ),
        migrations.AddIndex(
            model_name="slatimer",
            index=models.Index(
                condition=models.Q(("warns_at__isnull", False)),
                fields=["warns_at", "id"],
                name="timers_warning",
            ),
        ),
        migrations.AddConstraint(
            model_name="slatimer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("warns_at", None),
                    models.Q(
                        ("breached_at", None), ("due_at__isnull", False), ("stopped_at", None)
                    ),
                    _connector="OR",
                ),
                name="only_what_runs_in_time_warns",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="rule",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="escalations",
                to="service_requests.escalationrule",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rule__isnull", False),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="escalation_has_its_rule_or_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("rule__isnull", False)),
                fields=("service_request", "spell", "rule"),
                name="a_rule_lifts_once_in_a_spell",
            ),
        ),
    ]
