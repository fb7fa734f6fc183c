from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    PORTAL = "portal", _("Customer portal")
    DEVICE = "device", _("Device alarm")
    VISIT = "visit", _("In person")


class Kind(TextChoices):
    FAULT = "fault", _("Fault")
    ENQUIRY = "enquiry", _("Enquiry")
    COMPLAINT = "complaint", _("Complaint")
    RETURN = "return", _("Return or exchange")
    CLAIM = "claim", _("Claim")
    TRAINING = "training", _("Training")
    INSPECTION = "inspection", _("Inspection")
    OTHER = "other", _("Other")


class Severity(TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


# Severity × the tier's rank (the highest first, the last for all below it) gives the priority; 1
# comes first.
PRIORITIES: dict[Severity, tuple[int, ...]] = {
    Severity.CRITICAL: (1, 1, 2),
    Severity.HIGH: (2, 2, 3),
    Severity.NORMAL: (2, 3, 4),
    Severity.LOW: (3, 4, 5),
}
LOWEST_PRIORITY = 5


def priority_of(severity: str, rank: int) -> int:
    """The priority of a request by the table above; `rank` is the tier's, from 1."""
    row = PRIORITIES[Severity(severity)]
    return row[min(rank, len(row)) - 1]


class Status(TextChoices):
    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    MERGED = "merged", _("Merged")


OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)

TRANSITIONS: dict[Status, set[Status]] = {
    Status.NEW: {
        Status.IN_PROGRESS,
        Status.WAITING,
        Status.RESOLVED,
        Status.CANCELLED,
        Status.MERGED,
    },
    Status.IN_PROGRESS: {Status.WAITING, Status.RESOLVED, Status.CANCELLED, Status.MERGED},
    Status.WAITING: {Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED, Status.MERGED},
    Status.RESOLVED: {Status.IN_PROGRESS, Status.CLOSED},
    Status.CLOSED: {Status.IN_PROGRESS},
    Status.CANCELLED: set(),
    Status.MERGED: {Status.NEW, Status.IN_PROGRESS, Status.WAITING},  # when a merge is undone
}


class Target(TextChoices):
    RESPONSE = "response", _("Response")
    ARRIVAL = "arrival", _("Arrival")
    RESTORE = "restore", _("Restore")
    RESOLVE = "resolve", _("Resolve")


class TimerState(TextChoices):
    RUNNING = "running", _("Running")
    ON_HOLD = "on_hold", _("On hold")
    MET = "met", _("Met")
    BREACHED = "breached", _("Breached")
    CANCELLED = "cancelled", _("Cancelled")


class Turn(TextChoices):
    """Whose turn it is while a request waits."""

    CUSTOMER = "customer", _("Customer")
    PARTS = "parts", _("Parts")
    THIRD_PARTY = "third_party", _("Third party")
    US = "us", _("Us")


class Trigger(TextChoices):
    """What lifts a request to a higher ring by rule."""

    TIME_USED = "time_used", _("Share of the promise used")
    REPEAT = "repeat", _("Fault repeated on the same device")
    COMPLAINT = "complaint", _("Complaint")
    TIER = "tier", _("Customer of this tier")
    HOLDS_EXPIRED = "holds_expired", _("Holds that outlived their expiry")
    HELD = "held", _("Hours on hold, all together")
    TRANSFERS = "transfers", _("Transfers")
    UNANSWERED = "unanswered", _("Hours that a hand-over is unanswered after its due time")


# The least and the most that a rule's threshold may be; a trigger that is not named has none.
THRESHOLDS: dict[Trigger, tuple[int, int]] = {
    Trigger.TIME_USED: (1, 100),
    Trigger.REPEAT: (1, 9),
    Trigger.HOLDS_EXPIRED: (1, 9),
    Trigger.HELD: (1, 2000),
    Trigger.TRANSFERS: (1, 9),
    Trigger.UNANSWERED: (0, 720),
}


RINGS = (
    (1, _("Ring 1: engineer")),
    (2, _("Ring 2: supervisor")),
    (3, _("Ring 3: department lead")),
)


class HandoverStatus(TextChoices):
    ASKED = "asked", _("Asked")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Answer(TextChoices):
    """What the customer said when asked before closing."""

    SATISFIED = "satisfied", _("The customer is satisfied")
    NOT_SATISFIED = "not_satisfied", _("The customer is not satisfied")
    NOT_REACHED = "not_reached", _("Not reached")


class SurveyChannel(TextChoices):
    LINK = "link", _("Link")
    TELEPHONE = "telephone", _("Telephone")
    TABLET = "tablet", _("Tablet")


class ComplaintStage(TextChoices):
    RECEIVED = "received", _("It came in")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    INVESTIGATED = "investigated", _("Investigated")
    REMEDIED = "remedied", _("Remedied")
    ANSWERED = "answered", _("Answered")


class ComplaintCause(TextChoices):
    PRODUCT = "product", _("Product")
    SERVICE = "service", _("Work of our people")
    SPEED = "speed", _("Too slow")
    DELIVERY = "delivery", _("Delivery and parts")
    PRICE = "price", _("Price or invoice")
    INFORMATION = "information", _("Information given")
    CUSTOMER = "customer", _("Use by the customer")
    OTHER = "other", _("Other")


class CallBackOutcome(TextChoices):
    CONTENT = "content", _("Content now")
    REMAINS = "remains", _("Something is still to be done")
    NOT_REACHED = "not_reached", _("Not reached")


LOWEST_SCORE, HIGHEST_SCORE = 1, 5
DETRACTOR = 6  # of 0–10: who says this or less tells others so


RECORD = "service_requests.servicerequest"  # the situation of its record (employees.situations)
