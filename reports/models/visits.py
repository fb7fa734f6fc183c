"""The head's own return visits: customers drawn by rule, and what they said."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from employees.models import Employee
from reports.choices import VisitReason, VisitResult, VisitWay
from service_requests.models import ServiceRequest


class VisitSample(models.Model):
    """Customers drawn for a month; the same month draws the same ones, in an order nobody chose."""

    month = models.DateField(_("month"), unique=True)  # its first day
    size = models.PositiveSmallIntegerField(_("customers"))
    drawn_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        ordering = ("-month",)
        verbose_name = _("sample of return visits")
        constraints = (
            models.CheckConstraint(name="sample_is_of_somebody", condition=Q(size__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return f"{reverse('reports:visits')}?month={self.month:%Y-%m}"


class ReturnVisitQuerySet(models.QuerySet["ReturnVisit"]):
    def open(self) -> Self:
        return self.filter(result="")

    def described(self) -> Self:
        return self.select_related("customer__tier", "service_request", "sample", "visited_by")

    def lock(self, pk: int) -> ReturnVisit:
        return self.select_for_update(of=("self",)).get(pk=pk)


class ReturnVisit(models.Model):
    """One customer of a sample: why it was drawn, and what the head heard there."""

    sample = models.ForeignKey(VisitSample, on_delete=models.CASCADE, related_name="visits")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="return_visits")
    service_request = models.ForeignKey(
        ServiceRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("why"), max_length=12, choices=VisitReason)
    result = models.CharField(_("result"), max_length=12, choices=VisitResult, blank=True)
    way = models.CharField(_("how"), max_length=8, choices=VisitWay, blank=True)
    score = models.PositiveSmallIntegerField(_("satisfaction (1–5)"), null=True, blank=True)
    said = models.TextField(_("what was said"), blank=True)
    agreed = models.TextField(_("what was agreed"), blank=True)
    visited_at = models.DateTimeField(null=True, blank=True)
    visited_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReturnVisitQuerySet.as_manager()

    class Meta:
        ordering = ("sample", "pk")
        verbose_name = _("return visit")
        constraints = (
            models.UniqueConstraint(name="a_customer_is_drawn_once", fields=["sample", "customer"]),
            models.CheckConstraint(
                name="visit_score_is_1_to_5",
                condition=Q(score=None) | Q(score__gte=1, score__lte=5),
            ),
            models.CheckConstraint(
                name="visited_says_when_and_by_whom",
                condition=Q(result="", visited_at=None, visited_by=None)
                | (~Q(result="") & Q(visited_at__isnull=False, visited_by__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return str(self.customer)

    def get_absolute_url(self) -> str:
        return reverse("reports:visit", args=[self.pk])
