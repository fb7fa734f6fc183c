import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0004_procedures"),
        ("contracts", "0009_usual_rates"),
        ("customers", "0004_business_signals"),
        ("employees", "0008_authority_questions"),
        ("employees", "__first__"),
        ("orders", "0005_quotations"),
        ("service_requests", "0007_transfers_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6, max_digits=12, verbose_name="exchange rate"
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rate",
                "ordering": ("currency", "-valid_from"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "valid_from"), name="one_exchange_rate_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="exchange_rate_of_day_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "price",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="price"),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="assets.part",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="part_prices",
                        to="orders.priceplan",
                    ),
                ),
            ],
            options={
                "ordering": ("part__part_no",),
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "part"), name="a_part_price_once"),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="part_price_of_plan_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TravelZone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="travel zone")),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2, max_digits=10, verbose_name="per journey"
                    ),
                ),
                (
                    "up_to_km",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="up to (km)"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="zones",
                        to="orders.priceplan",
                    ),
                ),
            ],
            options={
                "ordering": ("up_to_km", "name"),
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "name"), name="a_travel_zone_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fee__gte", 0)), name="travel_fee_not_negative"
                    ),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="priceplan",
            options={"ordering": ("-valid_from", "-pk"), "verbose_name": "price plan"},
        ),
        migrations.RemoveConstraint(
            model_name="orderline",
            name="only_billed_lines_have_an_amount",
        ),
        migrations.AddField(
            model_name="order",
            name="rate",
            field=models.DecimalField(
                decimal_places=6, default=Decimal("1"), max_digits=12, verbose_name="exchange rate"
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="base_amount",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0"),
                max_digits=14,
                verbose_name="amount in base currency",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="category",
            field=models.CharField(blank=True, max_length=40, verbose_name="product family"),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="contract",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.servicecontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="contract_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.contracttype",
                verbose_name="contract type",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="model",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="assets.assetmodel",
                verbose_name="model",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="name",
            field=models.CharField(blank=True, max_length=100, verbose_name="name"),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="number",
            field=models.CharField(default="", max_length=40, verbose_name="number"),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="parts_discount",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                max_digits=5,
                null=True,
                verbose_name="discount on parts",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="per_kilometre",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="per kilometre"
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="tier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.tier",
                verbose_name="tier",
            ),
        ),
        migrations.AddField(
            model_name="priceplan",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="valid until"),
        ),
        migrations.AlterField(
            model_name="priceplan",
            name="call_out_fee",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="call-out fee"
            ),
        ),
        migrations.AlterField(
            model_name="priceplan",
            name="valid_from",
            field=models.DateField(verbose_name="valid from"),
        ),
        migrations.AddIndex(
            model_name="priceplan",
            index=models.Index(fields=["-valid_from", "-id"], name="price_plans_newest"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gt", 0)), name="order_rate_is_positive"
            ),
        ),
    ]
