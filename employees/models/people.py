"""Outlets, and the people who are also the users: skills, cost, absences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.addresses import address
from employees.choices import AbsenceKind, OutletKind, Role
from employees.models.calendars import WorkingCalendar
from employees.models.naming import Named
from employees.permissions import Scope, scope_of

AT_DESK = timedelta(minutes=30), timedelta(hours=12)  # without a click, and at the most
ON_TABLET = timedelta(hours=12), timedelta(days=7)
TABLET_ROLES = {Role.FIELD_ENGINEER, Role.DEPOT_ENGINEER}
SECOND_STEP_ROLES = {Role.SERVICE_MANAGER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR}
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


class OutletQuerySet(models.QuerySet["Outlet"]):
    def visible_to(self, user: Employee) -> Self:
        own = Q(pk=user.outlet_id)
        return user.scoped(self, "employees.view", outlet=own, own=own)


class Outlet(models.Model):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=OutletKind, default=OutletKind.OWN)
    calendar = models.ForeignKey(
        WorkingCalendar,
        verbose_name=_("working calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    version = models.PositiveIntegerField(default=1)

    objects = OutletQuerySet.as_manager()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("employees:outlet", args=[self.code])


class Skill(Named):
    class Meta(Named.Meta):
        verbose_name = _("skill")


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def engineers(self) -> Self:
        return self.active().filter(
            role__in=(Role.FIELD_ENGINEER, Role.DEPOT_ENGINEER, Role.SENIOR_ENGINEER)
        )

    def with_presence(self, at: datetime) -> Self:
        """With what `queries.availability` asks: outlet, calendar, and `absent_now`."""
        now = Prefetch("absences", queryset=Absence.objects.at(at), to_attr="absent_now")
        return self.select_related("outlet__calendar").prefetch_related(now)

    def visible_to(self, user: Employee) -> Self:
        return user.scoped(
            self, "employees.view", outlet=Q(outlet=user.outlet_id), own=Q(pk=user.pk)
        )


class EmployeeManager(BaseUserManager["Employee"]):
    if TYPE_CHECKING:  # the type checker does not follow `from_queryset` through BaseUserManager

        def active(self) -> EmployeeQuerySet: ...
        def engineers(self) -> EmployeeQuerySet: ...
        def with_presence(self, at: datetime) -> EmployeeQuerySet: ...
        def visible_to(self, user: Employee) -> EmployeeQuerySet: ...

    def get_by_natural_key(self, username: str | None) -> Employee:
        return self.get(employee_no__iexact=username)

    def create_user(self, employee_no: str, password: str | None = None, **fields: Any) -> Employee:
        """An employee who may log in; without a password the log-in stays closed."""
        employee = self.model(employee_no=employee_no, **fields)
        employee.set_password(password)
        employee.save(using=self._db)
        return employee


class Employee(AbstractBaseUser):
    """A person of the service organisation, and the user who logs in.

    Most employees of an import have no password and so no log-in. `granted` gives one person more
    than the role does: `{"costs.view": "all"}`. Cost rates are rows of their own, valid from a day.
    """

    employee_no = models.CharField(_("employee number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role)
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="employees"
    )
    ring = models.PositiveSmallIntegerField(
        _("ring"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    supervisor = models.ForeignKey(
        "self",
        verbose_name=_("supervisor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports",
    )
    backup = models.ForeignKey(
        "self",
        verbose_name=_("backup"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    base_latitude = models.DecimalField(
        _("home base latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    base_longitude = models.DecimalField(
        _("home base longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    granted = models.JSONField(_("further permissions"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("superuser"), default=False)
    version = models.PositiveIntegerField(default=1)
    skills: models.ManyToManyField[Skill, EmployeeSkill] = models.ManyToManyField(
        Skill, through="EmployeeSkill"
    )

    objects = EmployeeManager.from_queryset(EmployeeQuerySet)()

    USERNAME_FIELD = "employee_no"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        ordering = ("employee_no",)
        constraints = (
            models.CheckConstraint(
                name="nobody_supervises_himself", condition=~Q(supervisor=F("id"))
            ),
            models.CheckConstraint(name="ring_is_1_2_or_3", condition=Q(ring__gte=1, ring__lte=3)),
            models.CheckConstraint(
                name="employee_left_after_joining",
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("employees:detail", self.employee_no)

    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    @property
    def home(self) -> str:
        """The URL name of the page where this person's day begins."""
        if self.role in TABLET_ROLES:
            return "dispatch:my_day"
        return (
            "reports:dashboard" if self.role == Role.DEPARTMENT_HEAD else "service_requests:index"
        )

    @property
    def log_in_lasts(self) -> tuple[timedelta, timedelta]:
        """How long a log-in lasts without a click, and at the most."""
        return ON_TABLET if self.role in TABLET_ROLES else AT_DESK

    @property
    def needs_second_step(self) -> bool:
        """Whether a stolen password must not be enough (trust.md S-18)."""
        return self.role in SECOND_STEP_ROLES or self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The admin site asks: it is for superusers only."""
        del perm, obj
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        del app_label
        return self.is_active and self.is_superuser

    def scope_of(self, action: str) -> Scope | None:
        """The records on which this person may do `action`; None for nowhere."""
        granted = self.granted.get(action)
        return Scope(granted) if granted else scope_of(self.role, action)

    def may(self, action: str) -> bool:
        return self.is_active and self.scope_of(action) is not None

    def scoped(
        self,
        queryset: Rows,
        action: str,
        *,
        outlet: Q | Callable[[], Q],
        own: Q | Callable[[], Q],
    ) -> Rows:
        """The rows of `queryset` on which this person may do `action`.

        What takes a subquery to say is given as a function: who sees everything never needs it.
        """
        scope = self.scope_of(action) if self.is_active else None
        if scope is None:
            return queryset.none()
        if scope == Scope.ALL:
            return queryset
        condition = outlet if scope == Scope.OUTLET else own
        return queryset.filter(condition() if callable(condition) else condition)

    def search_scopes(self, action: str = "customers.view") -> list[str] | None:
        """The tokens of the entries on which this person may do `action`; None for all."""
        scope = self.scope_of(action)
        if scope is None:
            return []
        if scope == Scope.ALL:
            return None
        return [f"o{self.outlet_id}", "all"] if scope == Scope.OUTLET else [f"u{self.pk}", "all"]


class EmployeeSkillQuerySet(models.QuerySet["EmployeeSkill"]):
    def to_remind(self, on: date) -> Self:
        """Whose certificate's end is to be spoken of by that day."""
        return self.filter(remind_on__lte=on)


