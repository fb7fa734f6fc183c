"""What is paid out together, and what a month may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.models import Employee, Outlet

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from expenses.models.claims import ExpenseClaim


class PaymentRun(models.Model):
    """Approved claims of one currency that were paid out together, once."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    claim_count = models.PositiveIntegerField(_("claims"))
    made_by = models.ForeignKey(
        Employee,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="payment_runs",
    )
    made_at = models.DateTimeField(_("made"))

    if TYPE_CHECKING:
        claims: RelatedManager[ExpenseClaim]

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("payment run")
        indexes = (models.Index(name="payment_runs_newest", fields=["-made_at", "-id"]),)
        constraints = (
            models.CheckConstraint(
                name="a_run_pays_something", condition=Q(amount__gt=0, claim_count__gt=0)
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("expenses:payment_run", args=[self.number])


class Budget(models.Model):
    """What an outlet's people may spend on a month's days, in base currency."""

    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.CASCADE, related_name="budgets"
    )
    month = models.DateField(_("month"))  # its first day
    amount = models.DecimalField(_("budget"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("-month", "outlet")
        verbose_name = _("budget")
        constraints = (
            models.UniqueConstraint(
                name="one_budget_per_outlet_and_month", fields=["outlet", "month"]
            ),
            models.CheckConstraint(name="a_budget_is_not_negative", condition=Q(amount__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.outlet} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return f"{reverse('expenses:budgets')}?month={self.month:%Y-%m}"
