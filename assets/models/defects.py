"""What is known to be wrong with a device and has not been put right."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.choices import Gravity
from assets.models.installed import Asset
from employees.models import Employee


class DefectQuerySet(models.QuerySet["Defect"]):
    def open(self) -> Self:
        return self.filter(cleared_at=None)

    def of_device(self, device: Asset) -> Self:
        """Of the device and of all that is in it."""
        return self.filter(asset__in=Asset.objects.within(device))

    def lock(self, pk: int) -> Defect:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Defect(models.Model):
    """Something that is wrong with a device and stays on its page until somebody clears it.

    `source` is the number of the task on which it was found; empty when the desk noted it. `how` is
    what was done about it, or the number of the task that did.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="defects")
    text = models.CharField(_("what is wrong"), max_length=300)
    gravity = models.CharField(
        _("how grave"), max_length=10, choices=Gravity, default=Gravity.SLIGHT
    )
    source = models.CharField(max_length=40, blank=True)
    found_at = models.DateTimeField(_("found at"))
    found_by = models.ForeignKey(
        Employee, verbose_name=_("found by"), on_delete=models.PROTECT, related_name="+"
    )
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)
    cleared_by = models.ForeignKey(
        Employee,
        verbose_name=_("cleared by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    how = models.CharField(_("how it was cleared"), max_length=300, blank=True)

    objects = DefectQuerySet.as_manager()

    class Meta:
        ordering = ("-found_at", "-pk")
        verbose_name = _("defect")
        indexes = (
            models.Index(
                name="defects_open", fields=["asset", "-found_at"], condition=Q(cleared_at=None)
            ),
        )
        constraints = (
            models.CheckConstraint(name="defect_says_what_is_wrong", condition=~Q(text="")),
            models.CheckConstraint(
                name="cleared_defect_says_when_by_whom_and_how",
                condition=Q(cleared_at=None, cleared_by=None, how="")
                | Q(cleared_at__gte=F("found_at"), cleared_by__isnull=False) & ~Q(how=""),
            ),
        )

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return self.asset.get_absolute_url()
