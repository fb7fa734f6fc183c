"""Counting what really lies in a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.models import Employee
from orders.choices import Bin, CountStatus
from orders.models.stock import StockLevel, StockLocation

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class StockCountQuerySet(models.QuerySet["StockCount"]):
    def lock(self, pk: int) -> StockCount:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> Self:
        return self.filter(status=CountStatus.OPEN)

    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.work", outlet=outlet, own=own)


class StockCount(models.Model):
    """One count of a bin of a place; of parts whose number begins so, where it is a large one."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    location = models.ForeignKey(
        StockLocation, verbose_name=_("place"), on_delete=models.PROTECT, related_name="counts"
    )
    bin = models.CharField(_("bin"), max_length=10, choices=Bin, default=Bin.GOOD)
    parts_from = models.CharField(_("part numbers beginning with"), max_length=60, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=CountStatus, default=CountStatus.OPEN
    )
    begun_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"))
    ended_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = StockCountQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[StockCountLine]

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("count")
        constraints = (
            models.UniqueConstraint(
                name="one_open_count_of_a_bin",
                fields=["location", "bin", "parts_from"],
                condition=Q(status="open"),
            ),
            models.CheckConstraint(
                name="ended_count_says_when_and_by_whom",
                condition=Q(status="open", ended_at=None, ended_by=None)
                | (~Q(status="open") & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:count", args=[self.number])


class StockCountLine(models.Model):
    """What was counted of a level, and what the books held at that moment."""

    count = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, related_name="+")
    counted = models.PositiveIntegerField(_("counted"), null=True, blank=True)
    expected = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ("level__part__part_no", "pk")
        constraints = (
            models.UniqueConstraint(name="a_level_once_in_a_count", fields=["count", "level"]),
        )

    def __str__(self) -> str:
        return f"{self.level_id}: {self.counted}"

    @property
    def difference(self) -> int:
        return 0 if self.counted is None else self.counted - self.expected
