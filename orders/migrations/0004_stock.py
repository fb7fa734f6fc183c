import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0003_defects"),
        ("employees", "0007_called_for"),
        ("employees", "__first__"),
        ("orders", "0003_names_of_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockLocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=20,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9._-]*\\Z",
                                "Letters, digits, dots and dashes only.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("depot", "Depot"), ("van", "Van")],
                        default="depot",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "transit_days",
                    models.PositiveSmallIntegerField(
                        default=2, verbose_name="working days to another place"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "employee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vans",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="whose van",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_locations",
                        to="employees.outlet",
                        verbose_name="outlet",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock location",
                "ordering": ("kind", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("employee__isnull", False), ("kind", "van")),
                            models.Q(("employee__isnull", True), ("kind", "depot")),
                            _connector="OR",
                        ),
                        name="a_van_is_somebodys_and_a_depot_nobodys",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("employee__isnull", False), ("is_active", True)),
                        fields=("employee",),
                        name="one_van_in_use_per_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "bin",
                    models.CharField(
                        choices=[("good", "Good"), ("faulty", "Faulty")],
                        default="good",
                        max_length=10,
                        verbose_name="bin",
                    ),
                ),
                ("on_hand", models.PositiveIntegerField(default=0, verbose_name="on hand")),
                ("allocated", models.PositiveIntegerField(default=0, verbose_name="allocated")),
                (
                    "reorder_point",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="reorder point"
                    ),
                ),
                (
                    "target",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="fill up to"),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="levels",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="levels",
                        to="orders.stocklocation",
                        verbose_name="place",
                    ),
                ),
            ],
            options={
                "ordering": ("part__part_no", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("reorder_point__isnull", False)),
                        fields=["location", "part"],
                        name="levels_to_reorder",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("part", "location", "bin"), name="one_level_per_part_place_and_bin"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("allocated__gte", 0), ("on_hand__gte", models.F("allocated"))
                        ),
                        name="stock_is_never_negative_nor_promised_twice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reorder_point", None), ("target", None)),
                            models.Q(
                                ("reorder_point__isnull", False),
                                ("target__gte", models.F("reorder_point")),
                            ),
                            _connector="OR",
                        ),
                        name="reorder_point_has_a_target_above_it",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("used_beyond", "Used, but not in stock"),
                            ("missing", "Missing from a transfer"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "bin",
                    models.CharField(
                        choices=[("good", "Good"), ("faulty", "Faulty")],
                        default="good",
                        max_length=10,
                        verbose_name="bin",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("held", models.PositiveIntegerField(default=0, verbose_name="held")),
                ("serials", models.JSONField(blank=True, default=list)),
                ("about_type", models.CharField(max_length=60)),
                ("about_id", models.PositiveBigIntegerField()),
                ("about_name", models.CharField(max_length=200)),
                ("about_url", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="orders.stocklocation",
                        verbose_name="place",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock difference",
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)),
                        fields=["location", "id"],
                        name="differences_to_settle",
                    ),
                    models.Index(fields=["about_type", "about_id"], name="differences_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="difference_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_by", None)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_difference_says_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "bin",
                    models.CharField(
                        choices=[("good", "Good"), ("faulty", "Faulty")],
                        default="good",
                        max_length=10,
                        verbose_name="bin",
                    ),
                ),
                (
                    "parts_from",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="part numbers beginning with"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Being counted"),
                            ("done", "Booked"),
                            ("cancelled", "Dropped"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("begun_at", models.DateTimeField(verbose_name="begun")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="orders.stocklocation",
                        verbose_name="place",
                    ),
                ),
            ],
            options={
                "verbose_name": "count",
                "ordering": ("-pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("location", "bin", "parts_from"),
                        name="one_open_count_of_a_bin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ended_count_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Replenishment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("received", models.PositiveIntegerField(default=0, verbose_name="received")),
                ("expected_on", models.DateField(verbose_name="expected on")),
                ("supplier", models.CharField(blank=True, max_length=200, verbose_name="supplier")),
                ("ordered_at", models.DateTimeField(verbose_name="ordered at")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ordered",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ordered",
                        to="orders.stocklocation",
                        verbose_name="for",
                    ),
                ),
            ],
            options={
                "verbose_name": "replenishment",
                "ordering": ("expected_on", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["part", "location", "expected_on"],
                        name="open_replenishments",
                    ),
                    models.Index(fields=["expected_on", "id"], name="replenishments_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0), ("received__lte", models.F("quantity"))
                        ),
                        name="no_more_is_received_than_was_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("received__lt", models.F("quantity")),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="what_came_in_full_is_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OldPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "serial_no",
                    models.CharField(blank=True, max_length=80, verbose_name="serial number"),
                ),
                ("about_type", models.CharField(max_length=60)),
                ("about_id", models.PositiveBigIntegerField()),
                ("about_name", models.CharField(max_length=200)),
                ("about_url", models.CharField(blank=True, max_length=300)),
                ("taken_out_at", models.DateTimeField(verbose_name="taken out")),
                ("due_on", models.DateField(verbose_name="due")),
                ("remind_on", models.DateField(blank=True, null=True)),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="old_parts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken out by",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="old_parts",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="old_parts",
                        to="orders.stocklocation",
                        verbose_name="place",
                    ),
                ),
            ],
            options={
                "verbose_name": "old part",
                "ordering": ("due_on", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("received_at", None)),
                        fields=["remind_on"],
                        name="old_parts_to_remind",
                    ),
                    models.Index(fields=["due_on", "id"], name="old_parts_by_due_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("received_at", None), ("received_by", None)),
                            models.Q(
                                ("received_at__isnull", False), ("received_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="received_old_part_says_by_whom",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "bin",
                    models.CharField(
                        choices=[("good", "Good"), ("faulty", "Faulty")],
                        max_length=10,
                        verbose_name="bin",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("imported", "Opening stock"),
                            ("received", "Received"),
                            ("used", "Used"),
                            ("taken_out", "Taken out of a device"),
                            ("given_back", "Given back"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("came_back", "Came back"),
                            ("counted", "Counted"),
                            ("settled", "Difference settled"),
                            ("reserved", "Reserved"),
                            ("released", "Released"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("on_hand", models.IntegerField(default=0, verbose_name="change on hand")),
                ("allocated", models.IntegerField(default=0, verbose_name="change allocated")),
                ("on_hand_after", models.PositiveIntegerField()),
                ("serials", models.JSONField(blank=True, default=list)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("about_type", models.CharField(blank=True, max_length=60)),
                ("about_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("about_name", models.CharField(blank=True, max_length=200)),
                ("about_url", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="orders.stocklevel",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="orders.stocklocation",
                        verbose_name="place",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.stocklocation",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="assets.part",
                        verbose_name="part",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(fields=["location", "-id"], name="moves_of_place"),
                    models.Index(fields=["part", "-id"], name="moves_of_part"),
                    models.Index(fields=["level", "-id"], name="moves_of_level"),
                    models.Index(fields=["about_type", "about_id"], name="moves_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("allocated", 0), ("on_hand", 0), _negated=True),
                        name="a_move_changes_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial_no", models.CharField(max_length=80, verbose_name="serial number")),
                (
                    "level",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="orders.stocklevel",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="assets.part",
                    ),
                ),
            ],
            options={
                "ordering": ("serial_no",),
                "constraints": [
                    models.UniqueConstraint(fields=("part", "serial_no"), name="a_piece_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("in_transit", "On its way"),
                            ("received", "Accepted"),
                            ("refused", "Refused"),
                        ],
                        default="in_transit",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("expected_on", models.DateField(verbose_name="expected on")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("sent_at", models.DateTimeField(verbose_name="sent at")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent",
                        to="orders.stocklocation",
                        verbose_name="from",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
                (
                    "to_location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coming",
                        to="orders.stocklocation",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer",
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "in_transit")),
                        fields=["to_location", "id"],
                        name="transfers_on_their_way",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_location", models.F("to_location")), _negated=True
                        ),
                        name="transfer_goes_somewhere_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None), ("ended_by", None), ("status", "in_transit")
                            ),
                            models.Q(
                                models.Q(("status", "in_transit"), _negated=True),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ended_transfer_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTransferLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "bin",
                    models.CharField(
                        choices=[("good", "Good"), ("faulty", "Faulty")],
                        default="good",
                        max_length=10,
                        verbose_name="bin",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "accepted",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="arrived"),
                ),
                ("serials", models.JSONField(blank=True, default=list)),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.part",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.stocktransfer",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transfer", "part", "bin"), name="a_part_once_in_a_transfer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0),
                            models.Q(
                                ("accepted", None),
                                ("accepted__lte", models.F("quantity")),
                                _connector="OR",
                            ),
                        ),
                        name="no_more_arrives_than_was_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCountLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "counted",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="counted"),
                ),
                ("expected", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.stockcount",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.stocklevel",
                    ),
                ),
            ],
            options={
                "ordering": ("level__part__part_no", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("count", "level"), name="a_level_once_in_a_count"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("about_type", models.CharField(max_length=60)),
                ("about_id", models.PositiveBigIntegerField()),
                ("about_name", models.CharField(max_length=200)),
                ("about_url", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="orders.stocklevel",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["about_type", "about_id"],
                        name="open_reservations_about",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="reservation_is_positive"
                    )
                ],
            },
        ),
    ]
