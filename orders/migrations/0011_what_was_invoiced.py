"""What was delivered, invoiced and paid by the whole order has its documents; accounting, which has
had them since, does not get them again.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations
from django.db.models import F, Q
from django.utils.timezone import localtime

CENT = Decimal("0.01")
AFTER = ("delivered", "invoiced", "paid")


def say(apps, _editor):
    model = {name: apps.get_model("orders", name) for name in (
        "Order", "OrderLine", "Invoice", "InvoiceLine", "Payment", "AccountingRun",
    )}  # fmt: skip
    lines = model["OrderLine"].objects
    done = ~Q(kind="part") | ~Q(source="") | Q(order__status__in=AFTER)
    lines.filter(pk__in=lines.filter(done).values("pk")).update(delivered=F("quantity"))
    run = None
    for order in model["Order"].objects.filter(status__in=("invoiced", "paid")).order_by("pk"):
        billed = [line for line in order.lines.all() if line.amount]
        net = sum((line.amount for line in billed), Decimal(0))
        if not net:
            continue
        at = order.approved_at
        run = run or model["AccountingRun"].objects.create(number="AX-0000", at=at)
        tax = (net * order.tax_rate).quantize(CENT, ROUND_HALF_UP)
        is_paid, day = order.status == "paid", localtime(at).date()
        bill = model["Invoice"].objects.create(
            number=f"INV-{order.number}"[:40], order=order, run=run, net=net, tax=tax,
            billed_to_id=order.billing_customer_id or order.customer_id, gross=net + tax,
            invoiced_on=day, due_on=day, at=at, paid=net + tax if is_paid else 0,
            settled_at=at if is_paid else None,
        )  # fmt: skip
        for line in billed:
            model["InvoiceLine"].objects.create(
                invoice=bill, order_line=line, text=line.text, quantity=line.quantity,
                minutes=line.minutes, unit_price=line.unit_price, amount=line.amount,
            )  # fmt: skip
            lines.filter(pk=line.pk).update(invoiced=F("quantity"))
        if is_paid:
            model["Payment"].objects.create(invoice=bill, amount=net + tax, paid_on=day, at=at)
        run.count += 1
        run.save(update_fields=["count"])


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_to_cash")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
