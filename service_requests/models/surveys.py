"""What the customer said afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from employees.choices import Department
from employees.models import Employee, Named
from service_requests.choices import SurveyChannel
from service_requests.models.requests import ServiceRequest


class SurveyDimension(Named):
    """What customers are asked about, 1–5; a department answers for it with a weight."""

    department = models.CharField(
        _("department"), max_length=12, choices=Department, default=Department.SERVICE
    )
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=1)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_active = models.BooleanField(_("asked"), default=True)

    class Meta(Named.Meta):
        ordering = ("position",)


class Survey(models.Model):
    """One question round after a contact. The token of the link is stored hashed; one answer,
    changeable for 7 days.
    """

    service_request = models.OneToOneField(
        ServiceRequest, on_delete=models.CASCADE, related_name="survey"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=SurveyChannel, default=SurveyChannel.LINK
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_to = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    nps = models.PositiveSmallIntegerField(_("would recommend (0–10)"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ("-sent_at",)
        indexes = (
            models.Index(name="surveys_answered", fields=["answered_at"]),
            models.Index(name="surveys_sent", fields=["sent_at"]),
        )
        constraints = (
            models.CheckConstraint(name="nps_is_0_to_10", condition=Q(nps=None) | Q(nps__lte=10)),
            models.CheckConstraint(
                name="survey_answered_after_sending",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("sent_at")),
            ),
        )

    def __str__(self) -> str:
        return f"survey {self.service_request_id}"


class SurveyScore(models.Model):
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="scores")
    dimension = models.ForeignKey(SurveyDimension, on_delete=models.PROTECT, related_name="scores")
    score = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("dimension__position",)
        constraints = (
            models.UniqueConstraint(name="one_score_per_dimension", fields=["survey", "dimension"]),
            models.CheckConstraint(name="score_is_1_to_5", condition=Q(score__gte=1, score__lte=5)),
        )

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.score}"
