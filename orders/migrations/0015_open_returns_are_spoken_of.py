"""Of returns that are open, whoever opened them hears the day after the next step was due."""

from datetime import timedelta

from django.db import migrations

OVER = ("closed", "cancelled", "refused")


def say(apps, _editor):
    cases = apps.get_model("orders", "ReturnCase").objects
    for day in (
        cases.exclude(status__in=OVER).order_by().values_list("due_on", flat=True).distinct()
    ):
        of_day = cases.exclude(status__in=OVER).filter(due_on=day)
        of_day.update(remind_on=day + timedelta(days=1))


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_returns_to_remind")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
