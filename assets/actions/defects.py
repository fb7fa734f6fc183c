"""What is left wrong on a device is noted, and cleared by whoever puts it right."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.choices import Gravity
from assets.models import Asset, Defect
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee


@transaction.atomic
def note_defect(
    asset: Asset,
    *,
    text: str,
    gravity: str = Gravity.SLIGHT,
    source: str = "",
    by: Employee,
    at: datetime,
) -> Defect:
    """Leave a defect noted on a device; `source` is the number of the task that found it."""
    asset = Asset.objects.select_related("customer", "root").lock(asset.pk)
    if not text.strip():
        raise DomainError(_("Please write something here."), field="text")
    defect = Defect.objects.create(
        asset=asset, text=text.strip(), gravity=gravity, source=source, found_at=at, found_by=by
    )
    about = [asset.root, asset.customer]
    record(
        asset,
        "assets.defect_noted",
        by=by,
        at=at,
        about=about,
        defect=defect.text,
        gravity=defect.gravity,
    )
    return defect


@transaction.atomic
def clear_defect(defect: Defect, *, how: str, by: Employee, at: datetime) -> Defect:
    """It is put right. Raises DomainError when somebody has cleared it, or found it only later."""
    asset = Asset.objects.select_related("customer", "root").lock(defect.asset_id)
    defect = Defect.objects.lock(defect.pk)
    if defect.cleared_at is not None:
        raise DomainError(_("“%(defect)s” is cleared already.") % {"defect": defect.text})
    if not how.strip():
        raise DomainError(_("Please write something here."), field="how")
    defect.cleared_at = max(at, defect.found_at)
    defect.cleared_by, defect.how = by, how.strip()
    defect.save(update_fields=["cleared_at", "cleared_by", "how"])
    about = [asset.root, asset.customer]
    record(asset, "assets.defect_cleared", by=by, at=at, about=about, defect=defect.text, how=how)
    return defect
