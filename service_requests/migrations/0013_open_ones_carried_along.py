from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0013_accounting_has_them"),
        ("customers", "0008_usual_grades"),
        ("employees", "0010_how_good_records_are"),
        ("knowledge", "0003_rechecks_to_come"),
        ("service_requests", "0012_timers_arrived"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="servicerequest",
            name="request_open_by_owner",
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                fields=["owner", "queue_at", "id"],
                include=(
                    "status",
                    "next_due_at",
                    "next_risk_at",
                    "accepted_at",
                    "opened_at",
                    "kind",
                    "severity",
                    "channel",
                    "tier",
                    "customer",
                    "asset",
                ),
                name="request_open_by_owner",
            ),
        ),
    ]
