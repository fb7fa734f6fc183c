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
