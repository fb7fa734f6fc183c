"""What the work cost besides time and parts: claims with their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from crmservice.money import total
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from employees.permissions import Scope
from expenses.choices import EDITABLE, TRANSITIONS, Category, Status
from service_requests.models import ServiceRequest

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class ExpenseClaimQuerySet(models.QuerySet["ExpenseClaim"]):
    def visible_to(self, user: Employee) -> Self:
        """One's own, those of whom one supervises, and by scope those of the outlet or all."""
        own = Q(claimant=user.pk) | Q(claimant__supervisor=user.pk)
        return user.scoped(
            self, "expenses.view", outlet=Q(claimant__outlet=user.outlet_id) | own, own=own
        )

    def to_decide_by(self, user: Employee) -> Self:
        """Those that wait for this person's decision; one's own never do."""
        judged = Q(claimant__supervisor=user.pk)
        scope = user.scope_of("expenses.approve")
        if scope == Scope.OUTLET:
            judged |= Q(claimant__outlet=user.outlet_id)
        elif scope == Scope.ALL:
            judged = Q()
        return self.filter(judged, status=Status.SUBMITTED).exclude(claimant=user.pk)

    def lock(self, pk: int) -> ExpenseClaim:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ExpenseClaim(models.Model):
    """One person's claim; the claimant never decides on it.

    `rate` is what one unit of the claim's currency was worth in the base currency.
    """

    number = models.CharField(_("claim number"), max_length=40, unique=True)
    claimant = models.ForeignKey(
        Employee,
        verbose_name=_("claimant"),
        on_delete=models.PROTECT,
        related_name="expense_claims",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    rate = models.DecimalField(
        _("exchange rate"), max_digits=12, decimal_places=6, default=Decimal(1)
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Employee,
        verbose_name=_("approver"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decided_claims",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(_("reason"), max_length=300, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ExpenseClaimQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[ExpenseLine]

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(name="claims_newest", fields=["-created_at", "-id"]),
            models.Index(name="claims_of_claimant", fields=["claimant", "-created_at"]),
            models.Index(
                name="claims_to_decide", fields=["submitted_at"], condition=Q(status="submitted")
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="nobody_decides_his_own_claim",
                condition=Q(decided_by=None) | ~Q(decided_by=F("claimant")),
            ),
            models.CheckConstraint(
                name="rejected_claim_says_why_or_is_imported",
                condition=~Q(status="rejected") | ~Q(decision="") | Q(decided_by=None),
            ),
            models.CheckConstraint(
                name="whoever_decided_says_when",
                condition=Q(decided_by=None) | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(name="exchange_rate_is_positive", condition=Q(rate__gt=0)),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("expenses:detail", args=[self.number])

    def move_to(self, status: Status) -> None:
        if status not in TRANSITIONS[Status(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s, it cannot become %(then)s.")
                % {"number": self.number, "now": self.get_status_display(), "then": status.label}
            )
        self.status = status

    @property
    def is_editable(self) -> bool:
        """The claimant can still write it: a draft, or what was rejected."""
        return self.status in EDITABLE

    @property
    def amount(self) -> Decimal:
        return total((line.amount for line in self.lines.all()), self.currency)


class ExpenseLine(models.Model):
    """One outlay; it belongs to a task, a request and a customer, or to general cost."""

    claim = models.ForeignKey(ExpenseClaim, on_delete=models.CASCADE, related_name="lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    spent_on = models.DateField(_("day"))
    text = models.CharField(_("description"), max_length=200, blank=True)
    task = models.ForeignKey(
        Task,
        verbose_name=_("task"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expense_lines",
    )
    service_request = models.ForeignKey(
        ServiceRequest,
        verbose_name=_("service request"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expense_lines",
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expense_lines",
    )

    class Meta:
        ordering = ("spent_on", "pk")
        constraints = (
            models.CheckConstraint(name="expense_is_positive", condition=Q(amount__gt=0)),
        )
        indexes = (models.Index(name="expenses_by_day", fields=["spent_on", "category"]),)

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.amount}"

    def get_absolute_url(self) -> str:
        return self.claim.get_absolute_url()
