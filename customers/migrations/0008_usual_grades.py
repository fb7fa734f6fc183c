from django.db import migrations

# subject, weight, 2, 3, 4 and 5 from: CNY in 24 months, CNY for each hour
RULES = (
    ("revenue", 2, 50_000, 150_000, 300_000, 500_000),
    ("profit", 2, 0, 50_000, 150_000, 300_000),
    ("effort", 1, 500, 1_000, 2_500, 5_000),
    ("ease", 1, None, None, None, None),
    ("integrity", 1, None, None, None, None),
)


def write_the_usual(apps, schema_editor):
    policies = apps.get_model("customers", "GradePolicy")
    for subject, weight, *bands in RULES:
        words = dict(zip(("from_2", "from_3", "from_4", "from_5"), bands, strict=True))
        policies.objects.create(subject=subject, weight=weight, **words)


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_grades_and_needs")]

    operations = [migrations.RunPython(write_the_usual, migrations.RunPython.noop)]
