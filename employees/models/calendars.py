"""Service hours as data."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.worktime import parse_spans
from employees.choices import DayKind


class WorkingCalendar(models.Model):
    """Service hours as data; `crmservice.worktime.WorkCalendar` does the arithmetic.

    `weekly` is `{"mon": ["09:00-17:00"], …}` in `time_zone`; days that differ are own rows.
    `country` and `region` name the public holidays that are taken over; `moved_spans` are the hours
    of moved working days. The special days of the `parent` hold here too, unless there is an own
    one. Whoever changes the calendar or one of its days keeps the edition before and raises
    `version`, also of the calendars below: processes keep what they worked out by it.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    weekly = models.JSONField(_("weekly hours"))
    country = models.CharField(_("public holidays of"), max_length=10, blank=True)
    region = models.CharField(_("region"), max_length=10, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("special days of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    moved_spans = models.JSONField(_("hours of moved working days"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("employees:calendar", args=[self.code])

    @property
    def weekly_minutes(self) -> int:
        """The minutes of service in a plain week."""
        spans = (span for day in self.weekly.values() for span in parse_spans(day))
        return sum(span.closes - span.opens for span in spans)


class CalendarDay(models.Model):
    """One date on which a calendar differs from its week; no spans means closed."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=DayKind)
    spans = models.JSONField(_("hours"), default=list, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(name="one_rule_per_calendar_day", fields=["calendar", "date"]),
        )

    def __str__(self) -> str:
        return f"{self.calendar} {self.date}"


class CalendarEdition(models.Model):
    """The hours of a calendar as a version before this one had them, inherited days included.

    What was promised by a version goes on being computed with it, until it is asked to follow.
    """

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="editions")
    version = models.PositiveIntegerField()
    rules = models.JSONField()

    class Meta:
        ordering = ("calendar", "version")
        constraints = (
            models.UniqueConstraint(
                name="one_edition_per_calendar_version", fields=["calendar", "version"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.calendar} {self.version}"
