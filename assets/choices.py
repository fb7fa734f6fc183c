from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Make(TextChoices):
    OWN = "own", _("Own make")
    THIRD = "third", _("Third party")


class AssetStatus(TextChoices):
    IN_USE = "in_use", _("In use")
    IN_REPAIR = "in_repair", _("In repair")
    RETIRED = "retired", _("Retired")


TRANSITIONS: dict[AssetStatus, set[AssetStatus]] = {
    AssetStatus.IN_USE: {AssetStatus.IN_REPAIR, AssetStatus.RETIRED},
    AssetStatus.IN_REPAIR: {AssetStatus.IN_USE, AssetStatus.RETIRED},
    AssetStatus.RETIRED: {AssetStatus.IN_USE},
}


CATEGORIES: dict[str, Promise] = {
    "pump": _("Pump"),
    "compressor": _("Compressor"),
    "drive": _("Drive"),
    "hydraulic": _("Hydraulics"),
    "line": _("Production line"),
    "chiller": _("Chiller"),
    "control": _("Control system"),
}


def category_name(category: str) -> str:
    """A category in the reader's language; one of the company's own is shown as it is written."""
    return str(CATEGORIES.get(category, category))


UNITS: dict[str, Promise] = {
    "件": _("pc."),
    "个": _("pc."),
    "只": _("pc."),
    "套": _("set"),
    "对": _("pair"),
    "米": _("m"),
    "升": _("l"),
    "公斤": _("kg"),
}


def unit_name(unit: str) -> str:
    """A unit of parts in the reader's language; one of the company's own as it is written."""
    return str(UNITS.get(unit, unit))


class PlannedKind(TextChoices):
    """What maintenance becomes: kinds of task, by the same words (dispatch.choices.Kind)."""

    INSPECTION = "inspection", _("Inspection")
    ONSITE = "onsite", _("On-site visit")
    REMOTE = "remote", _("Remote support")
    DEPOT = "depot", _("Depot repair")


class Meter(TextChoices):
    HOURS = "hours", _("Operating hours (h)")
    CYCLES = "cycles", _("Cycles")
    STARTS = "starts", _("Number of starts")
    VOLUME = "volume", _("Volume (m³)")
    ENERGY = "energy", _("Energy (kWh)")
    DISTANCE = "distance", _("Distance (km)")


UNITS_OF_METERS: dict[str, str] = {
    Meter.HOURS: "h",
    Meter.CYCLES: "×",
    Meter.STARTS: "×",
    Meter.VOLUME: "m³",
    Meter.ENERGY: "kWh",
    Meter.DISTANCE: "km",
}


class ReadingSource(TextChoices):
    DESK = "desk", _("entered at the desk")
    VISIT = "visit", _("read on a visit")
    CUSTOMER = "customer", _("told by the customer")


class Gravity(TextChoices):
    """How grave a defect is that is left on a device."""

    SLIGHT = "slight", _("Slight")
    GRAVE = "grave", _("Grave")
    DANGEROUS = "dangerous", _("Dangerous")


class ItemKind(TextChoices):
    TICK = "tick", _("tick")
    NUMBER = "number", _("figure")
    TEXT = "text", _("text")
    PHOTO = "photo", _("photo")


class ProcedureKind(TextChoices):
    """Work that is done by a procedure: kinds of task, by the same words (dispatch.choices.Kind).
    Goods in the depot have their own test lines.
    """

    ONSITE = "onsite", _("On-site visit")
    INSTALLATION = "installation", _("Installation")
    INSPECTION = "inspection", _("Inspection")
    REMOTE = "remote", _("Remote support")
    CARE = "care", _("Care visit")


class OccurrenceStatus(TextChoices):
    OPEN = "open", _("Planned")
    DONE = "done", _("Done")
    MISSED = "missed", _("Missed")
    COVERED = "covered", _("Covered by another")
    SKIPPED = "skipped", _("Left out")


class Why(TextChoices):
    """Why a turn was left out."""

    HOLIDAY = "holiday", _("a day without service")
    NO_CONTRACT = "no_contract", _("no contract covers it")
    BY_HAND = "by_hand", _("left out by hand")
    ENDED = "ended", _("the plan has ended")
