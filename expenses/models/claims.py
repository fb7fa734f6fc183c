"""Claims with their lines: what the work cost besides time and parts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice import states
from crmservice.money import money, total
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from employees.permissions import Scope
from expenses.choices import EDITABLE, TRANSITIONS, WAITING, Category, CityClass, Status
from expenses.models.paying import PaymentRun
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
        """Those that wait for this person's decision: one's own never do, and what one has
        passed on waits for somebody else.
        """
        judged = Q(claimant__supervisor=user.pk)
        scope = user.scope_of("expenses.approve")
        if scope == Scope.OUTLET:
            judged |= Q(claimant__outlet=user.outlet_id)
        elif scope == Scope.ALL:
            judged = Q()
        waiting = judged & Q(status=Status.SUBMITTED)
        if scope == Scope.ALL:
            waiting |= Q(status=Status.PASSED_ON)
        return self.filter(waiting).exclude(claimant=user.pk).exclude(passed_by=user.pk)

    def lock(self, pk: int) -> ExpenseClaim:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ExpenseClaim(models.Model):
    """One person's claim; the claimant never decides on it.

    `rate` is what one unit of the claim's currency was worth in the base currency. Beyond the
    authority of whoever approves it first, `passed_limit`, it is passed on to a department head;
    nobody takes both steps.
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
    passed_by = models.ForeignKey(
        Employee,
        verbose_name=_("first approver"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="passed_claims",
    )
    passed_at = models.DateTimeField(null=True, blank=True)
    passed_limit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
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
    payment_run = models.ForeignKey(
        PaymentRun,
        verbose_name=_("payment run"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="claims",
    )
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
                name="claims_to_pay",
                fields=["currency", "decided_at"],
                condition=Q(status="approved"),
            ),
            models.Index(
                name="claims_waiting",
                fields=["submitted_at"],
                condition=Q(status__in=["submitted", "passed_on"]),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="nobody_decides_his_own_claim",
                condition=Q(decided_by=None) | ~Q(decided_by=F("claimant")),
            ),
            models.CheckConstraint(
                name="nobody_passes_on_his_own_claim",
                condition=Q(passed_by=None) | ~Q(passed_by=F("claimant")),
            ),
            models.CheckConstraint(
                name="nobody_takes_both_steps",
                condition=Q(passed_by=None) | Q(decided_by=None) | ~Q(passed_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="what_is_passed_on_says_by_whom_and_when",
                condition=Q(passed_by=None, passed_at=None, passed_limit=None)
                & ~Q(status="passed_on")
                | Q(passed_by__isnull=False, passed_at__isnull=False, passed_limit__isnull=False),
            ),
            models.CheckConstraint(
                name="what_a_run_paid_is_paid", condition=Q(payment_run=None) | Q(status="paid")
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
        states.step(self, status, TRANSITIONS)

    @property
    def is_editable(self) -> bool:
        """The claimant can still write it: a draft, or what was rejected."""
        return self.status in EDITABLE

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def amount(self) -> Decimal:
        """What is claimed."""
        return total((line.amount for line in self.lines.all()), self.currency)

    @property
    def counted(self) -> Decimal:
        """What is left of it, as far as it is approved."""
        return total((line.counted for line in self.lines.all()), self.currency)

    @property
    def in_base(self) -> Decimal:
        """What is left of it, in base currency."""
        return total(money(line.counted * self.rate) for line in self.lines.all())


class ExpenseLineQuerySet(models.QuerySet["ExpenseLine"]):
    def visible_to(self, user: Employee) -> Self:
        """As their claims are; so are their receipts."""
        return self.filter(claim__in=ExpenseClaim.objects.visible_to(user))


class ExpenseLine(models.Model):
    """One outlay; it belongs to a task, a request and a customer, or to general cost.

    `entered_at` is when it was first written, which an import does not know. A mileage line keeps
    the rate that was in force when it was written. `findings` is what the
    policies had against the line when it was last judged (expenses.limits), at the latest when the
    claim was handed in: the approver reads what was true then. `approved_amount` is what was left
    of it, with the reason where it is less; without it the whole amount counts.
    """

    claim = models.ForeignKey(ExpenseClaim, on_delete=models.CASCADE, related_name="lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    spent_on = models.DateField(_("day"))
    text = models.CharField(_("description"), max_length=200, blank=True)
    city_class = models.CharField(_("place"), max_length=8, choices=CityClass, blank=True)
    kilometres = models.DecimalField(
        _("kilometres"), max_digits=7, decimal_places=1, null=True, blank=True
    )
    km_rate = models.DecimalField(
        _("rate per kilometre"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    entered_at = models.DateTimeField(null=True, blank=True)
    findings = models.JSONField(default=list, blank=True)
    approved_amount = models.DecimalField(
        _("approved"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    verdict = models.CharField(_("reason"), max_length=200, blank=True)
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

    objects = ExpenseLineQuerySet.as_manager()

    class Meta:
        ordering = ("spent_on", "pk")
        constraints = (
            models.CheckConstraint(name="expense_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="not_more_is_approved_than_claimed",
                condition=Q(approved_amount=None)
                | Q(approved_amount__gte=0, approved_amount__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="less_than_claimed_says_why",
                condition=Q(approved_amount=None) | Q(approved_amount=F("amount")) | ~Q(verdict=""),
            ),
            models.CheckConstraint(
                name="mileage_says_how_far_at_which_rate",
                condition=Q(category="mileage", kilometres__gt=0, km_rate__gt=0)
                | (~Q(category="mileage") & Q(kilometres=None, km_rate=None)),
            ),
        )
        indexes = (models.Index(name="expenses_by_day", fields=["spent_on", "category"]),)

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.amount}"

    def get_absolute_url(self) -> str:
        return self.claim.get_absolute_url()

    @property
    def counted(self) -> Decimal:
        return self.amount if self.approved_amount is None else self.approved_amount
