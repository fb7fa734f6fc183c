"""What we know: articles with their revisions."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crmservice import states
from crmservice.addresses import address
from employees.choices import OutletKind
from employees.models import Employee
from knowledge.choices import TRANSITIONS, Audience, Status
from knowledge.models.faults import FaultCode


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: Employee) -> Self:
        """Partners see what is published for partners or customers; our people see all."""
        if not user.may("knowledge.view"):
            return self.none()
        if user.outlet.kind == OutletKind.PARTNER:
            shared = Q(audience__in=[Audience.PARTNER, Audience.CUSTOMER], status=Status.PUBLISHED)
            return self.filter(shared | Q(author=user))
        return self

    def published(self) -> Self:
        return self.filter(status=Status.PUBLISHED)

    def due_for_recheck(self, on: date) -> Self:
        return self.published().filter(recheck_on__lte=on)

    def to_remind(self, on: date) -> Self:
        """Whose re-check has come, and nobody was told of it in the last days."""
        return self.published().filter(remind_on__lte=on)

    def to_improve(self) -> Self:
        return self.filter(improvements__ended_at=None, improvements__isnull=False)

    def lock(self, pk: int) -> Article:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Article(models.Model):
    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    problem = models.TextField(_("problem"))
    summary = models.CharField(_("solution in one sentence"), max_length=300, blank=True)
    solution = models.TextField(_("solution"), blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("zh", "中文"), ("en", "English")], default="zh"
    )
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.INTERNAL
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    fault_codes = models.ManyToManyField(
        FaultCode, verbose_name=_("fault codes"), blank=True, related_name="articles"
    )
    related = models.ManyToManyField("self", verbose_name=_("related articles"), blank=True)
    author = models.ForeignKey(
        Employee,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="articles",
    )
    reviewer = models.ForeignKey(
        Employee,
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviewed_articles",
    )
    recheck_on = models.DateField(_("re-check on"), null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    use_count = models.PositiveIntegerField(_("solved with this"), default=0)
    version = models.PositiveIntegerField(default=1)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-pk")
        indexes = (
            models.Index(name="article_newest", fields=["-changed_at", "-id"]),
            models.Index(
                name="articles_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="published_article_says_when_and_how",
                condition=~Q(status="published")
                | (Q(published_at__isnull=False) & ~Q(solution="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return address("knowledge:detail", self.number)

    def is_due_for_recheck(self, on: date) -> bool:
        return (
            self.status == Status.PUBLISHED
            and self.recheck_on is not None
            and self.recheck_on <= on
        )

    def move_to(self, status: Status) -> None:
        states.step(self, status, TRANSITIONS)


class Revision(models.Model):
    """One version of an article's text, and who wrote it; the newest is how it stands."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    problem = models.TextField()
    summary = models.CharField(max_length=300, blank=True)
    solution = models.TextField(blank=True)
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(name="a_version_once", fields=["article", "version"]),
        )

    def __str__(self) -> str:
        return f"{self.article.number} v{self.version}"
