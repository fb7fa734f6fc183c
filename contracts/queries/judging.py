"""From rows to the facts that `contracts.entitlement` judges, for one case or a whole history."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.warranty import warranty
from contracts.choices import Cover, LineScope, Service, Status
from contracts.entitlement import (
    AssetFacts,
    ContractFacts,
    DefaultFacts,
    Entitlement,
    Level,
    LineFacts,
    NoPromiseError,
    Promises,
    TierFacts,
    entitle,
    entitle_caller,
)
from contracts.models import ContractLine, DefaultPromise, ServiceContract, ServiceLevel
from contracts.queries.accounts import left_of
from crmservice.errors import DomainError
from crmservice.written import Given, Statement, written
from customers.models import Customer, Tier
from employees.models import WorkingCalendar

NEWEST_CONTRACTS = 50


def entitlement_for(
    customer: Customer, asset: Asset | None, on: date, tier: Tier, *, site_id: int | None = None
) -> Entitlement:
    """What holds for a customer's asset on a day of the organisation; at most six queries, and one
    more where the contract counts allowances.

    Raises DomainError when the company has no default promise for the case.
    """
    defaults = default_facts(written(defaults_of).rows(tier=tier.pk))
    try:
        if is_no_customer(customer):
            return entitle_caller(tier_facts(tier), defaults)
        parents = parents_of(asset) if asset else ()
        contracts = _contracts_of(customer, asset, parents, site_id)
        judged = entitle(
            on=on,
            tier=tier_facts(tier),
            contracts=[facts_for(customer.pk, contract) for contract in contracts],
            defaults=defaults,
            asset=asset_facts(asset, on, parents) if asset else None,
            site_id=site_id,
        )
        winner = next((each for each in contracts if each.pk == judged.contract_id), None)
        return replace(judged, left=left_of(winner, on)) if winner else judged
    except NoPromiseError as missing:
        raise DomainError(
            _(
                "There is no default promise for tier %(tier)s, %(cover)s: the department head or "
                "an administrator enters it under Contracts, Default promises."
            )
            % {"tier": tier, "cover": missing.cover.label}
        ) from missing


def defaults_of() -> QuerySet[DefaultPromise]:
    return DefaultPromise.objects.filter(tier=Given("tier")).select_related("calendar")


def is_no_customer(customer: Customer) -> bool:
    """Whether this is only a caller, who never bought and owns nothing that we know of."""
    return customer.is_prospect and not (customer.is_end_user or customer.is_dealer)


def parents_of(asset: Asset) -> tuple[int, ...]:
    """What an asset is part of, from the nearest to the top; no query but for deep trees."""
    if asset.parent_id is None:
        return ()
    if asset.parent_id == asset.root_id:
        return (asset.parent_id,)
    tree = dict(Asset.objects.filter(root=asset.root_id).values_list("pk", "parent"))
    chain: list[int] = []
    above: int | None = asset.parent_id
    while above is not None and above not in chain:
        chain.append(above)
        above = tree.get(above)
    return tuple(chain)


class CoverBook:
    """Every contract, default promise and tier in memory, to judge a history without queries; or
    only what counts for some customers and assets (with what these are part of).
    """

    def __init__(
        self, customers: Collection[int] | None = None, assets: Collection[int] = ()
    ) -> None:
        """Loads contracts with their lines and the default promises, in four queries; one more
        where assets are named.
        """
        contracts = ServiceContract.objects.select_related("type", "calendar").prefetch_related(
            "lines"
        )
        if customers is not None:
            named = naming(assets) if assets else ()
            contracts = contracts.filter(Q(customer__in=customers) | Q(pk__in=named))
        self._contracts: dict[int, list[ContractFacts]] = defaultdict(list)
        self._naming: dict[int, list[tuple[int, ContractFacts]]] = defaultdict(list)
        for contract in contracts:
            self._contracts[contract.customer_id].append(contract_facts(contract))
            by_name = facts_for(None, contract)
            for line in by_name.lines:
                self._naming[line.asset_id or 0].append((contract.customer_id, by_name))
        self._defaults = default_facts(DefaultPromise.objects.select_related("calendar"))
        self._tiers = {tier.pk: tier_facts(tier) for tier in Tier.objects.all()}

    def entitle(
        self,
        customer_id: int,
        on: date,
        tier_id: int,
        asset: AssetFacts | None,
        site_id: int | None = None,
    ) -> Entitlement:
        """What held for a customer; raises NoPromiseError."""
        return entitle(
            on=on,
            tier=self._tiers[tier_id],
            contracts=[*self._contracts.get(customer_id, ()), *self._of_others(customer_id, asset)],
            defaults=self._defaults,
            asset=asset,
            site_id=site_id,
        )

    def _of_others(self, customer_id: int, asset: AssetFacts | None) -> Iterable[ContractFacts]:
        tree = (asset.id, *asset.parents) if asset else ()
        naming = [each for key in tree for each in self._naming.get(key, ())]
        return {facts.id: facts for holder, facts in naming if holder != customer_id}.values()

    def entitle_caller(self, lowest_tier_id: int) -> Entitlement:
        """What held for a caller who is no customer; raises NoPromiseError."""
        return entitle_caller(self._tiers[lowest_tier_id], self._defaults)


def tier_facts(tier: Tier) -> TierFacts:
    return TierFacts(tier.pk, tier.code, tier.name_zh, tier.name_en, tier.parts_discount)


def asset_facts(asset: Asset, on: date, parents: tuple[int, ...]) -> AssetFacts:
    """The facts of an asset on a day; its model or part with its model should be selected along."""
    judged = warranty(asset.warranty_starts_on, asset.months_of_warranty, on)
    return AssetFacts(
        id=asset.pk,
        serial_no=asset.serial_no,
        in_warranty=judged.in_force,
        warranty_until=judged.until,
        warranty_from=judged.starts_on,
        parents=parents,
        model_ids=tuple(model_ids(asset)),
        site_id=asset.site_id,
    )


def model_ids(asset: Asset) -> list[int]:
    """The model that a contract line may name: the device's, or the one that a component fits."""
    of_part = asset.part.fits_model_id if asset.part else None
    return [pk for pk in (asset.model_id, of_part) if pk is not None]


