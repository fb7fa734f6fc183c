"""What the customer said afterwards, and what we did about it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice import links
from customers.models import Contact, Customer
from employees.choices import Department
from employees.models import Employee, Named
from employees.permissions import Scope
from service_requests.choices import CallBackOutcome, SurveyChannel
from service_requests.models.requests import ServiceRequest

SALT = "service_requests.survey"


class SurveyDimension(Named):
    """What customers are asked about, 1–5; a department answers for it with a weight.

    `importance` is what we say it matters, 0–1; without it the answers tell (metrics.md).
    """

    department = models.CharField(
        _("department"), max_length=12, choices=Department, default=Department.SERVICE
    )
    weight = models.DecimalField(
        _("weight"),
        max_digits=5,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    importance = models.DecimalField(
        _("importance (0–1)"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_active = models.BooleanField(_("asked"), default=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta(Named.Meta):
        ordering = ("position",)
        verbose_name = _("survey question")

    def get_absolute_url(self) -> str:
        return reverse("service_requests:dimension", args=[self.pk])


class SurveyRoundQuerySet(models.QuerySet["SurveyRound"]):
    def visible_to(self, user: Employee) -> Self:
        """Of the whole company: those who survey all of it see them."""
        return self if user.scope_of("service_requests.survey") == Scope.ALL else self.none()


class SurveyRound(models.Model):
    """A sample of the customers, asked once in a quarter."""

    quarter = models.CharField(_("quarter"), max_length=7, unique=True)
    size = models.PositiveIntegerField(_("customers asked"))
    drawn_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn"))

    objects = SurveyRoundQuerySet.as_manager()

    class Meta:
        ordering = ("-quarter",)
        verbose_name = _("quarterly survey")

    def __str__(self) -> str:
        return self.quarter

    def get_absolute_url(self) -> str:
        return reverse("service_requests:round", args=[self.quarter])


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the requests that this person surveys; of a quarter, to who surveys all."""
        involved = Q(
            service_request__in=ServiceRequest.outlets.through.objects.filter(
                outlet=user.outlet_id
            ).values("servicerequest")
        )
        own = Q(service_request__owner=user.pk)
        return user.scoped(self, "service_requests.survey", outlet=involved, own=own)

    def to_remind(self, at: datetime) -> Self:
        return self.filter(remind_at__lte=at)

    def asked_of(self, contact: Contact) -> Self:
        return self.filter(Q(contact=contact) | Q(service_request__contact=contact))

    def lock(self, pk: int) -> Survey:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Survey(models.Model):
    """One question round after a contact, or of a quarter's sample; then it has its own customer.

    The token of the link is stored hashed; one answer, changeable for 7 days. `remind_at` is when
    who was asked by mail is reminded, once.
    """

    service_request = models.OneToOneField(
        ServiceRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="survey"
    )
    round = models.ForeignKey(
        SurveyRound, on_delete=models.CASCADE, null=True, blank=True, related_name="surveys"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="surveys"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="surveys"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=SurveyChannel, default=SurveyChannel.LINK
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"))
    remind_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_to = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    nps = models.PositiveSmallIntegerField(_("would recommend (0–10)"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at",)
        indexes = (
            models.Index(name="surveys_answered", fields=["answered_at"]),
            models.Index(name="surveys_sent", fields=["sent_at"]),
            models.Index(
                name="surveys_to_remind",
                fields=["remind_at", "id"],
                condition=Q(remind_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(name="nps_is_0_to_10", condition=Q(nps=None) | Q(nps__lte=10)),
            models.CheckConstraint(
                name="survey_answered_after_sending",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("sent_at")),
            ),
            models.CheckConstraint(
                name="survey_is_of_a_request_or_of_a_round",
                condition=Q(service_request__isnull=False, round=None, customer=None, contact=None)
                | Q(service_request=None, round__isnull=False, customer__isnull=False),
            ),
            models.UniqueConstraint(
                name="a_customer_is_asked_once_a_round", fields=["round", "customer"]
            ),
        )

    def __str__(self) -> str:
        return str(self.service_request or f"{self.round} · {self.customer}")

    def get_absolute_url(self) -> str:
        whole = self.service_request or self.round
        assert whole is not None
        return whole.get_absolute_url()

    @property
    def token(self) -> str:
        """Of the link that was sent last; nothing when there is none, or its key is gone."""
        return links.derived_again(SALT, self.facts, digest=self.token_hash)

    def new_token(self) -> str:
        return links.derived(SALT, self.facts)

    @property
    def facts(self) -> str:
        """What the token is worked out of: whose survey it is, and when it was sent."""
        whose = self.service_request_id or f"{self.round_id}-{self.customer_id}"
        return f"{whose}:{self.sent_at.astimezone(UTC):%Y%m%d%H%M%S%f}"

    @property
    def asked_customer(self) -> Customer:
        found = self.service_request.customer if self.service_request else self.customer
        assert found is not None
        return found

    @property
    def asked_contact(self) -> Contact | None:
        return self.service_request.contact if self.service_request else self.contact


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


class CallBackQuerySet(models.QuerySet["CallBack"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the surveys that this person sees, and the own ones."""
        if user.scope_of("service_requests.survey") == Scope.ALL:
            return self
        seen = Survey.objects.visible_to(user).values("pk")
        return self.filter(Q(survey__in=seen) | Q(owner=user.pk))

    def open(self) -> Self:
        return self.filter(done_at=None)

    def overdue(self, at: datetime) -> Self:
        """Due and not yet told of."""
        return self.open().filter(overdue_at=None, due_at__lte=at)

    def described(self) -> Self:
        return self.select_related(
            "owner", "survey__round", "survey__service_request__customer", "survey__customer"
        )

    def lock(self, pk: int) -> CallBack:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class CallBack(models.Model):
    """Somebody calls the customer who was not content, by `due_at` (service hours).

    `low` are the scores that opened it, by the code of the dimension. `overdue_at` is the due time
    once it has passed without a call: what is late stays late.
    """

    survey = models.OneToOneField(Survey, on_delete=models.CASCADE, related_name="call_back")
    low = models.JSONField(default=dict)
    owner = models.ForeignKey(
        Employee,
        verbose_name=_("calls"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="call_backs",
    )
    opened_at = models.DateTimeField(_("answered"))
    due_at = models.DateTimeField(_("call by"))
    overdue_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tried in vain"), default=0)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=CallBackOutcome, blank=True, default=""
    )
    said = models.TextField(_("what was said"), blank=True)
    done_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name = _("call-back")
        indexes = (
            models.Index(name="call_backs_by_due", fields=["due_at", "id"]),
            models.Index(
                name="call_backs_open",
                fields=["due_at"],
                condition=Q(done_at=None, overdue_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="call_back_due_after_the_answer", condition=Q(due_at__gt=F("opened_at"))
            ),
            models.CheckConstraint(
                name="done_call_back_says_who_and_what",
                condition=Q(done_at=None, outcome="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome="") & ~Q(said=""),
            ),
        )

    def __str__(self) -> str:
        return str(self.survey)

    def get_absolute_url(self) -> str:
        return reverse("service_requests:call_back", args=[self.pk])
