"""The return clock of an old part: taken out of a device by us, or still with a customer who got
the replacement first.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Part
from employees.models import Employee
from orders.models.orders import OrderLine
from orders.models.return_cases import ReturnLine
from orders.models.stock import StockLocation


class OldPartQuerySet(models.QuerySet["OldPart"]):
    def open(self) -> Self:
        """Not yet in a depot."""
        return self.filter(received_at=None)

    def in_vans(self) -> Self:
        """What our own people carry."""
        return self.filter(return_line=None)

    def at_customers(self) -> Self:
        return self.exclude(return_line=None)

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def to_remind(self, on: date) -> Self:
        return self.open().filter(remind_on__lte=on)

    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)


class OldPart(models.Model):
    """Lies in the faulty bin of a van until a depot receives it, or at a customer (`return_line`)
    until it comes to the depot of its return; `remind_on` is when its holder hears of it next.

    A customer pays for it when it is not back by its day: `charge` is the line that says how much.
    """

    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="old_parts"
    )
    serial_no = models.CharField(_("serial number"), max_length=80, blank=True)
    location = models.ForeignKey(
        StockLocation, verbose_name=_("place"), on_delete=models.PROTECT, related_name="old_parts"
    )
    holder = models.ForeignKey(
        Employee, verbose_name=_("taken out by"), on_delete=models.PROTECT, related_name="old_parts"
    )
    about_type = models.CharField(max_length=60)
    about_id = models.PositiveBigIntegerField()
    about_name = models.CharField(max_length=200)
    about_url = models.CharField(max_length=300, blank=True)
    return_line = models.ForeignKey(
        ReturnLine, null=True, blank=True, on_delete=models.PROTECT, related_name="old_parts"
    )
    charge = models.OneToOneField(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="old_part"
    )
    charged_at = models.DateTimeField(null=True, blank=True)
    taken_out_at = models.DateTimeField(_("taken out"))
    due_on = models.DateField(_("due"))
    remind_on = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OldPartQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("old part")
        indexes = (
            models.Index(
                name="old_parts_to_remind", fields=["remind_on"], condition=Q(received_at=None)
            ),
            models.Index(name="old_parts_by_due_day", fields=["due_on", "id"]),
        )
        constraints = (
            models.CheckConstraint(
                name="received_old_part_says_by_whom",
                condition=Q(received_at=None, received_by=None)
                | Q(received_at__isnull=False, received_by__isnull=False),
            ),
            models.CheckConstraint(
                name="only_customers_are_charged_for_old_parts",
                condition=Q(charged_at=None) | Q(return_line__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part.part_no} {self.serial_no}".strip()

    def get_absolute_url(self) -> str:
        return f"{reverse('orders:old_parts')}?q={self.serial_no or self.part.part_no}"

    @property
    def is_charged(self) -> bool:
        """The customer is to pay for it, for it has not come."""
        return self.charged_at is not None and self.received_at is None
