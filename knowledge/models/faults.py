"""The fault model: what is observed, what may be the cause, how it is told, what helps."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.web.text import in_language
from employees.models import Named


class FaultCode(Named):
    """What was wrong, in a word that can be counted."""

    class Meta(Named.Meta):
        verbose_name = _("fault code")

    def __str__(self) -> str:
        return f"{self.code} {self.name}" if self.name and self.name != self.code else self.code

    def get_absolute_url(self) -> str:
        return reverse("knowledge:fault_code", args=[self.code])


class Symptom(Named):
    """What a caller says or an engineer sees; `words` are other ways to say it, one a line."""

    words = models.TextField(_("other words for it"), blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Named.Meta):
        verbose_name = _("symptom")

    def get_absolute_url(self) -> str:
        return reverse("knowledge:symptom", args=[self.code])

    @property
    def sayings(self) -> list[str]:
        said = [self.name_zh, self.name_en, *self.words.splitlines()]
        return [each.strip() for each in said if each.strip()]


class PossibleCause(models.Model):
    """What may be behind a symptom: how it is told from the others, and what helps.

    How often it turned out to be the one is counted from requests by its fault code, and held
    nowhere (`signals.causes_counted`).
    """

    symptom = models.ForeignKey(Symptom, on_delete=models.CASCADE, related_name="causes")
    fault_code = models.ForeignKey(
        FaultCode,
        verbose_name=_("fault code"),
        on_delete=models.PROTECT,
        related_name="possible_causes",
    )
    check_zh = models.CharField(_("check (Chinese)"), max_length=300)
    check_en = models.CharField(_("check (English)"), max_length=300, blank=True)
    remedy_zh = models.CharField(_("remedy (Chinese)"), max_length=300)
    remedy_en = models.CharField(_("remedy (English)"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("symptom", "pk")
        verbose_name = _("possible cause")
        constraints = (
            models.UniqueConstraint(
                name="a_cause_once_per_symptom",
                fields=["symptom", "fault_code"],
                violation_error_message=_("This symptom has this cause already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.symptom} – {self.fault_code}"

    def get_absolute_url(self) -> str:
        return self.symptom.get_absolute_url()

    @property
    def check_words(self) -> str:
        return in_language({"en": self.check_en or self.check_zh, "zh": self.check_zh})

    @property
    def remedy_words(self) -> str:
        return in_language({"en": self.remedy_en or self.remedy_zh, "zh": self.remedy_zh})
