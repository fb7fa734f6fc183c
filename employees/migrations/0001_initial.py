import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Outlet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("own", "Own outlet"), ("partner", "Partner outlet")],
                        default="own",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="SetupLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Skill",
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
            ],
            options={
                "verbose_name": "skill",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WorkingCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Shanghai", max_length=40, verbose_name="time zone"
                    ),
                ),
                ("weekly", models.JSONField(verbose_name="weekly hours")),
                (
                    "country",
                    models.CharField(blank=True, max_length=10, verbose_name="public holidays of"),
                ),
                (
                    "moved_spans",
                    models.JSONField(
                        blank=True, default=list, verbose_name="hours of moved working days"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Employee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "employee_no",
                    models.CharField(max_length=40, unique=True, verbose_name="employee number"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=120, verbose_name="English name"),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telephone")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("service_manager", "Service manager"),
                            ("field_engineer", "Field engineer"),
                            ("depot_engineer", "Depot engineer"),
                            ("senior_engineer", "Senior engineer"),
                            ("storekeeper", "Storekeeper"),
                            ("department_head", "Department head"),
                            ("sales", "Sales"),
                            ("partner_coordinator", "Partner coordinator"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
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
                    "base_latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="home base latitude",
                    ),
                ),
                (
                    "base_longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        verbose_name="home base longitude",
                    ),
                ),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="joined on")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="left on")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                (
                    "granted",
                    models.JSONField(blank=True, default=dict, verbose_name="further permissions"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_superuser", models.BooleanField(default=False, verbose_name="superuser")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "backup",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="backup",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="supervisor",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="employees",
                        to="employees.outlet",
                        verbose_name="outlet",
                    ),
                ),
            ],
            options={
                "ordering": ("employee_no",),
            },
        ),
        migrations.CreateModel(
            name="Authority",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("service_manager", "Service manager"),
                            ("field_engineer", "Field engineer"),
                            ("depot_engineer", "Depot engineer"),
                            ("senior_engineer", "Senior engineer"),
                            ("storekeeper", "Storekeeper"),
                            ("department_head", "Department head"),
                            ("sales", "Sales"),
                            ("partner_coordinator", "Partner coordinator"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                (
                    "limit",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="limit"),
                ),
            ],
            options={
                "ordering": ("role", "kind"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("role", "kind"), name="one_limit_per_role_and_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployeeSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="level",
                    ),
                ),
                (
                    "certificate_expires_on",
                    models.DateField(blank=True, null=True, verbose_name="certificate valid until"),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skill_levels",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holders",
                        to="employees.skill",
                    ),
                ),
            ],
            options={
                "ordering": ("-level",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employee", "skill"), name="one_level_per_skill"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)),
                        name="skill_level_is_1_to_5",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="employee",
            name="skills",
            field=models.ManyToManyField(through="employees.EmployeeSkill", to="employees.skill"),
        ),
        migrations.AddField(
            model_name="outlet",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="employees.workingcalendar",
                verbose_name="working calendar",
            ),
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holiday", "Public holiday"),
                            ("moved", "Moved working day"),
                            ("closure", "Closure"),
                            ("extra", "Extra day"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("spans", models.JSONField(blank=True, default=list, verbose_name="hours")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="employees.workingcalendar",
                    ),
                ),
            ],
            options={
                "ordering": ("date",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calendar", "date"), name="one_rule_per_calendar_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
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
                            ("leave", "Leave"),
                            ("sick", "Sick"),
                            ("training", "Training"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-starts_at",),
                "indexes": [
                    models.Index(fields=["employee", "ends_at"], name="absence_of_employee")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="absence_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CostRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "per_hour",
                    models.DecimalField(decimal_places=2, max_digits=10, verbose_name="per hour"),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cost_rates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-valid_from",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employee", "valid_from"), name="one_cost_rate_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_hour__gte", Decimal("0"))),
                        name="cost_rate_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(("supervisor", models.F("id")), _negated=True),
                name="nobody_supervises_himself",
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(("ring__gte", 1), ("ring__lte", 3)), name="ring_is_1_2_or_3"
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_on", None),
                    ("joined_on", None),
                    ("left_on__gte", models.F("joined_on")),
                    _connector="OR",
                ),
                name="employee_left_after_joining",
            ),
        ),
    ]
