"""How a contract is found, whom it covers, what protects a customer's assets, what it renews."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.queries import Cover as AssetCover
from assets.queries import outlets_by_customer
from contracts.choices import Cover, LineScope, Status
from contracts.entitlement import ContractFacts, Entitlement, NoPromiseError, entitle
from contracts.models import ContractLine, DefaultPromise, ServiceContract
from contracts.queries.judging import (
    asset_facts,
    contract_facts,
    default_facts,
    facts_for,
    is_no_customer,
    model_ids,
    naming,
    tier_facts,
)
from crmservice.search.index import Document, index_many
from crmservice.search.query import search
from crmservice.web.text import day
from customers.models import Customer, Tier
from employees.models import Employee

KIND = "contract"
LONGEST_CHAIN = 20
THOUGHT = "–"


def search_words(contract: ServiceContract, outlets: Iterable[int] | None = None) -> dict[str, Any]:
    """What `crmservice.search.index.index` is given for a contract with its type and customer.

    `outlets` are those that serve the customer, where the caller knows them already.
    """
    if outlets is None:
        outlets = contract.customer.served_by.values_list("pk", flat=True)
    of_type = contract.type
    return {
        "kind": KIND,
        "object_id": contract.pk,
        "title": contract.number,
        "subtitle": f"{of_type.code} · {contract.customer.name}",
        "url": contract.get_absolute_url(),
        "rank_at": datetime.combine(contract.starts_on, time(), tzinfo=UTC),
        "codes": [contract.number],
        "words": [of_type.name_zh, of_type.name_en],
        "scope": [f"o{pk}" for pk in outlets],
    }


def search_documents(contracts: QuerySet[ServiceContract]) -> Iterator[Document]:
    outlets = outlets_by_customer(contracts.order_by().values("customer"))
    rows = contracts.select_related("type", "customer").order_by("starts_on", "pk")
    for contract in rows.iterator(chunk_size=2000):
        yield Document(**search_words(contract, outlets.get(contract.customer_id, ())))


def rebuild_search() -> int:
    return reindex(ServiceContract.objects.all())


def reindex(contracts: QuerySet[ServiceContract]) -> int:
    """Write the entries of these contracts anew."""
    return index_many(search_documents(contracts))


def found(text: str, user: Employee, limit: int) -> list[int]:
    """The ids of the contracts that answer a typed text and may be seen, the best first."""
    hits = search(text, kinds=[KIND], scopes=user.search_scopes("contracts.view"), limit=limit)
    return [hit.object_id for hit in hits]


def chain_of(contract: ServiceContract) -> list[ServiceContract]:
    """What it renews, itself, and what renews it, the oldest first."""
    before: list[ServiceContract] = []
    earlier = contract.renews
    while earlier is not None and len(before) < LONGEST_CHAIN:
        before.append(earlier)
        earlier = earlier.renews
    after: list[ServiceContract] = []
    later = contract.renewals.order_by("-pk").first()
    while later is not None and len(after) < LONGEST_CHAIN:
        after.append(later)
        later = later.renewals.order_by("-pk").first()
    return [*reversed(before), contract, *after]


# Whom a contract covers


def covered_by(customer: Customer, lines: Iterable[ContractLine]) -> QuerySet[Asset]:
    """The customer's assets under these lines, and whosever a line names: with a device all that is
    in it.
    """
    lines = list(lines)
    named = Q(pk__in=())
    own = Q(customer=customer)
    by_name = [line.asset_id for line in lines if line.scope == LineScope.ASSET]
    owners = Asset.objects.filter(pk__in=by_name).order_by().values_list("customer", flat=True)
    for line in lines:
        match line.scope:
            case LineScope.CUSTOMER:
                named |= own
            case LineScope.SITE:
                named |= own & Q(site=line.site_id)
            case LineScope.MODEL:
                fits = Q(model=line.asset_model_id) | Q(part__fits_model=line.asset_model_id)
                named |= own & fits
            case LineScope.ASSET:
                named |= Q(pk=line.asset_id) | Q(root=line.asset_id)
                named |= Q(parent=line.asset_id) | Q(parent__parent=line.asset_id)
    whose = {customer.pk, *owners}
    living = Asset.objects.filter(named, customer__in=whose).exclude(status="retired")
    return living.order_by("parent_id", "serial_no")


@dataclass(frozen=True)
class Covered:
    """An asset under a contract; `instead` is the contract that would win over it, if one would.

    `is_other_model`: of a model that the contract's type is not for.
    """

    asset: Asset
    wins: bool
    instead: str
    is_other_model: bool = False


def would_cover(
    contract: ServiceContract,
    lines: Sequence[ContractLine],
    on: date,
    limit: int,
    after: int | None = None,
) -> list[Covered]:
    """How the first assets would be judged on a day if this contract were active; at most nine
    queries, however many assets and owners. With `after` those that come next by their keys.

    The lines need not be saved, nor the contract. A renewed contract counts as it stands.
    """
    thought = replace(
        contract_facts(contract, lines),
        number=contract.number or THOUGHT,
        status=Status.ACTIVE,
        terminated_on=None,
    )
    by_name = replace(
        thought, lines=tuple(line for line in thought.lines if line.scope == LineScope.ASSET)
    )
    covered = covered_by(contract.customer, lines)
    if after is not None:
        covered = covered.filter(pk__gt=after).order_by("pk")
    assets = list(described(covered)[:limit])
    parents = parents_in(assets)
    others = [
        other
        for other in loaded_for(assets, parents)
        if other.pk not in (contract.pk, contract.renews_id)
    ]
    tiers = {tier.pk: tier_facts(tier) for tier in Tier.objects.all()}
    defaults = default_facts(DefaultPromise.objects.select_related("calendar"))
    models = {model.pk for model in contract.type.eligible_models.all()}
    day_of_judging = max(on, contract.starts_on)
    facts: dict[int, list[ContractFacts]] = {}
    found = []
    for asset in assets:
        owner = asset.customer
        if is_no_customer(owner):
            found.append(Covered(asset, wins=False, instead=""))
            continue
        if owner.pk not in facts:
            facts[owner.pk] = [facts_for(owner.pk, other) for other in others]
        try:
            judged = entitle(
                on=day_of_judging,
                tier=tiers[owner.tier_id],
                contracts=[
                    thought if owner == contract.customer else by_name,
                    *facts[owner.pk],
                ],
                defaults=defaults,
                asset=asset_facts(asset, day_of_judging, parents[asset.pk]),
                site_id=asset.site_id,
            )
        except NoPromiseError:
            found.append(Covered(asset, wins=False, instead=""))
            continue
        of_asset = model_ids(asset)
        found.append(
            Covered(
                asset,
                wins=judged.contract_number == thought.number,
                instead=judged.contract_number,
                is_other_model=bool(models and of_asset and not models & set(of_asset)),
            )
        )
    return found


def covers_of(customer: Customer, assets: Sequence[Asset], on: date) -> dict[int, AssetCover]:
    """The contract that covers each asset on a day, for those that one covers; four queries, and
    one more for components.
    """
    facts = [facts_for(customer.pk, contract) for contract in loaded(customer, assets)]
    judged = judge(customer, assets, on, facts) if facts else {}
    return {
        pk: AssetCover("covered", words(entitlement))
        for pk, entitlement in judged.items()
        if entitlement.cover == Cover.CONTRACT
    }


def words(entitlement: Entitlement) -> str:
    until = date.fromisoformat(entitlement.reason.params["until"])
    return _("Contract %(number)s until %(day)s") % {
        "number": entitlement.contract_number,
        "day": day(until),
    }


def judge(
    customer: Customer, assets: Sequence[Asset], on: date, contracts: Sequence[ContractFacts]
) -> dict[int, Entitlement]:
    """What holds for each asset by these contracts; nothing where no default promise is kept."""
    if is_no_customer(customer):
        return {}
    tier = customer.tier
    defaults = default_facts(DefaultPromise.objects.filter(tier=tier).select_related("calendar"))
    parents = parents_in(assets)
    judged: dict[int, Entitlement] = {}
    for asset in assets:
        facts = asset_facts(asset, on, parents[asset.pk])
        try:
            judged[asset.pk] = entitle(
                on=on,
                tier=tier_facts(tier),
                contracts=contracts,
                defaults=defaults,
                asset=facts,
                site_id=asset.site_id,
            )
        except NoPromiseError:
            continue
    return judged


def parents_in(assets: Sequence[Asset]) -> dict[int, tuple[int, ...]]:
    """What each asset is part of, from the nearest to the top; one query, for components only."""
    roots = {asset.root_id for asset in assets if asset.parent_id is not None}
    tree: dict[int, int | None] = {}
    if roots:
        tree = dict(Asset.objects.filter(root__in=roots).values_list("pk", "parent"))
    return {asset.pk: tuple(chain(tree, asset.parent_id)) for asset in assets}


def chain(tree: dict[int, int | None], parent: int | None) -> Iterator[int]:
    seen: set[int] = set()
    while parent is not None and parent not in seen:
        seen.add(parent)
        yield parent
        parent = tree.get(parent)


def described(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    return assets.select_related("model", "part__fits_model", "customer")


def loaded(customer: Customer, assets: Sequence[Asset]) -> QuerySet[ServiceContract]:
    """A customer's contracts, and those that name these assets or what they are part of, with all
    that their facts need.
    """
    return contracts_of([customer.pk], parents_in(assets))


def loaded_for(
    assets: Sequence[Asset], parents: dict[int, tuple[int, ...]]
) -> QuerySet[ServiceContract]:
    """The same for the owners of these assets; two queries and the lines."""
    return contracts_of({asset.customer_id for asset in assets}, parents)


def contracts_of(
    customers: Collection[int], parents: dict[int, tuple[int, ...]]
) -> QuerySet[ServiceContract]:
    trees = {key for pk, above in parents.items() for key in (pk, *above)}
    contracts = ServiceContract.objects.filter(Q(customer__in=customers) | Q(pk__in=naming(trees)))
    return contracts.select_related("type", "calendar").prefetch_related("lines")
