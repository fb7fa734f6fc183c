"""The numbers under which contracts were invoiced are theirs."""

from django.db import migrations


def take(apps, _editor):
    taken = apps.get_model("numbers", "TakenNumber").objects
    rows = apps.get_model("contracts", "Instalment").objects.exclude(invoice_no="").order_by("pk")
    taken.bulk_create(
        [
            taken.model(series="invoice", number=number, owner=contract)
            for number, contract in rows.values_list("invoice_no", "contract__number")
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0010_credits_and_editors"),
        ("numbers", "0002_taken_numbers"),
    ]

    operations = [migrations.RunPython(take, migrations.RunPython.noop)]
