"""Each plan has a number and ends where the next begins; all was sold in base currency so far."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F


def say(apps, _editor):
    plans = apps.get_model("orders", "PricePlan").objects
    following = None
    for plan in plans.order_by("-valid_from"):
        plan.valid_until = following and following.valid_from - timedelta(days=1)
        following = plan
        plan.save(update_fields=["valid_until"])
    for place, plan in enumerate(plans.order_by("valid_from")):
        plan.number = f"PL-0000-{place}" if place else "PL-0000"
        plan.save(update_fields=["number"])
    apps.get_model("orders", "OrderLine").objects.update(base_amount=F("amount"))


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_price_plans")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
