"""The verbs of assets and of their catalogue: tree, stamps, trail and search stay together."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.actions.planning import schedule_of
from assets.choices import AssetStatus
from assets.models import Asset, AssetModel, Part, PartCost
from assets.queries import below, reindex, search_words
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import index
from crmservice.web.text import listed
from customers.models import Customer, Site
from customers.queries import day_of
from employees.models import Employee

OF_THE_WARRANTY = {"delivered_on", "installed_on", "warranty_months"}


@transaction.atomic
def add(values: Mapping[str, Any], *, by: Employee, at: datetime) -> Asset:
    """Enter a device, or a component into its `parent`. Raises DomainError for what cannot be."""
    asset = Asset(**values)
    refuse_wrong_dates(asset)
    refuse_foreign_site(asset)
    if asset.parent:
        refuse_wrong_parent(asset, asset.parent)
        asset.site = asset.parent.site
    asset.stamp_warranty()
    asset.save()
    asset.root = asset.parent.root if asset.parent else asset
    asset.save(update_fields=["root"])
    record(asset, "assets.added", by=by, at=at, about=[asset.customer, asset.parent])
    index(**search_words(asset))
    return asset


@transaction.atomic
def change(
    asset: Asset,
    values: Mapping[str, Any],
    *,
    by: Employee,
    at: datetime,
    version: int | None = None,
) -> Asset:
    """Change what is written about an asset; owner, place and status have their own verbs.

    Raises DomainError for a conflict with another person, or dates that cannot be.
    """
    changed = changing.change(
        asset,
        values,
        verb="assets.changed",
        by=by,
        at=at,
        version=version,
        about=[asset.customer],
    )
    refuse_wrong_dates(changed)
    refuse_foreign_site(changed)
    if OF_THE_WARRANTY & set(values):
        changed.stamp_warranty()
        changed.save(update_fields=["warranty_until"])
    index(**search_words(changed))
    return changed


@transaction.atomic
def transfer(
    asset: Asset, *, to: Customer, site: Site | None, reason: str, by: Employee, at: datetime
) -> Asset:
    """Give a device with all that is in it to another customer; its history stays with it."""
    asset = Asset.objects.lock(asset.pk)
    before = asset.customer
    refuse_retired(asset)
    if asset.parent_id is not None:
        raise DomainError(_("A component goes with its device. Take it out first."))
    if to == before:
        raise DomainError(_("It belongs to this customer already."), field="to")
    if site is not None and site.customer_id != to.pk:
        raise DomainError(_("This site belongs to another customer."), field="site")
    tree = Asset.objects.filter(root=asset.pk)
    tree.update(customer=to, site=site)
    asset.refresh_from_db()
    record(
        asset,
        "assets.transferred",
        by=by,
        at=at,
        about=[before, to],
        before=before.name,
        after=to.name,
        reason=reason,
    )
    reindex(tree)
    return asset


@transaction.atomic
def install(asset: Asset, *, parent: Asset, by: Employee, at: datetime) -> Asset:
    """Put an asset with all that is in it into another; it moves to the place of that one."""
    asset, parent = Asset.objects.lock(asset.pk), Asset.objects.lock(parent.pk)
    refuse_retired(asset)
    refuse_wrong_parent(asset, parent)
    before = asset.parent
    if before == parent:
        raise DomainError(_("It is in there already."), field="parent")
    place(asset, parent)
    record(
        asset,
        "assets.installed",
        by=by,
        at=at,
        about=[parent, before, parent.root],
        into=parent.serial_no,
        out_of=before.serial_no if before else None,
    )
    index(**search_words(asset))
    return asset


@transaction.atomic
def remove(asset: Asset, *, by: Employee, at: datetime) -> Asset:
    """Take a component with all that is in it out of its device; it stays at the customer."""
    asset = Asset.objects.lock(asset.pk)
    before = asset.parent
    if before is None:
        raise DomainError(_("It is not part of anything."))
    about = [before, before.root]
    place(asset, None)
    record(asset, "assets.removed", by=by, at=at, about=about, out_of=before.serial_no)
    return asset


@transaction.atomic
def swap(  # noqa: PLR0913  (what comes, what goes, and why)
    asset: Asset,
    *,
    serial_no: str,
    becomes: AssetStatus,
    warranty_months: int | None,
    reason: str,
    part: Part | None = None,
    by: Employee,
    at: datetime,
) -> Asset:
    """Take a component out and put the same part, or the `part` that follows it, with another
    serial number in its place.

    The new one's warranty runs from today for `warranty_months`, as the model says if None. A
    serial number that is known already has to be a free one of the same kind and customer.
    """
    old = Asset.objects.lock(asset.pk)
    parent = old.parent
    refuse_retired(old)
    if parent is None:
        raise DomainError(_("Only what is part of a device is swapped."))
    new = Asset.objects.filter(serial_no=serial_no).first()
    if new is None:
        new = replacement(old, serial_no, timezone.localdate(at), warranty_months, part)
    else:
        refuse_unfit(new, old, part)
    place(old, None)
    if old.status != becomes:
        old.move_to(becomes)
        old.save(update_fields=["status"])
    place(new, parent)
    about = [parent, parent.root, old.customer]
    words: dict[str, Any] = {"old": old.serial_no, "new": new.serial_no, "reason": reason}
    words["parent"] = parent.serial_no
    record(old, "assets.swapped_out", by=by, at=at, about=about, **words)
    record(new, "assets.swapped_in", by=by, at=at, about=[parent.root], **words)
    index(**search_words(new))
    return new


@transaction.atomic
def set_software(asset: Asset, *, software_version: str, by: Employee, at: datetime) -> Asset:
    """Say which software runs on it now."""
    asset = Asset.objects.lock(asset.pk)
    refuse_retired(asset)
    values = {"software_version": software_version}
    return changing.change(
        asset, values, verb="assets.software_set", by=by, at=at, about=[asset.root]
    )


@transaction.atomic
def send_to_repair(asset: Asset, *, reason: str, by: Employee, at: datetime) -> Asset:
    return settle(
        asset, AssetStatus.IN_REPAIR, "assets.sent_to_repair", by=by, at=at, reason=reason
    )


@transaction.atomic
def put_in_use(asset: Asset, *, by: Employee, at: datetime) -> Asset:
    asset = settle(asset, AssetStatus.IN_USE, "assets.put_in_use", by=by, at=at)
    schedule_of([asset.pk], on=day_of(at))
    return asset


@transaction.atomic
def retire(asset: Asset, *, reason: str, by: Employee, at: datetime) -> Asset:
    """Take it out of service for good, with all that is in it."""
    asset = settle(asset, AssetStatus.RETIRED, "assets.retired", by=by, at=at, reason=reason)
    inside = list(below(asset.pk).values_list("pk", flat=True))
    Asset.objects.filter(pk__in=inside).update(status=AssetStatus.RETIRED)
    schedule_of([asset.pk, *inside], on=day_of(at))
    return asset


@transaction.atomic
def join_customers(joined: Customer, kept: Customer) -> dict[str, list[int]]:
    """Move what one customer owned or supplied to the customer that it was joined with."""
    moved = {}
    for field in ("customer", "supplied_by"):
        keys = list(Asset.objects.filter(**{field: joined}).values_list("pk", flat=True))
        Asset.objects.filter(pk__in=keys).update(**{field: kept})
        moved[f"assets.asset.{field}"] = keys
    reindex(Asset.objects.filter(pk__in=moved["assets.asset.customer"]))
    return moved


# The catalogue


@transaction.atomic
def add_model(values: Mapping[str, Any], *, by: Employee, at: datetime) -> AssetModel:
    fields, links = parted(values)
    model = AssetModel.objects.create(**fields)
    for name, rows in links.items():
        getattr(model, name).set(rows)
    record(model, "assets.model_added", by=by, at=at)
    return model


@transaction.atomic
def change_model(
    asset_model: AssetModel, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> AssetModel:
    """Change a model; its assets' warranties and search entries follow."""
    fields, links = parted(values)
    model = changing.change(asset_model, fields, verb="assets.model_changed", by=by, at=at)
    for name, rows in links.items():
        relation = getattr(model, name)
        before, after = listed(relation.all()), listed(rows)
        if before != after:
            relation.set(rows)
            shown = {name: [before, after]}
            record(model, "assets.model_changed", by=by, at=at, changes=shown)
    follow(model, set(fields))
    return model


