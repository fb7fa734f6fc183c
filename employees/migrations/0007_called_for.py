"""What records call for in the beginning; the department head changes it on its page."""

from django.db import migrations

REQUEST, TASK = "service_requests.servicerequest", "dispatch.task"
RULES = [
    *((REQUEST, kind, field) for kind in ("fault", "claim") for field in ("fault_code", "cause")),
    (REQUEST, "complaint", "cause"),
    (REQUEST, "return", "cause"),
    *((TASK, kind, "readings") for kind in ("onsite", "installation", "inspection", "depot")),
    *((TASK, kind, "photos") for kind in ("installation", "inspection")),
    *(
        (TASK, kind, "report")
        for kind in ("onsite", "depot", "remote", "installation", "inspection", "care", "call_back")
    ),
]


def call_for(apps, _schema_editor):
    rule = apps.get_model("employees", "CalledFor")
    rule.objects.bulk_create(
        [rule(situation=situation, kind=kind, field=field) for situation, kind, field in RULES],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("employees", "0006_open_records")]
    operations = [migrations.RunPython(call_for, migrations.RunPython.noop)]
