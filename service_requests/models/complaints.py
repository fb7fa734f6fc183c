"""What becomes of a complaint, beside the request that it is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.choices import Department
from employees.models import Employee
from employees.permissions import Scope
from service_requests.choices import ComplaintCause, ComplaintStage
from service_requests.models.requests import ServiceRequest


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the requests that this person sees."""
        if user.scope_of("service_requests.view") == Scope.ALL:
            return self
        seen = ServiceRequest.objects.visible_to(user).values("pk")
        return self.filter(service_request__in=seen)

    def overdue(self, at: datetime) -> Self:
        """Whose next step is due and was not told of."""
        return self.filter(remind_at__lte=at)

    def described(self) -> Self:
        return self.select_related(
            "service_request__customer", "service_request__tier", "service_request__owner"
        )

    def lock(self, pk: int) -> Complaint:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Complaint(models.Model):
    """Acknowledged, investigated, remedied, answered; the customer confirms it as with any request.

    Both due times count service hours from the opening. `remind_at` is the one that comes next,
    until it was told that it has passed; what was late stays late (`was_late`).
    """

    service_request = models.OneToOneField(
        ServiceRequest, on_delete=models.CASCADE, related_name="complaint"
    )
    stage = models.CharField(
        _("stage"), max_length=12, choices=ComplaintStage, default=ComplaintStage.RECEIVED
    )
    acknowledge_due_at = models.DateTimeField(_("to be acknowledged by"))
    answer_due_at = models.DateTimeField(_("to be answered by"))
    remind_at = models.DateTimeField(null=True, blank=True)
    was_late = models.BooleanField(_("late"), default=False)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    cause = models.CharField(_("cause"), max_length=12, choices=ComplaintCause, blank=True)
    department = models.CharField(
        _("department that caused it"), max_length=12, choices=Department, blank=True
    )
    findings = models.TextField(_("what was found"), blank=True)
    remedy = models.TextField(_("what is done for the customer"), blank=True)
    measure = models.TextField(_("so that it does not happen again"), blank=True)
    goodwill_amount = models.DecimalField(
        _("goodwill"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    goodwill_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    goodwill_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ("answer_due_at", "pk")
        verbose_name = _("complaint")
        indexes = (
            models.Index(name="complaints_by_due", fields=["answer_due_at", "id"]),
            models.Index(
                name="complaints_to_remind",
                fields=["remind_at"],
                condition=Q(remind_at__isnull=False),
            ),
            models.Index(
                name="complaints_goodwill",
                fields=["goodwill_by", "goodwill_on"],
                condition=Q(goodwill_amount__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="complaint_is_answered_after_it_is_acknowledged",
                condition=Q(answer_due_at__gte=F("acknowledge_due_at")),
            ),
            models.CheckConstraint(
                name="goodwill_says_who_and_when",
                condition=Q(goodwill_amount=None, goodwill_by=None, goodwill_on=None)
                | Q(
                    goodwill_amount__gt=Decimal(0),
                    goodwill_by__isnull=False,
                    goodwill_on__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return self.service_request.number

    def get_absolute_url(self) -> str:
        return reverse("service_requests:complaint", args=[self.service_request.number])

    @property
    def is_investigated(self) -> bool:
        return bool(self.cause and self.findings)
