"""The time and parts that a task took, and the work report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.models import Part
from dispatch.choices import OF_DEVICE, TimeKind
from dispatch.models.tasks import Task
from employees.models import Employee
from orders.models import OrderLine


class TimeEntry(models.Model):
    """Hours that a person spent on a task; cost is hours × the cost rate valid on the day."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="time_entries")
    employee = models.ForeignKey(
        Employee, verbose_name=_("engineer"), on_delete=models.PROTECT, related_name="time_entries"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TimeKind)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    worked_on = models.DateField(_("day"))
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="time_entries"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("worked_on", "pk")
        verbose_name = _("time entry")
        constraints = (
            models.CheckConstraint(
                name="time_entry_is_positive", condition=Q(hours__gt=Decimal(0))
            ),
        )
        indexes = (
            models.Index(name="time_by_employee_and_day", fields=["employee", "worked_on"]),
            models.Index(name="time_by_day", fields=["worked_on"]),
        )

    def __str__(self) -> str:
        return f"{self.task_id} {self.kind} {self.hours}"

    def get_absolute_url(self) -> str:
        return self.task.get_absolute_url()


class Pause(models.Model):
    """A time within the work of a task that is no labour; without an end it goes on."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="pauses")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="one_open_pause_of_a_task", fields=["task"], condition=Q(ends_at=None)
            ),
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id} {self.starts_at:%H:%M}"


class PartUse(models.Model):
    """A part that went into a device on a task; its price and cost stand on the order line.

    `used_by` is who of the crew used it, out of the own van; None is who answers for the task.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="parts_used")
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="uses"
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    serial_no = models.CharField(_("serial number of the new part"), max_length=80, blank=True)
    removed_serial_no = models.CharField(
        _("serial number of the part taken out"), max_length=80, blank=True
    )
    used_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="part_uses"
    )
    used_on = models.DateField(_("day"))
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(name="part_use_is_positive", condition=Q(quantity__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"


class WorkReport(models.Model):
    """What was found and done, and the customer's word on it; a draft until its task is finished.

    `travel_hours` and `labour_hours` are what the engineer typed instead of the stamps' hours; the
    hours that count are TimeEntry rows. `later_readings` were entered after the customer signed.
    The signature is the drawn picture as a PNG data address. `of_device` is what was typed of the
    device while it is a draft (choices.OF_DEVICE); when the work ends it is rows of the device.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="work_report")
    result = models.TextField(_("what was found and done"), blank=True)
    readings = models.TextField(_("readings"), blank=True)
    later_readings = models.TextField(_("readings entered later"), blank=True)
    remaining = models.TextField(_("what is still to do"), blank=True)
    remarks = models.TextField(_("engineer's remarks"), blank=True)
    customer_remarks = models.TextField(_("customer's remarks"), blank=True)
    rating = models.PositiveSmallIntegerField(
        _("customer's rating"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    travel_hours = models.DecimalField(
        _("travel (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    labour_hours = models.DecimalField(
        _("labour (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    signature = models.TextField(blank=True)
    unsigned_reason = models.CharField(_("why nobody signed"), max_length=200, blank=True)
    unchecked_reason = models.CharField(
        _("why the checklist is not complete"), max_length=200, blank=True
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    of_device = models.JSONField(default=dict, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="signature_says_whose_and_when",
                condition=Q(signature="") | (~Q(signed_by="") & Q(signed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="rating_is_1_to_5", condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5)
            ),
        )

    def __str__(self) -> str:
        return f"report {self.task_id}"

    def drafted(self, name: str) -> Any:
        """What is typed so far in a field of the sign-off."""
        return self.of_device.get(name, "") if name in OF_DEVICE else getattr(self, name)
