"""What somebody noticed at a customer that may become business, and what sales made of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from customers.choices import SIGNAL_TRANSITIONS, SignalStatus
from customers.models.records import Customer
from employees.models import Employee
from employees.permissions import Scope

LONGEST_TITLE = 80


class BusinessSignalQuerySet(models.QuerySet["BusinessSignal"]):
    def visible_to(self, user: Employee) -> Self:
        """Sales and the heads see all; an author the own ones, to see what became of them."""
        if user.is_active and user.scope_of("signals.view") == Scope.ALL:
            return self
        own = Q(raised_by=user.pk)
        return user.scoped(self, "signals.view", outlet=own, own=own)

    def described(self) -> Self:
        return self.select_related("customer", "raised_by", "taken_by")

    def unanswered(self, at: datetime) -> Self:
        """What should have been taken or rejected by then, and nobody was told of yet."""
        return self.filter(remind_at__lte=at)

    def lock(self, pk: int) -> BusinessSignal:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class BusinessSignal(models.Model):
    """Raised by anybody; sales takes or rejects it by `due_at` and says what came of it.

    `remind_at` is when it is spoken of that nobody has answered; gone once it has served.
    """

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="business_signals",
    )
    text = models.TextField(_("what was noticed"))
    source = models.CharField(_("noticed at"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=SignalStatus, default=SignalStatus.RAISED
    )
    raised_by = models.ForeignKey(
        Employee, verbose_name=_("noticed by"), on_delete=models.PROTECT, related_name="signals"
    )
    raised_at = models.DateTimeField(_("noticed"))
    due_at = models.DateTimeField(_("to be answered by"))
    remind_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        Employee,
        verbose_name=_("with"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signals_taken",
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    amount = models.DecimalField(
        _("amount won"), max_digits=16, decimal_places=2, null=True, blank=True
    )

    objects = BusinessSignalQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "-pk")
        verbose_name = _("business signal")
        indexes = (
            models.Index(name="signals_newest", fields=["-raised_at", "-id"]),
            models.Index(
                name="signals_unanswered",
                fields=["remind_at", "id"],
                condition=Q(remind_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="signal_that_was_taken_says_by_whom",
                condition=~Q(status__in=["taken", "won", "lost"]) | Q(taken_by__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_won_signal_has_an_amount",
                condition=Q(status="won", amount__gt=Decimal(0))
                | ~Q(status="won") & Q(amount=None),
            ),
            models.CheckConstraint(
                name="signal_that_came_to_nothing_says_why",
                condition=~Q(status__in=["rejected", "lost"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="only_an_open_signal_is_reminded_of",
                condition=Q(remind_at=None) | Q(status="raised"),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("customers:signal", args=[self.pk])

    @property
    def title(self) -> str:
        """The first line, for lists."""
        first = self.text.strip().splitlines()[0] if self.text.strip() else ""
        return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"

    def move_to(self, status: SignalStatus) -> None:
        if status not in SIGNAL_TRANSITIONS[SignalStatus(self.status)]:
            raise DomainError(
                _("This signal is “%(now)s”; it cannot become “%(then)s”.")
                % {"now": self.get_status_display(), "then": status.label}
            )
        self.status = status
        self.remind_at = None
