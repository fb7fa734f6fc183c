"""The price plans that orders are priced from, and what a currency is worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import AssetModel, Part
from contracts.models import ContractType, ServiceContract
from customers.models import Tier
from employees.models import WorkingCalendar
from orders.choices import WorkKind

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

SCOPE = ("contract", "contract_type", "model", "category", "tier")  # the most particular first


class PricePlanQuerySet(models.QuerySet["PricePlan"]):
    def valid_on(self, on: date) -> Self:
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)

    def general(self) -> Self:
        """For everybody: without one of its currency nothing is sold in it."""
        return self.filter(contract=None, contract_type=None, model=None, category="", tier=None)

    def of_scope(self, plan: PricePlan) -> Self:
        """The plans for the same: of these one holds on a day."""
        return self.filter(
            currency=plan.currency,
            contract=plan.contract_id,
            contract_type=plan.contract_type_id,
            model=plan.model_id,
            category=plan.category,
            tier=plan.tier_id,
        )


class PricePlan(models.Model):
    """Prices and the rules of pricing for a span of days: for everybody, or for what it names (a
    contract, a type of contract, a model, a product family, a tier).

    What a particular plan leaves open (a rate, a part, a fee) the next one answers. `tax_rate` is
    that of the plan for everybody. Its prices never change; a change is the next plan.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    contract = models.ForeignKey(
        ServiceContract,
        verbose_name=_("contract"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    contract_type = models.ForeignKey(
        ContractType,
        verbose_name=_("contract type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    model = models.ForeignKey(
        AssetModel,
        verbose_name=_("model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    category = models.CharField(_("product family"), max_length=40, blank=True)
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
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
        _("call-out fee"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    per_kilometre = models.DecimalField(
        _("per kilometre"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    parts_discount = models.DecimalField(
        _("discount on parts"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    tax_rate = models.DecimalField(
        _("tax rate"), max_digits=5, decimal_places=4, default=Decimal(0)
    )

    objects = PricePlanQuerySet.as_manager()

    if TYPE_CHECKING:
        labour_rates: RelatedManager[LabourRate]
        zones: RelatedManager[TravelZone]
        part_prices: RelatedManager[PartPrice]

    class Meta:
        ordering = ("-valid_from", "-pk")
        verbose_name = _("price plan")
        indexes = (models.Index(name="price_plans_newest", fields=["-valid_from", "-id"]),)
        constraints = (
            models.UniqueConstraint(
                "currency",
                *(Coalesce(name, 0) for name in ("contract", "contract_type", "model", "tier")),
                "category",
                "valid_from",
                name="one_price_plan_per_scope_and_day",
            ),
            models.CheckConstraint(
                name="price_plan_ends_after_it_starts",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="price_plan_names_a_contract_or_its_type",
                condition=Q(contract=None) | Q(contract_type=None),
            ),
            models.CheckConstraint(
                name="price_plan_names_a_model_or_its_family",
                condition=Q(model=None) | Q(category=""),
            ),
            models.CheckConstraint(
                name="price_plan_is_not_negative",
                condition=(Q(call_out_fee=None) | Q(call_out_fee__gte=0))
                & (Q(per_kilometre=None) | Q(per_kilometre__gte=0))
                & (Q(parts_discount=None) | Q(parts_discount__gte=0, parts_discount__lte=1))
                & Q(factor_normal__gte=0, factor_evening__gte=0)
                & Q(factor_weekend__gte=0, factor_holiday__gte=0),
            ),
            models.CheckConstraint(
                name="rounding_is_at_least_a_minute", condition=Q(rounding_minutes__gte=1)
            ),
            models.CheckConstraint(
                name="tax_rate_is_a_share", condition=Q(tax_rate__gte=0, tax_rate__lt=1)
            ),
        )

    def __str__(self) -> str:
        return self.name or self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:price_plan", args=[self.number])

    @property
    def is_general(self) -> bool:
        return not any(getattr(self, name) for name in SCOPE)

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


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


class TravelZone(models.Model):
    """What one journey into a zone costs, whatever it takes; a site names its zone, and a distance
    lies in the first zone that reaches so far.
    """

    plan = models.ForeignKey(PricePlan, on_delete=models.CASCADE, related_name="zones")
    name = models.CharField(_("travel zone"), max_length=40)
    fee = models.DecimalField(_("per journey"), max_digits=10, decimal_places=2)
    up_to_km = models.PositiveIntegerField(_("up to (km)"), null=True, blank=True)

    class Meta:
        ordering = ("up_to_km", "name")
        constraints = (
            models.UniqueConstraint(name="a_travel_zone_once", fields=["plan", "name"]),
            models.CheckConstraint(name="travel_fee_not_negative", condition=Q(fee__gte=0)),
        )

    def __str__(self) -> str:
        return self.name


class PartPrice(models.Model):
    """What a plan sells a part for, in the place of its list price."""

    plan = models.ForeignKey(PricePlan, on_delete=models.CASCADE, related_name="part_prices")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="prices")
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("part__part_no",)
        constraints = (
            models.UniqueConstraint(name="a_part_price_once", fields=["plan", "part"]),
            models.CheckConstraint(name="part_price_of_plan_not_negative",
                                   condition=Q(price__gte=0)),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.part.part_no} {self.price}"


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the base currency, from a day on."""

    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("exchange rate"), max_digits=12, decimal_places=6)

    class Meta:
        ordering = ("currency", "-valid_from")
        verbose_name = _("exchange rate")
        constraints = (
            models.UniqueConstraint(
                name="one_exchange_rate_per_day", fields=["currency", "valid_from"]
            ),
            models.CheckConstraint(name="exchange_rate_of_day_is_positive",
                                   condition=Q(rate__gt=0)),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.currency} {self.rate.normalize():f}"

    def get_absolute_url(self) -> str:
        return reverse("orders:exchange_rates")
