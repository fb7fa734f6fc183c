"""Who may do what to an asset; which assets at all is `changeable_by`."""

from assets.choices import AssetStatus
from assets.models import Asset
from employees.models import Employee


def may_change(user: Employee, asset: Asset) -> bool:
    return asset.status != AssetStatus.RETIRED and is_changeable(user, asset)


def may_transfer(user: Employee, asset: Asset) -> bool:
    """A component goes with its device."""
    return asset.parent_id is None and may_change(user, asset)


def may_swap(user: Employee, asset: Asset) -> bool:
    return asset.parent_id is not None and may_change(user, asset)


def may_send_to_repair(user: Employee, asset: Asset) -> bool:
    return asset.status == AssetStatus.IN_USE and is_changeable(user, asset)


def may_put_in_use(user: Employee, asset: Asset) -> bool:
    return asset.status != AssetStatus.IN_USE and is_changeable(user, asset)


def may_keep_catalogue(user: Employee) -> bool:
    return user.may("assets.keep_catalogue")


def may_keep_plans(user: Employee) -> bool:
    return user.may("assets.keep_plans")


def may_see_costs(user: Employee) -> bool:
    return user.may("costs.view")


def is_changeable(user: Employee, asset: Asset) -> bool:
    return Asset.objects.changeable_by(user).filter(pk=asset.pk).exists()
