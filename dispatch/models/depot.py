"""Goods in the depot: where each piece stands, what it waits for, what was measured, whose time it
takes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from crmservice.errors import DomainError
from customers.models import Customer
from dispatch.choices import (
    HERE,
    IN_PROGRESS,
    ON_THE_BENCH,
    STAGES,
    TO_BE_SHIPPED,
    UNDER_PROMISE,
    Stage,
    WaitFor,
)
from dispatch.models.reports import TimeEntry
from dispatch.models.tasks import Task
from employees.models import Employee, Outlet
from orders.models import ReturnLine
from service_requests.models import ServiceRequest


class DepotRepairQuerySet(models.QuerySet["DepotRepair"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees the goods in its own depot."""
        own = Q(outlet=user.outlet_id)
        return user.scoped(self, "depot.view", outlet=own, own=own)

    def in_progress(self) -> Self:
        """Expected, here, or shipped and not closed."""
        return self.filter(stage__in=IN_PROGRESS)

    def here(self) -> Self:
        return self.filter(stage__in=HERE)

    def overdue(self, at: datetime) -> Self:
        """Still with us after the day that was promised."""
        return self.filter(stage__in=UNDER_PROMISE, due_at__lte=at)

    def to_warn(self, at: datetime) -> Self:
        """Overdue, and nobody has been told."""
        return self.overdue(at).filter(warned_at=None)

    def lock(self, pk: int) -> DepotRepair:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class DepotRepair(models.Model):
    """One piece of goods on its way through the depot of an outlet.

    `serial_no` is what was scanned; `asset` is the device once it is known, and without `customer`
    nobody knows whose it is. `return_line` is what a customer gave back, to be repaired. `due_at`
    is until when it was promised back: the end of a working day of the outlet, not counting what it
    waited; nothing while it waits. `stage_at` is since when it stands where it stands.
    """

    number = models.CharField(_("repair number"), max_length=40, unique=True)
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("depot"), on_delete=models.PROTECT, related_name="repairs"
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.EXPECTED)
    stage_at = models.DateTimeField(_("since"))
    serial_no = models.CharField(_("serial number"), max_length=80)
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repairs",
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repairs",
    )
    service_request = models.ForeignKey(
        ServiceRequest,
        verbose_name=_("service request"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repairs",
    )
    task = models.OneToOneField(
        Task,
        verbose_name=_("task"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repair",
    )
    return_line = models.ForeignKey(
        ReturnLine, null=True, blank=True, on_delete=models.PROTECT, related_name="repairs"
    )
    condition = models.TextField(_("condition on arrival"), blank=True)
    accessories = models.CharField(_("accessories"), max_length=300, blank=True)
    place = models.CharField(_("place in the depot"), max_length=60, blank=True)
    carrier_in = models.CharField(_("carrier (in)"), max_length=80, blank=True)
    tracking_in = models.CharField(_("tracking number (in)"), max_length=80, blank=True)
    carrier_out = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking_out = models.CharField(_("tracking number"), max_length=80, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by = models.ForeignKey(
        Employee,
        verbose_name=_("received by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    shipped_at = models.DateTimeField(_("shipped at"), null=True, blank=True)
    due_at = models.DateTimeField(_("promised by"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(default=1)

    objects = DepotRepairQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("depot repair")
        indexes = (
            models.Index(name="repairs_newest", fields=["-created_at", "-id"]),
            models.Index(name="repairs_by_stage", fields=["stage", "stage_at", "id"]),
            models.Index(name="repairs_by_serial", fields=["serial_no"]),
            models.Index(
                name="repairs_to_warn",
                fields=["due_at", "id"],
                condition=Q(due_at__isnull=False, warned_at=None, stage__in=UNDER_PROMISE),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_device_is_in_one_depot_at_a_time",
                fields=["asset"],
                condition=Q(asset__isnull=False, stage__in=[Stage.EXPECTED, *HERE]),
            ),
            models.UniqueConstraint(
                name="unknown_goods_are_received_once",
                fields=["outlet", "serial_no"],
                condition=Q(asset=None, stage__in=[Stage.EXPECTED, *HERE]),
            ),
            models.CheckConstraint(
                name="goods_that_came_say_when_and_to_whom",
                condition=Q(stage__in=["expected", "closed"])
                | Q(received_at__isnull=False, received_by__isnull=False),
            ),
            models.CheckConstraint(
                name="goods_on_the_bench_are_somebodys",
                condition=Q(stage__in=["expected", "received", "scrapped", "closed", "refused"])
                | Q(customer__isnull=False),
            ),
            models.CheckConstraint(
                name="what_waits_is_not_due", condition=~Q(stage="waiting") | Q(due_at=None)
            ),
            models.CheckConstraint(
                name="shipped_goods_say_when",
                condition=~Q(stage="shipped") | Q(shipped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="goods_are_shipped_after_they_came",
                condition=Q(shipped_at=None) | Q(shipped_at__gte=F("received_at")),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("dispatch:repair", args=[self.number])

    @property
    def is_in_progress(self) -> bool:
        return self.stage in IN_PROGRESS

    @property
    def is_here(self) -> bool:
        return self.stage in HERE

    @property
    def is_on_the_bench(self) -> bool:
        """Somebody works on it, or could."""
        return self.stage in ON_THE_BENCH

    @property
    def is_to_be_shipped(self) -> bool:
        return self.stage in TO_BE_SHIPPED

    @property
    def is_under_promise(self) -> bool:
        return self.stage in UNDER_PROMISE

    def is_overdue(self, at: datetime) -> bool:
        return self.is_under_promise and self.due_at is not None and self.due_at <= at

    def move_to(self, stage: Stage, *, at: datetime) -> None:
        if stage not in STAGES[Stage(self.stage)]:
            raise DomainError(
                _("%(number)s is “%(now)s”, it cannot become “%(then)s”.")
                % {"number": self.number, "now": self.get_stage_display(), "then": stage.label}
            )
        self.stage, self.stage_at = stage, at


class DepotStep(models.Model):
    """That a piece of goods came to a stage, when and by whom."""

    repair = models.ForeignKey(DepotRepair, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.repair_id} {self.stage}"


class DepotWait(models.Model):
    """A spell in which a repair waited, and its promise did not run."""

    repair = models.ForeignKey(DepotRepair, on_delete=models.CASCADE, related_name="waits")
    reason = models.CharField(_("waiting for"), max_length=10, choices=WaitFor)
    note = models.CharField(_("note"), max_length=300, blank=True)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ("began_at", "pk")
        constraints = (
            models.UniqueConstraint(
                name="a_repair_waits_once_at_a_time",
                fields=["repair"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="waiting_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.repair_id} {self.reason}"


class Measurement(models.Model):
    """One value that was measured on the bench, with its limit; `passed` is empty where no limit
    says so.
    """

    repair = models.ForeignKey(DepotRepair, on_delete=models.CASCADE, related_name="measurements")
    name = models.CharField(_("what was measured"), max_length=120)
    value = models.CharField(_("value"), max_length=60)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    limit = models.CharField(_("limit"), max_length=60, blank=True)
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("measured at"))

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.name} {self.value} {self.unit}"


class LabourTimerQuerySet(models.QuerySet["LabourTimer"]):
    def running(self) -> Self:
        return self.filter(stopped_at=None)

    def to_ask(self, at: datetime) -> Self:
        """Those that run for so long that they may have been forgotten, and nobody was asked."""
        return self.running().filter(ask_at__lte=at)


class LabourTimer(models.Model):
    """The time that somebody works on a repair, while it runs and as it was booked.

    `ask_at` is when its owner is asked whether it was forgotten; nothing once that was done.
    """

    employee = models.ForeignKey(
        Employee, verbose_name=_("engineer"), on_delete=models.PROTECT, related_name="timers"
    )
    repair = models.ForeignKey(DepotRepair, on_delete=models.CASCADE, related_name="timers")
    started_at = models.DateTimeField(_("started at"))
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    ask_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        TimeEntry, null=True, blank=True, on_delete=models.SET_NULL, related_name="timer"
    )

    objects = LabourTimerQuerySet.as_manager()

    class Meta:
        ordering = ("started_at", "pk")
        verbose_name = _("labour timer")
        indexes = (
            models.Index(
                name="timers_to_ask",
                fields=["ask_at", "id"],
                condition=Q(stopped_at=None, ask_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_person_has_one_running_timer",
                fields=["employee"],
                condition=Q(stopped_at=None),
            ),
            models.CheckConstraint(
                name="timer_stops_after_it_started",
                condition=Q(stopped_at=None) | Q(stopped_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="only_a_running_timer_is_asked_about",
                condition=Q(stopped_at=None) | Q(ask_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.employee} {self.repair_id}"

    def get_absolute_url(self) -> str:
        return self.repair.get_absolute_url()
