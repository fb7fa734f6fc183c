from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Terminated")
    RENEWED = "renewed", _("Renewed")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.IN_APPROVAL},
    Status.IN_APPROVAL: {Status.ACTIVE, Status.APPROVED, Status.DRAFT},
    Status.APPROVED: {Status.ACTIVE, Status.TERMINATED},
    Status.ACTIVE: {Status.SUSPENDED, Status.EXPIRED, Status.TERMINATED, Status.RENEWED},
    Status.SUSPENDED: {Status.ACTIVE, Status.EXPIRED, Status.TERMINATED, Status.RENEWED},
    Status.EXPIRED: {Status.RENEWED},
    Status.TERMINATED: set(),
    Status.RENEWED: set(),
}

# Approved at some time: what such a contract covers is judged by its days.
DECIDED = (
    Status.APPROVED,
    Status.ACTIVE,
    Status.SUSPENDED,
    Status.EXPIRED,
    Status.RENEWED,
    Status.TERMINATED,
)
RUNNING = (Status.ACTIVE, Status.SUSPENDED)
TO_COME = (Status.DRAFT, Status.IN_APPROVAL, Status.APPROVED)
DAYS_AHEAD = (90, 60, 30)  # of a contract's end: somebody is reminded


class Cover(TextChoices):
    CONTRACT = "contract", _("Contract")
    IN_WARRANTY = "in_warranty", _("In warranty")
    OUT_OF_WARRANTY = "out_of_warranty", _("Out of warranty")


class Service(TextChoices):
    """What a contract type can include or charge."""

    REMOTE = "remote", _("Remote support")
    ONSITE_DISPATCH = "onsite_dispatch", _("On-site dispatch")
    LABOUR = "labour", _("Labour")
    TRAVEL = "travel", _("Travel")
    PARTS = "parts", _("Parts")
    INSPECTION = "inspection", _("Inspection")


class AllowanceKind(TextChoices):
    """What a contract may give so many of a year."""

    VISITS = "visits", _("Visits")
    HOURS = "hours", _("Hours of work")
    CASES = "cases", _("Service requests")


class Rhythm(TextChoices):
    """How often a part of a contract's value is billed."""

    ONCE = "once", _("Once")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Half-yearly")
    YEARLY = "yearly", _("Yearly")


class LineScope(TextChoices):
    CUSTOMER = "customer", _("All assets of the customer")
    SITE = "site", _("Site")
    MODEL = "model", _("Model")
    ASSET = "asset", _("Asset")


INVOICES = "invoice"  # the series that invoices of contracts and of orders number from
