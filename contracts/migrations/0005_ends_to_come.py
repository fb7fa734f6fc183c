"""Contracts in force are reminded of from now on, by the days that are still to come."""

from django.db import migrations
from django.utils.timezone import localdate

from contracts.choices import DAYS_AHEAD
from crmservice.ahead import next_day


def look_ahead(apps, _schema_editor):
    contracts = apps.get_model("contracts", "ServiceContract").objects
    today = localdate()
    ahead = list(contracts.filter(status="active", ends_on__gte=today).only("ends_on"))
    for contract in ahead:
        contract.remind_on = next_day(contract.ends_on, DAYS_AHEAD, after=today)
    contracts.bulk_update(ahead, ["remind_on"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_remind_on")]

    operations = [migrations.RunPython(look_ahead, migrations.RunPython.noop)]