@transaction.atomic
def add_part(values: Mapping[str, Any], *, by: Employee, at: datetime) -> Part:
    part = Part.objects.create(**values)
    record(part, "assets.part_added", by=by, at=at, about=[part.fits_model])
    return part


@transaction.atomic
def change_part(part: Part, values: Mapping[str, Any], *, by: Employee, at: datetime) -> Part:
    changed = changing.change(part, values, verb="assets.part_changed", by=by, at=at)
    if {"name_zh", "name_en", "fits_model"} & set(values):
        restamp(Asset.objects.filter(part=changed))
    return changed


@transaction.atomic
def set_cost(part: Part, *, cost: Decimal, valid_from: date, by: Employee, at: datetime) -> Part:
    """What the part costs the company from a day on; the amount itself stays off the trail."""
    PartCost.objects.update_or_create(part=part, valid_from=valid_from, defaults={"cost": cost})
    record(part, "assets.cost_set", by=by, at=at, on=valid_from)
    return part


# What the verbs share


def settle(
    asset: Asset, status: AssetStatus, verb: str, *, by: Employee, at: datetime, **details: Any
) -> Asset:
    asset = Asset.objects.lock(asset.pk)
    asset.move_to(status)
    asset.version += 1
    asset.save(update_fields=["status", "version"])
    record(asset, verb, by=by, at=at, about=[asset.customer, asset.parent], **details)
    return asset


