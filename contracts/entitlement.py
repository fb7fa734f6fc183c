"""What a customer may expect for a device on a day, and why: pure over facts, no ORM, no clock.

The most specific contract line in force wins, in the order asset, what the asset is part of, site,
model, all of the customer; ties go to the better promise. Without a contract the warranty default
of the tier holds, without warranty the out-of-warranty default. A caller who is no customer has the
out-of-warranty promise of the lowest tier.

Reasons are codes with particulars, so that `contracts.explaining` can word them in either language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, time
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.choices import DECIDED, Cover, LineScope, Service, Status

SERVICES = (
    Service.REMOTE,
    Service.ONSITE_DISPATCH,
    Service.LABOUR,
    Service.TRAVEL,
    Service.PARTS,
)
OF_A_VISIT = (Service.ONSITE_DISPATCH, Service.LABOUR, Service.TRAVEL)
NEVER = 10**9
MOST_REJECTED = 12


@dataclass(frozen=True)
class Promises:
    """Working minutes of the calendar; None is not promised.

    `arrival_next_business_day` stands in place of minutes; called after `arrival_cut_off` (wall
    time of the calendar) it is one working day later.
    """

    response_minutes: int | None = None
    arrival_minutes: int | None = None
    arrival_next_business_day: bool = False
    arrival_cut_off: time | None = None
    restore_minutes: int | None = None
    resolve_minutes: int | None = None


@dataclass(frozen=True)
class Level:
    """Promises in a calendar; the more `weekly_minutes` of service, the better the calendar."""

    calendar_id: int
    calendar_code: str
    weekly_minutes: int
    promises: Promises


class TierFacts(NamedTuple):
    id: int
    code: str
    name_zh: str
    name_en: str
    parts_discount: Decimal


class DefaultFacts(NamedTuple):
    """The promise without a contract for a cover and a tier."""

    cover: Cover
    tier_id: int
    level: Level


@dataclass(frozen=True)
class LineFacts:
    scope: LineScope
    asset_id: int | None = None
    model_id: int | None = None
    site_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class Pause(NamedTuple):
    """A suspension: no cover from its first day on, and again from `until` if that is known."""

    first: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.first <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class ContractFacts:
    id: int
    number: str
    type_zh: str
    type_en: str
    status: Status
    starts_on: date
    ends_on: date
    level: Level
    lines: tuple[LineFacts, ...]
    terminated_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    includes: tuple[Service, ...] = ()
    charged: tuple[Service, ...] = ()
    onsite_rate: Decimal | None = None
    parts_discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class AssetFacts:
    """`parents` from the nearest to the top; `months` of warranty from `warranty_from`."""

    id: int
    serial_no: str
    in_warranty: bool
    warranty_until: date | None
    warranty_from: date | None = None
    parents: tuple[int, ...] = ()
    model_ids: tuple[int, ...] = ()
    site_id: int | None = None


class Reason(NamedTuple):
    code: str
    params: dict[str, Any]


class Rejected(NamedTuple):
    """A contract of the customer that does not apply, and why."""

    contract_number: str
    code: str
    params: dict[str, Any]


class Left(NamedTuple):
    """What is left of an allowance of the contract's year, as texts of numbers."""

    kind: str
    left: str
    amount: str


@dataclass(frozen=True)
class Entitlement:
    """What was promised, its source, what is free and what is charged, and the reasons.

    Rates per hour and discounts are the contract's; without one the discount is the tier's.
    `refused` is the note of who decided that this case is not covered: the promises stay,
    everything is charged.
    """

    cover: Cover
    contract_id: int | None
    contract_number: str
    tier_id: int
    tier_code: str
    calendar_id: int
    calendar_code: str
    promises: Promises
    free: tuple[Service, ...]
    charged: tuple[Service, ...]
    onsite_rate: Decimal | None
    parts_discount: Decimal
    reason: Reason
    rejected: tuple[Rejected, ...] = field(default=())
    left: tuple[Left, ...] = ()
    refused: str = ""


class NoPromiseError(LookupError):
    """No default promise exists for a cover and a tier."""

    def __init__(self, cover: Cover, tier_code: str) -> None:
        """The particulars, for a message in the person's language."""
        super().__init__(f"No default promise for {cover} and tier {tier_code}.")
        self.cover, self.tier_code = cover, tier_code


class _Match(NamedTuple):
    """How specifically a contract covers: the lower, the more."""

    contract: ContractFacts
    rank: int
    scope: str


