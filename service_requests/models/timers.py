"""The clocks of the promises, and what sets open ones to new rules."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contracts.models import DefaultPromise
from employees.models import Employee, WorkingCalendar
from service_requests.choices import OPEN, Target, TimerState
from service_requests.models.requests import ServiceRequest


class SlaTimerQuerySet(models.QuerySet["SlaTimer"]):
    def undecided(self) -> Self:
        """Neither met nor cancelled: running, on hold, or overdue."""
        return self.filter(stopped_at=None)

    def running(self) -> Self:
        return self.undecided().filter(due_at__isnull=False)

    def overdue(self, at: datetime) -> Self:
        """Due and not yet recorded as breached."""
        return self.running().filter(breached_at=None, due_at__lte=at)

    def movable(self) -> Self:
        """Undecided, not breached, on an open request: what a recalculation may move."""
        return self.undecided().filter(breached_at=None, service_request__status__in=OPEN)

    def behind(self) -> Self:
        """Computed with hours that their calendar has had before."""
        return self.filter(calendar_version__lt=F("calendar__version"))

    def at_risk(self, at: datetime) -> Self:
        return self.running().filter(risk_at__lte=at)

    def to_warn(self, at: datetime) -> Self:
        """A warning is due, and the promise is not; or it is to be looked at again."""
        return self.filter(warns_at__lte=at, due_at__gt=at)


class SlaTimer(models.Model):
    """The clock of one promise.

    `due_at` and `risk_at` are derived from start, promise, calendar and holds
    (service_requests.sla), never adjusted. It counts in the hours that the calendar had in
    `calendar_version`, until a recalculation lets it follow. While a hold is open there is no due
    time and `remaining` (working time) is shown. A breached clock stays breached; when it is met
    all the same, `late_by` says by how much working time. `warns_at` is when the next warning is
    due, while it runs in time; `warned` is the highest share, in per cent, of which was warned.
    """

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="sla_timers"
    )
    target = models.CharField(_("target"), max_length=10, choices=Target)
    spell = models.PositiveSmallIntegerField(default=1)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField(default=1, db_default=1)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    next_business_day = models.BooleanField(default=False)
    cut_off = models.TimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    risk_at = models.DateTimeField(null=True, blank=True)
    warns_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)
    remaining = models.DurationField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    cancelled = models.BooleanField(default=False)
    breached_at = models.DateTimeField(null=True, blank=True)
    late_by = models.DurationField(null=True, blank=True)

    objects = SlaTimerQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            # Counted by reports from the index alone (ADR 0056).
            models.Index(
                name="timer_facts",
                fields=[
                    "started_at",
                    "service_request",
                    "target",
                    "stopped_at",
                    "breached_at",
                    "cancelled",
                    "due_at",
                    "id",
                ],
            ),
            # Who came today, and in time.
            models.Index(
                name="timers_arrived",
                fields=["stopped_at"],
                condition=Q(target=Target.ARRIVAL, stopped_at__isnull=False),
            ),
            models.Index(
                name="timers_due",
                fields=["due_at", "id"],
                condition=Q(stopped_at=None, breached_at=None, due_at__isnull=False),
            ),
            models.Index(
                name="timers_warning",
                fields=["warns_at", "id"],
                condition=Q(warns_at__isnull=False),
            ),
            models.Index(
                name="timers_breached",
                fields=["breached_at"],
                condition=Q(breached_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_timer_per_target_and_spell", fields=["service_request", "target", "spell"]
            ),
            models.CheckConstraint(
                name="timer_promises_minutes_or_next_business_day",
                condition=Q(minutes__gt=0, next_business_day=False)
                | Q(minutes=None, next_business_day=True),
            ),
            models.CheckConstraint(
                name="open_timer_has_due_time_or_remaining",
                condition=Q(stopped_at__isnull=False)
                | Q(due_at__isnull=False, remaining=None)
                | Q(due_at=None, remaining__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_runs_in_time_warns",
                condition=Q(warns_at=None)
                | Q(stopped_at=None, breached_at=None, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cancelled_timer_is_stopped",
                condition=Q(cancelled=False) | Q(stopped_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.target}"

    @property
    def is_met(self) -> bool:
        return self.stopped_at is not None and not self.cancelled

    @property
    def is_kept(self) -> bool:
        """Met at or before the due time."""
        return self.is_met and self.breached_at is None

    @property
    def state(self) -> TimerState:
        if self.cancelled:
            return TimerState.CANCELLED
        if self.breached_at is not None:
            return TimerState.BREACHED
        if self.stopped_at is not None:
            return TimerState.MET
        return TimerState.RUNNING if self.due_at else TimerState.ON_HOLD


class RecalculationQuerySet(models.QuerySet["Recalculation"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None).order_by("pk")


class Recalculation(models.Model):
    """Open clocks made to follow a changed calendar, or a changed default promise.

    Done in chunks of requests in the order of their keys, up to `reached` so far: what is killed
    goes on from there.
    """

    calendar = models.ForeignKey(
        WorkingCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promise = models.ForeignKey(
        DefaultPromise, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RecalculationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(name="recalculations_to_do", fields=["id"], condition=Q(finished_at=None)),
        )
        constraints = (
            models.CheckConstraint(
                name="recalculation_follows_a_calendar_or_a_promise",
                condition=Q(calendar__isnull=False, promise=None)
                | Q(calendar=None, promise__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.looked_at}/{self.total}"

    def get_absolute_url(self) -> str:
        return reverse("service_requests:recalculation", args=[self.pk])

    @property
    def subject(self) -> WorkingCalendar | DefaultPromise:
        """What was changed."""
        subject = self.calendar or self.promise
        assert subject is not None
        return subject

    @property
    def subject_names(self) -> dict[str, str]:
        """Its name for the trail, which is read in both languages."""
        names = {}
        for key, language in (("en", "en"), ("zh", "zh-hans")):
            with override(language):
                names[key] = str(self.subject)
        return names
