import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0001_initial"),
        ("contracts", "0001_initial"),
        ("customers", "0001_initial"),
        ("employees", "0001_initial"),
        ("employees", "__first__"),
        ("knowledge", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HoldReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=120, verbose_name="English name")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                (
                    "turn",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("parts", "Parts"),
                            ("third_party", "Third party"),
                            ("us", "Us"),
                        ],
                        max_length=12,
                        verbose_name="whose turn",
                    ),
                ),
                (
                    "holds_targets",
                    models.JSONField(blank=True, default=list, verbose_name="clocks that stop"),
                ),
                (
                    "max_hours",
                    models.PositiveIntegerField(default=72, verbose_name="expires after (hours)"),
                ),
            ],
            options={
                "verbose_name": "hold reason",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SurveyDimension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=120, verbose_name="English name")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                (
                    "department",
                    models.CharField(
                        choices=[
                            ("service", "Service"),
                            ("sales", "Sales"),
                            ("finance", "Finance"),
                            ("product", "Product development"),
                            ("logistics", "Logistics"),
                        ],
                        default="service",
                        max_length=12,
                        verbose_name="department",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2, default=1, max_digits=5, verbose_name="weight"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="asked")),
            ],
            options={
                "ordering": ("position",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="request number"),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Telephone"),
                            ("email", "E-mail"),
                            ("wechat", "WeChat"),
                            ("portal", "Customer portal"),
                            ("device", "Device alarm"),
                            ("visit", "In person"),
                        ],
                        default="phone",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fault", "Fault"),
                            ("enquiry", "Enquiry"),
                            ("complaint", "Complaint"),
                            ("return", "Return or exchange"),
                            ("claim", "Claim"),
                            ("training", "Training"),
                            ("inspection", "Inspection"),
                            ("other", "Other"),
                        ],
                        default="fault",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("critical", "Critical"),
                            ("high", "High"),
                            ("normal", "Normal"),
                            ("low", "Low"),
                        ],
                        default="normal",
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=3, verbose_name="priority")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                            ("merged", "Merged"),
                        ],
                        default="new",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "caller_name",
                    models.CharField(blank=True, max_length=120, verbose_name="caller"),
                ),
                (
                    "caller_phone",
                    models.CharField(blank=True, max_length=60, verbose_name="caller's telephone"),
                ),
                (
                    "cover",
                    models.CharField(
                        choices=[
                            ("contract", "Contract"),
                            ("in_warranty", "In warranty"),
                            ("out_of_warranty", "Out of warranty"),
                        ],
                        max_length=20,
                        verbose_name="cover",
                    ),
                ),
                ("entitlement", models.JSONField(default=dict, verbose_name="entitlement")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "responded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="responded at"),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
                (
                    "restored_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="restored at"),
                ),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resolved at"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="cancelled at"),
                ),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted at"),
                ),
                (
                    "ring",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="ring",
                    ),
                ),
                (
                    "transfers",
                    models.PositiveSmallIntegerField(default=0, verbose_name="transfers"),
                ),
                ("spell", models.PositiveSmallIntegerField(default=1, verbose_name="spell")),
                (
                    "visit_promised",
                    models.BooleanField(default=False, verbose_name="a visit is made"),
                ),
                ("resolution", models.TextField(blank=True, verbose_name="resolution")),
                ("cause", models.CharField(blank=True, max_length=120, verbose_name="cause")),
                (
                    "customer_answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("satisfied", "The customer is satisfied"),
                            ("not_satisfied", "The customer is not satisfied"),
                            ("not_reached", "Not reached"),
                        ],
                        max_length=15,
                        verbose_name="customer's answer",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="customer asked at"),
                ),
                (
                    "closing_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        verbose_name="reason for closing without an answer",
                    ),
                ),
                ("queue_at", models.DateTimeField()),
                ("next_due_at", models.DateTimeField(blank=True, null=True)),
                ("next_risk_at", models.DateTimeField(blank=True, null=True)),
                (
                    "next_target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("response", "Response"),
                            ("arrival", "Arrival"),
                            ("restore", "Restore"),
                            ("resolve", "Resolve"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="assets.asset",
                        verbose_name="asset",
                    ),
                ),
                (
                    "billing_customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billed_requests",
                        to="customers.customer",
                        verbose_name="billing customer",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="customers.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="contracts.servicecontract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "fault_code",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="knowledge.faultcode",
                        verbose_name="fault code",
                    ),
                ),
                (
                    "first_responder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="first_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first responder",
                    ),
                ),
                (
                    "follow_up_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="service_requests.servicerequest",
                        verbose_name="follow-up of",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="service_requests.servicerequest",
                    ),
                ),
                (
                    "outlets",
                    models.ManyToManyField(
                        related_name="service_requests",
                        to="employees.outlet",
                        verbose_name="outlets involved",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "repeat_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repeats",
                        to="service_requests.servicerequest",
                        verbose_name="repeats",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="customers.site",
                        verbose_name="site",
                    ),
                ),
                (
                    "solved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="knowledge.article",
                        verbose_name="solved by",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "ordering": ("-opened_at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                        fields=["queue_at", "id"],
                        name="request_queue",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                        fields=["next_due_at", "id"],
                        name="request_queue_by_due",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                        fields=["next_risk_at", "id"],
                        name="request_queue_by_risk",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                        fields=["owner", "queue_at", "id"],
                        name="request_open_by_owner",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("new", "in_progress", "waiting"))),
                        fields=["-opened_at", "-id"],
                        name="request_open_newest",
                    ),
                    models.Index(fields=["-opened_at", "-id"], name="request_newest"),
                    models.Index(fields=["customer", "-opened_at"], name="request_of_customer"),
                    models.Index(fields=["asset", "-opened_at"], name="request_of_asset"),
                    models.Index(fields=["resolved_at"], name="request_resolved"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["resolved", "closed"]), _negated=True),
                            models.Q(
                                ("resolved_at__isnull", False),
                                models.Q(("resolution", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="resolved_says_when_and_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="closed_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "cancelled"), _negated=True),
                            ("cancelled_at__isnull", False),
                            _connector="OR",
                        ),
                        name="cancelled_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("responded_at", None),
                            ("responded_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="responded_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cover", "contract"), _negated=True),
                            ("contract__isnull", False),
                            _connector="OR",
                        ),
                        name="contract_cover_names_its_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ring__gte", 1), ("ring__lte", 3)),
                        name="request_ring_is_1_2_or_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject", ""), _negated=True),
                        name="request_has_a_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(verbose_name="look again at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="service_requests.holdreason",
                        verbose_name="reason",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("starts_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ends_at", None)),
                        fields=["expires_at"],
                        name="holds_expiring",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="hold_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("starts_at"))),
                        name="hold_expires_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_at", None)),
                        fields=("service_request",),
                        name="one_open_hold_per_request",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "department",
                    models.CharField(
                        choices=[
                            ("service", "Service"),
                            ("sales", "Sales"),
                            ("finance", "Finance"),
                            ("product", "Product development"),
                            ("logistics", "Logistics"),
                        ],
                        max_length=12,
                        verbose_name="department",
                    ),
                ),
                ("question", models.TextField(verbose_name="question")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("answered", "Answered"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(verbose_name="answer due by")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("overdue_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked of",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handovers",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("overdue_at", None), ("status", "asked")),
                        fields=["due_at"],
                        name="handovers_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))),
                        name="handover_due_after_asking",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="answered_handover_has_its_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_ring", models.PositiveSmallIntegerField()),
                ("to_ring", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="escalations",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_ring__gte", 1),
                            ("from_ring__lte", 3),
                            ("to_ring__gte", 1),
                            ("to_ring__lte", 3),
                        ),
                        name="escalation_between_rings_1_to_3",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaTimer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("response", "Response"),
                            ("arrival", "Arrival"),
                            ("restore", "Restore"),
                            ("resolve", "Resolve"),
                        ],
                        max_length=10,
                        verbose_name="target",
                    ),
                ),
                ("spell", models.PositiveSmallIntegerField(default=1)),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("next_business_day", models.BooleanField(default=False)),
                ("cut_off", models.TimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("risk_at", models.DateTimeField(blank=True, null=True)),
                ("remaining", models.DurationField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("breached_at", models.DateTimeField(blank=True, null=True)),
                ("late_by", models.DurationField(blank=True, null=True)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employees.workingcalendar",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sla_timers",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("breached_at", None), ("due_at__isnull", False), ("stopped_at", None)
                        ),
                        fields=["due_at", "id"],
                        name="timers_due",
                    ),
                    models.Index(fields=["started_at", "target"], name="timers_by_start"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service_request", "target", "spell"),
                        name="one_timer_per_target_and_spell",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes__gt", 0), ("next_business_day", False)),
                            models.Q(("minutes", None), ("next_business_day", True)),
                            _connector="OR",
                        ),
                        name="timer_promises_minutes_or_next_business_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stopped_at__isnull", False),
                            models.Q(("due_at__isnull", False), ("remaining", None)),
                            models.Q(("due_at", None), ("remaining__isnull", False)),
                            _connector="OR",
                        ),
                        name="open_timer_has_due_time_or_remaining",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled", False), ("stopped_at__isnull", False), _connector="OR"
                        ),
                        name="cancelled_timer_is_stopped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("link", "Link"),
                            ("telephone", "Telephone"),
                            ("tablet", "Tablet"),
                        ],
                        default="link",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("token_hash", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("sent_at", models.DateTimeField(verbose_name="sent at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "nps",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="would recommend (0–10)"
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                (
                    "answered_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="survey",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("-sent_at",),
                "indexes": [
                    models.Index(fields=["answered_at"], name="surveys_answered"),
                    models.Index(fields=["sent_at"], name="surveys_sent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("nps", None), ("nps__lte", 10), _connector="OR"),
                        name="nps_is_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None),
                            ("answered_at__gte", models.F("sent_at")),
                            _connector="OR",
                        ),
                        name="survey_answered_after_sending",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.PositiveSmallIntegerField()),
                (
                    "dimension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="service_requests.surveydimension",
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="service_requests.survey",
                    ),
                ),
            ],
            options={
                "ordering": ("dimension__position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("survey", "dimension"), name="one_score_per_dimension"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 5)),
                        name="score_is_1_to_5",
                    ),
                ],
            },
        ),
    ]
