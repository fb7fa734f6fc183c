"""What credit notes gave back so far stands on the lines."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations
from django.db.models import Sum

CENT = Decimal("0.01")


def say(apps, _editor):
    given = apps.get_model("orders", "CreditNoteLine").objects.order_by()
    sums = given.values_list(
        "invoice_line__order_line", "invoice_line__order_line__order__rate"
    ).annotate(sum=Sum("amount"))
    lines = apps.get_model("orders", "OrderLine").objects
    for line, rate, amount in sums:
        back = (amount * rate).quantize(CENT, ROUND_HALF_UP)
        lines.filter(pk=line).update(credited_base=back)


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_what_was_given_back")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