def place(asset: Asset, parent: Asset | None) -> None:
    """Hang a branch elsewhere: parent, root and site of it and of all that is in it."""
    branch = [asset.pk, *below(asset.pk).values_list("pk", flat=True)]
    asset.parent, asset.root = parent, parent.root if parent else asset
    asset.version += 1
    asset.save(update_fields=["parent", "root", "version"])
    moved: dict[str, Any] = {"root": asset.root}
    if parent is not None:
        moved["site"] = parent.site
        asset.site = parent.site
    Asset.objects.filter(pk__in=branch).update(**moved)


def replacement(
    old: Asset, serial_no: str, on: date, warranty_months: int | None, part: Part | None
) -> Asset:
    new = Asset(
        serial_no=serial_no,
        model=None if part else old.model,
        part=part or old.part,
        customer=old.customer,
        site=old.site,
        supplied_by=old.supplied_by,
        delivered_on=on,
        installed_on=on,
        warranty_months=warranty_months,
    )
    new.stamp_warranty()
    new.save()
    return new


def follow(model: AssetModel, fields: set[str]) -> None:
    """What hangs on a model's months or names."""
    if fields & {"warranty_months", "name_zh", "name_en", "code"}:
        restamp(Asset.objects.filter(model=model))
        restamp(Asset.objects.filter(part__fits_model=model))


def restamp(assets: Any) -> None:
    rows = list(assets.select_related("model", "part__fits_model"))
    for asset in rows:
        asset.stamp_warranty()
    Asset.objects.bulk_update(rows, ["warranty_until"], batch_size=500)
    reindex(assets)


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Iterable[Any]]]:
    """The columns, and the many-to-many fields."""
    many = ("articles", "fault_codes")
    fields = {name: value for name, value in values.items() if name not in many}
    return fields, {name: values[name] for name in many if name in values}


def refuse_wrong_dates(asset: Asset) -> None:
    if asset.installed_on and asset.delivered_on and asset.installed_on < asset.delivered_on:
        raise DomainError(_("It cannot be installed before it is delivered."), field="installed_on")


def refuse_foreign_site(asset: Asset) -> None:
    if asset.site and asset.site.customer_id != asset.customer_id:
        raise DomainError(_("This site belongs to another customer."), field="site")


def refuse_retired(asset: Asset) -> None:
    if asset.status == AssetStatus.RETIRED:
        raise DomainError(_("%(serial)s is retired.") % {"serial": asset.serial_no})


def refuse_wrong_parent(asset: Asset, parent: Asset) -> None:
    """Nothing is in itself, nor in what another customer has, nor in what is retired."""
    if parent.status == AssetStatus.RETIRED:
        raise DomainError(
            _("%(serial)s is retired.") % {"serial": parent.serial_no}, field="parent"
        )
    if parent.customer_id != asset.customer_id:
        raise DomainError(
            _("The two belong to different customers. Transfer one first."), field="parent"
        )
    if asset.pk is None:
        return
    if parent.pk == asset.pk or below(asset.pk).filter(pk=parent.pk).exists():
        raise DomainError(
            _("%(parent)s is part of %(serial)s itself.")
            % {"parent": parent.serial_no, "serial": asset.serial_no},
            field="parent",
        )


def refuse_unfit(new: Asset, old: Asset, part: Part | None) -> None:
    """The known asset that shall take the place of another."""
    wanted = (None, part.pk) if part else (old.model_id, old.part_id)
    is_same = (new.model_id, new.part_id) == wanted
    is_free = new.parent_id is None and new.status != AssetStatus.RETIRED
    if new.pk == old.pk or not is_same or not is_free or new.customer_id != old.customer_id:
        raise DomainError(
            _("%(serial)s exists already and is no free one of the same kind.")
            % {"serial": new.serial_no},
            field="serial_no",
        )
