from django.db.models import TextChoices
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
