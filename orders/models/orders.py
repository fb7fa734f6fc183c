"""The commercial parts and labour order with its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from contracts.models import ServiceContract
from crmservice import states
from crmservice.addresses import address
from crmservice.money import total
from customers.models import Customer
from employees.models import Employee
from orders.choices import TRANSITIONS, UNAPPROVED, UNDECIDED, ChargedTo, LineKind, Status
from service_requests.models import ServiceRequest

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class OrderQuerySet(models.QuerySet["Order"]):
    def lock(self, pk: int) -> Order:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def undecided(self) -> Self:
        """Neither we nor the customer have said yes to it yet."""
        return self.filter(status__in=UNDECIDED)

    def visible_to(self, user: Employee) -> Self:
        """An outlet's orders are those of the requests that it is involved in."""

        def involved() -> Q:
            sent_to = ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id)
            return Q(service_request__in=sent_to.values("servicerequest"))

        return user.scoped(self, "orders.view", outlet=involved, own=Q(author=user.pk))


class Order(models.Model):
    """What is sold or covered for a customer: parts and labour, usually of a service request.

    `rate` is what one unit of its currency was worth in the base currency on its day.
    """

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
    rate = models.DecimalField(
        _("exchange rate"), max_digits=12, decimal_places=6, default=Decimal(1)
    )
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
                condition=Q(status__in=["draft", "in_approval", "quoted", "cancelled"])
                | Q(approved_at__isnull=False),
            ),
            models.CheckConstraint(name="order_rate_is_positive", condition=Q(rate__gt=0)),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("orders:detail", self.number)

    def move_to(self, status: Status) -> None:
        states.step(self, status, TRANSITIONS)

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
    `cost` is what the line costs us, whoever pays, at the cost valid on `done_on`. It and
    `base_amount`, the amount at the order's rate, and what goodwill gave are in base currency; so
    are `credited_base`, what credit notes gave back of the amount, and `cost_back`, the cost of
    what came back and can be sold again.
    `delivered` of its quantity is with the customer, `invoiced` of it is on an invoice; what a
    visit did and used is delivered when it is written.
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
    base_amount = models.DecimalField(
        _("amount in base currency"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    charged_to = models.CharField(
        _("charged to"), max_length=10, choices=ChargedTo, default=ChargedTo.BILLED
    )
    reasons = models.JSONField(_("why this price"), default=list)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=2, default=Decimal(0))
    credited_base = models.DecimalField(
        _("credited"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    cost_back = models.DecimalField(
        _("cost taken back"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    goodwill_amount = models.DecimalField(
        _("goodwill given"), max_digits=14, decimal_places=2, default=Decimal(0)
    )
    goodwill_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    goodwill_on = models.DateField(null=True, blank=True)
    delivered = models.DecimalField(
        _("delivered"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
    invoiced = models.DecimalField(
        _("invoiced"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
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
                name="no_more_is_delivered_or_invoiced_than_ordered",
                condition=Q(delivered__gte=0, delivered__lte=F("quantity"))
                & Q(invoiced__gte=0, invoiced__lte=F("delivered")),
            ),
            models.CheckConstraint(
                name="only_billed_lines_have_an_amount",
                condition=Q(charged_to="billed") | Q(amount=0, base_amount=0),
            ),
            models.CheckConstraint(
                name="an_amount_is_worth_something_in_base_currency",
                condition=Q(amount__lt=10) | Q(base_amount__gt=0),
            ),
            models.CheckConstraint(
                name="no_more_is_given_back_than_was_billed_or_spent",
                condition=Q(credited_base__gte=0, credited_base__lte=F("base_amount"))
                & Q(cost_back__gte=0, cost_back__lte=F("cost")),
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
    def to_deliver(self) -> Decimal:
        return self.quantity - self.delivered

    @property
    def to_invoice(self) -> Decimal:
        """What the customer has and owes, and no invoice says yet."""
        return self.delivered - self.invoiced if self.amount else Decimal(0)

    @property
    def is_billed(self) -> bool:
        return self.charged_to == ChargedTo.BILLED
