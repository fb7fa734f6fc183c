"""What a part or a piece of work is priced at, and why: pure over facts, no ORM, no clock.

Each question goes to the price plan that answers it (`orders.choosing`), which the first reason
names. A part: the plan's own price, the list price less the plan's discount, or the list price less
the contract's or the tier's discount → nothing when warranty or contract covers it. A price that a
plan names is agreed: no discount is taken off it. Travel: the fee of the zone, else kilometres,
else hours. Work: the rate of its kind (the contract's for on-site work, where it names one) × the
factor of the time in which it was done (normal hours, evening, weekend, public holiday), split at
the boundary to the minute; the whole is rounded up to the plan's step, at least the plan's minimum,
and what is added goes to the band in which work ended. Money is rounded half up once per line.

Reasons are codes with particulars, so that `orders.explaining` can word them in either language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from contracts.choices import Cover, Service
from contracts.entitlement import Entitlement
from crmservice.money import money
from crmservice.worktime import WorkCalendar
from orders.choices import ChargedTo, WorkKind

ZERO = Decimal(0)
MINUTE = timedelta(minutes=1)
INCLUDED_AS = {WorkKind.TRAVEL: Service.TRAVEL, WorkKind.REMOTE: Service.REMOTE}  # else labour


class Band(StrEnum):
    NORMAL = "normal"
    EVENING = "evening"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Reason(NamedTuple):
    code: str
    params: dict[str, Any]


class Zone(NamedTuple):
    name: str
    fee: Decimal
    up_to_km: int | None = None


@dataclass(frozen=True)
class Plan:
    """The price plan that answers: hourly rates, factors by band, how minutes are rounded.

    `chosen` says which plan it is and why no other; it comes before the reasons of each price.
    """

    rates: Mapping[str, Decimal]
    factors: Mapping[Band, Decimal]
    minimum_minutes: int
    rounding_minutes: int
    call_out_fee: Decimal | None
    calendar: WorkCalendar
    currency: str = "CNY"
    zones: tuple[Zone, ...] = ()
    per_kilometre: Decimal | None = None
    chosen: tuple[Reason, ...] = ()

    def zone(self, name: str) -> Zone | None:
        return next((zone for zone in self.zones if name and zone.name == name), None)

    def zone_at(self, kilometres: Decimal) -> Zone | None:
        """The nearest zone that reaches so far."""
        reaching = [zone for zone in self.zones if (zone.up_to_km or 0) >= kilometres]
        return min(reaching, key=lambda zone: zone.up_to_km or 0, default=None)


class PartTerms(NamedTuple):
    """What the plan that answers says of a part: a price of its own, or a discount."""

    price: Decimal | None = None
    discount: Decimal | None = None
    chosen: tuple[Reason, ...] = ()


NO_PART_TERMS = PartTerms()


@dataclass(frozen=True)
class Price:
    """A priced line. `minutes` is set for work; `unit_price` is per piece or per hour."""

    list_price: Decimal
    unit_price: Decimal
    amount: Decimal
    charged_to: ChargedTo
    reasons: tuple[Reason, ...]
    minutes: int | None = None

    def reasons_say(self, code: str) -> bool:
        return any(reason.code == code for reason in self.reasons)


def price_part(
    list_price: Decimal,
    quantity: int | Decimal,
    terms: Entitlement,
    currency: str = "CNY",
    planned: PartTerms = NO_PART_TERMS,
) -> Price:
    """The price of `quantity` pieces under an entitlement, where a plan says so by its terms."""
    reasons = [*planned.chosen, Reason("list", {"price": str(list_price)})]
    unit = list_price
    if planned.price is not None:
        unit = planned.price
        reasons.append(Reason("agreed", {"price": str(unit)}))
    elif planned.discount is not None:
        unit = money(list_price * (1 - planned.discount), currency)
        params = {"discount": percent_of(planned.discount), "price": str(unit)}
        reasons.append(Reason("plan_discount", params))
    elif terms.parts_discount:
        unit = money(list_price * (1 - terms.parts_discount), currency)
        source = "contract_discount" if terms.cover == Cover.CONTRACT else "tier_discount"
        reasons.append(Reason(source, _discount_params(terms, unit)))
    return _covered(terms, Service.PARTS, list_price, unit, quantity, reasons, currency)


def price_work(
    kind: WorkKind, starts_at: datetime, ends_at: datetime, terms: Entitlement, plan: Plan
) -> list[Price]:
    """The prices of one piece of work, a line per band of time, in the order of working.

    Raises ValueError when it ends before it starts, KeyError when the plan lacks the kind's rate.
    """
    if ends_at <= starts_at:
        raise ValueError("Work ends after it starts.")
    rate, rate_reason = rate_of(kind, terms, plan)
    bands = minutes_by_band(starts_at, ends_at, plan.calendar) if kind != WorkKind.TRAVEL else {}
    if kind == WorkKind.TRAVEL:
        bands = {Band.NORMAL: whole_minutes(ends_at - starts_at)}
    billed = rounded(bands, plan)
    service = INCLUDED_AS.get(kind, Service.LABOUR)
    prices = []
    for band, minutes in billed.items():
        factor = plan.factors[band]
        unit = money(rate * factor, plan.currency)
        reasons = [*plan.chosen, rate_reason]
        if factor != 1:
            reasons.append(Reason(f"factor_{band}", {"factor": str(factor), "price": str(unit)}))
        if minutes != bands[band]:
            reasons.append(
                Reason(
                    "rounded",
                    {"worked": bands[band], "billed": minutes, "step": plan.rounding_minutes},
                )
            )
        price = _covered(terms, service, rate, unit, Decimal(minutes) / 60, reasons, plan.currency)
        prices.append(_with_minutes(price, minutes))
    return prices


def price_call_out(terms: Entitlement, plan: Plan) -> Price:
    """The fee for coming at all."""
    fee = plan.call_out_fee or ZERO
    return _covered(
        terms,
        Service.ONSITE_DISPATCH,
        fee,
        fee,
        1,
        [*plan.chosen, Reason("call_out", {"price": str(fee)})],
        plan.currency,
    )


def price_journey(
    terms: Entitlement, plan: Plan, *, zone: str = "", kilometres: Decimal | None = None
) -> Price | None:
    """One journey by its zone, or by how far it is; None where the plan says nothing to that.

    Kilometres are priced each where no zone reaches so far.
    """
    found = plan.zone(zone)
    if found is None and kilometres is not None:
        found = plan.zone_at(kilometres)
    if found is not None:
        params: dict[str, Any] = {"zone": found.name, "price": str(found.fee)}
        return _covered(
            terms, Service.TRAVEL, found.fee, found.fee, 1,
            [*plan.chosen, Reason("zone", params)], plan.currency,
        )  # fmt: skip
    if kilometres is None or plan.per_kilometre is None:
        return None
    rate = plan.per_kilometre
    params = {"kilometres": f"{kilometres.normalize():f}", "price": str(rate)}
    return _covered(
        terms, Service.TRAVEL, rate, rate, kilometres,
        [*plan.chosen, Reason("kilometres", params)], plan.currency,
    )  # fmt: skip


def rate_of(kind: WorkKind, terms: Entitlement, plan: Plan) -> tuple[Decimal, Reason]:
    """The hourly rate: the contract's for on-site work, where it names one, else the plan's."""
    if kind == WorkKind.ONSITE and terms.onsite_rate is not None and terms.cover == Cover.CONTRACT:
        params = {"price": str(terms.onsite_rate), "number": terms.contract_number}
        return terms.onsite_rate, Reason("contract_rate", params)
    return plan.rates[kind], Reason(
        "plan_rate", {"price": str(plan.rates[kind]), "kind": str(kind)}
    )


def minutes_by_band(
    starts_at: datetime, ends_at: datetime, calendar: WorkCalendar
) -> dict[Band, int]:
    """Whole minutes in each band, in the order of entering; they add up to the whole."""
    exact: dict[Band, timedelta] = {}
    moment = starts_at
    for edge in [*edges(starts_at, ends_at, calendar), ends_at]:
        if edge > moment:
            band = band_at(moment, calendar)
            exact[band] = exact.get(band, timedelta()) + (edge - moment)
            moment = edge
    return _in_minutes(exact, whole_minutes(ends_at - starts_at))


def band_at(moment: datetime, calendar: WorkCalendar) -> Band:
    """The band that begins or goes on at a moment."""
    if calendar.is_open(moment):
        return Band.NORMAL
    day = calendar.day_of(moment)
    if calendar.is_working_day(day):
        return Band.EVENING
    return Band.HOLIDAY if day in calendar.days else Band.WEEKEND


def edges(starts_at: datetime, ends_at: datetime, calendar: WorkCalendar) -> list[datetime]:
    """The moments in between at which the band may change: openings, closings, midnights."""
    found = {edge for hours in calendar.spans(starts_at, ends_at) for edge in hours}
    zone, day = calendar.local(starts_at).tzinfo, calendar.day_of(starts_at)
    while day < calendar.day_of(ends_at):
        day += timedelta(days=1)
        found.add(datetime.combine(day, time(), zone))
    return sorted(edge for edge in found if starts_at < edge < ends_at)


def rounded(bands: Mapping[Band, int], plan: Plan) -> dict[Band, int]:
    """Minutes to bill: the whole rounded up to the step, at least the minimum.

    The last band takes what is added.
    """
    worked = sum(bands.values())
    steps = -(-worked // plan.rounding_minutes)
    added = max(steps * plan.rounding_minutes, plan.minimum_minutes) - worked
    last = list(bands)[-1]
    return {band: minutes + (added if band == last else 0) for band, minutes in bands.items()}


def whole_minutes(span: timedelta) -> int:
    """A span in minutes; a begun minute counts."""
    return -(-span // MINUTE)


def _in_minutes(exact: Mapping[Band, timedelta], whole: int) -> dict[Band, int]:
    """By largest remainder, adding up to `whole`; a band without a minute falls away."""
    floors = {band: span // MINUTE for band, span in exact.items()}
    by_remainder = sorted(exact, key=lambda band: exact[band] - floors[band] * MINUTE, reverse=True)
    for band in by_remainder[: whole - sum(floors.values())]:
        floors[band] += 1
    return {band: minutes for band, minutes in floors.items() if minutes}


def _covered(
    terms: Entitlement,
    service: Service,
    list_price: Decimal,
    unit: Decimal,
    quantity: int | Decimal,
    reasons: Sequence[Reason],
    currency: str,
) -> Price:
    """Free when the entitlement includes the service, else quantity × unit price."""
    if service not in terms.free:
        return Price(
            list_price, unit, money(unit * quantity, currency), ChargedTo.BILLED, tuple(reasons)
        )
    if terms.cover == Cover.CONTRACT:
        reason, who = Reason("by_contract", {"number": terms.contract_number}), ChargedTo.CONTRACT
    else:
        reason, who = Reason("by_warranty", {}), ChargedTo.WARRANTY
    return Price(list_price, ZERO, money(0, currency), who, (*reasons, reason))


def _with_minutes(price: Price, minutes: int) -> Price:
    return Price(
        price.list_price, price.unit_price, price.amount, price.charged_to, price.reasons, minutes
    )


def percent_of(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


def _discount_params(terms: Entitlement, unit: Decimal) -> dict[str, Any]:
    params: dict[str, Any] = {
        "discount": percent_of(terms.parts_discount),
        "price": str(unit),
        "number": terms.contract_number,
        "tier": terms.tier_code,
    }
    named = terms.reason.params
    if "tier_en" in named:  # without a contract the tier is the reason, and is named in it
        params["tier_name"] = {"en": named["tier_en"], "zh": named["tier_zh"]}
    return params
