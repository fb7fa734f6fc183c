"""Why a request waits, and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from employees.models import Employee, Named
from service_requests.choices import Turn


class HoldReason(Named):
    """Why a request may wait, whose turn it is then, which clocks stop, and how long at most."""

    turn = models.CharField(_("whose turn"), max_length=12, choices=Turn)
    holds_targets = models.JSONField(_("clocks that stop"), default=list, blank=True)
    max_hours = models.PositiveIntegerField(_("expires after (hours)"), default=72)

    class Meta(Named.Meta):
        verbose_name = _("hold reason")


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(ends_at=None)

    def expired(self, at: datetime) -> Self:
        """Still open although its time is over."""
        return self.open().filter(expires_at__lte=at)


class Hold(models.Model):
    """A spell of waiting, with a reason, whose turn it is, and an end by which somebody must look
    again.

    Nobody has to be there for it to end: at `expires_at` the clocks run again
    (actions.expire_holds).
    """

    service_request = models.ForeignKey(
        "service_requests.ServiceRequest", on_delete=models.CASCADE, related_name="holds"
    )
    reason = models.ForeignKey(
        HoldReason, verbose_name=_("reason"), on_delete=models.PROTECT, related_name="holds"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("look again at"))
    by = models.ForeignKey(
        Employee, verbose_name=_("owner"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                name="hold_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="hold_expires_after_start", condition=Q(expires_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                name="one_open_hold_per_request",
                fields=["service_request"],
                condition=Q(ends_at=None),
            ),
        )
        indexes = (
            models.Index(name="holds_expiring", fields=["expires_at"], condition=Q(ends_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.reason}"
