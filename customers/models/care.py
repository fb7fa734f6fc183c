"""The care that a tier gets: templates, and the dated touches that follow from them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice import rhythm
from customers.choices import CareKind, OnHoliday, TouchStatus, Unit
from customers.models.records import Contact, Customer, Tier
from employees.models import Employee
from employees.permissions import Scope


class CarePlanQuerySet(models.QuerySet["CarePlan"]):
    def to_generate(self, on: date) -> Self:
        return self.filter(generate_on__lte=on)

    def lock(self, pk: int) -> CarePlan:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class CarePlan(models.Model):
    """What each customer of a tier gets regularly.

    Days are the organisation's. Customers do not all have the same day: each has a place of its own
    within the interval (`customers.queries.first_day`). Touches are made for days after
    `generated_until`, which each daily turn (`generate_on`) moves ahead.
    """

    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="care_plans"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CareKind)
    title = models.CharField(_("title"), max_length=120)
    instructions = models.TextField(_("instructions"), blank=True)
    every = models.PositiveSmallIntegerField(
        _("every"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    unit = models.CharField(
        _("unit of time"), max_length=6, choices=Unit, default=Unit.MONTH, blank=True
    )
    flexibility_days = models.PositiveSmallIntegerField(
        _("flexibility (± days)"), default=5, validators=[MaxValueValidator(60)]
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("becomes a task (days ahead)"), default=7, validators=[MaxValueValidator(120)]
    )
    holidays = models.CharField(
        _("on a day without service"), max_length=6, choices=OnHoliday, default=OnHoliday.AFTER
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    generated_until = models.DateField()
    generate_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        ordering = ("tier__rank", "title", "pk")
        verbose_name = _("care plan")
        indexes = (
            models.Index(
                name="care_plans_to_generate",
                fields=["generate_on", "id"],
                condition=Q(generate_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="care_comes_back_unless_it_is_a_birthday",
                condition=Q(kind="birthday", every=None)
                | ~Q(kind="birthday") & Q(every__gt=0) & ~Q(unit=""),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("customers:care_plan", args=[self.pk])

    @property
    def interval(self) -> rhythm.Interval | None:
        return rhythm.Interval(self.every, rhythm.Unit(self.unit)) if self.every else None

    def is_over(self, on: date) -> bool:
        return self.ends_on is not None and self.ends_on < on


class CareTouchQuerySet(models.QuerySet["CareTouch"]):
    def visible_to(self, user: Employee) -> Self:
        """Those of the customers that this person sees."""
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=TouchStatus.OPEN)

    def owed(self) -> Self:
        return self.exclude(status=TouchStatus.SKIPPED)

    def done_in_time(self) -> Self:
        return self.filter(status=TouchStatus.DONE, done_on__lte=F("latest_on"))

    def done_late(self) -> Self:
        return self.filter(status=TouchStatus.DONE, done_on__gt=F("latest_on"))

    def missed(self, on: date) -> Self:
        """Not done, and its time is over."""
        return self.open().filter(latest_on__lt=on)

    def ahead(self, on: date) -> Self:
        return self.open().filter(latest_on__gte=on)

    def to_remind(self, on: date) -> Self:
        return self.filter(remind_on__lte=on)

    def described(self) -> Self:
        return self.select_related("customer__tier", "contact", "owner", "plan")

    def lock(self, pk: int) -> CareTouch:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class CareTouch(models.Model):
    """One touch that a customer is owed: a visit, a call, a birthday; and what became of it.

    `owner` owes it. `remind_on` is the next day on which it is spoken of: some days before it is
    due to the owner, and on the day after `latest_on` to the supervisor.
    """

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="touches")
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="touches"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="touches",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CareKind)
    nominal_on = models.DateField()
    due_on = models.DateField(_("due"))
    earliest_on = models.DateField(_("not before"))
    latest_on = models.DateField(_("not after"))
    owner = models.ForeignKey(
        Employee,
        verbose_name=_("owes it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="touches",
    )
    status = models.CharField(
        _("status"), max_length=8, choices=TouchStatus, default=TouchStatus.OPEN
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CareTouchQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("care touch")
        indexes = (
            models.Index(name="touches_by_day", fields=["due_on", "id"]),
            models.Index(
                name="touches_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_customer_is_touched_once_a_turn",
                fields=["plan", "customer", "nominal_on"],
                condition=Q(contact=None),
            ),
            models.UniqueConstraint(
                name="a_contact_is_touched_once_a_turn",
                fields=["plan", "customer", "contact", "nominal_on"],
                condition=Q(contact__isnull=False),
            ),
            models.CheckConstraint(
                name="touch_window_is_around_the_due_day",
                condition=Q(earliest_on__lte=F("due_on"), latest_on__gte=F("due_on")),
            ),
            models.CheckConstraint(
                name="done_touch_says_when",
                condition=Q(status="done", done_on__isnull=False)
                | ~Q(status="done") & Q(done_on=None),
            ),
            models.CheckConstraint(
                name="skipped_touch_says_why", condition=~Q(status="skipped") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="only_open_touches_are_reminded_of",
                condition=Q(remind_on=None) | Q(status="open"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} · {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("customers:touch", args=[self.pk])
