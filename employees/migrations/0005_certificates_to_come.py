"""Certificates are reminded of from now on, by the days that are still to come."""

from django.db import migrations
from django.utils.timezone import localdate

from crmservice.ahead import next_day
from employees.choices import DAYS_AHEAD


def look_ahead(apps, _schema_editor):
    levels = apps.get_model("employees", "EmployeeSkill").objects
    today = localdate()
    ahead = list(levels.filter(certificate_expires_on__gte=today))
    for level in ahead:
        level.remind_on = next_day(level.certificate_expires_on, DAYS_AHEAD, after=today)
    levels.bulk_update(ahead, ["remind_on"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("employees", "0004_remind_on")]

    operations = [migrations.RunPython(look_ahead, migrations.RunPython.noop)]
