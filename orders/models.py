"""The commercial parts and labour order, and the price plan that it is priced from."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from crmservice.money import total
from customers.models import Customer
from employees.models import Employee, WorkingCalendar
from orders.choices import TRANSITIONS, UNAPPROVED, ChargedTo, LineKind, Status, WorkKind
from service_requests.models import ServiceRequest

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class PricePlan(models.Model):
    """The rules of pricing from a day on: factors by time, minimum, rounding, call-out fee, tax."""

    valid_from = models.DateField(_("valid from"), unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    calendar = models.ForeignKey(
        WorkingCalendar,
        verbose_name=_("normal working hours"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    factor_normal = models.DecimalField(
        _("normal factor"), max_digits=5, decimal_places=2, default=Decimal(1)
    )
    factor_evening = models.DecimalField(
        _("evening factor"), max_digits=5, decimal_places=2, default=Decimal(1)
    )
    factor_weekend = models.DecimalField(
        _("weekend factor"), max_digits=5, decimal_places=2, default=Decimal(1)
    )
    factor_holiday = models.DecimalField(
        _("holiday factor"), max_digits=5, decimal_places=2, default=Decimal(1)
    )
    minimum_minutes = models.PositiveSmallIntegerField(_("minimum (minutes)"), default=0)
    rounding_minutes = models.PositiveSmallIntegerField(_("rounded up to (minutes)"), default=1)
    call_out_fee = models.DecimalField(
        _("call-out fee"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
    tax_rate = models.DecimalField(
        _("tax rate"), max_digits=5, decimal_places=4, default=Decimal(0)
    )

    class Meta:
        ordering = ("-valid_from",)
        constraints = (
            models.CheckConstraint(
                name="rounding_is_at_least_a_minute", condition=Q(rounding_minutes__gte=1)
            ),
            models.CheckConstraint(
                name="tax_rate_is_a_share", condition=Q(tax_rate__gte=0, tax_rate__lt=1)
            ),
        )

    def __str__(self) -> str:
        return f"{self.valid_from} {self.currency}"

    def get_absolute_url(self) -> str:
        return reverse("orders:price_plans")


class LabourRate(models.Model):
    plan = models.ForeignKey(PricePlan, on_delete=models.CASCADE, related_name="labour_rates")
    kind = models.CharField(_("kind of work"), max_length=10, choices=WorkKind)
    per_hour = models.DecimalField(_("per hour"), max_digits=10, decimal_places=2)

    class Meta:
        ordering = ("kind",)
        constraints = (
            models.UniqueConstraint(name="one_labour_rate_per_kind", fields=["plan", "kind"]),
            models.CheckConstraint(name="labour_rate_not_negative", condition=Q(per_hour__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.per_hour}"


class OrderQuerySet(models.QuerySet["Order"]):
    def lock(self, pk: int) -> Order:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unapproved(self) -> Self:
        return self.filter(status__in=UNAPPROVED)

    def visible_to(self, user: Employee) -> Self:
        """An outlet's orders are those of the requests that it is involved in."""
        involved = Q(
            service_request__in=ServiceRequest.outlets.through.objects.filter(
                outlet=user.outlet_id
            ).values("servicerequest")
        )
        return user.scoped(self, "orders.view", outlet=involved, own=Q(author=user.pk))


class Order(models.Model):
    """What is sold or covered for a customer: parts and labour, usually of a service request."""

    number = models.CharField(_("order number"), max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="orders"
    )
    billing_customer = models.ForeignKey(
        Customer,
        verbose_name=_("billing customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="billed_orders",
    )
    service_request = models.ForeignKey(
        ServiceRequest,
        verbose_name=_("service request"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    contract = models.ForeignKey(
        ServiceContract,
        verbose_name=_("contract"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    tax_rate = models.DecimalField(
        _("tax rate"), max_digits=5, decimal_places=4, default=Decimal(0)
    )
    author = models.ForeignKey(
        Employee,
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    approver = models.ForeignKey(
        Employee,
        verbose_name=_("approver"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approved_orders",
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    approved_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OrderQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[OrderLine]

    class Meta:
        ordering = ("-ordered_at", "-pk")
        indexes = (
            models.Index(name="order_newest", fields=["-ordered_at", "-id"]),
            models.Index(name="orders_of_customer", fields=["customer", "-ordered_at"]),
            models.Index(
                name="orders_to_approve",
                fields=["ordered_at", "id"],
                condition=Q(status="in_approval"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="approved_order_says_when",
                condition=Q(status__in=["draft", "in_approval", "cancelled"])
                | Q(approved_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.number])

    def move_to(self, status: Status) -> None:
        if status not in TRANSITIONS[Status(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s, it cannot become %(then)s.")
                % {"number": self.number, "now": self.get_status_display(), "then": status.label}
            )
        self.status = status

    @property
    def is_editable(self) -> bool:
        """Lines can be added, changed and taken off."""
        return self.status in UNAPPROVED

    @property
    def net(self) -> Decimal:
        """The sum of the rounded lines, before tax, in the order's currency."""
        return total((line.amount for line in self.lines.all()), self.currency)


class OrderLine(models.Model):
    """One part, piece of work or fee. `reasons` tells how its price came about, step by step.

    Labour and travel are priced by `minutes`; their `quantity` is the same in hours, for reading.
    `cost` is what the line costs us, whoever pays, at the cost valid on `done_on` (base currency).
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    part = models.ForeignKey(
        Part,
        verbose_name=_("part"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    engineer = models.ForeignKey(
        Employee,
        verbose_name=_("engineer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    text = models.CharField(_("description"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    list_price = models.DecimalField(_("list price"), max_digits=14, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    charged_to = models.CharField(
        _("charged to"), max_length=10, choices=ChargedTo, default=ChargedTo.BILLED
    )
    reasons = models.JSONField(_("why this price"), default=list)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=2, default=Decimal(0))
    goodwill_amount = models.DecimalField(
        _("goodwill given"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    goodwill_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    goodwill_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(_("day of the work"))
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(name="order_lines_by_day", fields=["done_on", "kind"]),)
        constraints = (
            models.UniqueConstraint(
                name="an_order_line_per_source", fields=["source"], condition=~Q(source="")
            ),
            models.CheckConstraint(name="order_quantity_is_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="only_billed_lines_have_an_amount",
                condition=Q(charged_to="billed") | Q(amount=0),
            ),
            models.CheckConstraint(
                name="goodwill_says_whose_and_how_much",
                condition=~Q(charged_to="goodwill")
                | Q(goodwill_by__isnull=False, goodwill_on__isnull=False, goodwill_amount__gt=0),
            ),
            models.CheckConstraint(
                name="part_line_names_its_part", condition=~Q(kind="part") | Q(part__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.text} × {self.quantity.normalize():f}"

    def get_absolute_url(self) -> str:
        return f"{self.order.get_absolute_url()}#line-{self.pk}"

    @property
    def is_billed(self) -> bool:
        return self.charged_to == ChargedTo.BILLED
