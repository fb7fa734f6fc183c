"""What was promised to whom: contract types, contracts with lines, default promises."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, AssetModel
from contracts.choices import (
    DECIDED,
    RUNNING,
    TRANSITIONS,
    AllowanceKind,
    Cover,
    LineScope,
    Rhythm,
    Service,
    Status,
)
from contracts.entitlement import Pause
from crmservice import states
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
    version = models.PositiveIntegerField(default=1)

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


class Allowances(models.Model):
    """What is included in each year of a contract; None is not counted."""

    visits_per_year = models.PositiveIntegerField(_("visits a year"), null=True, blank=True)
    hours_per_year = models.DecimalField(
        _("hours of work a year"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    cases_per_year = models.PositiveIntegerField(
        _("service requests a year"), null=True, blank=True
    )

    class Meta:
        abstract = True

    def allowance(self, kind: str) -> Decimal | None:
        amount = getattr(self, f"{kind}_per_year")
        return None if amount is None else Decimal(amount)

    @property
    def allowances(self) -> dict[AllowanceKind, Decimal]:
        """Those that are counted."""
        named = {kind: self.allowance(kind) for kind in AllowanceKind}
        return {kind: amount for kind, amount in named.items() if amount is not None}


class ContractType(Named, Allowances):  # noqa: DJ008  (Named says it)
    """What a kind of contract includes and what it charges, as lists of `Service`.

    `usual_promises` is a line of `contracts.promise_text`, in English: what a new contract of the
    type promises if nothing else is said; so are rate, discount, price and allowances. Without
    eligible tiers or models it is for all of them.
    """

    description = models.TextField(_("description"), blank=True)
    includes = models.JSONField(_("included"), default=list, blank=True)
    charged = models.JSONField(_("charged"), default=list, blank=True)
    usual_promises = models.CharField(_("usual promises"), max_length=200, blank=True)
    onsite_rate_per_hour = models.DecimalField(
        _("on-site rate per hour"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    parts_discount = models.DecimalField(
        _("parts discount"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    price_per_year = models.DecimalField(
        _("price a year"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    eligible_tiers = models.ManyToManyField(
        Tier, verbose_name=_("for tiers"), blank=True, related_name="+"
    )
    eligible_models = models.ManyToManyField(
        AssetModel, verbose_name=_("for models"), blank=True, related_name="+"
    )

    class Meta(Named.Meta):
        verbose_name = _("contract type")
        constraints = (
            models.CheckConstraint(
                name="type_discount_is_a_share",
                condition=Q(parts_discount=None) | Q(parts_discount__gte=0, parts_discount__lte=1),
            ),
            models.CheckConstraint(
                name="type_rates_not_negative",
                condition=(Q(onsite_rate_per_hour=None) | Q(onsite_rate_per_hour__gte=0))
                & (Q(price_per_year=None) | Q(price_per_year__gte=0))
                & (Q(hours_per_year=None) | Q(hours_per_year__gte=0)),
            ),
        )

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
        """Those that held on that day, both ends included; by dates, for history is judged too.

        A suspended one holds; it covers nothing.
        """
        return self.filter(
            Q(terminated_on=None) | Q(terminated_on__gt=on),
            status__in=DECIDED,
            starts_on__lte=on,
            ends_on__gte=on,
        )

    def to_begin(self, on: date) -> Self:
        """Approved ones whose first day has come."""
        return self.filter(status=Status.APPROVED, starts_on__lte=on)

    def to_resume(self, on: date) -> Self:
        """Suspended ones that were to cover again by that day."""
        return self.filter(status=Status.SUSPENDED, resumes_on__lte=on)

    def ended(self, on: date) -> Self:
        """Running ones whose last day is over."""
        return self.filter(status__in=RUNNING, ends_on__lt=on)

    def to_remind(self, on: date) -> Self:
        """Whose end is to be spoken of by that day."""
        return self.filter(status=Status.ACTIVE, remind_on__lte=on)

    def described(self) -> Self:
        """With all that a line about a contract says."""
        return self.select_related("type", "customer", "calendar", "responsible")

    def lock(self, pk: int) -> ServiceContract:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ServiceContract(ServiceLevel, Allowances):
    """`remind_on` is the next day on which its end is spoken of, while it is active.

    `pauses` are its suspensions as pairs of days: the first without cover, and the first with cover
    again or None. `resumes_on` is when the present one is to end by itself. `editors` are those who
    changed the draft: none of them approves it.
    """

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
    pauses = models.JSONField(default=list, blank=True)
    resumes_on = models.DateField(_("covers again from"), null=True, blank=True)
    onsite_rate_per_hour = models.DecimalField(
        _("on-site rate per hour"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    parts_discount = models.DecimalField(
        _("parts discount"), max_digits=5, decimal_places=4, default=Decimal(0)
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=Decimal(0))
    billing_rhythm = models.CharField(
        _("billed"), max_length=12, choices=Rhythm, default=Rhythm.ONCE
    )
    billed_in_advance = models.BooleanField(_("billed in advance"), default=True)
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
    editors = models.ManyToManyField(Employee, related_name="+")
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
            models.Index(
                name="contracts_to_begin",
                fields=["starts_on", "id"],
                condition=Q(status="approved"),
            ),
            models.Index(
                name="contracts_to_resume",
                fields=["resumes_on", "id"],
                condition=Q(resumes_on__isnull=False),
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
            models.CheckConstraint(
                name="contract_hours_not_negative",
                condition=Q(hours_per_year=None) | Q(hours_per_year__gte=0),
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
                name="only_suspended_contracts_resume",
                condition=Q(resumes_on=None) | Q(status="suspended"),
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
        states.step(self, status, TRANSITIONS)
        if status != Status.ACTIVE:
            self.remind_on = None
        if status != Status.SUSPENDED:
            self.resumes_on = None

    def is_written_by(self, employee: Employee) -> bool:
        """Whether this person drafted it or changed the draft."""
        if self.drafted_by_id == employee.pk:
            return True
        return self.editors.filter(pk=employee.pk).exists()

    @property
    def last_on(self) -> date:
        """Its last day with cover."""
        return self.terminated_on - timedelta(days=1) if self.terminated_on else self.ends_on

    def days_from(self, on: date) -> int:
        """How many of its days are left on the morning of one, that day included."""
        return (self.ends_on - on).days + 1

    @property
    def spells_of_pause(self) -> list[Pause]:
        return [
            Pause(date.fromisoformat(first), date.fromisoformat(until) if until else None)
            for first, until in self.pauses
        ]


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


class AllowanceUseQuerySet(models.QuerySet["AllowanceUse"]):
    def standing(self) -> Self:
        """Those that were not given back."""
        return self.filter(given_back_at=None)

    def of_year(self, contract: ServiceContract, kind: str, first: date) -> Self:
        """What stands in one account, in the order in which it was taken."""
        return self.standing().filter(contract=contract, kind=kind, year_from=first).order_by("pk")

    def waiting(self) -> Self:
        """Beyond what is left, and nobody has decided yet."""
        return self.standing().filter(is_approved=None, quantity__gt=F("counted"))


class AllowanceUse(models.Model):
    """What a task or a request took of an allowance: a row of the contract's account.

    `counted` is what fitted; the rest is beyond the allowance and waits for a decision. `source` is
    the number of the task or request on whose page `source_url` is.
    """

    contract = models.ForeignKey(
        ServiceContract, on_delete=models.PROTECT, related_name="allowance_uses"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AllowanceKind)
    year_from = models.DateField()
    source = models.CharField(max_length=40)
    source_url = models.CharField(max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=8, decimal_places=2)
    counted = models.DecimalField(max_digits=8, decimal_places=2)
    taken_on = models.DateField(_("day"))
    is_approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    given_back_at = models.DateTimeField(null=True, blank=True)

    objects = AllowanceUseQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(name="uses_by_account", fields=["contract", "kind", "year_from"]),
            models.Index(name="uses_by_source", fields=["source"]),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_source_takes_of_an_allowance_once",
                fields=["contract", "kind", "source"],
                condition=Q(given_back_at=None),
            ),
            models.CheckConstraint(
                name="no_more_is_counted_than_was_taken",
                condition=Q(counted__gte=0, counted__lte=F("quantity"), quantity__gt=0),
            ),
            models.CheckConstraint(
                name="a_decision_on_an_allowance_says_whose_and_when",
                condition=Q(is_approved=None, decided_by=None, decided_at=None)
                | Q(is_approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract} {self.kind} {self.source}"

    @property
    def beyond(self) -> Decimal:
        return self.quantity - self.counted

    @property
    def is_waiting(self) -> bool:
        return self.is_approved is None and self.beyond > 0 and self.given_back_at is None


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def open(self) -> Self:
        """Not yet invoiced."""
        return self.filter(invoiced_on=None)

    def to_export(self) -> Self:
        """Invoiced, and in no file for accounting yet."""
        return self.filter(invoiced_on__isnull=False, accounting_run="")

    def visible_to(self, user: Employee) -> Self:
        return self.filter(contract__in=ServiceContract.objects.visible_to(user))


class Instalment(models.Model):
    """A part of a contract's value that is billed for a span of its days; below zero it is a credit
    for days that were invoiced and are covered no more. `accounting_run` is the number of the file
    that it went to accounting in.
    """

    contract = models.ForeignKey(
        ServiceContract, on_delete=models.CASCADE, related_name="instalments"
    )
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"))
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    invoice_no = models.CharField(_("invoice number"), max_length=40, blank=True)
    invoiced_on = models.DateField(_("invoiced on"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    accounting_run = models.CharField(max_length=40, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        indexes = (
            models.Index(name="instalments_by_day", fields=["due_on", "id"]),
            # what the next file for accounting takes (InstalmentQuerySet.to_export)
            models.Index(
                name="instalments_to_export",
                fields=["id"],
                condition=Q(invoiced_on__isnull=False, accounting_run=""),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_day_is_to_be_billed_once",
                fields=["contract", "first_on"],
                condition=Q(invoiced_on=None),
            ),
            models.CheckConstraint(
                name="instalment_ends_after_start", condition=Q(last_on__gte=F("first_on"))
            ),
            models.CheckConstraint(
                name="invoiced_instalment_says_its_number",
                condition=Q(invoiced_on=None, invoice_no="")
                | Q(invoiced_on__isnull=False) & ~Q(invoice_no=""),
            ),
            models.CheckConstraint(
                name="paid_instalment_was_invoiced",
                condition=Q(paid_on=None) | Q(invoiced_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract} {self.due_on}"

    def get_absolute_url(self) -> str:
        return f"{self.contract.get_absolute_url()}#billing"

    @property
    def is_credit(self) -> bool:
        return self.amount < 0
