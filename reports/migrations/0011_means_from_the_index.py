from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_columns_of_facts")]

    operations = [
        migrations.RemoveIndex(model_name="surveyfact", name="survey_facts_by_answer"),
        migrations.AddIndex(
            model_name="surveyfact",
            index=models.Index(
                fields=["answered_at", "customer", "scores", "sum"], name="survey_facts_answered"
            ),
        ),
    ]
