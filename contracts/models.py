"""What was promised to whom: contract types, contracts with lines, default promises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, AssetModel
from contracts.choices import TRANSITIONS, Cover, LineScope, Service, Status
from crmservice.errors import DomainError
from customers.models import Customer, Site, Tier
from employees.models import Employee, Named, WorkingCalendar


class ServiceLevel(models.Model):
    """Promises in minutes of a calendar's working time; None means not promised.

    `arrival_next_business_day` replaces the minutes of arrival; after `arrival_cut_off` (local time
    of the calendar) one more working day is added.
    """

    calendar = models.ForeignKey(
        WorkingCalendar, verbose_name=_("service hours"), on_delete=models.PROTECT, related_name="+"
    )
    response_minutes = models.PositiveIntegerField(_("response (minutes)"), null=True, blank=True)
    arrival_minutes = models.PositiveIntegerField(_("arrival (minutes)"), null=True, blank=True)
    arrival_next_business_day = models.BooleanField(_("arrival next business day"), default=False)
    arrival_cut_off = models.TimeField(_("called by"), null=True, blank=True)
    restore_minutes = models.PositiveIntegerField(_("restore (minutes)"), null=True, blank=True)
    resolve_minutes = models.PositiveIntegerField(_("resolve (minutes)"), null=True, blank=True)

    class Meta:
        abstract = True


PROMISES_ARE_POSITIVE = (
    (Q(response_minutes=None) | Q(response_minutes__gt=0))
    & (Q(arrival_minutes=None) | Q(arrival_minutes__gt=0))
    & (Q(restore_minutes=None) | Q(restore_minutes__gt=0))
    & (Q(resolve_minutes=None) | Q(resolve_minutes__gt=0))
)


class DefaultPromise(ServiceLevel):
    """The promise without a contract, by warranty and tier."""

    cover = models.CharField(
        _("cover"), max_length=20, choices=[c for c in Cover.choices if c[0] != "contract"]
    )
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="default_promises"
    )

    class Meta:
        ordering = ("cover", "tier")
        constraints = (
            models.UniqueConstraint(
                name="one_default_promise_per_cover_and_tier", fields=["cover", "tier"]
            ),
            models.CheckConstraint(
                name="default_promises_are_positive", condition=PROMISES_ARE_POSITIVE
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_cover_display()} · {self.tier}"


class ContractType(Named):
    """What a kind of contract includes and what it charges, as lists of `Service`.

    `usual_promises` is a line of `contracts.promise_text`, in English: what a new contract of the
    type promises if nothing else is said.
    """

    description = models.TextField(_("description"), blank=True)
    includes = models.JSONField(_("included"), default=list, blank=True)
    charged = models.JSONField(_("charged"), default=list, blank=True)
    usual_promises = models.CharField(_("usual promises"), max_length=200, blank=True)

    class Meta(Named.Meta):
        verbose_name = _("contract type")

    def get_absolute_url(self) -> str:
        return reverse("contracts:type", args=[self.code])

    @property
    def included_services(self) -> list[Service]:
        return [Service(code) for code in self.includes]

    @property
    def charged_services(self) -> list[Service]:
        return [Service(code) for code in self.charged]


class ContractQuerySet(models.QuerySet["ServiceContract"]):
    def visible_to(self, user: Employee) -> Self:
        served = Q(
            customer__in=Customer.served_by.through.objects.filter(outlet=user.outlet_id).values(
                "customer"
            )
        )
        return user.scoped(self, "contracts.view", outlet=served, own=served)

    def in_force(self, on: date) -> Self:
        """Those that held on that day, both ends included; by dates, for history is judged too."""
        return self.filter(
            Q(terminated_on=None) | Q(terminated_on__gt=on),
            status__in=[Status.ACTIVE, Status.EXPIRED, Status.RENEWED, Status.TERMINATED],
            starts_on__lte=on,
            ends_on__gte=on,
        )

    def ended(self, on: date) -> Self:
        """Active ones whose last day is over."""
        return self.filter(status=Status.ACTIVE, ends_on__lt=on)

    def to_remind(self, on: date) -> Self:
        """Whose end is to be spoken of by that day."""
        return self.filter(status=Status.ACTIVE, remind_on__lte=on)

    def described(self) -> Self:
        """With all that a line about a contract says."""
        return self.select_related("type", "customer", "calendar", "responsible")

    def lock(self, pk: int) -> ServiceContract:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ServiceContract(ServiceLevel):
    """`remind_on` is the next day on which its end is spoken of, while it is active."""

    number = models.CharField(_("contract number"), max_length=40, unique=True)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="contracts"
    )
    type = models.ForeignKey(
        ContractType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="contracts"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    terminated_on = models.DateField(_("terminated on"), null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    onsite_rate_per_hour = models.DecimalField(
        _("on-site rate per hour"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    parts_discount = models.DecimalField(
        _("parts discount"), max_digits=5, decimal_places=4, default=Decimal(0)
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=Decimal(0))
    responsible = models.ForeignKey(
        Employee,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contracts",
    )
    renews = models.ForeignKey(
        "self",
        verbose_name=_("renews"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="renewals",
    )
    note = models.TextField(_("note"), blank=True)
    drafted_by = models.ForeignKey(
        Employee,
        verbose_name=_("drafted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_by = models.ForeignKey(
        Employee,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1)

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = ("-ends_on", "-pk")
        indexes = (
            models.Index(name="contracts_by_end", fields=["ends_on", "id"]),
            models.Index(
                name="contracts_to_remind",
                fields=["remind_on", "id"],
                condition=Q(remind_on__isnull=False),
            ),
            models.Index(name="contracts_of_customer", fields=["customer", "starts_on", "ends_on"]),
        )
        constraints = (
            models.CheckConstraint(
                name="contract_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="contract_promises_are_positive", condition=PROMISES_ARE_POSITIVE
            ),
            models.CheckConstraint(
                name="contract_discount_is_a_share",
                condition=Q(parts_discount__gte=0, parts_discount__lte=1),
            ),
            models.CheckConstraint(name="contract_value_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="nobody_approves_the_own_contract",
                condition=Q(approved_by=None)
                | Q(drafted_by=None)
                | ~Q(approved_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="only_active_contracts_are_reminded_of",
                condition=Q(remind_on=None) | Q(status="active"),
            ),
            models.CheckConstraint(
                name="terminated_contract_says_when",
                condition=~Q(status="terminated") | Q(terminated_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("contracts:detail", args=[self.number])

    def move_to(self, status: Status) -> None:
        if status not in TRANSITIONS[Status(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s, it cannot become %(then)s.")
                % {"number": self.number, "now": self.get_status_display(), "then": status.label}
            )
        self.status = status
        if status != Status.ACTIVE:
            self.remind_on = None


class ContractLine(models.Model):
    """What a contract covers; its own dates narrow the contract's."""

    contract = models.ForeignKey(ServiceContract, on_delete=models.CASCADE, related_name="lines")
    scope = models.CharField(_("covers"), max_length=10, choices=LineScope)
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contract_lines",
    )
    asset_model = models.ForeignKey(
        AssetModel,
        verbose_name=_("model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contract_lines",
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="contract_line_names_what_it_covers",
                condition=Q(scope="customer", asset=None, asset_model=None, site=None)
                | Q(scope="asset", asset__isnull=False, asset_model=None, site=None)
                | Q(scope="model", asset=None, asset_model__isnull=False, site=None)
                | Q(scope="site", asset=None, asset_model=None, site__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_asset_once_per_contract",
                fields=["contract", "asset"],
                condition=Q(asset__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract_id} {self.get_scope_display()}"
