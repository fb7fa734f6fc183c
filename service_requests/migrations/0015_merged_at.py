from django.db import migrations, models
from django.db.models import F


def as_until_now(apps, schema_editor):
    """Whatever was merged before there was a moment counts as never open."""
    requests = apps.get_model("service_requests", "ServiceRequest")
    requests.objects.filter(status="merged").update(merged_at=F("opened_at"))


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0014_merged_says_into_what")]

    operations = [
        migrations.AddField(
            model_name="servicerequest",
            name="merged_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="merged at"),
        ),
        migrations.RunPython(as_until_now, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="servicerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "merged"), _negated=True),
                    ("merged_at__isnull", False),
                    _connector="OR",
                ),
                name="merged_says_when",
            ),
        ),
    ]
