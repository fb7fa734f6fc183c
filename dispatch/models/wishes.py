"""Whom customers want to come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from dispatch.choices import Wish
from employees.models import Employee


class EngineerWish(models.Model):
    """Whom a customer wants to come, or not to come, and why; a suggestion follows it, and a plan
    against it needs a reason.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="wishes"
    )
    engineer = models.ForeignKey(
        Employee, verbose_name=_("engineer"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("wish"), max_length=10, choices=Wish)
    reason = models.CharField(_("reason"), max_length=300)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "pk")
        constraints = (
            models.UniqueConstraint(
                name="one_wish_of_a_customer_for_an_engineer", fields=["customer", "engineer"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.kind} {self.engineer}"

    def get_absolute_url(self) -> str:
        return self.customer.get_absolute_url()
