from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "0010_how_good_records_are"),
        ("service_requests", "0011_facts_as_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="slatimer",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", False), ("target", "arrival")),
                fields=["stopped_at"],
                name="timers_arrived",
            ),
        ),
    ]
