"""The customer's word on finished work."""

from __future__ import annotations

from datetime import UTC

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crmservice import links
from dispatch.models.tasks import Task
from employees.models import Employee

ACCEPTANCE = "dispatch.acceptance"  # what its links are for


class Acceptance(models.Model):
    """The acceptance form 验收单 of a finished task, and the customer's disagreement with it.

    It is made with the end of the work. Its link lets in without log-in; until `ends_at` the
    customer may disagree, and then somebody answers. The form itself is drawn from the task's rows,
    which do not change any more.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="acceptance")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    ends_at = models.DateTimeField(_("open to disagreement until"))
    disagreed_at = models.DateTimeField(_("disagreed at"), null=True, blank=True)
    disagreed_by = models.CharField(_("your name"), max_length=120, blank=True)
    disagreement = models.TextField(_("what is not right"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("acceptance form")
        constraints = (
            models.CheckConstraint(
                name="disagreement_says_who_when_and_what",
                condition=Q(disagreed_at=None, disagreed_by="", disagreement="")
                | (Q(disagreed_at__isnull=False) & ~Q(disagreed_by="") & ~Q(disagreement="")),
            ),
            models.CheckConstraint(
                name="answer_is_to_a_disagreement",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (
                    Q(
                        disagreed_at__isnull=False,
                        answered_at__gte=F("disagreed_at"),
                        answered_by__isnull=False,
                    )
                    & ~Q(answer="")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task}"

    def get_absolute_url(self) -> str:
        return self.task.get_absolute_url()

    @property
    def facts(self) -> str:
        """What its token is worked out from."""
        return f"{self.task_id}:{self.issued_at.astimezone(UTC):%Y%m%d%H%M%S%f}"

    @property
    def token(self) -> str:
        """The token of its link; nothing when its key is gone."""
        return links.derived_again(ACCEPTANCE, self.facts, digest=self.token_hash)

    @property
    def waits_for_answer(self) -> bool:
        return self.disagreed_at is not None and self.answered_at is None
