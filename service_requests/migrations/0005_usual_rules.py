from django.db import migrations, models
from django.db.models import F

WARN_AT = [50, 75, 90]
RULES = (
    # trigger, threshold, ring, target
    ("time_used", 50, 2, "restore"),
    ("time_used", 80, 3, "restore"),
    ("time_used", 50, 2, "resolve"),
    ("time_used", 80, 3, "resolve"),
    ("repeat", 1, 2, ""),
    ("complaint", None, 2, ""),
    ("holds_expired", 2, 2, ""),
    ("held", 120, 2, ""),
    ("transfers", 3, 2, ""),
    ("unanswered", 0, 2, ""),
)
OPEN = ("new", "in_progress", "waiting")


def write_the_usual(apps, schema_editor):
    """The usual rules; the sweeps look at what is open by them."""
    WarningPolicy = apps.get_model("service_requests", "WarningPolicy")
    EscalationRule = apps.get_model("service_requests", "EscalationRule")
    for target in ("response", "arrival", "restore", "resolve"):
        WarningPolicy.objects.create(target=target, percents=WARN_AT)
    for trigger, threshold, ring, target in RULES:
        EscalationRule.objects.create(
            trigger=trigger, threshold=threshold, ring=ring, target=target
        )
    ServiceRequest = apps.get_model("service_requests", "ServiceRequest")
    ServiceRequest.objects.exclude(ring=1).update(highest_ring=F("ring"))
    ServiceRequest.objects.filter(status__in=OPEN).update(climbs_at=F("opened_at"))
    running = apps.get_model("service_requests", "SlaTimer").objects.filter(
        stopped_at=None, breached_at=None, due_at__isnull=False
    )
    running.update(warns_at=F("started_at"))


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0004_rings")]

    operations = [
        migrations.RunPython(write_the_usual, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="servicerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("highest_ring__gte", models.F("ring")), ("highest_ring__lte", 3)
                ),
                name="highest_ring_is_the_ring_or_above",
            ),
        ),
    ]
