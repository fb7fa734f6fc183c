"""Customers that buy less: how each developed month by month, and what is done to keep them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.choices import Recovered, Trend
from customers.models.records import Customer
from employees.models import Employee
from employees.permissions import Scope


class CustomerTrendQuerySet(models.QuerySet["CustomerTrend"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the customers that this person sees, for who may see what they buy."""
        if not user.may("customers.view_value"):
            return self.none()
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))


class CustomerTrend(models.Model):
    """A customer's trend as it was judged for a month, on its first day (base currency)."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="trends"
    )
    month = models.DateField(_("month"))
    trend = models.CharField(_("trend"), max_length=10, choices=Trend)
    recent = models.DecimalField(_("last months"), max_digits=16, decimal_places=2)
    before = models.DecimalField(_("months before"), max_digits=16, decimal_places=2)

    objects = CustomerTrendQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "-pk")
        verbose_name = _("trend")
        indexes = (models.Index(name="trends_of_month", fields=["month", "trend"]),)
        constraints = (
            models.UniqueConstraint(name="one_trend_a_month", fields=["customer", "month"]),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return self.customer.get_absolute_url()


class RecoveryCaseQuerySet(models.QuerySet["RecoveryCase"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the customers that this person sees, for who may see what they buy."""
        if not user.may("customers.view_value"):
            return self.none()
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def to_remind(self, on: date) -> Self:
        return self.filter(remind_on__lte=on)

    def described(self) -> Self:
        return self.select_related("customer__tier", "owner")

    def lock(self, pk: int) -> RecoveryCase:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class RecoveryCase(models.Model):
    """A customer that is to be kept: why it buys less, who met about it, what is done, and the end.

    One is open at a time for a customer. `remind_on` is when its owner is reminded next: some days
    before `due_on`, and on the day after with the supervisor.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="recovery_cases",
    )
    trend = models.CharField(_("trend"), max_length=10, choices=Trend)
    recent = models.DecimalField(_("last months"), max_digits=16, decimal_places=2)
    before = models.DecimalField(_("months before"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Employee,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recovery_cases",
    )
    opened_at = models.DateTimeField(_("opened"))
    due_on = models.DateField(_("due"))
    remind_on = models.DateField(null=True, blank=True)
    met_on = models.DateField(_("meeting on"), null=True, blank=True)
    present = models.CharField(_("present"), max_length=300, blank=True)
    causes = models.TextField(_("causes"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Recovered, blank=True)
    result = models.TextField(_("result"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = RecoveryCaseQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        verbose_name = _("recovery case")
        indexes = (
            models.Index(name="recovery_by_due", fields=["due_on", "id"]),
            models.Index(
                name="recovery_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_open_recovery_a_customer",
                fields=["customer"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="closed_recovery_says_what_came_of_it",
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, remind_on=None) & ~Q(outcome="") & ~Q(result=""),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("customers:recovery_case", args=[self.number])


class RecoveryMeasure(models.Model):
    """What somebody does by a day so that the customer stays."""

    case = models.ForeignKey(RecoveryCase, on_delete=models.CASCADE, related_name="measures")
    text = models.CharField(_("measure"), max_length=300)
    owner = models.ForeignKey(
        Employee, verbose_name=_("does it"), on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("due"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=300, blank=True)

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("measure")
        constraints = (
            models.CheckConstraint(
                name="done_measure_says_what_came_of_it",
                condition=Q(done_on=None) | ~Q(result=""),
            ),
        )

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return self.case.get_absolute_url()
