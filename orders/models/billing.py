"""Invoices of orders, what was paid of them, what was credited, and what went to accounting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.money import ZERO
from customers.models import Customer
from employees.models import Employee
from orders.models.orders import Order, OrderLine

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


# SQLite adds floats: 33.34 + 4.34 is not quite 37.68
NET_AND_TAX = Round(F("net") + F("tax"), precision=2)
PAID_AND_CREDITED = Round(F("paid") + F("credited"), precision=2)


def sum_field(name: Any, **more: Any) -> Any:
    return models.DecimalField(name, max_digits=14, decimal_places=2, **more)


class AccountingRun(models.Model):
    """One file for accounting; each invoice and each credit note is in one. `content` stays as it
    was handed over.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("written"))
    count = models.PositiveIntegerField(_("documents"), default=0)
    content = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("accounting export")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:accounting")


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def open(self) -> Self:
        """Something is still to be paid, or to be paid back."""
        return self.filter(settled_at=None)

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def visible_to(self, user: Employee) -> Self:
        return self.filter(order__in=Order.objects.visible_to(user))

    def lock(self, pk: int) -> Invoice:
        return self.select_for_update(of=("self",)).get(pk=pk)


class Invoice(models.Model):
    """What the customer owes for what was delivered and done. Its lines and sums never change;
    `paid` and `credited` are the sums of its payments and credit notes, tax included. It may be
    written instead of a wrong one, which it `replaces`.
    """

    number = models.CharField(_("invoice number"), max_length=40, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    billed_to = models.ForeignKey(
        Customer, verbose_name=_("billed to"), on_delete=models.PROTECT, related_name="invoices"
    )
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    invoiced_on = models.DateField(_("invoiced on"))
    due_on = models.DateField(_("due on"))
    net = sum_field(_("net"))
    tax = sum_field(_("tax"))
    gross = sum_field(_("total"))
    paid = sum_field(_("paid"), default=ZERO)
    credited = sum_field(_("credited"), default=ZERO)
    settled_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("written"))
    run = models.ForeignKey(
        AccountingRun, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )

    objects = InvoiceQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager[InvoiceLine]
        payments: RelatedManager[Payment]
        credit_notes: RelatedManager[CreditNote]

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("invoice")
        indexes = (
            models.Index(name="invoices_by_due_day", fields=["due_on", "id"]),
            models.Index(name="invoices_to_export", fields=["id"], condition=Q(run=None)),
        )
        constraints = (
            models.CheckConstraint(
                name="invoice_is_net_and_tax",
                condition=Q(net__gt=0, tax__gte=0, gross=NET_AND_TAX),
            ),
            models.CheckConstraint(
                name="no_more_is_paid_or_credited_than_invoiced",
                condition=Q(paid__gte=0, paid__lte=F("gross"))
                & Q(credited__gte=0, credited__lte=F("gross")),
            ),
            models.CheckConstraint(
                name="settled_invoice_has_nothing_open",
                condition=Q(settled_at=None) | Q(gross=PAID_AND_CREDITED),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:invoice_page", args=[self.number])

    @property
    def open_amount(self) -> Decimal:
        """What the customer still owes; below zero what we owe."""
        return self.gross - self.credited - self.paid

    @property
    def open_gross(self) -> Decimal:
        """What of it is not credited, paid or not."""
        return self.gross - self.credited

    def is_overdue(self, on: date) -> bool:
        return self.settled_at is None and self.due_on < on


class InvoiceLine(models.Model):
    """What was invoiced of one order line. `credited` of its quantity was given back."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="invoice_lines"
    )
    text = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    minutes = models.PositiveIntegerField(null=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    amount = sum_field(_("amount"))
    credited = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))
    credited_amount = sum_field(_("credited"), default=ZERO)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="an_order_line_once_in_an_invoice", fields=["invoice", "order_line"]
            ),
            models.CheckConstraint(
                name="no_more_is_credited_than_invoiced",
                condition=Q(credited__gte=0, credited__lte=F("quantity"))
                & Q(credited_amount__gte=0, credited_amount__lte=F("amount")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.text} × {self.quantity.normalize():f}"

    def get_absolute_url(self) -> str:
        return self.invoice.get_absolute_url()

    @property
    def open_quantity(self) -> Decimal:
        """What can still be credited of it."""
        return self.quantity - self.credited


class Payment(models.Model):
    """Money for an invoice; below zero what was paid back after a credit. One that was reversed
    never counted.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    amount = sum_field(_("amount"))
    paid_on = models.DateField(_("paid on"))
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    reversed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ("paid_on", "pk")
        verbose_name = _("payment")
        constraints = (
            models.CheckConstraint(name="a_payment_is_something", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="a_reversal_says_who_when_and_why",
                condition=Q(reversed_at=None, reversed_by=None, reason="")
                | Q(reversed_at__isnull=False, reversed_by__isnull=False) & ~Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice} {self.amount}"

    def get_absolute_url(self) -> str:
        return self.invoice.get_absolute_url()


class CreditNote(models.Model):
    """What is given back of an invoice, line by line, with the reason; tax as on the invoice.

    With `is_correction` nothing is given back: another invoice says the same lines instead.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    credited_on = models.DateField(_("credited on"))
    net = sum_field(_("net"))
    tax = sum_field(_("tax"))
    gross = sum_field(_("total"))
    reason = models.CharField(_("reason"), max_length=300)
    is_correction = models.BooleanField(default=False)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("written"))
    run = models.ForeignKey(
        AccountingRun, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )

    if TYPE_CHECKING:
        lines: RelatedManager[CreditNoteLine]

    class Meta:
        ordering = ("pk",)
        verbose_name = _("credit note")
        indexes = (
            models.Index(name="credit_notes_to_export", fields=["id"], condition=Q(run=None)),
        )
        constraints = (
            models.CheckConstraint(
                name="credit_note_is_net_and_tax",
                condition=Q(net__gt=0, tax__gte=0, gross=NET_AND_TAX) & ~Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self.invoice.get_absolute_url()


class CreditNoteLine(models.Model):
    credit_note = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="lines")
    invoice_line = models.ForeignKey(
        InvoiceLine, on_delete=models.PROTECT, related_name="credit_lines"
    )
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    amount = sum_field(_("amount"))

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="an_invoice_line_once_in_a_credit_note", fields=["credit_note", "invoice_line"]
            ),
            models.CheckConstraint(
                name="credited_quantity_is_positive", condition=Q(quantity__gt=0, amount__gte=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice_line.text} × {self.quantity.normalize():f}"

    def get_absolute_url(self) -> str:
        return self.credit_note.get_absolute_url()
