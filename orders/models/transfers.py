"""Parts on their way from one place to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Part
from employees.models import Employee
from orders.choices import Bin, TransferStatus
from orders.models.stock import StockLocation

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class StockTransferQuerySet(models.QuerySet["StockTransfer"]):
    def lock(self, pk: int) -> StockTransfer:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def on_their_way(self) -> Self:
        return self.filter(status=TransferStatus.SENT)

    def visible_to(self, user: Employee) -> Self:
        """Whoever sees one of the two places sees what goes between them."""
        own = Q(from_location__employee=user.pk) | Q(to_location__employee=user.pk)
        outlet = Q(from_location__outlet=user.outlet_id) | Q(to_location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)


class StockTransfer(models.Model):
    """Sent from a place, counted again where it arrives; in between it is in nobody's stock."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    status = models.CharField(
        _("status"), max_length=12, choices=TransferStatus, default=TransferStatus.SENT
    )
    from_location = models.ForeignKey(
        StockLocation, verbose_name=_("from"), on_delete=models.PROTECT, related_name="sent"
    )
    to_location = models.ForeignKey(
        StockLocation, verbose_name=_("to"), on_delete=models.PROTECT, related_name="coming"
    )
    expected_on = models.DateField(_("expected on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    sent_by = models.ForeignKey(
        Employee, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"))
    ended_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = StockTransferQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[StockTransferLine]

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("transfer")
        indexes = (
            models.Index(
                name="transfers_on_their_way",
                fields=["to_location", "id"],
                condition=Q(status="in_transit"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="transfer_goes_somewhere_else",
                condition=~Q(from_location=F("to_location")),
            ),
            models.CheckConstraint(
                name="ended_transfer_says_when_and_by_whom",
                condition=Q(status="in_transit", ended_at=None, ended_by=None)
                | (~Q(status="in_transit") & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:transfer", args=[self.number])

    @property
    def is_on_its_way(self) -> bool:
        return self.status == TransferStatus.SENT


class StockTransferLine(models.Model):
    """`accepted` is what arrived, once somebody has counted it."""

    transfer = models.ForeignKey(StockTransfer, on_delete=models.PROTECT, related_name="lines")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="+")
    bin = models.CharField(_("bin"), max_length=10, choices=Bin, default=Bin.GOOD)
    quantity = models.PositiveIntegerField(_("quantity"))
    accepted = models.PositiveIntegerField(_("arrived"), null=True, blank=True)
    serials = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="a_part_once_in_a_transfer", fields=["transfer", "part", "bin"]
            ),
            models.CheckConstraint(
                name="no_more_arrives_than_was_sent",
                condition=Q(quantity__gt=0) & (Q(accepted=None) | Q(accepted__lte=F("quantity"))),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"
