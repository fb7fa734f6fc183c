"""What readers say: whether an article helps, and what they sought in vain."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from employees.models import Employee
from knowledge.choices import Outcome, Status
from knowledge.models.articles import Article


class Rating(models.Model):
    """What one person says of an article; said again, the last word counts."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="ratings")
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    is_helpful = models.BooleanField()
    comment = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(name="one_rating_per_reader", fields=["article", "by"]),
            models.CheckConstraint(
                name="what_does_not_help_says_why", condition=Q(is_helpful=True) | ~Q(comment="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.article} {self.by}"


class ImprovementQuerySet(models.QuerySet["Improvement"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def to_remind(self, at: datetime) -> Self:
        return self.open().filter(remind_at__lte=at)


class Improvement(models.Model):
    """An article did not help somebody: by `due_at` its owner betters it, or says why it stays.

    While it is open, `remind_at` is when the owner is told next that it is late.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="improvements")
    owner = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="improvements"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    answer = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        constraints = (
            models.UniqueConstraint(
                name="one_open_improvement_per_article",
                fields=["article"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="improvement_is_due_after_it_is_opened", condition=Q(due_at__gt=F("opened_at"))
            ),
            models.CheckConstraint(
                name="ended_improvement_says_how_and_reminds_nobody",
                condition=Q(ended_at=None, outcome="")
                | Q(ended_at__isnull=False, remind_at=None) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="an_article_that_stays_says_why", condition=~Q(outcome="kept") | ~Q(answer="")
            ),
        )
        indexes = (
            models.Index(
                name="improvements_to_remind",
                fields=["remind_at", "id"],
                condition=Q(remind_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.article)


class GapQuerySet(models.QuerySet["Gap"]):
    def open(self) -> Self:
        """Neither set aside nor filled; while its article is no more than a draft, it is a gap."""
        filled = Q(article__status=Status.PUBLISHED)
        return self.filter(set_aside_at=None).exclude(filled)

    def lock(self, pk: int) -> Gap:
        return self.select_for_update(of=("self",)).get(pk=pk)


class Gap(models.Model):
    """A search that no article answered; `key` are its words as they are compared."""

    words = models.CharField(_("searched for"), max_length=100)
    key = models.CharField(max_length=100, unique=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last"))
    last_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps"
    )
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ("-times", "-pk")
        verbose_name = _("gap")
        indexes = (models.Index(name="gaps_by_times", fields=["-times", "-id"]),)
        constraints = (
            models.CheckConstraint(
                name="gap_set_aside_says_by_whom",
                condition=Q(set_aside_at=None, set_aside_by=None)
                | Q(set_aside_at__isnull=False, set_aside_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("knowledge:gaps")
