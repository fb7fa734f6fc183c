"""The catalogue and the installed base: models, parts, and the devices that stand at customers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.choices import TRANSITIONS, AssetStatus, Make
from assets.warranty import Warranty, warranty
from crmservice.addresses import address
from crmservice.errors import DomainError
from customers.models import Customer, Site
from employees.models import Employee, InBothLanguages, Named, Skill
from knowledge.models import Article, FaultCode


class AssetModel(Named):
    """A model of device, of our own make or another's that is under our care."""

    make = models.CharField(_("make"), max_length=10, choices=Make, default=Make.OWN)
    category = models.CharField(_("category"), max_length=40, blank=True)
    skill = models.ForeignKey(
        Skill, verbose_name=_("skill needed"), null=True, blank=True, on_delete=models.PROTECT
    )
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), default=0)
    list_price = models.DecimalField(
        _("list price"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    articles = models.ManyToManyField(
        Article, verbose_name=_("articles"), blank=True, related_name="asset_models"
    )
    fault_codes = models.ManyToManyField(
        FaultCode, verbose_name=_("fault codes"), blank=True, related_name="asset_models"
    )

    class Meta(Named.Meta):
        verbose_name = _("model")

    def get_absolute_url(self) -> str:
        return reverse("assets:model", args=[self.code])


class Part(InBothLanguages):
    """A part that is sold and used; one that fits a model may be a component of its devices."""

    part_no = models.CharField(_("part number"), max_length=60, unique=True)
    unit = models.CharField(_("unit"), max_length=20, default="件")
    fits_model = models.ForeignKey(
        AssetModel,
        verbose_name=_("fits model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
    )
    list_price = models.DecimalField(_("list price"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("part_no",)
        constraints = (
            models.CheckConstraint(name="part_price_not_negative", condition=Q(list_price__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.part_no} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("assets:part", args=[self.part_no])

    @property
    def is_component(self) -> bool:
        """Made for a model: one of them with a serial number is known as what is in a device."""
        return self.fits_model_id is not None


class PartCost(models.Model):
    """What a part costs the company, from a day on (base currency)."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="costs")
    valid_from = models.DateField(_("valid from"))
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("-valid_from",)
        constraints = (
            models.UniqueConstraint(name="one_part_cost_per_day", fields=["part", "valid_from"]),
            models.CheckConstraint(
                name="part_cost_not_negative", condition=Q(cost__gte=Decimal(0))
            ),
        )

    def __str__(self) -> str:
        return f"{self.part.part_no} {self.cost}"


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: Employee) -> Self:
        return self.open_to(user, "assets.view")

    def changeable_by(self, user: Employee) -> Self:
        return self.open_to(user, "assets.change")

    def open_to(self, user: Employee, action: str) -> Self:
        """An outlet's assets are those of the customers that it serves."""

        def served() -> Q:
            through = Customer.served_by.through.objects.filter(outlet=user.outlet_id)
            return Q(customer__in=through.values("customer"))

        return user.scoped(self, action, outlet=served, own=served)

    def devices(self) -> Self:
        """The tops of the trees."""
        return self.filter(parent=None)

    def within(self, device: Asset) -> Self:
        """A device with everything in it.

        Ask others by `asset__in=` this: a condition across the join would read their whole table.
        """
        return self.filter(Q(pk=device.pk) | Q(root=device.pk))

    def within_serial(self, serial_no: str) -> Self:
        """The device with this serial number and everything in it."""
        devices = self.filter(serial_no=serial_no).values("pk")
        return self._either(Q(serial_no=serial_no), Q(root__in=devices))

    def of_model(self, model: AssetModel) -> Self:
        """The devices of a model and everything in them."""
        return self._either(Q(model=model), Q(root__model=model))

    def _either(self, one: Q, other: Q) -> Self:
        """Found apart and united by key, so that each half can use its index."""
        found = self.filter(one).order_by().values("pk")
        return self.filter(pk__in=found.union(self.filter(other).order_by().values("pk"), all=True))

    def in_warranty(self, on: date) -> Self:
        return self.filter(warranty_until__gte=on)

    def described(self) -> Self:
        """With all that a line about an asset says."""
        return self.select_related("model", "part__fits_model", "customer")

    def lock(self, pk: int) -> Asset:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def lock_tree(self, device: Asset) -> list[Asset]:
        """The device with all that is in it, locked in one order until the transaction ends."""
        tree = self.within(device).select_for_update(of=("self",)).select_related(None)
        return list(tree.order_by("pk"))


class Asset(models.Model):
    """A device of a model, or a component (a part) in one.

    `root` is the top of the tree (a device is its own root), kept by the actions that move assets.
    Warranty runs by `assets.warranty` from installation, or delivery; `warranty_months` None means
    the model's. `warranty_until` is its last day, which `stamp_warranty` keeps for lists.
    """

    serial_no = models.CharField(_("serial number"), max_length=80, unique=True)
    model = models.ForeignKey(
        AssetModel,
        verbose_name=_("model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assets",
    )
    part = models.ForeignKey(
        Part,
        verbose_name=_("part"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assets",
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="assets"
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assets",
    )
    supplied_by = models.ForeignKey(
        Customer,
        verbose_name=_("supplied by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supplied_assets",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="components",
    )
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="tree"
    )
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    installed_on = models.DateField(_("installed on"), null=True, blank=True)
    warranty_months = models.PositiveSmallIntegerField(
        _("warranty (months)"), null=True, blank=True
    )
    warranty_until = models.DateField(_("warranty until"), null=True, editable=False)
    software_version = models.CharField(_("software version"), max_length=40, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=AssetStatus, default=AssetStatus.IN_USE
    )
    version = models.PositiveIntegerField(default=1)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ("serial_no",)
        indexes = (
            models.Index(name="assets_of_customer", fields=["customer", "serial_no"]),
            models.Index(name="assets_by_end_of_warranty", fields=["warranty_until", "id"]),
        )
        constraints = (
            models.CheckConstraint(
                name="asset_is_a_device_or_a_component",
                condition=Q(model__isnull=False, part=None) | Q(model=None, part__isnull=False),
            ),
            models.CheckConstraint(
                name="asset_installed_after_delivery",
                condition=Q(installed_on=None)
                | Q(delivered_on=None)
                | Q(installed_on__gte=F("delivered_on")),
            ),
            models.CheckConstraint(
                name="asset_is_not_in_itself", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
        )

    def __str__(self) -> str:
        return self.serial_no

    def get_absolute_url(self) -> str:
        return address("assets:detail", self.serial_no)

    @property
    def model_code(self) -> str:
        """Of the device that it is, or is a part of; empty where nobody knows it."""
        device = self.root or self
        return device.model.code if device.model else ""

    @property
    def kind_name(self) -> str:
        """What it is: the model's or the part's name in the reader's language."""
        return self.model.name if self.model else self.part.name if self.part else ""

    @property
    def warranty_starts_on(self) -> date | None:
        return self.installed_on or self.delivered_on

    @property
    def months_of_warranty(self) -> int:
        if self.warranty_months is not None:
            return self.warranty_months
        if self.model:
            return self.model.warranty_months
        return self.part.fits_model.warranty_months if self.part and self.part.fits_model else 0

    def warranty_on(self, on: date) -> Warranty:
        return warranty(self.warranty_starts_on, self.months_of_warranty, on)

    def stamp_warranty(self) -> date | None:
        """Set the last day of the warranty from dates, months and model; the caller saves it."""
        start = self.warranty_starts_on
        self.warranty_until = self.warranty_on(start).until if start else None
        return self.warranty_until

    def move_to(self, status: AssetStatus) -> None:
        if status not in TRANSITIONS[AssetStatus(self.status)]:
            raise DomainError(
                _("%(serial)s is %(now)s, it cannot become %(then)s.")
                % {
                    "serial": self.serial_no,
                    "now": self.get_status_display(),
                    "then": status.label,
                }
            )
        self.status = status
