"""Questions to another department."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from employees.choices import Department
from employees.models import Employee
from service_requests.choices import HandoverStatus
from service_requests.models.requests import ServiceRequest


class HandoverQuerySet(models.QuerySet["Handover"]):
    def asked(self) -> Self:
        """Without an answer, and not withdrawn."""
        return self.filter(status=HandoverStatus.ASKED)

    def overdue(self, at: datetime) -> Self:
        """Due and not yet told of."""
        return self.asked().filter(overdue_at=None, due_at__lte=at)


class Handover(models.Model):
    """A question to another department that must return with an answer.

    `overdue_at` is its due time once the sweep has told that the answer did not come.
    """

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="handovers"
    )
    department = models.CharField(_("department"), max_length=12, choices=Department)
    asked_of = models.ForeignKey(
        Employee,
        verbose_name=_("asked of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="handovers",
    )
    question = models.TextField(_("question"))
    status = models.CharField(
        _("status"), max_length=10, choices=HandoverStatus, default=HandoverStatus.ASKED
    )
    asked_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(_("answer due by"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at",)
        indexes = (
            models.Index(
                name="handovers_due",
                fields=["due_at"],
                condition=Q(status="asked", overdue_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="handover_due_after_asking", condition=Q(due_at__gt=F("asked_at"))
            ),
            models.CheckConstraint(
                name="answered_handover_has_its_answer",
                condition=~Q(status="answered")
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request.number} · {self.get_department_display()}"

    def get_absolute_url(self) -> str:
        return self.service_request.get_absolute_url()
