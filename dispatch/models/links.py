"""What a person's own programs bring and fetch: the log of a tablet, the calendar's address."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.choices import Outcome
from dispatch.models.tasks import Task
from employees.models import Employee


class SyncedActionQuerySet(models.QuerySet["SyncedAction"]):
    def unapplied(self) -> Self:
        """What was done on site and does not stand on the task, and nobody has dealt with yet."""
        return self.exclude(outcome=Outcome.DONE).filter(settled_at=None)


class SyncedAction(models.Model):
    """One action from the log of a tablet, as it came: applied, or kept because it could not be.

    `fields` is what was typed, `known` what the tablet knew of the task then; `digest` tells
    another body under the same key. `happened_at` is the device's time without its clock's error.
    `answer` is what the tablet was told, and is told again. `task` is empty where the person never
    had such a task.
    """

    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    employee = models.ForeignKey(
        Employee, verbose_name=_("engineer"), on_delete=models.PROTECT, related_name="synced"
    )
    device = models.CharField(_("device"), max_length=64)
    number = models.CharField(_("task number"), max_length=40)
    task = models.ForeignKey(
        Task,
        verbose_name=_("task"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="synced",
    )
    verb = models.CharField(_("action"), max_length=40)
    fields = models.JSONField(default=dict)
    known = models.JSONField(default=dict)
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.DONE)
    answer = models.JSONField(default=dict)
    settled_at = models.DateTimeField(_("dealt with at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        Employee,
        verbose_name=_("dealt with by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = SyncedActionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("tablet action")
        indexes = (
            models.Index(
                name="synced_unapplied",
                fields=["task"],
                condition=~Q(outcome="done") & Q(settled_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="synced_action_says_when_and_by_whom_it_was_settled",
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.key}"


class CalendarLink(models.Model):
    """The secret address of a person's tasks for the own calendar program, stored hashed."""

    employee = models.OneToOneField(
        Employee, on_delete=models.CASCADE, related_name="calendar_link"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.employee)
