from django.db import migrations, models
import django.db.models.functions.comparison


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_what_plans_and_lines_say")]

    operations = [
        migrations.AlterField(
            model_name="priceplan",
            name="number",
            field=models.CharField(max_length=40, unique=True, verbose_name="number"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("charged_to", "billed"),
                    models.Q(("amount", 0), ("base_amount", 0)),
                    _connector="OR",
                ),
                name="only_billed_lines_have_an_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__lt", 10), ("base_amount__gt", 0), _connector="OR"),
                name="an_amount_is_worth_something_in_base_currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceplan",
            constraint=models.UniqueConstraint(
                models.F("currency"),
                django.db.models.functions.comparison.Coalesce("contract", 0),
                django.db.models.functions.comparison.Coalesce("contract_type", 0),
                django.db.models.functions.comparison.Coalesce("model", 0),
                django.db.models.functions.comparison.Coalesce("tier", 0),
                models.F("category"),
                models.F("valid_from"),
                name="one_price_plan_per_scope_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="price_plan_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("contract", None), ("contract_type", None), _connector="OR"),
                name="price_plan_names_a_contract_or_its_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("model", None), ("category", ""), _connector="OR"),
                name="price_plan_names_a_model_or_its_family",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("call_out_fee", None), ("call_out_fee__gte", 0), _connector="OR"),
                    models.Q(("per_kilometre", None), ("per_kilometre__gte", 0), _connector="OR"),
                    models.Q(
                        ("parts_discount", None),
                        models.Q(("parts_discount__gte", 0), ("parts_discount__lte", 1)),
                        _connector="OR",
                    ),
                    ("factor_evening__gte", 0),
                    ("factor_normal__gte", 0),
                    ("factor_holiday__gte", 0),
                    ("factor_weekend__gte", 0),
                ),
                name="price_plan_is_not_negative",
            ),
        ),
    ]
