"""Warnings, the rules of the rings, and each lift."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Tier
from employees.models import Employee
from service_requests.choices import Severity, Target, Trigger
from service_requests.models.requests import ServiceRequest


class WarningPolicy(models.Model):
    """At which shares of a promise, in per cent, those who keep it are warned."""

    target = models.CharField(_("clock"), max_length=10, choices=Target, unique=True)
    percents = models.JSONField(_("warn at (per cent)"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.get_target_display())

    def get_absolute_url(self) -> str:
        return reverse("service_requests:rules")


class EscalationRule(models.Model):
    """What lifts a request to a ring, once in each spell.

    `threshold` counts as its trigger says (choices.THRESHOLDS). Severity and tier narrow it to some
    requests, the clock to one promise; empty means all.
    """

    trigger = models.CharField(_("what happens"), max_length=15, choices=Trigger)
    threshold = models.PositiveSmallIntegerField(_("threshold"), null=True, blank=True)
    ring = models.PositiveSmallIntegerField(
        _("to ring"), default=2, validators=[MinValueValidator(2), MaxValueValidator(3)]
    )
    target = models.CharField(_("clock"), max_length=10, choices=Target, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    is_active = models.BooleanField(_("in force"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ring", "trigger", "threshold", "pk")
        constraints = (
            models.CheckConstraint(
                name="rule_lifts_to_ring_2_or_3", condition=Q(ring__gte=2, ring__lte=3)
            ),
            models.CheckConstraint(
                name="only_used_time_is_of_a_clock",
                condition=Q(target="") | Q(trigger="time_used"),
            ),
            models.CheckConstraint(
                name="rule_of_a_tier_names_it",
                condition=~Q(trigger="tier") | Q(tier__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_rule_per_case_and_ring",
                fields=["trigger", "ring", "target", "severity", "tier"],
            ),
            models.UniqueConstraint(
                name="one_rule_per_case_and_ring_of_all_tiers",
                fields=["trigger", "ring", "target", "severity"],
                condition=Q(tier=None),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_trigger_display())

    def get_absolute_url(self) -> str:
        return reverse("service_requests:rule", args=[self.pk])


class Escalation(models.Model):
    """A step up the three rings, by rule or by hand, or back down; `to` is who was told."""

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="escalations"
    )
    from_ring = models.PositiveSmallIntegerField()
    to_ring = models.PositiveSmallIntegerField()
    to = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(
        EscalationRule, null=True, on_delete=models.PROTECT, related_name="escalations"
    )
    spell = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        constraints = (
            models.CheckConstraint(
                name="escalation_between_rings_1_to_3",
                condition=Q(from_ring__gte=1, from_ring__lte=3, to_ring__gte=1, to_ring__lte=3),
            ),
            models.CheckConstraint(
                name="escalation_has_its_rule_or_its_reason",
                condition=Q(rule__isnull=False) | ~Q(reason=""),
            ),
            models.UniqueConstraint(
                name="a_rule_lifts_once_in_a_spell",
                fields=["service_request", "spell", "rule"],
                condition=Q(rule__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.from_ring}→{self.to_ring}"