def entitle(
    *,
    on: date,
    tier: TierFacts,
    contracts: Sequence[ContractFacts],
    defaults: Iterable[DefaultFacts],
    asset: AssetFacts | None = None,
    site_id: int | None = None,
) -> Entitlement:
    """What holds on a day for a customer of `tier` with these contracts. Raises NoPromiseError."""
    site = (asset.site_id if asset else None) or site_id
    matches: list[_Match] = []
    rejected: list[Rejected] = []
    for contract in contracts:
        found = _judge(contract, on, asset, site)
        if isinstance(found, _Match):
            matches.append(found)
        else:
            rejected.append(found)
    if not matches:
        return _without_contract(on, tier, asset, defaults, rejected)
    best, *others = sorted(matches, key=_preference)
    rejected = [*(_beaten(other, best) for other in others), *rejected]
    return _by_contract(best, tier, rejected)


def entitle_caller(lowest: TierFacts, defaults: Iterable[DefaultFacts]) -> Entitlement:
    """What holds for a caller who is no customer: the lowest tier's promise out of warranty."""
    reason = Reason("no_customer", {"tier_zh": lowest.name_zh, "tier_en": lowest.name_en})
    return _by_default(Cover.OUT_OF_WARRANTY, lowest, defaults, reason, ())


def to_json(entitlement: Entitlement) -> dict[str, Any]:
    """Everything as JSON types, for the frozen copy on a request."""
    data = asdict(entitlement)
    cut_off = entitlement.promises.arrival_cut_off
    data["promises"]["arrival_cut_off"] = cut_off.isoformat("minutes") if cut_off else None
    data["cover"] = str(entitlement.cover)
    data["free"], data["charged"] = map(_texts, (entitlement.free, entitlement.charged))
    data["onsite_rate"] = None if entitlement.onsite_rate is None else str(entitlement.onsite_rate)
    data["parts_discount"] = str(entitlement.parts_discount)
    data["reason"] = list(entitlement.reason)
    data["rejected"] = [list(rejected) for rejected in entitlement.rejected]
    data["left"] = [list(left) for left in entitlement.left]
    return data


def from_json(data: dict[str, Any]) -> Entitlement:
    """The frozen copy as it was."""
    cut_off = data["promises"]["arrival_cut_off"]
    promises = data["promises"] | {
        "arrival_cut_off": time.fromisoformat(cut_off) if cut_off else None
    }
    rate = data["onsite_rate"]
    return Entitlement(
        **data
        | {
            "cover": Cover(data["cover"]),
            "promises": Promises(**promises),
            "free": tuple(map(Service, data["free"])),
            "charged": tuple(map(Service, data["charged"])),
            "onsite_rate": None if rate is None else Decimal(rate),
            "parts_discount": Decimal(data["parts_discount"]),
            "reason": Reason(*data["reason"]),
            "rejected": tuple(Rejected(*rejected) for rejected in data["rejected"]),
            "left": tuple(Left(*left) for left in data.get("left", ())),
        }
    )


def refuse(terms: Entitlement, note: str) -> Entitlement:
    """The same promises where somebody decided that the case is not covered: all is charged."""
    rest = tuple(service for service in terms.free if service not in terms.charged)
    return replace(terms, free=(), charged=(*terms.charged, *rest), refused=note)


def beyond(terms: Entitlement) -> Entitlement:
    """The same where a visit is more than the contract's allowance: coming and working is charged,
    everything else stays as it is.
    """
    moved = tuple(service for service in terms.free if service in OF_A_VISIT)
    return replace(
        terms,
        free=tuple(service for service in terms.free if service not in moved),
        charged=(*terms.charged, *moved),
    )


def _judge(
    contract: ContractFacts, on: date, asset: AssetFacts | None, site_id: int | None
) -> _Match | Rejected:
    """How the contract covers, or why it does not."""
    rejected = _not_in_force(contract, on)
    if rejected:
        return rejected
    covering = [(line, _rank(line, asset, site_id)) for line in contract.lines]
    in_force = [(rank, line) for line, rank in covering if rank is not None and _holds(line, on)]
    if in_force:
        rank, line = min(in_force, key=lambda match: match[0])
        return _Match(contract, rank, str(line.scope))
    if any(rank is not None for _, rank in covering):
        return Rejected(contract.number, "line_not_in_force", {})
    if asset is None:
        return Rejected(contract.number, "only_named", {})
    return Rejected(contract.number, "other_asset", {"serial_no": asset.serial_no})


def _not_in_force(contract: ContractFacts, on: date) -> Rejected | None:
    number = contract.number
    if contract.status not in DECIDED:
        return Rejected(number, str(contract.status), {})
    if on < contract.starts_on:
        return Rejected(number, "not_begun", {"on": contract.starts_on.isoformat()})
    if contract.terminated_on is not None and on >= contract.terminated_on:
        return Rejected(number, "terminated", {"on": contract.terminated_on.isoformat()})
    if on > contract.ends_on:
        return Rejected(number, "ended", {"on": contract.ends_on.isoformat()})
    pause = next((each for each in contract.pauses if each.holds(on)), None)
    if pause is not None:
        return Rejected(number, "suspended", {"on": pause.first.isoformat()})
    return None