def default_facts(defaults: Iterable[DefaultPromise]) -> list[DefaultFacts]:
    return [DefaultFacts(Cover(row.cover), row.tier_id, level_of(row)) for row in defaults]


def contract_facts(
    contract: ServiceContract, lines: Iterable[ContractLine] | None = None
) -> ContractFacts:
    """The facts of a contract; type, calendar and lines should be loaded along.

    `lines` stand in the place of the contract's own where it is only thought of.
    """
    return ContractFacts(
        id=contract.pk,
        number=contract.number,
        type_zh=contract.type.name_zh,
        type_en=contract.type.name_en,
        status=Status(contract.status),
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        terminated_on=contract.terminated_on,
        pauses=tuple(contract.spells_of_pause),
        level=level_of(contract),
        includes=tuple(map(Service, contract.type.includes)),
        charged=tuple(map(Service, contract.type.charged)),
        onsite_rate=contract.onsite_rate_per_hour,
        parts_discount=contract.parts_discount,
        lines=tuple(map(_line_facts, contract.lines.all() if lines is None else lines)),
    )


def facts_for(customer_id: int | None, contract: ServiceContract) -> ContractFacts:
    """The facts of a contract as they count for a customer.

    Another's contract, such as the dealer's, covers the devices that it names, and nothing else.
    """
    lines = contract.lines.all()
    if contract.customer_id == customer_id:
        return contract_facts(contract, lines)
    return contract_facts(contract, [line for line in lines if line.scope == LineScope.ASSET])


def naming(assets: Iterable[int]) -> list[int]:
    """The contracts with a line for one of these assets; one query."""
    lines = ContractLine.objects.filter(asset__in=assets)
    return list(lines.order_by().values_list("contract", flat=True).distinct())


def level_of(row: ServiceLevel) -> Level:
    return Level(
        calendar_id=row.calendar_id,
        calendar_code=row.calendar.code,
        weekly_minutes=row.calendar.weekly_minutes,
        promises=Promises(
            response_minutes=row.response_minutes,
            arrival_minutes=row.arrival_minutes,
            arrival_next_business_day=row.arrival_next_business_day,
            arrival_cut_off=row.arrival_cut_off,
            restore_minutes=row.restore_minutes,
            resolve_minutes=row.resolve_minutes,
        ),
    )


def calendar_codes() -> list[str]:
    """The service hours that a promise can name."""
    return list(WorkingCalendar.objects.values_list("code", flat=True))


def _line_facts(line: ContractLine) -> LineFacts:
    return LineFacts(
        scope=LineScope(line.scope),
        asset_id=line.asset_id,
        model_id=line.asset_model_id,
        site_id=line.site_id,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
    )


def _contracts_of(
    customer: Customer, asset: Asset | None, parents: tuple[int, ...], site_id: int | None
) -> list[ServiceContract]:
    """A customer's newest contracts, each with only the lines that could cover the case; with them
    whosever name the asset.
    """
    could_cover = Q(scope=LineScope.CUSTOMER)
    named: list[int] = []
    if asset:
        tree = (asset.pk, *parents)
        could_cover |= Q(asset__in=tree) | Q(asset_model__in=model_ids(asset))
        named = naming(tree)
    site = (asset.site_id if asset else None) or site_id
    if site:
        could_cover |= Q(site=site)
    newest = Statement(_newest(Q(pk__in=named))) if named else written(_newest)
    found: list[ServiceContract] = newest.rows(customer=customer.pk)
    prefetch_related_objects(found, Prefetch("lines", ContractLine.objects.filter(could_cover)))
    return found


def _newest(others: Q | None = None) -> QuerySet[ServiceContract]:
    """Of a customer, and those of others that are meant, too."""
    whose = Q(customer=Given("customer"))
    found = ServiceContract.objects.filter(whose | others if others else whose)
    return found.select_related("type", "calendar")[:NEWEST_CONTRACTS]
