from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0013_accounting_has_them"),
        ("customers", "0008_usual_grades"),
        ("knowledge", "0003_rechecks_to_come"),
        ("reports", "0004_outlets_involved"),
        ("service_requests", "0012_timers_arrived"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="requestfact",
            name="facts_by_opening",
        ),
        migrations.RemoveIndex(
            model_name="requestfact",
            name="facts_by_end",
        ),
        migrations.AddIndex(
            model_name="requestfact",
            index=models.Index(
                fields=["opened_at"], include=("is_merged",), name="facts_of_opened"
            ),
        ),
        migrations.AddIndex(
            model_name="requestfact",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", False)),
                fields=["resolved_at"],
                include=("took", "highest_ring"),
                name="facts_of_resolved",
            ),
        ),
    ]
