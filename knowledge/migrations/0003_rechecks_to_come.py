"""Articles that were published before they were reminded of: from the day of their re-check."""

from django.db import migrations
from django.db.models import F


def remind_from_the_day(apps, _schema_editor):
    articles = apps.get_model("knowledge", "Article").objects
    articles.filter(status="published", recheck_on__isnull=False).update(remind_on=F("recheck_on"))


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_ratings_gaps_and_fault_model")]

    operations = [migrations.RunPython(remind_from_the_day, migrations.RunPython.noop)]
