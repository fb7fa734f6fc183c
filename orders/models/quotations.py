"""What a customer was offered: an order's lines as they stood, with a version and an end."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice import links
from crmservice.errors import DomainError
from employees.models import Employee
from orders.choices import QUOTATION_TRANSITIONS, LineKind, QuotationStatus
from orders.models.orders import Order, OrderLine

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

QUOTATION = "quotation"  # purpose of its link


class QuotationQuerySet(models.QuerySet["Quotation"]):
    def open(self) -> Self:
        return self.filter(status=QuotationStatus.OPEN)

    def lapsed(self, on: date) -> Self:
        """Open although its last day is over."""
        return self.open().filter(valid_until__lt=on)

    def decided(self) -> Self:
        """What counts in the hit rate (metrics.md): accepted, declined or lapsed."""
        return self.exclude(
            status__in=[
                QuotationStatus.OPEN,
                QuotationStatus.WITHDRAWN,
                QuotationStatus.SUPERSEDED,
            ]
        )

    def visible_to(self, user: Employee) -> Self:
        return self.filter(order__in=Order.objects.visible_to(user))

    def lock(self, pk: int) -> Quotation:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Quotation(models.Model):
    """One version of an offer. Its lines and sums never change; amounts are in the order's
    currency. `accepted` is the net sum of the lines that the customer took.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="quotations")
    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(
        _("status"), max_length=12, choices=QuotationStatus, default=QuotationStatus.OPEN
    )
    valid_until = models.DateField(_("valid until"))
    to_name = models.CharField(_("for"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    note = models.TextField(_("note"), blank=True)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    tax = models.DecimalField(_("tax"), max_digits=14, decimal_places=2)
    accepted = models.DecimalField(
        _("accepted"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    sent_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="quotations")
    sent_at = models.DateTimeField(_("sent"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_name = models.CharField(_("decided by"), max_length=100, blank=True)
    entered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)

    objects = QuotationQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[QuotationLine]

    class Meta:
        ordering = ("-sent_at", "-pk")
        indexes = (
            models.Index(name="quotations_newest", fields=["-sent_at", "-id"]),
            models.Index(
                name="quotations_lapsing", fields=["valid_until"], condition=Q(status="open")
            ),
        )
        constraints = (
            models.UniqueConstraint(name="one_quotation_per_version", fields=["order", "version"]),
            models.UniqueConstraint(
                name="one_open_quotation_per_order",
                fields=["order"],
                condition=Q(status="open"),
            ),
            models.CheckConstraint(
                name="a_decision_of_a_quotation_says_when",
                condition=Q(status__in=["open"], decided_at=None)
                | (~Q(status="open") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="no_more_is_accepted_than_was_offered",
                condition=Q(accepted__gte=0, accepted__lte=F("net")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order.number}/{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("orders:quotation", args=[self.order.number, self.version])

    def move_to(self, status: QuotationStatus) -> None:
        if status not in QUOTATION_TRANSITIONS[QuotationStatus(self.status)]:
            raise DomainError(
                _("This offer is %(now)s; it cannot be answered any more.")
                % {"now": self.get_status_display()}
            )
        self.status = status

    def end(
        self, status: QuotationStatus, *, at: datetime, entered_by: Employee | None = None
    ) -> None:
        """It is open no more; with what was decided, where somebody decided."""
        self.move_to(status)
        self.decided_at, self.entered_by = at, entered_by
        self.save(
            update_fields=[
                "status", "decided_at", "decided_name", "entered_by", "reason", "accepted",
            ]
        )  # fmt: skip

    def is_offered_by(self, employee: Employee) -> bool:
        """Whether this person wrote the order or sent the offer; `order` is at hand."""
        return employee.pk in {self.sent_by_id, self.order.author_id}

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def facts(self) -> str:
        """What its token is worked out from."""
        return f"{self.order_id}:{self.version}:{self.sent_at.isoformat()}"

    @property
    def token(self) -> str:
        """The token of its link; nothing when its key is gone."""
        return links.derived_again(QUOTATION, self.facts, digest=self.token_hash)


class QuotationLine(models.Model):
    """A line as it was offered; `order_line` is the line it stands for, while that exists."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, null=True, on_delete=models.SET_NULL, related_name="quoted_in"
    )
    kind = models.CharField(max_length=10, choices=LineKind)
    text = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    minutes = models.PositiveIntegerField(null=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reasons = models.JSONField(default=list)
    is_accepted = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return self.quotation.get_absolute_url()
