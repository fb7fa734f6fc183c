from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.choices import Meter


class Kind(TextChoices):
    ONSITE = "onsite", _("On-site visit")
    DEPOT = "depot", _("Depot repair")
    REMOTE = "remote", _("Remote support")
    INSTALLATION = "installation", _("Installation")
    INSPECTION = "inspection", _("Inspection")
    CARE = "care", _("Care visit")
    CALL_BACK = "call_back", _("Call-back")
    INTERNAL = "internal", _("Internal")


AT_THE_CUSTOMER = (Kind.ONSITE, Kind.INSTALLATION, Kind.INSPECTION, Kind.CARE)


class Status(TextChoices):
    PLANNED = "planned", _("Planned")
    ASSIGNED = "assigned", _("Assigned")
    ACCEPTED = "accepted", _("Accepted")
    TRAVELLING = "travelling", _("Travelling")
    ON_SITE = "on_site", _("On site")
    WORKING = "working", _("Working")
    DONE = "done", _("Done")
    NOT_SOLVED = "not_solved", _("Not solved")
    CANCELLED = "cancelled", _("Cancelled")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.PLANNED: {Status.ASSIGNED, Status.CANCELLED},
    Status.ASSIGNED: {Status.ASSIGNED, Status.PLANNED, Status.ACCEPTED, Status.CANCELLED},
    Status.ACCEPTED: {
        Status.ASSIGNED,
        Status.PLANNED,
        Status.TRAVELLING,
        Status.WORKING,
        Status.CANCELLED,
    },
    Status.TRAVELLING: {Status.ON_SITE, Status.CANCELLED},
    Status.ON_SITE: {Status.WORKING, Status.CANCELLED},
    Status.WORKING: {Status.DONE, Status.NOT_SOLVED},
    Status.DONE: set(),
    Status.NOT_SOLVED: set(),
    Status.CANCELLED: set(),
}

UNFINISHED = (
    Status.PLANNED,
    Status.ASSIGNED,
    Status.ACCEPTED,
    Status.TRAVELLING,
    Status.ON_SITE,
    Status.WORKING,
)
AHEAD = (Status.ASSIGNED, Status.ACCEPTED)
UNDER_WAY = (Status.ON_SITE, Status.WORKING)
CARRIED_OUT = (Status.DONE, Status.NOT_SOLVED)


class Lock(TextChoices):
    """What of an appointment stays as it was agreed with the customer."""

    PERSON = "person", _("the engineer")
    TIME = "time", _("the time")
    BOTH = "both", _("the engineer and the time")


class Wish(TextChoices):
    """What a customer wishes of an engineer."""

    PREFERRED = "preferred", _("is to come")
    BANNED = "banned", _("is not to come")


class TimeKind(TextChoices):
    LABOUR = "labour", _("Labour")
    TRAVEL = "travel", _("Travel")


class Outcome(TextChoices):
    """What became of an action that a tablet told."""

    DONE = "done", _("Done")
    CONFLICT = "conflict", _("Conflict")
    REFUSED = "refused", _("Refused")


# What the end of a visit may say of the device, beside the report; drafted like its texts.
OF_DEVICE: dict[str, Any] = {
    **{f"meter_{meter.value}": meter.label for meter in Meter},
    **{f"new_meter_{meter.value}": _("the meter was replaced") for meter in Meter},
    "software_version": _("software version"),
    "device_status": _("status of the device"),
    "defect": _("defect"),
    "defect_gravity": _("how grave"),
}

RECORD = "dispatch.task"  # the situation of its record (employees.situations)


class Stage(TextChoices):
    """Where a piece of goods stands in the depot."""

    EXPECTED = "expected", _("Expected")
    RECEIVED = "received", _("Received")
    DIAGNOSING = "diagnosing", _("In diagnosis")
    WAITING = "waiting", _("Waiting")
    REPAIRING = "repairing", _("In repair")
    TESTING = "testing", _("In test")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Goes back unrepaired")
    SCRAPPED = "scrapped", _("Scrapped")
    SHIPPED = "shipped", _("Shipped")
    CLOSED = "closed", _("Closed")


STAGES: dict[Stage, set[Stage]] = {
    Stage.EXPECTED: {Stage.RECEIVED, Stage.CLOSED},
    Stage.RECEIVED: {Stage.DIAGNOSING, Stage.REFUSED, Stage.SCRAPPED},
    Stage.DIAGNOSING: {Stage.WAITING, Stage.REPAIRING, Stage.REFUSED, Stage.SCRAPPED},
    Stage.WAITING: {Stage.DIAGNOSING, Stage.REPAIRING, Stage.REFUSED, Stage.SCRAPPED},
    Stage.REPAIRING: {Stage.WAITING, Stage.TESTING, Stage.REFUSED, Stage.SCRAPPED},
    Stage.TESTING: {Stage.WAITING, Stage.REPAIRING, Stage.READY},
    Stage.READY: {Stage.SHIPPED},
    Stage.REFUSED: {Stage.SHIPPED, Stage.SCRAPPED},
    Stage.SCRAPPED: {Stage.CLOSED},
    Stage.SHIPPED: {Stage.CLOSED},
    Stage.CLOSED: set(),
}

ON_THE_BENCH = (Stage.DIAGNOSING, Stage.REPAIRING, Stage.TESTING)
TO_BE_SHIPPED = (Stage.READY, Stage.REFUSED)
UNDER_PROMISE = (Stage.RECEIVED, *ON_THE_BENCH, Stage.WAITING, *TO_BE_SHIPPED)
HERE = (*UNDER_PROMISE, Stage.SCRAPPED)
IN_PROGRESS = (Stage.EXPECTED, *HERE, Stage.SHIPPED)


class WaitFor(TextChoices):
    """Whose turn it is while a repair waits; its promise does not run meanwhile."""

    CUSTOMER = "customer", _("the customer’s approval")
    PARTS = "parts", _("parts")


class PlanState(TextChoices):
    """How far a plan of a day is."""

    WAITING = "waiting", _("Waiting")
    SOLVING = "solving", _("Being reckoned")
    READY = "ready", pgettext_lazy("plan", "Ready")
    ACCEPTED = "accepted", _("Accepted")
    DROPPED = "dropped", _("Dropped")
    FAILED = "failed", _("Failed")


PLAN_TRANSITIONS: dict[PlanState, set[PlanState]] = {
    PlanState.WAITING: {PlanState.SOLVING, PlanState.DROPPED},
    PlanState.SOLVING: {PlanState.READY, PlanState.FAILED, PlanState.DROPPED},
    PlanState.READY: {PlanState.ACCEPTED, PlanState.DROPPED},
    PlanState.ACCEPTED: {PlanState.ACCEPTED},  # the rest of its lines
    PlanState.DROPPED: set(),
    PlanState.FAILED: set(),
}
UNDER_RECKONING = (PlanState.WAITING, PlanState.SOLVING)