def _rank(line: LineFacts, asset: AssetFacts | None, site_id: int | None) -> int | None:
    """0 the asset, 1 and up its parents, then site, model and customer; None for not at all."""
    match line.scope:
        case LineScope.CUSTOMER:
            return NEVER
        case LineScope.SITE:
            return NEVER - 2 if site_id is not None and line.site_id == site_id else None
        case LineScope.MODEL:
            return NEVER - 1 if asset and line.model_id in asset.model_ids else None
    tree = (asset.id, *asset.parents) if asset else ()
    return tree.index(line.asset_id) if line.asset_id in tree else None


def _holds(line: LineFacts, on: date) -> bool:
    return (line.starts_on is None or line.starts_on <= on) and (
        line.ends_on is None or on <= line.ends_on
    )


def _preference(match: _Match) -> tuple[Any, ...]:
    """The more specific first, then the better promise, then the lower number."""
    level = match.contract.level
    promises = level.promises
    return (
        match.rank,
        _or_never(promises.response_minutes),
        _or_never(promises.arrival_minutes) - promises.arrival_next_business_day,
        _or_never(promises.restore_minutes),
        _or_never(promises.resolve_minutes),
        -level.weekly_minutes,
        -len(match.contract.includes),
        -match.contract.parts_discount,
        match.contract.number,
    )


def _or_never(minutes: int | None) -> int:
    return NEVER if minutes is None else minutes


def _beaten(other: _Match, best: _Match) -> Rejected:
    code = "less_specific" if other.rank > best.rank else "weaker_promise"
    return Rejected(other.contract.number, code, {"by": best.contract.number})


def _by_contract(match: _Match, tier: TierFacts, rejected: Iterable[Rejected]) -> Entitlement:
    contract, level = match.contract, match.contract.level
    params = {
        "number": contract.number,
        "type_zh": contract.type_zh,
        "type_en": contract.type_en,
        "scope": "parent" if match.scope == LineScope.ASSET and match.rank else match.scope,
        "until": contract.ends_on.isoformat(),
    }
    return Entitlement(
        cover=Cover.CONTRACT,
        contract_id=contract.id,
        contract_number=contract.number,
        tier_id=tier.id,
        tier_code=tier.code,
        calendar_id=level.calendar_id,
        calendar_code=level.calendar_code,
        promises=level.promises,
        free=contract.includes,
        charged=contract.charged,
        onsite_rate=contract.onsite_rate,
        parts_discount=contract.parts_discount,
        reason=Reason("contract", params),
        rejected=tuple(rejected)[:MOST_REJECTED],
    )


def _without_contract(
    on: date,
    tier: TierFacts,
    asset: AssetFacts | None,
    defaults: Iterable[DefaultFacts],
    rejected: Iterable[Rejected],
) -> Entitlement:
    in_warranty = asset is not None and asset.in_warranty
    cover = Cover.IN_WARRANTY if in_warranty else Cover.OUT_OF_WARRANTY
    return _by_default(cover, tier, defaults, _warranty_reason(on, tier, asset), rejected)


def _by_default(
    cover: Cover,
    tier: TierFacts,
    defaults: Iterable[DefaultFacts],
    reason: Reason,
    rejected: Iterable[Rejected],
) -> Entitlement:
    in_warranty = cover == Cover.IN_WARRANTY
    level = next(
        (found.level for found in defaults if (found.cover, found.tier_id) == (cover, tier.id)),
        None,
    )
    if level is None:
        raise NoPromiseError(cover, tier.code)
    return Entitlement(
        cover=cover,
        contract_id=None,
        contract_number="",
        tier_id=tier.id,
        tier_code=tier.code,
        calendar_id=level.calendar_id,
        calendar_code=level.calendar_code,
        promises=level.promises,
        free=SERVICES if in_warranty else (),
        charged=() if in_warranty else SERVICES,
        onsite_rate=None,
        parts_discount=tier.parts_discount,
        reason=reason,
        rejected=tuple(rejected)[:MOST_REJECTED],
    )


def _warranty_reason(on: date, tier: TierFacts, asset: AssetFacts | None) -> Reason:
    params: dict[str, Any] = {"tier_zh": tier.name_zh, "tier_en": tier.name_en}
    if asset is None:
        return Reason("no_asset", params)
    params["serial_no"] = asset.serial_no
    if asset.warranty_until is None:
        return Reason("no_warranty", params)
    params["until"] = asset.warranty_until.isoformat()
    if asset.in_warranty:
        return Reason("in_warranty", params)
    if asset.warranty_from is not None and on < asset.warranty_from:
        return Reason("warranty_not_begun", params | {"from": asset.warranty_from.isoformat()})
    return Reason("warranty_ended", params)


def _texts(services: Iterable[Service]) -> list[str]:
    return [str(service) for service in services]
