from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_APPROVAL = "in_approval", _("In approval")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Terminated")
    RENEWED = "renewed", _("Renewed")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.IN_APPROVAL},
    Status.IN_APPROVAL: {Status.ACTIVE, Status.DRAFT},
    Status.ACTIVE: {Status.EXPIRED, Status.TERMINATED, Status.RENEWED},
    Status.EXPIRED: {Status.RENEWED},
    Status.TERMINATED: set(),
    Status.RENEWED: set(),
}


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


class LineScope(TextChoices):
    CUSTOMER = "customer", _("All assets of the customer")
    SITE = "site", _("Site")
    MODEL = "model", _("Model")
    ASSET = "asset", _("Asset")
