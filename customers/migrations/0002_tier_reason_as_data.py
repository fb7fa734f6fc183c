from django.db import migrations, models


def keep_sentences(apps, _schema_editor):
    """What was written as a sentence stays one: its figures cannot be told apart again."""
    changes = apps.get_model("customers", "TierChange")
    for change in changes.objects.iterator():
        change.particulars = {"written": change.reason}
        change.save(update_fields=["particulars"])


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="tierchange", name="particulars", field=models.JSONField(default=dict)
        ),
        migrations.RunPython(keep_sentences, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="tierchange", name="reason"),
        migrations.RenameField(model_name="tierchange", old_name="particulars", new_name="reason"),
    ]
