from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    DELIVERED = "delivered", _("Delivered")
    INVOICED = "invoiced", _("Invoiced")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.IN_APPROVAL, Status.APPROVED, Status.CANCELLED},
    Status.IN_APPROVAL: {Status.APPROVED, Status.DRAFT, Status.CANCELLED},
    Status.APPROVED: {Status.DELIVERED, Status.CANCELLED},
    Status.DELIVERED: {Status.INVOICED},
    Status.INVOICED: {Status.PAID},
    Status.PAID: set(),
    Status.CANCELLED: set(),
}


UNAPPROVED = (Status.DRAFT, Status.IN_APPROVAL)
SOLD = (Status.APPROVED, Status.DELIVERED, Status.INVOICED, Status.PAID)


class LineKind(TextChoices):
    PART = "part", _("Part")
    LABOUR = "labour", _("Labour")
    TRAVEL = "travel", _("Travel")
    CALL_OUT = "call_out", _("Call-out fee")


class ChargedTo(TextChoices):
    BILLED = "billed", _("Billed")
    CONTRACT = "contract", _("Contract")
    WARRANTY = "warranty", _("Warranty")
    GOODWILL = "goodwill", _("Goodwill")


class WorkKind(TextChoices):
    ONSITE = "onsite", _("On-site work")
    DEPOT = "depot", _("Depot work")
    REMOTE = "remote", _("Remote support")
    TRAVEL = "travel", _("Travel")
