"""Whether people's records are complete: what is called for, and what is still open."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from employees.models.people import Employee


class CalledFor(models.Model):
    """A rule: records of this situation and kind are complete only with this field.

    Situations, kinds and fields are those that the floors above have registered
    (`employees.situations`).
    """

    situation = models.CharField(_("record"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20)
    field = models.CharField(_("field"), max_length=40)

    class Meta:
        ordering = ("situation", "kind", "field")
        constraints = (
            models.UniqueConstraint(
                name="a_field_is_called_for_once", fields=["situation", "kind", "field"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.situation} {self.kind} {self.field}"


class OmissionQuerySet(models.QuerySet["Omission"]):
    def open(self) -> Self:
        return self.filter(filled_at=None)

    def late(self, at: datetime) -> Self:
        """Still open after the time within which it was to be entered."""
        return self.open().filter(due_at__lte=at)

    def to_remind(self, at: datetime) -> Self:
        return self.open().filter(remind_at__lte=at)

    def visible_to(self, user: Employee) -> Self:
        """One's own, and those of the people whose records one answers for."""
        own = Q(owner=user.pk)
        scoped = user.scoped(
            self, "employees.view_quality", outlet=Q(owner__outlet=user.outlet_id), own=own
        )
        return self.filter(own | Q(pk__in=scoped.order_by().values("pk")))


class Omission(models.Model):
    """A field that a record of somebody's calls for and that is not filled.

    `happened_at` is the event of which the record tells, `due_at` until when it is to be entered,
    `filled_at` when it was. While it is open, `remind_at` is when its owner is reminded next.
    """

    owner = models.ForeignKey(
        Employee, verbose_name=_("whose record"), on_delete=models.PROTECT, related_name="omissions"
    )
    situation = models.CharField(_("record"), max_length=60)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(_("number"), max_length=200)
    field = models.CharField(_("field"), max_length=40)
    url = models.CharField(max_length=300)
    happened_at = models.DateTimeField(_("happened at"))
    due_at = models.DateTimeField(_("to be entered by"))
    remind_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(_("entered at"), null=True)

    objects = OmissionQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name = _("omission")
        constraints = (
            models.UniqueConstraint(
                name="one_omission_per_field_of_a_record",
                fields=["situation", "subject_id", "field"],
            ),
            models.CheckConstraint(
                name="omission_is_due_after_the_event", condition=Q(due_at__gte=F("happened_at"))
            ),
            models.CheckConstraint(
                name="only_what_is_open_is_reminded_of",
                condition=Q(remind_at=None) | Q(filled_at=None),
            ),
        )
        indexes = (
            models.Index(
                name="omissions_to_remind",
                fields=["remind_at", "id"],
                condition=Q(remind_at__isnull=False),
            ),
            models.Index(
                name="omissions_of_person",
                fields=["owner", "due_at"],
                condition=Q(filled_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_name} {self.field}"

    def get_absolute_url(self) -> str:
        return self.url
