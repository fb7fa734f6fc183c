"""Reads of assets: how one is found, what is in what, until when it is under warranty and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django_cte import CTE, with_cte

from assets.models import Asset, AssetModel, PartCost
from assets.signals import covers_asked, faults_counted
from crmservice.search.index import Document, index_many
from crmservice.search.query import search
from crmservice.web.text import day
from customers.models import Customer
from employees.models import Employee
from knowledge.models import FaultCode

KIND = "asset"
LONGEST_TREE = 300
ENDING_SOON_DAYS = 60


def search_words(asset: Asset, outlets: Iterable[int] | None = None) -> dict[str, Any]:
    """What `crmservice.search.index.index` is given for an asset that was `described()`.

    `outlets` are those that serve the customer, where the caller knows them already.
    """
    if outlets is None:
        outlets = asset.customer.served_by.values_list("pk", flat=True)
    what = asset.model or asset.part
    since = asset.installed_on or asset.delivered_on or date(2000, 1, 1)
    return {
        "kind": KIND,
        "object_id": asset.pk,
        "title": asset.serial_no,
        "subtitle": f"{asset.kind_name} · {asset.customer.name}",
        "badge": asset.model.code if asset.model else asset.part.part_no if asset.part else "",
        "url": asset.get_absolute_url(),
        "rank_at": datetime.combine(since, time(), tzinfo=UTC),
        "codes": [asset.serial_no],
        "words": [what.name_zh, what.name_en, getattr(what, "code", "")] if what else [],
        "scope": [f"o{pk}" for pk in outlets],
    }


def search_documents() -> Iterator[Document]:
    """Every asset, the oldest first."""
    outlets = outlets_by_customer()
    for asset in Asset.objects.described().order_by("pk").iterator(chunk_size=2000):
        yield Document(**search_words(asset, outlets.get(asset.customer_id, ())))


def rebuild_search() -> int:
    return index_many(search_documents())


def reindex(assets: QuerySet[Asset]) -> int:
    """Write the entries of these assets anew."""
    outlets = outlets_by_customer(assets.values("customer"))
    return index_many(
        Document(**search_words(asset, outlets.get(asset.customer_id, ())))
        for asset in assets.select_related("model", "part__fits_model", "customer").order_by("pk")
    )


def outlets_by_customer(customers: Any = None) -> dict[int, list[int]]:
    """The outlets that serve each customer."""
    served = Customer.served_by.through.objects.all()
    if customers is not None:
        served = served.filter(customer__in=customers)
    outlets: dict[int, list[int]] = {}
    for customer, outlet in served.values_list("customer", "outlet"):
        outlets.setdefault(customer, []).append(outlet)
    return outlets


def found(text: str, user: Employee, limit: int) -> list[int]:
    """The ids of the assets that answer a typed text and may be seen, the best first."""
    hits = search(text, kinds=[KIND], scopes=user.search_scopes("assets.view"), limit=limit)
    return [hit.object_id for hit in hits]


def mentions(word: str) -> Q:
    """What a word may be a fragment of: the serial number, the model or the part."""
    return (
        Q(serial_no__icontains=word)
        | Q(model__code__icontains=word)
        | Q(model__name_zh__icontains=word)
        | Q(model__name_en__icontains=word)
        | Q(part__name_zh__icontains=word)
        | Q(part__name_en__icontains=word)
    )


def part_mentions(word: str) -> Q:
    return Q(part_no__icontains=word) | Q(name_zh__icontains=word) | Q(name_en__icontains=word)


# Trees


def keys_within(serial_no: str) -> list[int]:
    """The keys of the device with this serial number and of everything in it.

    As numbers, for the filters of lists: given a subquery the planner begins with the whole list.
    """
    return list(Asset.objects.within_serial(serial_no).values_list("pk", flat=True))


def below(asset_id: int) -> QuerySet[Asset]:
    """All that is in an asset at any depth, with `depth` 1 for what is directly in it."""

    def step(cte: CTE) -> QuerySet[Any]:
        children = (
            Asset.objects.filter(parent=asset_id)
            .order_by()
            .values("pk", depth=Value(1, output_field=IntegerField()))
        )
        deeper = cte.join(Asset.objects.order_by(), parent=cte.col.pk).values(
            "pk", depth=cte.col.depth + Value(1, output_field=IntegerField())
        )
        return children.union(deeper, all=True)

    tree = CTE.recursive(step, name="below")
    joined = tree.join(Asset, pk=tree.col.pk).annotate(depth=tree.col.depth)
    return with_cte(tree, select=joined).order_by("depth", "serial_no")


@dataclass(frozen=True)
class Branch:
    """An asset with all that is in it; `is_here` marks the one that is looked at."""

    asset: Asset
    is_here: bool
    branches: list["Branch"]


def tree_of(asset: Asset) -> list[Branch]:
    """The whole device around an asset, from its top down."""
    rows = Asset.objects.filter(root=asset.root_id or asset.pk).select_related("model", "part")
    inside: dict[int | None, list[Asset]] = {}
    for row in rows.order_by("serial_no")[:LONGEST_TREE]:
        inside.setdefault(row.parent_id, []).append(row)
    return _branches(inside, None, asset.pk)


def _branches(
    inside: Mapping[int | None, list[Asset]], parent: int | None, here: int
) -> list[Branch]:
    return [
        Branch(asset, asset.pk == here, _branches(inside, asset.pk, here))
        for asset in inside.get(parent, ())
    ]


# Warranty and cover


@dataclass(frozen=True)
class Cover:
    """What protects an asset, in a few words, with the look of its badge."""

    kind: str
    text: str


@dataclass(frozen=True)
class WarrantyWords:
    """The warranty on a day: a badge, one line that says why, and the derivation."""

    cover: Cover
    line: str
    derivation: list[str]


def warranty_cover(asset: Asset, on: date) -> Cover:
    """The stamped warranty in a few words, for lists."""
    until = asset.warranty_until
    if until is None or until < on:
        return Cover("out_of_warranty", _("Out of warranty"))
    kind = "expiring" if (until - on).days < ENDING_SOON_DAYS else "in_warranty"
    return Cover(kind, _("In warranty until %(day)s") % {"day": day(until)})


def warranty_words(asset: Asset, on: date) -> WarrantyWords:
    """In or out of warranty, until when, and because of which dates and months."""
    judged = asset.warranty_on(on)
    start, months = asset.warranty_starts_on, asset.months_of_warranty
    if start is None:
        return _no_warranty(_("Neither installation nor delivery is known, so no warranty runs."))
    if judged.until is None:
        return _no_warranty(_("No months of warranty are given to it or to its model."))
    because = (
        _("because it was installed on %(day)s")
        if asset.installed_on
        else _("because it was delivered on %(day)s")
    ) % {"day": day(start)}
    words = {"until": day(judged.until), "because": because, "months": months}
    if judged.in_force:
        line = _("In warranty until %(until)s, %(because)s + %(months)s months") % words
        kind = "expiring" if (judged.until - on).days < ENDING_SOON_DAYS else "in_warranty"
        cover = Cover(kind, _("In warranty"))
    elif on < start:
        line = (
            _("The warranty begins later and runs until %(until)s, %(because)s + %(months)s months")
            % words
        )
        cover = Cover("out_of_warranty", _("Not begun"))
    else:
        line = (
            _("Out of warranty since the end of %(until)s, %(because)s + %(months)s months") % words
        )
        cover = Cover("out_of_warranty", _("Out of warranty"))
    return WarrantyWords(cover, line, _derivation(asset, start, months, judged.until))


def _no_warranty(line: str) -> WarrantyWords:
    return WarrantyWords(Cover("out_of_warranty", _("Out of warranty")), line, [])


def _derivation(asset: Asset, start: date, months: int, until: date) -> list[str]:
    if asset.installed_on:
        begins = _("It runs from the installation on %(day)s.")
    else:
        begins = _("The installation is unknown, so it runs from the delivery on %(day)s.")
    if asset.warranty_months is not None:
        length = _("%(months)s months were agreed for this serial number.")
    elif asset.model:
        length = _("%(months)s months are what the model %(model)s has.")
    else:
        length = _("%(months)s months are what the model that it fits has.")
    model = asset.model.code if asset.model else ""
    return [
        begins % {"day": day(start)},
        length % {"months": months, "model": model},
        _("Its last day is the day before the anniversary: %(day)s.") % {"day": day(until)},
    ]


def covers(customer: Customer, assets: list[Asset], on: date) -> dict[int, Cover]:
    """What protects each asset: what higher floors answer (contracts), else its warranty."""
    shown = {asset.pk: warranty_cover(asset, on) for asset in assets}
    answers: list[tuple[Any, Any]] = covers_asked.send(
        Asset, customer=customer, assets=assets, on=on
    )
    for _receiver, answer in answers:
        shown |= answer or {}
    return shown


# Faults


@dataclass(frozen=True)
class Fault:
    """A fault code of a model, and how often it turned out to be the one."""

    fault_code: FaultCode
    count: int


def faults_of(asset_model: AssetModel, user: Employee) -> list[Fault]:
    """The model's fault codes and those that were observed, the most frequent first."""
    counts: dict[int, int] = {}
    answers: list[tuple[Any, Any]] = faults_counted.send(
        AssetModel, asset_model=asset_model, user=user
    )
    for _receiver, answer in answers:
        counts |= answer or {}
    codes = {code.pk: code for code in asset_model.fault_codes.all()}
    if missing := set(counts) - set(codes):
        codes |= FaultCode.objects.in_bulk(missing)
    faults = [Fault(code, counts.get(pk, 0)) for pk, code in codes.items()]
    return sorted(faults, key=lambda fault: (-fault.count, fault.fault_code.code))


def cost_on(part_id: int, on: date) -> PartCost | None:
    """What a part costs the company on a day."""
    return PartCost.objects.filter(part=part_id, valid_from__lte=on).first()
