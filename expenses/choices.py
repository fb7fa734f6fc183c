from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAID = "paid", _("Paid")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.APPROVED, Status.REJECTED, Status.DRAFT},
    Status.APPROVED: {Status.PAID},
    Status.REJECTED: {Status.DRAFT},
    Status.PAID: set(),
}

EDITABLE = (Status.DRAFT, Status.REJECTED)
COUNTED = (Status.APPROVED, Status.PAID)


class Category(TextChoices):
    TRANSPORT = "transport", _("Transport")
    LODGING = "lodging", _("Lodging")
    MEALS = "meals", _("Meals")
    FREIGHT = "freight", _("Freight")
    OUTSIDE_SERVICE = "outside_service", _("Outside service")
    OTHER = "other", _("Other")


class Share(TextChoices):
    """What cost to serve is made of, and what was earned beside it."""

    LABOUR = "labour", _("Labour and travel")
    PARTS = "parts", _("Parts")
    EXPENSES = "expenses", _("Expenses")
    OUTSIDE = "outside", _("Outside services")
    BILLED = "billed", _("Billed")