class EmployeeSkill(models.Model):
    """What a person can do, 1 (beginner) to 5 (expert); with an expired certificate, nothing.

    `remind_on` is the next day on which the certificate's end is spoken of.
    """

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    certificate_expires_on = models.DateField(_("certificate valid until"), null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)

    objects = EmployeeSkillQuerySet.as_manager()

    class Meta:
        ordering = ("-level",)
        indexes = (
            models.Index(
                name="certificates_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(name="one_level_per_skill", fields=["employee", "skill"]),
            models.CheckConstraint(
                name="skill_level_is_1_to_5", condition=Q(level__gte=1, level__lte=5)
            ),
            models.CheckConstraint(
                name="only_what_ends_is_reminded_of",
                condition=Q(remind_on=None) | Q(remind_on__lt=F("certificate_expires_on")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.skill.code}:{self.level}"


class CostRate(models.Model):
    """What an hour of a person costs the company, from a day on (base currency)."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="cost_rates")
    valid_from = models.DateField(_("valid from"))
    per_hour = models.DecimalField(_("per hour"), max_digits=10, decimal_places=2)

    class Meta:
        ordering = ("-valid_from",)
        constraints = (
            models.UniqueConstraint(
                name="one_cost_rate_per_day", fields=["employee", "valid_from"]
            ),
            models.CheckConstraint(
                name="cost_rate_not_negative", condition=Q(per_hour__gte=Decimal(0))
            ),
        )

    def __str__(self) -> str:
        return f"{self.employee} {self.per_hour}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def at(self, moment: datetime) -> Self:
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class Absence(models.Model):
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(_("kind"), max_length=10, choices=AbsenceKind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.CheckConstraint(
                name="absence_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
        )
        indexes = (models.Index(name="absence_of_employee", fields=["employee", "ends_at"]),)

    def __str__(self) -> str:
        return f"{self.employee} {self.get_kind_display()}"


class OnCallQuerySet(models.QuerySet["OnCall"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees who is on call in it and for all outlets."""
        here = Q(outlet=None) | Q(outlet=user.outlet_id) | Q(employee__outlet=user.outlet_id)
        return user.scoped(self, "employees.view", outlet=here, own=Q(employee=user.pk))

    def at(self, moment: datetime) -> Self:
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class OnCall(models.Model):
    """A line of the rota: who answers for a ring at this time, inside service hours or not.

    Without an outlet it holds for all outlets, after an outlet's own line.
    """

    employee = models.ForeignKey(
        Employee, verbose_name=_("employee"), on_delete=models.CASCADE, related_name="on_call"
    )
    outlet = models.ForeignKey(
        Outlet,
        verbose_name=_("outlet (empty: all)"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="on_call",
    )
    ring = models.PositiveSmallIntegerField(
        _("ring"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    version = models.PositiveIntegerField(default=1)

    objects = OnCallQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.CheckConstraint(
                name="on_call_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="on_call_ring_is_1_2_or_3", condition=Q(ring__gte=1, ring__lte=3)
            ),
        )
        indexes = (models.Index(name="on_call_by_end", fields=["ends_at"]),)

    def __str__(self) -> str:
        return f"{self.employee} {self.ring}"

    def get_absolute_url(self) -> str:
        return reverse("employees:rota")
