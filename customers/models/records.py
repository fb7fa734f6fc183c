"""Organisations, their sites and contacts, what they bought, and the tier that follows from it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.dates import MONTHS as NAMES_OF_MONTHS
from django.utils.translation import gettext_lazy as _

from crmservice.addresses import address
from crmservice.phones import show
from crmservice.web.text import in_language
from crmservice.written import Given
from customers.choices import ContactChannel, CustomerKind, Language, PurchaseKind, Trend
from employees.models import Employee, Named, Outlet
from employees.permissions import Scope

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


MONTHS = tuple(NAMES_OF_MONTHS.items())


class Tier(Named):
    """A class of customer; `rank` 1 is the highest. Amounts are purchases in base currency.

    The service package says in words what its customers get, beside what is set here and elsewhere
    for them; the executive is who of the house is bound to this level of customers.
    """

    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    purchases_from = models.DecimalField(_("purchases from"), max_digits=14, decimal_places=2)
    parts_discount = models.DecimalField(
        _("parts discount"), max_digits=5, decimal_places=4, default=Decimal(0)
    )
    package_zh = models.TextField(_("service package (Chinese)"), blank=True, db_default="")
    package_en = models.TextField(_("service package (English)"), blank=True, db_default="")
    executive = models.ForeignKey(
        Employee,
        verbose_name=_("executive bound to it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tiers",
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta(Named.Meta):
        ordering = ("rank",)
        constraints = (
            models.CheckConstraint(
                name="tier_discount_is_a_share",
                condition=Q(parts_discount__gte=0, parts_discount__lte=1),
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("customers:tier", args=[self.code])

    @property
    def package(self) -> str:
        """In the reader's language, else in the other one."""
        both = {"zh": self.package_zh or self.package_en, "en": self.package_en or self.package_zh}
        return in_language(both)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: Employee) -> Self:
        """A partner's customers are those that its outlet serves."""

        def served() -> Q:
            through = Customer.served_by.through.objects.filter(outlet=user.outlet_id)
            return Q(pk__in=through.values("customer"))

        return user.scoped(self, "customers.view", outlet=served, own=served)

    def to_review(self, on: date) -> Self:
        """Whose tier, set by hand, is to be looked at again by that day."""
        return self.filter(tier_review_on__lte=on)

    def living(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(merged_into=None)


class Customer(models.Model):
    """An end user, a dealer or a prospect, and possibly several of these.

    `phone` is E.164, `phone_typed` what somebody wrote. `supplier` is the dealer that supplies an
    indirect end user.
    The stored tier is today's; history is judged by `customers.tiers` from the purchases.
    """

    code = models.CharField(_("customer number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    is_end_user = models.BooleanField(_("end user"), default=True)
    is_dealer = models.BooleanField(_("dealer"), default=False)
    is_prospect = models.BooleanField(_("prospect"), default=False)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent company"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
    )
    supplier = models.ForeignKey(
        "self",
        verbose_name=_("supplied by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supplied",
    )
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    province = models.CharField(_("province"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    phone = models.CharField(_("telephone"), max_length=20, blank=True, db_index=True)
    phone_typed = models.CharField(_("telephone as typed"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.TextField(_("note"), blank=True)
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="customers"
    )
    tier_override = models.ForeignKey(
        Tier,
        verbose_name=_("tier set by hand"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    tier_override_reason = models.CharField(_("reason"), max_length=300, blank=True)
    tier_override_until = models.DateField(_("until"), null=True, blank=True)
    tier_review_on = models.DateField(_("review on"), null=True, blank=True)
    purchases_24_months = models.DecimalField(
        _("purchases in 24 months"), max_digits=16, decimal_places=2, default=Decimal(0)
    )
    trend = models.CharField(
        _("trend"), max_length=10, choices=Trend, blank=True, default="", db_default=""
    )
    account_manager = models.ForeignKey(
        Employee,
        verbose_name=_("account manager"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts",
    )
    account_team = models.ForeignKey(
        "customers.AccountTeam",
        verbose_name=_("account team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    served_by = models.ManyToManyField(
        Outlet, verbose_name=_("served by"), blank=True, related_name="customers"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = CustomerQuerySet.as_manager()

    if TYPE_CHECKING:
        affiliations: RelatedManager[Affiliation]

    class Meta:
        ordering = ("name",)
        indexes = (
            models.Index(name="customer_by_name", fields=["name", "id"]),
            models.Index(name="customer_by_purchases", fields=["-purchases_24_months", "-id"]),
            models.Index(
                name="customer_tiers_to_review",
                fields=["tier_review_on", "id"],
                condition=Q(tier_review_on__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="customer_is_something",
                condition=Q(is_end_user=True) | Q(is_dealer=True) | Q(is_prospect=True),
            ),
            models.CheckConstraint(
                name="nobody_supplies_himself", condition=Q(supplier=None) | ~Q(supplier=F("id"))
            ),
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_tier_override_says_why",
                condition=Q(tier_override=None) | ~Q(tier_override_reason=""),
            ),
            models.CheckConstraint(
                name="customer_latitude_on_earth",
                condition=Q(latitude=None) | Q(latitude__gte=-90, latitude__lte=90),
            ),
            models.CheckConstraint(
                name="customer_longitude_on_earth",
                condition=Q(longitude=None) | Q(longitude__gte=-180, longitude__lte=180),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("customers:detail", self.code)

    @property
    def kinds(self) -> list[CustomerKind]:
        flags = {
            CustomerKind.END_USER: self.is_end_user,
            CustomerKind.DEALER: self.is_dealer,
            CustomerKind.PROSPECT: self.is_prospect,
        }
        return [kind for kind, is_set in flags.items() if is_set]

    @property
    def phone_shown(self) -> str:
        return show(self.phone) if self.phone else self.phone_typed

    @property
    def place(self) -> str:
        return " ".join(filter(None, [self.province, self.city]))


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, user: Employee) -> Self:
        """The sites of the customers that this person sees."""
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Site(models.Model):
    """A place where a customer's machines stand, when it is not the customer's own address."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=300)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True)
    travel_zone = models.CharField(_("travel zone"), max_length=40, blank=True)
    access_notes = models.TextField(_("access notes"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Employee) -> Self:
        """The people at customers that this person sees."""
        if user.scope_of("customers.view") == Scope.ALL:
            return self
        seen = Affiliation.objects.filter(customer__in=Customer.objects.visible_to(user))
        return self.filter(pk__in=seen.values("contact"))


class Contact(models.Model):
    """A person at one or more customers."""

    code = models.CharField(_("contact number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=10, choices=ContactChannel, default=ContactChannel.PHONE
    )
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ZH)
    birth_month = models.PositiveSmallIntegerField(
        _("month of birth"), choices=MONTHS, null=True, blank=True
    )
    birth_day = models.PositiveSmallIntegerField(_("day of birth"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="birthday_has_a_month_and_a_day",
                condition=Q(birth_month=None, birth_day=None)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:contact", args=[self.code])

    @property
    def interface_language(self) -> str:
        """The language of the interface in which the person is written to."""
        return "zh-hans" if self.language == Language.ZH else "en"


class Affiliation(models.Model):
    """A contact's place at a customer."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="affiliations")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="affiliations")
    position = models.CharField(_("position"), max_length=60, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="one_affiliation_per_customer", fields=["contact", "customer"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.contact} ({self.customer})"


class ContactPhone(models.Model):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(_("telephone"), max_length=20, db_index=True)
    typed = models.CharField(_("telephone as typed"), max_length=60, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(name="a_number_once_per_contact", fields=["contact", "number"]),
        )

    def __str__(self) -> str:
        return show(self.number)


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def between(self, first: date | Given, last: date | Given) -> Self:
        """Both days included."""
        return self.filter(bought_on__gte=first, bought_on__lte=last)


class Purchase(models.Model):
    """What a customer bought, as the old systems or sales report it; the basis of the tier."""

    document_no = models.CharField(_("document number"), max_length=40, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="purchases")
    bought_on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=PurchaseKind)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        ordering = ("-bought_on", "-pk")
        indexes = (models.Index(name="purchases_of_customer", fields=["customer", "bought_on"]),)

    def __str__(self) -> str:
        return self.document_no


class TierChange(models.Model):
    """A customer's move from tier to tier, with the figure that caused it; `reason` holds the
    particulars of `customers.queries.reason_in_words`.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_changes")
    before = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    purchases = models.DecimalField(max_digits=16, decimal_places=2)
    reason = models.JSONField(default=dict)

    class Meta:
        ordering = ("-changed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.customer}: {self.after}"
