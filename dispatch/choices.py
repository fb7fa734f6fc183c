from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


class TimeKind(TextChoices):
    LABOUR = "labour", _("Labour")
    TRAVEL = "travel", _("Travel")
