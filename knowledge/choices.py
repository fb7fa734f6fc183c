from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Audience(TextChoices):
    INTERNAL = "internal", _("Internal")
    PARTNER = "partner", _("Partners")
    CUSTOMER = "customer", _("Customers")


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Outcome(TextChoices):
    """How it ended that an article did not help."""

    IMPROVED = "improved", _("Improved")
    KEPT = "kept", _("Stays as it is")
    RETIRED = "retired", _("Retired")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.IN_REVIEW, Status.RETIRED},
    Status.IN_REVIEW: {Status.PUBLISHED, Status.DRAFT},
    Status.PUBLISHED: {Status.DRAFT, Status.RETIRED},
    Status.RETIRED: {Status.DRAFT},
}
