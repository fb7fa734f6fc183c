"""Reports as somebody asked for them, whom they are sent to, and the reports of months."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.models import Employee
from reports.choices import Rhythm


class SavedReportQuerySet(models.QuerySet["SavedReport"]):
    def visible_to(self, user: Employee) -> Self:
        """One's own, and what others share; whether its figures are seen is the report's matter."""
        if not user.is_active or not user.may("reports.view"):
            return self.none()
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))

    def lock(self, pk: int) -> SavedReport:
        return self.select_for_update(of=("self",)).get(pk=pk)


class SavedReport(models.Model):
    """A report with its filters under a name: `query` is what stood in the URL, so that “last
    month” is another month next month.
    """

    name = models.CharField(_("name"), max_length=120)
    report = models.CharField(_("report"), max_length=40)
    query = models.CharField(max_length=600, blank=True)
    owner = models.ForeignKey(
        Employee, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="saved_reports"
    )
    is_shared = models.BooleanField(_("others may use it"), default=False)
    saved_at = models.DateTimeField(_("saved"))

    objects = SavedReportQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("saved report")
        constraints = (
            models.UniqueConstraint(
                name="a_person_saves_a_name_once",
                fields=["owner", "name"],
                violation_error_message=_("You have saved a report under this name already."),
            ),
            models.CheckConstraint(name="saved_report_has_a_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        path = reverse("reports:report", args=[self.report])
        return f"{path}?{self.query}" if self.query else path


class ReportSubscriptionQuerySet(models.QuerySet["ReportSubscription"]):
    def due(self, on: date) -> Self:
        return self.filter(send_on__lte=on)

    def visible_to(self, user: Employee) -> Self:
        """What one gets, and what is sent of one's own reports."""
        if not user.is_active:
            return self.none()
        return self.filter(Q(recipient=user.pk) | Q(saved__owner=user.pk))


class ReportSubscription(models.Model):
    """A saved report that somebody gets by mail; `send_on` is the next day on which it goes."""

    saved = models.ForeignKey(SavedReport, on_delete=models.CASCADE, related_name="subscriptions")
    recipient = models.ForeignKey(
        Employee,
        verbose_name=_("recipient"),
        on_delete=models.CASCADE,
        related_name="report_subscriptions",
    )
    rhythm = models.CharField(_("how often"), max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    send_on = models.DateField(_("next on"))

    objects = ReportSubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("saved", "pk")
        verbose_name = _("scheduled report")
        indexes = (models.Index(name="subscriptions_by_day", fields=["send_on", "id"]),)
        constraints = (
            models.UniqueConstraint(
                name="a_person_gets_a_report_once",
                fields=["saved", "recipient"],
                violation_error_message=_("This person gets this report already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.saved)

    def get_absolute_url(self) -> str:
        return reverse("reports:saved")


class MonthlyReportQuerySet(models.QuerySet["MonthlyReport"]):
    def latest_versions(self) -> Self:
        newer = MonthlyReport.objects.filter(
            month=models.OuterRef("month"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(newer))


class MonthlyReport(models.Model):
    """The service report of a month as it was told when it was made, in both languages; a later
    one of the same month is a new version, and the earlier ones stay.
    """

    month = models.DateField(_("month"))  # its first day
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    papers = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        Employee,
        verbose_name=_("made by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "-version")
        verbose_name = _("monthly service report")
        constraints = (
            models.UniqueConstraint(
                name="a_month_has_each_version_once", fields=["month", "version"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reports:month", args=[f"{self.month:%Y-%m}", self.version])

    def paper_in(self, language: str) -> dict[str, Any]:
        key = "zh" if language.startswith("zh") else "en"
        return self.papers.get(key, {})
