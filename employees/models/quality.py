"""Whether people's records are good: what is called for, what is still open, how each is judged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.choices import CorrectionKind, Verdict
from employees.models.people import Employee, Outlet
from employees.permissions import Scope


class CalledForQuerySet(models.QuerySet["CalledFor"]):
    def current(self) -> Self:
        return self.filter(until=None)


class CalledFor(models.Model):
    """A rule: records of this situation and kind are complete only with this field.

    Situations, kinds and fields are those that the floors above have registered
    (`employees.situations`). A rule holds for what happens from `since` on and before `until`, so
    that what is over is judged by the rules of its time, however often it is judged.
    """

    situation = models.CharField(_("record"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20)
    field = models.CharField(_("field"), max_length=40)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    objects = CalledForQuerySet.as_manager()

    class Meta:
        ordering = ("situation", "kind", "field")
        constraints = (
            models.UniqueConstraint(
                name="a_field_is_called_for_once",
                fields=["situation", "kind", "field"],
                condition=Q(until=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.situation} {self.kind} {self.field}"

    def holds_at(self, moment: datetime) -> bool:
        is_begun = self.since is None or self.since <= moment
        return is_begun and (self.until is None or moment < self.until)


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
    `filled_at` when it was; `note` says more, as why a record was sent back. While it is open,
    `remind_at` is when its owner is reminded next.
    """

    owner = models.ForeignKey(
        Employee, verbose_name=_("whose record"), on_delete=models.PROTECT, related_name="omissions"
    )
    situation = models.CharField(_("record"), max_length=60)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(_("number"), max_length=200)
    field = models.CharField(_("field"), max_length=40)
    url = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True, default="")
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


class JudgedRecordQuerySet(models.QuerySet["JudgedRecord"]):
    def visible_to(self, user: Employee) -> Self:
        """One's own, and those of the people whose records one answers for."""
        scope = user.scope_of("employees.view_quality") if user.is_active else None
        if scope == Scope.ALL:
            return self
        own = Q(owner=user.pk)
        return self.filter(own | Q(outlet=user.outlet_id) if scope == Scope.OUTLET else own)

    def of_month(self, month: date) -> Self:
        return self.filter(month=month)

    def lock(self, pk: int) -> JudgedRecord:
        return self.select_for_update(of=("self",)).get(pk=pk)


class JudgedRecord(models.Model):
    """One record of somebody's in figures that add up; written with the verbs of the record.

    `events` were to be entered by `due_at`, and `in_time` of them were; of the fields that it
    `called_for` so many are `filled`, and `missing` names the others; it is `faulty` (1) once
    somebody else returned or corrected it. `outlet` is that of its owner at the time.
    """

    situation = models.CharField(_("record"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(_("number"), max_length=200)
    url = models.CharField(max_length=300)
    owner = models.ForeignKey(
        Employee, verbose_name=_("whose record"), on_delete=models.PROTECT, related_name="+"
    )
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField(_("month"))
    happened_at = models.DateTimeField(_("happened at"))
    due_at = models.DateTimeField(_("to be entered by"))
    entered_at = models.DateTimeField(_("entered at"), null=True)
    events = models.PositiveSmallIntegerField(default=0)
    in_time = models.PositiveSmallIntegerField(default=0)
    called_for = models.PositiveSmallIntegerField(default=0)
    filled = models.PositiveSmallIntegerField(default=0)
    missing = models.JSONField(default=list, blank=True)
    faulty = models.PositiveSmallIntegerField(default=0)

    objects = JudgedRecordQuerySet.as_manager()

    class Meta:
        ordering = ("-happened_at", "-pk")
        verbose_name = _("judged record")
        constraints = (
            models.UniqueConstraint(
                name="a_record_is_judged_once", fields=["situation", "subject_id"]
            ),
            models.CheckConstraint(
                name="no_more_in_time_than_events", condition=Q(in_time__lte=F("events"))
            ),
            models.CheckConstraint(
                name="no_more_filled_than_called_for", condition=Q(filled__lte=F("called_for"))
            ),
            models.CheckConstraint(name="faulty_is_0_or_1", condition=Q(faulty__lte=1)),
        )
        indexes = (
            # queries.standings: all of a month in one stretch of the index, without the table
            models.Index(
                name="judged_records_of_month",
                fields=["month", "owner"],
                include=["outlet", "events", "in_time", "called_for", "filled", "faulty"],
            ),
            # views.quality.person: a person's records, the newest first
            models.Index(name="judged_records_of_person", fields=["owner", "-happened_at", "-id"]),
        )

    def __str__(self) -> str:
        return self.subject_name

    def get_absolute_url(self) -> str:
        return reverse("employees:judged_record", args=[self.pk])


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def of_record(self, situation: str, subject_id: int) -> Self:
        return self.filter(situation=situation, subject_id=subject_id)

    def open(self) -> Self:
        """Sent back and not mended."""
        return self.filter(kind=CorrectionKind.SENT_BACK, mended_at=None)

    def lock(self, pk: int) -> Correction:
        return self.select_for_update(of=("self",)).get(pk=pk)


class Correction(models.Model):
    """Somebody else found fault with a record: sent it back, or set it right himself.

    What is sent back is mended by its owner, who says in `answer` what was done.
    """

    situation = models.CharField(_("record"), max_length=60)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(_("number"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=CorrectionKind)
    owner = models.ForeignKey(
        Employee, verbose_name=_("whose record"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(_("what was put right"), blank=True)
    mended_at = models.DateTimeField(null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("correction")
        constraints = (
            models.UniqueConstraint(
                name="a_record_is_sent_back_once_at_a_time",
                fields=["situation", "subject_id"],
                condition=Q(kind="sent_back", mended_at=None),
            ),
            models.CheckConstraint(
                name="nobody_corrects_the_own_record", condition=~Q(by=F("owner"))
            ),
            models.CheckConstraint(
                name="what_is_mended_says_how",
                condition=Q(mended_at=None, answer="")
                | Q(mended_at__isnull=False, kind="sent_back") & ~Q(answer=""),
            ),
        )
        indexes = (
            # whether a record is faulty, and what its page says of it
            models.Index(name="corrections_of_record", fields=["situation", "subject_id"]),
        )

    def __str__(self) -> str:
        return self.subject_name

    def get_absolute_url(self) -> str:
        return reverse("employees:mend", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.kind == CorrectionKind.SENT_BACK and self.mended_at is None


class RecordCheck(models.Model):
    """A record that was drawn to be looked at, and what came of it."""

    record = models.OneToOneField(JudgedRecord, on_delete=models.CASCADE, related_name="check_up")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="a_verdict_says_whose_and_when",
                condition=Q(verdict="", checked_at=None, checked_by=None)
                | ~Q(verdict="") & Q(checked_at__isnull=False, checked_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.record)
