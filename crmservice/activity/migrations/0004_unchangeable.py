from django.db import migrations

from crmservice.activity import schema


class Migration(migrations.Migration):
    dependencies = [("activity", "0003_telling_failures")]

    operations = [migrations.RunPython(schema.install, schema.remove)]
