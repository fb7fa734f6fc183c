"""Who of the house stands for a group of customers: one who leads, and the others."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.choices import TeamRole
from employees.models import Employee


class AccountTeam(models.Model):
    """One who leads and as many as are needed, for customers that are looked after together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    executive = models.ForeignKey(
        Employee,
        verbose_name=_("executive bound to it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="account_teams_bound",
    )
    goal = models.TextField(_("what it wants to reach"), blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name",)
        verbose_name = _("account team")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:team", args=[self.pk])


class TeamMember(models.Model):
    team = models.ForeignKey(AccountTeam, on_delete=models.CASCADE, related_name="members")
    employee = models.ForeignKey(
        Employee,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="account_team_places",
    )
    role = models.CharField(_("role"), max_length=10, choices=TeamRole, default=TeamRole.OTHER)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("team member")
        constraints = (
            models.UniqueConstraint(name="once_in_an_account_team", fields=["team", "employee"]),
            models.UniqueConstraint(
                name="one_leads_an_account_team", fields=["team"], condition=Q(role="lead")
            ),
        )

    def __str__(self) -> str:
        return f"{self.employee} ({self.get_role_display()})"

    def get_absolute_url(self) -> str:
        return self.team.get_absolute_url()
