"""What the company pays for, as rows: limits, receipts, days, and the rate of a kilometre."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.choices import Role
from expenses.choices import Category, CityClass

MONEY = ("per_line", "per_day", "per_month", "receipt_from", "mileage_rate")
POINTS = (*MONEY, "late_after")


class ExpensePolicy(models.Model):
    """One rule; empty category, role and place mean every one, amounts are in base currency.

    Of several that fit a line the most particular one that says something on a point decides it
    (expenses.limits).
    """

    category = models.CharField(_("category"), max_length=16, choices=Category, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role, blank=True)
    city_class = models.CharField(_("place"), max_length=8, choices=CityClass, blank=True)
    per_line = models.DecimalField(
        _("limit per line"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    per_day = models.DecimalField(
        _("limit per day"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    per_month = models.DecimalField(
        _("limit per month"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    receipt_from = models.DecimalField(
        _("receipt needed from"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    late_after = models.PositiveSmallIntegerField(_("late after (days)"), null=True, blank=True)
    mileage_rate = models.DecimalField(
        _("rate per kilometre"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    blocks = models.BooleanField(_("refuse, not only warn"), default=False)
    is_active = models.BooleanField(_("in force"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("category", "role", "city_class", "pk")
        verbose_name = _("expense policy")
        constraints = (
            models.UniqueConstraint(
                name="one_policy_per_category_role_and_place",
                fields=["category", "role", "city_class"],
            ),
            models.CheckConstraint(
                name="policy_says_something",
                condition=reduce(or_, (Q(**{f"{name}__isnull": False}) for name in POINTS)),
            ),
            models.CheckConstraint(
                name="amounts_of_a_policy_are_positive",
                condition=reduce(
                    and_, (Q(**{name: None}) | Q(**{f"{name}__gt": 0}) for name in MONEY)
                ),
            ),
            models.CheckConstraint(
                name="only_mileage_has_a_rate",
                condition=Q(mileage_rate=None) | Q(category="mileage"),
            ),
        )

    def __str__(self) -> str:
        parts = [
            self.get_category_display() if self.category else str(_("All categories")),
            self.get_role_display() if self.role else "",
            self.get_city_class_display() if self.city_class else "",
        ]
        return " · ".join(part for part in parts if part)

    def get_absolute_url(self) -> str:
        return reverse("expenses:policy", args=[self.pk])
