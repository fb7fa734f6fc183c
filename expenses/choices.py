from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    PASSED_ON = "passed_on", _("Waits for the head")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAID = "paid", _("Paid")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.PASSED_ON, Status.APPROVED, Status.REJECTED, Status.DRAFT},
    Status.PASSED_ON: {Status.APPROVED, Status.REJECTED, Status.DRAFT},
    Status.APPROVED: {Status.PAID},
    Status.REJECTED: {Status.DRAFT},
    Status.PAID: set(),
}

EDITABLE = (Status.DRAFT, Status.REJECTED)
WAITING = (Status.SUBMITTED, Status.PASSED_ON)
COUNTED = (Status.APPROVED, Status.PAID)
CLAIMED = (*WAITING, *COUNTED)  # fill the limits of a day and a month


class Category(TextChoices):
    TRANSPORT = "transport", _("Transport")
    MILEAGE = "mileage", _("Mileage")
    LODGING = "lodging", _("Lodging")
    MEALS = "meals", _("Meals")
    FREIGHT = "freight", _("Freight")
    OUTSIDE_SERVICE = "outside_service", _("Outside service")
    OTHER = "other", _("Other")


class CityClass(TextChoices):
    """What a night or a meal may cost depends on where."""

    FIRST = "first", _("First-tier city")
    SECOND = "second", _("Second-tier city")
    OTHER = "other", _("Other place")


class Share(TextChoices):
    """What cost to serve is made of, and what was earned beside it."""

    LABOUR = "labour", _("Labour and travel")
    PARTS = "parts", _("Parts")
    EXPENSES = "expenses", _("Expenses")
    OUTSIDE = "outside", _("Outside services")
    BILLED = "billed", _("Billed")


RECORD = "expenses.expenseclaim"  # the situation of its record (employees.situations)
