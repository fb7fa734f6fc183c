"""How far a person goes alone, and what was asked of somebody who may go further."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from employees.choices import QUESTION_TRANSITIONS, AuthorityKind, QuestionStatus, Role
from employees.models.people import Employee


class Authority(models.Model):
    """A limit of a role or of one person, for every customer or for those of one tier.

    A discount is a share of the price (0.10), everything else an amount in the base currency.
    """

    role = models.CharField(_("role"), max_length=30, choices=Role, blank=True)
    employee = models.ForeignKey(
        Employee,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="authorities",
    )
    kind = models.CharField(_("what for"), max_length=20, choices=AuthorityKind)
    tier_code = models.CharField(_("tier"), max_length=20, blank=True)
    limit = models.DecimalField(_("limit"), max_digits=14, decimal_places=4)

    class Meta:
        ordering = ("role", "kind")
        constraints = (
            models.UniqueConstraint(
                name="one_limit_per_role_and_kind",
                fields=["role", "kind", "tier_code"],
                condition=Q(employee=None),
            ),
            models.UniqueConstraint(
                name="one_limit_per_person_and_kind",
                fields=["employee", "kind", "tier_code"],
                condition=Q(employee__isnull=False),
            ),
            models.CheckConstraint(
                name="a_limit_is_of_a_role_or_of_a_person",
                condition=Q(role="", employee__isnull=False) | (~Q(role="") & Q(employee=None)),
            ),
            models.CheckConstraint(name="a_limit_is_not_negative", condition=Q(limit__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.employee or self.get_role_display()} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("employees:authority_limits")


class AuthorityQuestionQuerySet(models.QuerySet["AuthorityQuestion"]):
    def open(self) -> Self:
        return self.filter(status=QuestionStatus.OPEN)

    def unanswered(self, at: datetime) -> Self:
        """Open although an answer was due."""
        return self.open().filter(due_at__lte=at)

    def about(self, record: models.Model) -> Self:
        """Those whose subject it is, and those that are told on its page."""
        label = record._meta.label_lower
        return self.filter(
            Q(subject_type=label, subject_id=record.pk) | Q(record_type=label, record_id=record.pk)
        )

    def visible_to(self, user: Employee) -> Self:
        """Whoever asked, was asked or answered; the head and the administrator see all."""
        if user.role in {Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR}:
            return self
        mine = Q(asked_by=user.pk) | Q(asked_of=user.pk) | Q(answered_by=user.pk)
        return self.filter(mine | Q(asked_of__backup=user.pk))

    def lock(self, pk: int) -> AuthorityQuestion:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class AuthorityQuestion(models.Model):
    """A verb that goes beyond a person's authority, asked of somebody whose authority reaches.

    `verb` with `values` is what is carried out when the answer is yes, on what `subject_type` and
    `subject_id` name; the record is whose page tells of it; `asks` is a share for a discount, else
    an amount in base currency. `asked_before` had the question until it went on to `asked_of`.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("what for"), max_length=20, choices=AuthorityKind)
    status = models.CharField(
        _("status"), max_length=10, choices=QuestionStatus, default=QuestionStatus.OPEN
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    subject_name = models.CharField(_("about"), max_length=200)
    subject_url = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    asks = models.DecimalField(_("asked for"), max_digits=14, decimal_places=4)
    tier_code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT,
        related_name="questions_asked",
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked"))
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked of"), on_delete=models.PROTECT,
        related_name="questions_to_answer",
    )  # fmt: skip
    asked_before = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    due_at = models.DateTimeField(_("answer due"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="questions_answered",
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = AuthorityQuestionQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(name="questions_newest", fields=["-asked_at", "-id"]),
            models.Index(name="questions_due", fields=["due_at", "id"], condition=Q(status="open")),
            models.Index(name="questions_waiting", fields=["asked_of"], condition=Q(status="open")),
        )
        constraints = (
            models.UniqueConstraint(
                name="asked_once_at_a_time",
                fields=["subject_type", "subject_id", "verb"],
                condition=Q(status="open"),
            ),
            models.CheckConstraint(
                name="nobody_grants_what_he_asked",
                condition=~Q(status="granted") | ~Q(answered_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="an_answer_says_whose_and_when",
                condition=Q(status="open", answered_by=None, answered_at=None)
                | Q(status="withdrawn", answered_at__isnull=False)
                | Q(
                    status__in=["granted", "refused"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="a_refusal_says_why", condition=~Q(status="refused") | ~Q(answer="")
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("employees:question", args=[self.number])

    @property
    def record(self) -> models.Model | None:
        """The row on whose page it is told; None when it is gone."""
        model = apps.get_model(self.record_type)
        return model._base_manager.filter(pk=self.record_id).first()

    def move_to(self, status: QuestionStatus) -> None:
        if status not in QUESTION_TRANSITIONS[QuestionStatus(self.status)]:
            raise DomainError(
                _("%(number)s is answered already: %(now)s.")
                % {"number": self.number, "now": self.get_status_display()}
            )
        self.status = status
