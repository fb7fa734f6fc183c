"""Goods that a customer gives back: the case, and what it is about line by line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from crmservice import states
from customers.models import Contact, Customer
from employees.models import Employee
from orders.choices import (
    COMING,
    OVER,
    RECEIVING,
    RETURN_TRANSITIONS,
    Bin,
    Finding,
    Remedy,
    ReturnKind,
    ReturnStatus,
)
from orders.models.orders import Order, OrderLine
from orders.models.stock import StockLocation
from orders.return_period import Verdict, judge
from service_requests.models import ServiceRequest

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from orders.models.returns import OldPart


class ReturnCaseQuerySet(models.QuerySet["ReturnCase"]):
    def open(self) -> Self:
        return self.exclude(status__in=OVER)

    def overdue(self, on: date) -> Self:
        """The next step should be done by now."""
        return self.open().filter(due_on__lt=on)

    def to_remind(self, on: date) -> Self:
        return self.filter(remind_on__lte=on)

    def visible_to(self, user: Employee) -> Self:
        """An outlet's are those that come to its depots, and those of the requests that it is
        involved in.
        """
        involved = ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id)
        outlet = Q(depot__outlet=user.outlet_id) | Q(
            service_request__in=involved.values("servicerequest")
        )
        return user.scoped(self, "orders.view", outlet=outlet, own=Q(opened_by=user.pk))

    def lock(self, pk: int) -> ReturnCase:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ReturnCase(models.Model):
    """A customer gives something back, and gets something for it.

    `due_on` is until when the next step is to be done: the answer, the arrival, the remedy;
    `remind_on` is when who opened it hears that it was not. With `is_advance` the replacement goes
    first, and the old part is due back (`OldPart`).
    """

    number = models.CharField(_("return number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=ReturnKind)
    status = models.CharField(
        _("status"), max_length=12, choices=ReturnStatus, default=ReturnStatus.REQUESTED
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="returns"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="returns",
    )  # fmt: skip
    service_request = models.ForeignKey(
        ServiceRequest, verbose_name=_("service request"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="returns",
    )  # fmt: skip
    order = models.ForeignKey(
        Order, verbose_name=_("order"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="returns",
    )  # fmt: skip
    depot = models.ForeignKey(
        StockLocation, verbose_name=_("comes to"), on_delete=models.PROTECT, related_name="returns"
    )
    reason = models.CharField(_("reason"), max_length=300)
    is_consumer = models.BooleanField(_("bought as a consumer, at a distance"), default=False)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    is_advance = models.BooleanField(_("replacement first"), default=False)
    due_on = models.DateField(_("next step due"))
    remind_on = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey(
        Employee, verbose_name=_("opened by"), on_delete=models.PROTECT, related_name="returns"
    )
    opened_at = models.DateTimeField(_("opened"))
    decided_by = models.ForeignKey(
        Employee, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=300, blank=True)
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReturnCaseQuerySet.as_manager()

    was_due_on: date  # before the verb that has locked it

    if TYPE_CHECKING:
        lines: RelatedManager[ReturnLine]

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("return case")
        indexes = (
            models.Index(name="returns_by_due_day", fields=["due_on", "id"]),
            models.Index(name="returns_of_customer", fields=["customer", "-opened_at"]),
            # whose steps are overdue and were not spoken of today (ReturnCaseQuerySet.to_remind)
            models.Index(
                name="returns_to_remind",
                fields=["remind_on"],
                condition=Q(remind_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="decided_return_says_by_whom_and_when",
                condition=Q(status__in=["requested", "cancelled"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_is_reminded_of_a_return_that_is_over",
                condition=Q(remind_on=None) | ~Q(status__in=["closed", "cancelled", "refused"]),
            ),
            models.CheckConstraint(
                name="refused_return_says_why", condition=~Q(status="refused") | ~Q(decision="")
            ),
            models.CheckConstraint(
                name="only_a_closed_return_says_when",
                condition=Q(status__in=["closed", "cancelled", "refused"], closed_at__isnull=False)
                | (~Q(status__in=["closed", "cancelled", "refused"]) & Q(closed_at=None)),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:return", args=[self.number])

    def move_to(self, status: ReturnStatus) -> None:
        states.step(self, status, RETURN_TRANSITIONS)

    @property
    def is_open(self) -> bool:
        return self.status not in OVER

    @property
    def is_coming(self) -> bool:
        """Authorised, and nothing of it is here yet."""
        return self.status in COMING

    @property
    def is_receiving(self) -> bool:
        """Something may still arrive."""
        return self.status in RECEIVING

    def is_overdue(self, on: date) -> bool:
        return self.is_open and self.due_on < on

    @property
    def verdict(self) -> Verdict:
        """Whether the customer may give it back without our consent; `lines` with their assets."""
        ends = [
            line.asset.warranty_until
            for line in self.lines.all()
            if line.asset and line.asset.warranty_until
        ]
        return judge(
            self.kind,
            timezone.localdate(self.opened_at, timezone.get_default_timezone()),
            is_consumer=self.is_consumer,
            delivered_on=self.delivered_on,
            warranty_until=min(ends, default=None),
            days=settings.LEGAL_RETURN_DAYS,
        )


class ReturnLine(models.Model):
    """What is given back of one part, or one device; what came of it, what was found, what became
    of it.

    `serials` were announced, `received_serials` came. Pieces without a remedy lie in the depot's
    bin of faulty parts, or of good ones where they are as new; a device without a part number is in
    no stock. `replaced` counts what was sent instead, also ahead.
    """

    case = models.ForeignKey(ReturnCase, on_delete=models.CASCADE, related_name="lines")
    part = models.ForeignKey(
        Part, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="return_lines",
    )  # fmt: skip
    asset = models.ForeignKey(
        Asset, verbose_name=_("asset"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="return_lines",
    )  # fmt: skip
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="return_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    serials = models.JSONField(default=list, blank=True)
    received = models.PositiveIntegerField(_("received"), default=0)
    received_serials = models.JSONField(default=list, blank=True)
    difference = models.CharField(_("difference"), max_length=300, blank=True)
    finding = models.CharField(_("found"), max_length=12, choices=Finding, blank=True)
    finding_note = models.CharField(_("note"), max_length=300, blank=True)
    inspected_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    inspected_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(_("remedy"), max_length=12, choices=Remedy, blank=True)
    remedy_note = models.CharField(_("note"), max_length=300, blank=True)
    remedied_at = models.DateTimeField(null=True, blank=True)
    replaced = models.PositiveIntegerField(_("replaced"), default=0)
    replacement_serials = models.JSONField(default=list, blank=True)

    if TYPE_CHECKING:
        old_parts: RelatedManager[OldPart]

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="a_return_line_names_a_part_or_a_device",
                condition=Q(part__isnull=False) | Q(asset__isnull=False, quantity=1),
            ),
            models.CheckConstraint(
                name="no_more_comes_back_than_was_announced",
                condition=Q(quantity__gt=0, received__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="no_more_is_replaced_than_comes_back",
                condition=Q(replaced__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="what_was_found_says_by_whom_and_when",
                condition=Q(finding="", inspected_by=None, inspected_at=None)
                | (~Q(finding="") & Q(inspected_by__isnull=False, inspected_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="what_is_remedied_says_how",
                condition=Q(remedied_at=None) | (~Q(remedy="") & ~Q(finding="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity}"

    def get_absolute_url(self) -> str:
        """The case's page from its top, where the next step stands."""
        return self.case.get_absolute_url()

    @property
    def name(self) -> str:
        if self.part:
            return str(self.part)
        return f"{self.asset.kind_name} {self.asset.serial_no}" if self.asset else ""

    @property
    def open_quantity(self) -> int:
        """How many are still to come."""
        return self.quantity - self.received

    @property
    def is_here(self) -> bool:
        """Received, and nothing has become of it yet."""
        return self.received > 0 and self.remedied_at is None

    @property
    def is_to_inspect(self) -> bool:
        return self.received > 0 and not self.finding

    @property
    def is_to_remedy(self) -> bool:
        return bool(self.finding) and not self.remedy

    @property
    def bin(self) -> str:
        """Where its pieces lie in the depot."""
        return Bin.GOOD if self.finding == Finding.AS_NEW else Bin.FAULTY
