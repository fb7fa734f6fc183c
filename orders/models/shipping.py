"""What leaves for the customer: packed from a place, on its way, arrived."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from employees.models import Employee
from orders.choices import SHIPMENT_TRANSITIONS, UNDER_WAY, ShipmentStatus
from orders.models.orders import Order, OrderLine
from orders.models.stock import StockLocation

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def under_way(self) -> Self:
        return self.filter(status__in=UNDER_WAY)

    def late(self, on: date) -> Self:
        """The customer was promised it for an earlier day."""
        return self.under_way().filter(promised_on__lt=on)

    def visible_to(self, user: Employee) -> Self:
        return self.filter(order__in=Order.objects.visible_to(user))

    def lock(self, pk: int) -> Shipment:
        return self.select_for_update(of=("self",)).get(pk=pk)


class Shipment(models.Model):
    """Pieces of one order from one place. Packed they still lie there, promised; shipped they are
    in nobody's stock until they arrived or came back.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    location = models.ForeignKey(
        StockLocation, verbose_name=_("from"), on_delete=models.PROTECT, related_name="shipments"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ShipmentStatus, default=ShipmentStatus.PACKED
    )
    promised_on = models.DateField(_("promised for"))
    carrier = models.CharField(_("carrier"), max_length=100, blank=True)
    tracking_no = models.CharField(_("tracking number"), max_length=100, blank=True)
    packed_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    packed_at = models.DateTimeField(_("packed"))
    shipped_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(_("taken by"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ShipmentQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[ShipmentLine]

    class Meta:
        ordering = ("promised_on", "pk")
        verbose_name = _("shipment")
        indexes = (models.Index(name="shipments_by_promise", fields=["promised_on", "id"]),)
        constraints = (
            models.CheckConstraint(
                name="shipped_says_when_and_by_whom",
                condition=Q(shipped_at=None, shipped_by=None)
                | Q(shipped_at__isnull=False, shipped_by__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_shipped_has_left",
                condition=~Q(status__in=["shipped", "delivered", "returned"])
                | Q(shipped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ended_shipment_says_when_and_by_whom",
                condition=Q(status__in=["packed", "shipped"], ended_at=None, ended_by=None)
                | ~Q(status__in=["packed", "shipped"])
                & Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:shipment", args=[self.number])

    def move_to(self, status: ShipmentStatus) -> None:
        if status not in SHIPMENT_TRANSITIONS[ShipmentStatus(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s already.")
                % {"number": self.number, "now": self.get_status_display()}
            )
        self.status = status

    def is_late(self, on: date) -> bool:
        return self.status in UNDER_WAY and self.promised_on < on


class ShipmentLine(models.Model):
    """Pieces of one order line; `delivered` of them are with the customer."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="shipment_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    serials = models.JSONField(default=list, blank=True)
    delivered = models.PositiveIntegerField(_("delivered"), default=0)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="an_order_line_once_in_a_shipment", fields=["shipment", "order_line"]
            ),
            models.CheckConstraint(
                name="no_more_is_delivered_than_was_shipped",
                condition=Q(quantity__gt=0, delivered__lte=F("quantity")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_line.text} × {self.quantity}"

    def get_absolute_url(self) -> str:
        return self.shipment.get_absolute_url()

    @property
    def open_quantity(self) -> Decimal:
        return Decimal(self.quantity - self.delivered)
