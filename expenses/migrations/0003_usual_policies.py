from decimal import Decimal

from django.db import migrations

POLICIES = (
    {"late_after": 60, "receipt_from": Decimal(200)},
    {"category": "mileage", "mileage_rate": Decimal("1.00"), "receipt_from": Decimal(2000)},
    {"category": "lodging", "per_line": Decimal(400)},
    {"category": "lodging", "city_class": "first", "per_line": Decimal(600)},
    {"category": "meals", "per_day": Decimal(150)},
)


def write_the_usual(apps, schema_editor):
    """A beginning that only warns; the head sets what the company pays for."""
    policies = apps.get_model("expenses", "ExpensePolicy").objects
    if not policies.exists():
        for policy in POLICIES:
            policies.create(**policy)


class Migration(migrations.Migration):
    dependencies = [("expenses", "0002_policies")]

    operations = [migrations.RunPython(write_the_usual, migrations.RunPython.noop)]
