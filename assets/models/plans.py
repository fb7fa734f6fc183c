"""Preventive maintenance: what meters showed, the plans, and each time that a plan fell due."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import isclose
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.choices import (
    Meter,
    OccurrenceStatus,
    PlannedKind,
    ReadingSource,
    Why,
)
from assets.models.installed import Asset, AssetModel, Part
from assets.models.procedures import Step
from crmservice import rhythm
from customers.choices import OnHoliday, Unit
from employees.models import Employee, Skill

LONGEST_EVERY = 1000
LONGEST_AHEAD = 120
LONGEST_FLEXIBILITY = 60


class MeterReading(models.Model):
    """What a meter of a device showed; `is_new_meter` begins the count of another meter."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="readings")
    meter = models.CharField(_("meter"), max_length=12, choices=Meter)
    value = models.DecimalField(_("reading"), max_digits=14, decimal_places=2)
    taken_at = models.DateTimeField(_("read at"))
    by = models.ForeignKey(
        Employee, verbose_name=_("read by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(_("source"), max_length=10, choices=ReadingSource)
    is_new_meter = models.BooleanField(_("the meter was replaced"), default=False)

    class Meta:
        ordering = ("-taken_at", "-pk")
        verbose_name = _("meter reading")
        constraints = (
            models.CheckConstraint(name="reading_not_negative", condition=Q(value__gte=0)),
            models.UniqueConstraint(
                name="a_meter_is_read_once_at_a_time", fields=["asset", "meter", "taken_at"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.asset_id} {self.meter} {self.value}"

    def get_absolute_url(self) -> str:
        return self.asset.get_absolute_url()


class PlanQuerySet(models.QuerySet["MaintenancePlan"]):
    def visible_to(self, user: Employee) -> Self:
        """Templates are the company's, as the catalogue is; else as the device is seen."""
        return self.filter(Q(asset=None) | Q(asset__in=Asset.objects.visible_to(user)))

    def of_devices(self) -> Self:
        return self.filter(asset__isnull=False)

    def templates(self) -> Self:
        return self.filter(asset=None)

    def running(self, on: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def to_generate(self, on: date) -> Self:
        """Whose next turn is to become a task by that day."""
        return self.filter(generate_on__lte=on)

    def described(self) -> Self:
        return self.select_related("asset__model", "asset__customer", "model")

    def lock(self, pk: int) -> MaintenancePlan:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class MaintenancePlan(models.Model):
    """Work that comes back on a device, or the template of it for a model.

    Days are the organisation's. A fixed rhythm by calendar keeps to the days counted from
    `starts_on`; all others go on from `counted_from` (the last time) and `meter_from` (the use
    then). `next_on` is when it is due next and `generate_on` when that becomes a task: both are
    derived, and None while a rolling plan waits for its work to be done.
    """

    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plans",
    )
    model = models.ForeignKey(
        AssetModel,
        verbose_name=_("model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plans",
    )
    template = models.ForeignKey(
        "self",
        verbose_name=_("made from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applied",
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=PlannedKind, default=PlannedKind.INSPECTION
    )
    title = models.CharField(_("title"), max_length=120)
    instructions = models.TextField(_("instructions"), blank=True)
    skill = models.ForeignKey(
        Skill, verbose_name=_("skill needed"), null=True, blank=True, on_delete=models.PROTECT
    )
    every = models.PositiveSmallIntegerField(
        _("every"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_EVERY)],
    )
    unit = models.CharField(
        _("unit of time"), max_length=6, choices=Unit, default=Unit.MONTH, blank=True
    )
    meter = models.CharField(_("meter"), max_length=12, choices=Meter, blank=True)
    meter_every = models.DecimalField(
        _("every so much use"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    is_rolling = models.BooleanField(_("counts from when it was done"), default=False)
    flexibility_days = models.PositiveSmallIntegerField(
        _("flexibility (± days)"), default=3, validators=[MaxValueValidator(LONGEST_FLEXIBILITY)]
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("becomes a task (days ahead)"), default=7, validators=[MaxValueValidator(LONGEST_AHEAD)]
    )
    holidays = models.CharField(
        _("on a day without service"), max_length=6, choices=OnHoliday, default=OnHoliday.AFTER
    )
    covers_within_days = models.PositiveSmallIntegerField(
        _("covers lesser plans within (days)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_FLEXIBILITY)],
    )
    keeps_lines = models.BooleanField(_("its checklist goes along when covered"), default=True)
    needs_contract = models.BooleanField(_("only while a contract covers it"), default=False)
    starts_on = models.DateField(_("first due on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    turn = models.PositiveIntegerField(default=0)
    counted_from = models.DateField(null=True, blank=True)
    meter_from = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    next_on = models.DateField(_("next due"), null=True, blank=True)
    generate_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        verbose_name = _("maintenance plan")
        indexes = (
            models.Index(
                name="plans_to_generate",
                fields=["generate_on", "id"],
                condition=Q(generate_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="plan_is_of_a_device_or_a_model",
                condition=Q(asset__isnull=False, model=None) | Q(asset=None, model__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_comes_back_by_calendar_or_meter",
                condition=Q(every__gt=0) | Q(meter_every__gt=0),
            ),
            models.CheckConstraint(
                name="plan_names_its_meter",
                condition=Q(meter_every=None) | Q(meter_every__gt=0) & ~Q(meter=""),
            ),
            models.CheckConstraint(
                name="plan_names_its_unit_of_time", condition=Q(every=None) | ~Q(unit="")
            ),
            models.CheckConstraint(
                name="only_plans_of_devices_become_tasks",
                condition=Q(generate_on=None) | Q(asset__isnull=False, next_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assets:plan", args=[self.pk])

    @property
    def interval(self) -> rhythm.Interval | None:
        return rhythm.Interval(self.every, rhythm.Unit(self.unit)) if self.every else None

    @property
    def is_template(self) -> bool:
        return self.asset_id is None

    def is_greater_than(self, other: MaintenancePlan) -> bool:
        """Whether it comes back less often, by the measure that both have."""
        mine, theirs = self.interval, other.interval
        if mine and theirs:
            return mine.days > theirs.days
        if self.meter_every and other.meter_every and self.meter == other.meter:
            return self.meter_every > other.meter_every
        return False

    def comes_back_with(self, other: MaintenancePlan) -> bool:
        """Whether it comes back as often, by calendar or by the same meter."""
        mine, theirs = self.interval, other.interval
        if mine and theirs and isclose(mine.days, theirs.days):
            return True
        return bool(self.meter_every) and (
            (self.meter, self.meter_every) == (other.meter, other.meter_every)
        )

    def is_over(self, on: date) -> bool:
        return self.ends_on is not None and self.ends_on < on


class PlanLine(Step):
    """One line of the checklist that goes with the task."""

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.CASCADE, related_name="lines")


class PlanPart(models.Model):
    """A part to take along."""

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(name="a_part_once_per_plan", fields=["plan", "part"]),
            models.CheckConstraint(name="plan_part_is_positive", condition=Q(quantity__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def visible_to(self, user: Employee) -> Self:
        return self.filter(plan__asset__in=Asset.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=OccurrenceStatus.OPEN)

    def owed(self) -> Self:
        """What counts for compliance: all that was to be done, done or not."""
        return self.filter(
            status__in=(OccurrenceStatus.OPEN, OccurrenceStatus.DONE, OccurrenceStatus.MISSED)
        )

    def done_in_time(self) -> Self:
        return self.filter(status=OccurrenceStatus.DONE, done_on__lte=F("latest_on"))

    def done_late(self) -> Self:
        return self.filter(status=OccurrenceStatus.DONE, done_on__gt=F("latest_on"))

    def missed(self, on: date) -> Self:
        """Not done, and the window is over, or the next turn had come."""
        is_over = Q(status=OccurrenceStatus.OPEN, latest_on__lt=on)
        return self.filter(is_over | Q(status=OccurrenceStatus.MISSED))

    def ahead(self, on: date) -> Self:
        """Not done, and the window is not over yet."""
        return self.filter(status=OccurrenceStatus.OPEN, latest_on__gte=on)


class Occurrence(models.Model):
    """One turn of a plan: when it is due, in which window, and what became of it.

    `nominal_on` is the day of the rhythm, `due_on` the working day that it falls on.
    """

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.PROTECT, related_name="occurrences")
    turn = models.PositiveIntegerField()
    nominal_on = models.DateField()
    due_on = models.DateField(_("due"))
    earliest_on = models.DateField(_("not before"))
    latest_on = models.DateField(_("not after"))
    status = models.CharField(
        _("status"), max_length=10, choices=OccurrenceStatus, default=OccurrenceStatus.OPEN
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    why = models.CharField(_("why not"), max_length=12, choices=Why, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    covered_by = models.ForeignKey(
        "self",
        verbose_name=_("covered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="covers",
    )

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        ordering = ("-due_on", "-pk")
        verbose_name = _("planned maintenance")
        indexes = (
            models.Index(name="occurrences_by_day", fields=["due_on", "id"]),
            models.Index(
                name="occurrences_open", fields=["latest_on", "id"], condition=Q(status="open")
            ),
        )
        constraints = (
            models.UniqueConstraint(name="a_turn_falls_due_once", fields=["plan", "turn"]),
            models.CheckConstraint(
                name="window_is_around_the_due_day",
                condition=Q(earliest_on__lte=F("due_on"), latest_on__gte=F("due_on")),
            ),
            models.CheckConstraint(
                name="done_maintenance_says_when",
                condition=Q(status="done", done_on__isnull=False)
                | ~Q(status="done") & Q(done_on=None),
            ),
            models.CheckConstraint(
                name="covered_maintenance_says_by_what",
                condition=Q(status="covered", covered_by__isnull=False)
                | ~Q(status="covered") & Q(covered_by=None),
            ),
            models.CheckConstraint(
                name="left_out_maintenance_says_why", condition=~Q(status="skipped") | ~Q(why="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.due_on}"

    def get_absolute_url(self) -> str:
        return self.plan.get_absolute_url()
