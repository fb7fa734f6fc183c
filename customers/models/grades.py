"""How good a customer is for us, in five things; and what customers need."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from customers.choices import NEED_TRANSITIONS, GradeSubject, NeedKind, NeedStatus, NeedTarget
from customers.models.records import Contact, Customer
from employees.models import Employee
from employees.permissions import Scope


class GradePolicy(models.Model):
    """The weight of one of the five, and from which figure on it is 2, 3, 4 and 5.

    What the team scores itself has no figures.
    """

    subject = models.CharField(_("graded"), max_length=10, choices=GradeSubject, unique=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=5,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    from_2 = models.DecimalField(
        _("2 from"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    from_3 = models.DecimalField(
        _("3 from"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    from_4 = models.DecimalField(
        _("4 from"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    from_5 = models.DecimalField(
        _("5 from"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("5A rule")
        constraints = (
            models.CheckConstraint(
                name="grades_rise",
                condition=Q(from_2=None, from_3=None, from_4=None, from_5=None)
                | Q(from_2__lt=F("from_3"), from_3__lt=F("from_4"), from_4__lt=F("from_5")),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_subject_display())

    def get_absolute_url(self) -> str:
        return reverse("customers:edit_grade_policy", args=[self.subject])

    @property
    def bands(self) -> list[Decimal]:
        found = [self.from_2, self.from_3, self.from_4, self.from_5]
        return [band for band in found if band is not None]


class Grading(models.Model):
    """A customer's 5A grade as it was given: what was computed then, and what the team said.

    `scores` are by subject, `figures` those behind the computed ones, `weights` those of then.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="gradings"
    )
    graded_at = models.DateTimeField(_("graded"))
    graded_by = models.ForeignKey(
        Employee, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    scores = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)
    mean = models.DecimalField(_("mean"), max_digits=3, decimal_places=2)
    reason = models.TextField(_("reason"))

    class Meta:
        ordering = ("-graded_at", "-pk")
        verbose_name = _("5A grade")
        constraints = (
            models.CheckConstraint(name="grade_is_1_to_5", condition=Q(mean__gte=1, mean__lte=5)),
            models.CheckConstraint(name="grade_says_why", condition=~Q(reason="")),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.mean}"

    def get_absolute_url(self) -> str:
        return reverse("customers:grades", args=[self.customer.code])


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the customers that this person sees, and those asked of the person."""
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        seen = Q(customer__in=Customer.objects.visible_to(user))
        return self.filter(seen | Q(asked_of=user.pk))

    def open(self) -> Self:
        return self.exclude(status=NeedStatus.CLOSED)

    def to_remind(self, on: date) -> Self:
        return self.filter(remind_on__lte=on)

    def described(self) -> Self:
        return self.select_related("customer", "raised_by", "asked_of")

    def lock(self, pk: int) -> Need:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Need(models.Model):
    """What a customer, or many of them, would want: noted, passed on, answered, and told.

    `remind_on` is the day after an answer was due, until it was spoken of.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="needs"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("who said it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NeedKind)
    text = models.TextField(_("what is needed"))
    source = models.CharField(_("where it was heard"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=NeedStatus, default=NeedStatus.NOTED
    )
    raised_by = models.ForeignKey(
        Employee, verbose_name=_("noted by"), on_delete=models.PROTECT, related_name="needs"
    )
    raised_at = models.DateTimeField(_("noted"))
    forwarded_to = models.CharField(
        _("passed on to"), max_length=12, choices=NeedTarget, blank=True
    )
    asked_of = models.ForeignKey(
        Employee,
        verbose_name=_("who answers"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs_to_answer",
    )
    due_on = models.DateField(_("answer due"), null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closing = models.CharField(_("what the customer was told"), max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "-pk")
        verbose_name = _("need")
        indexes = (
            models.Index(name="needs_newest", fields=["-raised_at", "-id"]),
            models.Index(
                name="needs_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="need_that_was_passed_on_says_to_whom",
                condition=~Q(status="forwarded")
                | ~Q(forwarded_to="") & Q(asked_of__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="answered_need_has_its_answer", condition=~Q(status="answered") | ~Q(answer="")
            ),
            models.CheckConstraint(
                name="closed_need_says_what_was_told",
                condition=~Q(status="closed") | ~Q(closing="") & Q(closed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("customers:need", args=[self.pk])

    def move_to(self, status: NeedStatus) -> None:
        if status not in NEED_TRANSITIONS[NeedStatus(self.status)]:
            raise DomainError(
                _("This need is “%(now)s”; it cannot become “%(then)s”.")
                % {"now": self.get_status_display(), "then": status.label}
            )
        self.status = status

    @property
    def title(self) -> str:
        """The first line, for lists."""
        return self.text.strip().splitlines()[0][:80] if self.text.strip() else ""
