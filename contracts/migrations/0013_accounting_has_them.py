"""Accounting has had the instalments that were invoiced so far by the list of theirs."""

from django.db import migrations


def say(apps, _editor):
    instalments = apps.get_model("contracts", "Instalment").objects
    instalments.filter(invoiced_on__isnull=False).update(accounting_run="AX-0000")


class Migration(migrations.Migration):
    dependencies = [("contracts", "0012_instalments_to_accounting")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
